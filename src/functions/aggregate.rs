//! Aggregates.

use std::cmp::Ordering;

use super::{Aggregate, AggregateMeaning};
use crate::ir::{AggregateKernel, CoreAggregate};
use crate::types::{Json, ScalarType, Value, cast};

type Group = [Vec<Value<'static>>];

fn values(group: &Group) -> &[Value<'static>] {
    group.first().map_or(&[], Vec::as_slice)
}

/// The first argument's values in the rows where the condition at a place is true.
fn chosen(group: &Group, condition: usize) -> Vec<Value<'static>> {
    let keep = |row: &usize| group.get(condition).is_some_and(|c| c.get(*row).and_then(Value::as_bool) == Some(true));
    (0..values(group).len()).filter(keep).map(|row| group[0][row].clone()).collect()
}

/// A constant argument.
fn constant(group: &Group, at: usize) -> Option<&Value<'static>> {
    group.get(at).and_then(|column| column.first())
}

fn numbers<'v>(values: &'v [Value<'static>]) -> impl Iterator<Item = f64> + 'v {
    values.iter().filter_map(|v| v.as_ticks().map(|t| t as f64).or_else(|| v.as_f64()))
}

fn sum(values: &[Value<'static>]) -> Value<'static> {
    if values.iter().any(|v| matches!(v, Value::Real(_))) {
        return Value::Real(numbers(values).sum());
    }
    if values.iter().any(|v| matches!(v, Value::TimeSpan(_))) {
        return Value::TimeSpan(values.iter().filter_map(Value::as_ticks).fold(0, i64::wrapping_add));
    }
    Value::Long(values.iter().filter_map(Value::as_i64).fold(0, i64::wrapping_add))
}

/// Like `sum`, with the zero of a real column over no rows.
fn sum_if(group: &Group) -> Value<'static> {
    let chosen = chosen(group, 1);
    match (chosen.is_empty(), values(group).first()) {
        (true, Some(Value::Real(_))) => Value::Real(0.0),
        (true, Some(Value::TimeSpan(_))) => Value::TimeSpan(0),
        _ => sum(&chosen),
    }
}

fn average(values: &[Value<'static>]) -> Value<'static> {
    let (count, total) = numbers(values).fold((0_u64, 0.0), |(n, sum), x| (n + 1, sum + x));
    match values.iter().find(|v| !v.is_null()) {
        None => Value::Real(f64::NAN),
        Some(Value::TimeSpan(_)) => Value::TimeSpan((total / count as f64) as i64),
        Some(_) => Value::Real(total / count as f64),
    }
}

fn variance(values: &[Value<'static>], population: bool) -> f64 {
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

fn extreme(values: &[Value<'static>], wanted: Ordering) -> Value<'static> {
    let mut best: Option<&Value<'static>> = None;
    for value in values.iter().filter(|v| !v.is_null()) {
        if matches!(value, Value::Real(x) if x.is_nan()) {
            return value.clone();
        }
        if best.is_none_or(|b| value.order(b) == wanted) {
            best = Some(value);
        }
    }
    best.cloned().unwrap_or(Value::Null)
}

/// What to return from the first row where the first argument is greatest (or least).
fn arg_extreme(group: &Group, wanted: Ordering) -> Value<'static> {
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

/// Nearest rank: a value of the data.
fn percentile_of(values: &[Value<'static>], rank: f64) -> Value<'static> {
    let mut sorted: Vec<&Value<'static>> = values.iter().filter(|v| !v.is_null()).collect();
    if sorted.is_empty() || !rank.is_finite() {
        return Value::Null;
    }
    sorted.sort_by(|a, b| a.order(b));
    let place = (rank / 100.0 * sorted.len() as f64).ceil().max(1.0) as usize;
    sorted[place.min(sorted.len()) - 1].clone()
}

fn weighted(group: &Group, rank: f64) -> Value<'static> {
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

fn json(value: &Value<'static>) -> Json {
    cast(value, ScalarType::Dynamic).as_json().cloned().unwrap_or(Json::Null)
}

const MOST: i64 = 1_048_576;

fn list<'v>(values: impl Iterator<Item = &'v Value<'static>>, most: Option<i64>) -> Value<'static> {
    let most = usize::try_from(most.unwrap_or(MOST)).unwrap_or(0);
    Value::dynamic(Json::Array(values.take(most).map(json).collect()))
}

fn set<'v>(values: impl Iterator<Item = &'v Value<'static>>, most: Option<i64>) -> Value<'static> {
    let mut seen = std::collections::HashSet::new();
    let most = usize::try_from(most.unwrap_or(MOST)).unwrap_or(0);
    Value::dynamic(Json::Array(values.map(json).filter(|j| seen.insert(j.to_string())).take(most).collect()))
}

fn present<'v>(values: &'v [Value<'static>]) -> impl Iterator<Item = &'v Value<'static>> {
    values.iter().filter(|v| !v.is_null())
}

fn most(group: &Group, at: usize) -> Option<i64> {
    constant(group, at).and_then(Value::as_i64)
}

/// One bag of all bags; the first value of a key stays.
fn bag<'v>(values: impl Iterator<Item = &'v Value<'static>>) -> Value<'static> {
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

fn count_distinct(values: &[Value<'static>]) -> Value<'static> {
    let seen: std::collections::HashSet<String> = present(values).map(|v| format!("{v:?}")).collect();
    Value::Long(seen.len() as i64)
}

fn bits(values: &[Value<'static>], combine: fn(i64, i64) -> i64) -> Value<'static> {
    values.iter().filter_map(Value::as_i64).reduce(combine).map_or(Value::Null, Value::Long)
}

fn any(values: &[Value<'static>]) -> Value<'static> {
    present(values).find(|v| v.as_str() != Some("")).or_else(|| values.first()).cloned().unwrap_or(Value::Null)
}

const fn core(
    name: &'static str,
    aliases: &'static [&'static str],
    prefix: &'static str,
    signatures: &'static [&'static str],
    doc: &'static str,
    examples: &'static [(&'static str, &'static str)],
    core: CoreAggregate,
) -> Aggregate {
    Aggregate { name, aliases, signatures, doc, examples, prefix, meaning: AggregateMeaning::Core(core) }
}

const fn kernel(
    name: &'static str,
    aliases: &'static [&'static str],
    prefix: &'static str,
    signatures: &'static [&'static str],
    doc: &'static str,
    examples: &'static [(&'static str, &'static str)],
    kernel: AggregateKernel,
) -> Aggregate {
    Aggregate { name, aliases, signatures, doc, examples, prefix, meaning: AggregateMeaning::Kernel(kernel) }
}

/// The family.
pub const AGGREGATES: &[Aggregate] = &[
    core(
        "count",
        &["cnt"],
        "count",
        &["([value: any]) -> long"],
        "The number of rows.",
        &[("range x from 1 to 4 step 1 | summarize count()", "4")],
        CoreAggregate::Count,
    ),
    core(
        "countif",
        &[],
        "countif",
        &["(condition: bool) -> long"],
        "The number of rows where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize countif(x > 2)", "2")],
        CoreAggregate::CountIf,
    ),
    core(
        "sum",
        &[],
        "sum",
        &[
            "(value: long) -> long",
            "(value: real) -> real",
            "(value: decimal) -> decimal",
            "(value: timespan) -> timespan",
        ],
        "The sum; 0 over no rows.",
        &[("range x from 1 to 4 step 1 | summarize sum(x)", "10")],
        CoreAggregate::Sum,
    ),
    core(
        "avg",
        &[],
        "avg",
        &[
            "(value: real) -> real",
            "(value: decimal) -> decimal",
            "(value: timespan) -> timespan",
            "(value: datetime) -> datetime",
        ],
        "The arithmetic mean.",
        &[("range x from 1 to 4 step 1 | summarize avg(x)", "2.5")],
        CoreAggregate::Average,
    ),
    core(
        "min",
        &[],
        "min",
        &["(value: any) -> value"],
        "The least value.",
        &[("range x from 1 to 4 step 1 | summarize min(x)", "1")],
        CoreAggregate::Min,
    ),
    core(
        "max",
        &[],
        "max",
        &["(value: any) -> value"],
        "The greatest value.",
        &[("range x from 1 to 4 step 1 | summarize max(x)", "4")],
        CoreAggregate::Max,
    ),
    core(
        "dcount",
        &[],
        "dcount",
        &["(value: any, [accuracy: const long]) -> long"],
        "The number of distinct values, exact here (Kusto estimates it).",
        &[("range x from 1 to 4 step 1 | summarize dcount(x % 2)", "2")],
        CoreAggregate::CountDistinct,
    ),
    core(
        "count_distinct",
        &[],
        "count_distinct",
        &["(value: any) -> long"],
        "The number of distinct values.",
        &[("range x from 1 to 4 step 1 | summarize count_distinct(x % 3)", "3")],
        CoreAggregate::CountDistinct,
    ),
    core(
        "take_any",
        &["any"],
        "any",
        &["(value: any) -> value"],
        "Some value of the group, one that is not null if there is one.",
        &[("print x = 7 | summarize take_any(x)", "7")],
        CoreAggregate::TakeAny,
    ),
    kernel(
        "take_anyif",
        &["anyif"],
        "any",
        &["(value: any, condition: bool) -> value"],
        "Some value of the rows where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize take_anyif(x, x == 3)", "3")],
        |_, g| any(&chosen(g, 1)),
    ),
    kernel(
        "sumif",
        &[],
        "sumif",
        &[
            "(value: long, condition: bool) -> long",
            "(value: real, condition: bool) -> real",
            "(value: decimal, condition: bool) -> decimal",
            "(value: timespan, condition: bool) -> timespan",
        ],
        "The sum over the rows where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize sumif(x, x > 2)", "7")],
        |_, g| sum_if(g),
    ),
    kernel(
        "avgif",
        &[],
        "avgif",
        &["(value: real, condition: bool) -> real", "(value: timespan, condition: bool) -> timespan"],
        "The mean over the rows where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize avgif(x, x > 2)", "3.5")],
        |_, g| average(&chosen(g, 1)),
    ),
    kernel(
        "minif",
        &[],
        "minif",
        &["(value: any, condition: bool) -> value"],
        "The least value of the rows where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize minif(x, x > 2)", "3")],
        |_, g| extreme(&chosen(g, 1), Ordering::Less),
    ),
    kernel(
        "maxif",
        &[],
        "maxif",
        &["(value: any, condition: bool) -> value"],
        "The greatest value of the rows where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize maxif(x, x < 3)", "2")],
        |_, g| extreme(&chosen(g, 1), Ordering::Greater),
    ),
    kernel(
        "dcountif",
        &[],
        "dcountif",
        &["(value: any, condition: bool, [accuracy: const long]) -> long"],
        "The number of distinct values where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize dcountif(x, x > 2)", "2")],
        |_, g| count_distinct(&chosen(g, 1)),
    ),
    kernel(
        "count_distinctif",
        &[],
        "count_distinctif",
        &["(value: any, condition: bool) -> long"],
        "The number of distinct values where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize count_distinctif(x, x > 1)", "3")],
        |_, g| count_distinct(&chosen(g, 1)),
    ),
    kernel(
        "stdev",
        &[],
        "stdev",
        &["(value: real) -> real"],
        "The standard deviation of a sample.",
        &[("range x from 1 to 3 step 1 | summarize stdev(x)", "1.0")],
        |_, g| Value::Real(variance(values(g), false).sqrt()),
    ),
    kernel(
        "stdevp",
        &[],
        "stdevp",
        &["(value: real) -> real"],
        "The standard deviation of a population.",
        &[("print x = 1 | summarize stdevp(x)", "0.0")],
        |_, g| Value::Real(variance(values(g), true).sqrt()),
    ),
    kernel(
        "stdevif",
        &[],
        "stdevif",
        &["(value: real, condition: bool) -> real"],
        "The standard deviation of a sample, where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize stdevif(x, x < 4)", "1.0")],
        |_, g| Value::Real(variance(&chosen(g, 1), false).sqrt()),
    ),
    kernel(
        "variance",
        &[],
        "variance",
        &["(value: real) -> real"],
        "The variance of a sample.",
        &[("range x from 1 to 3 step 1 | summarize variance(x)", "1.0")],
        |_, g| Value::Real(variance(values(g), false)),
    ),
    kernel(
        "variancep",
        &[],
        "variancep",
        &["(value: real) -> real"],
        "The variance of a population.",
        &[("print x = 1 | summarize variancep(x)", "0.0")],
        |_, g| Value::Real(variance(values(g), true)),
    ),
    kernel(
        "varianceif",
        &[],
        "varianceif",
        &["(value: real, condition: bool) -> real"],
        "The variance of a sample, where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize varianceif(x, x < 4)", "1.0")],
        |_, g| Value::Real(variance(&chosen(g, 1), false)),
    ),
    kernel(
        "variancepif",
        &[],
        "variancepif",
        &["(value: real, condition: bool) -> real"],
        "The variance of a population, where a condition is true.",
        &[("print x = 1 | summarize variancepif(x, true)", "0.0")],
        |_, g| Value::Real(variance(&chosen(g, 1), true)),
    ),
    kernel(
        "percentile",
        &["percentiles"],
        "percentile",
        &["(value: any, percentile: const real) -> value"],
        "The value at a percentile, by nearest rank: one of the values.",
        &[("range x from 1 to 10 step 1 | summarize percentile(x, 90)", "9")],
        |_, g| percentile_of(values(g), constant(g, 1).and_then(Value::as_f64).unwrap_or(f64::NAN)),
    ),
    kernel(
        "percentilew",
        &["percentilesw"],
        "percentile",
        &["(value: any, weight: long, percentile: const real) -> value"],
        "The value at a percentile when each counts as often as its weight.",
        &[("range x from 1 to 3 step 1 | summarize percentilew(x, x, 50)", "2")],
        |_, g| weighted(g, constant(g, 2).and_then(Value::as_f64).unwrap_or(f64::NAN)),
    ),
    kernel(
        "percentiles_array",
        &[],
        "percentiles",
        &["(value: any, *percentiles: const any) -> dynamic"],
        "An array of the values at several percentiles.",
        &[("range x from 1 to 10 step 1 | summarize percentiles_array(x, 50, 90)", "[5,9]")],
        |_, g| {
            let ranks = ranks(g, 1);
            Value::dynamic(Json::Array(ranks.into_iter().map(|r| json(&percentile_of(values(g), r))).collect()))
        },
    ),
    kernel(
        "percentilesw_array",
        &[],
        "percentiles",
        &["(value: any, weight: long, *percentiles: const any) -> dynamic"],
        "An array of the weighted values at several percentiles.",
        &[("range x from 1 to 3 step 1 | summarize percentilesw_array(x, x, 50, 100)", "[2,3]")],
        |_, g| {
            let ranks = ranks(g, 2);
            Value::dynamic(Json::Array(ranks.into_iter().map(|r| json(&weighted(g, r))).collect()))
        },
    ),
    kernel(
        "arg_max",
        &["argmax"],
        "max",
        &["(maximise: any, return: any) -> return"],
        "The value of one column where another is greatest.",
        &[("datatable(a:long, b:string)[1, 'x', 2, 'y'] | summarize arg_max(a, b) | project b", "y")],
        |_, g| arg_extreme(g, Ordering::Greater),
    ),
    kernel(
        "arg_min",
        &["argmin"],
        "min",
        &["(minimise: any, return: any) -> return"],
        "The value of one column where another is least.",
        &[("datatable(a:long, b:string)[1, 'x', 2, 'y'] | summarize arg_min(a, b) | project b", "x")],
        |_, g| arg_extreme(g, Ordering::Less),
    ),
    kernel(
        "make_list",
        &["makelist"],
        "list",
        &["(value: any, [most: const long]) -> dynamic"],
        "An array of the values; nulls are left out.",
        &[("range x from 1 to 3 step 1 | summarize make_list(x)", "[1,2,3]")],
        |_, g| list(present(values(g)), most(g, 1)),
    ),
    kernel(
        "make_list_if",
        &[],
        "list",
        &["(value: any, condition: bool, [most: const long]) -> dynamic"],
        "An array of the values where a condition is true.",
        &[("range x from 1 to 3 step 1 | summarize make_list_if(x, x > 1)", "[2,3]")],
        |_, g| list(present(&chosen(g, 1)), most(g, 2)),
    ),
    kernel(
        "make_list_with_nulls",
        &[],
        "list",
        &["(value: any) -> dynamic"],
        "An array of the values, nulls included.",
        &[("datatable(x:long)[1, long(null)] | summarize make_list_with_nulls(x)", "[1,null]")],
        |_, g| list(values(g).iter(), None),
    ),
    kernel(
        "make_set",
        &["makeset"],
        "set",
        &["(value: any, [most: const long]) -> dynamic"],
        "An array of the distinct values.",
        &[("datatable(x:long)[1, 2, 1] | summarize make_set(x)", "[1,2]")],
        |_, g| set(present(values(g)), most(g, 1)),
    ),
    kernel(
        "make_set_if",
        &[],
        "set",
        &["(value: any, condition: bool, [most: const long]) -> dynamic"],
        "An array of the distinct values where a condition is true.",
        &[("datatable(x:long)[1, 2, 1] | summarize make_set_if(x, x < 2)", "[1]")],
        |_, g| set(present(&chosen(g, 1)), most(g, 2)),
    ),
    kernel(
        "make_bag",
        &["make_dictionary"],
        "bag",
        &["(bag: dynamic, [most: const long]) -> dynamic"],
        "One bag of all bags.",
        &[("datatable(b:dynamic)[dynamic({'a': 1}), dynamic({'b': 2})] | summarize make_bag(b)", "{\"a\":1,\"b\":2}")],
        |_, g| bag(values(g).iter()),
    ),
    kernel(
        "make_bag_if",
        &[],
        "bag",
        &["(bag: dynamic, condition: bool, [most: const long]) -> dynamic"],
        "One bag of the bags where a condition is true.",
        &[("datatable(b:dynamic)[dynamic({'a': 1})] | summarize make_bag_if(b, true)", "{\"a\":1}")],
        |_, g| bag(chosen(g, 1).iter()),
    ),
    kernel(
        "binary_all_and",
        &[],
        "binary_all_and",
        &["(value: long) -> long"],
        "The bits that all values have.",
        &[("datatable(x:long)[7, 5] | summarize binary_all_and(x)", "5")],
        |_, g| bits(values(g), |a, b| a & b),
    ),
    kernel(
        "binary_all_or",
        &[],
        "binary_all_or",
        &["(value: long) -> long"],
        "The bits that any value has.",
        &[("datatable(x:long)[4, 1] | summarize binary_all_or(x)", "5")],
        |_, g| bits(values(g), |a, b| a | b),
    ),
    kernel(
        "binary_all_xor",
        &[],
        "binary_all_xor",
        &["(value: long) -> long"],
        "The bits that an odd number of values have.",
        &[("datatable(x:long)[7, 5] | summarize binary_all_xor(x)", "2")],
        |_, g| bits(values(g), |a, b| a ^ b),
    ),
];

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
