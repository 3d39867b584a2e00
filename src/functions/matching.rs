//! Text searched for several things at once, translated, quoted, and sizes written for people.

use super::{Function, ResultName, checks, text};
use crate::ir::{TermEdges, cached_regex, has_term};
use crate::types::{Json, Value, to_text};

/// The texts of an array's elements; of an element that is no text, its JSON.
fn texts(argument: &Value<'_>) -> Vec<String> {
    match argument.as_json() {
        Some(Json::Array(items)) => items.iter().map(|i| to_text(&Value::dynamic(i.clone()))).collect(),
        _ => vec![to_text(argument)],
    }
}

fn has_any_index<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let source = text(arguments, 0);
    let found = texts(&arguments[1]).iter().position(|term| has_term(source, term, TermEdges::Both, true));
    Value::Long(found.map_or(-1, |at| at as i64))
}

fn indexof_regex<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let number = |at: usize, other: i64| arguments.get(at).and_then(Value::as_i64).unwrap_or(other);
    let source = text(arguments, 0);
    let Some(regex) = cached_regex(text(arguments, 1)) else { return Value::Null };
    let points = source.chars().count() as i64;
    let (start, length, occurrence) = (number(2, 0), number(3, -1), number(4, 1));
    if start < 0 || length < -1 || occurrence < 0 {
        return Value::Null;
    }
    if start > points {
        return Value::Long(-1);
    }
    let end = if length == -1 { points } else { start.saturating_add(length).min(points) };
    let offset = |point: i64| source.char_indices().nth(point as usize).map_or(source.len(), |(at, _)| at);
    let window = &source[..offset(end)];
    let found = regex.find_iter(window).filter(|m| m.start() >= offset(start)).nth(occurrence.max(1) as usize - 1);
    Value::Long(found.map_or(-1, |m| source[..m.start()].chars().count() as i64))
}

/// Each place where one of the texts stands is replaced once, the earliest in the array first; a replacement that is
/// no text leaves it as it is.
fn replace_strings<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let (Some(Json::Array(wanted)), Some(Json::Array(replacements))) = (arguments[1].as_json(), arguments[2].as_json())
    else {
        return Value::string(text(arguments, 0));
    };
    let pairs: Vec<(&str, Option<&str>)> = wanted
        .iter()
        .zip(replacements)
        .filter_map(|(w, r)| Some((w.as_str().filter(|w| !w.is_empty())?, r.as_str())))
        .collect();
    let mut rest = text(arguments, 0);
    let mut out = String::new();
    while let Some(c) = rest.chars().next() {
        match pairs.iter().find(|(w, _)| rest.starts_with(w)) {
            Some((w, replacement)) => {
                out.push_str(replacement.unwrap_or(w));
                rest = &rest[w.len()..];
            }
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    Value::string(out)
}

/// Characters of a list become those of another at the same place; past its end, its last; without any, nothing.
fn translate<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let wanted: Vec<char> = text(arguments, 0).chars().collect();
    let replacements: Vec<char> = text(arguments, 1).chars().collect();
    let swap = |c: char| match wanted.iter().position(|w| *w == c) {
        Some(at) => replacements.get(at).or(replacements.last()).copied(),
        None => Some(c),
    };
    Value::string(text(arguments, 2).chars().filter_map(swap).collect::<String>())
}

fn regex_quote<'a>(source: &str) -> Value<'a> {
    let mut out = String::new();
    for c in source.chars() {
        if !(c.is_alphanumeric() || c == '_' || !c.is_ascii()) {
            out.push('\\');
        }
        out.push(c);
    }
    Value::string(out)
}

fn format_bytes<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    const UNITS: [&str; 9] = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
    let Some(mut size) = arguments[0].as_f64() else { return Value::str("") };
    let digits = arguments.get(1).and_then(Value::as_i64).unwrap_or(0).clamp(0, 15) as i32;
    let wanted = arguments.get(2).and_then(Value::as_str).and_then(|w| UNITS.iter().position(|u| *u == w));
    let mut unit = 0;
    while unit + 1 < UNITS.len() && wanted.map_or(size.abs() >= 1024.0, |w| unit < w) {
        size /= 1024.0;
        unit += 1;
    }
    let scale = 10_f64.powi(digits);
    Value::string(format!("{} {}", (size * scale).round() / scale, UNITS[unit]))
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "has_any_index",
        &["(source: string, values: dynamic) -> long"],
        "The place, in an array, of the first value that stands in a text as a term; -1 when none does.",
        &[("has_any_index('a quick fox', dynamic(['dog', 'fox']))", "1")],
        |_, a| has_any_index(a),
    ),
    Function::kernel(
        "indexof_regex",
        &["(source: string, regex: const string, [start: long], [length: long], [occurrence: const long]) -> long"],
        "Where a regular expression first matches, counted in characters from 0; -1 when it does not.",
        &[("indexof_regex('abc123', '[0-9]+')", "3")],
        |_, a| indexof_regex(a),
    )
    .checked(checks::pattern_second),
    Function::kernel(
        "replace_strings",
        &["(source: string, wanted: dynamic, replacements: dynamic) -> string"],
        "The text with each of some texts replaced by its counterpart.",
        &[("replace_strings('a b', dynamic(['a', 'b']), dynamic(['b', 'c']))", "b c")],
        |_, a| replace_strings(a),
    ),
    Function::kernel(
        "translate",
        &["(wanted: string, replacements: string, source: string) -> string"],
        "The text with each character of a list replaced by its counterpart in another.",
        &[("translate('krasp', 'otsku', 'spark')", "kusto"), ("translate('abc', 'x', 'cab')", "xxx")],
        |_, a| translate(a),
    ),
    Function::kernel(
        "regex_quote",
        &["(text: string) -> string"],
        "The text as a regular expression that matches just it.",
        &[("regex_quote('(a.b)')", "\\(a\\.b\\)")],
        |_, a| regex_quote(text(a, 0)),
    ),
    Function::kernel(
        "format_bytes",
        &["(size: real, [digits: const long], [unit: const string]) -> string"],
        "A number of bytes as people read it.",
        &[("format_bytes(564)", "564 Bytes"), ("format_bytes(10332, 1)", "10.1 KB")],
        |_, a| format_bytes(a),
    )
    .naming(ResultName::FirstArgument),
];
