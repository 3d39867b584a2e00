//! What a saved query says of itself in the comments at its top.
//!
//! ```text
//! // title: Requests by subscription
//! // param Least = 10
//! // size: 900x400
//! // alert: max(ErrorRate) > 5
//! ```
//!
//! A key is one lower-case word before a colon. Every other comment is prose, and every other tool reads all of them as
//! the comments they are.

use super::{Alert, Compare};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::types::MAX_TICKS;
use crate::workbook::TimeSpan;

/// What a saved query says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// `title:`, what it is called.
    pub title: Option<String>,
    /// `description:`, what its reader should know. Several are one text.
    pub description: Option<String>,
    /// `section:`, the heading below which a report shows it.
    pub section: Option<String>,
    /// `timespan:`, the time it looks at in place of the report's period: an ISO 8601 duration back from its end, or
    /// `START/END`.
    pub timespan: Option<String>,
    /// `param NAME = VALUE`, what a name is when it is not given.
    pub parameters: Vec<(String, String)>,
    /// `size:`, width and height of its chart in pixels.
    pub size: Option<(u32, u32)>,
    /// `alert:`, when its answer is an alarm.
    pub alerts: Vec<Alert>,
    /// `compare:`, what a report compares with the period before, in place of what it would choose.
    pub compare: Option<Compare>,
    /// The lines that are prose.
    pub prose: Vec<String>,
}

const KEYS: [&str; 7] = ["title", "description", "section", "timespan", "size", "alert", "compare"];

/// A comment of the header: its text, and where that begins.
struct Line<'a> {
    text: &'a str,
    at: usize,
}

impl Header {
    /// Reads the header of a query's text.
    ///
    /// # Errors
    /// Every line that is a header's and is wrong.
    pub fn parse(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut header = Self::default();
        let mut findings = Vec::new();
        let lines = comments(text);
        // A word and a colon are prose in a query that has no header.
        let is_written = lines.iter().any(|line| key(line).is_some_and(|(key, ..)| KEYS.contains(&key)));
        for line in &lines {
            let outcome = if let Some((key, value, at)) = key(line).filter(|(key, ..)| is_written || is_near(key)) {
                header.take(key, line.at, value, at)
            } else if let Some(rest) = line.text.strip_prefix("param ") {
                header.parameter(rest, line.at + "param ".len())
            } else {
                header.prose.push(line.text.to_owned());
                Ok(())
            };
            findings.extend(outcome.err());
        }
        if findings.is_empty() { Ok(header) } else { Err(findings) }
    }

    /// What the query is called: its title, or its first line of prose.
    pub fn name(&self) -> Option<&str> {
        self.title.as_deref().or_else(|| self.prose.iter().map(String::as_str).find(|line| is_words(line)))
    }

    /// What its reader should know: its description, or the prose that is not its name.
    pub fn about(&self) -> Option<String> {
        if self.description.is_some() {
            return self.description.clone();
        }
        let lines = self.prose.iter().map(String::as_str).skip_while(|line| !is_words(line));
        let told: Vec<&str> = lines.skip(usize::from(self.title.is_none())).collect();
        let told = told.join("\n").trim().to_owned();
        (!told.is_empty()).then_some(told)
    }

    fn take(&mut self, key: &str, key_at: usize, value: &str, at: usize) -> Result<(), Diagnostic> {
        let span = (at, at + value.len());
        let place = match key {
            "title" => &mut self.title,
            "section" => &mut self.section,
            "description" => {
                let told = self.description.take().map(|told| told + " ").unwrap_or_default();
                self.description = Some(told + value);
                return Ok(());
            }
            "timespan" => {
                // The clock is not known yet; the middle of time serves to see whether it is a span.
                if TimeSpan::parse(value, MAX_TICKS / 2).is_none() {
                    return Err(Diagnostic::new("KQL031", format!("'{value}' is no span of time"), span)
                        .help("write a duration such as P1D or PT6H, or START/END"));
                }
                &mut self.timespan
            }
            "size" => {
                let Some(size) = parse_size(value) else {
                    return Err(Diagnostic::new("KQL031", format!("'{value}' is no size"), span).help(SIZE_HELP));
                };
                self.size = Some(size);
                return Ok(());
            }
            "alert" => {
                self.alerts.push(Alert::parse(value, at)?);
                return Ok(());
            }
            "compare" if self.compare.is_none() => {
                self.compare = Some(Compare::parse(value, at)?);
                return Ok(());
            }
            "compare" => return Err(twice(key, (key_at, span.1))),
            _ => return Err(unknown(key, key_at)),
        };
        if place.is_some() {
            return Err(twice(key, (key_at, span.1)));
        }
        if value.is_empty() {
            return Err(Diagnostic::new("KQL031", format!("'{key}' is empty"), (key_at, span.1))
                .help("write what it is after the colon, or leave the line out"));
        }
        *place = Some(value.to_owned());
        Ok(())
    }

    fn parameter(&mut self, rest: &str, at: usize) -> Result<(), Diagnostic> {
        let (name, value) = rest.split_once('=').map_or((rest.trim(), None), |(n, v)| (n.trim(), Some(v.trim())));
        let is_name = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.is_empty();
        let Some(value) = value else {
            // "param is the name of …" is prose.
            return if is_name(name) {
                Err(Diagnostic::new("KQL031", format!("the parameter '{name}' has no value"), (at, at + rest.len()))
                    .help(format!("write // param {name} = VALUE")))
            } else {
                Ok(())
            };
        };
        if !is_name(name) {
            return Err(Diagnostic::new(
                "KQL031",
                format!("'{name}' is no name of a parameter"),
                (at, at + rest.len()),
            )
            .help("a name has letters, digits and underscores: // param NAME = VALUE"));
        }
        if self.parameters.iter().any(|(known, _)| known == name) {
            return Err(Diagnostic::new(
                "KQL032",
                format!("the parameter '{name}' is said twice"),
                (at, at + rest.len()),
            )
            .help("leave one of the lines"));
        }
        self.parameters.push((name.to_owned(), value.to_owned()));
        Ok(())
    }
}

