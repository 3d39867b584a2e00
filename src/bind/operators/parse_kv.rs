//! `parse-kv`: columns out of a text of keys and values.

use crate::bind::scope::{Env, Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::ir::{Core, Expr, ExprKind, cached_regex};
use crate::syntax::ast::{self, ColumnDeclaration, Name};
use crate::types::{Json, ScalarType, Value};

type Bag = serde_json::Map<String, Json>;

/// The properties, in the order the kernel takes them.
const PROPERTIES: [(&str, ScalarType); 6] = [
    ("pair_delimiter", ScalarType::String),
    ("kv_delimiter", ScalarType::String),
    ("quote", ScalarType::String),
    ("escape", ScalarType::String),
    ("greedy", ScalarType::Bool),
    ("regex", ScalarType::String),
];

/// What stands between several quotes, or escapes, in one argument.
const BETWEEN: char = '\u{1f}';

impl Binder<'_> {
    pub(super) fn parse_kv(
        &self,
        input: Tabular,
        value: &ast::Expr,
        columns: &[ColumnDeclaration],
        properties: &[(Name, ast::Expr)],
        env: &Env,
    ) -> Bind<Tabular> {
        let source = self.scalar(value, &Row::of(&input), env)?.cast(ScalarType::String);
        let mut arguments: Vec<Expr> = PROPERTIES.iter().map(|(_, t)| Expr::literal(Value::null_of(*t), *t)).collect();
        for (name, value) in properties {
            let Some(at) = PROPERTIES.iter().position(|(known, _)| *known == name.text) else {
                let mut finding =
                    Diagnostic::new("KQL215", format!("parse-kv has no property '{}'", name.text), name.span);
                finding.help = did_you_mean(&name.text, PROPERTIES.iter().map(|(n, _)| *n))
                    .map(|near| format!("did you mean '{near}'?"));
                return Err(Box::new(finding));
            };
            let scalar_type = PROPERTIES[at].1;
            let given = self.constant(value, scalar_type, env)?;
            if PROPERTIES[at].0 == "regex" {
                match given.as_str().and_then(cached_regex) {
                    None => return error("KQL138", "this is no regular expression", value.span),
                    // The whole match counts as a group.
                    Some(regex) if regex.captures_len() != 3 => {
                        return error("KQL129", "two groups are needed here: the key and the value", value.span);
                    }
                    Some(_) => {}
                }
            }
            // Quotes and escapes may be given several times, and all of them count.
            let given = match (PROPERTIES[at].0, arguments[at].as_literal().and_then(Value::as_str), given.as_str()) {
                ("quote" | "escape", Some(before), Some(next)) if !before.is_empty() => {
                    Value::string(format!("{before}{BETWEEN}{next}"))
                }
                _ => given,
            };
            arguments[at] = Expr::literal(given, scalar_type);
        }
        arguments.insert(0, source);
        let kind = ExprKind::Kernel { name: "parse-kv", kernel: |_, a| pairs(a), volatile: false, arguments };
        let bag = Expr { kind, scalar_type: ScalarType::Dynamic };
        const BAG: &str = "$pairs";
        let mut all = input.plan.all_columns();
        all.push((BAG.to_owned(), bag));
        let parsed = input.plan.clone().project(all);
        let mut shown = input.plan.all_columns();
        for column in columns {
            let key = Expr::literal(Value::string(column.name.text.clone()), ScalarType::String);
            let bag = Expr::column(BAG, ScalarType::Dynamic);
            let value = Expr::core(Core::Member, vec![bag, key], ScalarType::Dynamic).cast(column.scalar_type);
            match shown.iter_mut().find(|(n, _)| *n == column.name.text) {
                Some(existing) => existing.1 = value,
                None => shown.push((column.name.text.clone(), value)),
            }
        }
        Ok(Tabular { plan: parsed.project(shown), serialized: input.serialized, name: input.name })
    }
}

/// The pairs of a text as a bag; of a key given twice, the first.
fn pairs<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let text = |at: usize| arguments.get(at).and_then(Value::as_str).unwrap_or_default();
    let mut bag = Bag::new();
    let mut add = |key: &str, value: &str| {
        if !bag.contains_key(key) {
            bag.insert(key.to_owned(), Json::from(value));
        }
    };
    let source = text(0);
    if !text(6).is_empty() {
        let Some(regex) = cached_regex(text(6)) else { return Value::Null };
        for found in regex.captures_iter(source) {
            if let (Some(key), Some(value)) = (found.get(1), found.get(2)) {
                add(key.as_str(), value.as_str());
            }
        }
    } else if text(1).is_empty() && text(2).is_empty() {
        undelimited(source, &Quotes::new(text(3), text(4)), &mut add);
    } else {
        let quotes = Quotes::new(text(3), text(4));
        let greedy = arguments.get(5).and_then(Value::as_bool) == Some(true);
        delimited(source, text(1), text(2), &quotes, greedy, &mut add);
    }
    Value::dynamic(Json::Object(bag))
}

