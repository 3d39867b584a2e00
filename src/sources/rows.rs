//! The rows of one file as they are found: columns being filled, and what became of each row.

mod batch;

use std::ops::ControlFlow;
use std::sync::Arc;

use arrow::array::BooleanArray;
use arrow::compute::filter_record_batch;
use arrow::datatypes::Schema;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};

use super::blocks::LONGEST;
use super::cell::{Adapt, Builder, Fit, Raw};
use super::error::SourceError;
use super::gate::Gate;
use super::read::{Position, Sink};
use super::rejects::RejectLog;
use super::stamp::Stamps;
use super::tally::{Reject, TOLD, Tally, excerpt};
use super::turns::{Turns, Unit};
use crate::types::{ScalarType, field};

pub(super) use batch::Batch;

/// How many rows one Arrow batch holds.
const BATCH: usize = 65_536;

/// So many bits of a batch's number tell its place within a part of a file; those above tell the part.
const PART: u32 = 10;

/// So many bytes of rejected rows are kept together.
const UNKEPT: usize = 1 << 16;

/// The column that the period of a read is about.
pub(super) const TIME: &str = "TimeGenerated";

/// What is told of a row whose text had bytes that are no characters.
pub(super) const NOT_UTF8: &str = "not valid UTF-8";

/// What is told of a row with a value that became null.
const UNFIT: &str = "a value does not fit its column";

/// What a read wants of each row.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// The columns, in the order of the answer.
    pub(super) columns: Vec<(String, ScalarType)>,
    /// Half-open ticks of [`TIME`].
    pub(super) period: Option<(i64, i64)>,
    /// The records that came before, when duplicates are to be dropped.
    pub(super) seen: Option<Arc<Turns>>,
    /// Where all rejected rows go.
    pub(super) log: Option<RejectLog>,
    /// What rows must pass.
    pub(super) gate: Gate,
}

/// So many fewer columns are worth a look of their own.
const FEWER: usize = 4;

impl Wanted {
    /// The places of the columns that tell whether a row is wanted besides its time, when they are much fewer than all
    /// that is wanted of a row.
    pub(super) fn telling(&self) -> Option<Vec<usize>> {
        let tested = self.gate.columns();
        let tells = !tested.is_empty() || self.period.is_some();
        (tells && tested.len() + FEWER <= self.columns.len()).then_some(tested)
    }
}

/// Where a row stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) source: &'a str,
    pub(super) line: u64,
    pub(super) byte: u64,
}

/// Rows on their way from one file to whoever asked for them.
pub(super) struct Rows<'w> {
    wanted: &'w Wanted,
    sink: &'w Sink<'w>,
    position: Position,
    builders: Vec<Builder>,
    filled: usize,
    /// What tells the filled rows from others, when duplicates are to be dropped.
    hashes: Vec<u64>,
    /// Another number wherever the same text would mean another row.
    pub(super) seed: u64,
    /// How many more rows are enough.
    left: usize,
    /// Half-open ticks of [`TIME`] that the file's folders promise.
    pub(super) bounds: Option<(i64, i64)>,
    pub(super) tally: Tally,
    scratch: String,
    /// Rejected rows that are not yet where all are, as lines of JSON.
    unkept: String,
}

impl<'w> Rows<'w> {
    /// Rows of the file with this number among the files of the read, at most `left` of them.
    pub(super) fn new(wanted: &'w Wanted, sink: &'w Sink<'w>, file: usize, left: usize) -> Self {
        Self {
            wanted,
            sink,
            position: Position { file, block: 0 },
            builders: builders(wanted),
            filled: 0,
            hashes: Vec::new(),
            seed: 0,
            left,
            bounds: None,
            tally: Tally::default(),
            scratch: String::new(),
            unkept: String::new(),
        }
    }

