//! A read: the files of a table, side by side, into batches.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::record_batch::RecordBatch;

use super::blocks::{Cut, Splitter};
use super::catalog::{Catalog, FoundFile};
use super::error::{SourceError, SourceErrorKind};
use super::jsonl::Keys;
use super::open::{BLOCK, open};
use super::rows::{Rows, Wanted};
use super::shared::{Job, Jobs, Records, Shared};
use super::sniff::Shape;
use super::tally::Tally;
use super::walk::Quick;
use super::{apim, array, csv};

/// What is asked of the logs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadRequest {
    /// The table.
    pub table: String,
    /// Its columns, in the order wanted.
    pub columns: Vec<String>,
    /// Half-open ticks of `TimeGenerated` outside of which no row is wanted.
    pub period: Option<(i64, i64)>,
    /// How many rows are enough, whichever they are.
    pub limit: Option<usize>,
}

/// Where a batch stands among all of a read: rows of a smaller position come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The file, counted over the files of the read.
    pub file: usize,
    /// The batch within it.
    pub block: usize,
}

/// Takes batches while they are read, from any thread and in any order. After a `Break` no more are wanted; some that
/// were on their way may still come.
pub type Sink<'s> = dyn Fn(Position, RecordBatch) -> ControlFlow<()> + Sync + 's;

/// Rows, and what became of all that were read for them.
#[derive(Clone, Debug, Default)]
pub struct ReadResult {
    /// The rows, file after file.
    pub batches: Vec<RecordBatch>,
    /// What became of every row.
    pub tally: Tally,
}

impl Catalog {
    /// Reads a table into memory. The order of the rows is that of the files, whatever the number of threads.
    ///
    /// # Errors
    /// When no file holds the table, it has no such column, or a file cannot be read at all.
    pub fn read(&self, request: &ReadRequest) -> Result<ReadResult, SourceError> {
        let batches = Mutex::new(BTreeMap::new());
        let tally = self.read_into(request, &|position, batch| {
            batches.lock().unwrap_or_else(PoisonError::into_inner).insert(position, batch);
            ControlFlow::Continue(())
        })?;
        let batches = batches.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect();
        Ok(ReadResult { batches, tally })
    }

