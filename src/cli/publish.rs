//! A folder of reports. A report is put together beside the others and takes its place in one step, so that readers see
//! the old one or the new one, whole, however the run ends.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::exit::{Exit, Failure, io_failure};
use super::interrupt::{Pending, uninterrupted};
use super::output;
use crate::report::{Entry, MANIFEST, list_page, newest_first};

/// How what is not part of a report is called; such folders are left by runs that were killed, and removed by the next.
const PREFIX: &str = ".kqlens-";
/// The old report while the new one takes its place, where the two cannot be exchanged in one step.
const OLD: &str = ".kqlens-old-";
const LOCK: &str = ".kqlens.lock";
const LATEST: &str = "latest";

/// A report that is being put together.
pub(super) struct Publication {
    out: PathBuf,
    name: String,
    staging: TempDir,
    bytes: u64,
    _pending: Pending,
    /// Held until the end: two runs into one folder follow one another.
    _lock: File,
}

impl Publication {
    /// Waits for other runs into the folder, removes what killed ones left, and begins a report.
    pub fn begin(out: &Path, name: &str) -> Result<Self, Failure> {
        let fail = |e: io::Error| unwritable(out, &e, 0);
        fs::create_dir_all(out).map_err(fail)?;
        let lock = File::options().create(true).append(true).open(out.join(LOCK)).map_err(fail)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                output::note(&format!("waiting for another report to be written to {}", out.display()));
                lock.lock().map_err(fail)?;
            }
            Err(TryLockError::Error(error)) => return Err(fail(error)),
        }
        clean(out).map_err(fail)?;
        let staging = tempfile::Builder::new().prefix(PREFIX).suffix(".tmp").tempdir_in(out).map_err(fail)?;
        let pending = Pending::new(staging.path());
        output::set_folder_mode(staging.path()).map_err(fail)?;
        Ok(Self { out: out.to_owned(), name: name.to_owned(), staging, bytes: 0, _pending: pending, _lock: lock })
    }

    /// Takes a file of the report.
    pub fn take(&mut self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let to = self.staging.path().join(path);
        self.bytes += bytes.len() as u64;
        let made = to.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| output::write_new(&to, bytes));
        made.map_err(|e| unwritable(&self.out.join(&self.name).join(path), &e, self.bytes))
    }

    /// Puts the report in its place, and the list of all reports beside it. Gives the report's folder.
    pub fn finish(self) -> Result<PathBuf, Failure> {
        let place = self.out.join(&self.name);
        let fail = |e: io::Error| unwritable(&place, &e, self.bytes);
        uninterrupted(|| replace(self.staging.path(), &place, &self.out.join(format!("{OLD}{}", self.name))))
            .map_err(fail)?;
        let mut entries = entries(&self.out).map_err(fail)?;
        newest_first(&mut entries);
        output::write_file(&self.out.join("index.html"), list_page(&entries).as_bytes())?;
        if let Some(newest) = entries.first() {
            link(&self.out, &newest.name).map_err(fail)?;
        }
        Ok(place)
    }
}

/// Puts a folder in the place of another that may be there. On Linux and macOS the two are exchanged in one step. Where
/// that cannot be done the old one steps aside first, and whoever is killed between finds it put back by the next run.
fn replace(new: &Path, place: &Path, aside: &Path) -> io::Result<()> {
    match fs::symlink_metadata(place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return fs::rename(new, place),
        Err(error) => return Err(error),
        Ok(_) => {}
    }
    // What was there is in the place of the new one then, and goes with it.
    if exchange(new, place).is_ok() {
        return Ok(());
    }
    fs::rename(place, aside)?;
    fs::rename(new, place)?;
    fs::remove_dir_all(aside)
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Removes what killed runs left, and puts back a report that was being replaced.
fn clean(out: &Path) -> io::Result<()> {
    for entry in fs::read_dir(out)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(of) = name.strip_prefix(OLD).filter(|of| !out.join(of).exists()) {
            fs::rename(&path, out.join(of))?;
        } else if name.starts_with(PREFIX) {
            if path.is_dir() && !path.is_symlink() { fs::remove_dir_all(&path)? } else { fs::remove_file(&path)? }
        }
    }
    Ok(())
}

/// The reports of a folder.
fn entries(out: &Path) -> io::Result<Vec<Entry>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(out)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // `latest` is one of them again.
        if entry.file_type()?.is_dir()
            && !name.starts_with('.')
            && let Ok(manifest) = fs::read(entry.path().join(MANIFEST))
        {
            found.extend(Entry::read(&name, &manifest));
        }
    }
    Ok(found)
}

/// Points `latest` at a report. A folder or file of that name that somebody made stays.
#[cfg(unix)]
fn link(out: &Path, to: &str) -> io::Result<()> {
    let latest = out.join(LATEST);
    if latest.exists() && !latest.is_symlink() {
        return Ok(());
    }
    let beside = out.join(format!("{PREFIX}{LATEST}.tmp"));
    std::os::unix::fs::symlink(to, &beside)?;
    fs::rename(&beside, &latest)
}

#[cfg(not(unix))]
fn link(_: &Path, _: &str) -> io::Result<()> {
    Ok(())
}

/// Why a report cannot be written, and what it needs.
fn unwritable(path: &Path, error: &io::Error, bytes: u64) -> Failure {
    let failure = io_failure(&format!("cannot write {}", path.display()), error);
    let need = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            format!(
                "the report needs more than the {bytes} bytes it has so far; make room, or name another folder with --out"
            )
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "the folder must be one this user may write to; name another with --out".to_owned()
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => "a file is in the place of a folder".to_owned(),
        _ => return failure,
    };
    Failure { message: format!("{}; {need}", failure.message), exit: Exit::Environment }
}
