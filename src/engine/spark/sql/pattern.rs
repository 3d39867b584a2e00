//! Regular expressions that mean the same in Java and in Rust: everything is spelled out, nothing is left to a flag or
//! to what an engine takes `\d`, `.` or `$` for.

use std::collections::HashMap;
use std::sync::OnceLock;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::Beyond;
use crate::ir::{compile_regex, fold};

/// A pattern, printed anew.
pub(super) struct Portable {
    pub text: String,
    /// How many groups it has.
    pub groups: usize,
    /// Whether it matches nothing at all somewhere: engines go on differently after such a match.
    pub may_be_empty: bool,
}

/// A pattern of KQL in a form that Java and Rust read alike; `None` when it is no pattern at all.
pub(super) fn portable(pattern: &str) -> Result<Option<Portable>, Beyond> {
    let Ok(compiled) = compile_regex(pattern) else { return Ok(None) };
    let Ok(hir) = ParserBuilder::new().octal(true).build().parse(pattern) else { return Ok(None) };
    let mut printer = Printer { out: String::new(), groups: 0 };
    printer.print(&hir)?;
    // A group that cannot match is left out of the tree; the others would have moved up.
    if printer.groups + 1 != compiled.captures_len() {
        return Err(Beyond::new("a regular expression with a group that never matches"));
    }
    let may_be_empty = hir.properties().minimum_len().is_none_or(|n| n == 0);
    Ok(Some(Portable { text: printer.out, groups: printer.groups, may_be_empty }))
}

struct Printer {
    out: String,
    groups: usize,
}

impl Printer {
    fn print(&mut self, hir: &Hir) -> Result<(), Beyond> {
        crate::ir::deep(|| self.node(hir))
    }

    fn node(&mut self, hir: &Hir) -> Result<(), Beyond> {
        match hir.kind() {
            HirKind::Empty => {}
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => text.chars().for_each(|c| character(c, &mut self.out)),
                Err(_) => return Err(Beyond::new("a regular expression on bytes")),
            },
            HirKind::Class(Class::Unicode(class)) => {
                // Matches nothing.
                if class.ranges().is_empty() {
                    self.out.push_str("[^\\x{0}-\\x{10FFFF}]");
                    return Ok(());
                }
                self.out.push('[');
                for range in class.ranges() {
                    inside(range.start(), &mut self.out);
                    if range.start() != range.end() {
                        self.out.push('-');
                        inside(range.end(), &mut self.out);
                    }
                }
                self.out.push(']');
            }
            HirKind::Class(Class::Bytes(_)) => return Err(Beyond::new("a regular expression on bytes")),
            HirKind::Look(Look::Start) => self.out.push_str("\\A"),
            HirKind::Look(Look::End) => self.out.push_str("\\z"),
            HirKind::Look(_) => {
                return Err(Beyond::new("a regular expression with \\b or the flag m, which engines read differently"));
            }
            HirKind::Repetition(repetition) => {
                let inner = repetition.sub.properties();
                if inner.minimum_len().is_none_or(|n| n == 0) && inner.explicit_captures_len() > 0 {
                    return Err(Beyond::new("a regular expression that repeats a group that may be empty"));
                }
                self.out.push_str("(?:");
                self.print(&repetition.sub)?;
                self.out.push(')');
                match (repetition.min, repetition.max) {
                    (0, None) => self.out.push('*'),
                    (1, None) => self.out.push('+'),
                    (0, Some(1)) => self.out.push('?'),
                    (min, None) => self.out.push_str(&format!("{{{min},}}")),
                    (min, Some(max)) => self.out.push_str(&format!("{{{min},{max}}}")),
                }
                if !repetition.greedy {
                    self.out.push('?');
                }
            }
            HirKind::Capture(capture) => {
                self.groups += 1;
                self.out.push('(');
                self.print(&capture.sub)?;
                self.out.push(')');
            }
            HirKind::Concat(parts) => {
                for part in parts {
                    self.print(part)?;
                }
            }
            HirKind::Alternation(choices) => {
                self.out.push_str("(?:");
                for (at, choice) in choices.iter().enumerate() {
                    if at > 0 {
                        self.out.push('|');
                    }
                    self.print(choice)?;
                }
                self.out.push(')');
            }
        }
        Ok(())
    }
}

