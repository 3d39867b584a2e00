//! The first and the last time among rows on their way to the engine.

use std::sync::{Mutex, PoisonError};

use arrow::record_batch::RecordBatch;

use crate::sources::ReadRequest;
use crate::types::{ScalarType, Value, value_at};

/// The column with a row's time.
const TIME: &str = "TimeGenerated";

/// Looks at the times of rows, whether or not the query wants them.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// The time column's place among those read.
    at: usize,
    range: Mutex<Option<(i64, i64)>>,
}

impl Times {
    /// Looks at what a request reads; its rows' times are asked for when the table has any.
    pub fn of(request: &mut ReadRequest, schema: Option<Vec<(String, ScalarType)>>) -> Option<Self> {
        let timed = schema.is_some_and(|columns| {
            columns.iter().any(|(name, scalar_type)| name == TIME && *scalar_type == ScalarType::DateTime)
        });
        if !timed {
            return None;
        }
        let at = request.columns.iter().position(|name| name == TIME).unwrap_or_else(|| {
            request.columns.push(TIME.to_owned());
            request.columns.len() - 1
        });
        Some(Self { at, range: Mutex::default() })
    }

    /// Looks at a batch, and gives its first `wanted` columns on.
    pub fn take(&self, batch: RecordBatch, wanted: usize) -> RecordBatch {
        if let Some(array) = batch.columns().get(self.at) {
            let ticks =
                (0..batch.num_rows()).filter_map(|row| match value_at(array.as_ref(), ScalarType::DateTime, row) {
                    Value::DateTime(ticks) => Some((ticks, ticks)),
                    _ => None,
                });
            let mut range = self.range.lock().unwrap_or_else(PoisonError::into_inner);
            *range = ticks.chain(*range).reduce(|(a, b), (c, d)| (a.min(c), b.max(d)));
        }
        let wanted: Vec<usize> = (0..wanted).collect();
        batch.project(&wanted).unwrap_or(batch)
    }

    /// The first and the last time seen.
    pub fn range(&self) -> Option<(i64, i64)> {
        *self.range.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
