//! What belongs to a data set, and what of which source is in it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::super::error::{SourceError, SourceErrorKind};
use super::{durable, failed};

/// The manifest's file, which makes a folder a data set.
pub(in super::super) const NAME: &str = "kqlens-import.json";

/// The version of the manifest's form.
const FORMAT: u32 = 1;

/// A larger file is no manifest of ours.
const MOST_BYTES: u64 = 1 << 30;

/// The record of all imports into a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: u32,
    /// Goes into the identity of rows, so that nobody who writes logs can make two rows look like one.
    pub(super) seed: u64,
    /// The number of the next part.
    pub(super) next: u64,
    /// What was read, by canonical path or address.
    pub(super) sources: BTreeMap<String, Known>,
    /// The files of the data set.
    pub(super) parts: Vec<Part>,
}

/// A source as it was when it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    /// Its size then.
    pub(super) size: u64,
    /// The time of its last change, or its tag.
    pub(super) stamp: String,
    /// How far it was read, when more may be appended: up to the end of a whole line.
    pub(super) read: Option<u64>,
    /// A hash of the bytes before that place, which tells a file that grew from one that was replaced.
    pub(super) before: u64,
}

/// A file of the data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    /// From the data set's folder, with `/`.
    pub(super) path: String,
    /// The table.
    pub(super) table: String,
    /// The day, `2025-02-25`, or `none` for rows without a time.
    pub(super) day: String,
    /// Rows in it.
    pub(super) rows: u64,
}

impl Manifest {
    /// The manifest of a folder; `None` when it has none.
    pub(super) fn load(root: &Path) -> Result<Option<Self>, SourceError> {
        let path = root.join(NAME);
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&path, &error)),
            Ok(data) if data.len() > MOST_BYTES => return Err(unreadable(&path, "it is larger than 1 GiB")),
            Ok(_) => {}
        }
        let bytes = fs::read(&path).map_err(|e| failed(&path, &e))?;
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|e| unreadable(&path, &e.to_string()))?;
        if manifest.format != FORMAT {
            return Err(unreadable(&path, "it is of another version of kqlens"));
        }
        Ok(Some(manifest))
    }

    /// The manifest of a new data set.
    pub(super) fn new() -> Self {
        let seed = uuid::Uuid::new_v4().as_u128() as u64;
        Self { format: FORMAT, seed, next: 1, ..Self::default() }
    }

    /// Puts it in the place of the one before. From then on what it lists belongs to the data set.
    pub(super) fn store(&self, root: &Path) -> Result<(), SourceError> {
        let path = root.join(NAME);
        let bytes = serde_json::to_vec_pretty(self).map_err(|e| failed(&path, &e.into()))?;
        durable::replace(&path, &root.join(format!(".{NAME}.new")), &bytes).map_err(|e| failed(&path, &e))
    }
}

fn unreadable(path: &Path, why: &str) -> SourceError {
    SourceError::new(SourceErrorKind::Io, format!("the record of imports cannot be read: {why}"))
        .in_file(path.display().to_string())
        .with_help("restore the file, or import the logs into a new folder")
}

/// Where a part is: under a hidden name until the manifest lists it.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) named: PathBuf,
    pub(super) hidden: PathBuf,
}

impl Place {
    /// The place of a part. A manifest may be anybody's: no part lies outside the folder.
    pub(super) fn of(root: &Path, part: &str) -> Result<Self, SourceError> {
        let relative = Path::new(part);
        let inside = relative.components().all(|c| matches!(c, Component::Normal(_)));
        let Some(name) = relative.file_name().filter(|_| inside) else {
            return Err(unreadable(&root.join(NAME), &format!("'{part}' is no file of the data set")));
        };
        let named = root.join(relative);
        let hidden = named.with_file_name(format!(".{}", name.to_string_lossy()));
        Ok(Self { named, hidden })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_lies_outside_the_folder() {
        let root = Path::new("/data");
        let place = Place::of(root, "table=T/day=2025-02-25/part_000001.parquet").unwrap();
        assert_eq!(place.hidden, Path::new("/data/table=T/day=2025-02-25/.part_000001.parquet"));
        for part in ["", "../x", "/etc/passwd", "a/../../x", "."] {
            assert!(Place::of(root, part).is_err(), "{part}");
        }
    }

    #[test]
    fn a_manifest_that_cannot_be_read_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Manifest::load(folder.path()).unwrap(), None);
        let manifest = Manifest::new();
        manifest.store(folder.path()).unwrap();
        assert_eq!(Manifest::load(folder.path()).unwrap(), Some(manifest));
        for text in ["", "[]", "{\"format\":7,\"seed\":1,\"next\":1,\"sources\":{},\"parts\":[]}"] {
            fs::write(folder.path().join(NAME), text).unwrap();
            assert!(Manifest::load(folder.path()).unwrap_err().help.unwrap().contains("new folder"), "{text}");
        }
    }
}
