//! The rows of the logs as SQL: JSON lines of either shape, read as text so that no engine guesses a type; Parquet by
//! the types it has.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::cast::json_of;
use super::literal::{long, null, text as quoted_text};
use super::{Beyond, Said, quoted, type_name};
use crate::ir::Scan;
use crate::sources::apim::{self, ENVELOPE_NAMES, KnownTable, LAST_ERROR_NAMES};
use crate::types::{ScalarType, UNIX_EPOCH_TICKS};

/// A column: its name, its name in SQL, its type.
type Named = (String, String, ScalarType);

/// Where a scan's rows come from.
pub(in crate::engine::spark) trait Sources {
    /// The query that gives the columns of a table.
    fn select(&self, scan: &Scan, columns: &[Named]) -> Said;
}

/// How files are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine::spark) enum Kind {
    /// JSON lines, of a data export or of a diagnostic setting.
    Json,
    /// Parquet with these columns, and how each is to be read.
    Parquet(Vec<(String, Stored)>),
}

/// What a column of a Parquet file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine::spark) enum Stored {
    /// A moment.
    Moment,
    /// A number or a truth.
    Plain,
    /// Text.
    Text,
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
    /// Patterns of names that together mean all files, when one read cannot take all of them: Sail reads compressed files
    /// and others, but not at once.
    pub patterns: Vec<String>,
}

impl Place {
    /// The reads that its files need.
    fn reads(&self) -> Vec<Option<&str>> {
        if self.patterns.is_empty() { vec![None] } else { self.patterns.iter().map(|p| Some(p.as_str())).collect() }
    }
}

/// What a view is on: a path, whether its files are Parquet, and the pattern of their names.
type Read = (String, bool, Option<String>);

/// The folders of a place that hold rows of a period of ticks.
type Within<'a> = dyn Fn(&str, Option<(i64, i64)>) -> Vec<String> + 'a;

/// The logs of a run: what was named, narrowed to the slots of a period.
pub(in crate::engine::spark) struct Logs<'a> {
    pub places: &'a [Place],
    /// The folders of a place that hold rows of a period.
    pub within: &'a Within<'a>,
    /// The views that the queries so far read, and their names.
    views: RefCell<BTreeMap<Read, String>>,
}

impl<'a> Logs<'a> {
    pub(in crate::engine::spark) fn new(places: &'a [Place], within: &'a Within<'a>) -> Self {
        Self { places, within, views: RefCell::default() }
    }

    /// The statements that define the views.
    pub(in crate::engine::spark) fn definitions(&self) -> Vec<String> {
        let views = self.views.borrow();
        views.iter().map(|((path, parquet, names), view)| definition(view, path, *parquet, names.as_deref())).collect()
    }

    /// The names of the views on the files of a place, of a period.
    fn views(&self, place: &Place, period: Option<(i64, i64)>) -> Vec<String> {
        let parquet = place.kind != Kind::Json;
        let mut views = self.views.borrow_mut();
        let mut named = Vec::new();
        for path in (self.within)(&place.path, period) {
            for names in place.reads() {
                let next = format!("kqlens_{}", views.len());
                let read = (path.clone(), parquet, names.map(ToOwned::to_owned));
                named.push(views.entry(read).or_insert(next).clone());
            }
        }
        named
    }
}

/// The statement that defines a view. Azure's folders name `m` twice, the month and the minute, which a plain read
/// takes for one column too many: so they are only walked.
pub(in crate::engine::spark) fn definition(view: &str, path: &str, parquet: bool, names: Option<&str>) -> String {
    let (columns, format) = if parquet { ("", "parquet") } else { (" (value STRING)", "text") };
    let names = names.map_or_else(String::new, |names| format!(", pathGlobFilter {}", quoted_text(names)));
    format!(
        "CREATE OR REPLACE TEMPORARY VIEW {view}{columns} USING {format} \
         OPTIONS (path {}, recursiveFileLookup 'true'{names})",
        quoted_text(path)
    )
}

