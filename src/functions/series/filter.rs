//! Filters of finite and of infinite impulse response.

use super::convolution::convolve;
use super::numbers::{list, real, reals, series};
use crate::functions::{Function, ResultName};
use crate::types::Value;

/// What a filter of so many coefficients may cost, in products.
const MOST_PRODUCTS: usize = 2_000_000_000;

/// Each element becomes the sum of itself and those before it, weighted; before the series there are zeros.
fn finite<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let (Some(input), Some(mut filter)) = (series(arguments, 0), series(arguments, 1)) else { return Value::Null };
    let negative = filter.iter().any(|weight| *weight < 0.0);
    let normalize = arguments.get(2).and_then(Value::as_bool).unwrap_or(!negative);
    if normalize {
        let sum: f64 = filter.iter().sum();
        if negative || sum == 0.0 {
            return Value::Null;
        }
        filter.iter_mut().for_each(|weight| *weight /= sum);
    }
    let center = arguments.get(3).and_then(Value::as_bool).unwrap_or(false);
    let shift = if center { (filter.len() - 1) / 2 } else { 0 };
    let output = convolve(&input, &filter);
    list(output.into_iter().skip(shift).take(input.len()).map(real).collect())
}

/// The recursive filter: weighted elements so far, less weighted answers so far.
fn infinite<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let (Some(x), Some(b), Some(a)) = (series(arguments, 0), series(arguments, 1), series(arguments, 2)) else {
        return Value::Null;
    };
    let [a0, a_rest @ ..] = a.as_slice() else { return Value::Null };
    let products = x.len().saturating_mul(b.len() + a.len());
    if *a0 == 0.0 || products > MOST_PRODUCTS {
        return Value::Null;
    }
    let mut y: Vec<f64> = Vec::with_capacity(x.len());
    for at in 0..x.len() {
        let forward: f64 = b.iter().zip(x[..=at].iter().rev()).map(|(b, x)| b * x).sum();
        let back: f64 = a_rest.iter().zip(y.iter().rev()).map(|(a, y)| a * y).sum();
        y.push((forward - back) / a0);
    }
    Value::dynamic(reals(y))
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "series_fir",
        &["(series: dynamic, filter: dynamic, [normalize: bool], [center: bool]) -> dynamic"],
        "The series through a filter of finite impulse response: each element becomes the weighted sum of itself and \
         the ones before it, or of those around it when centered. Weights are divided by their sum unless one of them \
         is negative.",
        &[
            ("series_fir(dynamic([1, 1, 4]), dynamic([1, 1]))", "[0.5,1.0,2.5]"),
            ("series_fir(dynamic([1, 1, 4]), dynamic([1, -1]), false, false)", "[1.0,0.0,3.0]"),
            ("series_fir(dynamic([0, 3, 0, 0]), dynamic([1, 1, 1]), true, true)", "[1.0,1.0,1.0,0.0]"),
        ],
        |_, a| finite(a),
    )
    .naming(ResultName::FirstArgument),
    Function::kernel(
        "series_iir",
        &["(series: dynamic, numerators: dynamic, denominators: dynamic) -> dynamic"],
        "The series through a filter of infinite impulse response, given as the coefficients of its transfer function.",
        &[("series_iir(dynamic([1, 2, 3]), dynamic([1]), dynamic([1, -1]))", "[1.0,3.0,6.0]")],
        |_, a| infinite(a),
    )
    .naming(ResultName::FirstArgument),
];
