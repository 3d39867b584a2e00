//! The logs of a run: opened, read for the engine, and accounted for.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use arrow::record_batch::RecordBatch;

use super::arguments::{DateOrder, LogsArguments};
use super::exit::{Exit, Failure};
use super::output;
use super::privacy::{Private, redaction};
use super::times::Times;
use crate::bind::Tables;
use crate::engine::{EngineError, Rows};
use crate::ir::{Scan, Schema};
use crate::render::Reading;
use crate::sources::{
    Catalog, FileTally, ReadOptions, ReadRequest, Redaction, Reject, Sink, SourceError, SourceErrorKind, Tally, is_body,
};
use crate::types::{MAX_TICKS, parse_timespan_literal};

/// The files of a run, and what became of the rows read from them.
pub(super) struct Logs {
    pub catalog: Catalog,
    tolerance: Tolerance,
    rejects: Option<std::path::PathBuf>,
    redaction: Redaction,
    /// By table, so that one that several statements read is told of once.
    tallies: RefCell<BTreeMap<String, Tally>>,
    /// Whether the times of the rows are to be told as well.
    pub tell_times: bool,
    /// By table, the first and the last time among its rows.
    ranges: RefCell<BTreeMap<String, (i64, i64)>>,
}

/// How many rejected rows a run may have.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tolerance {
    Rows(u64),
    Share(f64),
}

impl Tolerance {
    fn parse(text: &str) -> Option<Self> {
        match text.strip_suffix('%') {
            Some(share) => {
                share.trim().parse().ok().filter(|s| (0.0..=100.0).contains(s)).map(|s: f64| Self::Share(s / 100.0))
            }
            None => text.parse().ok().map(Self::Rows),
        }
    }

    fn exceeded(self, tally: &Tally) -> bool {
        match self {
            Self::Rows(most) => tally.rejected > most,
            Self::Share(most) => tally.rejected as f64 > tally.read as f64 * most,
        }
    }
}

/// What went wrong with the files, for the user.
pub(super) fn told(error: &SourceError) -> String {
    match &error.help {
        Some(help) => format!("{error}; {help}"),
        None => error.to_string(),
    }
}

/// How the exports are to be understood.
pub(super) fn options(arguments: &LogsArguments) -> Result<ReadOptions, Failure> {
    Ok(ReadOptions {
        csv_offset_minutes: arguments.csv_utc_offset,
        csv_zone: arguments.csv_timezone,
        csv_day_first: arguments.csv_date_order.map(|order| order == DateOrder::DayFirst),
        dedupe: arguments.dedupe,
        keep_rejects: arguments.rejects.is_some(),
        late: late(&arguments.late)?,
    })
}

/// An account of rows that are read elsewhere.
pub(super) fn without_files(arguments: &LogsArguments) -> Result<Logs, Failure> {
    let Some(tolerance) = Tolerance::parse(&arguments.max_rejects) else {
        let message =
            format!("--max-rejects '{}': write a number of rows or a share such as 0.1%", arguments.max_rejects);
        return Err(Failure::new(Exit::Usage, message));
    };
    let rejects = arguments.rejects.clone();
    Ok(Logs {
        catalog: Catalog::empty(),
        tolerance,
        rejects,
        redaction: redaction(arguments),
        tallies: RefCell::default(),
        tell_times: false,
        ranges: RefCell::default(),
    })
}

pub(super) fn open(arguments: &LogsArguments) -> Result<Logs, Failure> {
    let logs = without_files(arguments)?;
    let mut catalog = Catalog::discover(&arguments.logs, &options(arguments)?)
        .map_err(|e| Failure::new(Exit::Environment, told(&e)))?;
    for table in &arguments.table {
        catalog.add_table(table).map_err(|e| {
            let exit = if e.kind == SourceErrorKind::BadTable { Exit::Usage } else { Exit::Environment };
            Failure::new(exit, told(&e))
        })?;
    }
    Ok(Logs { catalog, ..logs })
}

