//! Where bytes lie: asked for their size, and read from any place on.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::cloud::{self, is_address};
use super::open::Stream;

/// What the system says of a file without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    /// Bytes.
    pub(super) size: u64,
    /// Another text whenever the content is another: the time of the last change, or a tag.
    pub(super) stamp: String,
}

/// Asks for a file's size and stamp.
pub(super) fn stat(path: &Path) -> io::Result<Stat> {
    if is_address(path) {
        return cloud::stat(path);
    }
    let data = std::fs::metadata(path)?;
    let changed = data.modified()?;
    let stamp = match changed.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_nanos().to_string(),
        Err(before) => format!("-{}", before.duration().as_nanos()),
    };
    Ok(Stat { size: data.len(), stamp })
}

/// The bytes of a file from one place up to another or its end, as they lie there.
pub(super) fn bytes(path: &Path, from: u64, to: Option<u64>) -> io::Result<Stream> {
    if is_address(path) {
        return cloud::bytes(path, from, to);
    }
    let mut file = File::open(path)?;
    if from > 0 {
        file.seek(SeekFrom::Start(from))?;
    }
    Ok(match to {
        Some(to) => Box::new(file.take(to.saturating_sub(from))),
        None => Box::new(file),
    })
}
