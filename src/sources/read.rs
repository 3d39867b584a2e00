//! A read: the files of a table, side by side, into batches.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::record_batch::RecordBatch;

use super::blocks::{Cut, Splitter};
use super::bodies::Taking;
use super::capture::walk_bodies;
use super::catalog::{Catalog, FoundFile};
use super::csv::Layout;
use super::documents::walk;
use super::error::{SourceError, SourceErrorKind};
use super::headless::Headed;
use super::jsonl::Keys;
use super::open::{BLOCK, open};
use super::rejects::RejectLog;
use super::rows::{Rows, Wanted};
use super::shared::{Content, Job, Jobs, Shared};
use super::sniff::Shape;
use super::tally::{Reject, Tally};
use super::walk::Quick;
use super::{apim, columnar, tsv};
use crate::ir::Hint;

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
    /// What is so of every row that is wanted. A reader may drop a row that one of these rules out, and need not.
    pub hints: Vec<Hint>,
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
        let mut tally = self.lost();
        let log = self.options.keep_rejects.then(RejectLog::default);
        if let Some(log) = &log {
            log.keep((usize::MAX, 0), &tally.rejects.iter().map(RejectLog::line).collect::<String>());
            tally.logs.push(log.clone());
        }
        if files.is_empty() {
            // Where other tables have rows, one that is known and has none is empty, as it is in Azure.
            if apim::table(&request.table).is_none() || self.tables().is_empty() && tally.rejected == 0 {
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
        let wanted = Wanted { columns, period: request.period, seen, log };
        for outcome in self.side_by_side(&files, &wanted, request, sink) {
            tally.add(outcome?.0);
        }
        Ok(tally)
    }

    /// The files that are logs of some table, and cannot be read at all: a rejected row each.
    fn lost(&self) -> Tally {
        let mut tally = Tally::default();
        for file in self.files().iter().filter(|file| file.lost) {
            tally.files += 1;
            tally.read += 1;
            tally.rejected += 1;
            let reason = file.problem.clone().unwrap_or_default();
            let source = file.path.display().to_string();
            tally.rejects.push(Reject { source, line: 1, byte: 0, reason, excerpt: String::new() });
        }
        tally
    }

    /// The files that hold rows of a table. Where none is written for `AzureDiagnostics`, the records of diagnostic
    /// settings serve: they are what Azure fills it from.
    fn files_of(&self, table: &str) -> Vec<&FoundFile> {
        let holds = |file: &&FoundFile| file.tables.iter().any(|t| t == table);
        let files: Vec<&FoundFile> = self.files().iter().filter(holds).collect();
        if files.is_empty() && table == apim::AZURE_DIAGNOSTICS {
            return self.files().iter().filter(|f| f.shape.is_some_and(Shape::has_envelopes)).collect();
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
        let share = threads / threads.min(files.len()).max(1);
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
                        match self.open_file(files[at], rows, request, share) {
                            Ok(Reading::Done(tally, still)) => note(at, Some(Ok((tally, still)))),
                            Ok(Reading::Text(file)) => {
                                if files[at].size > BLOCK as u64 {
                                    jobs.share(&file);
                                }
                                note(at, file.work(&mut data));
                            }
                            Err(error) => note(at, Some(Err(error))),
                        }
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

    /// Reads a file; one that has parts may use so many threads.
    pub(super) fn read_file(&self, file: &FoundFile, rows: Rows<'_>, request: &ReadRequest, threads: usize) -> Outcome {
        match self.open_file(file, rows, request, threads)? {
            Reading::Done(tally, left) => Ok((tally, left)),
            Reading::Text(text) => text.work(&mut Vec::new()).unwrap_or_else(|| Ok((Tally::default(), 0))),
        }
    }

    /// Reads a file. Text is only opened: threads may read it together.
    fn open_file<'r>(
        &self,
        file: &FoundFile,
        mut rows: Rows<'r>,
        request: &ReadRequest,
        threads: usize,
    ) -> Result<Reading<'r>, SourceError> {
        let source = file.path.display().to_string();
        if file.shape == Some(Shape::Parquet) {
            rows.tally.files = 1;
            let (tally, left) = columnar::read_parquet(&file.path, &source, &request.table, threads, rows)?;
            return Ok(Reading::Done(tally, left));
        }
        let unreadable = |e: io::Error| SourceError::new(SourceErrorKind::Io, e.to_string()).in_file(&source);
        let opened = open(&file.path).map_err(unreadable)?;
        if let Some(header) = &file.header {
            let shape = file.shape.map_or_else(String::new, |shape| shape.to_string());
            let most = [header.get(..4).unwrap_or(header).join(", "), header.last().cloned().unwrap_or_default()];
            let names = if header.len() > 5 { most.join(", …, ") } else { header.join(", ") };
            rows.tally
                .note(format!("{source}: {shape} without names; its {} columns are taken as {names}", header.len()));
        }
        rows.tally.files = 1;
        match file.shape {
            Some(shape @ (Shape::Csv | Shape::Tsv)) => {
                let delimiter = if shape == Shape::Tsv { '\t' } else { ',' };
                let headed = Headed::new(opened.stream, opened.skipped, file.header.as_deref()).map_err(unreadable)?;
                let mut splitter = Splitter::new(headed.stream, headed.skipped, Cut::Quoted);
                if let Some(layout) = Layout::read(&mut splitter, &source, delimiter, &self.options, &mut rows) {
                    let content = Content::Cells(layout);
                    return Ok(Reading::Text(Arc::new(Shared::new(source, content, splitter, headed.added, rows))));
                }
                rows.settle(headed.added);
            }
            Some(Shape::RawTsv) => {
                let names = file.header.as_deref().unwrap_or_default();
                tsv::read(opened.stream, opened.skipped, &source, names, &mut rows)?;
            }
            Some(shape @ (Shape::JsonArray | Shape::Messages(_) | Shape::QueryApi | Shape::Capture(_))) => {
                let keys = Keys::new(rows.wanted(), shape.as_lines(&request.table), &request.table);
                let mut taking = Taking::new(&source, &request.table, &keys, &mut rows);
                if let Shape::Capture(_) = shape {
                    walk_bodies(opened.stream, &mut taking)?;
                } else {
                    walk(opened.stream, opened.skipped, &mut taking)?;
                }
            }
            Some(Shape::Arrow) => columnar::read_arrow(opened.stream, &source, &request.table, &mut rows)?,
            Some(shape) => {
                let keys = Keys::new(rows.wanted(), shape, &request.table);
                let content = Content::Lines(Quick::new(&keys), keys);
                let splitter = Splitter::new(opened.stream, opened.skipped, Cut::Lines);
                return Ok(Reading::Text(Arc::new(Shared::new(source, content, splitter, (0, 0), rows))));
            }
            None => {}
        }
        let (tally, left) = rows.finish()?;
        Ok(Reading::Done(tally, left))
    }
}

/// How far the reading of a file went.
enum Reading<'r> {
    /// What became of its rows, and how many more are wanted.
    Done(Tally, usize),
    /// Text that is open, for any thread to read on.
    Text(Arc<Shared<'r>>),
}

/// What became of a file's rows, and how many more are wanted.
pub(super) type Outcome = Result<(Tally, usize), SourceError>;

fn no_such_column(table: &str, column: &str) -> SourceError {
    SourceError::new(SourceErrorKind::NoSuchColumn, format!("{table} has no column {column}"))
}
