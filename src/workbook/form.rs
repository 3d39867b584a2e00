//! The text a placeholder becomes: its parameter's value in the form it asks for.

use base64::Engine as _;

use super::Values;
use super::find::Placeholder;
use super::span::{TimeSpan, instant, literal};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::types::{format_datetime, parse_datetime, parse_timespan_literal};

/// Where a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// Among code.
    Alone,
    /// In a list of values, where a bare one is to be quoted as a multiple selection is.
    InList,
    /// Inside a literal, whose quotes are there already.
    InLiteral,
}

type Formed<T> = Result<T, Box<Diagnostic>>;

const TIME_FORMATS: [&str; 9] = ["value", "query", "label", "start", "end", "startISO", "endISO", "grain", "seconds"];
const FORMATS: [&str; 10] = [
    "value",
    "label",
    "escape",
    "csv",
    "escapejson",
    "base64",
    "name",
    "resourceGroup",
    "resourceType",
    "subscription",
];

/// Whether a placeholder can only mean a time range: by its format, or by the name that workbooks give it.
pub(super) fn is_time(placeholder: &Placeholder<'_>) -> bool {
    let only = |format: &str| is_one(format, &TIME_FORMATS) && !is_one(format, &FORMATS);
    placeholder.name.eq_ignore_ascii_case("TimeRange") || placeholder.format.is_some_and(only)
}

fn is_one(format: &str, known: &[&str]) -> bool {
    known.iter().any(|k| k.eq_ignore_ascii_case(format))
}

/// What a placeholder becomes; nothing when its parameter has no value.
pub(super) fn text(placeholder: &Placeholder<'_>, values: &Values, written: Written) -> Formed<Option<String>> {
    let whole = placeholder.whole();
    if let Some(told) = placeholder.format.and_then(|_| values.given.get(&whole[1..whole.len() - 1])) {
        return Ok(Some(told.join(", ")));
    }
    let given = values.given.get(placeholder.name);
    let span = match given.map(Vec::as_slice) {
        Some([only]) => TimeSpan::parse(only, values.now),
        Some(_) => None,
        None if is_time(placeholder) => values.timespan.as_ref().and_then(|t| TimeSpan::parse(t, values.now)),
        None => return Ok(None),
    };
    match (span, given) {
        (Some(span), _) => time(placeholder, span, written).map(Some),
        (None, Some(given)) => plain(placeholder, given, values, written).map(Some),
        (None, None) => Ok(None),
    }
}

fn time(placeholder: &Placeholder<'_>, span: TimeSpan, written: Written) -> Formed<String> {
    let at = |ticks| if written == Written::InLiteral { format_datetime(ticks) } else { instant(ticks) };
    Ok(match placeholder.format.map(str::to_ascii_lowercase).as_deref() {
        None | Some("value" | "query") => span.condition(),
        Some("label") => span.label(),
        Some("start") => at(span.start),
        Some("end") => at(span.end),
        Some("startiso") => format_datetime(span.start),
        Some("endiso") => format_datetime(span.end),
        Some("grain") => span.grain(),
        Some("seconds") => (span.length() / crate::types::TICKS_PER_SECOND).to_string(),
        Some(_) => return unknown_format(placeholder, &TIME_FORMATS),
    })
}

fn plain(placeholder: &Placeholder<'_>, given: &[String], values: &Values, written: Written) -> Formed<String> {
    let each = |form: &dyn Fn(&str) -> String, between: &str| {
        given.iter().map(|value| form(value)).collect::<Vec<_>>().join(between)
    };
    let Some(format) = placeholder.format else { return Ok(joined(given, written)) };
    Ok(match format.to_ascii_lowercase().as_str() {
        "value" => joined(given, written),
        "label" => each(&str::to_owned, ", "),
        "csv" => each(&str::to_owned, ","),
        "escape" => each(&escaped, ", "),
        "escapejson" => each(&escaped_json, ", "),
        "base64" => base64::engine::general_purpose::STANDARD.encode(each(&str::to_owned, ", ")),
        "name" => each(&|id| id.rsplit('/').next().unwrap_or_default().to_owned(), ", "),
        "resourcegroup" => each(&|id| after(id, "resourcegroups"), ", "),
        "subscription" => each(&|id| after(id, "subscriptions"), ", "),
        "resourcetype" => each(&resource_type, ", "),
        path if path.starts_with('$') => each(&|json| at_path(json, format), ", "),
        "query" => each(&str::to_owned, ", "),
        _ if is_one(format, &TIME_FORMATS) => match given {
            [condition] => match period(condition, values.now) {
                Some(span) => time(placeholder, span, written)?,
                None => return no_time_range(placeholder, condition),
            },
            _ => return no_time_range(placeholder, &joined(given, written)),
        },
        _ => return unknown_format(placeholder, &FORMATS),
    })
}

