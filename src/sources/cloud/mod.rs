//! Logs in Azure Storage and S3: listed by prefix, and read in blocks as they are wanted.
//!
//! A blob is a path like any other, `az://account/container/name` or `s3://bucket/name`; only the two places that list and
//! open paths ask whether it is one.

mod address;
#[cfg(feature = "cloud")]
mod blob;
#[cfg(feature = "cloud")]
mod client;
#[cfg(feature = "cloud")]
mod connection;
#[cfg(feature = "cloud")]
mod trouble;

use std::io;
use std::path::Path;

use super::discover::Candidate;
use super::error::SourceError;
use super::location::Stat;
use super::open::Stream;

pub(super) use address::is_address;

/// The blobs that an address means: one blob, or all whose names begin with it and `/`, or those that match a pattern.
#[cfg(feature = "cloud")]
pub(super) fn list(text: &str) -> Result<Vec<Candidate>, SourceError> {
    client::list(text)
}

/// Asks for a blob's size and tag.
#[cfg(feature = "cloud")]
pub(super) fn stat(path: &Path) -> io::Result<Stat> {
    client::stat(path)
}

/// The bytes of a blob from one place up to another or its end.
#[cfg(feature = "cloud")]
pub(super) fn bytes(path: &Path, from: u64, to: Option<u64>) -> io::Result<Stream> {
    blob::open(path, from, to)
}

/// What is told when this is left out.
#[cfg(not(feature = "cloud"))]
const LEFT_OUT: &str = "this kqlens was built without the feature `cloud`";

/// Says that this is left out.
#[cfg(not(feature = "cloud"))]
pub(super) fn list(text: &str) -> Result<Vec<Candidate>, SourceError> {
    Err(SourceError::new(super::error::SourceErrorKind::Io, LEFT_OUT)
        .in_file(text)
        .with_help("build it with `cargo build --features cloud`, or copy the files with azcopy or aws s3 cp"))
}

/// Says that this is left out.
#[cfg(not(feature = "cloud"))]
pub(super) fn stat(_: &Path) -> io::Result<Stat> {
    Err(io::Error::other(LEFT_OUT))
}

/// Says that this is left out.
#[cfg(not(feature = "cloud"))]
pub(super) fn bytes(_: &Path, _: u64, _: Option<u64>) -> io::Result<Stream> {
    Err(io::Error::other(LEFT_OUT))
}
