//! Literals that name their type: `datetime(2020-01-01)`, `long(null)`, `dynamic({"a": 1})`.

use super::lexer::{skip, string};
use super::limits::MAX_DYNAMIC_DEPTH;
use crate::types::{Json, ScalarType, Value, cast, parse_datetime, parse_timespan};

/// What stands at a word that may open a literal.
pub(super) enum Scanned<'t> {
    /// No literal: a plain word.
    NotALiteral,
    /// A literal and the text behind it.
    Literal(&'t str, Value<'static>, ScalarType),
    /// A literal with content that is none; `length` bytes behind the word are used up.
    Broken { code: &'static str, message: String, length: usize, help: Option<String> },
}

/// Reads the literal that a type's name opens, if it does; `rest` is the text behind the name.
pub(super) fn typed_literal<'t>(word: &str, rest: &'t str) -> Scanned<'t> {
    literal_inside(word, rest, 0)
}

/// The same, inside as many arrays and bags of a `dynamic(…)`.
fn literal_inside<'t>(word: &str, rest: &'t str, depth: usize) -> Scanned<'t> {
    let Some(scalar_type) = ScalarType::from_name(word) else { return Scanned::NotALiteral };
    let Some(inner) = rest.trim_start().strip_prefix('(') else { return Scanned::NotALiteral };
    let opened = rest.len() - inner.len();
    if scalar_type == ScalarType::Dynamic {
        let mut content = Content { rest: inner, depth, too_deep: false };
        let value = content.value();
        content.blank();
        return match (value, content.rest.strip_prefix(')')) {
            (Some(json), Some(after)) => Scanned::Literal(after, Value::dynamic(json), scalar_type),
            _ if content.too_deep => Scanned::Broken {
                code: "KQL094",
                message: format!("more than {MAX_DYNAMIC_DEPTH} arrays and bags inside one another"),
                length: rest.len() - content.rest.len(),
                help: None,
            },
            _ => Scanned::Broken {
                code: BROKEN,
                message: "the content of dynamic(…) is not JSON".to_owned(),
                length: rest.len() - content.rest.len(),
                help: Some("it takes null, numbers, strings, [arrays] and {\"bags\": 1}".to_owned()),
            },
        };
    }
    let Some(close) = closing(inner) else {
        let message = format!("{word}(… is not closed");
        return Scanned::Broken { code: BROKEN, message, length: rest.find('\n').unwrap_or(rest.len()), help: None };
    };
    let after = &inner[close + 1..];
    let content = inner[..close].trim();
    match content_value(scalar_type, content) {
        Some(value) => Scanned::Literal(after, value, scalar_type),
        None => Scanned::Broken {
            code: BROKEN,
            message: format!("'{content}' is no {scalar_type}"),
            length: opened + close + 1,
            help: Some(format!("{word}(…) holds a literal; convert other values with {}(…)", conversion(scalar_type))),
        },
    }
}

/// What is said of a literal with content that is none.
const BROKEN: &str = "KQL004";

const fn conversion(scalar_type: ScalarType) -> &'static str {
    match scalar_type {
        ScalarType::Bool => "tobool",
        ScalarType::Int => "toint",
        ScalarType::Long => "tolong",
        ScalarType::Real => "todouble",
        ScalarType::Decimal => "todecimal",
        ScalarType::DateTime => "todatetime",
        ScalarType::TimeSpan => "totimespan",
        ScalarType::Guid => "toguid",
        ScalarType::String => "tostring",
        ScalarType::Dynamic => "todynamic",
    }
}

/// The place of the parenthesis that closes the literal.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, ')') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            _ => {}
        }
    }
    None
}

fn content_value(scalar_type: ScalarType, content: &str) -> Option<Value<'static>> {
    if content == "null" {
        return Some(Value::Null);
    }
    let unquoted =
        content.strip_prefix(['"', '\'']).and_then(|inner| inner.strip_suffix(['"', '\''])).unwrap_or(content);
    let value = match scalar_type {
        ScalarType::DateTime if content.is_empty() => return None,
        ScalarType::DateTime => match parse_datetime(unquoted) {
            Ok(ticks) => Value::DateTime(ticks),
            // As Kusto does: a date that is none is null.
            Err(_) if unquoted.starts_with(|c: char| c.is_ascii_digit()) => return Some(Value::Null),
            Err(_) => return None,
        },
        ScalarType::TimeSpan => Value::TimeSpan(parse_timespan(unquoted)?),
        ScalarType::String | ScalarType::Dynamic => return None,
        other => {
            let compact: String = unquoted.chars().filter(|c| !c.is_whitespace()).collect();
            match cast(&Value::str(&compact), other).into_owned() {
                Value::Null if other == ScalarType::Bool => return None,
                Value::Null if other == ScalarType::Int || other == ScalarType::Long => {
                    // A whole number written as a real.
                    let real = compact.parse::<f64>().ok()?;
                    cast(&Value::Real(real), other).into_owned()
                }
                Value::Null => return None,
                value => value,
            }
        }
    };
    Some(value)
}

