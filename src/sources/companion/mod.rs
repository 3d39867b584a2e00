//! Tables that stand beside the logs: price lists, names of keys, another service's rows. `NAME=PATH` names one.

mod infer;
mod spec;

use std::io;
use std::path::Path;

use super::catalog::FoundFile;
use super::discover::expand;
use super::error::{SourceError, SourceErrorKind};
use super::headless;
use super::sniff::{Records, Shape, binary, head_of, is_lines};
use crate::types::ScalarType;

pub(super) use infer::Guesses;
use spec::Spec;

/// A table beside the logs: its files, and columns as declared or as all their rows tell.
#[derive(Clone, Debug)]
pub(super) struct Companion {
    pub(super) name: String,
    pub(super) columns: Vec<(String, ScalarType)>,
    pub(super) files: Vec<FoundFile>,
}

impl Companion {
    /// Reads what `NAME=PATH` or `NAME(column:type, …)=PATH` leads to.
    pub(super) fn open(text: &str) -> Result<Self, SourceError> {
        let spec = Spec::parse(text)?;
        let mut guesses = Guesses::default();
        let mut files = Vec::new();
        for candidate in expand(spec.path)? {
            let path = candidate.path;
            let told = |error: io::Error| {
                SourceError::new(SourceErrorKind::Io, error.to_string()).in_file(path.display().to_string())
            };
            let (shape, header) = shape_of(&path, &spec.columns).map_err(told)?;
            match &header {
                Some(names) => names.iter().filter(|n| *n != headless::TABLE_NAME).for_each(|n| guesses.column(n)),
                None => guesses.see_file(&path, shape).map_err(told)?,
            }
            let size = std::fs::metadata(&path).map_or(0, |data| data.len());
            let tables = vec![spec.name.to_owned()];
            files.push(FoundFile {
                path,
                size,
                shape: Some(shape),
                tables,
                header,
                problem: candidate.problem,
                lost: candidate.lost,
            });
        }
        let columns = declared(&spec, guesses.columns())?;
        Ok(Self { name: spec.name.to_owned(), columns, files })
    }
}

/// The columns found, with the types declared for them.
fn declared(spec: &Spec<'_>, mut found: Vec<(String, ScalarType)>) -> Result<Vec<(String, ScalarType)>, SourceError> {
    for (name, scalar_type) in &spec.columns {
        let near = found.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
        match found.iter().position(|(known, _)| known == name).or(near) {
            Some(at) if found[at].0 == *name => found[at].1 = *scalar_type,
            Some(at) => {
                let text = format!("{} has no column {name}", spec.name);
                return Err(SourceError::new(SourceErrorKind::BadTable, text)
                    .with_help(format!("did you mean {}?", found[at].0)));
            }
            // Its rows may leave it out, or be still to come.
            None => found.push((name.clone(), *scalar_type)),
        }
    }
    Ok(found)
}

/// What a file is, and its columns' names when they are declared and it does not write them. Text that is no JSON is
/// columns between commas or, when the first line has no comma or the name says so, between tabs.
fn shape_of(path: &Path, columns: &[(String, ScalarType)]) -> io::Result<(Shape, Option<Vec<String>>)> {
    let head = head_of(path)?;
    if let Some(shape) = binary(&head) {
        return Ok((shape, None));
    }
    match head.iter().find(|b| !b.is_ascii_whitespace()) {
        Some(b'{') if is_lines(&head) => return Ok((Shape::JsonLines, None)),
        Some(b'{') => return Ok((Shape::Messages(Records::Columns), None)),
        Some(b'[') => return Ok((Shape::JsonArray, None)),
        _ => {}
    }
    if let Some((shape, header)) = headless::declared(&String::from_utf8_lossy(&head), columns) {
        return Ok((shape, Some(header)));
    }
    let name = path.to_string_lossy().to_lowercase();
    let bare = name.trim_end_matches(".gz").trim_end_matches(".zst");
    let tabbed = Path::new(bare).extension().is_some_and(|e| e == "tsv" || e == "tab");
    let line = head.split(|b| *b == b'\n').next().unwrap_or_default();
    let tabs = tabbed || line.contains(&b'\t') && !line.contains(&b',');
    Ok((if tabs { Shape::Tsv } else { Shape::Csv }, None))
}

#[cfg(test)]
mod tests;
