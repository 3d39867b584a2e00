//! Which columns of a file a read needs, and the way of a batch of them into the rows.

use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::datatypes::{FieldRef, Schema};
use arrow::record_batch::RecordBatch;

use super::convert::{convert, missing};
use super::nested::json;
use crate::sources::apim;
use crate::sources::cell::Adapt;
use crate::sources::error::SourceError;
use crate::sources::rows::{Batch, Place, Rows, TIME, Wanted};
use crate::types::{Json, ScalarType};

/// What is needed of a file.
pub(super) struct Projection<'t> {
    table: &'t str,
    /// The file's columns that are read, in its order.
    pub(super) needed: Vec<usize>,
    fields: Vec<FieldRef>,
    /// For each wanted column the place among those read.
    columns: Vec<Option<usize>>,
    time: Option<usize>,
    kind: Option<usize>,
}

impl<'t> Projection<'t> {
    /// What a read of a table wants of a file with this schema.
    pub(super) fn new(schema: &Schema, wanted: &Wanted, table: &'t str) -> Self {
        let find = |name: &str| position(schema, name);
        let columns: Vec<Option<usize>> = wanted.columns.iter().map(|(name, _)| find(name)).collect();
        let time = wanted.period.and_then(|_| find(TIME));
        // Rows of several known tables may stand in one file.
        let kind = if apim::table(table).is_some() { find("Type") } else { None };
        let mut needed: Vec<usize> = if wanted.seen.is_some() {
            (0..schema.fields().len()).collect()
        } else {
            columns.iter().copied().chain([time, kind]).flatten().collect()
        };
        needed.sort_unstable();
        needed.dedup();
        let place = |at: Option<usize>| at.and_then(|at| needed.binary_search(&at).ok());
        Self {
            table,
            fields: needed.iter().map(|at| FieldRef::clone(&schema.fields()[*at])).collect(),
            columns: columns.into_iter().map(place).collect(),
            time: place(time),
            kind: place(kind),
            needed,
        }
    }

    /// Takes the rows of a batch of the needed columns; the first of them has this number in the file.
    pub(super) fn take(
        &self,
        batch: &RecordBatch,
        source: &str,
        first: u64,
        rows: &mut Rows<'_>,
    ) -> Result<(), SourceError> {
        let count = batch.num_rows();
        let as_type = |at: usize, to: ScalarType| convert(batch.column(at), &self.fields[at], to, Adapt::Nothing);
        let mut unfit = Vec::new();
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.columns.len());
        for (at, (_, to)) in self.columns.iter().zip(&rows.wanted().columns) {
            match at {
                Some(at) => {
                    let converted = as_type(*at, *to)?;
                    unfit.extend(converted.unfit);
                    columns.push(converted.array);
                }
                None => columns.push(missing(*to, count)),
            }
        }
        let times = match (rows.wanted().period, self.time) {
            (None, _) => None,
            (Some(_), None) => Some(Int64Array::new_null(count)),
            (Some(_), Some(at)) => as_type(at, ScalarType::DateTime)?.array.as_primitive_opt().cloned(),
        };
        let others = match self.kind {
            Some(at) => self.others(&as_type(at, ScalarType::String)?.array),
            None => Vec::new(),
        };
        let record = |row: usize| {
            let members = self.fields.iter().zip(batch.columns()).map(|(f, c)| (f.name().clone(), json(c, row)));
            Json::Object(members.filter(|(_, value)| !value.is_null()).collect()).to_string()
        };
        let place = Place { source, line: first, byte: 0 };
        rows.take_batch(Batch { count, columns, unfit, times, others, record: &record }, place)
    }

    /// The rows that name another table.
    fn others(&self, kinds: &ArrayRef) -> Vec<usize> {
        let Some(kinds) = kinds.as_string_opt::<i32>() else { return Vec::new() };
        let mut last: Option<(&str, bool)> = None;
        (0..kinds.len())
            .filter(|row| {
                let kind = kinds.value(*row);
                match last {
                    Some((text, other)) if text == kind => other,
                    _ => {
                        let other = apim::proper_name(kind).is_some_and(|table| table != self.table);
                        last = Some((kind, other));
                        other
                    }
                }
            })
            .collect()
    }
}

/// A column by name; in other letters' case when only one fits so.
pub(super) fn position(schema: &Schema, name: &str) -> Option<usize> {
    let fields = schema.fields();
    if let Some(at) = fields.iter().position(|f| f.name() == name) {
        return Some(at);
    }
    let mut near = fields.iter().enumerate().filter(|(_, f)| f.name().eq_ignore_ascii_case(name));
    let first = near.next();
    first.filter(|_| near.next().is_none()).map(|(at, _)| at)
}
