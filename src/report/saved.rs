//! Saved queries: `.kql` files.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::Header;
use crate::bind::{Bound, Environment};
use crate::diagnostics::Diagnostic;
use crate::workbook::Values;

/// A saved query.
#[derive(Clone, Debug)]
pub struct Saved {
    /// What the files of its answer are called: its path below the folder, without separators.
    pub id: String,
    /// Its file, as it was named.
    pub file: String,
    /// Its text.
    pub text: String,
    /// What its comments say of it, or what is wrong with them.
    pub header: Result<Header, Vec<Diagnostic>>,
}

impl Saved {
    /// What a reader knows it by: its title, the first line of its comments, or its name.
    pub fn title(&self) -> &str {
        self.header.as_ref().ok().and_then(Header::name).unwrap_or(&self.id)
    }

    /// The SHA-256 of its text, in hexadecimal.
    pub fn sha256(&self) -> String {
        hex(&Sha256::digest(self.text.as_bytes()))
    }
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Saved queries of files: their paths as named, their paths below the folder they were found in, and their texts. No
/// two get the same id.
pub fn load(files: impl IntoIterator<Item = (String, String, String)>) -> Vec<Saved> {
    let mut taken = BTreeSet::new();
    let mut saved = Vec::new();
    for (file, below, text) in files {
        let stem = below.strip_suffix(".kql").unwrap_or(&below);
        let wanted = crate::render::encode::file_name(&stem.replace(['/', '\\'], "-"));
        let id = crate::ir::free_name(&wanted, |name| taken.contains(&name.to_lowercase()));
        taken.insert(id.to_lowercase());
        saved.push(Saved { id, file, header: Header::parse(&text), text });
    }
    saved
}

/// Text to typed plan: [`crate::workbook::compile`] with what the header says of parameters, and its alerts checked.
///
/// # Errors
/// What is wrong with the header, the query, or an alert.
pub(super) fn compile(
    saved: &Saved,
    values: &Values,
    environment: &Environment<'_>,
) -> Result<(Bound, Vec<String>), Vec<Diagnostic>> {
    let header = saved.header.as_ref().map_err(Clone::clone)?;
    compile_with(header, &saved.text, values, environment)
}

/// The same for a header that was read already.
///
/// # Errors
/// What is wrong with the query or an alert of its header.
pub fn compile_with(
    header: &Header,
    text: &str,
    values: &Values,
    environment: &Environment<'_>,
) -> Result<(Bound, Vec<String>), Vec<Diagnostic>> {
    let mut parameters: BTreeMap<String, String> = environment.parameters.clone();
    let mut values = values.clone();
    for (name, value) in &header.parameters {
        parameters.entry(name.clone()).or_insert_with(|| value.clone());
        values.given.entry(name.clone()).or_insert_with(|| vec![value.clone()]);
    }
    let environment = Environment {
        tables: environment.tables,
        context: environment.context.clone(),
        parameters: &parameters,
        period: environment.period,
        evaluate: environment.evaluate,
    };
    let (bound, notes) = crate::workbook::compile(text, &values, &environment)?;
    let findings: Vec<Diagnostic> = match bound.outputs.first() {
        Some(first) => {
            let alerts = header.alerts.iter().filter_map(|alert| alert.check(&first.plan.schema).err());
            alerts.chain(header.compare.iter().filter_map(|compare| compare.check(&first.plan).err())).collect()
        }
        None => Vec::new(),
    };
    if findings.is_empty() { Ok((bound, notes)) } else { Err(findings) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_names_of_files_and_differ() {
        let file = |below: &str| (format!("queries/{below}"), below.to_owned(), "// Of b:\nT".to_owned());
        let saved = load([file("a/b.kql"), file("a-b.kql"), file("A-B.kql"), file("c d.kql")]);
        let ids: Vec<_> = saved.iter().map(|s| s.id.as_str()).collect();
        assert_eq!(
            ids,
            ["a-b", "a-b1", "A-B2", "c-d"].map(str::to_owned).iter().map(String::as_str).collect::<Vec<_>>()
        );
        assert_eq!(saved[0].title(), "Of b:");
        assert_eq!(saved[0].sha256().len(), 64);
    }
}