impl Sources for Logs<'_> {
    fn select(&self, scan: &Scan, columns: &[Named]) -> Said {
        let Some(table) = apim::table(&scan.table).filter(|t| t.name != apim::AZURE_DIAGNOSTICS) else {
            return Err(Beyond::new(format!("the table {}", scan.table)));
        };
        let mut selects = Vec::new();
        let json: Vec<String> = self
            .places
            .iter()
            .filter(|place| place.kind == Kind::Json)
            .flat_map(|place| self.views(place, scan.period))
            .map(|view| format!("SELECT value FROM {view}"))
            .collect();
        if !json.is_empty() {
            selects.push(json_lines(table, columns, &json.join(" UNION ALL ")));
        }
        for place in self.places {
            if let Kind::Parquet(stored) = &place.kind {
                let views = self.views(place, scan.period);
                selects.extend(views.iter().map(|view| parquet(table, columns, stored, view)));
            }
        }
        if selects.is_empty() {
            // The period has no files.
            let nulls: Vec<String> =
                columns.iter().map(|(_, sql, t)| format!("{} AS {}", null(*t), quoted(sql))).collect();
            return Ok(format!("SELECT {} WHERE false", super::operator::listed(nulls)));
        }
        Ok(selects.join("\n  UNION ALL "))
    }
}

/// A key of a map.
fn key(map: &str, name: &str) -> String {
    format!("{map}[{}]", quoted_text(name))
}

/// Records of either shape: a column by its name, or by the names that an envelope and its properties have for it.
fn json_lines(table: &KnownTable, columns: &[Named], values: &str) -> String {
    const BAG: &str = "'MAP<STRING,STRING>'";
    let diagnostic = format!("({} IS NULL)", key("m", "TimeGenerated"));
    let texts = columns.iter().map(|(name, sql, _)| {
        let mut camel = name.clone();
        if let Some(first) = camel.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        let mut found = vec![key("m", name), key("m", &camel)];
        found.extend(ENVELOPE_NAMES.iter().filter(|(_, c)| c == name).map(|(n, _)| key("m", n)));
        found.extend([key("p", &camel), key("p", name)]);
        found.extend(LAST_ERROR_NAMES.iter().filter(|(_, c)| c == name).map(|(n, _)| key("l", n)));
        let value = format!("coalesce({})", found.join(", "));
        let value = match name.as_str() {
            "_ResourceId" => format!("CASE WHEN {diagnostic} THEN lower({value}) ELSE {value} END"),
            "SourceSystem" => format!("coalesce({value}, CASE WHEN {diagnostic} THEN 'Azure' END)"),
            "Type" => format!("coalesce({value}, CASE WHEN {diagnostic} THEN {} END)", quoted_text(table.name)),
            _ => value,
        };
        format!("{value} AS {}", quoted(sql))
    });
    let texts = super::operator::listed(texts.collect());
    let selected = columns.iter().map(|(_, sql, t)| format!("{} AS {}", typed(&quoted(sql), *t), quoted(sql)));
    let selected = super::operator::listed(selected.collect());
    let of = |value: String, wanted: &str| {
        format!("lower(coalesce({value}, {})) = {}", quoted_text(wanted), quoted_text(&wanted.to_lowercase()))
    };
    let exported = of(key("m", "Type"), table.name);
    let sent = of(format!("{}, {}", key("m", "category"), key("m", "Category")), table.category);
    let time = key("m", "time");
    let last = format!("coalesce({}, {})", key("p", "lastError"), key("p", "LastError"));
    format!(
        "SELECT {selected} FROM (SELECT {texts} FROM (SELECT m, p, from_json({last}, {BAG}) AS l FROM \
         (SELECT m, from_json({}, {BAG}) AS p FROM (SELECT from_json(value, {BAG}) AS m FROM ({values})))) \
         WHERE CASE WHEN {diagnostic} THEN {time} IS NOT NULL AND {sent} ELSE {exported} END)",
        key("m", "properties")
    )
}

