//! What a file is, told by its beginning.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use arrow::datatypes::SchemaRef;

use super::apim;
use super::columnar;
use super::csv;
use super::json::Scanner;
use super::open::open;

/// How much of a file is looked at.
const LOOK: u64 = 256 * 1024;

/// The shapes of exports that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// JSON lines of a workspace's data export rule: a row's columns by name.
    DataExport,
    /// JSON lines of a diagnostic setting: an envelope with `properties`.
    Diagnostic,
    /// CSV of the portal, Kusto Explorer or any other tool that writes the columns' names first.
    Csv,
    /// The same with tabs.
    Tsv,
    /// One JSON object a line, whatever its keys.
    JsonLines,
    /// An array of JSON objects.
    JsonArray,
    /// Parquet.
    Parquet,
    /// An Arrow file or stream.
    Arrow,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DataExport => "data export (JSON lines)",
            Self::Diagnostic => "diagnostic setting (JSON lines)",
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            Self::JsonLines => "JSON lines",
            Self::JsonArray => "JSON array",
            Self::Parquet => "Parquet",
            Self::Arrow => "Arrow",
        })
    }
}

/// What a file's first bytes, unpacked, say of it when it is not text.
pub(super) fn binary(head: &[u8]) -> Option<Shape> {
    if head.starts_with(b"PAR1") {
        return Some(Shape::Parquet);
    }
    let arrow = head.starts_with(columnar::ARROW_MAGIC) || head.starts_with(&[0xff, 0xff, 0xff, 0xff]);
    arrow.then_some(Shape::Arrow)
}

/// The columns of a file of columns.
pub(super) fn schema_of(path: &Path, shape: Shape) -> Result<SchemaRef, String> {
    if shape == Shape::Parquet { columnar::parquet_schema(path) } else { columnar::arrow_schema(path) }
}

/// The table that a part of a path names: a container's `am-…`, a folder's `table=…` or plain name.
fn table_of_path(path: &Path) -> Option<&'static str> {
    path.iter().rev().find_map(|part| {
        let part = part.to_string_lossy().to_lowercase();
        let part = part.strip_prefix("am-").or_else(|| part.strip_prefix("table=")).unwrap_or(&part);
        apim::proper_name(part)
    })
}

/// The shape of a file and the tables its beginning names; `None` when it is no log.
pub(super) fn sniff(path: &Path) -> io::Result<Option<(Shape, Vec<String>)>> {
    let mut head = Vec::new();
    match open(path)?.stream.take(LOOK).read_to_end(&mut head) {
        Ok(_) => {}
        // A file that is cut short still has a beginning.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof || !head.is_empty() => {}
        Err(error) => return Err(error),
    }
    if let Some(shape) = binary(&head) {
        let schema = schema_of(path, shape).map_err(io::Error::other)?;
        let names = schema.fields().iter().map(|field| field.name().as_str());
        let table = table_of_path(path).or_else(|| apim::best_match(names));
        return Ok(table.map(|table| (shape, vec![table.to_owned()])));
    }
    let start = head.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(head.len());
    Ok(match head.get(start) {
        Some(b'{') => json_lines(&head, path),
        Some(b'[') | None => None,
        Some(_) => csv::table_of(&head).map(|table| (Shape::Csv, vec![table])),
    })
}

fn json_lines(head: &[u8], path: &Path) -> Option<(Shape, Vec<String>)> {
    let mut found: Option<(Shape, Vec<String>)> = None;
    for line in head.split(|b| *b == b'\n') {
        let Some((shape, table)) = line_table(line, path) else { continue };
        let (_, tables) = found.get_or_insert_with(|| (shape, Vec::new()));
        if !tables.contains(&table) {
            tables.push(table);
        }
    }
    found
}

/// The shape and table of one record.
fn line_table(line: &[u8], path: &Path) -> Option<(Shape, String)> {
    let mut scanner = Scanner::new(line, 0);
    scanner.expect(b'{', "").ok()?;
    let mut keys: Vec<&str> = Vec::new();
    let (mut category, mut kind, mut properties) = (None, None, false);
    let mut first = true;
    while let Ok(Some((start, end))) = scanner.key(first) {
        first = false;
        let key = std::str::from_utf8(&line[start..end]).unwrap_or_default();
        let Ok((from, to)) = scanner.value() else { break };
        let value = std::str::from_utf8(&line[from..to]).unwrap_or_default().trim_matches('"');
        match key {
            "category" | "Category" if category.is_none() => category = Some(value),
            "Type" => kind = Some(value),
            "properties" => properties = true,
            _ => {}
        }
        keys.push(key);
    }
    if !keys.contains(&"TimeGenerated")
        && (properties || keys.contains(&"time"))
        && let Some(table) = category.and_then(apim::table_of_category)
    {
        return Some((Shape::Diagnostic, table.to_owned()));
    }
    let table = kind
        .and_then(apim::proper_name)
        .or_else(|| table_of_path(path))
        .or_else(|| keys.contains(&"ResourceProvider").then_some(apim::AZURE_DIAGNOSTICS))
        .or_else(|| category.and_then(apim::table_of_category))
        .or_else(|| apim::best_match(keys.iter().copied()))?;
    Some((Shape::DataExport, table.to_owned()))
}
