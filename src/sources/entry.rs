//! A file of a run, looked into when that is needed: of thousands in folders named by time, a query may want few.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::OnceLock;

use super::catalog::FoundFile;
use super::discover::Candidate;
use super::location::{bytes, stat};
use super::open::{Opened, decode, open};
use super::slot::{Slot, container};
use super::sniff::sniff;

/// A file that may be looked into.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    path: PathBuf,
    problem: Option<String>,
    /// Whether rows are missed because of that.
    lost: bool,
    /// Its size, when that came along.
    size: Option<u64>,
    /// The time its folders name.
    pub(super) slot: Option<Slot>,
    /// The number of the first file below the same folder, which shows what the others are likely to be.
    pub(super) like: usize,
    seen: OnceLock<Seen>,
    /// The only bytes of it that are read, when not all.
    only: Option<(u64, u64)>,
}

#[derive(Clone, Debug)]
struct Seen {
    file: FoundFile,
    /// Why the system would not let it be read.
    refused: Option<String>,
}

impl Entry {
    /// Entries for files in their order.
    pub(super) fn of_all(candidates: Vec<Candidate>) -> Vec<Self> {
        let mut first = HashMap::new();
        let number = |(at, candidate): (usize, Candidate)| {
            let slot = Slot::of(&candidate.path);
            let like = if slot.is_some() { *first.entry(container(&candidate.path)).or_insert(at) } else { at };
            let size = candidate.stat.map(|stat| stat.size);
            Self {
                path: candidate.path,
                problem: candidate.problem,
                lost: candidate.lost,
                size,
                slot,
                like,
                seen: OnceLock::new(),
                only: None,
            }
        };
        candidates.into_iter().enumerate().map(number).collect()
    }

    /// The entry of a file that is known already.
    pub(super) fn known(file: FoundFile, at: usize) -> Self {
        let (path, problem, size) = (file.path.clone(), file.problem.clone(), Some(file.size));
        Self {
            path,
            problem,
            lost: file.lost,
            size,
            slot: None,
            like: at,
            seen: OnceLock::from(Seen { file, refused: None }),
            only: None,
        }
    }

    /// The entry of a file that is read by itself.
    pub(super) fn alone(path: PathBuf) -> Self {
        Self { path, problem: None, lost: false, size: None, slot: None, like: 0, seen: OnceLock::new(), only: None }
    }

    /// Has just the bytes between two places read. The file is text as it lies there.
    pub(super) const fn only(&mut self, from: u64, to: u64) {
        self.only = Some((from, to));
    }

    /// Opens the file for reading.
    pub(super) fn open(&self) -> io::Result<Opened> {
        let Some((from, to)) = self.only else { return open(&self.path) };
        let opened = decode(bytes(&self.path, from, Some(to))?)?;
        Ok(Opened { skipped: opened.skipped + from, ..opened })
    }

    /// The same file, of which it is known that it holds just this table.
    pub(super) fn of_table(&self, table: &str) -> Self {
        let file = FoundFile { tables: vec![table.to_owned()], ..self.look().clone() };
        Self { seen: OnceLock::from(Seen { file, refused: None }), ..self.clone() }
    }

    /// Its size in bytes, as it lies there.
    pub(super) fn size(&self) -> u64 {
        self.size
            .or_else(|| self.looked().map(|file| file.size))
            .unwrap_or_else(|| stat(&self.path).map_or(0, |s| s.size))
    }

    /// What the file is.
    pub(super) fn look(&self) -> &FoundFile {
        &self.seen().file
    }

    /// What the file is, when that was looked at before.
    pub(super) fn looked(&self) -> Option<&FoundFile> {
        self.seen.get().map(|seen| &seen.file)
    }

    /// Why the system would not let the file be read.
    pub(super) fn refused(&self) -> Option<&str> {
        self.seen().refused.as_deref()
    }

    fn seen(&self) -> &Seen {
        self.seen.get_or_init(|| {
            let mut file = FoundFile {
                path: self.path.clone(),
                size: self.size(),
                shape: None,
                tables: Vec::new(),
                header: None,
                problem: self.problem.clone(),
                lost: self.lost,
            };
            if file.problem.is_some() {
                return Seen { file, refused: None };
            }
            let mut refused = None;
            match sniff(&file.path) {
                Ok(Some(found)) => {
                    file.shape = Some(found.shape);
                    file.tables = found.tables;
                    file.header = found.header;
                    file.lost = found.problem.is_some();
                    file.problem = found.problem;
                }
                Ok(None) if file.size == 0 => file.problem = Some("empty".to_owned()),
                Ok(None) => file.problem = Some("not a shape of log that is known".to_owned()),
                Err(error) => {
                    file.lost = true;
                    let damaged = matches!(
                        error.kind(),
                        ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::Other
                    );
                    if damaged {
                        file.problem = Some(format!("the file is cut short or damaged: {error}"));
                    } else {
                        file.problem = Some(error.to_string());
                        refused = Some(error.to_string());
                    }
                }
            }
            Seen { file, refused }
        })
    }
}