    /// Reads a table, handing over each batch as soon as it is filled. The answer tells what became of every row.
    ///
    /// # Errors
    /// As [`Catalog::read`].
    pub fn read_into(&self, request: &ReadRequest, sink: &Sink<'_>) -> Result<Tally, SourceError> {
        let files = self.files_of(&request.table);
        let mut tally = Tally::default();
        if files.is_empty() {
            // Where other tables have rows, one that is known and has none is empty, as it is in Azure.
            if apim::table(&request.table).is_none() || self.tables().is_empty() {
                return Err(self.no_such_table(&request.table));
            }
            tally.note(format!("no file holds rows of {}: it is taken as empty", request.table));
            return Ok(tally);
        }
        let mut schema = self.schema(&request.table).unwrap_or_default();
        schema.extend(self.hidden(&request.table));
        let columns = request
            .columns
            .iter()
            .map(|name| {
                schema.iter().find(|(n, _)| n == name).cloned().ok_or_else(|| no_such_column(&request.table, name))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let seen = self.options.dedupe.then(|| Arc::new(Mutex::new(HashSet::new())));
        let wanted = Wanted { columns, period: request.period, seen };
        for outcome in self.side_by_side(&files, &wanted, request, sink) {
            tally.add(outcome?.0);
        }
        Ok(tally)
    }

    /// The files that hold rows of a table. Where none is written for `AzureDiagnostics`, the records of diagnostic
    /// settings serve: they are what Azure fills it from.
    fn files_of(&self, table: &str) -> Vec<&FoundFile> {
        let holds = |file: &&FoundFile| file.tables.iter().any(|t| t == table);
        let files: Vec<&FoundFile> = self.files().iter().filter(holds).collect();
        if files.is_empty() && table == apim::AZURE_DIAGNOSTICS {
            return self.files().iter().filter(|f| f.shape == Some(Shape::Diagnostic)).collect();
        }
        files
    }

    /// Reads files on as many threads as the machine has; the outcomes stand in the files' order.
    fn side_by_side(
        &self,
        files: &[&FoundFile],
        wanted: &Wanted,
        request: &ReadRequest,
        sink: &Sink<'_>,
    ) -> Vec<Outcome> {
        // Which of two equal records is the first, and which rows are enough, must not depend on threads.
        let threads = if wanted.seen.is_some() || request.limit.is_some() {
            1
        } else {
            let parts: u64 = files.iter().map(|file| file.size / BLOCK as u64 + 1).sum();
            std::thread::available_parallelism()
                .map_or(1, usize::from)
                .min(usize::try_from(parts).unwrap_or(usize::MAX))
        };
        let jobs = Jobs::new(files.len());
        let left = AtomicUsize::new(request.limit.unwrap_or(usize::MAX));
        let outcomes: Mutex<BTreeMap<usize, Outcome>> = Mutex::default();
        let note = |at: usize, outcome: Option<Outcome>| {
            let Some(outcome) = outcome else { return };
            if let Ok((_, still)) = &outcome
                && (request.limit.is_some() || *still == 0)
            {
                left.store(*still, Ordering::Relaxed);
                if *still == 0 {
                    jobs.stop();
                }
            }
            outcomes.lock().unwrap_or_else(PoisonError::into_inner).insert(at, outcome);
        };
        let work = || {
            let mut data = Vec::new();
            while let Some(job) = jobs.next() {
                match job {
                    Job::Open(at) => {
                        let rows = Rows::new(wanted, sink, at, left.load(Ordering::Relaxed));
                        let outcome = self.read_file(files[at], rows, request, &jobs, &mut data);
                        note(at, outcome);
                        jobs.done();
                    }
                    Job::Help(file) => note(file.number(), file.work(&mut data)),
                }
            }
        };
        std::thread::scope(|scope| {
            // A file may be large enough for all of them.
            (1..threads).for_each(|_| drop(scope.spawn(work)));
            work();
        });
        outcomes.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
    }

    /// Reads a file, alone or together with other threads. What became of its rows is told to the last of them.
    fn read_file<'r>(
        &self,
        file: &FoundFile,
        mut rows: Rows<'r>,
        request: &ReadRequest,
        jobs: &Jobs<'r>,
        data: &mut Vec<u8>,
    ) -> Option<Outcome> {
        let source = file.path.display().to_string();
        let opened = match open(&file.path) {
            Ok(opened) => opened,
            Err(e) => return Some(Err(SourceError::new(SourceErrorKind::Io, e.to_string()).in_file(&source))),
        };
        rows.tally.files = 1;
        let (splitter, records) = match file.shape {
            Some(shape @ (Shape::Csv | Shape::Tsv)) => {
                let delimiter = if shape == Shape::Tsv { '\t' } else { ',' };
                let mut splitter = Splitter::new(opened.stream, opened.skipped, Cut::Quoted);
                match csv::Layout::read(&mut splitter, &source, delimiter, &self.options, &mut rows) {
                    Some(layout) => (splitter, Records::Cells(layout)),
                    None => return Some(rows.finish()),
                }
            }
            Some(Shape::JsonArray) => {
                let keys = Keys::new(rows.wanted(), Shape::JsonArray, &request.table);
                let read = array::read(opened.stream, opened.skipped, &source, &keys, &mut rows);
                return Some(read.and_then(|()| rows.finish()));
            }
            Some(shape) => {
                let keys = Keys::new(rows.wanted(), shape, &request.table);
                let quick = Quick::new(&keys);
                (Splitter::new(opened.stream, opened.skipped, Cut::Lines), Records::Lines(keys, quick))
            }
            None => return Some(rows.finish()),
        };
        let shared = Arc::new(Shared::new(source, records, splitter, rows));
        if file.size > BLOCK as u64 {
            jobs.share(&shared);
        }
        shared.work(data)
    }
}

/// What became of a file's rows, and how many more are wanted.
pub(super) type Outcome = Result<(Tally, usize), SourceError>;

fn no_such_column(table: &str, column: &str) -> SourceError {
    SourceError::new(SourceErrorKind::NoSuchColumn, format!("{table} has no column {column}"))
}
