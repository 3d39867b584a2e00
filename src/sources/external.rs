//! A file that a query names itself, read whole with the columns the query says it has.

use std::io::Read;
use std::path::Path;

use super::open::open;
use crate::types::{Column, Json, ScalarType, Table, Value, cast};

/// How the rows of an external file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExternalFormat {
    /// Cells parted by a character, quoted where need be.
    Delimited(char),
    /// Cells parted by tabs, with `\t`, `\n` and `\\` inside them.
    Escaped,
    /// JSON objects, or arrays of them, one after another.
    Json,
    /// Each line is a row of one column.
    Lines,
    /// The whole file is one row of one column.
    Raw,
}

/// The formats by name, as Kusto calls them.
const FORMATS: [(&str, ExternalFormat); 11] = [
    ("csv", ExternalFormat::Delimited(',')),
    ("tsv", ExternalFormat::Delimited('\t')),
    ("scsv", ExternalFormat::Delimited(';')),
    ("psv", ExternalFormat::Delimited('|')),
    ("sohsv", ExternalFormat::Delimited('\u{1}')),
    ("tsve", ExternalFormat::Escaped),
    ("json", ExternalFormat::Json),
    ("multijson", ExternalFormat::Json),
    ("singlejson", ExternalFormat::Json),
    ("txt", ExternalFormat::Lines),
    ("raw", ExternalFormat::Raw),
];

/// More text than this is not read into one table.
const LONGEST: u64 = 1 << 31;

impl ExternalFormat {
    /// The format of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        FORMATS.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    /// The names of the formats.
    pub fn names() -> impl Iterator<Item = &'static str> {
        FORMATS.iter().map(|(name, _)| *name)
    }

    /// What a file's name says of its format, CSV when it says nothing.
    pub fn of_file(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let plain = name.strip_suffix(".gz").unwrap_or(&name);
        match Path::new(plain).extension().and_then(|e| e.to_str()) {
            Some("jsonl" | "ndjson") => Self::Json,
            Some("log") => Self::Lines,
            Some(extension) => Self::from_name(extension).unwrap_or(Self::Delimited(',')),
            None => Self::Delimited(','),
        }
    }
}

/// Reads one file: the columns in the order of its cells, or, of JSON, by name. A cell that does not fit its column is
/// null.
///
/// # Errors
/// When there is no such file, or its text is not of the format.
pub fn read_external(
    path: &Path,
    format: ExternalFormat,
    skip_first: bool,
    columns: &[(String, ScalarType)],
) -> Result<Table, String> {
    let text = text_of(path).map_err(|problem| format!("cannot read {}: {problem}", path.display()))?;
    let mut table = Table {
        columns: columns
            .iter()
            .map(|(name, t)| Column { name: name.clone(), scalar_type: *t, values: Vec::new() })
            .collect(),
        rows: 0,
    };
    let skip = usize::from(skip_first);
    match format {
        ExternalFormat::Raw => push(&mut table, &[text]),
        ExternalFormat::Lines => text.lines().skip(skip).for_each(|line| push(&mut table, &[line.to_owned()])),
        ExternalFormat::Escaped => {
            for line in text.lines().skip(skip) {
                push(&mut table, &line.split('\t').map(unescaped).collect::<Vec<_>>());
            }
        }
        ExternalFormat::Delimited(delimiter) => {
            records(&text, delimiter).skip(skip).for_each(|cells| push(&mut table, &cells));
        }
        ExternalFormat::Json => {
            for value in serde_json::Deserializer::from_str(&text).into_iter::<Json>() {
                match value.map_err(|problem| format!("{} is not JSON: {problem}", path.display()))? {
                    Json::Array(items) => items.iter().for_each(|item| push_object(&mut table, item)),
                    value => push_object(&mut table, &value),
                }
            }
        }
    }
    Ok(table)
}

fn text_of(path: &Path) -> Result<String, String> {
    let kind = std::fs::metadata(path).map_err(|e| e.to_string())?;
    if !kind.is_file() {
        return Err("it is not a file".to_owned());
    }
    let mut bytes = Vec::new();
    let opened = open(path).map_err(|e| e.to_string())?;
    opened.stream.take(LONGEST).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    if bytes.len() as u64 == LONGEST {
        return Err("it holds more than 2 GiB of text".to_owned());
    }
    Ok(String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}

/// A row of texts; cells beyond the columns are dropped, and missing ones are null.
fn push(table: &mut Table, cells: &[String]) {
    for (at, column) in table.columns.iter_mut().enumerate() {
        column.values.push(match cells.get(at) {
            Some(text) if column.scalar_type == ScalarType::Dynamic => {
                serde_json::from_str(text).map_or_else(|_| Value::dynamic(Json::String(text.clone())), Value::dynamic)
            }
            Some(text) => cast(&Value::str(text), column.scalar_type).into_owned(),
            None => Value::null_of(column.scalar_type),
        });
    }
    table.rows += 1;
}

fn push_object(table: &mut Table, value: &Json) {
    for column in &mut table.columns {
        let cell = value.get(&column.name).cloned().unwrap_or_default();
        column.values.push(cast(&Value::dynamic(cell), column.scalar_type).into_owned());
    }
    table.rows += 1;
}

fn unescaped(cell: &str) -> String {
    let mut out = String::new();
    let mut chars = cell.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('t') => out.push('\t'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            other => out.extend(other),
        }
    }
    out
}

/// The records of a delimited text. Quotes around a cell let it hold delimiters, line ends and doubled quotes; an empty
/// line is no record.
pub(super) fn records(text: &str, delimiter: char) -> impl Iterator<Item = Vec<String>> {
    let mut chars = text.chars().peekable();
    std::iter::from_fn(move || {
        while matches!(chars.peek(), Some('\n' | '\r')) {
            chars.next();
        }
        chars.peek()?;
        let mut cells = Vec::new();
        let mut cell = String::new();
        let mut quoted = false;
        while let Some(c) = chars.next() {
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                    cell.push('"');
                }
                '"' if quoted => quoted = false,
                '"' if cell.is_empty() => quoted = true,
                '\r' if !quoted && chars.peek() == Some(&'\n') => {}
                '\n' if !quoted => break,
                c if c == delimiter && !quoted => cells.push(std::mem::take(&mut cell)),
                c => cell.push(c),
            }
        }
        cells.push(cell);
        Some(cells)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_cells_hold_anything() {
        let got: Vec<Vec<String>> = records("a,\"b,\"\"c\"\"\nd\",\r\n\n\"\",2", ',').collect();
        assert_eq!(got, [vec!["a", "b,\"c\"\nd", ""], vec!["", "2"]]);
        assert_eq!(records("", ',').count(), 0);
    }

    #[test]
    fn a_name_tells_the_format() {
        assert_eq!(ExternalFormat::of_file("a/b.TSV.gz"), ExternalFormat::Delimited('\t'));
        assert_eq!(ExternalFormat::of_file("x.ndjson"), ExternalFormat::Json);
        assert_eq!(ExternalFormat::of_file("x"), ExternalFormat::Delimited(','));
    }
}
