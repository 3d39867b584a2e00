//! Statistics of a series.

use serde_json::json;

use super::numbers::{Number, array, list, mean, per_freedom, real, spread};
use crate::functions::Function;
use crate::types::{Json, ScalarType, Value};

/// What `series_stats` says of a series.
struct Statistics {
    min: (usize, f64),
    max: (usize, f64),
    avg: f64,
    variance: f64,
    sum: f64,
    len: usize,
}

/// `None` when an element is no finite number, unless those are to be ignored, and when there is no number at all.
fn statistics(arguments: &[Value<'_>]) -> Option<Statistics> {
    let items = array(arguments, 0)?;
    let ignore = arguments.get(1).and_then(Value::as_bool) == Some(true);
    let finite: Vec<(usize, f64)> = items
        .iter()
        .enumerate()
        .filter_map(|(at, item)| Some((at, Number::of(item)?.real())))
        .filter(|(_, x)| x.is_finite())
        .collect();
    if finite.len() < items.len() && !ignore {
        return None;
    }
    let first = *finite.first()?;
    let numbers: Vec<f64> = finite.iter().map(|(_, x)| *x).collect();
    Some(Statistics {
        min: finite.iter().fold(first, |best, next| if next.1 < best.1 { *next } else { best }),
        max: finite.iter().fold(first, |best, next| if next.1 > best.1 { *next } else { best }),
        avg: mean(&numbers),
        variance: per_freedom(spread(&numbers), numbers.len()),
        sum: numbers.iter().sum(),
        len: items.len(),
    })
}

fn columns<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(s) = statistics(arguments) else { return Value::Null };
    list(vec![
        real(s.min.1),
        Json::from(s.min.0),
        real(s.max.1),
        Json::from(s.max.0),
        real(s.avg),
        real(s.variance.sqrt()),
        real(s.variance),
    ])
}

fn bag<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(s) = statistics(arguments) else { return Value::Null };
    Value::dynamic(json!({
        "min": real(s.min.1), "min_idx": s.min.0, "max": real(s.max.1), "max_idx": s.max.0, "avg": real(s.avg),
        "stdev": real(s.variance.sqrt()), "variance": real(s.variance), "sum": real(s.sum), "len": s.len,
    }))
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "series_stats",
        &["(series: dynamic, [ignore_nonfinite: bool]) -> dynamic"],
        "The least, greatest and average element, the places of the first two, and the deviation and variance of the \
         series as a sample; a column for each. Null when an element is no finite number, unless told to ignore those.",
        &[("series_stats(dynamic([3, 1, 8]))", "1.0")],
        |_, a| columns(a),
    )
    .columns(&[
        ("min", ScalarType::Real),
        ("min_idx", ScalarType::Long),
        ("max", ScalarType::Real),
        ("max_idx", ScalarType::Long),
        ("avg", ScalarType::Real),
        ("stdev", ScalarType::Real),
        ("variance", ScalarType::Real),
    ]),
    Function::kernel(
        "series_stats_dynamic",
        &["(series: dynamic, [ignore_nonfinite: bool]) -> dynamic"],
        "As `series_stats`, in one bag, with the sum and the length besides.",
        &[
            ("series_stats_dynamic(dynamic([3, 1, 8])).max_idx", "2"),
            ("series_stats_dynamic(dynamic([3, null, 8]), true).avg", "5.5"),
        ],
        |_, a| bag(a),
    ),
];
