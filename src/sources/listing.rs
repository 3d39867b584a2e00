//! What lies at a place, listed and not opened: for an engine that has files read elsewhere.

use super::discover::expand;
use super::error::SourceError;
use super::slot::Slot;

/// A file that was listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its path or address.
    pub path: String,
    /// Half-open ticks of its rows' times, where its folders name a time.
    pub bounds: Option<(i64, i64)>,
}

/// The files of a path, a folder, a pattern or an address of blobs. `late` says how many ticks after its time a row may
/// have been received; without it any row may be anywhere.
///
/// # Errors
/// When nothing is there, or it cannot be listed.
pub fn listing(text: &str, late: Option<i64>) -> Result<Vec<Listed>, SourceError> {
    let found = expand(text)?;
    Ok(found
        .into_iter()
        .map(|file| Listed {
            bounds: late.and_then(|late| Some(Slot::of(&file.path)?.bounds(late))),
            path: file.path.to_string_lossy().into_owned(),
        })
        .collect())
}
