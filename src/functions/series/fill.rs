//! Missing values of a series, filled in.

use super::numbers::{Number, array, list, real};
use crate::functions::{Function, ResultName};
use crate::types::{Json, Value};

/// Whether an element stands for a missing value.
fn is_missing(item: &Json, placeholder: &Json) -> bool {
    match (Number::of(item), Number::of(placeholder)) {
        (Some(a), Some(b)) => a == b || a.real() == b.real(),
        _ => item == placeholder,
    }
}

/// The element that stands for a missing value: null unless an argument says otherwise.
fn placeholder(arguments: &[Value<'_>], at: usize) -> Json {
    arguments.get(at).map_or(Json::Null, Value::to_json)
}

fn constant<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(items) = array(arguments, 0) else { return Value::Null };
    let (fill, missing) = (arguments[1].to_json(), placeholder(arguments, 2));
    list(items.iter().map(|item| if is_missing(item, &missing) { &fill } else { item }).cloned().collect())
}

/// Each missing value becomes the last value before it in the order given; those before every value stay.
fn carried<'v>(items: impl Iterator<Item = &'v Json>, missing: &Json) -> Vec<Json> {
    let mut last = None;
    items
        .map(|item| {
            if is_missing(item, missing) {
                last.unwrap_or(item).clone()
            } else {
                last = Some(item);
                item.clone()
            }
        })
        .collect()
}

fn forward<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(items) = array(arguments, 0) else { return Value::Null };
    list(carried(items.iter(), &placeholder(arguments, 1)))
}

fn backward<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(items) = array(arguments, 0) else { return Value::Null };
    let mut filled = carried(items.iter().rev(), &placeholder(arguments, 1));
    filled.reverse();
    list(filled)
}

/// A straight line between the values on both sides; the nearest value at the edges.
fn linear<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(items) = array(arguments, 0) else { return Value::Null };
    let missing = placeholder(arguments, 1);
    let edges = arguments.get(2).and_then(Value::as_bool).unwrap_or(true);
    let known: Vec<usize> = (0..items.len()).filter(|at| !is_missing(&items[*at], &missing)).collect();
    let (Some(first), Some(last)) = (known.first(), known.last()) else {
        let fill = arguments.get(3).map_or_else(|| real(0.0), Value::to_json);
        return list(vec![fill; items.len()]);
    };
    let whole = known.iter().all(|at| matches!(Number::of(&items[*at]), Some(Number::Whole(_)) | None));
    let mut filled = items.to_vec();
    for pair in known.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let (Some(a), Some(b)) = (Number::of(&items[from]), Number::of(&items[to])) else { continue };
        let slope = (b.real() - a.real()) / (to - from) as f64;
        for (step, element) in filled[from..to].iter_mut().enumerate().skip(1) {
            let value = a.real() + slope * step as f64;
            // A series of whole numbers stays one: what comes after the point is cut off.
            *element = if whole { Json::from(value as i64) } else { real(value) };
        }
    }
    if edges {
        filled[..*first].fill(items[*first].clone());
        filled[*last..].fill(items[*last].clone());
    }
    list(filled)
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "series_fill_const",
        &["(series: dynamic, value: any, [missing: any]) -> dynamic"],
        "The series with one value in the place of missing ones (null unless told otherwise).",
        &[("series_fill_const(dynamic([1, null, 3]), 0)", "[1,0,3]")],
        |_, a| constant(a),
    )
    .naming(ResultName::FirstArgument),
    Function::kernel(
        "series_fill_forward",
        &["(series: dynamic, [missing: any]) -> dynamic"],
        "The series with each missing value replaced by the last one before it.",
        &[("series_fill_forward(dynamic([null, 1, null, 3]))", "[null,1,1,3]")],
        |_, a| forward(a),
    )
    .naming(ResultName::FirstArgument),
    Function::kernel(
        "series_fill_backward",
        &["(series: dynamic, [missing: any]) -> dynamic"],
        "The series with each missing value replaced by the next one after it.",
        &[("series_fill_backward(dynamic([null, 1, null, 3]))", "[1,1,3,3]")],
        |_, a| backward(a),
    )
    .naming(ResultName::FirstArgument),
    Function::kernel(
        "series_fill_linear",
        &["(series: dynamic, [missing: any], [edges: bool], [value: any]) -> dynamic"],
        "The series with each missing value on a straight line between its neighbours, and the nearest value at the \
         edges unless these are to stay. A series without values is filled with one value.",
        &[
            ("series_fill_linear(dynamic([1.0, null, 2.0, null]))", "[1.0,1.5,2.0,2.0]"),
            ("series_fill_linear(dynamic([1, null, 4, null]), long(null), false)", "[1,2,4,null]"),
        ],
        |_, a| linear(a),
    )
    .naming(ResultName::FirstArgument),
];
