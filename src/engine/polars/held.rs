//! Rows kept while reading: in memory up to a budget, beyond it in temporary files.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use polars::io::ipc::IpcScanOptions;
use polars::prelude::{
    CompatLevel, DataFrame, IntoLazy, IpcWriter, LazyFrame, PlRefPath, SerWriter, UnifiedScanArgs, UnionArgs, concat,
};
use tempfile::TempDir;

use super::EngineError;

/// How much the rows of one run may take in memory, and where the others go.
pub(super) struct Budget {
    /// Bytes; what is held beyond them goes to files.
    most: usize,
    held: AtomicUsize,
    spilled: AtomicBool,
    folder: Mutex<Option<TempDir>>,
}

impl Budget {
    pub(super) fn new(most: usize) -> Self {
        Self { most, held: AtomicUsize::new(0), spilled: AtomicBool::new(false), folder: Mutex::default() }
    }

    /// Whether rows have gone to files.
    pub(super) fn spilled(&self) -> bool {
        self.spilled.load(Ordering::Relaxed)
    }

    /// A new file among those that are removed with the budget.
    fn file(&self) -> Result<(PathBuf, File), EngineError> {
        let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        if folder.is_none() {
            *folder = Some(tempfile::Builder::new().prefix("kqlens-").tempdir().map_err(|e| no_room(&e))?);
        }
        let folder = folder.as_ref().map_or_else(std::env::temp_dir, |f| f.path().to_owned());
        let file = tempfile::Builder::new().prefix("rows-").suffix(".arrow").tempfile_in(folder);
        // It is removed with its folder.
        let (file, path) = file.map_err(|e| no_room(&e))?.keep().map_err(|e| no_room(&e.error))?;
        self.spilled.store(true, Ordering::Relaxed);
        Ok((path, file))
    }
}

fn no_room(error: &dyn std::fmt::Display) -> EngineError {
    EngineError::new(format!(
        "rows beyond --memory go to temporary files in {}, and that failed: {error}; set TMPDIR to a folder with room, or \
         give more --memory",
        std::env::temp_dir().display()
    ))
}

/// Rows of one feed, in the order of their keys.
pub(super) struct Held<'b> {
    budget: &'b Budget,
    /// By key, and among equal keys in the order of their coming: none replaces another.
    frames: BTreeMap<(i64, u64), Frame>,
    /// How many frames came.
    came: u64,
    /// Bytes in memory.
    bytes: usize,
    /// Rows in memory.
    rows: usize,
}

enum Frame {
    Memory(DataFrame),
    /// Some rows of a file.
    File(PathBuf, usize, usize),
}

