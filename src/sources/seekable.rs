//! A file that is read from its end: itself, or, when it is packed, what it unpacks to in a temporary file.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::cloud::is_address;
use super::location::{bytes, stat};
use super::open::open;

/// How many times its size a packed file may unpack to, and how much at least: files of columns are packed within.
const MOST_TIMES: u64 = 32;
const LEAST_BYTES: u64 = 64 << 20;

/// A file that can be read at any place, by several threads at once.
#[derive(Debug)]
pub(super) enum Seekable {
    /// As it lies there.
    Plain(PathBuf),
    /// Unpacked; gone when this is dropped.
    Unpacked(NamedTempFile),
}

impl Seekable {
    /// Finds out whether a file is packed, and unpacks it.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let mut magic = Vec::new();
        bytes(path, 0, Some(4))?.read_to_end(&mut magic)?;
        if !(is_address(path) || magic.starts_with(&[0x1f, 0x8b]) || magic == [0x28, 0xb5, 0x2f, 0xfd]) {
            return Ok(Self::Plain(path.to_owned()));
        }
        let mut file = NamedTempFile::new()?;
        let most = stat(path)?.size.saturating_mul(MOST_TIMES).saturating_add(LEAST_BYTES);
        let copied = io::copy(&mut open(path)?.stream.take(most), &mut file)?;
        if copied == most {
            return Err(io::Error::other("it unpacks to more than 32 times its size"));
        }
        Ok(Self::Unpacked(file))
    }

    /// The file, opened anew so that its position is nobody else's.
    pub(super) fn file(&self) -> io::Result<File> {
        match self {
            Self::Plain(path) => File::open(path),
            Self::Unpacked(file) => file.reopen(),
        }
    }
}
