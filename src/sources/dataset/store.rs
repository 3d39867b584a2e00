//! A data set's folder while an import has it to itself.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use arrow::record_batch::RecordBatch;
use walkdir::WalkDir;

use super::super::error::SourceError;
use super::manifest::{Known, Manifest, Part, Place};
use super::{durable, failed, keys, lost, part};

/// Held by the one import at work.
const LOCK: &str = ".kqlens-import.lock";

/// A data set that is being added to.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) root: PathBuf,
    pub(super) manifest: Manifest,
    /// Parts that are written and not listed yet.
    pending: Vec<Part>,
    /// Sources read since the manifest was stored.
    read: Vec<(String, Known)>,
    /// Kept open: closing it would let another import in.
    _lock: File,
}

impl Store {
    /// Opens or makes the data set in a folder, waiting for an import that is at work there, and puts away what one that
    /// was stopped left behind.
    pub(super) fn open(root: &Path, tell: &mut dyn FnMut(&str)) -> Result<Self, SourceError> {
        fs::create_dir_all(root).map_err(|e| failed(root, &e))?;
        let path = root.join(LOCK);
        let lock =
            File::options().create(true).truncate(false).write(true).open(&path).map_err(|e| failed(&path, &e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                tell("another import into this folder is at work; waiting for its end");
                lock.lock().map_err(|e| failed(&path, &e))?;
            }
            Err(TryLockError::Error(error)) => return Err(failed(&path, &error)),
        }
        let manifest = Manifest::load(root)?.unwrap_or_else(Manifest::new);
        let store = Self { root: root.to_owned(), manifest, pending: Vec::new(), read: Vec::new(), _lock: lock };
        store.name_parts(&store.manifest.parts)?;
        store.clean()?;
        Ok(store)
    }

    /// Removes parts that no manifest lists.
    fn clean(&self) -> Result<(), SourceError> {
        let listed: BTreeSet<PathBuf> = self
            .manifest
            .parts
            .iter()
            .map(|part| Ok(Place::of(&self.root, &part.path)?.hidden))
            .collect::<Result<_, SourceError>>()?;
        for entry in WalkDir::new(&self.root).min_depth(3).max_depth(3).into_iter().flatten() {
            let name = entry.file_name().to_string_lossy();
            let ours = name.starts_with(".part_") && name.ends_with(".parquet");
            if ours && entry.file_type().is_file() && !listed.contains(entry.path()) {
                fs::remove_file(entry.path()).map_err(|e| failed(entry.path(), &e))?;
            }
        }
        Ok(())
    }

    /// Gives listed parts their names.
    fn name_parts(&self, parts: &[Part]) -> Result<(), SourceError> {
        let mut folders = BTreeSet::new();
        for part in parts {
            let place = Place::of(&self.root, &part.path)?;
            if place.named.exists() {
                continue;
            }
            if !place.hidden.exists() {
                return Err(lost(&self.root, &part.path));
            }
            fs::rename(&place.hidden, &place.named).map_err(|e| failed(&place.named, &e))?;
            folders.extend(place.named.parent().map(Path::to_owned));
        }
        for folder in folders {
            durable::sync_folder(&folder).map_err(|e| failed(&folder, &e))?;
        }
        Ok(())
    }

    /// The identities of the rows of a table and day.
    pub(super) fn keys(&self, table: &str, day: &str) -> Result<HashSet<u128>, SourceError> {
        let mut known = HashSet::new();
        for part in self.manifest.parts.iter().chain(&self.pending).filter(|p| p.table == table && p.day == day) {
            let place = Place::of(&self.root, &part.path)?;
            keys::load(if place.named.exists() { &place.named } else { &place.hidden }, &mut known)?;
        }
        Ok(known)
    }

    /// Writes rows into a part, which counts from the next [`Store::commit`] on.
    pub(super) fn write(&mut self, table: &str, day: &str, rows: &RecordBatch) -> Result<(), SourceError> {
        let path = format!("table={table}/day={day}/part_{:06}.parquet", self.manifest.next);
        let place = Place::of(&self.root, &path)?;
        if let Some(folder) = place.hidden.parent() {
            fs::create_dir_all(folder).map_err(|e| failed(folder, &e))?;
        }
        part::write(&place.hidden, rows)?;
        self.manifest.next += 1;
        self.pending.push(Part { path, table: table.to_owned(), day: day.to_owned(), rows: rows.num_rows() as u64 });
        Ok(())
    }

    /// Notes how far a source was read; it counts with its rows.
    pub(super) fn note(&mut self, source: String, known: Known) {
        self.read.push((source, known));
    }

    /// Makes what was written since the last time part of the data set, all of it at once.
    pub(super) fn commit(&mut self) -> Result<(), SourceError> {
        if self.pending.is_empty() && self.read.is_empty() {
            return Ok(());
        }
        let mut folders = BTreeSet::new();
        for part in &self.pending {
            let place = Place::of(&self.root, &part.path)?;
            let above = place.named.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.root));
            folders.extend(above.map(Path::to_owned));
        }
        for folder in folders {
            durable::sync_folder(&folder).map_err(|e| failed(&folder, &e))?;
        }
        let new = std::mem::take(&mut self.pending);
        self.manifest.parts.extend(new.iter().cloned());
        self.manifest.sources.extend(std::mem::take(&mut self.read));
        self.manifest.store(&self.root)?;
        self.name_parts(&new)
    }
}
