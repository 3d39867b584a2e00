//! Arrays, bags and sets inside a dynamic.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::{Function, Meaning, ResultName, checks};
use crate::ir::unwrap_dynamic;
use crate::types::{Json, ScalarType, Value, cast, moment_in_dynamic, to_text};

type Bag = serde_json::Map<String, Json>;

fn array<'v>(arguments: &'v [Value<'_>], at: usize) -> Option<&'v Vec<Json>> {
    arguments.get(at).and_then(Value::as_json).and_then(Json::as_array)
}

fn bag<'v>(arguments: &'v [Value<'_>], at: usize) -> Option<&'v Bag> {
    arguments.get(at).and_then(Value::as_json).and_then(Json::as_object)
}

fn list<'a>(items: Vec<Json>) -> Value<'a> {
    Value::dynamic(Json::Array(items))
}

fn number(arguments: &[Value<'_>], at: usize) -> Option<i64> {
    arguments.get(at).and_then(|v| cast(v, ScalarType::Long).as_i64())
}

fn pack<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let mut bag = Bag::new();
    for pair in arguments.chunks(2) {
        if let [key, value] = pair {
            bag.insert(to_text(key), value.to_json());
        }
    }
    Value::dynamic(Json::Object(bag))
}

/// What an element of an array is sorted by: datetimes and timespans by their ticks, among the numbers.
fn sort_key(item: &Json) -> (u8, Value<'static>) {
    match item {
        Json::Number(_) => (0, Value::dynamic(item.clone())),
        Json::String(text) => match moment_in_dynamic(text).and_then(|moment| moment.as_ticks()) {
            Some(ticks) => (0, Value::Long(ticks)),
            None => (1, Value::string(text.clone())),
        },
        _ => (3, Value::dynamic(item.clone())),
    }
}

/// The order `array_sort` gives to what is not null: numbers by size, then texts, then all else.
fn order(a: &(u8, Value<'static>), b: &(u8, Value<'static>)) -> Ordering {
    let sizes = || match (unwrap_dynamic(&a.1), unwrap_dynamic(&b.1)) {
        // Arrays and bags stay as they stand.
        (Value::Dynamic(_), Value::Dynamic(_)) => Ordering::Equal,
        (a, b) => a.total_order(&b),
    };
    a.0.cmp(&b.0).then_with(sizes)
}

/// The first array sorted, and further arrays of its length in the same order: alone as itself, several as an array
/// of arrays. The last argument may say whether nulls come last.
fn sort<'a>(arguments: &[Value<'a>], ascending: bool) -> Value<'a> {
    let (arrays, nulls_last) = match arguments.split_last() {
        Some((Value::Bool(nulls_last), arrays)) => (arrays, *nulls_last),
        _ => (arguments, true),
    };
    let Some(first) = array(arrays, 0) else { return Value::Null };
    let mut places: Vec<usize> = (0..first.len()).collect();
    let keys: Vec<_> = first.iter().map(sort_key).collect();
    places.sort_by(|a, b| {
        let (a_key, b_key) = (&keys[*a], &keys[*b]);
        match (first[*a].is_null(), first[*b].is_null()) {
            (false, false) if ascending => order(a_key, b_key),
            (false, false) => order(b_key, a_key),
            (a, b) if nulls_last => a.cmp(&b),
            (a, b) => b.cmp(&a),
        }
    });
    let sorted = |at: usize| match array(arrays, at).filter(|items| items.len() == first.len()) {
        Some(items) => Json::Array(places.iter().map(|from| items[*from].clone()).collect()),
        None => Json::Null,
    };
    match arrays.len() {
        1 => Value::dynamic(sorted(0)),
        several => list((0..several).map(sorted).collect()),
    }
}

fn slice<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(items) = array(arguments, 0) else { return Value::Null };
    let (Some(start), Some(end)) = (number(arguments, 1), number(arguments, 2)) else { return Value::Null };
    let total = items.len() as i64;
    let start = if start < 0 { (start + total).max(0) } else { start };
    let end = if end < 0 { end + total } else { end.min(total - 1) };
    if start > end {
        return list(Vec::new());
    }
    list(items[start as usize..=end as usize].to_vec())
}

fn distinct(items: impl IntoIterator<Item = Json>) -> Vec<Json> {
    let mut seen = HashSet::new();
    items.into_iter().filter(|item| seen.insert(item.to_string())).collect()
}

fn has(items: &[Json], wanted: &Json) -> bool {
    items.iter().any(|item| item == wanted)
}