/// The values as they stand in the query: several are quoted, and commas stand between them.
fn joined(given: &[String], written: Written) -> String {
    let list = written == Written::InList || given.len() > 1;
    match written {
        Written::InLiteral => given.join(","),
        _ if list => given.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", "),
        _ => given.concat(),
    }
}

/// A value as a string literal, when it is no literal and no call already.
fn quoted(value: &str) -> String {
    let is_call = value.ends_with(')') && value.split('(').next().is_some_and(|name| !name.contains(' '));
    let is_code = value.starts_with(['\'', '"', '@']) || is_call || value.parse::<f64>().is_ok();
    if is_code || matches!(value, "true" | "false" | "") { value.to_owned() } else { format!("'{}'", escaped(value)) }
}

fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, '\'' | '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn escaped_json(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// The part of a resource's id after one of its words.
fn after(id: &str, word: &str) -> String {
    let mut parts = id.split('/').skip_while(|part| !part.eq_ignore_ascii_case(word));
    parts.nth(1).unwrap_or_default().to_owned()
}

fn resource_type(id: &str) -> String {
    let mut parts = id.split('/').skip_while(|part| !part.eq_ignore_ascii_case("providers")).skip(1);
    let provider = parts.next().unwrap_or_default();
    parts.next().map_or_else(String::new, |kind| format!("{provider}/{kind}").to_lowercase())
}

/// The value at a path such as `$.series` in JSON text; nothing when there is none.
fn at_path(json: &str, path: &str) -> String {
    let Ok(whole) = serde_json::from_str::<serde_json::Value>(json) else { return String::new() };
    let pointer: String = path
        .trim_start_matches('$')
        .split(['.', '[', ']'])
        .map(|step| step.trim_matches('\''))
        .filter(|step| !step.is_empty())
        .map(|step| format!("/{step}"))
        .collect();
    match whole.pointer(&pointer) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

/// The span of time that a condition such as `> ago(1d)` or `between (datetime(…) .. datetime(…))` means.
fn period(condition: &str, now: i64) -> Option<TimeSpan> {
    let instant = |text: &str| {
        let (name, inner) = text.trim().strip_suffix(')')?.split_once('(')?;
        match (name.trim(), inner.trim()) {
            ("now", "") => Some(now),
            ("ago", length) => now.checked_sub(parse_timespan_literal(length)?),
            ("datetime" | "todatetime", text) => parse_datetime(text.trim_matches(['"', '\''])).ok(),
            _ => None,
        }
    };
    let condition = condition.trim();
    if let Some(range) = condition.strip_prefix("between") {
        let (start, end) = range.trim().strip_prefix('(')?.strip_suffix(')')?.split_once("..")?;
        return Some(TimeSpan { start: instant(start)?, end: instant(end)?, relative: false });
    }
    let start = instant(condition.strip_prefix(">=").or_else(|| condition.strip_prefix('>'))?)?;
    Some(TimeSpan { start, end: now, relative: condition.contains("ago") })
}

fn unknown_format<T>(placeholder: &Placeholder<'_>, known: &[&str]) -> Formed<T> {
    let format = placeholder.format.unwrap_or_default();
    let near = did_you_mean(format, known.iter().copied());
    let help = match near {
        Some(near) => format!("did you mean {{{}:{near}}}?", placeholder.name),
        None => format!("the formats are {}; or give --param {}:{format}=…", known.join(", "), placeholder.name),
    };
    Err(Box::new(
        Diagnostic::new(
            "KQL021",
            format!("placeholders have no format '{format}'"),
            (placeholder.span.start, placeholder.span.end),
        )
        .help(help),
    ))
}

fn no_time_range<T>(placeholder: &Placeholder<'_>, given: &str) -> Formed<T> {
    let (name, whole) = (placeholder.name, placeholder.whole());
    let format = placeholder.format.unwrap_or_default();
    let text = format!("{whole} needs a time range, and '{given}' does not say one");
    let example = literal(crate::types::TICKS_PER_HOUR);
    Err(Box::new(Diagnostic::new("KQL022", text, (placeholder.span.start, placeholder.span.end)).help(format!(
        "give --param {name}=P1D or --param {name}=START/END, or say it yourself with --param {name}:{format}={}",
        if format.eq_ignore_ascii_case("grain") { &example } else { "…" }
    ))))
}
