//! Rows chosen by a few columns, before all columns are read of those rows alone.

use arrow::array::{Array, Int64Array};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, RowSelection, RowSelector};

use super::projection::Projection;
use crate::sources::rows::{Rows, Wanted, is_beyond};

/// The columns that tell whether a row is wanted.
pub(super) struct Late<'t> {
    projection: Projection<'t>,
    pub(super) mask: ProjectionMask,
    /// Their places among the wanted.
    tested: Vec<usize>,
}

impl<'t> Late<'t> {
    /// Nothing when nearly all columns would be looked at.
    pub(super) fn new(metadata: &ArrowReaderMetadata, wanted: &Wanted, table: &'t str) -> Option<Self> {
        let tested = wanted.telling()?;
        let projection = Projection::only(metadata.schema(), wanted, |at| tested.contains(&at), table);
        let mask = ProjectionMask::roots(metadata.parquet_schema(), projection.needed.iter().copied());
        Some(Self { projection, mask, tested })
    }

    /// Looks at the rows of a group. Nothing is counted yet.
    ///
    /// # Errors
    /// When a batch cannot be read.
    pub(super) fn look(
        &self,
        batches: impl Iterator<Item = Result<RecordBatch, String>>,
        wanted: &Wanted,
    ) -> Result<Chosen, String> {
        let batches = batches.map(|batch| self.look_at(&batch?, wanted).map_err(|e| e.to_string()));
        Ok(Chosen { batches: batches.collect::<Result<_, _>>()? })
    }

    fn look_at(&self, batch: &RecordBatch, wanted: &Wanted) -> Result<Looked, ArrowError> {
        let times = self.projection.times(batch, wanted)?;
        let others = self.projection.others(batch)?;
        let mut looked = Looked { passing: vec![true; batch.num_rows()], times, others };
        if let Some(period) = wanted.period {
            for row in 0..batch.num_rows() {
                looked.passing[row] = !is_beyond(period, looked.time(row));
            }
        }
        looked.others.iter().for_each(|row| looked.passing[*row] = false);
        let mut columns = vec![None; wanted.columns.len()];
        let mut unfit = Vec::new();
        for at in &self.tested {
            // A column that the file has not is null in every row; no row is turned away for that.
            if let Some(converted) = self.projection.column(batch, *at, wanted.columns[*at].1)? {
                unfit.extend(converted.unfit);
                columns[*at] = Some(converted.array);
            }
        }
        // What is no value of its column has to be told.
        unfit.retain(|row| looked.passing[*row]);
        looked.passing = wanted.gate.passing(&columns, &looked.passing);
        unfit.into_iter().for_each(|row| looked.passing[row] = true);
        Ok(looked)
    }
}

/// The rows of a group that may be wanted.
pub(super) struct Chosen {
    batches: Vec<Looked>,
}

/// What was seen of a batch.
struct Looked {
    passing: Vec<bool>,
    times: Option<Int64Array>,
    /// The rows of other tables.
    others: Vec<usize>,
}

impl Looked {
    fn time(&self, row: usize) -> Option<i64> {
        self.times.as_ref().filter(|times| times.is_valid(row)).map(|times| times.value(row))
    }
}

impl Chosen {
    fn passing(&self) -> impl Iterator<Item = bool> {
        self.batches.iter().flat_map(|batch| batch.passing.iter().copied())
    }

    /// The numbers of the rows, from 0.
    pub(super) fn numbers(&self) -> Vec<usize> {
        self.passing().enumerate().filter(|(_, passes)| *passes).map(|(row, _)| row).collect()
    }

    /// How many rows the group has.
    pub(super) fn rows(&self) -> usize {
        self.batches.iter().map(|batch| batch.passing.len()).sum()
    }

    /// The rows, as a reader is told of them.
    pub(super) fn selection(&self) -> RowSelection {
        let passing: Vec<bool> = self.passing().collect();
        let runs = passing.chunk_by(|a, b| a == b);
        let run = |run: &[bool]| match run {
            [true, ..] => RowSelector::select(run.len()),
            _ => RowSelector::skip(run.len()),
        };
        RowSelection::from(runs.map(run).collect::<Vec<_>>())
    }

    /// Counts the rows that are not wanted.
    pub(super) fn count_others(&self, rows: &mut Rows<'_>) {
        for batch in &self.batches {
            let mut others = batch.others.iter().peekable();
            for (row, passes) in batch.passing.iter().enumerate() {
                if others.next_if_eq(&&row).is_some() {
                    rows.tally.other_tables += 1;
                } else if !passes {
                    rows.pass_by(batch.time(row));
                }
            }
        }
    }
}