/// The distinct elements of the first array that are in every other one, or in none of them.
fn against_others<'a>(arguments: &[Value<'a>], in_all: bool) -> Value<'a> {
    let Some(first) = array(arguments, 0) else { return list(Vec::new()) };
    let others: Vec<HashSet<String>> = (1..arguments.len())
        .map(|at| array(arguments, at).into_iter().flatten().map(Json::to_string).collect())
        .collect();
    let kept = first.iter().filter(|item| {
        let item = item.to_string();
        others.iter().all(|other| other.contains(&item) == in_all)
    });
    list(distinct(kept.cloned()))
}

fn merge<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let mut merged = Bag::new();
    let mut any = false;
    for at in 0..arguments.len() {
        if let Some(bag) = bag(arguments, at) {
            any = true;
            for (key, value) in bag {
                merged.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    if any { Value::dynamic(Json::Object(merged)) } else { Value::Null }
}

fn range<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    const MOST: usize = 1_048_576;
    let mut items = Vec::new();
    let default = Value::Long(1);
    let step = arguments.get(2).unwrap_or(&default);
    if let (Some(from), Some(to), Some(step)) = (arguments[0].as_i64(), arguments[1].as_i64(), step.as_i64()) {
        let mut at = from;
        while step != 0 && items.len() < MOST && ((step > 0 && at <= to) || (step < 0 && at >= to)) {
            items.push(Json::from(at));
            at = match at.checked_add(step) {
                Some(next) => next,
                None => break,
            };
        }
        return list(items);
    }
    if let (Some(from), Some(to)) = (arguments[0].as_ticks(), arguments[1].as_ticks()) {
        let Some(step) = step.as_ticks().or_else(|| arguments.get(2).is_none().then_some(crate::types::TICKS_PER_HOUR))
        else {
            return Value::Null;
        };
        let mut at = from;
        while items.len() < MOST && ((step > 0 && at <= to) || (step < 0 && at >= to)) {
            let value =
                if matches!(arguments[0], Value::DateTime(_)) { Value::DateTime(at) } else { Value::TimeSpan(at) };
            items.push(value.to_json());
            let Some(next) = at.checked_add(step) else { break };
            at = next;
        }
        return list(items);
    }
    let (Some(from), Some(to), Some(step)) = (arguments[0].as_f64(), arguments[1].as_f64(), step.as_f64()) else {
        return Value::Null;
    };
    let count = ((to - from) / step).floor();
    if count.is_finite() && count >= 0.0 {
        items.extend((0..=(count as usize).min(MOST - 1)).map(|n| Json::from(from + n as f64 * step)));
    }
    list(items)
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "array_length",
        aliases: &["arraylength"],
        signatures: &["(array: dynamic) -> long"],
        doc: "The number of elements; null for what is no array.",
        examples: &[("array_length(dynamic([1, 2]))", "2")],
        meaning: Meaning::Kernel(|_, a| array(a, 0).map_or(Value::Null, |items| Value::Long(items.len() as i64))),
        ..Function::NEW
    },
    Function {
        name: "pack_array",
        signatures: &["([*values: any]) -> dynamic"],
        doc: "An array of its arguments.",
        examples: &[("pack_array(1, 'a')", "[1,\"a\"]")],
        meaning: Meaning::Kernel(|_, a| list(a.iter().map(Value::to_json).collect())),
        ..Function::NEW
    },
    Function {
        name: "bag_pack",
        aliases: &["pack", "pack_dictionary"],
        signatures: &["([*keysAndValues: any]) -> dynamic"],
        doc: "A bag of keys and values, given in turn.",
        examples: &[("bag_pack('a', 1, 'b', 'x')", "{\"a\":1,\"b\":\"x\"}")],
        check: checks::pairs,
        meaning: Meaning::Kernel(|_, a| pack(a)),
        ..Function::NEW
    },
    Function {
        name: "bag_keys",
        signatures: &["(bag: dynamic) -> dynamic"],
        doc: "An array of the bag's keys.",
        examples: &[("bag_keys(dynamic({'a': 1, 'b': 2}))", "[\"a\",\"b\"]")],
        meaning: Meaning::Kernel(|_, a| {
            bag(a, 0).map_or(Value::Null, |b| list(b.keys().cloned().map(Json::String).collect()))
        }),
        ..Function::NEW
    },
    Function {
        name: "bag_merge",
        signatures: &["(*bags: dynamic) -> dynamic"],
        doc: "One bag of all; of a key that several have, the first value stays.",
        examples: &[("bag_merge(dynamic({'a': 1}), dynamic({'a': 2, 'b': 3}))", "{\"a\":1,\"b\":3}")],
        meaning: Meaning::Kernel(|_, a| merge(a)),
        ..Function::NEW
    },
    Function {
        name: "array_concat",
        signatures: &["(*arrays: dynamic) -> dynamic"],
        doc: "The elements of all arrays, one after another.",
        examples: &[("array_concat(dynamic([1]), dynamic([2, 3]))", "[1,2,3]")],
        meaning: Meaning::Kernel(|_, a| {
            if (0..a.len()).all(|at| array(a, at).is_none()) {
                return Value::Null;
            }
            list((0..a.len()).filter_map(|at| array(a, at)).flatten().cloned().collect())
        }),
        ..Function::NEW
    },
    Function {
        name: "array_slice",
        signatures: &["(array: dynamic, start: long, end: long) -> dynamic"],
        doc: "The elements from one place to another, both included; negative places count from the end.",
        examples: &[("array_slice(dynamic([1, 2, 3, 4]), 1, 2)", "[2,3]")],
        meaning: Meaning::Kernel(|_, a| slice(a)),
        ..Function::NEW
    },
    Function {
        name: "array_sort_asc",
        signatures: &["(array: dynamic, [nullsLast: const bool]) -> dynamic", "(*arrays: dynamic|bool) -> dynamic"],
        doc: "The elements, smallest first; nulls last unless told otherwise. Further arrays come in the order of the first.",
        naming: ResultName::Suffix("sorted"),
        examples: &[
            ("array_sort_asc(dynamic([3, null, 1]))", "[1,3,null]"),
            ("array_sort_asc(pack_array('a', 10d, 2d))", "[\"2.00:00:00\",\"10.00:00:00\",\"a\"]"),
        ],
        meaning: Meaning::Kernel(|_, a| sort(a, true)),
        ..Function::NEW
    },
    Function {
        name: "array_sort_desc",
        signatures: &["(array: dynamic, [nullsLast: const bool]) -> dynamic", "(*arrays: dynamic|bool) -> dynamic"],
        doc: "The elements, greatest first; nulls last unless told otherwise. Further arrays come in the order of the first.",
        naming: ResultName::Suffix("sorted"),
        examples: &[("array_sort_desc(dynamic([1, 3, 2]))", "[3,2,1]")],
        meaning: Meaning::Kernel(|_, a| sort(a, false)),
        ..Function::NEW
    },
    Function {
        name: "array_reverse",
        signatures: &["(array: dynamic) -> dynamic"],
        doc: "The elements from last to first.",
        examples: &[("array_reverse(dynamic([1, 2]))", "[2,1]")],
        meaning: Meaning::Kernel(|_, a| {
            array(a, 0).map_or(Value::Null, |items| list(items.iter().rev().cloned().collect()))
        }),
        ..Function::NEW
    },
    Function {
        name: "array_sum",
        signatures: &["(array: dynamic) -> real"],
        doc: "The sum of the elements; null when one is no number.",
        examples: &[("array_sum(dynamic([1, 2.5]))", "3.5")],
        meaning: Meaning::Kernel(|_, a| {
            let sum = array(a, 0).and_then(|items| items.iter().map(Json::as_f64).sum::<Option<f64>>());
            // An empty sum is -0.0 in Rust.
            sum.map_or(Value::Null, |sum| Value::Real(sum + 0.0))
        }),
        ..Function::NEW
    },
    Function {
        name: "array_index_of",
        signatures: &["(array: dynamic, value: any, [start: long], [length: long], [occurrence: const long]) -> long"],
        doc: "The place of the first element equal to a value, from 0; -1 when there is none.",
        examples: &[
            ("array_index_of(dynamic(['a', 'b']), 'b')", "1"),
            ("array_index_of(dynamic(['a', 'b', 'c']), 'a', -2)", "-1"),
        ],
        meaning: Meaning::Kernel(|_, a| {
            let Some(items) = array(a, 0) else { return Value::Null };
            let wanted = a[1].to_json();
            let (length, nth) = (number(a, 3).unwrap_or(-1), number(a, 4).unwrap_or(1));
            if length < -1 || nth < 0 {
                return Value::Null;
            }
            let size = items.len() as i64;
            let start = match number(a, 2).unwrap_or(0) {
                start if start < 0 => start.saturating_add(size).max(0),
                start => start.min(size),
            };
            let end = if length < 0 { size } else { start.saturating_add(length).min(size) };
            let (start, end, nth) = (start as usize, end as usize, usize::try_from(nth).unwrap_or(1).max(1));
            let found =
                items.iter().enumerate().take(end).skip(start).filter(|(_, item)| **item == wanted).nth(nth - 1);
            Value::Long(found.map_or(-1, |(at, _)| at as i64))
        }),
        ..Function::NEW
    },
    Function {
        name: "strcat_array",
        aliases: &["array_strcat"],
        signatures: &["(array: dynamic, delimiter: text) -> string"],
        doc: "The elements as text, with a delimiter between.",
        examples: &[("strcat_array(dynamic(['a', 1]), '-')", "a-1")],
        meaning: Meaning::Kernel(|_, a| {
            let texts =
                array(a, 0).map(|items| items.iter().map(|i| to_text(&Value::dynamic(i.clone()))).collect::<Vec<_>>());
            Value::string(texts.unwrap_or_default().join(a[1].as_str().unwrap_or_default()))
        }),
        ..Function::NEW
    },
    Function {
        name: "set_union",
        signatures: &["(*sets: dynamic) -> dynamic"],
        doc: "The distinct elements of all arrays.",
        examples: &[("set_union(dynamic([1, 2]), dynamic([2, 3]))", "[1,2,3]")],
        meaning: Meaning::Kernel(|_, a| list(distinct((0..a.len()).filter_map(|at| array(a, at)).flatten().cloned()))),
        ..Function::NEW
    },
    Function {
        name: "set_intersect",
        signatures: &["(first: dynamic, *more: dynamic) -> dynamic"],
        doc: "The distinct elements that all arrays have.",
        examples: &[("set_intersect(dynamic([1, 2]), dynamic([2, 3]))", "[2]")],
        meaning: Meaning::Kernel(|_, a| against_others(a, true)),
        ..Function::NEW
    },
    Function {
        name: "set_difference",
        signatures: &["(first: dynamic, *others: dynamic) -> dynamic"],
        doc: "The distinct elements of the first array that no other has.",
        examples: &[("set_difference(dynamic([1, 2]), dynamic([2, 3]))", "[1]")],
        meaning: Meaning::Kernel(|_, a| against_others(a, false)),
        ..Function::NEW
    },
    Function {
        name: "set_has_element",
        signatures: &["(set: dynamic, value: any) -> bool"],
        doc: "Whether an array has an element equal to a value.",
        examples: &[("set_has_element(dynamic([1, 2]), 2)", "True")],
        meaning: Meaning::Kernel(|_, a| Value::Bool(array(a, 0).is_some_and(|items| has(items, &a[1].to_json())))),
        ..Function::NEW
    },
    Function {
        name: "zip",
        signatures: &["(first: dynamic, *more: dynamic) -> dynamic"],
        doc: "An array of arrays: the first elements, the second elements and so on, nulls where one is shorter.",
        examples: &[("zip(dynamic([1, 2]), dynamic(['a']))", "[[1,\"a\"],[2,null]]")],
        meaning: Meaning::Kernel(|_, a| {
            let arrays: Vec<&[Json]> = (0..a.len()).map(|at| array(a, at).map_or(&[][..], Vec::as_slice)).collect();
            let longest = arrays.iter().map(|items| items.len()).max().unwrap_or(0);
            list(
                (0..longest)
                    .map(|n| {
                        Json::Array(arrays.iter().map(|items| items.get(n).cloned().unwrap_or(Json::Null)).collect())
                    })
                    .collect(),
            )
        }),
        ..Function::NEW
    },
    Function {
        name: "range",
        signatures: &[
            "(start: number, stop: number, [step: number]) -> dynamic",
            "(start: datetime, stop: datetime, [step: timespan]) -> dynamic",
            "(start: timespan, stop: timespan, [step: timespan]) -> dynamic",
        ],
        doc: "An array of values at equal distances, the last one included.",
        examples: &[("range(1, 7, 3)", "[1,4,7]"), ("range(2d, 1d, -1d)", "[\"2.00:00:00\",\"1.00:00:00\"]")],
        meaning: Meaning::Kernel(|_, a| range(a)),
        ..Function::NEW
    },
    Function {
        name: "repeat",
        signatures: &["(value: any, count: long) -> dynamic"],
        doc: "An array of one value, repeated.",
        naming: ResultName::Prefix("repeat"),
        examples: &[("repeat('a', 2)", "[\"a\",\"a\"]")],
        meaning: Meaning::Kernel(|_, a| match number(a, 1) {
            Some(count) if count >= 0 => list(vec![a[0].to_json(); (count as usize).min(1_048_576)]),
            _ => Value::Null,
        }),
        ..Function::NEW
    },
];