fn twice(key: &str, span: (usize, usize)) -> Diagnostic {
    Diagnostic::new("KQL032", format!("'{key}' is said twice"), span).help("leave one of the lines")
}

fn is_words(line: &str) -> bool {
    line.contains(char::is_alphanumeric)
}

/// What to write for a size.
pub const SIZE_HELP: &str = "write WIDTHxHEIGHT, each 50 to 10000, such as 1200x600";

/// `WIDTHxHEIGHT` in pixels.
pub fn parse_size(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once(['x', 'X'])?;
    let (width, height) = (width.trim().parse().ok()?, height.trim().parse().ok()?);
    let fits = |n| (50..=10_000).contains(&n);
    (fits(width) && fits(height)).then_some((width, height))
}

/// The comments above the first line of the query.
fn comments(text: &str) -> Vec<Line<'_>> {
    let mut at = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if let Some(comment) = trimmed.strip_prefix("//") {
            let said = comment.trim();
            let before = line.len() - line.trim_start().len() + 2 + comment.len() - comment.trim_start().len();
            lines.push(Line { text: said, at: at + before });
        } else if !trimmed.is_empty() {
            break;
        }
        at += line.len();
    }
    lines
}

/// The key of a line, its value, and where the value begins.
fn key<'a>(line: &Line<'a>) -> Option<(&'a str, &'a str, usize)> {
    let (key, rest) = line.text.split_once(':')?;
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    if !is_key || !(rest.is_empty() || rest.starts_with(char::is_whitespace)) {
        return None;
    }
    let value = rest.trim();
    let at = line.at + key.len() + 1 + (rest.len() - rest.trim_start().len());
    Some((key, value, if value.is_empty() { line.at + key.len() + 1 } else { at }))
}

/// Whether a word is a key, or was probably meant to be one.
fn is_near(word: &str) -> bool {
    did_you_mean(word, KEYS).is_some()
}

fn unknown(key: &str, at: usize) -> Diagnostic {
    let finding = Diagnostic::new("KQL030", format!("a query's header has no '{key}'"), (at, at + key.len()));
    finding.help(match did_you_mean(key, KEYS) {
        Some(near) => format!("did you mean '{near}'?"),
        None => format!("the keys are {}, and param NAME = VALUE; prose begins with a capital", KEYS.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_and_prose_is_not() {
        let text = "// Requests, all of them: by key\n// title: Requests\n//description: One\n// description: two\n\n\
                    // param Least = 10\n// timespan: P30D\n// size: 900x400\n// section: Usage\n// alert: rows > 0\n\
                    // see https://example.com/a: b\n// TODO: more\nT | count // title: not this\n// size: 1x1\n";
        let header = Header::parse(text).unwrap();
        assert_eq!(header.title.as_deref(), Some("Requests"));
        assert_eq!(header.description.as_deref(), Some("One two"));
        assert_eq!(header.section.as_deref(), Some("Usage"));
        assert_eq!(header.timespan.as_deref(), Some("P30D"));
        assert_eq!(header.parameters, [("Least".to_owned(), "10".to_owned())]);
        assert_eq!(header.size, Some((900, 400)));
        assert_eq!(header.alerts.len(), 1);
        assert_eq!(header.prose[0], "Requests, all of them: by key");
        assert_eq!((header.name(), header.about().as_deref()), (Some("Requests"), Some("One two")));
        let header = Header::parse("// ----\n// Calls by key\n// Last day: all of it\n// and more\nT // no").unwrap();
        assert_eq!(
            (header.name(), header.about().as_deref()),
            (Some("Calls by key"), Some("Last day: all of it\nand more"))
        );
    }

    #[test]
    fn mistakes_are_found_where_they_stand() {
        let at = |text: &str| {
            let findings = Header::parse(text).unwrap_err();
            let spans: Vec<_> = findings.iter().map(|d| (d.code, &text[d.span.0..d.span.1])).collect();
            assert_eq!(spans.len(), 1, "{findings:?}");
            (spans[0].0, spans[0].1.to_owned(), findings[0].help.clone().unwrap_or_default())
        };
        assert_eq!(at("// titel: x\nT"), ("KQL030", "titel".into(), "did you mean 'title'?".into()));
        assert_eq!(at("// title: x\n// owner: y\nT").1, "owner");
        assert_eq!(at("//  size:  9x9 \nT").1, "9x9");
        assert_eq!(at("// timespan: yesterday\nT").1, "yesterday");
        assert_eq!(at("// title:\nT").1, "title:");
        assert_eq!(at("// title: a\n// title: b\nT"), ("KQL032", "title: b".into(), "leave one of the lines".into()));
        assert_eq!(at("// param Least\nT").1, "Least");
        assert_eq!(at("// param a b = 1\nT").1, "a b = 1");
        assert_eq!(at("// title: é\n// alert: rows >\nT").0, "KQL033");
    }

    #[test]
    fn a_word_and_a_colon_alone_are_prose() {
        let header = Header::parse("// author: Bob\n// note: this\nT").unwrap();
        assert_eq!(header.name(), Some("author: Bob"));
    }
}
