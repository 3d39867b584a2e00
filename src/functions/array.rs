//! Arrays turned, cut and compared; sets; bags out of arrays.

use std::collections::HashSet;

use super::{Function, ResultName};
use crate::types::{Json, Value};

fn array<'v>(arguments: &'v [Value<'_>], at: usize) -> Option<&'v Vec<Json>> {
    arguments.get(at).and_then(Value::as_json).and_then(Json::as_array)
}

fn list<'a>(items: Vec<Json>) -> Value<'a> {
    Value::dynamic(Json::Array(items))
}

fn number(arguments: &[Value<'_>], at: usize) -> Option<i64> {
    arguments.get(at).and_then(|v| crate::types::cast(v, crate::types::ScalarType::Long).as_i64())
}

fn rotate<'a>(arguments: &[Value<'a>], direction: i64) -> Value<'a> {
    let (Some(items), Some(by)) = (array(arguments, 0), number(arguments, 1)) else { return Value::Null };
    let mut items = items.clone();
    if !items.is_empty() {
        let by = (by % items.len() as i64 * direction).rem_euclid(items.len() as i64);
        items.rotate_left(by as usize);
    }
    list(items)
}

fn shift<'a>(arguments: &[Value<'a>], direction: i64) -> Value<'a> {
    let (Some(items), Some(by)) = (array(arguments, 0), number(arguments, 1)) else { return Value::Null };
    let fill = arguments.get(2).map_or(Json::Null, Value::to_json);
    let by = by.saturating_mul(direction);
    let from = |at: usize| (at as i64).checked_add(by).and_then(|n| usize::try_from(n).ok());
    list((0..items.len()).map(|at| from(at).and_then(|n| items.get(n)).cloned().unwrap_or(fill.clone())).collect())
}

/// Parts that begin at some places, counted from the end when negative.
fn split<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(items) = array(arguments, 0) else { return Value::Null };
    let places = match array(arguments, 1) {
        Some(places) => places.iter().filter_map(Json::as_i64).collect(),
        None => number(arguments, 1).into_iter().collect::<Vec<_>>(),
    };
    let length = items.len() as i64;
    let mut places: Vec<usize> =
        places.into_iter().map(|p| if p < 0 { p + length } else { p }.clamp(0, length) as usize).collect();
    places.sort_unstable();
    places.push(items.len());
    let mut from = 0;
    let parts = places.into_iter().map(|to| {
        let part = items[from..to].to_vec();
        from = to;
        Json::Array(part)
    });
    list(parts.collect())
}

/// The element at a place of an array, or the value itself for every place.
fn element(argument: &Value<'_>, at: usize) -> Json {
    match argument.as_json() {
        Some(Json::Array(items)) => items.get(at).cloned().unwrap_or(Json::Null),
        _ => argument.to_json(),
    }
}

fn iff<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(conditions) = array(arguments, 0) else { return Value::Null };
    let chosen = conditions.iter().enumerate().map(|(at, condition)| {
        let truth = condition.as_bool().or_else(|| condition.as_f64().map(|x| x != 0.0));
        truth.map_or(Json::Null, |truth| element(&arguments[if truth { 1 } else { 2 }], at))
    });
    list(chosen.collect())
}

/// The distinct elements, as text.
fn set(items: &[Json]) -> HashSet<String> {
    items.iter().map(Json::to_string).collect()
}

fn jaccard<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let (Some(a), Some(b)) = (array(arguments, 0), array(arguments, 1)) else { return Value::Null };
    let (a, b) = (set(a), set(b));
    let all = a.union(&b).count();
    if all == 0 { Value::Null } else { Value::Real(a.intersection(&b).count() as f64 / all as f64) }
}

/// The paths to everything inside a dynamic. All elements of an array are one place, `[0]`.
fn paths(json: &Json, at: &str, into: &mut Vec<String>) {
    let mut visit = |path: String, inner: &Json| {
        into.push(path.clone());
        paths(inner, &path, into);
    };
    match json {
        Json::Object(bag) => bag.iter().for_each(|(key, inner)| visit(format!("{at}['{key}']"), inner)),
        Json::Array(items) => items.iter().for_each(|inner| visit(format!("{at}[0]"), inner)),
        _ => {}
    }
}

fn bag_zip<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(keys) = array(arguments, 0) else { return Value::Null };
    let value = |at: usize| array(arguments, 1).and_then(|values| values.get(at)).cloned().unwrap_or(Json::Null);
    let pairs = keys.iter().enumerate().filter_map(|(at, key)| Some((key.as_str()?.to_owned(), value(at))));
    Value::dynamic(Json::Object(pairs.collect()))
}

