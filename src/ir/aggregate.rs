//! The reference meaning of the core aggregates, on plain values. Engines may be faster, never different.

use std::cmp::Ordering;
use std::collections::HashSet;

use rust_decimal::Decimal;

use super::compare::unwrap_dynamic;
use super::{AggregateKernel, CoreAggregate};
use crate::types::{ScalarType, Value};

type Group = [Vec<Value<'static>>];

impl CoreAggregate {
    /// What the aggregate computes over the rows of one group.
    pub fn kernel(self) -> AggregateKernel {
        match self {
            Self::Count => |_, group| Value::Long(values(group).len() as i64),
            Self::CountIf => {
                |_, group| Value::Long(values(group).iter().filter(|v| v.as_bool() == Some(true)).count() as i64)
            }
            Self::Sum => |_, group| sum(group),
            Self::Average => |_, group| average(group),
            Self::Min => |_, group| extreme(group, Ordering::Less),
            Self::Max => |_, group| extreme(group, Ordering::Greater),
            Self::CountDistinct => |_, group| {
                let seen: HashSet<String> = present(group).map(|v| format!("{v:?}")).collect();
                Value::Long(seen.len() as i64)
            },
            Self::TakeAny => |_, group| {
                let best = present(group).find(|v| v.as_str() != Some(""));
                best.or_else(|| values(group).first()).cloned().unwrap_or(Value::Null)
            },
        }
    }
}

/// The values of the first argument.
fn values(group: &Group) -> &[Value<'static>] {
    group.first().map_or(&[], Vec::as_slice)
}

fn present(group: &Group) -> impl Iterator<Item = &Value<'static>> {
    values(group).iter().filter(|v| !v.is_null())
}

/// Null over no value: which type of zero it is, only the caller knows.
fn sum(group: &Group) -> Value<'static> {
    let mut all = present(group);
    let Some(first) = all.next() else { return Value::Null };
    all.fold(first.clone(), |sum, value| add(&sum, value))
}

fn add(a: &Value<'static>, b: &Value<'static>) -> Value<'static> {
    match (unwrap_dynamic(a), unwrap_dynamic(b)) {
        (Value::Decimal(a), Value::Decimal(b)) => a.checked_add(b).map_or(Value::Null, Value::Decimal),
        (Value::TimeSpan(a), Value::TimeSpan(b)) => Value::TimeSpan(a.wrapping_add(b)),
        (Value::DateTime(a), Value::DateTime(b)) => Value::DateTime(a.wrapping_add(b)),
        (a, b) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => Value::Long(a.wrapping_add(b)),
            _ => match (a.as_f64(), b.as_f64()) {
                (Some(a), Some(b)) => Value::Real(a + b),
                _ => Value::Null,
            },
        },
    }
}

/// Null over no value.
fn average(group: &Group) -> Value<'static> {
    let Some(first) = present(group).next() else { return Value::Null };
    let count = present(group).count();
    let ticks = || present(group).filter_map(Value::as_ticks).map(i128::from).sum::<i128>() / count as i128;
    match first.scalar_type() {
        Some(ScalarType::TimeSpan) => Value::TimeSpan(ticks() as i64),
        Some(ScalarType::DateTime) => Value::DateTime(ticks() as i64),
        Some(ScalarType::Decimal) => match sum(group) {
            Value::Decimal(total) => total.checked_div(Decimal::from(count)).map_or(Value::Null, Value::Decimal),
            _ => Value::Null,
        },
        Some(ScalarType::Int | ScalarType::Long) => {
            let sum = present(group).filter_map(Value::as_i64).fold(0_i64, i64::wrapping_add);
            Value::Real(sum as f64 / count as f64)
        }
        _ => Value::Real(present(group).filter_map(Value::as_f64).sum::<f64>() / count as f64),
    }
}

/// One NaN makes the answer NaN.
fn extreme(group: &Group, wanted: Ordering) -> Value<'static> {
    let mut best: Option<&Value<'static>> = None;
    for value in present(group) {
        if matches!(value, Value::Real(x) if x.is_nan()) {
            return value.clone();
        }
        if best.is_none_or(|b| value.order(b) == wanted) {
            best = Some(value);
        }
    }
    best.cloned().unwrap_or(Value::Null)
}
