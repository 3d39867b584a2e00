//! `hll` and `tdigest`: aggregates whose answers can be stored, merged and read later.

use super::group::{Group, chosen, constant, present, values};
use super::{Aggregate, kernel};
use crate::functions::sketch::{Digest, Hll, merged_digest, merged_hll};
use crate::types::Value;

const MERGE: Aggregate = kernel(
    "tdigest_merge",
    &["(tdigest: dynamic) -> dynamic"],
    "One `tdigest` of all.",
    &[(
        "range x from 1 to 9 step 1 | summarize t = tdigest(x) by x % 2 | summarize t = tdigest_merge(t) \
          | project percentile_tdigest(t, 100)",
        "9",
    )],
    |_, g| merged_digest(values(g).iter()),
)
.prefix("merge_tdigests")
.also(&["merge_tdigest"]);

/// The family.
pub(super) const AGGREGATES: &[Aggregate] = &[
    kernel(
        "hll",
        &["(value: any, [accuracy: const integer]) -> dynamic"],
        "The distinct values in a form that `hll_merge` merges and `dcount_hll` counts: exact up to some thousand, \
         beyond that by HyperLogLog.",
        &[("range x from 1 to 9 step 1 | summarize h = hll(x % 3) | project dcount_hll(h)", "3")],
        |_, g| hll(values(g), constant(g, 1)),
    ),
    kernel(
        "hll_if",
        &["(value: any, condition: bool, [accuracy: const integer]) -> dynamic"],
        "As `hll`, of the rows where a condition is true.",
        &[("range x from 1 to 9 step 1 | summarize h = hll_if(x, x > 7) | project dcount_hll(h)", "2")],
        |_, g| hll(&chosen(g, 1), constant(g, 2)),
    ),
    kernel(
        "hll_merge",
        &["(hll: dynamic) -> dynamic"],
        "One `hll` of all.",
        &[(
            "range x from 1 to 9 step 1 | summarize h = hll(x % 3) by x % 2 | summarize h = hll_merge(h) \
              | project dcount_hll(h)",
            "3",
        )],
        |_, g| merged_hll(values(g).iter()),
    ),
    kernel(
        "tdigest",
        &["(value: real|int|long|decimal|timespan|datetime, [weight: integer]) -> dynamic"],
        "The values, each as often as its weight, in a form that `tdigest_merge` merges and `percentile_tdigest` \
         reads: exact up to some thousand values, beyond that a t-digest.",
        &[("range x from 1 to 9 step 1 | summarize t = tdigest(x) | project percentile_tdigest(t, 50)", "5")],
        |_, g| digest(g),
    ),
    MERGE,
];

fn hll(values: &[Value<'static>], accuracy: Option<&Value<'static>>) -> Value<'static> {
    let mut hll = Hll::new(accuracy.and_then(Value::as_i64).unwrap_or(1));
    let mut any = false;
    for value in present(values) {
        hll.add(value);
        any = true;
    }
    if any { Value::dynamic(hll.to_json()) } else { Value::Null }
}

fn digest(group: &Group) -> Value<'static> {
    let weight = |row: usize| group.get(1).map_or(Some(1.0), |w| w.get(row).and_then(Value::as_f64));
    let weighed = values(group).iter().enumerate().filter_map(|(row, value)| Some((value, weight(row)?)));
    Digest::of(weighed).map_or(Value::Null, |d| Value::dynamic(d.to_json()))
}
