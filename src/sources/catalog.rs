//! The files of a run and the tables they hold.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::apim::{self, AZURE_DIAGNOSTICS, TABLES};
use super::companion::{Companion, Guesses};
use super::discover::discover;
use super::entry::Entry;
use super::error::{SourceError, SourceErrorKind};
use super::sniff::Shape;
use crate::diagnostics::did_you_mean;
use crate::types::ScalarType;

/// How exports are understood where they leave it open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Minutes east of UTC of `[Local Time]` columns in CSV files.
    pub csv_offset_minutes: i32,
    /// The zone of those columns, which knows when clocks change; it counts before the minutes.
    pub csv_zone: Option<chrono_tz::Tz>,
    /// Whether the day stands before the month in those columns; found out from the file when not said.
    pub csv_day_first: Option<bool>,
    /// Drop records that came before: same content, as exporters repeat them.
    pub dedupe: bool,
    /// Keep all rejected rows, however many there are, in the tally's logs.
    pub keep_rejects: bool,
    /// How many ticks later than its own time a row may be received. Files in folders of other hours than a period and
    /// what is late for it are not opened; without this, all are.
    pub late: Option<i64>,
}

/// A file that was found, and what it turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes, as it lies on the disk.
    pub size: u64,
    /// How it is written; `None` when it cannot be told.
    pub shape: Option<Shape>,
    /// The tables it holds rows of, as far as its beginning tells.
    pub tables: Vec<String>,
    /// Its columns' names, when it does not write them itself.
    pub header: Option<Vec<String>>,
    /// Why it is left out.
    pub problem: Option<String>,
    /// Whether rows are missed because of that.
    pub lost: bool,
}

