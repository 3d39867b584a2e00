//! Percentiles by nearest rank: always a value of the data.

use std::cmp::Ordering;

use super::group::{Group, constant, present, values};
use super::{Aggregate, kernel};
use crate::functions::sketch::place;
use crate::ir::unwrap_dynamic;
use crate::types::{Json, Value};

/// The family. `percentiles` and `percentilesw` are bound as one of these for every rank.
pub(super) const AGGREGATES: &[Aggregate] = &[
    kernel(
        "percentile",
        &[
            "(value: int|long, percentile: const number) -> long",
            "(value: decimal, percentile: const number) -> real",
            "(value: any, percentile: const number) -> value",
        ],
        "The value at a percentile, by nearest rank: the least value that this share of the values does not exceed.",
        &[("range x from 1 to 10 step 1 | summarize percentile(x, 90)", "9")],
        |_, g| at_rank(values(g), rank(constant(g, 1))),
    )
    .also(&["percentiles"]),
    kernel(
        "percentilew",
        &[
            "(value: int|long, weight: integer, percentile: const number) -> long",
            "(value: decimal, weight: integer, percentile: const number) -> real",
            "(value: any, weight: integer, percentile: const number) -> value",
        ],
        "The value at a percentile when each counts as often as its weight.",
        &[("range x from 1 to 3 step 1 | summarize percentilew(x, x, 50)", "2")],
        |_, g| at_weighted_rank(g, rank(constant(g, 2))),
    )
    .prefix("percentile")
    .also(&["percentilesw"]),
    kernel(
        "percentiles_array",
        &["(value: any, *percentiles: const number) -> dynamic", "(value: any, percentiles: const dynamic) -> dynamic"],
        "An array of the values at several percentiles.",
        &[
            ("range x from 1 to 10 step 1 | summarize percentiles_array(x, 50, 90)", "[5,9]"),
            ("range x from 1 to 10 step 1 | summarize percentiles_array(x, dynamic([10, 100]))", "[1,10]"),
        ],
        |_, g| all(ranks(g, 1), |rank| at_rank(values(g), rank)),
    )
    .prefix("percentiles"),
    kernel(
        "percentilesw_array",
        &[
            "(value: any, weight: integer, *percentiles: const number) -> dynamic",
            "(value: any, weight: integer, percentiles: const dynamic) -> dynamic",
        ],
        "An array of the weighted values at several percentiles.",
        &[("range x from 1 to 3 step 1 | summarize percentilesw_array(x, x, 50, 100)", "[2,3]")],
        |_, g| all(ranks(g, 2), |rank| at_weighted_rank(g, rank)),
    )
    .prefix("percentiles"),
];

fn rank(value: Option<&Value<'static>>) -> f64 {
    value.and_then(Value::as_f64).unwrap_or(f64::NAN)
}

/// The percentiles from a place on: numbers, or one dynamic array of them.
fn ranks(group: &Group, from: usize) -> Vec<f64> {
    (from..group.len())
        .filter_map(|at| constant(group, at))
        .flat_map(|v| match v.as_json() {
            Some(Json::Array(items)) => items.iter().filter_map(Json::as_f64).collect(),
            _ => v.as_f64().into_iter().collect::<Vec<_>>(),
        })
        .collect()
}

