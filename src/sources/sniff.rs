//! What a file is, told by its beginning.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use arrow::datatypes::SchemaRef;

use super::bodies::Sniffing;
use super::capture::{AVRO_MAGIC, walk_bodies};
use super::documents::walk;
use super::json::Scanner;
use super::open::open;
use super::{apim, columnar, csv, headless};

/// How much of a file is looked at.
const LOOK: u64 = 128 * 1024;

/// How the records of JSON documents are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Records {
    /// A diagnostic setting's envelope with `properties`.
    Envelopes,
    /// A row's columns by name.
    Columns,
}

/// The shapes of exports that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// JSON lines of a workspace's data export rule: a row's columns by name.
    DataExport,
    /// JSON lines of a diagnostic setting: an envelope with `properties`.
    Diagnostic,
    /// CSV of the portal, Kusto Explorer or any other tool.
    Csv,
    /// The same with tabs.
    Tsv,
    /// Tabs without quotes or header, as `az … -o tsv` prints them.
    RawTsv,
    /// One JSON object a line, whatever its keys.
    JsonLines,
    /// An array of JSON objects, as `az … -o json` prints it.
    JsonArray,
    /// Bodies of Event Hub messages: `{"records":[…]}`, arrays or single objects, one a line or laid out.
    Messages(Records),
    /// The same in the Avro files of Event Hubs capture.
    Capture(Records),
    /// Answers of the query API.
    QueryApi,
    /// Parquet.
    Parquet,
    /// An Arrow file or stream.
    Arrow,
    /// What `az … -o table` prints for the eye. It is told, and not read: it leaves columns out.
    Printed,
}

impl Shape {
    /// Whether its records are those of a diagnostic setting.
    pub(super) const fn has_envelopes(self) -> bool {
        matches!(self, Self::Diagnostic | Self::Messages(Records::Envelopes) | Self::Capture(Records::Envelopes))
    }

    /// The shape of lines whose records are those of a table in a document of this shape.
    pub(super) fn as_lines(self, table: &str) -> Self {
        if self.has_envelopes() {
            Self::Diagnostic
        } else if apim::table(table).is_some() {
            Self::DataExport
        } else {
            Self::JsonLines
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DataExport => "data export (JSON lines)",
            Self::Diagnostic => "diagnostic setting (JSON lines)",
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            Self::RawTsv => "TSV of az -o tsv",
            Self::Messages(Records::Envelopes) => "Event Hub bodies (diagnostic setting)",
            Self::Messages(Records::Columns) => "Event Hub bodies (data export)",
            Self::Capture(Records::Envelopes) => "Event Hubs capture (diagnostic setting)",
            Self::Capture(Records::Columns) => "Event Hubs capture (data export)",
            Self::QueryApi => "query API answer",
            Self::JsonLines => "JSON lines",
            Self::JsonArray => "JSON array",
            Self::Parquet => "Parquet",
            Self::Arrow => "Arrow",
            Self::Printed => "text of az -o table",
        })
    }
}

/// What a file turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) shape: Shape,
    /// The tables its beginning names.
    pub(super) tables: Vec<String>,
    /// Its columns' names, when it does not write them itself.
    pub(super) header: Option<Vec<String>>,
    /// Why none of its rows can be had.
    pub(super) problem: Option<String>,
}

impl Found {
    pub(super) fn new(shape: Shape, tables: Vec<String>) -> Self {
        Self { shape, tables, header: None, problem: None }
    }
}

/// What a file's first bytes, unpacked, say of it when it is not text.
pub(super) fn binary(head: &[u8]) -> Option<Shape> {
    if head.starts_with(b"PAR1") {
        return Some(Shape::Parquet);
    }
    if head.starts_with(AVRO_MAGIC) {
        return Some(Shape::Capture(Records::Columns));
    }
    let arrow = head.starts_with(columnar::ARROW_MAGIC) || head.starts_with(&[0xff, 0xff, 0xff, 0xff]);
    arrow.then_some(Shape::Arrow)
}

