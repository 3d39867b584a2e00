//! Strings: their parts, lengths, case and patterns. Positions count Unicode code points.

use std::borrow::Cow;

use super::{Function, Meaning, ResultName, checks, text};
use crate::ir::cached_regex;
use crate::types::{Json, ScalarType, Value, cast, to_text};

fn number(arguments: &[Value<'_>], at: usize) -> Option<i64> {
    arguments.get(at).and_then(Value::as_i64)
}

/// The byte offset of a code point; the end when there are fewer.
fn offset(text: &str, points: usize) -> usize {
    text.char_indices().nth(points).map_or(text.len(), |(at, _)| at)
}

fn substring<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let source = text(arguments, 0);
    let Some(start) = number(arguments, 1) else { return Value::str("") };
    let points = source.chars().count() as i64;
    let start = if start < 0 { points.saturating_add(start) } else { start };
    let length = match arguments.get(2) {
        None => i64::MAX,
        Some(value) => value.as_i64().unwrap_or(0),
    };
    if length <= 0 || start < 0 || start >= points {
        return Value::str("");
    }
    let from = offset(source, start as usize);
    let rest = &source[from..];
    let to = usize::try_from(length).map_or(rest.len(), |n| offset(rest, n));
    match &arguments[0] {
        Value::String(Cow::Borrowed(source)) => Value::str(&source[from..from + to]),
        _ => Value::string(&rest[..to]),
    }
}

fn split<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let (source, delimiter) = (text(arguments, 0), text(arguments, 1));
    let parts: Vec<Json> =
        if delimiter.is_empty() { vec![Json::from(source)] } else { source.split(delimiter).map(Json::from).collect() };
    match arguments.get(2) {
        None => Value::dynamic(Json::Array(parts)),
        Some(index) => {
            let index = index.as_i64().unwrap_or(-1);
            let index = if index < 0 { index.saturating_add(parts.len() as i64) } else { index };
            let part = usize::try_from(index).ok().and_then(|at| parts.get(at).cloned());
            Value::dynamic(part.map_or(Json::Null, |p| Json::Array(vec![p])))
        }
    }
}

fn extract<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let wanted = arguments.get(3).and_then(Value::as_str).and_then(ScalarType::from_name).unwrap_or(ScalarType::String);
    let found = cached_regex(text(arguments, 0)).and_then(|regex| {
        let group = usize::try_from(number(arguments, 1)?).ok()?;
        Some(regex.captures(text(arguments, 2))?.get(group)?.range())
    });
    let Some(range) = found else { return Value::null_of(wanted) };
    if let (Value::String(Cow::Borrowed(source)), ScalarType::String) = (&arguments[2], wanted) {
        return Value::str(&source[range]);
    }
    cast(&Value::str(&text(arguments, 2)[range]), wanted).into_owned()
}

fn extract_all<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(regex) = cached_regex(text(arguments, 0)) else { return Value::Null };
    let (groups, source) = match arguments {
        [_, source] => (None, source),
        [_, groups, source] => (groups.as_json().and_then(Json::as_array), source),
        _ => return Value::Null,
    };
    let source = source.as_str().unwrap_or_default();
    let wanted: Vec<usize> = match groups {
        Some(list) => list
            .iter()
            .filter_map(|g| match g {
                Json::String(name) => regex.capture_names().position(|n| n == Some(name)),
                other => other.as_u64().map(|n| n as usize),
            })
            .collect(),
        None => (1..regex.captures_len()).collect(),
    };
    let matches: Vec<Json> = regex
        .captures_iter(source)
        .map(|captures| {
            let part = |at: &usize| Json::from(captures.get(*at).map_or("", |m| m.as_str()));
            match wanted.as_slice() {
                [one] => part(one),
                many => Json::Array(many.iter().map(part).collect()),
            }
        })
        .collect();
    if matches.is_empty() { Value::Null } else { Value::dynamic(Json::Array(matches)) }
}