/// Bags with their keys in order, all the way down.
fn sorted(json: &Json) -> Json {
    match json {
        Json::Object(bag) => {
            let mut keys: Vec<&String> = bag.keys().collect();
            keys.sort();
            Json::Object(keys.into_iter().map(|k| (k.clone(), sorted(&bag[k]))).collect())
        }
        Json::Array(items) => Json::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "array_rotate_left",
        &["(array: dynamic, by: long) -> dynamic"],
        "The array with its elements moved to the front; what falls off comes back at the end.",
        &[("array_rotate_left(dynamic([1,2,3,4]), 1)", "[2,3,4,1]")],
        |_, a| rotate(a, 1),
    ),
    Function::kernel(
        "array_rotate_right",
        &["(array: dynamic, by: long) -> dynamic"],
        "The array with its elements moved to the end; what falls off comes back at the front.",
        &[("array_rotate_right(dynamic([1,2,3,4]), 1)", "[4,1,2,3]")],
        |_, a| rotate(a, -1),
    ),
    Function::kernel(
        "array_shift_left",
        &["(array: dynamic, by: long, [fill: any]) -> dynamic"],
        "The array with its elements moved to the front, and another value in the places left.",
        &[("array_shift_left(dynamic([1,2,3]), 1, 0)", "[2,3,0]")],
        |_, a| shift(a, 1),
    ),
    Function::kernel(
        "array_shift_right",
        &["(array: dynamic, by: long, [fill: any]) -> dynamic"],
        "The array with its elements moved to the end, and another value in the places left.",
        &[("array_shift_right(dynamic([1,2,3]), 1)", "[null,1,2]")],
        |_, a| shift(a, -1),
    ),
    Function::kernel(
        "array_split",
        &["(array: dynamic, places: long|dynamic) -> dynamic"],
        "The parts of an array that begin at some places.",
        &[
            ("array_split(dynamic([1,2,3,4]), 2)", "[[1,2],[3,4]]"),
            ("array_split(dynamic([1,2,3]), -1)", "[[1,2],[3]]"),
        ],
        |_, a| split(a),
    ),
    Function::kernel(
        "array_iff",
        &["(conditions: dynamic, if_true: any, if_false: any) -> dynamic"],
        "Element by element, one value where a condition is true and another where it is false.",
        &[("array_iff(dynamic([true, false]), dynamic([1, 2]), 0)", "[1,0]")],
        |_, a| iff(a),
    )
    .also(&["array_iif"]),
    Function::kernel(
        "jaccard_index",
        &["(set1: dynamic, set2: dynamic) -> real"],
        "How much two sets share: the size of their intersection over that of their union.",
        &[("jaccard_index(dynamic([1,2]), dynamic([2,3,4]))", "0.25")],
        |_, a| jaccard(a),
    ),
    Function::kernel(
        "set_equals",
        &["(set1: dynamic, set2: dynamic) -> bool"],
        "Whether two arrays hold the same elements, in any order and number.",
        &[("set_equals(dynamic([1,2,2]), dynamic([2,1]))", "True")],
        |_, a| match (array(a, 0), array(a, 1)) {
            (Some(x), Some(y)) => Value::Bool(set(x) == set(y)),
            _ => Value::Null,
        },
    ),
    Function::kernel(
        "treepath",
        &["(value: dynamic) -> dynamic"],
        "The paths to everything inside a dynamic.",
        &[
            ("treepath(dynamic({'a': [1], 'b': 2}))", "[\"['a']\",\"['a'][0]\",\"['b']\"]"),
            ("treepath(dynamic([1, {'a': 2}, {'a': 3}]))", "[\"[0]\",\"[0]['a']\"]"),
        ],
        |_, a| {
            let mut all = Vec::new();
            a[0].as_json().into_iter().for_each(|json| paths(json, "", &mut all));
            let mut seen = HashSet::new();
            list(all.into_iter().filter(|path| seen.insert(path.clone())).map(Json::from).collect())
        },
    )
    .naming(ResultName::Prefix("tree")),
    Function::kernel(
        "bag_zip",
        &["(keys: dynamic, values: dynamic) -> dynamic"],
        "A bag of keys and values given as two arrays; keys that are no text are left out.",
        &[("bag_zip(dynamic(['a', 'b']), dynamic([1]))", "{\"a\":1,\"b\":null}")],
        |_, a| bag_zip(a),
    ),
    Function::kernel(
        "dynamic_to_json",
        &["(value: any) -> string"],
        "The dynamic as JSON with the keys of its bags in order, so that equal values give equal text.",
        &[("dynamic_to_json(dynamic({'b': 1, 'a': 2}))", "{\"a\":2,\"b\":1}")],
        |_, a| a[0].as_json().map_or(Value::str(""), |json| Value::string(sorted(json).to_string())),
    ),
];
