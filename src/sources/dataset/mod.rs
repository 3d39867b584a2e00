//! A data set of Parquet files, by table and day, that `import` fills: `table=NAME/day=2025-02-25/part_000001.parquet`.
//!
//! Only what the manifest lists belongs to it. An import writes parts under hidden names, then the manifest that lists them,
//! then gives them their names; so it counts whole or not at all, whenever it is stopped.

mod days;
mod durable;
mod import;
mod keys;
mod manifest;
mod part;
mod source;
mod store;

use std::path::{Path, PathBuf};

use super::error::{SourceError, SourceErrorKind};

pub use import::{Imported, import};
pub(super) use manifest::NAME;

/// The files of the data set in a folder.
///
/// # Errors
/// When the manifest cannot be read, or a file that it lists is not there.
pub(super) fn parts(root: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let manifest = manifest::Manifest::load(root)?.unwrap_or_default();
    let mut parts = Vec::new();
    for part in &manifest.parts {
        let place = manifest::Place::of(root, &part.path)?;
        // An import that was stopped at its end has not named all its parts yet.
        let named = if place.named.exists() { place.named } else { place.hidden };
        if !named.exists() {
            return Err(lost(root, &part.path));
        }
        parts.push(named);
    }
    parts.sort();
    Ok(parts)
}

/// A file that the manifest lists is gone.
fn lost(root: &Path, part: &str) -> SourceError {
    SourceError::new(SourceErrorKind::Io, format!("{part}, which {NAME} lists, is not there"))
        .in_file(root.display().to_string())
        .with_help("put the file back, or import the logs into a new folder")
}

fn failed(path: &Path, error: &std::io::Error) -> SourceError {
    SourceError::new(SourceErrorKind::Io, error.to_string()).in_file(path.display().to_string())
}
