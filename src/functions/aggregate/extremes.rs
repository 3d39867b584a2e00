//! The least, the greatest, the row where they stand, and any row at all.

use std::cmp::Ordering;

use super::group::{Group, over, values};
use super::{Aggregate, core, kernel};
use crate::ir::CoreAggregate;
use crate::types::Value;

const ANY: Aggregate = core(
    "take_any",
    &["(value: any) -> value"],
    "Some value of the group, one that is not null if there is one. `take_any(*)` takes every column.",
    &[("print x = 7 | summarize take_any(x)", "7")],
    CoreAggregate::TakeAny,
)
.prefix("");

const ANY_IF: Aggregate = kernel(
    "take_anyif",
    &["(value: any, condition: bool) -> value"],
    "Some value of the rows where a condition is true.",
    &[("range x from 1 to 4 step 1 | summarize take_anyif(x, x == 3)", "3")],
    |c, g| over(CoreAggregate::TakeAny, c, g),
)
.prefix("");

const ARG_MAX: Aggregate = kernel(
    "arg_max",
    &["(maximise: bool|int|long|real|decimal|datetime|timespan|string, return: any) -> return"],
    "The row where a value is greatest: that value and others of the row, `*` for all columns. A NaN wins over every \
     number.",
    &[("datatable(a:long, b:string)[1, 'x', 2, 'y'] | summarize arg_max(a, b) | project b", "y")],
    |_, g| arg_extreme(g, Ordering::Greater),
)
.prefix("max");

const ARG_MIN: Aggregate = kernel(
    "arg_min",
    &["(minimise: bool|int|long|real|decimal|datetime|timespan|string, return: any) -> return"],
    "The row where a value is least: that value and others of the row, `*` for all columns. A NaN wins over every \
     number.",
    &[("datatable(a:long, b:string)[1, 'x', 2, 'y'] | summarize arg_min(a, b) | project b", "x")],
    |_, g| arg_extreme(g, Ordering::Less),
)
.prefix("min");

/// The family.
pub(super) const AGGREGATES: &[Aggregate] = &[
    core(
        "min",
        &["(value: bool|int|long|real|decimal|datetime|timespan|string) -> value"],
        "The least value; NaN when there is one.",
        &[("range x from 1 to 4 step 1 | summarize min(x)", "1")],
        CoreAggregate::Min,
    ),
    core(
        "max",
        &["(value: bool|int|long|real|decimal|datetime|timespan|string) -> value"],
        "The greatest value; NaN when there is one.",
        &[("range x from 1 to 4 step 1 | summarize max(x)", "4")],
        CoreAggregate::Max,
    ),
    kernel(
        "minif",
        &["(value: bool|int|long|real|decimal|datetime|timespan|string, condition: bool) -> value"],
        "The least value of the rows where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize minif(x, x > 2)", "3")],
        |c, g| over(CoreAggregate::Min, c, g),
    ),
    kernel(
        "maxif",
        &["(value: bool|int|long|real|decimal|datetime|timespan|string, condition: bool) -> value"],
        "The greatest value of the rows where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize maxif(x, x < 3)", "2")],
        |c, g| over(CoreAggregate::Max, c, g),
    ),
    ANY,
    Aggregate {
        doc: "Some value of the group: an old name of `take_any`, which names its column `any_x`.",
        examples: &[("print x = 7 | summarize any(x) | project any_x", "7")],
        ..ANY.legacy("any", "any")
    },
    ANY_IF,
    Aggregate {
        doc: "Some value of the rows where a condition is true: an old name of `take_anyif`.",
        examples: &[("print x = 7 | summarize anyif(x, true) | project anyif_x", "7")],
        ..ANY_IF.legacy("anyif", "anyif")
    },
    kernel(
        "passthrough",
        &["(value: any) -> value"],
        "The first value of the group.",
        &[("datatable(x:long)[3, 1] | summarize passthrough(x)", "3")],
        |_, g| values(g).first().cloned().unwrap_or(Value::Null),
    )
    .prefix(""),
    ARG_MAX,
    Aggregate {
        doc: "The row where a value is greatest: an old name of `arg_max`, which names its columns `max_a`, `max_a_b`.",
        examples: &[("datatable(a:long, b:string)[1, 'x', 2, 'y'] | summarize argmax(a, b) | project max_a_b", "y")],
        ..ARG_MAX.legacy("argmax", "max")
    },
    ARG_MIN,
    Aggregate {
        doc: "The row where a value is least: an old name of `arg_min`, which names its columns `min_a`, `min_a_b`.",
        examples: &[("datatable(a:long, b:string)[1, 'x', 2, 'y'] | summarize argmin(a, b) | project min_a_b", "x")],
        ..ARG_MIN.legacy("argmin", "min")
    },
];

/// What to return from the first row where the first argument is greatest (or least). A group of nulls alone gives its
/// first row.
fn arg_extreme(group: &Group, wanted: Ordering) -> Value<'static> {
    let nan = |value: &Value<'_>| matches!(value, Value::Real(x) if x.is_nan());
    let mut best: Option<usize> = None;
    for (row, value) in values(group).iter().enumerate() {
        if value.is_null() {
            continue;
        }
        if nan(value) {
            best = Some(row);
            break;
        }
        if best.is_none_or(|at| value.order(&group[0][at]) == wanted) {
            best = Some(row);
        }
    }
    group.get(1).and_then(|column| column.get(best.unwrap_or(0)).cloned()).unwrap_or(Value::Null)
}
