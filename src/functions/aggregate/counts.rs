//! `count`, `dcount` and their kin.

use super::group::over;
use super::{Aggregate, core, kernel};
use crate::ir::CoreAggregate;

const COUNT: Aggregate = core(
    "count",
    &["([value: any]) -> long"],
    "The number of rows. An argument is taken for the sake of old queries, and changes nothing but the column's name.",
    &[("range x from 1 to 4 step 1 | summarize count()", "4")],
    CoreAggregate::Count,
);

/// The family.
pub(super) const AGGREGATES: &[Aggregate] = &[
    COUNT,
    Aggregate {
        signatures: &["() -> long"],
        doc: "The number of rows: an old name of `count`.",
        examples: &[("range x from 1 to 4 step 1 | summarize cnt()", "4")],
        ..COUNT.legacy("cnt", "cnt")
    },
    core(
        "countif",
        &["(condition: bool) -> long"],
        "The number of rows where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize countif(x > 2)", "2")],
        CoreAggregate::CountIf,
    ),
    core(
        "dcount",
        &["(value: any, [accuracy: const integer]) -> long"],
        "The number of distinct values, exact here (Kusto estimates it, to an accuracy from 0 to 4). Nulls do not count.",
        &[("range x from 1 to 4 step 1 | summarize dcount(x % 2)", "2")],
        CoreAggregate::CountDistinct,
    ),
    core(
        "count_distinct",
        &["(value: bool|int|long|real|decimal|datetime|timespan|guid|string) -> long"],
        "The number of distinct values. Nulls do not count.",
        &[("range x from 1 to 4 step 1 | summarize count_distinct(x % 3)", "3")],
        CoreAggregate::CountDistinct,
    ),
    kernel(
        "dcountif",
        &["(value: any, condition: bool, [accuracy: const integer]) -> long"],
        "The number of distinct values where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize dcountif(x, x > 2)", "2")],
        |c, g| over(CoreAggregate::CountDistinct, c, g),
    ),
    kernel(
        "count_distinctif",
        &["(value: bool|int|long|real|decimal|datetime|timespan|guid|string, condition: bool) -> long"],
        "The number of distinct values where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize count_distinctif(x, x > 1)", "3")],
        |c, g| over(CoreAggregate::CountDistinct, c, g),
    ),
];