/// Null over no value at all, else an array.
fn all(ranks: Vec<f64>, at: impl Fn(f64) -> Value<'static>) -> Value<'static> {
    let found: Vec<Value<'static>> = ranks.into_iter().map(at).collect();
    if found.iter().all(Value::is_null) {
        return Value::Null;
    }
    Value::dynamic(Json::Array(found.iter().map(Value::to_json).collect()))
}

/// The order of two values, dynamics by what they hold.
fn order(a: &Value<'static>, b: &Value<'static>) -> Ordering {
    match (a, b) {
        (Value::Dynamic(_), _) | (_, Value::Dynamic(_)) => unwrap_dynamic(a).total_order(&unwrap_dynamic(b)),
        _ => a.order(b),
    }
}

fn at_rank(values: &[Value<'static>], rank: f64) -> Value<'static> {
    if let Some(found) = at_rank_of_whole(values, rank) {
        return found;
    }
    let mut sorted: Vec<&Value<'static>> = present(values).collect();
    if sorted.is_empty() || !rank.is_finite() {
        return Value::Null;
    }
    sorted.sort_by(|a, b| order(a, b));
    let at = place(rank, sorted.len() as f64) as usize;
    sorted[at.min(sorted.len()) - 1].clone()
}

/// The same for whole numbers, instants and spans, of which only the one at the place is looked for.
fn at_rank_of_whole(values: &[Value<'static>], rank: f64) -> Option<Value<'static>> {
    let whole = |v: &Value<'static>| v.as_i64().or_else(|| v.as_ticks());
    let mut numbers = present(values).map(whole).collect::<Option<Vec<i64>>>()?;
    if numbers.is_empty() || !rank.is_finite() {
        return None;
    }
    let at = (place(rank, numbers.len() as f64) as usize).min(numbers.len()) - 1;
    let (_, found, _) = numbers.select_nth_unstable(at);
    Some(match present(values).next()? {
        Value::Int(_) => Value::Int(*found as i32),
        Value::DateTime(_) => Value::DateTime(*found),
        Value::TimeSpan(_) => Value::TimeSpan(*found),
        _ => Value::Long(*found),
    })
}

fn at_weighted_rank(group: &Group, rank: f64) -> Value<'static> {
    let weights = group.get(1).map_or(&[][..], Vec::as_slice);
    let mut pairs: Vec<(&Value<'static>, f64)> = values(group)
        .iter()
        .zip(weights)
        .filter(|(value, _)| !value.is_null())
        .filter_map(|(value, weight)| Some((value, weight.as_f64().filter(|w| *w > 0.0)?)))
        .collect();
    pairs.sort_by(|a, b| order(a.0, b.0));
    let wanted = place(rank, pairs.iter().map(|(_, weight)| weight).sum());
    let mut seen = 0.0;
    for (value, weight) in &pairs {
        seen += weight;
        if seen >= wanted {
            return (*value).clone();
        }
    }
    pairs.pop().map_or(Value::Null, |(value, _)| value.clone())
}

/// The percentile over each of some windows of rows, from one row up to another, which only move forward: each row
/// comes in once and goes out once, however long the windows are.
#[must_use]
pub fn rolling_percentiles(values: &[&Value<'static>], windows: &[(usize, usize)], rank: f64) -> Vec<Value<'static>> {
    let mut sorted: Vec<usize> = (0..values.len()).filter(|row| !values[*row].is_null()).collect();
    sorted.sort_by(|a, b| order(values[*a], values[*b]));
    let mut places = vec![None; values.len()];
    sorted.iter().enumerate().for_each(|(place, row)| places[*row] = Some(place));
    let mut window = Window { counts: vec![0; sorted.len() + 1], size: 0 };
    let (mut gone, mut come) = (0, 0);
    let at = |(first, end): &(usize, usize)| {
        while come < *end {
            window.count(places[come], 1);
            come += 1;
        }
        while gone < *first {
            window.count(places[gone], -1);
            gone += 1;
        }
        if window.size == 0 || !rank.is_finite() {
            return Value::Null;
        }
        let nth = (place(rank, window.size as f64) as i64).min(window.size);
        values[sorted[window.nth(nth)]].clone()
    };
    windows.iter().map(at).collect()
}

/// Which places of an order are taken, as a Fenwick tree: slot n counts the places behind the last of its lowest bit.
struct Window {
    counts: Vec<i64>,
    size: i64,
}

impl Window {
    /// Takes a place, or leaves it.
    fn count(&mut self, place: Option<usize>, by: i64) {
        let Some(place) = place else { return };
        self.size += by;
        let mut slot = place + 1;
        while slot < self.counts.len() {
            self.counts[slot] += by;
            slot += slot & slot.wrapping_neg();
        }
    }

    /// The nth taken place, from 1.
    fn nth(&self, mut nth: i64) -> usize {
        let mut place = 0;
        let mut width = self.counts.len().next_power_of_two();
        while width > 0 {
            let slot = place + width;
            if slot < self.counts.len() && self.counts[slot] < nth {
                nth -= self.counts[slot];
                place = slot;
            }
            width /= 2;
        }
        place
    }
}
