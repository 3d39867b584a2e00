//! Files that the server reads, and the rows of those that have columns: Parquet by the types it has, CSV as text.

use super::literal::{long, null, text as quoted_text};
use super::source::Named;
use super::typed::{moment_of_cell, typed};
use super::{quoted, type_name};
use crate::sources::Listed;
use crate::sources::apim::{self, KnownTable};
use crate::types::{ScalarType, UNIX_EPOCH_TICKS};

/// What a server reads files as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine::spark) enum Format {
    /// Lines.
    Text,
    /// Cells, with the columns' names first.
    Csv,
    /// Columns.
    Parquet,
}

/// How files are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine::spark) enum Kind {
    /// JSON lines, of a data export or of a diagnostic setting.
    Json,
    /// Parquet or CSV with these columns.
    Columns(Format, Vec<Column>),
}

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine::spark) struct Column {
    /// Its name in the table.
    pub name: String,
    /// Its name in the file.
    pub there: String,
    /// How it is to be read.
    pub stored: Stored,
}

/// What a column of a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine::spark) enum Stored {
    /// A moment.
    Moment,
    /// A number or a truth; of a moment, ticks.
    Plain,
    /// A whole number; of a moment, nanoseconds since 1970, which Spark does not take for a moment.
    Whole,
    /// Text.
    Text,
    /// The text of a cell, in which moments are written as the portal writes them.
    Cell,
    /// A list, a struct or a map.
    Nested,
}

/// Files that the server reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine::spark) struct Place {
    /// Where they are, as the server names it.
    pub path: String,
    /// How they are written.
    pub kind: Kind,
    /// The table they are of, where their folder names it.
    pub table: Option<String>,
    /// Patterns of names that together mean all files, when one read cannot take all of them: Sail reads compressed files
    /// and others, but not at once.
    pub patterns: Vec<String>,
    /// Each of them, where they can be listed from here.
    pub files: Vec<Listed>,
    /// Why they cannot.
    pub unlisted: Option<String>,
}

impl Place {
    /// The reads that its files need.
    pub(super) fn reads(&self) -> Vec<Option<&str>> {
        if self.patterns.is_empty() { vec![None] } else { self.patterns.iter().map(|p| Some(p.as_str())).collect() }
    }

    /// What the server reads them as.
    pub(super) const fn format(&self) -> Format {
        match self.kind {
            Kind::Json => Format::Text,
            Kind::Columns(format, _) => format,
        }
    }
}

/// The statement that defines a view. Azure's folders name `m` twice, the month and the minute, which a plain read
/// takes for one column too many: so they are only walked.
pub(in crate::engine::spark) fn definition(view: &str, path: &str, format: Format, names: Option<&str>) -> String {
    let (columns, format, options) = match format {
        Format::Text => (" (value STRING)", "text", ""),
        Format::Csv => ("", "csv", ", header 'true', multiLine 'true', quote '\"', escape '\"'"),
        Format::Parquet => ("", "parquet", ""),
    };
    let names = names.map_or_else(String::new, |names| format!(", pathGlobFilter {}", quoted_text(names)));
    format!(
        "CREATE OR REPLACE TEMPORARY VIEW {view}{columns} USING {format} \
         OPTIONS (path {}, recursiveFileLookup 'true'{options}{names})",
        quoted_text(path)
    )
}

/// Whether files may hold rows of a table: their folder says so, or each row, or their columns are the table's.
pub(super) fn may_hold(place: &Place, columns: &[Column], table: &KnownTable) -> bool {
    if let Some(named) = &place.table {
        return named == table.name;
    }
    let names = columns.iter().map(|c| c.name.as_str());
    names.clone().any(|name| name.eq_ignore_ascii_case("Type"))
        || apim::best_match(names).is_none_or(|best| best == table.name)
}

/// Rows of files that have columns: each column as it is stored there.
pub(super) fn rows(table: &KnownTable, columns: &[Named], stored: &[Column], view: &str) -> String {
    let find = |name: &str| stored.iter().find(|column| column.name.eq_ignore_ascii_case(name));
    let read = |column: &Column| format!("`{}`", column.there.replace('`', "``"));
    let selected = columns.iter().map(|(name, sql, scalar_type)| {
        let value = find(name).map(|column| value(&read(column), column.stored, *scalar_type));
        format!("{} AS {}", value.unwrap_or_else(|| null(*scalar_type)), quoted(sql))
    });
    let selected = super::operator::listed(selected.collect());
    let of_text = |column: &&Column| matches!(column.stored, Stored::Text | Stored::Cell);
    let kind = find("Type").filter(of_text).map(|column| {
        let (wanted, folded) = (quoted_text(table.name), quoted_text(&table.name.to_lowercase()));
        format!(" WHERE lower(coalesce(nullif({}, ''), {wanted})) = {folded}", read(column))
    });
    format!("SELECT {selected} FROM {view}{}", kind.unwrap_or_default())
}

/// What is stored, as a value of a type.
fn value(read: &str, stored: Stored, scalar_type: ScalarType) -> String {
    match (stored, scalar_type) {
        (Stored::Moment, ScalarType::DateTime) => {
            format!("(unix_micros(CAST({read} AS TIMESTAMP)) * 10L + {})", long(UNIX_EPOCH_TICKS))
        }
        (Stored::Nested, ScalarType::Dynamic) => format!("to_json({read})"),
        (Stored::Nested, ScalarType::String) => format!("coalesce(to_json({read}), '')"),
        (Stored::Cell, ScalarType::DateTime) => moment_of_cell(read),
        (Stored::Text | Stored::Cell, other) => typed(read, other),
        (Stored::Whole, ScalarType::DateTime) => format!("({read} div 100L + {})", long(UNIX_EPOCH_TICKS)),
        (Stored::Plain | Stored::Whole, ScalarType::String) => format!("coalesce(CAST({read} AS STRING), '')"),
        (Stored::Plain | Stored::Whole, other) => format!("try_cast({read} AS {})", type_name(other)),
        (Stored::Moment | Stored::Nested, other) => null(other),
    }
}
