//! Parquet: row groups side by side, those outside the period left out by their statistics.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection,
};

use super::convert::times;
use super::guarded;
use super::late::{Chosen, Late};
use super::projection::{Projection, position};
use crate::sources::error::SourceError;
use crate::sources::rows::{Place, Rows, TIME};
use crate::sources::seekable::Seekable;
use crate::sources::tally::Tally;

/// More rows than a file has.
const MOST_ROWS: u64 = 1 << 40;

/// How many rows are decoded at once: fewer of many columns, so that they take no more memory, but never less than the
/// least.
const BATCH: usize = 65_536;
const LEAST: usize = 16_384;
/// So many columns are few.
const NARROW: usize = 8;

/// Rows are chosen before all of their columns are read when at most one of so many is wanted.
const FEW: usize = 4;

/// The columns of a file.
///
/// # Errors
/// When the file's end, which tells them, cannot be read.
pub(in super::super) fn schema(path: &Path) -> Result<SchemaRef, String> {
    let file = Seekable::of(path).map_err(|e| e.to_string())?;
    Ok(Arc::clone(footer(&file)?.schema()))
}

fn footer(file: &Seekable) -> Result<ArrowReaderMetadata, String> {
    let load = |options: ArrowReaderOptions| {
        let file = file.file().map_err(|e| e.to_string())?;
        guarded(|| ArrowReaderMetadata::load(&file, options))
    };
    // The Arrow schema that some writers add may not fit; the file's own is enough.
    let metadata =
        load(ArrowReaderOptions::new()).or_else(|_| load(ArrowReaderOptions::new().with_skip_arrow_metadata(true)))?;
    let counts =
        metadata.metadata().row_groups().iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(MOST_ROWS));
    if counts.fold(0_u64, u64::saturating_add) >= MOST_ROWS {
        return Err("it says that it has more rows than any file".to_owned());
    }
    Ok(metadata)
}

