//! Azure workbooks' placeholders: `{Param}`, `{TimeRange:grain}` …, filled from the values given for them, so that a
//! query pasted from a workbook runs, and what is wrong with it is shown in the text that was pasted.

mod find;
mod form;
mod span;

use std::collections::BTreeMap;

use crate::bind::{Bound, Environment};
use crate::diagnostics::Diagnostic;
use crate::syntax::{Place, Places};

use find::Placeholder;
use form::Written;

pub use span::TimeSpan;

/// What placeholders are filled with.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// The values given for a name, several when it was given more than once. A name may be `TimeRange:grain` too.
    pub given: BTreeMap<String, Vec<String>>,
    /// What time ranges without a value of their own are.
    pub timespan: Option<String>,
    /// The run's clock.
    pub now: i64,
}

/// A text whose placeholders are filled.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// The text.
    pub text: String,
    /// Where a placeholder stood, where its value stands now, and the placeholder itself.
    parts: Vec<(std::ops::Range<usize>, std::ops::Range<usize>, String)>,
    /// What the user may have meant otherwise.
    pub notes: Vec<String>,
}

/// Text to typed plan, its placeholders filled on the way, with notes on what else may have been meant. Places in
/// findings are those of the text given.
///
/// # Errors
/// What is wrong with the query or with what its placeholders are given.
pub fn compile(
    text: &str,
    values: &Values,
    environment: &Environment<'_>,
) -> Result<(Bound, Vec<String>), Vec<Diagnostic>> {
    let filled = fill(text, values)?;
    match crate::compile(&filled.text, environment) {
        Ok(bound) => Ok((bound, filled.notes)),
        Err(findings) => Err(filled.blame(findings)),
    }
}

/// The text with its placeholders filled. Braces that mean something in KQL, or stand in strings and name nothing that
/// is given, stay as they are.
///
/// # Errors
/// Placeholders that have no value, or none in the form they ask for.
pub fn fill(text: &str, values: &Values) -> Result<Filled, Vec<Diagnostic>> {
    let places = Places::new(text);
    let mut filled = Filled::default();
    let mut findings = Vec::new();
    let mut kept = 0;
    for placeholder in find::placeholders(text) {
        let at = placeholder.span.start;
        let written = match places.at(at) {
            Place::Nothing => continue,
            Place::Code if places.opens_body(at) => continue,
            Place::Code if places.in_list(at) => Written::InList,
            Place::Code => Written::Alone,
            // In `dynamic([{Names}])`.
            Place::Unread if text[..at].trim_end().ends_with(['[', ',']) => Written::InList,
            Place::Literal | Place::Unread => Written::InLiteral,
        };
        let must = places.at(at) != Place::Literal;
        match form::text(&placeholder, values, written) {
            Ok(Some(value)) => {
                filled.text.push_str(&text[kept..at]);
                let start = filled.text.len();
                filled.text.push_str(&value);
                kept = placeholder.span.end;
                filled.parts.push((placeholder.span.clone(), start..filled.text.len(), text[at..kept].to_owned()));
            }
            Ok(None) if must => findings.push(without_value(&placeholder)),
            Ok(None) if is_whole_literal(text, &placeholder) => filled.notes.push(format!(
                "'{0}' stays as it is, as --param {1} does not say what it is",
                &text[placeholder.span.clone()],
                placeholder.name
            )),
            Ok(None) => {}
            Err(finding) if must => findings.push(*finding),
            Err(_) => {}
        }
    }
    filled.text.push_str(&text[kept..]);
    if findings.is_empty() { Ok(filled) } else { Err(findings) }
}

fn without_value(placeholder: &Placeholder<'_>) -> Diagnostic {
    let name = placeholder.name;
    let whole = placeholder.whole();
    let finding = Diagnostic::new(
        "KQL020",
        format!("the placeholder {whole} has no value"),
        (placeholder.span.start, placeholder.span.end),
    );
    finding.help(if form::is_time(placeholder) {
        format!("give it with --param {name}=P1D, --param {name}=START/END, or --timespan for all time ranges")
    } else {
        format!("give it with --param {name}=VALUE, several values by giving it several times")
    })
}

/// Whether a placeholder is all a string holds.
fn is_whole_literal(text: &str, placeholder: &Placeholder<'_>) -> bool {
    let around = (text[..placeholder.span.start].chars().next_back(), text[placeholder.span.end..].chars().next());
    matches!(around, (Some('\''), Some('\'')) | (Some('"'), Some('"')))
}

impl Filled {
    /// The findings of the filled text, at their places in the text as it was.
    pub fn blame(&self, findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
        findings.into_iter().map(|finding| self.blame_one(finding)).collect()
    }

    fn blame_one(&self, mut finding: Diagnostic) -> Diagnostic {
        let (from, to) = finding.span;
        finding.span = (self.original(from, false), self.original(to, true).max(self.original(from, false)));
        let touches = |now: &std::ops::Range<usize>| from <= now.end && now.start < to.max(from + 1);
        if let Some((_, now, placeholder)) = self.parts.iter().find(|(_, now, _)| touches(now)) {
            let told = format!("{placeholder} stands for `{}`", &self.text[now.clone()]);
            finding.help = Some(match finding.help {
                Some(help) => format!("{help}; {told}"),
                None => told,
            });
        }
        finding
    }

    /// Where a byte of the filled text was: inside a value, the beginning or the end of its placeholder.
    fn original(&self, byte: usize, is_end: bool) -> usize {
        let mut shift = (0, 0);
        for (was, now, _) in &self.parts {
            if byte < now.start || byte == now.start && is_end {
                break;
            }
            if byte < now.end || byte == now.end && is_end {
                return if is_end { was.end } else { was.start };
            }
            shift = (was.end, now.end);
        }
        shift.0 + (byte - shift.1)
    }
}

#[cfg(test)]
mod tests;
