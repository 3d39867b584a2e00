//! A polynomial through points, by least squares.

use super::numbers::{array, explained, list, per_freedom, real, reals, series, spread};
use crate::functions::Function;
use crate::types::{ScalarType, Value};

/// The highest degree; beyond it a fit of doubles means nothing.
const HIGHEST: usize = 40;

/// The coefficients, lowest power first, of the polynomial in `x` with the least squares of distances from `y`.
///
/// Columns are made orthogonal one after another (modified Gram-Schmidt), which keeps precision that normal equations
/// would lose.
fn least_squares(x: &[f64], y: &[f64], degree: usize) -> Vec<f64> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut columns: Vec<Vec<f64>> = Vec::new();
    let mut upper = vec![vec![0.0; degree + 1]; degree + 1];
    let mut right = vec![0.0; degree + 1];
    let mut rest = y.to_vec();
    for power in 0..=degree {
        let mut column: Vec<f64> = x.iter().map(|x| x.powi(power as i32)).collect();
        let before = dot(&column, &column).sqrt();
        // Twice, since the first pass leaves a little of each column behind.
        for _ in 0..2 {
            for (at, other) in columns.iter().enumerate() {
                let share = dot(&column, other);
                upper[at][power] += share;
                column.iter_mut().zip(other).for_each(|(c, o)| *c -= share * o);
            }
        }
        let length = dot(&column, &column).sqrt();
        // A power that says nothing new, as with fewer points than coefficients, gets the coefficient 0.
        if length <= before * 1e-13 {
            column.fill(0.0);
        } else {
            column.iter_mut().for_each(|c| *c /= length);
            upper[power][power] = length;
            right[power] = dot(&column, &rest);
            rest.iter_mut().zip(&column).for_each(|(r, c)| *r -= right[power] * c);
        }
        columns.push(column);
    }
    let mut answer = vec![0.0; degree + 1];
    for row in (0..=degree).rev() {
        let known: f64 = (row + 1..=degree).map(|at| upper[row][at] * answer[at]).sum();
        answer[row] = if upper[row][row] == 0.0 { 0.0 } else { (right[row] - known) / upper[row][row] };
    }
    answer
}

/// The coefficients of the polynomial in `x` that equals one in `(x - center) / scale`.
fn unscaled(coefficients: &[f64], center: f64, scale: f64) -> Vec<f64> {
    // Horner's scheme on polynomials: times (x - center) / scale, plus the next coefficient.
    let mut answer: Vec<f64> = Vec::new();
    for coefficient in coefficients.iter().rev() {
        let mut next = vec![0.0; answer.len() + 1];
        for (power, c) in answer.iter().enumerate() {
            next[power] -= c * center / scale;
            next[power + 1] += c / scale;
        }
        next[0] += coefficient;
        answer = next;
    }
    answer.truncate(coefficients.len());
    answer
}

fn fit<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(y) = series(arguments, 0) else { return Value::Null };
    let x = match array(arguments, 1) {
        Some(_) => match series(arguments, 1) {
            Some(x) if x.len() == y.len() => x,
            _ => return Value::Null,
        },
        None => (1..=y.len()).map(|place| place as f64).collect(),
    };
    let degree = arguments.get(2).map_or(Some(1), Value::as_i64).and_then(|n| usize::try_from(n).ok());
    let Some(degree) = degree.filter(|degree| *degree <= HIGHEST) else { return Value::Null };
    // Between -1 and 1 the powers are the least alike.
    let (low, high) = x.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(*x), h.max(*x)));
    let center = f64::midpoint(low, high);
    let scale = if high > low { (high - low) / 2.0 } else { 1.0 };
    let u: Vec<f64> = x.iter().map(|x| (x - center) / scale).collect();
    let coefficients = least_squares(&u, &y, degree);
    let values: Vec<f64> = u.iter().map(|u| coefficients.iter().rev().fold(0.0, |sum, c| sum * u + c)).collect();
    let residual: f64 = y.iter().zip(&values).map(|(y, fit)| (y - fit) * (y - fit)).sum();
    let spread = spread(&y);
    list(vec![
        real(explained(residual, spread)),
        reals(unscaled(&coefficients, center, scale).into_iter().rev()),
        real(per_freedom(spread, y.len())),
        real(per_freedom(residual, y.len())),
        reals(values),
    ])
}

/// The family.
pub const FUNCTIONS: &[Function] = &[Function::kernel(
    "series_fit_poly",
    &["(y: dynamic, [x: dynamic], [degree: long]) -> dynamic"],
    "The polynomial of a degree (1 unless told) that fits the points best, in columns: how much of the variance of \
         y it explains, its coefficients from the highest power down, the variance of y and of what is left, and the \
         polynomial's values. Without x the points stand at 1, 2, 3 …",
    &[("series_fit_poly(dynamic([1, 4, 9, 16]), dynamic([1, 2, 3, 4]), 2)", "1.0")],
    |_, a| fit(a),
)
.columns(&[
    ("rsquare", ScalarType::Real),
    ("coefficients", ScalarType::Dynamic),
    ("variance", ScalarType::Real),
    ("rvariance", ScalarType::Real),
    ("poly_fit", ScalarType::Dynamic),
])];
