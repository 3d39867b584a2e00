//! Numbers in and out of the arrays of a dynamic.

use crate::types::{Json, Value, parse_datetime};

/// How a dynamic writes a datetime.
const DATETIME_LENGTH: usize = "2000-01-01T00:00:00.0000000Z".len();

/// One number of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// An `int`, a `long`, or a datetime's ticks.
    Whole(i64),
    /// A `real`.
    Real(f64),
}

impl Number {
    /// The number an element is, if it is one.
    pub fn of(json: &Json) -> Option<Self> {
        match json {
            Json::Number(n) => n.as_i64().map(Self::Whole).or_else(|| n.as_f64().map(Self::Real)),
            Json::String(text) => match text.as_str() {
                "NaN" => Some(Self::Real(f64::NAN)),
                "inf" => Some(Self::Real(f64::INFINITY)),
                "-inf" => Some(Self::Real(f64::NEG_INFINITY)),
                _ if text.len() == DATETIME_LENGTH => parse_datetime(text).ok().map(Self::Whole),
                _ => None,
            },
            _ => None,
        }
    }

    /// The number as a real.
    pub fn real(self) -> f64 {
        match self {
            Self::Whole(n) => n as f64,
            Self::Real(x) => x,
        }
    }
}

/// The elements of an array argument.
pub(super) fn array<'v>(arguments: &'v [Value<'_>], at: usize) -> Option<&'v [Json]> {
    arguments.get(at)?.as_json()?.as_array().map(Vec::as_slice)
}

/// The numbers of an array argument; `None` when one of its elements is no number, and for an empty array.
pub(super) fn series(arguments: &[Value<'_>], at: usize) -> Option<Vec<f64>> {
    let numbers: Vec<f64> =
        array(arguments, at)?.iter().map(|item| Number::of(item).map(Number::real)).collect::<Option<_>>()?;
    (!numbers.is_empty()).then_some(numbers)
}

/// A real as an element.
pub(super) fn real(x: f64) -> Json {
    Value::Real(x).to_json()
}

/// An array of reals.
pub(super) fn reals(numbers: impl IntoIterator<Item = f64>) -> Json {
    Json::Array(numbers.into_iter().map(real).collect())
}

/// An array as a value.
pub(super) fn list<'a>(items: Vec<Json>) -> Value<'a> {
    Value::dynamic(Json::Array(items))
}

/// A whole number argument.
pub(super) fn whole(arguments: &[Value<'_>], at: usize) -> Option<i64> {
    arguments.get(at).and_then(Value::as_i64)
}

/// A real argument.
pub(super) fn real_at(arguments: &[Value<'_>], at: usize) -> Option<f64> {
    arguments.get(at).and_then(Value::as_f64)
}

/// The mean.
pub(super) fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// The sum of the squared distances from the mean.
pub(super) fn spread(numbers: &[f64]) -> f64 {
    let mean = mean(numbers);
    numbers.iter().map(|x| (x - mean) * (x - mean)).sum()
}

/// A sum of squares over one less than how many there are, as the variance of a sample is; 0 for a single one.
pub(super) fn per_freedom(squares: f64, count: usize) -> f64 {
    if count < 2 { 0.0 } else { squares / (count - 1) as f64 }
}

/// How much of a spread a fit explains, from 0 to 1. What does not spread at all is explained.
pub(super) fn explained(residual: f64, spread: f64) -> f64 {
    if spread > 0.0 { (1.0 - residual / spread).max(0.0) } else { 1.0 }
}

/// The value below which a share of the sorted numbers lies, between two neighbours in proportion.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share.clamp(0.0, 1.0) * last as f64;
    let below = place.floor() as usize;
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    if low == high { low } else { low + (high - low) * place.fract() }
}

/// The numbers from least to greatest.
pub(super) fn sorted(mut numbers: Vec<f64>) -> Vec<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers
}