/// A character that stands for itself.
fn character(c: char, out: &mut String) {
    match c {
        '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => out.extend(['\\', c]),
        c if c.is_alphanumeric() || (' '..='~').contains(&c) => out.push(c),
        c => by_number(c, out),
    }
}

/// A character within brackets, where Java and Rust give other signs a meaning.
fn inside(c: char, out: &mut String) {
    if c.is_ascii_alphanumeric() {
        out.push(c);
    } else {
        by_number(c, out);
    }
}

fn by_number(c: char, out: &mut String) {
    out.push_str(&format!("\\x{{{:X}}}", u32::from(c)));
}

/// The pattern of just this text.
pub(super) fn exactly(text: &str) -> String {
    let mut out = String::new();
    text.chars().for_each(|c| character(c, &mut out));
    out
}

/// The pattern of a text in any case: each letter is all those that KQL takes for the same.
pub(super) fn any_case(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let same = others(fold(c));
        if same.is_empty() {
            character(c, &mut out);
            continue;
        }
        out.push('[');
        inside(fold(c), &mut out);
        same.iter().for_each(|other| inside(*other, &mut out));
        out.push(']');
    }
    out
}

/// Whether case makes a difference to a text.
pub(super) fn has_case(text: &str) -> bool {
    text.chars().any(|c| !others(fold(c)).is_empty())
}

/// The characters that fold to this one, itself left out.
fn others(folded: char) -> &'static [char] {
    static CLASSES: OnceLock<HashMap<char, Vec<char>>> = OnceLock::new();
    let classes = CLASSES.get_or_init(|| {
        let mut classes: HashMap<char, Vec<char>> = HashMap::new();
        for c in '\0'..=char::MAX {
            let folded = fold(c);
            if folded != c {
                classes.entry(folded).or_default().push(c);
            }
        }
        classes
    });
    classes.get(&folded).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(pattern: &str) -> Option<String> {
        portable(pattern).ok().flatten().map(|p| p.text)
    }

    #[test]
    fn everything_is_spelled_out() {
        assert_eq!(
            printed("deployments/([^/]+)$").as_deref(),
            Some(r"deployments/((?:[\x{0}-\x{2E}0-\x{10FFFF}])+)\z")
        );
        assert_eq!(printed("^a.c").as_deref(), Some(r"\Aa[\x{0}-\x{9}\x{B}-\x{10FFFF}]c"));
        assert_eq!(printed("(?i)k").as_deref(), Some(r"[Kk\x{212A}]"));
        assert_eq!(printed("(?P<name>x)|y{2,3}?").as_deref(), Some(r"(?:(x)|(?:y){2,3}?)"));
    }

    #[test]
    fn what_java_reads_differently_is_refused() {
        for pattern in [r"\bword\b", "(?m)^a", "(a*)*"] {
            assert!(portable(pattern).is_err(), "{pattern}");
        }
        assert!(portable("(").is_ok_and(|p| p.is_none()));
    }

    #[test]
    fn a_printed_pattern_matches_what_the_pattern_matches() {
        let texts = ["", "a", "Ab", "a\nb", "a1_b", "é", "K", "foo/bar?x=1", "a  b", "\u{2028}", "٣", "aaa", "ab\n"];
        let patterns =
            [r"\d", r"\w+$", r"\S\s", ".", "(?s).", "a|ab", "(?i)A", r"[^a-z]", "a{2}", "b$", r"\.", "^$", r"[\d-]"];
        for pattern in patterns {
            let ours = compile_regex(pattern).unwrap();
            let theirs = compile_regex(&printed(pattern).unwrap()).unwrap();
            for text in texts {
                let range = |r: &regex::Regex| r.find(text).map(|m| m.range());
                assert_eq!(range(&ours), range(&theirs), "{pattern} on {text:?}");
            }
        }
    }

    #[test]
    fn a_letter_is_all_that_kql_takes_for_it() {
        assert_eq!(any_case("k-Σ"), r"[kK\x{212A}]-[\x{3C3}\x{3A3}]");
        assert!(has_case("a") && !has_case("1-2") && !has_case("日本"));
    }
}
