//! `+ - * / %` and `bin`, on values already of the types the binder chose.

use rust_decimal::Decimal;

use super::Core;
use super::compare::unwrap_dynamic;
use crate::types::{MAX_TICKS, ScalarType, Value, cast};

/// The value of an arithmetic operation of the given result type; null when an operand is null.
pub(super) fn arithmetic(core: Core, result: ScalarType, a: &Value<'_>, b: &Value<'_>) -> Value<'static> {
    let (a, b) = (unwrap_dynamic(a), unwrap_dynamic(b));
    if a.is_null() || b.is_null() {
        return Value::Null;
    }
    match result {
        ScalarType::DateTime => {
            let (Some(a), Some(b)) = (ticks(&a), ticks(&b)) else { return Value::Null };
            let sum = match core {
                Core::Add => a.checked_add(b),
                Core::Subtract => a.checked_sub(b),
                _ => None,
            };
            sum.filter(|t| (0..=MAX_TICKS).contains(t)).map_or(Value::Null, Value::DateTime)
        }
        ScalarType::TimeSpan => timespan(core, &a, &b),
        ScalarType::Decimal => decimal(core, &cast(&a, result), &cast(&b, result)),
        ScalarType::Long => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => whole(core, a, b).map_or(Value::Null, Value::Long),
            // A dynamic held a real where the binder could only guess.
            _ => real(core, &a, &b),
        },
        ScalarType::Int => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => whole(core, a, b).map_or(Value::Null, |n| Value::Int(n as i32)),
            _ => Value::Null,
        },
        _ => real(core, &a, &b),
    }
}

fn ticks(value: &Value<'_>) -> Option<i64> {
    value.as_ticks()
}

fn whole(core: Core, a: i64, b: i64) -> Option<i64> {
    match core {
        Core::Add => Some(a.wrapping_add(b)),
        Core::Subtract => Some(a.wrapping_sub(b)),
        Core::Multiply => Some(a.wrapping_mul(b)),
        Core::Divide => a.checked_div(b),
        Core::Modulo => a.checked_rem_euclid(b),
        _ => None,
    }
}

fn real(core: Core, a: &Value<'_>, b: &Value<'_>) -> Value<'static> {
    // timespan / timespan is a real as well.
    let number = |v: &Value<'_>| v.as_ticks().map(|t| t as f64).or_else(|| v.as_f64());
    let (Some(a), Some(b)) = (number(a), number(b)) else { return Value::Null };
    Value::Real(match core {
        Core::Add => a + b,
        Core::Subtract => a - b,
        Core::Multiply => a * b,
        Core::Divide => a / b,
        Core::Modulo => a.rem_euclid(b),
        _ => return Value::Null,
    })
}

fn decimal(core: Core, a: &Value<'_>, b: &Value<'_>) -> Value<'static> {
    let (Value::Decimal(a), Value::Decimal(b)) = (a, b) else { return Value::Null };
    let answer = match core {
        Core::Add => a.checked_add(*b),
        Core::Subtract => a.checked_sub(*b),
        Core::Multiply => a.checked_mul(*b),
        Core::Divide => a.checked_div(*b),
        Core::Modulo => a.checked_rem(*b).map(|r| if r.is_sign_negative() && !r.is_zero() { r + b.abs() } else { r }),
        _ => None,
    };
    answer.map_or(Value::Null, Value::Decimal)
}

fn timespan(core: Core, a: &Value<'_>, b: &Value<'_>) -> Value<'static> {
    let scaled = |ticks: i64, by: f64| {
        let product = ticks as f64 * by;
        (product.is_finite() && product.abs() < i64::MAX as f64).then_some(product as i64)
    };
    let answer = match (core, ticks(a), ticks(b)) {
        (Core::Add, Some(a), Some(b)) => Some(a.wrapping_add(b)),
        (Core::Subtract, Some(a), Some(b)) => Some(a.wrapping_sub(b)),
        (Core::Modulo, Some(a), Some(b)) => a.checked_rem_euclid(b),
        (Core::Multiply, Some(t), None) => match b.as_i64() {
            Some(n) => Some(t.wrapping_mul(n)),
            None => b.as_f64().and_then(|x| scaled(t, x)),
        },
        (Core::Multiply, None, Some(t)) => match a.as_i64() {
            Some(n) => Some(t.wrapping_mul(n)),
            None => a.as_f64().and_then(|x| scaled(t, x)),
        },
        (Core::Divide, Some(t), None) => match b.as_i64() {
            Some(n) => t.checked_div(n),
            None => b.as_f64().and_then(|x| scaled(t, 1.0 / x)),
        },
        _ => None,
    };
    answer.map_or(Value::Null, Value::TimeSpan)
}

/// Unary minus.
pub(super) fn negate(value: &Value<'_>) -> Value<'static> {
    match unwrap_dynamic(value) {
        Value::Int(n) => Value::Long(-i64::from(n)),
        Value::Long(n) => Value::Long(n.wrapping_neg()),
        Value::Real(x) => Value::Real(-x),
        Value::Decimal(d) => Value::Decimal(-d),
        Value::TimeSpan(t) => Value::TimeSpan(t.wrapping_neg()),
        _ => Value::Null,
    }
}

/// `bin(value, size)`: the largest multiple of the size at or below the value; null unless the size is positive.
pub(super) fn bin(value: &Value<'_>, size: &Value<'_>) -> Value<'static> {
    let (value, size) = (unwrap_dynamic(value), unwrap_dynamic(size));
    let floor = |v: i64, s: i64| (s > 0).then(|| v.wrapping_sub(v.rem_euclid(s)));
    match (&value, &size) {
        (Value::DateTime(v), _) => {
            // A bare number as size counts days.
            let size = size
                .as_ticks()
                .or_else(|| size.as_f64().map(|days| (days * crate::types::TICKS_PER_DAY as f64) as i64));
            size.and_then(|s| floor(*v, s)).map_or(Value::Null, Value::DateTime)
        }
        (Value::TimeSpan(v), _) => {
            let size = size
                .as_ticks()
                .or_else(|| size.as_f64().map(|days| (days * crate::types::TICKS_PER_DAY as f64) as i64));
            size.and_then(|s| floor(*v, s)).map_or(Value::Null, Value::TimeSpan)
        }
        (Value::Int(v), Value::Int(s)) => {
            floor(i64::from(*v), i64::from(*s)).map_or(Value::Null, |n| Value::Int(n as i32))
        }
        (Value::Decimal(_), _) | (_, Value::Decimal(_)) => {
            let (Value::Decimal(v), Value::Decimal(s)) =
                (cast(&value, ScalarType::Decimal), cast(&size, ScalarType::Decimal))
            else {
                return Value::Null;
            };
            if s <= Decimal::ZERO {
                return Value::Null;
            }
            v.checked_div(s).and_then(|q| q.floor().checked_mul(s)).map_or(Value::Null, Value::Decimal)
        }
        _ => match (value.as_i64(), size.as_i64()) {
            (Some(v), Some(s)) => floor(v, s).map_or(Value::Null, Value::Long),
            _ => match (value.as_f64(), size.as_f64()) {
                (Some(v), Some(s)) if s > 0.0 => Value::Real((v / s).floor() * s),
                _ => Value::Null,
            },
        },
    }
}
