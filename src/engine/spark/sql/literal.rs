//! Constants.

use std::fmt::Write as _;

use super::type_name;
use crate::types::{ScalarType, Value, to_text};

/// A text between quotes, with only the escapes that every engine reads alike: a doubled quote is not one of them.
pub(in crate::engine::spark) fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('\'');
    for c in value.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {
                // Writing to a string cannot fail; all control characters have four digits.
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// The null of a type: of a string, which has none, the empty one.
pub(super) fn null(scalar_type: ScalarType) -> String {
    match scalar_type {
        ScalarType::String => "''".to_owned(),
        other => format!("CAST(NULL AS {})", type_name(other)),
    }
}

/// A whole number of 64 bits.
pub(super) fn long(number: i64) -> String {
    match number {
        // Without its sign it would be too great.
        i64::MIN => "CAST('-9223372036854775808' AS BIGINT)".to_owned(),
        number if number < 0 => format!("({number}L)"),
        number => format!("{number}L"),
    }
}

/// A real.
pub(super) fn real(number: f64) -> String {
    if number.is_nan() {
        "CAST('NaN' AS DOUBLE)".to_owned()
    } else if number.is_infinite() {
        format!("CAST('{}Infinity' AS DOUBLE)", if number < 0.0 { "-" } else { "" })
    } else if number.is_sign_negative() {
        format!("({number:?}D)")
    } else {
        format!("{number:?}D")
    }
}

/// A value as a constant of a type.
pub(super) fn literal(value: &Value<'_>, scalar_type: ScalarType) -> String {
    match value {
        Value::Null => null(scalar_type),
        Value::Bool(b) => b.to_string(),
        Value::Int(n) if scalar_type == ScalarType::Int => format!("CAST({n} AS INT)"),
        Value::Int(n) => long(i64::from(*n)),
        Value::Long(n) | Value::DateTime(n) | Value::TimeSpan(n) => long(*n),
        Value::Real(x) => real(*x),
        Value::String(content) => text(content),
        Value::Dynamic(json) => text(&json.to_string()),
        Value::Guid(_) | Value::Decimal(_) => text(&to_text(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_escapes_that_every_engine_knows_are_used() {
        assert_eq!(text("it's \\ a\nb\t\u{1}é😀"), r"'it\'s \\ a\nb\u0009\u0001é😀'");
        assert_eq!(text("''"), r"'\'\''");
    }

    #[test]
    fn numbers_keep_their_type_and_sign() {
        let long = |n| literal(&Value::Long(n), ScalarType::Long);
        assert_eq!((long(5), long(-5)), ("5L".to_owned(), "(-5L)".to_owned()));
        assert!(long(i64::MIN).contains("'-9223372036854775808'"));
        let real = |x| literal(&Value::Real(x), ScalarType::Real);
        assert_eq!((real(1.0), real(-0.0), real(1e300)), ("1.0D".into(), "(-0.0D)".into(), "1e300D".into()));
        assert_eq!(real(f64::NEG_INFINITY), "CAST('-Infinity' AS DOUBLE)");
        assert_eq!(literal(&Value::Null, ScalarType::String), "''");
        assert_eq!(literal(&Value::Null, ScalarType::DateTime), "CAST(NULL AS BIGINT)");
    }
}
