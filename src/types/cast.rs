//! Conversions between types, as `tolong`, `todatetime` and their kin make them: what does not fit becomes null.

use std::borrow::Cow;

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use uuid::Uuid;

use super::{Json, MAX_TICKS, ScalarType, Value, parse_datetime, parse_timespan, to_text};

/// Converts a value to a type. Never fails: what cannot be converted is that type's null.
pub fn cast<'a>(value: &Value<'a>, to: ScalarType) -> Value<'a> {
    if value.is_null() {
        return Value::null_of(to);
    }
    if value.scalar_type() == Some(to) {
        return value.clone();
    }
    if let Value::Dynamic(json) = value {
        return match json.as_ref() {
            Json::String(text) if to == ScalarType::String => Value::string(text.clone()),
            Json::String(text) => cast(&Value::str(text), to).into_owned(),
            // JSON's own spelling, not the `True` of a bool.
            Json::Bool(b) if to == ScalarType::String => Value::string(b.to_string()),
            Json::Bool(b) => cast(&Value::Bool(*b), to).into_owned(),
            Json::Number(n) => match (n.as_i64(), n.as_f64()) {
                (Some(n), _) => cast(&Value::Long(n), to).into_owned(),
                (None, Some(x)) => cast(&Value::Real(x), to).into_owned(),
                (None, None) => Value::null_of(to),
            },
            _ if to == ScalarType::String => Value::string(to_text(value)),
            _ => Value::null_of(to),
        };
    }
    match to {
        ScalarType::String => Value::string(to_text(value)),
        ScalarType::Bool => to_bool(value),
        ScalarType::Int => to_int(value),
        ScalarType::Long => to_long(value),
        ScalarType::Real => to_real(value),
        ScalarType::Decimal => to_decimal(value),
        ScalarType::DateTime => match value {
            Value::String(text) => parse_datetime(text).map_or(Value::Null, Value::DateTime),
            Value::Int(_) | Value::Long(_) | Value::Real(_) => {
                to_long(value).as_i64().filter(|t| (0..=MAX_TICKS).contains(t)).map_or(Value::Null, Value::DateTime)
            }
            _ => Value::Null,
        },
        ScalarType::TimeSpan => match value {
            Value::String(text) => parse_timespan(text).map_or(Value::Null, Value::TimeSpan),
            Value::Int(_) | Value::Long(_) | Value::Real(_) => {
                to_long(value).as_i64().map_or(Value::Null, Value::TimeSpan)
            }
            _ => Value::Null,
        },
        ScalarType::Guid => match value {
            Value::String(text) => parse_guid(text.trim()).map_or(Value::Null, Value::Guid),
            _ => Value::Null,
        },
        ScalarType::Dynamic => to_dynamic(value),
    }
}

/// A guid: 32 hexadecimal digits, hyphens or none where they belong; Kusto does not look at what comes behind them.
fn parse_guid(text: &str) -> Option<Uuid> {
    const DIGITS: u32 = 32;
    if let Ok(guid) = text.parse() {
        return Some(guid);
    }
    let (mut guid, mut digits) = (0_u128, 0);
    let mut chars = text.chars().peekable();
    while digits < DIGITS {
        if matches!(digits, 8 | 12 | 16 | 20) {
            chars.next_if_eq(&'-');
        }
        guid = guid << 4 | u128::from(chars.next()?.to_digit(16)?);
        digits += 1;
    }
    Some(Uuid::from_u128(guid))
}

fn to_bool<'a>(value: &Value<'_>) -> Value<'a> {
    match value {
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            other => other.parse::<i64>().map_or(Value::Null, |n| Value::Bool(n != 0)),
        },
        _ => value.as_f64().map_or(Value::Null, |x| Value::Bool(x != 0.0)),
    }
}

/// Decimal digits or `0x` hexadecimal, spaces around; nothing else.
fn integer_text(text: &str) -> Option<i64> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16).ok().map(|n| n as i64),
        None => text.parse().ok(),
    }
}

fn to_long<'a>(value: &Value<'_>) -> Value<'a> {
    match value {
        Value::Long(n) => Value::Long(*n),
        Value::Int(n) => Value::Long(i64::from(*n)),
        Value::Bool(b) => Value::Long(i64::from(*b)),
        Value::Real(x) if !x.is_finite() => Value::Null,
        Value::Real(x) => Value::Long(*x as i64),
        Value::Decimal(d) => d.to_i64().map_or(Value::Null, Value::Long),
        Value::DateTime(t) | Value::TimeSpan(t) => Value::Long(*t),
        Value::String(text) => integer_text(text).map_or(Value::Null, Value::Long),
        _ => Value::Null,
    }
}

fn to_int<'a>(value: &Value<'_>) -> Value<'a> {
    match value {
        Value::Long(n) => Value::Int(*n as i32),
        Value::Real(x) if !x.is_finite() => Value::Null,
        Value::Real(x) => Value::Int(*x as i32),
        Value::String(text) => integer_text(text).and_then(|n| i32::try_from(n).ok()).map_or(Value::Null, Value::Int),
        _ => to_long(value).as_i64().map_or(Value::Null, |n| Value::Int(n as i32)),
    }
}

fn to_real<'a>(value: &Value<'_>) -> Value<'a> {
    match value {
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "nan" => Value::Real(f64::NAN),
            "inf" | "+inf" | "infinity" => Value::Real(f64::INFINITY),
            "-inf" | "-infinity" => Value::Real(f64::NEG_INFINITY),
            other => other.parse().map_or(Value::Null, Value::Real),
        },
        Value::Bool(b) => Value::Real(f64::from(u8::from(*b))),
        Value::DateTime(t) | Value::TimeSpan(t) => Value::Real(*t as f64),
        _ => value.as_f64().map_or(Value::Null, Value::Real),
    }
}

fn to_decimal<'a>(value: &Value<'_>) -> Value<'a> {
    match value {
        Value::Int(n) => Value::Decimal(Decimal::from(*n)),
        Value::Long(n) => Value::Decimal(Decimal::from(*n)),
        Value::Bool(b) => Value::Decimal(Decimal::from(u8::from(*b))),
        Value::Real(x) => Decimal::from_f64(*x).map_or(Value::Null, Value::Decimal),
        Value::String(text) => {
            let text = text.trim();
            text.parse().or_else(|_| Decimal::from_scientific(text)).map_or(Value::Null, Value::Decimal)
        }
        _ => Value::Null,
    }
}

/// The datetime or timespan that a text inside a dynamic stands for: one written exactly as a dynamic writes it.
pub fn moment_in_dynamic(text: &str) -> Option<Value<'static>> {
    if !text.contains(':') {
        return None;
    }
    let datetime = parse_datetime(text).ok().map(Value::DateTime);
    let moment = datetime.or_else(|| parse_timespan(text).map(Value::TimeSpan))?;
    (to_text(&moment) == text).then_some(moment)
}

fn to_dynamic<'a>(value: &Value<'a>) -> Value<'a> {
    let json = match value {
        Value::Bool(b) => Json::Bool(*b),
        Value::Int(n) => Json::from(*n),
        Value::Long(n) => Json::from(*n),
        // JSON has no NaN or infinity; Kusto writes them as text too.
        Value::Real(x) => serde_json::Number::from_f64(*x).map_or_else(|| Json::String(to_text(value)), Json::Number),
        _ => Json::String(to_text(value)),
    };
    Value::Dynamic(Cow::Owned(json))
}