impl<'b> Held<'b> {
    pub(super) fn new(budget: &'b Budget) -> Self {
        Self { budget, frames: BTreeMap::new(), came: 0, bytes: 0, rows: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// How many bytes may be held in memory.
    pub(super) const fn budget(&self) -> usize {
        self.budget.most
    }

    /// Rows in memory.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Keeps rows, which stand after those of smaller keys.
    pub(super) fn add(&mut self, key: i64, frame: DataFrame) -> Result<(), EngineError> {
        let bytes = frame.estimated_size();
        self.bytes += bytes;
        self.rows += frame.height();
        self.frames.insert((key, self.came), Frame::Memory(frame));
        self.came += 1;
        if self.budget.held.fetch_add(bytes, Ordering::Relaxed) + bytes > self.budget.most && self.rows > 0 {
            self.spill()?;
        }
        Ok(())
    }

    /// Takes back all rows that are in memory.
    pub(super) fn take_back(&mut self) -> Option<DataFrame> {
        let mut taken: Option<DataFrame> = None;
        let frames = std::mem::take(&mut self.frames);
        for (key, frame) in frames {
            match (frame, &mut taken) {
                (Frame::Memory(frame), None) => taken = Some(frame),
                // Frames of one feed have the same columns.
                (Frame::Memory(frame), Some(all)) => {
                    all.vstack_mut_owned_unchecked(frame);
                }
                (file @ Frame::File(..), _) => {
                    self.frames.insert(key, file);
                }
            }
        }
        self.forget();
        taken
    }

    /// Drops the rows after the first so many; the answer is how many there are now.
    pub(super) fn only_first(&mut self, most: usize) -> usize {
        let mut seen = 0;
        let mut gone = 0;
        let mut first = true;
        self.frames.retain(|_, frame| {
            // One stays in any case: it tells the columns.
            let enough = seen >= most && !std::mem::take(&mut first);
            match frame {
                Frame::Memory(frame) if enough => gone += frame.height(),
                Frame::Memory(frame) => seen += frame.height(),
                Frame::File(..) if enough => {}
                Frame::File(_, _, rows) => seen += *rows,
            }
            !enough
        });
        self.rows -= gone;
        seen
    }

    fn forget(&mut self) {
        self.budget.held.fetch_sub(self.bytes, Ordering::Relaxed);
        self.bytes = 0;
        self.rows = 0;
    }

    /// Moves the rows from memory to a file.
    fn spill(&mut self) -> Result<(), EngineError> {
        let mut all: Option<DataFrame> = None;
        let (path, file) = self.budget.file()?;
        let mut at = 0;
        for frame in self.frames.values_mut() {
            // An empty frame stays: it tells the columns.
            let rows = match frame {
                Frame::Memory(rows) if rows.height() > 0 => std::mem::take(rows),
                _ => continue,
            };
            let count = rows.height();
            *frame = Frame::File(path.clone(), at, count);
            at += count;
            match &mut all {
                None => all = Some(rows),
                Some(all) => {
                    all.vstack_mut_owned_unchecked(rows);
                }
            }
        }
        if let Some(mut all) = all {
            let mut to = std::io::BufWriter::new(file);
            let mut writer = IpcWriter::new(&mut to).with_compat_level(CompatLevel::newest());
            writer.finish(&mut all).map_err(|e| no_room(&e))?;
            to.flush().map_err(|e| no_room(&e))?;
        }
        self.forget();
        Ok(())
    }

    /// All rows in order.
    pub(super) fn lazy(&mut self) -> Result<LazyFrame, EngineError> {
        let mut parts: Vec<LazyFrame> = Vec::new();
        let mut memory: Option<DataFrame> = None;
        let mut file: Option<(PathBuf, usize, usize)> = None;
        for frame in std::mem::take(&mut self.frames).into_values() {
            match frame {
                Frame::Memory(frame) => {
                    if let Some(file) = file.take() {
                        parts.push(scan(&file)?);
                    }
                    match &mut memory {
                        Some(all) => {
                            all.vstack_mut_owned_unchecked(frame);
                        }
                        None => memory = Some(frame),
                    }
                }
                Frame::File(path, from, rows) => {
                    if let Some(frame) = memory.take() {
                        parts.push(whole(frame).lazy());
                    }
                    match &mut file {
                        Some((open, first, count)) if *open == path && *first + *count == from => *count += rows,
                        _ => {
                            if let Some(file) = file.replace((path, from, rows)) {
                                parts.push(scan(&file)?);
                            }
                        }
                    }
                }
            }
        }
        if let Some(file) = file {
            parts.push(scan(&file)?);
        }
        if let Some(frame) = memory {
            parts.push(whole(frame).lazy());
        }
        if parts.len() == 1
            && let Some(one) = parts.pop()
        {
            return Ok(one);
        }
        Ok(concat(parts, UnionArgs { maintain_order: true, ..UnionArgs::default() })?)
    }
}

/// Many small pieces put together: each costs as much as many rows.
fn whole(mut frame: DataFrame) -> DataFrame {
    const SMALL: usize = 4096;
    if frame.height() < SMALL * frame.first_col_n_chunks() {
        frame.rechunk_mut();
    }
    frame
}

fn scan((path, from, rows): &(PathBuf, usize, usize)) -> Result<LazyFrame, EngineError> {
    let path = PlRefPath::try_from_path(path)?;
    let arguments = UnifiedScanArgs { glob: false, ..UnifiedScanArgs::default() };
    let all = LazyFrame::scan_ipc(path, IpcScanOptions::default(), arguments)?;
    Ok(all.slice(*from as i64, u32::try_from(*rows).unwrap_or(u32::MAX)))
}
