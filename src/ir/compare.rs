//! Comparison of values of like and unlike types.

use std::borrow::Cow;
use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::types::{Json, ScalarType, Value, cast};

/// A scalar inside a dynamic as a value of its own type; arrays and bags stay dynamic.
pub fn unwrap_dynamic<'a>(value: &Value<'a>) -> Value<'a> {
    let Value::Dynamic(json) = value else { return value.clone() };
    match json.as_ref() {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => n.as_i64().map_or_else(|| n.as_f64().map_or(Value::Null, Value::Real), Value::Long),
        Json::String(_) => match json {
            Cow::Borrowed(Json::String(text)) => Value::str(text),
            _ => cast(value, ScalarType::String),
        },
        Json::Array(_) | Json::Object(_) => value.clone(),
    }
}

/// The order of two values, neither null: numbers by size whatever their type, bool as 0 and 1 against numbers, a
/// dynamic by what it holds. `None` when they cannot be compared, NaN included.
pub fn compare(a: &Value<'_>, b: &Value<'_>) -> Option<Ordering> {
    match (a, b) {
        (Value::Long(a), Value::Long(b)) => Some(a.cmp(b)),
        (Value::String(a), Value::String(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (Value::DateTime(a), Value::DateTime(b)) | (Value::TimeSpan(a), Value::TimeSpan(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Guid(a), Value::Guid(b)) => Some(a.cmp(b)),
        (Value::Dynamic(x), Value::Dynamic(y)) => match (unwrap_dynamic(a), unwrap_dynamic(b)) {
            (Value::Dynamic(_), _) | (_, Value::Dynamic(_)) => (x == y).then_some(Ordering::Equal),
            (a, b) => compare(&a, &b),
        },
        (Value::Dynamic(_), _) => match unwrap_dynamic(a) {
            Value::Dynamic(_) => None,
            Value::String(text) => {
                let a = cast(&Value::String(text), b.scalar_type()?);
                compare(&a, b)
            }
            a => compare(&a, b),
        },
        (_, Value::Dynamic(_)) => compare(b, a).map(Ordering::reverse),
        (Value::Decimal(a), Value::Decimal(b)) => Some(a.cmp(b)),
        (Value::Decimal(a), _) if b.as_i64().is_some() => Some(a.cmp(&Decimal::from(b.as_i64()?))),
        (_, Value::Decimal(_)) if a.as_i64().is_some() => compare(b, a).map(Ordering::reverse),
        _ => {
            let number = |v: &Value<'_>| v.as_i64().or_else(|| v.as_bool().map(i64::from));
            match (number(a), number(b)) {
                (Some(a), Some(b)) => Some(a.cmp(&b)),
                (x, y) => {
                    let a = x.map(|n| n as f64).or_else(|| a.as_f64())?;
                    let b = y.map(|n| n as f64).or_else(|| b.as_f64())?;
                    a.partial_cmp(&b)
                }
            }
        }
    }
}