fn indexof<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let (source, wanted) = (to_text(&arguments[0]), to_text(&arguments[1]));
    let points: Vec<char> = source.chars().collect();
    let wanted: Vec<char> = wanted.chars().collect();
    let total = points.len() as i64;
    let start = number(arguments, 2).unwrap_or(0);
    let start = if start < 0 { total.saturating_add(start).max(0) } else { start };
    let length = number(arguments, 3).unwrap_or(-1);
    let occurrence = number(arguments, 4).unwrap_or(1);
    if length < -1 || occurrence < 0 {
        return Value::Null;
    }
    if start > total {
        return Value::Long(-1);
    }
    // The length counts the places where the text may begin, not the characters it may cover.
    let end = if length == -1 { total } else { start.saturating_add(length).min(total) };
    let found = (start as usize..=end as usize)
        .filter(|at| length == -1 || (*at as i64) < end)
        .filter(|at| points[*at..].starts_with(&wanted))
        .nth(occurrence.max(1) as usize - 1);
    Value::Long(found.map_or(-1, |at| at as i64))
}

fn countof<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let (source, wanted) = (text(arguments, 0), text(arguments, 1));
    if arguments.get(2).and_then(Value::as_str) == Some("regex") {
        return cached_regex(wanted).map_or(Value::Null, |regex| Value::Long(regex.find_iter(source).count() as i64));
    }
    if wanted.is_empty() {
        return Value::Long(0);
    }
    // Matches may overlap.
    Value::Long(source.char_indices().filter(|(at, _)| source[*at..].starts_with(wanted)).count() as i64)
}

/// KQL writes a group in a replacement as `\1`; the regex crate as `${1}`.
fn replacement(rewrite: &str) -> String {
    let mut out = String::new();
    let mut chars = rewrite.chars();
    while let Some(c) = chars.next() {
        match c {
            '$' => out.push_str("$$"),
            '\\' => match chars.next() {
                Some(d) if d.is_ascii_digit() => {
                    out.push_str("${");
                    out.push(d);
                    out.push('}');
                }
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    out
}

fn replace_regex<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(regex) = cached_regex(text(arguments, 1)) else { return arguments[0].clone() };
    Value::string(regex.replace_all(text(arguments, 0), replacement(text(arguments, 2))).into_owned())
}

fn trim<'a>(arguments: &[Value<'a>], start: bool, end: bool) -> Value<'a> {
    let pattern = text(arguments, 0);
    let source = text(arguments, 1);
    let mut range = 0..source.len();
    if start && let Some(regex) = cached_regex(&format!("^(?:{pattern})")) {
        range.start = regex.find(source).map_or(0, |m| m.end());
    }
    if end && let Some(regex) = cached_regex(&format!("(?:{pattern})$")) {
        range.end = regex.find(&source[range.start..]).map_or(range.end, |m| range.start + m.start());
    }
    Value::string(&source[range])
}

/// The family.
/// No text is made longer than this.
const LONGEST: usize = 64 * 1024 * 1024;

pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "strcat_delim",
        signatures: &["(delimiter: text, *parts: any) -> string"],
        doc: "All further arguments as text, with the first between them.",
        examples: &[("strcat_delim('-', 1, 'b')", "1-b")],
        meaning: Meaning::Kernel(|_, a| Value::string(a[1..].iter().map(to_text).collect::<Vec<_>>().join(text(a, 0)))),
        ..Function::NEW
    },
    Function {
        name: "strlen",
        signatures: &["(source: string) -> long"],
        doc: "The number of Unicode code points.",
        examples: &[("strlen('héllo')", "5")],
        naming: ResultName::Prefix("strlen"),
        meaning: Meaning::Kernel(|_, a| Value::Long(text(a, 0).chars().count() as i64)),
        ..Function::NEW
    },
    Function {
        name: "string_size",
        signatures: &["(source: string) -> long"],
        doc: "The number of bytes of the text in UTF-8.",
        examples: &[("string_size('hé')", "3")],
        naming: ResultName::Prefix("string_size"),
        meaning: Meaning::Kernel(|_, a| Value::Long(text(a, 0).len() as i64)),
        ..Function::NEW
    },
    Function {
        name: "substring",
        signatures: &["(source: text, start: long, [length: long]) -> string"],
        doc: "The part that begins at a place, counted from 0 or, when negative, from the end.",
        examples: &[("substring('deployment', 6)", "ment"), ("substring('abc', -2, 1)", "b")],
        meaning: Meaning::Kernel(|_, a| substring(a)),
        ..Function::NEW
    },
    Function {
        name: "tolower",
        signatures: &["(source: text) -> string"],
        doc: "The text in lower case.",
        examples: &[("tolower('ÀB')", "àb")],
        meaning: Meaning::Kernel(|_, a| Value::string(text(a, 0).to_lowercase())),
        ..Function::NEW
    },
    Function {
        name: "toupper",
        signatures: &["(source: text) -> string"],
        doc: "The text in upper case.",
        examples: &[("toupper('abc')", "ABC")],
        meaning: Meaning::Kernel(|_, a| Value::string(text(a, 0).to_uppercase())),
        ..Function::NEW
    },
    Function {
        name: "split",
        signatures: &["(source: text, delimiter: string, [index: long]) -> dynamic"],
        doc: "An array of the parts between delimiters, or of the one part at an index.",
        examples: &[("split('a/b/c', '/')", "[\"a\",\"b\",\"c\"]"), ("split('a/b/c', '/', 1)", "[\"b\"]")],
        naming: ResultName::FirstArgument,
        meaning: Meaning::Kernel(|_, a| split(a)),
        ..Function::NEW
    },
    Function {
        name: "extract",
        signatures: &["(regex: const string, group: long, source: string, [type: type]) -> typeof(type)"],
        doc: "A group of the first match of a regular expression, as text or converted to a type.",
        examples: &[
            ("extract(@'deployments/([^/]+)', 1, '/openai/deployments/gpt-4o/chat')", "gpt-4o"),
            ("extract('([0-9]+)', 1, 'n=42', typeof(long))", "42"),
        ],
        check: checks::pattern_first,
        meaning: Meaning::Kernel(|_, a| extract(a)),
        ..Function::NEW
    },
    Function {
        name: "extract_all",
        aliases: &["extractall"],
        signatures: &[
            "(regex: const string, source: string) -> dynamic",
            "(regex: const string, groups: dynamic, source: string) -> dynamic",
        ],
        doc: "An array of all matches: the group's text, or an array of texts when there are several groups.",
        examples: &[("extract_all('([a-z])', 'a1b2')", "[\"a\",\"b\"]")],
        check: checks::groups_first,
        meaning: Meaning::Kernel(|_, a| extract_all(a)),
        ..Function::NEW
    },
    Function {
        name: "indexof",
        signatures: &["(source: any, lookup: any, [start: long], [length: long], [occurrence: const long]) -> long"],
        doc: "Where a text first stands in another, from 0; -1 when it does not.",
        examples: &[("indexof('abcabc', 'b')", "1"), ("indexof('abcabc', 'b', 2)", "4"), ("indexof('abc', 'x')", "-1")],
        meaning: Meaning::Kernel(|_, a| indexof(a)),
        ..Function::NEW
    },
    Function {
        name: "countof",
        signatures: &["(source: string, search: string, [kind: const string]) -> long"],
        doc: "How often a text occurs in another; overlapping occurrences count. With kind `regex`, how often a pattern matches.",
        examples: &[("countof('aaa', 'aa')", "2"), ("countof('a1b22', '[0-9]+', 'regex')", "2")],
        check: checks::counted,
        meaning: Meaning::Kernel(|_, a| countof(a)),
        ..Function::NEW
    },
    Function {
        name: "replace_string",
        signatures: &["(source: string, lookup: string, rewrite: string) -> string"],
        doc: "The text with every occurrence of another replaced.",
        examples: &[("replace_string('a.b.c', '.', '-')", "a-b-c")],
        meaning: Meaning::Kernel(|_, a| {
            if text(a, 1).is_empty() { a[0].clone() } else { Value::string(text(a, 0).replace(text(a, 1), text(a, 2))) }
        }),
        ..Function::NEW
    },
    Function {
        name: "replace_regex",
        signatures: &["(source: string, pattern: const string, rewrite: const string) -> string"],
        doc: "The text with every match of a pattern replaced; `\\1` in the replacement is the first group.",
        examples: &[("replace_regex('id=42', '([a-z]+)=([0-9]+)', @'\\2:\\1')", "42:id")],
        check: checks::pattern_second,
        meaning: Meaning::Kernel(|_, a| replace_regex(a)),
        ..Function::NEW
    },
    Function {
        name: "replace",
        signatures: &["(pattern: const string, rewrite: const string, source: string) -> string"],
        doc: "Obsolete spelling of `replace_regex` with the source last.",
        examples: &[("replace('[0-9]', '#', 'a1')", "a#")],
        check: checks::pattern_first,
        meaning: Meaning::Kernel(|_, a| replace_regex(&[a[2].clone(), a[0].clone(), a[1].clone()])),
        ..Function::NEW
    },
    Function {
        name: "trim",
        signatures: &["(regex: const string, source: string) -> string"],
        doc: "The text without a match of the pattern at its start and its end.",
        examples: &[("trim('-+', '--a-b--')", "a-b")],
        check: checks::pattern_first,
        meaning: Meaning::Kernel(|_, a| trim(a, true, true)),
        ..Function::NEW
    },
    Function {
        name: "trim_start",
        signatures: &["(regex: const string, source: string) -> string"],
        doc: "The text without a match of the pattern at its start.",
        examples: &[("trim_start('x', 'xxa')", "xa")],
        check: checks::pattern_first,
        meaning: Meaning::Kernel(|_, a| trim(a, true, false)),
        ..Function::NEW
    },
    Function {
        name: "trim_end",
        signatures: &["(regex: const string, source: string) -> string"],
        doc: "The text without a match of the pattern at its end.",
        examples: &[("trim_end('/+', 'a//')", "a")],
        check: checks::pattern_first,
        meaning: Meaning::Kernel(|_, a| trim(a, false, true)),
        ..Function::NEW
    },
    Function {
        name: "reverse",
        signatures: &["(source: any) -> string"],
        doc: "The text from its last code point to its first.",
        examples: &[("reverse('abc')", "cba")],
        meaning: Meaning::Kernel(|_, a| Value::string(to_text(&a[0]).chars().rev().collect::<String>())),
        ..Function::NEW
    },
    Function {
        name: "strrep",
        signatures: &["(value: any, times: long, [delimiter: text]) -> string"],
        doc: "The value as text, repeated, with a delimiter between.",
        examples: &[("strrep('ab', 2, '-')", "ab-ab")],
        meaning: Meaning::Kernel(|_, a| {
            let times = number(a, 1).unwrap_or(0).clamp(0, 1024) as usize;
            let (value, delimiter) = (to_text(&a[0]), text(a, 2));
            // A text of that length would be none, and need not be made.
            let most = LONGEST / (value.len() + delimiter.len()).max(1);
            Value::string(if times > most { String::new() } else { vec![value; times].join(delimiter) })
        }),
        ..Function::NEW
    },
    Function {
        name: "strcmp",
        signatures: &["(a: text, b: text) -> long"],
        doc: "-1, 0 or 1 as the first text sorts before, with or after the second.",
        examples: &[("strcmp('a', 'b')", "-1")],
        meaning: Meaning::Kernel(|_, a| Value::Long(text(a, 0).cmp(text(a, 1)) as i64)),
        ..Function::NEW
    },
];