/// The columns of a file of columns.
pub(super) fn schema_of(path: &Path, shape: Shape) -> Result<SchemaRef, String> {
    if shape == Shape::Parquet { columnar::parquet_schema(path) } else { columnar::arrow_schema(path) }
}

/// The table that a part of a path names: a container's `am-…` or `insights-logs-…`, a folder's `table=…` or plain
/// name.
fn table_of_path(path: &Path) -> Option<&'static str> {
    path.iter().rev().find_map(|part| {
        let part = part.to_string_lossy().to_lowercase();
        if let Some(category) = part.strip_prefix("insights-logs-") {
            return apim::table_of_category(category);
        }
        let part = part.strip_prefix("am-").or_else(|| part.strip_prefix("table=")).unwrap_or(&part);
        apim::proper_name(part)
    })
}

/// The beginning of a file, unpacked.
pub(super) fn head_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    match open(path)?.stream.take(LOOK).read_to_end(&mut head) {
        Ok(_) => Ok(head),
        // A file that is cut short still has a beginning.
        Err(_) if !head.is_empty() => Ok(head),
        Err(error) => Err(error),
    }
}

/// The shape of a file and the tables its beginning names; `None` when it is no log.
pub(super) fn sniff(path: &Path) -> io::Result<Option<Found>> {
    let head = head_of(path)?;
    match binary(&head) {
        Some(Shape::Capture(_)) => return Ok(capture(path)),
        Some(shape) => {
            let schema = match schema_of(path, shape) {
                Ok(schema) => schema,
                Err(problem) => {
                    let problem = Some(format!("the {shape} file is cut short or damaged: {problem}"));
                    return Ok(Some(Found { problem, ..Found::new(shape, Vec::new()) }));
                }
            };
            let names = schema.fields().iter().map(|field| field.name().as_str());
            let table = table_of_path(path).or_else(|| apim::best_match(names));
            return Ok(table.map(|table| Found::new(shape, vec![table.to_owned()])));
        }
        None => {}
    }
    let start = head.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(head.len());
    Ok(match head.get(start) {
        Some(b'{' | b'[') => json(&head, path),
        None => None,
        Some(_) => columns(&head),
    })
}

/// The lines of a text.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = memchr::memchr(b'\n', text);
        rest = end.map(|end| &text[end + 1..]);
        Some(&text[..end.unwrap_or(text.len())])
    })
}

/// Whether a text is JSON lines: it begins with an object that ends with its line, and no line is laid out, an array,
/// or an object that holds the records.
pub(super) fn is_lines(head: &[u8]) -> bool {
    let mut lines = lines(head).map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let Some(line) = lines.next() else { return false };
    let mut sniffing = Sniffing::default();
    if !line.starts_with(b"{") || walk(Box::new(io::Cursor::new(line.to_vec())), 0, &mut sniffing).is_err() {
        return false;
    }
    let alone =
        sniffing.answers.is_empty() && sniffing.records.first().is_some_and(|record| record.len() == line.len());
    let other = |line: &[u8]| line.starts_with(b"[") || line == b"{" || line.starts_with(b"{\"records\"");
    alone && line != b"{" && !lines.any(other)
}

/// JSON: lines, arrays, messages or answers.
fn json(head: &[u8], path: &Path) -> Option<Found> {
    if is_lines(head) {
        let (shape, tables) = json_lines(head, path)?;
        return Some(Found::new(shape, tables));
    }
    let mut sniffing = Sniffing::default();
    walk(Box::new(io::Cursor::new(head.to_vec())), 0, &mut sniffing).ok()?;
    if !sniffing.answers.is_empty() {
        return Some(Found::new(Shape::QueryApi, sniffing.tables(path)));
    }
    let array = head.trim_ascii_start().starts_with(b"[");
    match sniffing.kind(path) {
        Some((records, tables)) => {
            let plain = array && records == Records::Columns;
            Some(Found::new(if plain { Shape::JsonArray } else { Shape::Messages(records) }, tables))
        }
        // An answer that is an error, or is none that can be understood.
        None if sniffing.fault.is_some() && (sniffing.failed || holds(head, b"\"columns\"")) => {
            Some(Found { problem: sniffing.fault, ..Found::new(Shape::QueryApi, Vec::new()) })
        }
        // No row is no problem.
        None if sniffing.records.is_empty() => {
            Some(Found::new(if array { Shape::JsonArray } else { Shape::Messages(Records::Columns) }, Vec::new()))
        }
        None => None,
    }
}