/// Reads a file with up to so many threads.
pub(in super::super) fn read(
    path: &Path,
    source: &str,
    table: &str,
    threads: usize,
    mut rows: Rows<'_>,
) -> Result<(Tally, usize), SourceError> {
    let place = Place { source, line: 1, byte: 0 };
    let opened = Seekable::of(path).map_err(|e| e.to_string()).and_then(|file| Ok((footer(&file)?, file)));
    let (metadata, file) = match opened {
        Ok(opened) => opened,
        Err(problem) => {
            rows.reject_rest(1, place, &format!("the Parquet file is cut short or damaged: {problem}"));
            return rows.finish();
        }
    };
    let projection = Projection::new(metadata.schema(), rows.wanted(), table);
    let late = Late::new(&metadata, rows.wanted(), table);
    let groups = Groups::new(&metadata, &file, &projection, late, rows.wanted().period, source);
    if threads < 2 || groups.firsts.len() < 2 {
        for group in 0..groups.firsts.len() {
            groups.read(group, &mut rows)?;
        }
        return rows.finish();
    }
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.min(groups.firsts.len()) {
            scope.spawn(|| {
                loop {
                    let group = next.fetch_add(1, Ordering::Relaxed);
                    if group >= groups.firsts.len() {
                        return;
                    }
                    let mut part = rows.part(group, rows.left());
                    let outcome = groups.read(group, &mut part).and_then(|()| part.finish());
                    if outcome.as_ref().is_ok_and(|(_, left)| *left == 0) {
                        next.store(groups.firsts.len(), Ordering::Relaxed);
                    }
                    outcomes.lock().unwrap_or_else(PoisonError::into_inner).push((group, outcome));
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by_key(|(group, _)| *group);
    let (mut tally, mut left) = rows.finish()?;
    for (_, outcome) in outcomes {
        let (part, still) = outcome?;
        tally.add(part);
        left = left.min(still);
    }
    // Parts count only for themselves; without a limit the answer is whether more are wanted.
    Ok((tally, if left == 0 { 0 } else { usize::MAX }))
}

/// The row groups of a file.
struct Groups<'f> {
    metadata: &'f ArrowReaderMetadata,
    file: &'f Seekable,
    projection: &'f Projection<'f>,
    mask: ProjectionMask,
    /// What is looked at first.
    late: Option<Late<'f>>,
    /// The number of each group's first row, counted from 1.
    firsts: Vec<u64>,
    /// Whether a group has no row of the period.
    outside: Vec<bool>,
    source: &'f str,
}

impl<'f> Groups<'f> {
    fn new(
        metadata: &'f ArrowReaderMetadata,
        file: &'f Seekable,
        projection: &'f Projection<'f>,
        late: Option<Late<'f>>,
        period: Option<(i64, i64)>,
        source: &'f str,
    ) -> Self {
        let mut line = 1_u64;
        let groups = metadata.metadata().row_groups();
        let firsts: Vec<u64> = groups
            .iter()
            .map(|group| {
                let first = line;
                line = line.saturating_add(u64::try_from(group.num_rows()).unwrap_or(0));
                first
            })
            .collect();
        let mask = ProjectionMask::roots(metadata.parquet_schema(), projection.needed.iter().copied());
        let outside = period.map_or_else(Vec::new, |period| outside(metadata, period).unwrap_or_default());
        Self { metadata, file, projection, mask, late, firsts, outside, source }
    }

    fn read(&self, at: usize, rows: &mut Rows<'_>) -> Result<(), SourceError> {
        if rows.full() {
            return Ok(());
        }
        let group = self.metadata.metadata().row_group(at);
        let count = u64::try_from(group.num_rows()).unwrap_or(0);
        if self.outside.get(at) == Some(&true) {
            rows.pass_outside(count);
            return Ok(());
        }
        let read = group.columns().iter().enumerate().filter(|(leaf, _)| self.mask.leaf_included(*leaf));
        rows.tally.bytes += read.map(|(_, c)| u64::try_from(c.uncompressed_size()).unwrap_or(0)).sum::<u64>();
        let first = self.firsts[at];
        let chosen = self.chosen(at, rows).filter(|chosen| chosen.rows() as u64 == count);
        let mut numbers = None;
        if let Some(chosen) = &chosen {
            chosen.count_others(rows);
            numbers = Some(chosen.numbers());
            if numbers.as_ref().is_some_and(Vec::is_empty) {
                return Ok(());
            }
        }
        let due = numbers.as_ref().map_or(count, |numbers| numbers.len() as u64);
        let mut done = 0_u64;
        let problem = match self.reader(at, &self.mask, chosen.map(|chosen| chosen.selection())) {
            Ok(mut batches) => loop {
                if rows.full() {
                    return Ok(());
                }
                match batches.next() {
                    Some(Ok(batch)) => {
                        let from = usize::try_from(done).unwrap_or(usize::MAX);
                        let number = |row: usize| match &numbers {
                            Some(numbers) => numbers.get(from + row).copied().unwrap_or(from + row),
                            None => from + row,
                        };
                        self.projection.take(&batch, self.source, first, &number, rows)?;
                        done += batch.num_rows() as u64;
                    }
                    None if done >= due => return Ok(()),
                    None => break "it has fewer rows than it says".to_owned(),
                    Some(Err(problem)) => break problem,
                }
            },
            Err(problem) => problem,
        };
        let reason = format!("the rest of row group {} is damaged: {problem}", at + 1);
        let place = Place { source: self.source, line: first.saturating_add(done), byte: 0 };
        rows.reject_rest(due.saturating_sub(done), place, &reason);
        Ok(())
    }

    /// The rows of a group that may be wanted, when a look at a few columns shows that they are few.
    fn chosen(&self, at: usize, rows: &Rows<'_>) -> Option<Chosen> {
        let late = self.late.as_ref()?;
        if !rows.wanted().gate.is_worth_a_look() {
            return None;
        }
        let chosen = late.look(self.reader(at, &late.mask, None).ok()?, rows.wanted()).ok()?;
        (chosen.numbers().len() <= chosen.rows() / FEW).then_some(chosen)
    }

    /// The batches of some columns of a group.
    fn reader(
        &self,
        at: usize,
        mask: &ProjectionMask,
        selection: Option<RowSelection>,
    ) -> Result<impl Iterator<Item = Result<RecordBatch, String>>, String> {
        let file = self.file.file().map_err(|e| e.to_string())?;
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_projection(mask.clone())
            .with_row_groups(vec![at])
            .with_batch_size((BATCH * NARROW / self.projection.needed.len().max(NARROW)).max(LEAST));
        if let Some(selection) = selection {
            builder = builder.with_row_selection(selection);
        }
        let mut reader = guarded(|| builder.build())?;
        Ok(std::iter::from_fn(move || guarded(|| reader.next().transpose()).transpose()))
    }
}

/// Which row groups have, by their statistics, no row of a period.
fn outside(metadata: &ArrowReaderMetadata, (from, to): (i64, i64)) -> Option<Vec<bool>> {
    let schema = metadata.schema();
    let field = schema.field(position(schema, TIME)?);
    let groups = metadata.metadata().row_groups();
    let bounds = guarded(|| {
        let converter = StatisticsConverter::try_new(field.name(), schema, metadata.parquet_schema())?;
        let (least, most) = (converter.row_group_mins(groups)?, converter.row_group_maxes(groups)?);
        Ok::<_, parquet::errors::ParquetError>((least, most))
    })
    .ok()?;
    let (least, most) = (times(&bounds.0, field)?, times(&bounds.1, field)?);
    let outside = least.iter().zip(most.iter()).map(|(least, most)| {
        let (Some(least), Some(most)) = (least, most) else { return false };
        most < from || least >= to
    });
    Some(outside.collect())
}