/// How late rows may be, in ticks; `all` opens every file.
pub(super) fn late(text: &str) -> Result<Option<i64>, Failure> {
    if text == "all" {
        return Ok(None);
    }
    let iso = || crate::workbook::TimeSpan::parse(text, MAX_TICKS).filter(|span| span.relative);
    let ticks = parse_timespan_literal(text).or_else(|| iso().map(crate::workbook::TimeSpan::length));
    ticks.filter(|ticks| *ticks >= 0).map(Some).ok_or_else(|| {
        Failure::new(Exit::Usage, format!("--late '{text}': write a time such as 12h, 2d or P2D, or all"))
    })
}

impl Tables for Logs {
    fn schema(&self, table: &str) -> Option<Schema> {
        Some(self.catalog.schema(table)?.into_iter().collect())
    }

    fn hidden(&self, table: &str) -> Schema {
        self.catalog.hidden(table).into_iter().collect()
    }

    fn withheld(&self, table: &str) -> Vec<String> {
        if !self.redaction.secrets || self.catalog.is_companion(table) {
            return Vec::new();
        }
        let columns = self.catalog.schema(table).unwrap_or_default();
        columns.into_iter().map(|(name, _)| name).filter(|name| is_body(name)).collect()
    }

    fn names(&self) -> Vec<String> {
        // With files at hand a wildcard means the tables they hold.
        let found = self.catalog.tables();
        if found.is_empty() { Catalog::known_tables().into_iter().map(ToOwned::to_owned).collect() } else { found }
    }
}

impl Rows for Logs {
    fn read(&self, scan: &Scan, columns: &[String], sink: &Sink<'_>) -> Result<(), EngineError> {
        let mut request = ReadRequest {
            table: scan.table.clone(),
            columns: columns.to_vec(),
            period: scan.period,
            limit: scan.limit.and_then(|n| usize::try_from(n).ok()),
            hints: scan.hints.clone(),
            bar: scan.bar.clone(),
        };
        let private = Private::new(&self.redaction, !self.catalog.is_companion(&scan.table));
        request.hints.retain(|hint| private.allows(hint));
        if self.tell_times {
            // Those of all rows: none may be left out.
            request.hints.clear();
            request.bar = None;
        }
        let times = if self.tell_times { Times::of(&mut request, self.catalog.schema(&scan.table)) } else { None };
        let read = |position, batch: RecordBatch| match &times {
            Some(times) => sink(position, times.take(batch, columns.len())),
            None => sink(position, batch),
        };
        let redacted = |position, batch: RecordBatch| private.hand_over(position, &batch, &read);
        let tally = self.catalog.read_into(&request, &redacted).map_err(|e| EngineError::new(told(&e)))?;
        private.outcome()?;
        if let Some((from, to)) = times.and_then(|times| times.range()) {
            let mut ranges = self.ranges.borrow_mut();
            let range = ranges.entry(scan.table.clone()).or_insert((from, to));
            *range = (range.0.min(from), range.1.max(to));
        }
        let mut tallies = self.tallies.borrow_mut();
        let told = tallies.entry(scan.table.clone()).or_default();
        // Of several reads the one that looked at most tells most.
        if tally.read > told.read || (tally.read == told.read && tally.repaired >= told.repaired) {
            *told = tally;
        }
        Ok(())
    }
}

impl Logs {
    /// Adds what became of the rows of a table.
    pub fn add(&self, table: &str, tally: Tally) {
        self.tallies.borrow_mut().insert(table.to_owned(), tally);
    }