fn holds(head: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(head, word).is_some()
}

fn capture(path: &Path) -> Option<Found> {
    let mut sniffing = Sniffing::default();
    let stream = open(path).ok()?.stream;
    walk_bodies(Box::new(stream.take(LOOK)), &mut sniffing).ok()?;
    let (records, tables) = sniffing.kind(path).unwrap_or_else(|| {
        let table = table_of_path(path).map(ToOwned::to_owned);
        (Records::Columns, table.into_iter().collect())
    });
    Some(Found::new(Shape::Capture(records), tables))
}

impl Sniffing {
    /// How the records are written, and their tables.
    fn kind(&self, path: &Path) -> Option<(Records, Vec<String>)> {
        let mut found: Option<(Records, Vec<String>)> = None;
        for (shape, table) in self.records.iter().filter_map(|record| line_table(record, path)) {
            let records = if shape == Shape::Diagnostic { Records::Envelopes } else { Records::Columns };
            let (_, tables) = found.get_or_insert_with(|| (records, Vec::new()));
            if !tables.contains(&table) {
                tables.push(table);
            }
        }
        found
    }

    /// The tables of an answer: those its rows name, or that its columns fit.
    fn tables(&self, path: &Path) -> Vec<String> {
        let mut tables: Vec<String> =
            self.named.iter().filter_map(|name| apim::proper_name(name)).map(ToOwned::to_owned).collect();
        if tables.is_empty() {
            let by_columns = self.answers.iter().find_map(|names| apim::best_match(names.iter().map(String::as_str)));
            tables.extend(by_columns.or_else(|| table_of_path(path)).map(ToOwned::to_owned));
        }
        tables.dedup();
        tables
    }
}

/// Columns between commas or tabs, with their names above them or known.
fn columns(head: &[u8]) -> Option<Found> {
    let head = headless::without_type_line(head);
    let text = String::from_utf8_lossy(head);
    if is_printed(&text) {
        let problem = "az -o table leaves columns out and does not say where cells end; save the result with -o json";
        return Some(Found { problem: Some(problem.to_owned()), ..Found::new(Shape::Printed, Vec::new()) });
    }
    if let Some(table) = csv::table_of(head) {
        return Some(Found::new(Shape::Csv, vec![table]));
    }
    let first = text.lines().next().unwrap_or_default();
    if let Some(table) = apim::best_match(first.split('\t').map(|cell| csv::plain_name(cell.trim_matches('"')))) {
        return Some(Found::new(Shape::Tsv, vec![table.to_owned()]));
    }
    headless::detect(&text)
}

/// Whether a text is a table for the eye: names, under them a line of dashes for each, and they are a log's.
fn is_printed(text: &str) -> bool {
    let mut lines = text.lines();
    let (Some(names), Some(dashes)) = (lines.next(), lines.next()) else { return false };
    let names: Vec<&str> = names.split("  ").map(str::trim).filter(|name| !name.is_empty()).collect();
    let rules: Vec<&str> = dashes.split_ascii_whitespace().collect();
    rules.len() == names.len()
        && rules.iter().all(|rule| rule.bytes().all(|b| b == b'-'))
        && names.iter().all(|name| !name.contains([',', '\t', '"']))
        && (apim::best_match(names.iter().copied()).is_some() || names.contains(&headless::TABLE_NAME))
}

fn json_lines(head: &[u8], path: &Path) -> Option<(Shape, Vec<String>)> {
    let mut found: Option<(Shape, Vec<String>)> = None;
    for line in lines(head) {
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
