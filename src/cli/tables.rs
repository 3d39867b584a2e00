//! `kqlens tables`: what the logs are.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::arguments::TablesArguments;
use super::exit::{Exit, Failure};
use super::{logs, output};
use crate::render::{Answer, Format, Options, render};
use crate::sources::{FoundFile, Holding, Tally};
use crate::types::{Column, Json, ScalarType, Table, Value};

pub(super) fn tables(arguments: &TablesArguments) -> Result<Exit, Failure> {
    let format = match &arguments.format {
        None => Format::Table,
        Some(name) => Format::from_name(name).ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                format!("no format named '{name}'; the formats are {}", Format::names().join(", ")),
            )
        })?,
    };
    let logs = logs::open(&arguments.logs)?;
    let holdings = logs.catalog.survey().map_err(|e| Failure::new(Exit::Environment, e.to_string()))?;
    show(&files(&logs.catalog.files(), &holdings, format), "Files", format)?;
    if format == Format::Table {
        output::write(b"\n")?;
        show(&totals(holdings.iter().flatten()), "Tables", format)?;
    }
    Ok(Exit::Whole)
}

/// A row for each file and table. What has room for it gets the columns' names as well.
fn files(files: &[&FoundFile], holdings: &[Vec<Holding>], format: Format) -> Table {
    let mut header = vec![
        ("File", ScalarType::String),
        ("Table", ScalarType::String),
        ("Shape", ScalarType::String),
        ("Bytes", ScalarType::Long),
        ("Rows", ScalarType::Long),
        ("From", ScalarType::DateTime),
        ("To", ScalarType::DateTime),
        ("Columns", ScalarType::Long),
        ("Problem", ScalarType::String),
    ];
    if format != Format::Table {
        header.push(("ColumnNames", ScalarType::Dynamic));
    }
    let mut rows = Vec::new();
    for (file, holdings) in files.iter().zip(holdings) {
        let nothing = Holding::default();
        let held: Vec<&Holding> = if holdings.is_empty() { vec![&nothing] } else { holdings.iter().collect() };
        for holding in held {
            let whole = file.problem.is_none();
            let mut row = vec![
                Value::string(file.path.display().to_string()),
                Value::string(holding.table.clone()),
                Value::string(file.shape.map_or_else(String::new, |s| s.to_string())),
                count(file.size),
                if whole { count(holding.tally.kept + holding.tally.repaired) } else { Value::Null },
                moment(holding.range.map(|(from, _)| from)),
                moment(holding.range.map(|(_, to)| to)),
                if whole { count(holding.columns.len() as u64) } else { Value::Null },
                Value::string(file.problem.clone().unwrap_or_else(|| problem(file, &holding.tally))),
            ];
            if format != Format::Table {
                row.push(Value::dynamic(Json::from(holding.columns.clone())));
            }
            rows.push(row);
        }
    }
    table(&header, rows)
}

/// What is not as it should be, or was assumed.
fn problem(file: &FoundFile, tally: &Tally) -> String {
    let mut said = Vec::new();
    if tally.rejected > 0 {
        let first = tally.rejects.first().map(|r| format!(" (line {}: {})", r.line, r.reason)).unwrap_or_default();
        said.push(format!("{} rejected{first}", tally.rejected));
    }
    if tally.repaired > 0 {
        let first = tally.repairs.first().map(|r| format!(" (line {}: {})", r.line, r.reason)).unwrap_or_default();
        said.push(format!("{} repaired{first}", tally.repaired));
    }
    if tally.in_progress > 0 {
        said.push(format!("{} in progress", tally.in_progress));
    }
    // The file is named in its own column, and what was rejected is told above.
    let path = file.path.display().to_string();
    let notes =
        tally.notes.iter().map(|note| note.strip_prefix(&path).map_or(note.as_str(), |n| n.trim_start_matches(": ")));
    said.extend(notes.filter(|note| tally.rejects.iter().all(|r| !note.ends_with(&r.reason))).map(ToOwned::to_owned));
    said.join("; ")
}

/// Each table's rows over all files.
fn totals<'h>(holdings: impl Iterator<Item = &'h Holding>) -> Table {
    let mut sums: BTreeMap<&str, Holding> = BTreeMap::new();
    for holding in holdings {
        let sum = sums.entry(&holding.table).or_default();
        sum.tally.add(holding.tally.clone());
        sum.range = match (sum.range, holding.range) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (known, new) => known.or(new),
        };
    }
    let header = [
        ("Table", ScalarType::String),
        ("Files", ScalarType::Long),
        ("Rows", ScalarType::Long),
        ("Repaired", ScalarType::Long),
        ("Rejected", ScalarType::Long),
        ("InProgress", ScalarType::Long),
        ("From", ScalarType::DateTime),
        ("To", ScalarType::DateTime),
    ];
    let rows = sums.into_iter().map(|(name, Holding { tally, range, .. })| {
        vec![
            Value::string(name.to_owned()),
            count(tally.files as u64),
            count(tally.kept + tally.repaired),
            count(tally.repaired),
            count(tally.rejected),
            count(tally.in_progress),
            moment(range.map(|(from, _)| from)),
            moment(range.map(|(_, to)| to)),
        ]
    });
    table(&header, rows.collect())
}

fn count(n: u64) -> Value<'static> {
    Value::Long(i64::try_from(n).unwrap_or(i64::MAX))
}

fn moment(ticks: Option<i64>) -> Value<'static> {
    ticks.map_or(Value::Null, Value::DateTime)
}

fn table(header: &[(&str, ScalarType)], rows: Vec<Vec<Value<'static>>>) -> Table {
    let mut columns: Vec<Column> = header
        .iter()
        .map(|(name, t)| Column { name: (*name).to_owned(), scalar_type: *t, values: Vec::new() })
        .collect();
    let count = rows.len();
    for row in rows {
        columns.iter_mut().zip(row).for_each(|(column, cell)| column.values.push(cell));
    }
    Table { rows: count, columns }
}

fn show(table: &Table, name: &str, format: Format) -> Result<(), Failure> {
    let batch = table.to_batch().map_err(|e| Failure::new(Exit::Environment, e.to_string()))?;
    let answer = Answer {
        name: name.to_owned(),
        schema: Arc::clone(&batch.schema()),
        batches: vec![batch],
        visualization: None,
    };
    let options = Options { width: output::terminal_width(), ..Options::default() };
    let rendered = render(&[answer], format, &options).map_err(|e| Failure::new(Exit::Usage, e.to_string()))?;
    output::write(&rendered.bytes)
}
