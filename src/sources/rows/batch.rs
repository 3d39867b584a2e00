//! Rows that are found many at a time, their columns already typed.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Int64Array};
use arrow::compute::filter;
use arrow::datatypes::Schema;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};

use super::{Place, Rows, UNFIT, reject};
use crate::sources::error::SourceError;
use crate::sources::tally::TOLD;
use crate::types::field;

/// Rows whose wanted columns are typed.
pub(in super::super) struct Batch<'b> {
    /// How many there are.
    pub(in super::super) count: usize,
    /// The wanted columns.
    pub(in super::super) columns: Vec<ArrayRef>,
    /// The rows of which a value did not fit, in any order, perhaps several times.
    pub(in super::super) unfit: Vec<usize>,
    /// The rows' times, when the read has a period.
    pub(in super::super) times: Option<Int64Array>,
    /// The rows of other tables, ascending.
    pub(in super::super) others: Vec<usize>,
    /// The text of a row.
    pub(in super::super) record: &'b dyn Fn(usize) -> String,
    /// How many lines after the place a row stands.
    pub(in super::super) number: &'b dyn Fn(usize) -> usize,
}

impl Rows<'_> {
    /// Takes rows, which stand at `place` and after it.
    pub(in super::super) fn take_batch(&mut self, batch: Batch<'_>, place: Place<'_>) -> Result<(), SourceError> {
        if self.filled > 0 {
            self.flush()?;
        }
        let mut unfit = batch.unfit;
        unfit.sort_unstable();
        unfit.dedup();
        let (mut next_unfit, mut next_other) = (0, 0);
        let mut keep = vec![false; batch.count];
        let mut taken = 0;
        let hashes: Vec<u64> = match &self.wanted.seen {
            Some(_) => (0..batch.count).map(|row| self.hash((batch.record)(row).as_bytes())).collect(),
            None => Vec::new(),
        };
        for (row, keep) in keep.iter_mut().enumerate() {
            let fits = unfit.get(next_unfit) != Some(&row);
            next_unfit += usize::from(!fits);
            if batch.others.get(next_other) == Some(&row) {
                next_other += 1;
                self.tally.other_tables += 1;
                continue;
            }
            if self.full() {
                break;
            }
            self.tally.read += 1;
            let time = batch.times.as_ref().filter(|times| times.is_valid(row)).map(|times| times.value(row));
            let outside = self.is_outside(time);
            self.tally.outside += u64::from(outside);
            let seen = self.wanted.seen.as_ref().filter(|_| !outside);
            let again = seen.is_some_and(|seen| seen.again(self.unit(), &hashes[row..=row]) == [true]);
            self.tally.duplicates += u64::from(again);
            let taking = !outside && !again;
            if fits || outside {
                self.tally.kept += 1;
            } else {
                self.tally.repaired += 1;
                if self.tally.repairs.len() < TOLD {
                    let here = Place { line: place.line + (batch.number)(row) as u64, ..place };
                    let record = (batch.record)(row);
                    self.tally.repairs.push(reject(here, UNFIT, record.as_bytes()));
                }
            }
            if taking {
                *keep = true;
                taken += 1;
                self.left -= 1;
            }
        }
        if self.wanted.gate.is_worth_a_look() && taken > 0 {
            keep = self.wanted.gate.passing(&batch.columns.iter().cloned().map(Some).collect::<Vec<_>>(), &keep);
            taken = keep.iter().filter(|keep| **keep).count();
        }
        if taken == 0 {
            return Ok(());
        }
        let columns = if taken == batch.count {
            batch.columns
        } else {
            let mask = BooleanArray::from(keep);
            batch.columns.iter().map(|column| filter(column, &mask)).collect::<Result<_, _>>()?
        };
        let schema = Schema::new(self.wanted.columns.iter().map(|(n, t)| field(n, *t)).collect::<Vec<_>>());
        let options = RecordBatchOptions::new().with_row_count(Some(taken));
        self.hand_over(RecordBatch::try_new_with_options(Arc::new(schema), columns, &options)?);
        Ok(())
    }

    /// Counts a row that is sound and surely not wanted.
    pub(in super::super) fn pass_by(&mut self, time: Option<i64>) {
        self.tally.read += 1;
        self.tally.kept += 1;
        let outside = self.is_outside(time);
        self.tally.outside += u64::from(outside);
    }

    /// Counts rows that are sound but surely outside the period.
    pub(in super::super) fn pass_outside(&mut self, count: u64) {
        self.tally.read += count;
        self.tally.kept += count;
        self.tally.outside += count;
    }

    /// Notes that the rest of a file, so many rows, cannot be read. A file that cannot say how many counts as one.
    pub(in super::super) fn reject_rest(&mut self, count: u64, place: Place<'_>, reason: &str) {
        self.damaged(place, reason, b"");
        let more = count.saturating_sub(1);
        self.tally.read += more;
        self.tally.rejected += more;
    }
}
