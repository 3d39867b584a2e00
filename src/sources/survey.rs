//! What each file holds: read in full for its rows and their time, and a little for its columns.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use arrow::record_batch::RecordBatch;

use super::catalog::{Catalog, side_by_side};
use super::entry::Entry;
use super::error::SourceError;
use super::read::ReadRequest;
use super::rows::{Rows, TIME, Wanted};
use super::tally::Tally;
use crate::types::ScalarType;

/// How many rows are looked at for columns.
const LOOK: usize = 1000;

/// What a file holds of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// The table.
    pub table: String,
    /// What became of its rows.
    pub tally: Tally,
    /// The first and the last `TimeGenerated`, in ticks.
    pub range: Option<(i64, i64)>,
    /// The columns that have a value in the first thousand rows.
    pub columns: Vec<String>,
}

impl Catalog {
    /// What each file holds of each of its tables, in the files' order. Files are read side by side, and no row is kept.
    ///
    /// # Errors
    /// When a file that could be opened no longer can.
    pub fn survey(&self) -> Result<Vec<Vec<Holding>>, SourceError> {
        side_by_side(&self.entries, |entry| entry.look().tables.iter().map(|table| self.hold(entry, table)).collect())
            .into_iter()
            .collect()
    }

    fn hold(&self, entry: &Entry, table: &str) -> Result<Holding, SourceError> {
        let mut schema = self.schema(table).unwrap_or_default();
        schema.extend(self.hidden(table));
        let timed = schema.iter().any(|(name, t)| name == TIME && *t == ScalarType::DateTime);
        let time = if timed { vec![(TIME.to_owned(), ScalarType::DateTime)] } else { Vec::new() };
        let range: Mutex<Option<(i64, i64)>> = Mutex::new(None);
        let tally = self.visit(entry, table, time, usize::MAX, &|batch| {
            let Some(times) = batch.columns().first().and_then(|c| c.as_primitive_opt::<Int64Type>()) else { return };
            let mut range = range.lock().unwrap_or_else(PoisonError::into_inner);
            for time in times.iter().flatten() {
                *range = Some(range.map_or((time, time), |(a, b)| (a.min(time), b.max(time))));
            }
        })?;
        let has: Mutex<Vec<bool>> = Mutex::new(vec![false; schema.len()]);
        self.visit(entry, table, schema.clone(), LOOK, &|batch| {
            let mut has = has.lock().unwrap_or_else(PoisonError::into_inner);
            for ((has, column), (_, t)) in has.iter_mut().zip(batch.columns()).zip(&schema) {
                *has |= (0..column.len()).any(|row| has_value(column.as_ref(), *t, row));
            }
        })?;
        let has = has.into_inner().unwrap_or_else(PoisonError::into_inner);
        let columns = schema.into_iter().zip(has).filter(|(_, has)| *has).map(|((name, _), _)| name).collect();
        let range = range.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Holding { table: table.to_owned(), tally, range, columns })
    }

    /// Shows the rows of a file, up to so many.
    fn visit(
        &self,
        entry: &Entry,
        table: &str,
        columns: Vec<(String, ScalarType)>,
        most: usize,
        see: &(dyn Fn(&RecordBatch) + Sync),
    ) -> Result<Tally, SourceError> {
        let wanted = Wanted { columns, ..Wanted::default() };
        let sink = |_, batch: RecordBatch| {
            see(&batch);
            ControlFlow::Continue(())
        };
        let request = ReadRequest { table: table.to_owned(), ..ReadRequest::default() };
        Ok(self.read_file(entry, Rows::new(&wanted, &sink, 0, most), &request, 1)?.0)
    }
}

fn has_value(column: &dyn Array, scalar_type: ScalarType, row: usize) -> bool {
    match scalar_type {
        ScalarType::String => column.as_string_opt::<i32>().is_some_and(|text| !text.value(row).is_empty()),
        _ => column.is_valid(row),
    }
}