/// Reads the content of `dynamic(…)`: JSON, with single quotes and typed literals allowed.
struct Content<'t> {
    rest: &'t str,
    depth: usize,
    /// Whether it nests deeper than is allowed.
    too_deep: bool,
}

impl Content<'_> {
    fn blank(&mut self) {
        self.rest = skip(self.rest, false);
    }

    fn eat(&mut self, c: char) -> bool {
        self.blank();
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self) -> Option<Json> {
        if self.depth >= MAX_DYNAMIC_DEPTH {
            self.too_deep = true;
            return None;
        }
        self.depth += 1;
        let value = self.one();
        self.depth -= 1;
        value
    }

    fn one(&mut self) -> Option<Json> {
        self.blank();
        if self.eat('[') {
            let mut items = Vec::new();
            if self.eat(']') {
                return Some(Json::Array(items));
            }
            loop {
                items.push(self.value()?);
                if self.eat(']') {
                    return Some(Json::Array(items));
                }
                if !self.eat(',') {
                    return None;
                }
                if self.eat(']') {
                    return Some(Json::Array(items));
                }
            }
        }
        if self.eat('{') {
            let mut bag = serde_json::Map::new();
            if self.eat('}') {
                return Some(Json::Object(bag));
            }
            loop {
                self.blank();
                let key = match self.rest.chars().next()? {
                    '"' | '\'' => self.text()?,
                    _ => self.bare()?.to_owned(),
                };
                if !self.eat(':') {
                    return None;
                }
                let value = self.value()?;
                bag.insert(key, value);
                if self.eat('}') {
                    return Some(Json::Object(bag));
                }
                if !self.eat(',') {
                    return None;
                }
            }
        }
        match self.rest.chars().next()? {
            '"' | '\'' => self.text().map(Json::String),
            '@' | '`' | '~' | 'h' | 'H' => {
                let (rest, text) = string(self.rest).ok().flatten()?;
                // The text behind is part of what we hold.
                self.rest = &self.rest[self.rest.len() - rest.len()..];
                Some(Json::String(text))
            }
            '-' | '+' | '0'..='9' => self.number(),
            _ => {
                let word = self.bare()?;
                match word {
                    "null" => Some(Json::Null),
                    "true" | "True" => Some(Json::Bool(true)),
                    "false" | "False" => Some(Json::Bool(false)),
                    "NaN" | "nan" => Some(Json::String("NaN".to_owned())),
                    _ => match literal_inside(word, self.rest, self.depth) {
                        Scanned::Literal(rest, value, _) => {
                            self.rest = &self.rest[self.rest.len() - rest.len()..];
                            Some(match value {
                                Value::TimeSpan(ticks) => Json::from(ticks),
                                other => other.to_json(),
                            })
                        }
                        Scanned::Broken { code, .. } => {
                            self.too_deep |= code != BROKEN;
                            None
                        }
                        Scanned::NotALiteral => None,
                    },
                }
            }
        }
    }

    fn bare(&mut self) -> Option<&'static str>
    where
        Self: Sized,
    {
        // The words that may stand here are few; a borrowed static keeps the borrow of `rest` short.
        const WORDS: [&str; 20] = [
            "null", "true", "True", "false", "False", "NaN", "nan", "datetime", "date", "timespan", "time", "guid",
            "long", "int", "real", "double", "decimal", "bool", "dynamic", "string",
        ];
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let word = WORDS.iter().find(|w| **w == &self.rest[..end])?;
        self.rest = &self.rest[end..];
        Some(word)
    }

    fn number(&mut self) -> Option<Json> {
        let end = self
            .rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | ':')))
            .unwrap_or(self.rest.len());
        let text = &self.rest[..end];
        let plain = text.trim_start_matches('+');
        let json = if let Ok(n) = plain.parse::<i64>() {
            Json::from(n)
        } else if let Ok(n) = plain.parse::<f64>() {
            // A whole number beyond a long is refused, and so is one beyond a real.
            let whole = plain.bytes().all(|b| b.is_ascii_digit() || b == b'-');
            Json::Number(serde_json::Number::from_f64(n).filter(|_| !whole)?)
        } else if let Some(hex) = plain.strip_prefix("0x") {
            Json::from(i64::from_str_radix(hex, 16).ok()?)
        } else {
            // A timespan such as 1h, which Kusto keeps as its ticks.
            Json::from(parse_timespan(plain)?)
        };
        self.rest = &self.rest[end..];
        Some(json)
    }

    fn text(&mut self) -> Option<String> {
        let quote = self.rest.chars().next()?;
        let mut value = String::new();
        let mut chars = self.rest[1..].char_indices();
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.rest = &self.rest[1 + at + 1..];
                return Some(value);
            }
            if c != '\\' {
                value.push(c);
                continue;
            }
            match chars.next()?.1 {
                't' => value.push('\t'),
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                'b' => value.push('\u{8}'),
                'f' => value.push('\u{c}'),
                'u' => value.push(super::escape::unicode(&mut chars, 4)?),
                other => value.push(other),
            }
        }
        None
    }
}
