//! `sum`, `avg` and their kin.

use super::group::over;
use super::{Aggregate, OverNothing, core, kernel};
use crate::ir::CoreAggregate;

/// The family.
pub(super) const AGGREGATES: &[Aggregate] = &[
    core(
        "sum",
        &[
            "(value: long) -> long",
            "(value: real) -> real",
            "(value: decimal) -> decimal",
            "(value: timespan) -> timespan",
            "(value: datetime) -> datetime",
        ],
        "The sum; 0 over no value. Whole numbers wrap around.",
        &[
            ("range x from 1 to 4 step 1 | summarize sum(x)", "10"),
            ("datatable(d: decimal)[decimal(null)] | summarize sum(d)", "0"),
        ],
        CoreAggregate::Sum,
    )
    .over_nothing(OverNothing::Zero),
    kernel(
        "sumif",
        &[
            "(value: long, condition: bool) -> long",
            "(value: real, condition: bool) -> real",
            "(value: decimal, condition: bool) -> decimal",
            "(value: timespan, condition: bool) -> timespan",
            "(value: datetime, condition: bool) -> datetime",
        ],
        "The sum over the rows where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize sumif(x, x > 2)", "7")],
        |c, g| over(CoreAggregate::Sum, c, g),
    )
    .over_nothing(OverNothing::Zero),
    core(
        "avg",
        &[
            "(value: int) -> real",
            "(value: long) -> real",
            "(value: real) -> real",
            "(value: decimal) -> decimal",
            "(value: timespan) -> timespan",
            "(value: datetime) -> datetime",
        ],
        "The arithmetic mean; NaN over no number. The sum of whole numbers wraps around first, as `sum` does.",
        &[
            ("range x from 1 to 4 step 1 | summarize avg(x)", "2.5"),
            ("datatable(x: long)[9223372036854775807, 1] | summarize avg(x)", "-4.611686018427388e+18"),
        ],
        CoreAggregate::Average,
    )
    .over_nothing(OverNothing::NotANumber),
    kernel(
        "avgif",
        &[
            "(value: int, condition: bool) -> real",
            "(value: long, condition: bool) -> real",
            "(value: real, condition: bool) -> real",
            "(value: decimal, condition: bool) -> decimal",
            "(value: timespan, condition: bool) -> timespan",
            "(value: datetime, condition: bool) -> datetime",
        ],
        "The mean over the rows where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize avgif(x, x > 2)", "3.5")],
        |c, g| over(CoreAggregate::Average, c, g),
    )
    .over_nothing(OverNothing::NotANumber),
];