/// What becomes of each item, on as many threads as the machine has.
pub(super) fn side_by_side<'i, I: Sync, O: Send>(items: &'i [I], work: impl Fn(&'i I) -> O + Sync) -> Vec<O> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, O)>> = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((at, item)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)))
                {
                    let outcome = work(item);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((at, outcome));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

/// The files of a run and the tables they hold.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub(super) entries: Vec<Entry>,
    /// The tables beside the logs and their columns.
    companions: Vec<(String, Vec<(String, ScalarType)>)>,
    /// The columns that rows of `AzureDiagnostics` hold beyond those always there, once they were asked for.
    diagnostics: OnceLock<Vec<(String, ScalarType)>>,
    pub(super) options: ReadOptions,
}

impl Catalog {
    /// Finds the files that paths, folders and patterns lead to, and looks at the beginning of each. Of those in folders
    /// that name a time one for all is looked at, and the others when they are wanted.
    ///
    /// # Errors
    /// When a path leads nowhere, a pattern cannot be read, or a file named itself cannot be opened.
    pub fn discover(paths: &[String], options: &ReadOptions) -> Result<Self, SourceError> {
        let entries = Entry::of_all(discover(paths)?);
        let first: Vec<&Entry> = entries.iter().enumerate().filter(|(at, e)| e.like == *at).map(|(_, e)| e).collect();
        side_by_side(&first, |entry| entry.look().size);
        let mut told = BTreeSet::new();
        for (at, entry) in entries.iter().enumerate() {
            // An empty or broken one tells nothing of the others.
            if entry.like < at
                && entries[entry.like].look().shape.is_none()
                && !told.contains(&entry.like)
                && entry.look().shape.is_some()
            {
                told.insert(entry.like);
            }
        }
        for entry in first {
            let path = &entry.look().path;
            if let Some(problem) = entry.refused()
                && paths.iter().any(|named| std::path::Path::new(named) == path)
            {
                return Err(SourceError::new(SourceErrorKind::Io, problem).in_file(path.display().to_string()));
            }
        }
        Ok(Self { entries, options: options.clone(), ..Self::default() })
    }

    /// A catalogue of one file.
    pub(super) fn of_entry(entry: Entry, options: &ReadOptions) -> Self {
        Self { entries: vec![entry], options: options.clone(), ..Self::default() }
    }

    /// The same files, each taken to hold just this table.
    pub(super) fn with_table(&self, table: &str) -> Self {
        Self { entries: self.entries.iter().map(|entry| entry.of_table(table)).collect(), ..self.clone() }
    }

    /// Adds a table beside the logs: `NAME=PATH`, or `NAME(column:type, …)=PATH`.
    ///
    /// # Errors
    /// When it is written otherwise, was added before, or its files cannot be read.
    pub fn add_table(&mut self, text: &str) -> Result<(), SourceError> {
        let companion = Companion::open(text)?;
        let name = companion.name;
        if self.companions.iter().any(|(known, _)| *known == name) {
            return Err(SourceError::new(SourceErrorKind::BadTable, format!("--table {name} is given twice"))
                .with_help("name a folder or a pattern for a table of several files"));
        }
        for file in companion.files {
            self.entries.push(Entry::known(file, self.entries.len()));
        }
        // More rows of a table that is known have its columns.
        if apim::table(&name).is_none() {
            self.companions.push((name, companion.columns));
        }
        Ok(())
    }

    /// A catalogue without files. The known tables still have their columns.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The files found, in the order they are read, each looked into.
    pub fn files(&self) -> Vec<&FoundFile> {
        side_by_side(&self.entries, Entry::look)
    }

    /// Whether the folders of a file say that it may hold rows of a period; `None` when they say no time.
    pub fn may_hold(&self, file: usize, period: (i64, i64)) -> Option<bool> {
        let slot = self.entries.get(file)?.slot?;
        Some(slot.may_hold(period, self.options.late.unwrap_or(i64::MAX / 4)))
    }

    /// The tables the files hold, sorted, as far as files were looked into.
    pub fn tables(&self) -> Vec<String> {
        let looked = self.entries.iter().filter_map(Entry::looked);
        let mut tables: Vec<String> = looked.flat_map(|f| f.tables.clone()).collect();
        tables.sort();
        tables.dedup();
        tables
    }

    /// The tables whose columns are known whether or not a file holds them.
    pub fn known_tables() -> Vec<&'static str> {
        TABLES.iter().map(|t| t.name).collect()
    }

    /// The columns of a table; `None` when it is neither known nor found.
    pub fn schema(&self, table: &str) -> Option<Vec<(String, ScalarType)>> {
        if let Some((_, columns)) = self.companions.iter().find(|(name, _)| name == table) {
            return Some(columns.clone());
        }
        let known = apim::table(table)?;
        let shown = known.columns.iter().filter(|(n, _)| !apim::is_hidden(n)).map(|(n, t)| ((*n).to_owned(), *t));
        let more = if known.name == AZURE_DIAGNOSTICS { self.more_diagnostics() } else { &[] };
        Some(shown.chain(more.iter().cloned()).collect())
    }

    /// Whether a table is one beside the logs.
    pub fn is_companion(&self, table: &str) -> bool {
        self.companions.iter().any(|(name, _)| name == table)
    }

    /// The columns of a known table that only a query which names them gets.
    pub fn hidden(&self, table: &str) -> Vec<(String, ScalarType)> {
        let known = apim::table(table).filter(|_| self.companions.iter().all(|(name, _)| name != table));
        let columns = known.map_or(&[][..], |known| known.columns).iter();
        columns.filter(|(n, _)| apim::is_hidden(n)).map(|(n, t)| ((*n).to_owned(), *t)).collect()
    }

    /// The columns in the files of `AzureDiagnostics` that are not always there.
    fn more_diagnostics(&self) -> &[(String, ScalarType)] {
        self.diagnostics.get_or_init(|| {
            let files = self.files().into_iter().filter(|f| f.tables.iter().any(|t| t == AZURE_DIAGNOSTICS));
            let found = Guesses::of_files(files);
            let known = apim::table(AZURE_DIAGNOSTICS).map_or(&[][..], |known| known.columns);
            let new = found.into_iter().filter(|(name, _)| known.iter().all(|(k, _)| k != name));
            new.map(|(name, _)| {
                let scalar_type = apim::type_by_suffix(&name).unwrap_or(ScalarType::String);
                (name, scalar_type)
            })
            .collect()
        })
    }

    /// Why a table cannot be read: nothing found holds it.
    pub(super) fn no_such_table(&self, table: &str) -> SourceError {
        let found = self.tables();
        let error = SourceError::new(SourceErrorKind::NoSuchTable, format!("no file holds rows of {table}"));
        let unknown = self.files().iter().filter(|f| f.problem.is_some()).count();
        error.with_help(if self.entries.is_empty() {
            "name the exported logs with --logs PATH".to_owned()
        } else if found.is_empty() {
            format!(
                "{} file(s) were looked at, and {unknown} of them are no logs; see `kqlens tables --logs …`",
                self.entries.len()
            )
        } else {
            match did_you_mean(table, found.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`? the files hold {}", found.join(", ")),
                _ => format!("the files hold {}", found.join(", ")),
            }
        })
    }
}
