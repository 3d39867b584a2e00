//! Bits of all values.

use super::group::values;
use super::{Aggregate, kernel};
use crate::types::Value;

const SIGNATURES: &[&str] = &["(value: int) -> int", "(value: long) -> long"];

/// The family. Like `take_any`, they name a column as their argument is named.
pub(super) const AGGREGATES: &[Aggregate] = &[
    kernel(
        "binary_all_and",
        SIGNATURES,
        "The bits that all values have.",
        &[("datatable(x:long)[7, 5] | summarize binary_all_and(x)", "5")],
        |_, g| bits(values(g), |a, b| a & b),
    )
    .prefix(""),
    kernel(
        "binary_all_or",
        SIGNATURES,
        "The bits that any value has.",
        &[("datatable(x:long)[4, 1] | summarize binary_all_or(x)", "5")],
        |_, g| bits(values(g), |a, b| a | b),
    )
    .prefix(""),
    kernel(
        "binary_all_xor",
        SIGNATURES,
        "The bits that an odd number of values have.",
        &[("datatable(x:long)[7, 5] | summarize binary_all_xor(x)", "2")],
        |_, g| bits(values(g), |a, b| a ^ b),
    )
    .prefix(""),
];

fn bits(values: &[Value<'static>], combine: fn(i64, i64) -> i64) -> Value<'static> {
    values.iter().filter_map(Value::as_i64).reduce(combine).map_or(Value::Null, Value::Long)
}
