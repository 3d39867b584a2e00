//! Reading the rows of a group.

use crate::ir::{Context, CoreAggregate};
use crate::types::Value;

pub(super) type Group = [Vec<Value<'static>>];

/// The values of the first argument.
pub(super) fn values(group: &Group) -> &[Value<'static>] {
    group.first().map_or(&[], Vec::as_slice)
}

/// The values that are not null.
pub(super) fn present<'v>(values: &'v [Value<'static>]) -> impl Iterator<Item = &'v Value<'static>> {
    values.iter().filter(|v| !v.is_null())
}

/// The rows where the condition at a place is true.
fn rows_where(group: &Group, condition: usize) -> impl Iterator<Item = usize> {
    let keep =
        move |row: &usize| group.get(condition).is_some_and(|c| c.get(*row).and_then(Value::as_bool) == Some(true));
    (0..values(group).len()).filter(keep)
}

/// The first argument's values in the rows where the condition at a place is true.
pub(super) fn chosen(group: &Group, condition: usize) -> Vec<Value<'static>> {
    rows_where(group, condition).map(|row| group[0][row].clone()).collect()
}

/// The group of the rows where the condition at a place is true.
pub(super) fn group_where(group: &Group, condition: usize) -> Vec<Vec<Value<'static>>> {
    let rows: Vec<usize> = rows_where(group, condition).collect();
    let pick = |column: &Vec<Value<'static>>| {
        rows.iter().map(|row| column.get(*row).cloned().unwrap_or(Value::Null)).collect()
    };
    group.iter().map(pick).collect()
}

/// A constant argument.
pub(super) fn constant(group: &Group, at: usize) -> Option<&Value<'static>> {
    group.get(at).and_then(|column| column.first())
}

/// A core aggregate over the rows where the second argument is true.
pub(super) fn over(core: CoreAggregate, context: &Context, group: &Group) -> Value<'static> {
    core.kernel()(context, &[chosen(group, 1)])
}

/// A number, or ticks as one.
pub(super) fn number(value: &Value<'_>) -> Option<f64> {
    value.as_ticks().map(|t| t as f64).or_else(|| value.as_f64())
}
