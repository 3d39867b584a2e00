//! Text looked for in text. What ignores case, or looks for terms, is one regular expression that Java and Rust read
//! alike.

use super::{Beyond, Said, Words, literal, pattern};
use crate::ir::{Core, Expr};
use crate::types::{Json, ScalarType, Value, cast};

/// What is neither letter nor digit, so that a term ends there.
const OUTSIDE: &str = "[^\\p{IsAlphabetic}\\p{N}]";

/// Whether a text has a match of a pattern.
pub(super) fn matches(text: &str, pattern: &str) -> String {
    format!("({text} RLIKE {})", literal::text(pattern))
}

/// The pattern of a term: a boundary is wanted at each asked edge where the term itself has a letter or digit.
fn term(needle: &str, start: bool, end: bool, ignore_case: bool) -> String {
    let begins = start && needle.chars().next().is_some_and(char::is_alphanumeric);
    let ends = end && needle.chars().next_back().is_some_and(char::is_alphanumeric);
    let body = if ignore_case { pattern::any_case(needle) } else { pattern::exactly(needle) };
    let before = if begins { format!("(?:\\A|{OUTSIDE})") } else { String::new() };
    let after = if ends { format!("(?:\\z|{OUTSIDE})") } else { String::new() };
    format!("{before}{body}{after}")
}

impl Words<'_> {
    /// The operators that look for texts.
    pub(super) fn matching(&self, core: Core, source: &Expr, needles: &[Expr]) -> Said {
        if source.scalar_type != ScalarType::String {
            return Err(Beyond::new(format!("`{}` on a {}", core.name(), source.scalar_type)));
        }
        let text = self.expr(source)?;
        if matches!(core, Core::HasAny | Core::HasAll) {
            return several(core, &text, needles);
        }
        let [needle] = needles else { return Err(Beyond::new(format!("`{}`", core.name()))) };
        if needle.scalar_type != ScalarType::String {
            return Err(Beyond::new(format!("`{}` with a {}", core.name(), needle.scalar_type)));
        }
        let function = match core {
            Core::ContainsCase => Some("contains"),
            Core::StartsWithCase => Some("startswith"),
            Core::EndsWithCase => Some("endswith"),
            _ => None,
        };
        if let Some(function) = function {
            return Ok(format!("{function}({text}, {})", self.expr(needle)?));
        }
        let constant = match needle.as_literal() {
            Some(value) => value.as_str().unwrap_or_default().to_owned(),
            None => match needle.constant(self.context) {
                Some(value) => value.as_str().unwrap_or_default().to_owned(),
                None => return Err(Beyond::new(format!("`{}` with a text of the row", core.name()))),
            },
        };
        if core == Core::MatchesRegex {
            return match pattern::portable(&constant)? {
                Some(pattern) => Ok(matches(&text, &pattern.text)),
                None => Ok("false".to_owned()),
            };
        }
        let cased = pattern::has_case(&constant);
        Ok(match core {
            Core::EqualIgnoreCase if !cased => format!("({text} = {})", literal::text(&constant)),
            Core::EqualIgnoreCase => matches(&text, &format!("\\A{}\\z", pattern::any_case(&constant))),
            _ if constant.is_empty() => "true".to_owned(),
            Core::Contains if !cased => format!("contains({text}, {})", literal::text(&constant)),
            Core::Contains => matches(&text, &pattern::any_case(&constant)),
            Core::StartsWith => matches(&text, &format!("\\A{}", pattern::any_case(&constant))),
            Core::EndsWith => matches(&text, &format!("{}\\z", pattern::any_case(&constant))),
            Core::Has => matches(&text, &term(&constant, true, true, true)),
            Core::HasCase => matches(&text, &term(&constant, true, true, false)),
            Core::HasPrefix => matches(&text, &term(&constant, true, false, true)),
            Core::HasPrefixCase => matches(&text, &term(&constant, true, false, false)),
            Core::HasSuffix => matches(&text, &term(&constant, false, true, true)),
            Core::HasSuffixCase => matches(&text, &term(&constant, false, true, false)),
            _ => return Err(Beyond::new(format!("`{}`", core.name()))),
        })
    }
}

/// `has_any` and `has_all`.
fn several(core: Core, text: &str, needles: &[Expr]) -> Said {
    let mut terms = Vec::new();
    for needle in needles {
        let Some(value) = needle.as_literal() else {
            return Err(Beyond::new(format!("`{}` with values of the row", core.name())));
        };
        let plain = |v: &Value<'_>| cast(v, ScalarType::String).as_str().unwrap_or_default().to_owned();
        match value.as_json() {
            Some(Json::Array(elements)) => terms.extend(elements.iter().map(|e| plain(&Value::dynamic(e.clone())))),
            _ => terms.push(plain(value)),
        }
    }
    let any = core == Core::HasAny;
    if terms.is_empty() || any && terms.iter().any(String::is_empty) {
        return Ok(if any && terms.is_empty() { "false" } else { "true" }.to_owned());
    }
    let patterns: Vec<String> =
        terms.iter().filter(|t| !t.is_empty()).map(|t| matches(text, &term(t, true, true, true))).collect();
    if patterns.is_empty() {
        return Ok("true".to_owned());
    }
    Ok(format!("({})", patterns.join(if any { " OR " } else { " AND " })))
}