    /// What was read, table by table.
    pub fn readings(&self) -> Vec<Reading> {
        let ranges = self.ranges.borrow();
        let tallies = self.tallies.borrow();
        let told = |line: String| self.redaction.told(&line);
        let reading = |(table, tally): (&String, &Tally)| Reading {
            table: table.clone(),
            files: tally.files as u64,
            read: tally.read,
            kept: tally.kept,
            repaired: tally.repaired,
            rejected: tally.rejected,
            in_progress: tally.in_progress,
            outside: tally.outside,
            duplicates: tally.duplicates,
            range: ranges.get(table).copied(),
            notes: tally.rejects.iter().take(SHOWN).map(place).chain(tally.notes.iter().cloned()).map(told).collect(),
        };
        tallies.iter().map(reading).collect()
    }

    /// What became of the rows of each file that was opened, by its place in the catalogue, table by table.
    pub fn of_files(&self) -> BTreeMap<usize, Vec<(String, FileTally)>> {
        let mut found: BTreeMap<usize, Vec<(String, FileTally)>> = BTreeMap::new();
        for (table, tally) in &*self.tallies.borrow() {
            // A file that holds no row of a table is looked into for it all the same.
            for of_file in tally.of_files.iter().filter(|rows| rows.read > 0 || rows.damage.is_some()) {
                found.entry(of_file.file).or_default().push((table.clone(), of_file.clone()));
            }
        }
        found
    }

    /// Whether files are taken as they are, however much of them is missing.
    pub fn tolerates_all(&self) -> bool {
        self.tolerance == Tolerance::Share(1.0)
    }

    /// The tables that were read.
    pub fn read_tables(&self) -> Vec<String> {
        self.tallies.borrow().keys().cloned().collect()
    }

    /// Tells what became of the rows, and whether too many were broken.
    pub fn report(&self, quiet: bool) -> Result<Exit, Failure> {
        let mut total = Tally::default();
        for tally in self.tallies.borrow().values() {
            total.add(tally.clone());
        }
        if let Some(path) = &self.rejects {
            output::stream_file(path, |out| {
                total.logs.iter().try_for_each(|log| log.write(out, &|text| self.redaction.told(text)))
            })?;
        }
        if !quiet && total.files + total.skipped_files > 0 {
            output::note(&line(&total));
        }
        if !quiet {
            for reject in total.rejects.iter().take(SHOWN) {
                output::note(&format!("  {}", shown(&self.redaction.told(&place(reject)))));
            }
            for note in &total.notes {
                output::note(&format!("  {}", shown(&self.redaction.told(note))));
            }
        }
        if self.tolerance.exceeded(&total) {
            output::failure(&format!(
                "{} of {} rows were rejected, more than --max-rejects allows",
                total.rejected, total.read
            ));
            return Ok(Exit::Inputs);
        }
        if total.incomplete > 0 && !self.tolerates_all() {
            output::failure(&format!(
                "{} file(s) say that they are not whole; --max-rejects 100% takes them as they are",
                total.incomplete
            ));
            return Ok(Exit::Inputs);
        }
        Ok(Exit::Whole)
    }
}

/// How many rejected rows are shown; `--rejects` has them all.
const SHOWN: usize = 5;

/// Where a rejected row stands, and why it was rejected.
fn place(reject: &Reject) -> String {
    format!("rejected {}:{} (byte {}): {}", reject.source, reject.line, reject.byte, reject.reason)
}

fn shown(text: &str) -> String {
    crate::render::encode::terminal(text).into_owned()
}

fn line(tally: &Tally) -> String {
    let mut text = format!(
        "read {} rows from {} file(s): {} kept, {} repaired, {} rejected, {} in progress",
        tally.read, tally.files, tally.kept, tally.repaired, tally.rejected, tally.in_progress
    );
    // Writing to a string cannot fail.
    if tally.outside > 0 {
        let _ = write!(text, "; {} outside the period", tally.outside);
    }
    if tally.skipped_files > 0 {
        let _ = write!(text, "; {} file(s) of other hours not opened", tally.skipped_files);
    }
    if tally.duplicates > 0 {
        let _ = write!(text, "; {} duplicates dropped", tally.duplicates);
    }
    text
}
