//! Which columns of a file a read needs, and the way of a batch of them into the rows.

use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::datatypes::{FieldRef, Schema};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;

use super::convert::{Converted, convert, missing};
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
        Self::only(schema, wanted, |_| true, table)
    }

    /// The same without all wanted columns but some, by their places.
    pub(super) fn only(schema: &Schema, wanted: &Wanted, some: impl Fn(usize) -> bool, table: &'t str) -> Self {
        let find = |name: &str| position(schema, name);
        let columns: Vec<Option<usize>> =
            wanted.columns.iter().enumerate().map(|(at, (name, _))| find(name).filter(|_| some(at))).collect();
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

    /// Takes the rows of a batch of the needed columns; `number` is what each has in the file, counted from `first`.
    pub(super) fn take(
        &self,
        batch: &RecordBatch,
        source: &str,
        first: u64,
        number: &dyn Fn(usize) -> usize,
        rows: &mut Rows<'_>,
    ) -> Result<(), SourceError> {
        let count = batch.num_rows();
        let mut unfit = Vec::new();
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.columns.len());
        for (at, (_, to)) in rows.wanted().columns.iter().enumerate() {
            match self.column(batch, at, *to)? {
                Some(converted) => {
                    unfit.extend(converted.unfit);
                    columns.push(converted.array);
                }
                None => columns.push(missing(*to, count)),
            }
        }
        let record = |row: usize| {
            let members = self.fields.iter().zip(batch.columns()).map(|(f, c)| (f.name().clone(), json(c, row)));
            Json::Object(members.filter(|(_, value)| !value.is_null()).collect()).to_string()
        };
        let place = Place { source, line: first, byte: 0 };
        let times = self.times(batch, rows.wanted())?;
        let others = self.others(batch)?;
        rows.take_batch(Batch { count, columns, unfit, times, others, record: &record, number }, place)
    }

    /// A wanted column of a batch, when the file has it and it is needed.
    pub(super) fn column(
        &self,
        batch: &RecordBatch,
        at: usize,
        to: ScalarType,
    ) -> Result<Option<Converted>, ArrowError> {
        self.columns[at].map(|at| self.converted(batch, at, to)).transpose()
    }

    fn converted(&self, batch: &RecordBatch, at: usize, to: ScalarType) -> Result<Converted, ArrowError> {
        convert(batch.column(at), &self.fields[at], to, Adapt::Nothing)
    }

    /// The rows' times, when the read has a period.
    pub(super) fn times(&self, batch: &RecordBatch, wanted: &Wanted) -> Result<Option<Int64Array>, ArrowError> {
        Ok(match (wanted.period, self.time) {
            (None, _) => None,
            (Some(_), None) => Some(Int64Array::new_null(batch.num_rows())),
            (Some(_), Some(at)) => self.converted(batch, at, ScalarType::DateTime)?.array.as_primitive_opt().cloned(),
        })
    }

    /// The rows that name another table.
    pub(super) fn others(&self, batch: &RecordBatch) -> Result<Vec<usize>, ArrowError> {
        let Some(at) = self.kind else { return Ok(Vec::new()) };
        let kinds = self.converted(batch, at, ScalarType::String)?.array;
        let Some(kinds) = kinds.as_string_opt::<i32>() else { return Ok(Vec::new()) };
        let mut last: Option<(&str, bool)> = None;
        let others = (0..kinds.len())
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
            .collect();
        Ok(others)
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
