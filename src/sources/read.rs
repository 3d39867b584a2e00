//! A read: the files of a table, side by side, into batches.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::record_batch::RecordBatch;

use super::catalog::{Catalog, FoundFile};
use super::error::{SourceError, SourceErrorKind};
use super::jsonl::{self, Keys};
use super::open::open;
use super::rows::{Rows, Wanted};
use super::sniff::Shape;
use super::tally::Tally;
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

/// Rows, and what became of all that were read for them.
#[derive(Clone, Debug, Default)]
pub struct ReadResult {
    /// The rows, file after file.
    pub batches: Vec<RecordBatch>,
    /// What became of every row.
    pub tally: Tally,
}

impl Catalog {
    /// Reads a table. The order of the rows is that of the files, whatever the number of threads.
    ///
    /// # Errors
    /// When no file holds the table, it has no such column, or a file cannot be read at all.
    pub fn read(&self, request: &ReadRequest) -> Result<ReadResult, SourceError> {
        let files = self.files_of(&request.table);
        if files.is_empty() {
            // Where other tables have rows, one that is known and has none is empty, as it is in Azure.
            if apim::table(&request.table).is_none() || self.tables().is_empty() {
                return Err(self.no_such_table(&request.table));
            }
            let mut result = ReadResult::default();
            result.tally.note(format!("no file holds rows of {}: it is taken as empty", request.table));
            return Ok(result);
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
        let wanted = Wanted { columns, period: request.period, limit: request.limit, seen };
        let outcomes = self.side_by_side(&files, &wanted, &request.table);
        let mut result = ReadResult::default();
        let mut left = request.limit.unwrap_or(usize::MAX);
        for outcome in outcomes {
            let (batches, tally) = outcome?;
            result.tally.add(tally);
            for batch in batches {
                let rows = batch.num_rows().min(left);
                left -= rows;
                if rows > 0 {
                    result.batches.push(batch.slice(0, rows));
                }
            }
        }
        Ok(result)
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
    fn side_by_side(&self, files: &[&FoundFile], wanted: &Wanted, table: &str) -> Vec<Outcome> {
        // Which of two equal records is the first must not depend on threads.
        let threads = if wanted.seen.is_some() || wanted.limit.is_some() {
            1
        } else {
            std::thread::available_parallelism().map_or(1, usize::from)
        };
        let next = AtomicUsize::new(0);
        let outcomes: Mutex<Vec<Option<Outcome>>> = Mutex::new((0..files.len()).map(|_| None).collect());
        let enough = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..threads.min(files.len()) {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(file) = files.get(at) else { return };
                        if wanted.limit.is_some_and(|limit| enough.load(Ordering::Relaxed) >= limit) {
                            return;
                        }
                        let outcome = self.read_file(file, wanted, table);
                        if let Ok((batches, _)) = &outcome {
                            enough.fetch_add(batches.iter().map(RecordBatch::num_rows).sum(), Ordering::Relaxed);
                        }
                        outcomes.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(outcome);
                    }
                });
            }
        });
        outcomes.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect()
    }

    fn read_file(&self, file: &FoundFile, wanted: &Wanted, table: &str) -> Outcome {
        let source = file.path.display().to_string();
        let opened =
            open(&file.path).map_err(|e| SourceError::new(SourceErrorKind::Io, e.to_string()).in_file(&source))?;
        let mut rows = Rows::new(wanted);
        rows.tally.files = 1;
        match file.shape {
            Some(shape @ (Shape::Csv | Shape::Tsv)) => {
                let delimiter = if shape == Shape::Tsv { '\t' } else { ',' };
                csv::read(opened.stream, opened.skipped, &source, delimiter, wanted, &self.options, &mut rows)?;
            }
            Some(Shape::JsonArray) => {
                let keys = Keys::new(wanted, Shape::JsonArray, table);
                array::read(opened.stream, opened.skipped, &source, &keys, &mut rows)?;
            }
            Some(shape) => {
                jsonl::read(opened.stream, opened.skipped, &source, &Keys::new(wanted, shape, table), &mut rows)?;
            }
            None => {}
        }
        rows.finish()
    }
}

type Outcome = Result<(Vec<RecordBatch>, Tally), SourceError>;

fn no_such_column(table: &str, column: &str) -> SourceError {
    SourceError::new(SourceErrorKind::NoSuchColumn, format!("{table} has no column {column}"))
}
