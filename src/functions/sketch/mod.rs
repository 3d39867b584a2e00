//! Answers that can be stored and merged before they are read: `hll` for counts of distinct values, `tdigest` for
//! percentiles.

mod digest;
mod hll;

pub(super) use digest::{Digest, place};
pub(super) use hll::Hll;

use super::{Function, ResultName};
use crate::types::{Json, Value};

/// The family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "dcount_hll",
        &["(hll: dynamic) -> long"],
        "The number of distinct values that an `hll` has seen.",
        &[("toscalar(range x from 1 to 9 step 1 | summarize h = hll(x % 3) | project dcount_hll(h))", "3")],
        |_, a| hll(a.first()).map_or(Value::Null, |h| Value::Long(h.count())),
    )
    .naming(ResultName::Prefix("dcount_hll")),
    Function::kernel(
        "hll_merge",
        &["(*hll: dynamic) -> dynamic"],
        "One `hll` of several.",
        &[(
            "toscalar(range x from 1 to 9 step 1 | summarize a = hll(x), b = hll(x + 5) | project dcount_hll(hll_merge(a, b)))",
            "14",
        )],
        |_, a| merged_hll(a.iter()),
    ),
    Function::kernel(
        "tdigest_merge",
        &["(*tdigest: dynamic) -> dynamic"],
        "One `tdigest` of several.",
        &[(
            "toscalar(range x from 1 to 9 step 1 | summarize a = tdigest(x), b = tdigest(-x) | \
              project percentile_tdigest(tdigest_merge(a, b), 100, typeof(long)))",
            "9",
        )],
        |_, a| merged_digest(a.iter()),
    )
    .also(&["merge_tdigest"]),
    Function::kernel(
        "percentile_tdigest",
        &[
            "(tdigest: dynamic, percentile: real) -> dynamic",
            "(tdigest: dynamic, percentile: real, type: type) -> typeof(type)",
        ],
        "The value at a percentile of the values that a `tdigest` has seen.",
        &[(
            "toscalar(range x from 1 to 10 step 1 | summarize t = tdigest(x) | project percentile_tdigest(t, 90))",
            "9",
        )],
        |_, a| digest(a.first()).map_or(Value::Null, |d| typed(d.percentile(rank(a.get(1))), a.get(2))),
    )
    .naming(ResultName::Prefix("percentile_tdigest")),
    Function::kernel(
        "percentiles_array_tdigest",
        &["(tdigest: dynamic, percentiles: dynamic) -> dynamic", "(tdigest: dynamic, *percentiles: real) -> dynamic"],
        "An array of the values at several percentiles of what a `tdigest` has seen.",
        &[(
            "toscalar(range x from 1 to 10 step 1 | summarize t = tdigest(x) | \
              project percentiles_array_tdigest(t, 10, 90))",
            "[1,9]",
        )],
        |_, a| {
            let Some(digest) = digest(a.first()) else { return Value::Null };
            let ranks = a[1..].iter().flat_map(|value| match value.as_json() {
                Some(Json::Array(items)) => items.iter().filter_map(Json::as_f64).collect(),
                _ => vec![rank(Some(value))],
            });
            Value::dynamic(Json::Array(ranks.map(|rank| digest.percentile(rank).to_json()).collect()))
        },
    )
    .also(&["percentile_array_tdigest"])
    .naming(ResultName::Prefix("percentile_tdigest")),
    Function::kernel(
        "rank_tdigest",
        &["(tdigest: dynamic, value: any) -> real"],
        "How many of the values that a `tdigest` has seen are not above a value.",
        &[("toscalar(range x from 1 to 10 step 1 | summarize t = tdigest(x) | project rank_tdigest(t, 7))", "7.0")],
        |_, a| by_value(a, Digest::rank),
    ),
    Function::kernel(
        "percentrank_tdigest",
        &["(tdigest: dynamic, value: any) -> real"],
        "How many of a hundred values that a `tdigest` has seen are not above a value.",
        &[(
            "toscalar(range x from 1 to 10 step 1 | summarize t = tdigest(x) | project percentrank_tdigest(t, 7))",
            "70.0",
        )],
        |_, a| by_value(a, Digest::percent_rank),
    ),
    Function::kernel(
        "hll_isvalid",
        &["(hll: dynamic, [value: any]) -> bool"],
        "Whether a value is an `hll`.",
        &[("hll_isvalid(dynamic([1]))", "False")],
        |_, a| Value::Bool(hll(a.first()).is_some()),
    ),
    Function::kernel(
        "tdigest_isvalid",
        &["(tdigest: dynamic, [value: any]) -> bool"],
        "Whether a value is a `tdigest`.",
        &[("tdigest_isvalid(dynamic([1]))", "False")],
        |_, a| Value::Bool(digest(a.first()).is_some()),
    ),
];

fn hll(value: Option<&Value<'_>>) -> Option<Hll> {
    value.and_then(Value::as_json).and_then(Hll::from_json)
}

fn digest(value: Option<&Value<'_>>) -> Option<Digest> {
    value.and_then(Value::as_json).and_then(Digest::from_json)
}

/// One of all; null when there is none.
pub(super) fn merged_hll<'a>(values: impl Iterator<Item = &'a Value<'a>>) -> Value<'static> {
    let merged = values.filter_map(|value| hll(Some(value))).reduce(|mut all, next| {
        all.merge(&next);
        all
    });
    merged.map_or(Value::Null, |h| Value::dynamic(h.to_json()))
}

/// One of all; null when there is none.
pub(super) fn merged_digest<'a>(values: impl Iterator<Item = &'a Value<'a>>) -> Value<'static> {
    let merged = values.filter_map(|value| digest(Some(value))).reduce(Digest::merge);
    merged.map_or(Value::Null, |d| Value::dynamic(d.to_json()))
}

fn rank(value: Option<&Value<'_>>) -> f64 {
    value.and_then(Value::as_f64).unwrap_or(f64::NAN)
}

/// The value in the type a call asks for: a dynamic when it asks for none.
fn typed(value: Value<'static>, wanted: Option<&Value<'_>>) -> Value<'static> {
    match wanted.and_then(Value::as_str).and_then(crate::types::ScalarType::from_name) {
        Some(scalar_type) => crate::types::cast(&value, scalar_type),
        None => Value::dynamic(value.to_json()),
    }
}

fn by_value<'a>(arguments: &[Value<'_>], of: fn(&Digest, &Value<'_>) -> Option<f64>) -> Value<'a> {
    let [given, value, ..] = arguments else { return Value::Null };
    let value = crate::ir::unwrap_dynamic(value);
    digest(Some(given)).and_then(|d| of(&d, &value)).map_or(Value::Null, Value::Real)
}