    /// What is wanted of each row.
    pub(super) const fn wanted(&self) -> &'w Wanted {
        self.wanted
    }

    /// The number of the file among those of the read.
    pub(super) const fn file(&self) -> usize {
        self.position.file
    }

    /// How many more rows are wanted.
    pub(super) const fn left(&self) -> usize {
        self.left
    }

    /// Whether no further row is wanted.
    pub(super) const fn full(&self) -> bool {
        self.left == 0
    }

    /// Rows of the same file for a part of it, at most `left` of them: they stand after those of smaller parts. Any thread
    /// may have them.
    pub(super) fn part(&self, part: usize, left: usize) -> Self {
        let mut rows = Rows::new(self.wanted, self.sink, self.position.file, left);
        rows.position = Position { file: self.position.file, block: part << PART };
        rows.bounds = self.bounds;
        rows.seed = self.seed;
        rows
    }

    /// Takes a row: a value, or none, for each wanted column. `time` is the row's [`TIME`] as it stands in the file,
    /// `flaw` what else was mended in it, `record` its whole text.
    pub(super) fn take<'r>(
        &mut self,
        value: impl Fn(usize) -> (Option<Raw<'r>>, Adapt),
        time: Option<Raw<'r>>,
        stamps: Stamps,
        flaw: Option<&str>,
        record: &[u8],
        place: Place<'_>,
    ) -> Result<(), SourceError> {
        self.tally.read += 1;
        let outside = self.wanted.period.is_some() && self.is_outside(ticks(time, stamps));
        let mut columns_fit = true;
        if !outside && self.wanted.gate.passes(&value, stamps) {
            if self.wanted.seen.is_some() {
                self.hashes.push(self.hash(record));
            }
            for (at, builder) in self.builders.iter_mut().enumerate() {
                match value(at) {
                    (None, _) => builder.append_missing(),
                    (Some(raw), adapt) => {
                        columns_fit &= builder.append(raw, adapt, stamps, &mut self.scratch) == Fit::Whole;
                    }
                }
            }
            self.filled += 1;
            self.left -= 1;
        }
        if outside {
            self.tally.outside += 1;
        }
        let flaw = if columns_fit { flaw } else { Some(UNFIT) };
        if let Some(reason) = flaw {
            self.tally.repaired += 1;
            if self.tally.repairs.len() < TOLD {
                self.tally.repairs.push(reject(place, reason, record));
            }
        } else {
            self.tally.kept += 1;
        }
        // Which rows came before is not known until then.
        let enough = self.left == 0 && self.wanted.seen.is_some();
        if self.filled >= BATCH || enough && self.filled > 0 {
            self.flush()?;
        }
        Ok(())
    }

    /// Whether there is anything that a row may be turned away for.
    pub(super) fn may_turn_away(&self) -> bool {
        self.wanted.period.is_some() || self.wanted.gate.is_shut()
    }

    /// Whether a row is surely not wanted: to take it means to count it, and no value besides those of the gate is
    /// looked at.
    pub(super) fn turns_away<'r>(
        &self,
        value: impl Fn(usize) -> (Option<Raw<'r>>, Adapt),
        time: Option<Raw<'r>>,
        stamps: Stamps,
    ) -> bool {
        self.wanted.period.is_some_and(|period| is_beyond(period, ticks(time, stamps)))
            || !self.wanted.gate.passes(&value, stamps)
    }

    /// Whether a row of this time is not one of the period. One that its file's folders do not promise is counted.
    fn is_outside(&mut self, time: Option<i64>) -> bool {
        let beyond = |period| is_beyond(period, time);
        self.tally.strayed += u64::from(time.is_some() && self.bounds.is_some_and(beyond));
        self.wanted.period.is_some_and(beyond)
    }

    fn hash(&self, record: &[u8]) -> u64 {
        xxhash_rust::xxh64::xxh64(record, self.seed)
    }

    /// The part of a file that these rows are of.
    const fn unit(&self) -> Unit {
        (self.position.file, self.position.block >> PART)
    }

    /// Notes a row that cannot be read.
    pub(super) fn reject(&mut self, place: Place<'_>, reason: &str, record: &[u8]) {
        self.tally.read += 1;
        self.tally.rejected += 1;
        if self.tally.rejects.len() < TOLD || self.wanted.log.is_some() {
            let row = reject(place, reason, record);
            if self.wanted.log.is_some() {
                self.unkept += &RejectLog::line(&row);
                if self.unkept.len() > UNKEPT {
                    self.keep();
                }
            }
            if self.tally.rejects.len() < TOLD {
                self.tally.rejects.push(row);
            }
        }
    }

    /// Gives what was told of rows the places they have in the file, which has so many lines and bytes fewer before them.
    pub(super) fn settle(&mut self, added: (i64, i64)) {
        self.keep();
        let tally = std::mem::take(&mut self.tally);
        self.tally = self.settled(tally, None, (-added.0, -added.1));
    }

    /// What became of a part of the file, or all of it, before which stand so many lines and bytes more than it counted.
    pub(super) fn settled(&self, mut tally: Tally, part: Option<usize>, before: (i64, i64)) -> Tally {
        if before != (0, 0) {
            tally.shift(before);
            if let Some(log) = self.wanted.log.as_ref().filter(|_| tally.rejected > 0) {
                log.shift(self.position.file, part, before);
            }
        }
        tally
    }

    /// Puts rejected rows where all are.
    fn keep(&mut self) {
        if let Some(log) = &self.wanted.log
            && !self.unkept.is_empty()
        {
            log.keep((self.position.file, self.position.block >> PART), &self.unkept);
            self.unkept.clear();
        }
    }

    /// Notes a record of which only the beginning is held, because it is too long.
    pub(super) fn too_long(&mut self, place: Place<'_>, what: &str, endless: bool, head: &[u8]) {
        let mut reason = format!("the {what} is longer than {} MiB", LONGEST >> 20);
        if endless {
            reason += ", and the rest of the file is not read because its end was not found";
            self.tally.note(format!("{}: {reason}", place.source));
        }
        self.reject(place, &reason, head);
    }

    /// Notes that the rest of the file cannot be read.
    pub(super) fn damaged(&mut self, place: Place<'_>, reason: &str, head: &[u8]) {
        self.tally.note(format!("{}: {reason}", place.source));
        self.reject(place, reason, head);
        self.tally.damage.get_or_insert_with(|| reason.to_owned());
    }

    /// Notes a last line that is still being written.
    pub(super) fn in_progress(&mut self) {
        self.tally.read += 1;
        self.tally.in_progress += 1;
    }

    fn flush(&mut self) -> Result<(), SourceError> {
        let fresh = builders(self.wanted);
        let arrays = std::mem::replace(&mut self.builders, fresh).into_iter().map(Builder::finish).collect();
        let schema = Schema::new(self.wanted.columns.iter().map(|(n, t)| field(n, *t)).collect::<Vec<_>>());
        let options = RecordBatchOptions::new().with_row_count(Some(self.filled));
        let mut batch = RecordBatch::try_new_with_options(Arc::new(schema), arrays, &options)?;
        self.filled = 0;
        if let Some(seen) = &self.wanted.seen {
            let again = seen.again(self.unit(), &std::mem::take(&mut self.hashes));
            let count = again.iter().filter(|again| **again).count();
            if count > 0 {
                self.tally.duplicates += count as u64;
                self.left = self.left.saturating_add(count);
                batch = filter_record_batch(&batch, &again.iter().map(|again| Some(!again)).collect::<BooleanArray>())?;
            }
        }
        self.hand_over(batch);
        Ok(())
    }

    /// Hands over rows, in batches of a size that positions have room for.
    fn hand_over(&mut self, batch: RecordBatch) {
        for from in (0..batch.num_rows()).step_by(BATCH) {
            let rows = batch.slice(from, BATCH.min(batch.num_rows() - from));
            if let ControlFlow::Break(()) = (self.sink)(self.position, rows) {
                self.left = 0;
            }
            self.position.block += 1;
        }
    }

    /// Hands over the last rows. The answer is what became of all, and how many more are wanted.
    pub(super) fn finish(mut self) -> Result<(Tally, usize), SourceError> {
        if self.filled > 0 {
            self.flush()?;
        }
        self.keep();
        if let Some(seen) = &self.wanted.seen {
            seen.done(self.unit());
        }
        Ok((self.tally, self.left))
    }
}

/// Whether a time is outside of half-open ticks; a row without one is in no period.
pub(super) fn is_beyond((from, to): (i64, i64), time: Option<i64>) -> bool {
    time.is_none_or(|t| t < from || t >= to)
}

fn builders(wanted: &Wanted) -> Vec<Builder> {
    wanted.columns.iter().map(|(_, t)| Builder::new(*t, 1024)).collect()
}

fn ticks(time: Option<Raw<'_>>, stamps: Stamps) -> Option<i64> {
    match time? {
        Raw::Text(text) | Raw::Quoted(text) => stamps.parse(text),
        Raw::Json(json) => stamps.parse(json.trim_matches('"')),
    }
}

fn reject(place: Place<'_>, reason: &str, record: &[u8]) -> Reject {
    Reject {
        source: place.source.to_owned(),
        line: place.line,
        byte: place.byte,
        reason: reason.to_owned(),
        excerpt: excerpt(record),
    }
}
