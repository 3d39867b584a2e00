//! `kqlens tables`: what the logs are.

use std::sync::Arc;

use super::arguments::TablesArguments;
use super::exit::{Exit, Failure};
use super::{logs, output};
use crate::render::{Answer, Format, Options, render};
use crate::sources::ReadRequest;
use crate::types::{Column, ScalarType, Table, Value};

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
    let names = ["File", "Table", "Shape", "Bytes", "Problem"];
    let mut columns: Vec<Column> = names
        .iter()
        .map(|name| {
            let scalar_type = if *name == "Bytes" { ScalarType::Long } else { ScalarType::String };
            Column { name: (*name).to_owned(), scalar_type, values: Vec::new() }
        })
        .collect();
    for file in logs.catalog.files() {
        let cells = [
            Value::string(file.path.display().to_string()),
            Value::string(file.tables.join(", ")),
            Value::string(file.shape.map_or_else(String::new, |s| s.to_string())),
            Value::Long(i64::try_from(file.size).unwrap_or(i64::MAX)),
            Value::string(file.problem.clone().unwrap_or_default()),
        ];
        columns.iter_mut().zip(cells).for_each(|(column, cell)| column.values.push(cell));
    }
    let files = Table { rows: logs.catalog.files().len(), columns };
    show(&files, "Files", format)?;
    if format == Format::Table {
        output::write(b"\n")?;
        show(&rows(&logs)?, "Tables", format)?;
    }
    Ok(Exit::Whole)
}

/// Each table's rows: read in full, so that problems show.
fn rows(logs: &logs::Logs) -> Result<Table, Failure> {
    let names = ["Table", "Rows", "Repaired", "Rejected", "InProgress", "From", "To"];
    let types = [
        ScalarType::String,
        ScalarType::Long,
        ScalarType::Long,
        ScalarType::Long,
        ScalarType::Long,
        ScalarType::DateTime,
        ScalarType::DateTime,
    ];
    let mut columns: Vec<Column> = names
        .iter()
        .zip(types)
        .map(|(n, t)| Column { name: (*n).to_owned(), scalar_type: t, values: Vec::new() })
        .collect();
    let tables = logs.catalog.tables();
    for table in &tables {
        let timed = logs.catalog.schema(table).is_some_and(|columns| {
            columns.iter().any(|(name, t)| name == "TimeGenerated" && *t == ScalarType::DateTime)
        });
        let wanted = if timed { vec!["TimeGenerated".to_owned()] } else { Vec::new() };
        let request = ReadRequest { table: table.clone(), columns: wanted, ..ReadRequest::default() };
        let result = logs.catalog.read(&request).map_err(|e| Failure::new(Exit::Environment, e.to_string()))?;
        let mut range: Option<(i64, i64)> = None;
        for batch in result.batches.iter().filter(|_| timed) {
            for row in 0..batch.num_rows() {
                if let Value::DateTime(t) = crate::types::value_at(batch.column(0).as_ref(), ScalarType::DateTime, row)
                {
                    range = Some(range.map_or((t, t), |(a, b)| (a.min(t), b.max(t))));
                }
            }
        }
        let count = |n: u64| Value::Long(i64::try_from(n).unwrap_or(i64::MAX));
        let tally = result.tally;
        let cells = [
            Value::string(table.clone()),
            count(tally.kept + tally.repaired),
            count(tally.repaired),
            count(tally.rejected),
            count(tally.in_progress),
            range.map_or(Value::Null, |(a, _)| Value::DateTime(a)),
            range.map_or(Value::Null, |(_, b)| Value::DateTime(b)),
        ];
        columns.iter_mut().zip(cells).for_each(|(column, cell)| column.values.push(cell));
    }
    Ok(Table { rows: tables.len(), columns })
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
