//! What to write instead, where the parser stops at a spelling of another language.

use super::lexer::Token;
use super::operators::KEYWORDS;
use super::parser::Parser;
use crate::diagnostics::did_you_mean;

/// Operators on text, as in `a contains b`.
const ON_TEXT: [&str; 12] = [
    "between",
    "contains",
    "endswith",
    "has",
    "has_all",
    "has_any",
    "hasprefix",
    "hassuffix",
    "in",
    "like",
    "matches",
    "startswith",
];

impl Parser {
    /// Advice for the token at hand, where `wanted` was expected.
    pub(super) fn advice(&self, wanted: &str) -> Option<String> {
        let wanted = wanted.trim_matches('\'');
        if self.begins_with("select") {
            return Some("begin with the table: `Table | where … | project …`".to_owned());
        }
        if wanted == "by" {
            return Some("put `by` before it".to_owned());
        }
        if wanted == ".." || (wanted == "(" && self.after("between")) {
            return Some("write between (low .. high)".to_owned());
        }
        match self.peek() {
            Token::Mark(mark) => self.of_mark(mark, wanted).map(str::to_owned),
            Token::Word(word) => self.of_word(word),
            Token::Text(_) | Token::Literal(..) if wanted == ")" => Some("is a ',' missing before it?".to_owned()),
            _ => None,
        }
    }

    fn of_mark(&self, mark: &str, wanted: &str) -> Option<&'static str> {
        Some(match mark {
            "=" if wanted.starts_with('|') => "compare with ==, or name a value with `let x = …;`",
            "=" | "==" if wanted == "=" => "write a single =",
            "&" => "join conditions with `and`",
            "|" if wanted == "an operator" => "separate operators with one |, and join conditions with `or`",
            ":" if self.is_after(":") => "convert with tostring(…), tolong(…), todatetime(…)",
            "/" => "write a pattern as a string after `matches regex`",
            "," if self.after_number() => "one number stands here; to skip rows use row_number() and where",
            _ => return None,
        })
    }

    fn of_word(&self, word: &str) -> Option<String> {
        if word == "not" && ON_TEXT.contains(&self.word_at(1)) {
            return Some(format!("write !{}", self.word_at(1)));
        }
        if let Some(rest) = word.strip_prefix('!') {
            return Some(format!("write not({rest})"));
        }
        if self.after("not") {
            return Some(format!("write not({word} …)"));
        }
        if self.after("distinct") {
            return Some("count different values with dcount(…) or count_distinct(…)".to_owned());
        }
        let lower = word.to_ascii_lowercase();
        let known = match lower.as_str() {
            "is" => "ask isnull(…), isnotnull(…), isempty(…) or isnotempty(…)",
            "like" => "write contains, startswith, endswith or matches regex",
            "and" => "write `and` in lower case",
            "or" => "write `or` in lower case",
            "as" => "put the name first: `name = expression`; convert with tostring(…), tolong(…)",
            "group" => "group with `by`: summarize … by …",
            "having" => "filter the groups afterwards: `| where …`",
            "matches" => "write `matches regex`",
            "asc" | "desc" => "write `sort by … desc`",
            "day" | "days" | "hour" | "hours" | "minute" | "minutes" | "second" | "seconds" if self.after_number() => {
                "write a timespan without a space: 1d, 1h, 1m, 1s"
            }
            _ if KEYWORDS.contains(&lower.as_str()) => return Some(format!("put `|` before {lower}")),
            _ => {
                let near = did_you_mean(word, ON_TEXT);
                return Some(match near {
                    Some(near) if matches!(self.peek_at(1), Token::Text(_) | Token::Mark("(")) => {
                        format!("did you mean '{near}'?")
                    }
                    _ => "is a ',', an operator, or a ';' missing before it?".to_owned(),
                });
            }
        };
        Some(known.to_owned())
    }

    fn word_at(&self, ahead: usize) -> &str {
        match self.peek_at(ahead) {
            Token::Word(word) => word,
            _ => "",
        }
    }
}
