//! A read: the files of a table, side by side, into batches.

use std::collections::BTreeMap;
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
use super::entry::Entry;
use super::error::{SourceError, SourceErrorKind};
use super::gate::Gate;
use super::headless::Headed;
use super::jsonl::Keys;
use super::lines::Lines;
use super::open::BLOCK;
use super::rejects::RejectLog;
use super::rows::{Place, Rows, Wanted};
use super::shared::{Content, Job, Jobs, Shared};
use super::sniff::Shape;
use super::tally::Tally;
use super::turns::{LettingGo, Turns};
use super::{apim, columnar, tsv};
use crate::ir::{Bar, Hint};

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
    /// What a row must reach to be wanted. A reader may drop rows that do not.
    pub bar: Option<Bar>,
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
        let mut schema = self.schema(&request.table).ok_or_else(|| self.no_such_table(&request.table))?;
        schema.extend(self.hidden(&request.table));
        let columns = request
            .columns
            .iter()
            .map(|name| {
                schema.iter().find(|(n, _)| n == name).cloned().ok_or_else(|| no_such_column(&request.table, name))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let seen = self.options.dedupe.then(|| Arc::new(Turns::default()));
        let log = self.options.keep_rejects.then(RejectLog::default);
        // What came before is counted among all rows of the period.
        let gate = if seen.is_some() { Gate::default() } else { Gate::new(request, &columns) };
        let wanted = Wanted { columns, period: request.period, seen, log, gate };
        let (open, skipped) = self.choose(request);
        let mut left = request.limit.unwrap_or(usize::MAX);
        let mut tally = self.side_by_side(&open, &wanted, &mut left, request, sink)?;
        if tally.strayed > 0 && !skipped.is_empty() {
            tally.note(format!(
                "{} row(s) stand in folders of another hour than theirs, so the files of all hours were opened",
                tally.strayed
            ));
            tally.add(self.side_by_side(&skipped, &wanted, &mut left, request, sink)?);
        } else {
            tally.skipped_files = skipped.len();
        }
        let view = self.is_view(&request.table);
        let held = self.entries.iter().filter_map(Entry::looked).any(|file| serves(file, &request.table, view));
        if !held && skipped.is_empty() {
            // Where other tables have rows, one that is known and has none is empty, as it is in Azure.
            if apim::table(&request.table).is_none() || self.tables().is_empty() && tally.rejected == 0 {
                return Err(self.no_such_table(&request.table));
            }
            tally.note(format!("no file holds rows of {}: it is taken as empty", request.table));
        }
        tally.logs.extend(wanted.log);
        Ok(tally)
    }

    /// The numbers of the files to open for a request, and of those whose folders say that they hold none of its rows.
    fn choose(&self, request: &ReadRequest) -> (Vec<usize>, Vec<usize>) {
        let outside = |entry: &Entry| match (request.period, self.options.late, entry.slot) {
            (Some(period), Some(late), Some(slot)) => !slot.may_hold(period, late),
            _ => false,
        };
        let (skipped, open): (Vec<usize>, Vec<usize>) =
            (0..self.entries.len()).partition(|at| outside(&self.entries[*at]));
        let may_hold = |at: &usize| {
            let like = self.entries[self.entries[*at].like].look();
            like.shape.is_none() || holds(like, &request.table) || request.table == apim::AZURE_DIAGNOSTICS
        };
        (open, skipped.into_iter().filter(may_hold).collect())
    }

    /// Whether the records of diagnostic settings serve as rows of `AzureDiagnostics`, which Azure fills from them:
    /// where no file is written for it.
    fn is_view(&self, table: &str) -> bool {
        table == apim::AZURE_DIAGNOSTICS && !self.files().iter().any(|file| holds(file, table))
    }

    /// Reads files on as many threads as the machine has. What became of their rows is added in the files' order.
    fn side_by_side(
        &self,
        files: &[usize],
        wanted: &Wanted,
        left: &mut usize,
        request: &ReadRequest,
        sink: &Sink<'_>,
    ) -> Result<Tally, SourceError> {
        let view = self.is_view(&request.table);
        // Which rows are enough must not depend on threads.
        let threads = if request.limit.is_some() {
            1
        } else {
            let parts = match files {
                [at] => usize::try_from(self.entries[*at].look().size).unwrap_or(usize::MAX) / BLOCK + 1,
                _ => usize::MAX,
            };
            std::thread::available_parallelism().map_or(1, usize::from).min(parts)
        };
        let seen = wanted.seen.as_deref();
        let share = if seen.is_some() { 1 } else { threads / threads.min(files.len()).max(1) };
        // Which of two equal records is the first must not either.
        let large = |at: &usize| self.entries[*at].size() > BLOCK as u64;
        let jobs = Jobs::new(files.len(), seen.map(|_| files.iter().map(large).collect()));
        if let Some(seen) = seen {
            seen.begin(files);
        }
        let still = AtomicUsize::new(*left);
        let outcomes: Mutex<BTreeMap<usize, Result<Tally, SourceError>>> = Mutex::default();
        let note = |at: usize, outcome: Option<Outcome>| {
            let Some(outcome) = outcome else { return };
            if let (Some(seen), Err(_) | Ok((_, 0))) = (seen, &outcome) {
                seen.give_up();
            }
            let outcome = outcome.map(|(tally, enough)| {
                if request.limit.is_some() || enough == 0 {
                    still.store(enough, Ordering::Relaxed);
                }
                if enough == 0 {
                    jobs.stop();
                }
                tally
            });
            outcomes.lock().unwrap_or_else(PoisonError::into_inner).insert(at, outcome);
        };
        // A file that is one part.
        let whole = |at: usize, outcome: Outcome| {
            if let Some(seen) = seen {
                seen.ended(at, 1);
            }
            note(at, Some(outcome));
        };
        let work = || {
            let mut data = Vec::new();
            let _letting_go = seen.map(LettingGo);
            while let Some(job) = jobs.next() {
                match job {
                    Job::Open(..) if still.load(Ordering::Relaxed) == 0 => jobs.stop(),
                    Job::Open(number, _opening) => {
                        let at = files[number];
                        let entry = &self.entries[at];
                        let file = entry.look();
                        let mut rows = Rows::new(wanted, sink, at, still.load(Ordering::Relaxed));
                        // A log of some table that cannot be read at all is a rejected row.
                        if file.lost {
                            rows.tally.files = 1;
                            let source = file.path.display().to_string();
                            let reason = file.problem.clone().unwrap_or_default();
                            rows.reject(Place { source: &source, line: 1, byte: 0 }, &reason, b"");
                            rows.tally.damage = Some(reason);
                        }
                        if serves(file, &request.table, view) {
                            rows.bounds = entry.slot.zip(self.options.late).map(|(slot, late)| slot.bounds(late));
                            match self.open_file(entry, rows, request, share) {
                                Ok(Reading::Done(done)) => whole(at, Ok(*done)),
                                Ok(Reading::Text(text)) if file.size > BLOCK as u64 => {
                                    jobs.share(&text);
                                    note(at, text.work(&mut data, jobs.at_once()));
                                }
                                Ok(Reading::Text(text)) => note(at, text.work(&mut data, usize::MAX)),
                                Err(error) => note(at, Some(Err(error))),
                            }
                        } else {
                            whole(at, rows.finish());
                        }
                    }
                    Job::Help(file) => note(file.number(), file.work(&mut data, jobs.at_once())),
                }
            }
        };
        std::thread::scope(|scope| {
            // A file may be large enough for all of them.
            (1..threads).for_each(|_| drop(scope.spawn(work)));
            work();
        });
        *left = still.into_inner();
        let mut tally = Tally::default();
        for (at, outcome) in outcomes.into_inner().unwrap_or_else(PoisonError::into_inner) {
            let mut of_file = outcome?;
            of_file.of_files = vec![of_file.of_file(at)];
            tally.add(of_file);
        }
        Ok(tally)
    }

    /// Reads a file; one that has parts may use so many threads.
    pub(super) fn read_file(&self, entry: &Entry, rows: Rows<'_>, request: &ReadRequest, threads: usize) -> Outcome {
        match self.open_file(entry, rows, request, threads)? {
            Reading::Done(done) => Ok(*done),
            Reading::Text(text) => text.work(&mut Vec::new(), usize::MAX).unwrap_or_else(|| Ok((Tally::default(), 0))),
        }
    }

    /// Reads a file. Text is only opened: threads may read it together.
    fn open_file<'r>(
        &self,
        entry: &Entry,
        mut rows: Rows<'r>,
        request: &ReadRequest,
        threads: usize,
    ) -> Result<Reading<'r>, SourceError> {
        let file = entry.look();
        let source = file.path.display().to_string();
        if file.shape == Some(Shape::Parquet) {
            rows.tally.files = 1;
            let (tally, left) = columnar::read_parquet(&file.path, &source, &request.table, threads, rows)?;
            return Ok(Reading::Done(Box::new((tally, left))));
        }
        let unreadable = |e: io::Error| SourceError::new(SourceErrorKind::Io, e.to_string()).in_file(&source);
        let opened = entry.open().map_err(unreadable)?;
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
                let content = Content::Lines(Box::new(Lines::new(rows.wanted(), shape, &request.table)));
                let splitter = Splitter::new(opened.stream, opened.skipped, Cut::Lines);
                return Ok(Reading::Text(Arc::new(Shared::new(source, content, splitter, (0, 0), rows))));
            }
            None => {}
        }
        let (tally, left) = rows.finish()?;
        Ok(Reading::Done(Box::new((tally, left))))
    }
}

/// How far the reading of a file went.
enum Reading<'r> {
    /// What became of its rows, and how many more are wanted.
    Done(Box<(Tally, usize)>),
    /// Text that is open, for any thread to read on.
    Text(Arc<Shared<'r>>),
}

/// What became of a file's rows, and how many more are wanted.
pub(super) type Outcome = Result<(Tally, usize), SourceError>;

/// Whether a file's rows are those of a table.
fn serves(file: &FoundFile, table: &str, view: bool) -> bool {
    holds(file, table) || view && file.shape.is_some_and(Shape::has_envelopes)
}

fn holds(file: &FoundFile, table: &str) -> bool {
    file.tables.iter().any(|held| held == table)
}

fn no_such_column(table: &str, column: &str) -> SourceError {
    SourceError::new(SourceErrorKind::NoSuchColumn, format!("{table} has no column {column}"))
}