/// A text of the logs as a value of its column's type.
fn typed(text: &str, scalar_type: ScalarType) -> String {
    match scalar_type {
        ScalarType::String => format!("coalesce({text}, '')"),
        ScalarType::Int | ScalarType::Long => {
            let real = format!("try_cast({text} AS DOUBLE)");
            let name = type_name(scalar_type);
            // A spreadsheet leaves 200.0 behind.
            format!(
                "coalesce(try_cast({text} AS {name}), CASE WHEN {real} = floor({real}) THEN \
                 try_cast(try_cast({real} AS BIGINT) AS {name}) END)"
            )
        }
        ScalarType::Real => format!("try_cast({text} AS DOUBLE)"),
        ScalarType::Bool => format!(
            "CASE WHEN {text} IN ('true', 'True', 'TRUE', '1') THEN true \
             WHEN {text} IN ('false', 'False', 'FALSE', '0') THEN false END"
        ),
        ScalarType::DateTime => moment(text),
        ScalarType::Dynamic => json_of(text),
        ScalarType::Guid => format!("lower({text})"),
        ScalarType::TimeSpan | ScalarType::Decimal => null(scalar_type),
    }
}

/// The ticks of an ISO 8601 text. A timestamp has microseconds there, so the seventh digit is read apart; a text that
/// names no zone is UTC, whatever the session's.
fn moment(text: &str) -> String {
    let iso = quoted_text("\\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}");
    let zoned = quoted_text("(?:Z|[+-][0-9]{2}:[0-9]{2})\\z");
    let seventh = quoted_text("[.][0-9]{6}([0-9])");
    let full = format!("CASE WHEN {text} RLIKE {zoned} THEN {text} ELSE concat({text}, 'Z') END");
    format!(
        "CASE WHEN {text} RLIKE {iso} THEN unix_micros(try_cast({full} AS TIMESTAMP)) * 10L + {} \
         + coalesce(try_cast(regexp_extract({text}, {seventh}, 1) AS BIGINT), 0L) END",
        long(UNIX_EPOCH_TICKS)
    )
}

/// Rows of Parquet files: each column as it is stored there.
fn parquet(table: &KnownTable, columns: &[Named], stored: &[(String, Stored)], view: &str) -> String {
    let find = |name: &str| stored.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
    let selected = columns.iter().map(|(name, sql, scalar_type)| {
        let value = match find(name) {
            None => null(*scalar_type),
            Some((found, stored)) => {
                let read = format!("`{}`", found.replace('`', "``"));
                match (stored, scalar_type) {
                    (Stored::Moment, ScalarType::DateTime) => {
                        format!("(unix_micros(CAST({read} AS TIMESTAMP)) * 10L + {})", long(UNIX_EPOCH_TICKS))
                    }
                    (Stored::Nested, ScalarType::Dynamic) => format!("to_json({read})"),
                    (Stored::Nested, ScalarType::String) => format!("coalesce(to_json({read}), '')"),
                    (Stored::Text, other) => typed(&read, *other),
                    (Stored::Plain, ScalarType::String) => format!("coalesce(CAST({read} AS STRING), '')"),
                    (Stored::Plain, other) => format!("try_cast({read} AS {})", type_name(*other)),
                    (Stored::Moment | Stored::Nested, other) => null(*other),
                }
            }
        };
        format!("{value} AS {}", quoted(sql))
    });
    let selected = super::operator::listed(selected.collect());
    let kind = find("Type").filter(|(_, stored)| *stored == Stored::Text).map(|(name, _)| {
        let (wanted, folded) = (quoted_text(table.name), quoted_text(&table.name.to_lowercase()));
        format!(" WHERE lower(coalesce(nullif(`{name}`, ''), {wanted})) = {folded}")
    });
    format!("SELECT {selected} FROM {view}{}", kind.unwrap_or_default())
}