struct Quotes {
    /// The opening and the closing characters around a quoted key or value.
    marks: Vec<(char, char)>,
    /// The characters before a quote that is meant.
    escapes: Vec<char>,
}

impl Quotes {
    fn new(quotes: &str, escapes: &str) -> Self {
        let marks = quotes.split(BETWEEN).filter_map(|q| Some((q.chars().next()?, q.chars().next_back()?)));
        let escapes = escapes.split(BETWEEN).filter_map(|e| e.chars().next());
        Self { marks: marks.collect(), escapes: escapes.collect() }
    }

    /// The quoted text at the start, unescaped, and how many bytes it takes; `None` when there is none.
    fn read(&self, text: &str) -> Option<(String, usize)> {
        let mut chars = text.char_indices();
        let (_, first) = chars.next()?;
        let (_, close) = *self.marks.iter().find(|(open, _)| *open == first)?;
        let mut out = String::new();
        while let Some((at, c)) = chars.next() {
            if self.escapes.contains(&c) {
                out.extend(chars.next().map(|(_, c)| c));
            } else if c == close {
                return Some((out, at + c.len_utf8()));
            } else {
                out.push(c);
            }
        }
        None
    }
}

/// Pairs in a text in which whatever is neither letter nor digit delimits: a word, one delimiter, a word, with blanks
/// between them; either word may be quoted.
fn undelimited(source: &str, quotes: &Quotes, add: &mut impl FnMut(&str, &str)) {
    let word = |text: &str| -> Option<(String, usize)> {
        let length = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        if length > 0 { Some((text[..length].to_owned(), length)) } else { quotes.read(text) }
    };
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let Some((key, length)) = word(rest) else {
            rest = &rest[first.len_utf8()..];
            continue;
        };
        rest = &rest[length..];
        let after = rest.trim_start();
        let delimiter = after.chars().next().filter(|c| !c.is_alphanumeric() && *c != '_');
        if let Some(delimiter) = delimiter {
            let after = after[delimiter.len_utf8()..].trim_start();
            if let Some((value, length)) = word(after) {
                add(&key, &value);
                rest = &after[length..];
            }
        }
    }
}

fn delimited(source: &str, pair: &str, kv: &str, quotes: &Quotes, greedy: bool, add: &mut impl FnMut(&str, &str)) {
    let mut rest = source;
    loop {
        rest = skip(rest, pair);
        // The key: quoted, or what stands between the last delimiter of pairs and that of key and value.
        let (key, after) = match quotes.read(rest) {
            Some((key, length)) => (key, rest[length..].trim_start()),
            None => {
                let Some(at) = find(rest, kv) else { return };
                let before = rest[..at].trim();
                let key = if pair.is_empty() { before } else { before.rsplit(pair).next().unwrap_or(before) };
                (key.trim().to_owned(), &rest[at..])
            }
        };
        let Some(after) = after.strip_prefix(kv) else {
            let Some(next) = after.chars().next() else { return };
            rest = &after[next.len_utf8()..];
            continue;
        };
        // Blanks after the delimiter belong to nothing, even where a blank parts pairs.
        let after = after.trim_start_matches(' ');
        if let Some((value, length)) = quotes.read(after) {
            add(&key, &value);
            rest = &after[length..];
            continue;
        }
        let end = if greedy { greedy_end(after, pair, kv) } else { find(after, pair).unwrap_or(after.len()) };
        add(&key, after[..end].trim());
        rest = &after[end..];
    }
}

/// Where a delimiter stands; nowhere when it is empty.
fn find(text: &str, delimiter: &str) -> Option<usize> {
    if delimiter.is_empty() { None } else { text.find(delimiter) }
}

/// A greedy value ends at the last delimiter of pairs before the next key.
fn greedy_end(text: &str, pair: &str, kv: &str) -> usize {
    match find(text, kv) {
        None => text.len(),
        Some(next) => text[..next].trim_end().rfind(pair).unwrap_or(next),
    }
}

/// The text without blanks and delimiters of pairs in front.
fn skip<'t>(mut text: &'t str, pair: &str) -> &'t str {
    loop {
        let trimmed = text.trim_start();
        match trimmed.strip_prefix(pair).filter(|_| !pair.is_empty()) {
            Some(rest) => text = rest,
            None => return trimmed,
        }
    }
}
