//! Reads keys of a TOML text, and finds those nobody asked for.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostics::{Diagnostic, did_you_mean};

/// A table of a TOML text whose keys are taken one by one.
pub(super) struct Reader<'t> {
    table: DeTable<'t>,
    /// Every key that was asked for.
    known: Vec<String>,
    findings: Vec<Diagnostic>,
}

fn wrong(message: impl Into<String>, span: std::ops::Range<usize>) -> Diagnostic {
    Diagnostic::new("KQL040", message, (span.start, span.end))
}

impl<'t> Reader<'t> {
    /// Reads a text.
    pub fn parse(text: &'t str) -> Result<Self, Diagnostic> {
        match DeTable::parse(text) {
            Ok(table) => Ok(Self::of(table.into_inner())),
            Err(error) => Err(wrong(error.message(), error.span().unwrap_or_default())),
        }
    }

    fn of(table: DeTable<'t>) -> Self {
        Self { table, known: Vec::new(), findings: Vec::new() }
    }

    /// What is wrong with what was asked for, and every key that was not.
    pub fn findings(&mut self) -> Vec<Diagnostic> {
        let mut findings = std::mem::take(&mut self.findings);
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            let finding = wrong(format!("there is no key '{name}'"), key.span());
            findings.push(finding.help(match did_you_mean(name, self.known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean '{near}'?"),
                None => format!("the keys here are {}", self.known.join(", ")),
            }));
        }
        findings.sort_by_key(|finding| finding.span);
        findings
    }

    fn take(&mut self, key: &str) -> Option<Spanned<DeValue<'t>>> {
        self.known.push(key.to_owned());
        let found = self.table.keys().find(|name| name.get_ref() == key).cloned()?;
        self.table.remove(&found)
    }

    fn refuse<T>(&mut self, key: &str, what: &str, value: &Spanned<DeValue<'_>>) -> Option<T> {
        self.findings.push(wrong(format!("'{key}' is {what}"), value.span()));
        None
    }

    /// A text.
    pub fn text(&mut self, key: &str) -> Option<String> {
        let value = self.take(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            _ => self.refuse(key, "a text, in quotes", &value),
        }
    }

    /// A text that means something.
    pub fn parsed<T>(&mut self, key: &str, read: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let value = self.take(key)?;
        match read(value.get_ref().as_str().unwrap_or_default()) {
            Ok(meaning) => Some(meaning),
            Err(help) => {
                self.findings.push(wrong(format!("'{key}' cannot be this"), value.span()).help(help));
                None
            }
        }
    }

    /// A text, or a list of texts.
    pub fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        let value = self.take(key)?;
        let text = |value: &DeValue<'_>| value.as_str().map(str::to_owned);
        let texts = match value.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| text(item.get_ref())).collect(),
            one => text(one).map(|one| vec![one]),
        };
        texts.or_else(|| self.refuse(key, "a text or a list of texts", &value))
    }

    /// A table of texts.
    pub fn pairs(&mut self, key: &str) -> Option<Vec<(String, String)>> {
        let value = self.take(key)?;
        let pairs = match value.get_ref() {
            DeValue::Table(table) => {
                let pair = |(name, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
                    let name: &toml::de::DeString<'_> = name.get_ref();
                    Some((name.to_string(), value.get_ref().as_str()?.to_owned()))
                };
                table.iter().map(pair).collect()
            }
            _ => None,
        };
        pairs.or_else(|| self.refuse(key, "a table of texts, such as { Name = 'value' }", &value))
    }

    /// `true` or `false`.
    pub fn truth(&mut self, key: &str) -> Option<bool> {
        let value = self.take(key)?;
        match value.get_ref() {
            DeValue::Boolean(truth) => Some(*truth),
            _ => self.refuse(key, "true or false", &value),
        }
    }

    /// A whole number.
    pub fn number(&mut self, key: &str) -> Option<i32> {
        let value = self.take(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(number) => i32::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        number.or_else(|| self.refuse(key, "a whole number", &value))
    }

    /// One of some words.
    pub fn one_of<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let value = self.take(key)?;
        let text = value.get_ref().as_str().unwrap_or_default();
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let finding = wrong(format!("'{key}' cannot be this"), value.span());
            self.findings.push(finding.help(format!("write one of {}", all.join(", "))));
        }
        found
    }

    /// The keys of a table within.
    pub fn within(&mut self, key: &str, read: impl FnOnce(&mut Reader<'t>)) {
        let Some(value) = self.take(key) else { return };
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(table) => {
                let mut reader = Reader::of(table);
                read(&mut reader);
                self.findings.extend(reader.findings());
            }
            _ => self.findings.push(wrong(format!("'{key}' is a table of keys: [{key}]"), span)),
        }
    }
}
