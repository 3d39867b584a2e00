//! Series seen as vectors: sums, products, angles, correlation.

use super::numbers::{Number, array, mean, real_at, series};
use crate::functions::Function;
use crate::types::{Json, Value};

/// The pairs of numbers of two series, up to the end of the shorter; a number alone stands for every element. Pairs in
/// which something is no number are left out. `None` without a pair.
fn pairs(arguments: &[Value<'_>]) -> Option<Vec<(f64, f64)>> {
    let same = |at: usize| {
        let value = &arguments[at];
        value.as_f64().or_else(|| value.as_json().and_then(Number::of).map(Number::real))
    };
    let real = |json: &Json| Number::of(json).map(Number::real);
    let pairs: Vec<(f64, f64)> = match (array(arguments, 0), array(arguments, 1)) {
        (Some(a), Some(b)) => a.iter().zip(b).filter_map(|(a, b)| Some((real(a)?, real(b)?))).collect(),
        (Some(a), None) => same(1).map(|b| a.iter().filter_map(|a| Some((real(a)?, b))).collect())?,
        (None, Some(b)) => same(0).map(|a| b.iter().filter_map(|b| Some((a, real(b)?))).collect())?,
        (None, None) => return None,
    };
    (!pairs.is_empty()).then_some(pairs)
}

/// The cosine of the angle between two vectors, whose magnitudes may be known.
fn cosine(pairs: &[(f64, f64)], magnitude1: Option<f64>, magnitude2: Option<f64>) -> f64 {
    let dot: f64 = pairs.iter().map(|(a, b)| a * b).sum();
    let (a, b) = pairs.iter().fold((0.0, 0.0), |(x, y), (a, b)| (x + a * a, y + b * b));
    dot / (magnitude1.unwrap_or_else(|| a.sqrt()) * magnitude2.unwrap_or_else(|| b.sqrt()))
}

/// Pearson's correlation: the cosine of the angle between the series' distances from their means.
fn correlation<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let (Some(a), Some(b)) = (series(arguments, 0), series(arguments, 1)) else { return Value::Null };
    if a.len() != b.len() {
        return Value::Null;
    }
    let (x, y) = (mean(&a), mean(&b));
    let distances: Vec<(f64, f64)> = a.iter().zip(&b).map(|(a, b)| (a - x, b - y)).collect();
    Value::Real(cosine(&distances, None, None))
}

/// The numbers among the elements of the first argument.
fn numbers(arguments: &[Value<'_>]) -> Option<Vec<f64>> {
    Some(array(arguments, 0)?.iter().filter_map(|item| Number::of(item).map(Number::real)).collect())
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "series_sum",
        &["(series: array) -> real"],
        "The sum of the elements.",
        &[("series_sum(dynamic([1, 2, 3.5]))", "6.5")],
        |_, a| numbers(a).map_or(Value::Null, |n| Value::Real(n.iter().fold(0.0, |sum, x| sum + x))),
    ),
    Function::kernel(
        "series_product",
        &["(series: array) -> real"],
        "The product of the elements.",
        &[("series_product(dynamic([2, 3, 4]))", "24.0")],
        |_, a| numbers(a).map_or(Value::Null, |n| Value::Real(n.iter().product())),
    ),
    Function::kernel(
        "series_magnitude",
        &["(series: array) -> real"],
        "The length of the series as a vector: the root of the sum of squares.",
        &[("series_magnitude(dynamic([3, 4]))", "5.0")],
        |_, a| numbers(a).map_or(Value::Null, |n| Value::Real(n.iter().map(|x| x * x).sum::<f64>().sqrt())),
    ),
    Function::kernel(
        "series_dot_product",
        &[
            "(series1: array, series2: array) -> real",
            "(series: array, number: number) -> real",
            "(number: number, series: array) -> real",
        ],
        "The sum of the products of elements of two series, or of one and a number. The longer series is cut to the \
         shorter; null when one is empty.",
        &[
            ("series_dot_product(dynamic([1, 2, 3]), dynamic([4, 5]))", "14.0"),
            ("series_dot_product(dynamic([1, 2, 3]), 10)", "60.0"),
        ],
        |_, a| pairs(a).map_or(Value::Null, |p| Value::Real(p.iter().fold(0.0, |sum, (a, b)| sum + a * b))),
    ),
    Function::kernel(
        "series_cosine_similarity",
        &["(series1: array, series2: array, [magnitude1: real], [magnitude2: real]) -> real"],
        "The cosine of the angle between two series as vectors. The longer is cut to the shorter. Magnitudes that are \
         known need not be computed again.",
        &[("series_cosine_similarity(dynamic([3, 4]), dynamic([4, 3]))", "0.96")],
        |_, a| pairs(a).map_or(Value::Null, |p| Value::Real(cosine(&p, real_at(a, 2), real_at(a, 3)))),
    ),
    Function::kernel(
        "series_pearson_correlation",
        &["(series1: array, series2: array) -> real"],
        "Pearson's correlation of two series of one length: 1 when they rise and fall together, -1 when one rises as \
         the other falls.",
        &[("round(series_pearson_correlation(dynamic([1, 2, 3]), dynamic([6, 4, 2])), 6)", "-1.0")],
        |_, a| correlation(a),
    ),
];
