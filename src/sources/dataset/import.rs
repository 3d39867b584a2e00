//! Exports into a data set: only what is new, each row once.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::super::apim;
use super::super::catalog::{Catalog, ReadOptions};
use super::super::discover::discover;
use super::super::error::SourceError;
use super::super::read::ReadRequest;
use super::super::tally::Tally;
use super::days::Days;
use super::keys::{Identifier, with_identity};
use super::manifest::Known;
use super::source::{Found, Source};
use super::store::Store;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// What became of every row read. `duplicates` are rows that came before, in this import or in an earlier one.
    pub tally: Tally,
    /// Files read for the first time.
    pub new_files: usize,
    /// Files that were read before and have changed.
    pub grown_files: usize,
    /// Files that are as they were.
    pub same_files: usize,
    /// Rows added to the data set.
    pub rows: u64,
    /// Files that are no logs, and why.
    pub no_logs: Vec<String>,
    /// Files that could not be read, and why; the next import tries again.
    pub failed: Vec<String>,
}

/// Brings the data set in the folder `to` up to date with what paths, folders and patterns lead to. After so many bytes
/// of logs what was read is made part of it. `tell` is told why
/// nothing happens for a while.
///
/// # Errors
/// When a path leads nowhere, or the data set cannot be read or written. A single log that cannot be read is no error.
pub fn import(
    paths: &[String],
    to: &Path,
    options: &ReadOptions,
    group_bytes: u64,
    tell: &mut dyn FnMut(&str),
) -> Result<Imported, SourceError> {
    let mut store = Store::open(to, tell)?;
    let own = std::fs::canonicalize(to).unwrap_or_else(|_| to.to_owned());
    let mut imported = Imported::default();
    let mut days = Days::default();
    let mut group = Vec::new();
    let mut bytes = 0;
    // Duplicates are dropped by what rows say, not by their text.
    let options = ReadOptions { dedupe: false, ..options.clone() };
    for candidate in discover(paths)? {
        if candidate.real.starts_with(&own) {
            continue;
        }
        let path = candidate.path.clone();
        match Source::look(candidate, &store.manifest) {
            Ok(Found::Same) => imported.same_files += 1,
            Ok(Found::NoLog(why)) => imported.no_logs.push(format!("{}: {why}", path.display())),
            Ok(Found::New(source)) => {
                bytes += source.size();
                group.push(*source);
            }
            Err(error) => imported.failed.push(format!("{}: {error}", path.display())),
        }
        if bytes >= group_bytes {
            take(&group, &options, &mut store, &mut days, &mut imported)?;
            group.clear();
            bytes = 0;
        }
    }
    take(&group, &options, &mut store, &mut days, &mut imported)?;
    imported.rows = days.written;
    imported.tally.duplicates = days.duplicates;
    Ok(imported)
}

/// Imports sources, side by side, and makes them part of the data set together.
fn take(
    group: &[Source],
    options: &ReadOptions,
    store: &mut Store,
    days: &mut Days,
    imported: &mut Imported,
) -> Result<(), SourceError> {
    let seed = store.manifest.seed;
    let target = Mutex::new((&mut *store, &mut *days));
    let next = AtomicUsize::new(0);
    let outcomes: Mutex<Vec<(usize, Outcome)>> = Mutex::default();
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(source) = group.get(at) else { return };
            let outcome = read(source, options, seed, &|table, keys, batch| {
                let rows = with_identity(batch, keys)?;
                let mut target = target.lock().unwrap_or_else(PoisonError::into_inner);
                let (store, days) = &mut *target;
                days.add(table, &rows, store)
            });
            outcomes.lock().unwrap_or_else(PoisonError::into_inner).push((at, outcome));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(group.len());
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let mut outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by_key(|(at, _)| *at);
    for (at, outcome) in outcomes {
        let source = &group[at];
        match outcome {
            Outcome::Read(tally, known) => {
                imported.tally.add(tally);
                *(if source.grown { &mut imported.grown_files } else { &mut imported.new_files }) += 1;
                store.note(source.name.clone(), known);
            }
            Outcome::Failed(error) => imported.failed.push(error.to_string()),
            Outcome::Stopped(error) => return Err(error),
        }
    }
    days.write(store)?;
    store.commit()
}

/// How the reading of a source ended.
enum Outcome {
    Read(Tally, Known),
    /// The source cannot be read.
    Failed(SourceError),
    /// The data set cannot be written.
    Stopped(SourceError),
}

/// Takes rows of a table, with their identities.
type Taker<'t> = dyn Fn(&str, &[u128], &arrow::record_batch::RecordBatch) -> Result<(), SourceError> + Sync + 't;

/// Reads all tables of a source.
fn read(source: &Source, options: &ReadOptions, seed: u64, taker: &Taker<'_>) -> Outcome {
    let catalog = Catalog::of_entry(source.entry.clone(), options);
    let mut tally = Tally::default();
    let mut whole = false;
    let told: Vec<String> = source.entry.look().tables.clone();
    let others = Catalog::known_tables().into_iter().filter(|t| *t != apim::AZURE_DIAGNOSTICS).map(ToOwned::to_owned);
    let mut tried = BTreeSet::new();
    // Rows seen in all, and those of the tables read so far.
    let (mut all, mut found) = (None, 0);
    for table in told.iter().cloned().chain(others) {
        // A file's beginning may not name all its tables; they are tried until every row has one.
        if !tried.insert(table.clone()) || tried.len() > told.len() && all.is_none_or(|all| all <= found) {
            continue;
        }
        let catalog = catalog.with_table(&table);
        let identifier = Mutex::new(Identifier::new(seed));
        let stopped: Mutex<Option<SourceError>> = Mutex::default();
        let columns = catalog.schema(&table).into_iter().flatten().chain(catalog.hidden(&table)).map(|(n, _)| n);
        let request = ReadRequest { table: table.clone(), columns: columns.collect(), ..ReadRequest::default() };
        let outcome = catalog.read_into(&request, &|_, batch| {
            let keys = identifier.lock().unwrap_or_else(PoisonError::into_inner).identify(&batch);
            match taker(&table, &keys, &batch) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    *stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    ControlFlow::Break(())
                }
            }
        });
        if let Some(error) = stopped.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Outcome::Stopped(error);
        }
        let mut part = match outcome {
            Ok(part) => part,
            Err(error) => return Outcome::Failed(error),
        };
        whole |= identifier.into_inner().unwrap_or_else(PoisonError::into_inner).has_unnamed();
        found += part.kept + part.repaired;
        if all.is_none() {
            all = Some(part.kept + part.repaired + part.other_tables);
        } else {
            // The file and its bad rows are counted once.
            part = Tally {
                read: part.kept + part.repaired,
                kept: part.kept,
                repaired: part.repaired,
                repairs: part.repairs,
                ..Tally::default()
            };
        }
        part.other_tables = 0;
        tally.add(part);
    }
    if !(tally.rejects.is_empty() && tally.repairs.is_empty()) {
        let before = source.lines_before();
        tally.rejects.iter_mut().chain(&mut tally.repairs).for_each(|row| row.line += before);
    }
    tally.in_progress += u64::from(source.half_line);
    tally.read += u64::from(source.half_line);
    tally.other_tables = all.unwrap_or_default().saturating_sub(found);
    match source.known(whole) {
        Ok(known) => Outcome::Read(tally, known),
        Err(error) => Outcome::Failed(super::failed(&source.entry.look().path, &error)),
    }
}
