//! Values as the text that `tostring` gives.

use super::datetime::format_datetime;
use super::timespan::format_timespan;
use super::{Json, Value};

/// The text of a value as `tostring` writes it: null is `""`, a dynamic string is unquoted, arrays and bags are
/// compact JSON.
pub fn to_text(value: &Value<'_>) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(n) => n.to_string(),
        Value::Long(n) => n.to_string(),
        Value::Real(x) => format_real(*x),
        Value::Decimal(d) => d.normalize().to_string(),
        Value::DateTime(ticks) => format_datetime(*ticks),
        Value::TimeSpan(ticks) => format_timespan(*ticks),
        Value::Guid(guid) => guid.to_string(),
        Value::String(text) => text.clone().into_owned(),
        Value::Dynamic(json) => match json.as_ref() {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        },
    }
}

/// A `real` as .NET writes it: the shortest text that reads back the same, always with a point or an exponent
/// (`1.0`, `1E+20`), `NaN`, `inf`, `-inf`.
pub fn format_real(x: f64) -> String {
    if x.is_nan() {
        return "NaN".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let magnitude = x.abs();
    if magnitude != 0.0 && !(1e-5..1e15).contains(&magnitude) {
        let text = format!("{x:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or_default();
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    let text = x.to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}
