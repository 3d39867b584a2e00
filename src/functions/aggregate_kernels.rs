//! What the aggregates compute that no engine has of its own: plain functions on the rows of a group.

use std::cmp::Ordering;

use crate::ir::{Context, CoreAggregate};
use crate::types::{Json, Value};

pub(super) type Group = [Vec<Value<'static>>];

pub(super) fn values(group: &Group) -> &[Value<'static>] {
    group.first().map_or(&[], Vec::as_slice)
}

/// The first argument's values in the rows where the condition at a place is true.
pub(super) fn chosen(group: &Group, condition: usize) -> Vec<Value<'static>> {
    let keep = |row: &usize| group.get(condition).is_some_and(|c| c.get(*row).and_then(Value::as_bool) == Some(true));
    (0..values(group).len()).filter(keep).map(|row| group[0][row].clone()).collect()
}

/// A constant argument.
pub(super) fn constant(group: &Group, at: usize) -> Option<&Value<'static>> {
    group.get(at).and_then(|column| column.first())
}

pub(super) fn numbers<'v>(values: &'v [Value<'static>]) -> impl Iterator<Item = f64> + 'v {
    values.iter().filter_map(|v| v.as_ticks().map(|t| t as f64).or_else(|| v.as_f64()))
}

pub(super) fn variance(values: &[Value<'static>], population: bool) -> f64 {
    let (mut n, mut mean, mut squares) = (0.0, 0.0, 0.0);
    for x in numbers(values) {
        n += 1.0;
        let delta = x - mean;
        mean += delta / n;
        squares += delta * (x - mean);
    }
    let divisor = if population { n } else { n - 1.0 };
    if divisor <= 0.0 { 0.0 } else { squares / divisor }
}

/// What to return from the first row where the first argument is greatest (or least).
pub(super) fn arg_extreme(group: &Group, wanted: Ordering) -> Value<'static> {
    let mut best: Option<usize> = None;
    for (row, value) in values(group).iter().enumerate() {
        let better = match best {
            None => !value.is_null(),
            Some(at) => !value.is_null() && value.order(&group[0][at]) == wanted,
        };
        if better {
            best = Some(row);
        }
    }
    let row = best.or_else(|| (!values(group).is_empty()).then_some(0));
    row.and_then(|row| group.get(1)?.get(row).cloned()).unwrap_or(Value::Null)
}

/// A core aggregate over the rows where the last argument is true.
pub(super) fn over(core: CoreAggregate, context: &Context, group: &Group) -> Value<'static> {
    core.kernel()(context, &[chosen(group, 1)])
}

/// The sum of the rows where a condition is true; over none of them the zero of the column's type.
pub(super) fn sum_if(context: &Context, group: &Group) -> Value<'static> {
    match (over(CoreAggregate::Sum, context, group), present(values(group)).next()) {
        (Value::Null, Some(Value::Real(_))) => Value::Real(0.0),
        (Value::Null, Some(Value::TimeSpan(_))) => Value::TimeSpan(0),
        (Value::Null, Some(Value::Decimal(_))) => Value::Decimal(rust_decimal::Decimal::ZERO),
        (Value::Null, _) => Value::Long(0),
        (sum, _) => sum,
    }
}

/// The mean of the rows where a condition is true; NaN over none of them.
pub(super) fn average_if(context: &Context, group: &Group) -> Value<'static> {
    match over(CoreAggregate::Average, context, group) {
        Value::Null => Value::Real(f64::NAN),
        mean => mean,
    }
}

/// Nearest rank: a value of the data.
pub(super) fn percentile_of(values: &[Value<'static>], rank: f64) -> Value<'static> {
    let mut sorted: Vec<&Value<'static>> = values.iter().filter(|v| !v.is_null()).collect();
    if sorted.is_empty() || !rank.is_finite() {
        return Value::Null;
    }
    sorted.sort_by(|a, b| a.order(b));
    let place = (rank / 100.0 * sorted.len() as f64).ceil().max(1.0) as usize;
    sorted[place.min(sorted.len()) - 1].clone()
}

pub(super) fn weighted(group: &Group, rank: f64) -> Value<'static> {
    let mut pairs: Vec<(&Value<'static>, f64)> = values(group)
        .iter()
        .enumerate()
        .filter_map(|(row, v)| Some((v, group.get(1)?.get(row)?.as_f64().filter(|w| *w > 0.0)?)))
        .filter(|(v, _)| !v.is_null())
        .collect();
    pairs.sort_by(|a, b| a.0.order(b.0));
    let total: f64 = pairs.iter().map(|(_, w)| w).sum();
    let wanted = rank / 100.0 * total;
    let mut seen = 0.0;
    for (value, weight) in &pairs {
        seen += weight;
        if seen >= wanted {
            return (*value).clone();
        }
    }
    pairs.last().map_or(Value::Null, |(v, _)| (*v).clone())
}

const MOST: i64 = 1_048_576;

pub(super) fn list<'v>(values: impl Iterator<Item = &'v Value<'static>>, most: Option<i64>) -> Value<'static> {
    let most = usize::try_from(most.unwrap_or(MOST)).unwrap_or(0);
    Value::dynamic(Json::Array(values.take(most).map(Value::to_json).collect()))
}

pub(super) fn set<'v>(values: impl Iterator<Item = &'v Value<'static>>, most: Option<i64>) -> Value<'static> {
    let mut seen = std::collections::HashSet::new();
    let most = usize::try_from(most.unwrap_or(MOST)).unwrap_or(0);
    Value::dynamic(Json::Array(values.map(Value::to_json).filter(|j| seen.insert(j.to_string())).take(most).collect()))
}

pub(super) fn present<'v>(values: &'v [Value<'static>]) -> impl Iterator<Item = &'v Value<'static>> {
    values.iter().filter(|v| !v.is_null())
}

pub(super) fn most(group: &Group, at: usize) -> Option<i64> {
    constant(group, at).and_then(Value::as_i64)
}

/// One bag of all bags; the first value of a key stays.
pub(super) fn bag<'v>(values: impl Iterator<Item = &'v Value<'static>>) -> Value<'static> {
    let mut all = serde_json::Map::new();
    for value in values {
        if let Some(Json::Object(bag)) = value.as_json() {
            for (key, value) in bag {
                all.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    Value::dynamic(Json::Object(all))
}

pub(super) fn bits(values: &[Value<'static>], combine: fn(i64, i64) -> i64) -> Value<'static> {
    values.iter().filter_map(Value::as_i64).reduce(combine).map_or(Value::Null, Value::Long)
}

/// The percentiles from a place on: numbers, or one dynamic array of them.
pub(super) fn ranks(group: &Group, from: usize) -> Vec<f64> {
    (from..group.len())
        .filter_map(|at| constant(group, at))
        .flat_map(|v| match v.as_json() {
            Some(Json::Array(items)) => items.iter().filter_map(Json::as_f64).collect(),
            _ => v.as_f64().into_iter().collect::<Vec<_>>(),
        })
        .collect()
}
