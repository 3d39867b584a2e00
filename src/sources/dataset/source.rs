//! What of a source is new to a data set.

use std::io::{self, Read};
use std::path::Path;

use serde::de::IgnoredAny;
use xxhash_rust::xxh64::xxh64;

use super::super::blocks::LONGEST;
use super::super::discover::Candidate;
use super::super::entry::Entry;
use super::super::location::{self, Stat};
use super::super::sniff::Shape;
use super::manifest::{Known, Manifest};

/// How many bytes before the place where reading stopped tell whether the file is still the same.
const BEFORE: u64 = 4096;

/// How much of a file's end is read at a time to find its last line.
const STEP: u64 = 64 * 1024;

/// What a look at a source found.
pub(super) enum Found {
    /// Nothing has changed.
    Same,
    /// It is no log, for this reason.
    NoLog(String),
    /// Something is to be read.
    New(Box<Source>),
}

/// A source of which something is to be read.
pub(super) struct Source {
    /// Its name in the manifest.
    pub(super) name: String,
    /// The file, from the place where reading stopped before.
    pub(super) entry: Entry,
    /// Whether it was read before up to some place.
    pub(super) grown: bool,
    /// Whether its last line is still being written.
    pub(super) half_line: bool,
    stat: Stat,
    /// Where reading starts.
    start: u64,
    /// Where reading will stop, when more may be appended there.
    end: Option<u64>,
}

impl Source {
    /// Compares a file with what is known of it.
    pub(super) fn look(candidate: Candidate, manifest: &Manifest) -> io::Result<Found> {
        match candidate.problem {
            Some(problem) if candidate.lost => return Err(io::Error::other(problem)),
            Some(problem) => return Ok(Found::NoLog(problem)),
            None => {}
        }
        let path = candidate.path;
        let name = name_of(&candidate.real);
        let stat = candidate.stat.map_or_else(|| location::stat(&path), Ok)?;
        let known = manifest.sources.get(&name);
        if known.is_some_and(|known| known.size == stat.size && known.stamp == stat.stamp) {
            return Ok(Found::Same);
        }
        let mut entry = Entry::alone(path.clone());
        if entry.look().lost {
            return Err(io::Error::other(entry.look().problem.clone().unwrap_or_default()));
        }
        let Some(shape) = entry.look().shape else {
            return Ok(Found::NoLog(entry.look().problem.clone().unwrap_or_default()));
        };
        let lines = matches!(shape, Shape::DataExport | Shape::Diagnostic | Shape::JsonLines);
        if !lines || !is_plain(&path)? {
            let grown = known.is_some();
            return Ok(Found::New(Box::new(Self { name, entry, grown, half_line: false, stat, start: 0, end: None })));
        }
        let (end, half_line) = end_of_lines(&path, stat.size)?;
        let mut start = 0;
        if let Some((read, before)) = known.and_then(|known| Some((known.read?, known.before)))
            && read <= end
            && hash_before(&path, read)? == before
        {
            start = read;
        }
        entry.only(start, end);
        Ok(Found::New(Box::new(Self { name, entry, grown: known.is_some(), half_line, stat, start, end: Some(end) })))
    }

    /// What is known of it once its rows are imported. `whole` when it must be read from its beginning if it grows.
    pub(super) fn known(&self, whole: bool) -> io::Result<Known> {
        let read = self.end.filter(|_| !whole);
        let before = read.map_or(Ok(0), |read| hash_before(&self.entry.look().path, read))?;
        Ok(Known { size: self.stat.size, stamp: self.stat.stamp.clone(), read, before })
    }

    /// How many lines stand before the place from which it is read.
    pub(super) fn lines_before(&self) -> u64 {
        let mut lines = 0;
        let Ok(mut stream) = location::bytes(&self.entry.look().path, 0, Some(self.start)) else { return 0 };
        let mut block = Vec::new();
        while matches!((&mut stream).take(STEP).read_to_end(&mut block), Ok(1..)) {
            lines += memchr::memchr_iter(b'\n', &block).count() as u64;
            block.clear();
        }
        lines
    }

    /// Its size in bytes.
    pub(super) const fn size(&self) -> u64 {
        self.stat.size
    }
}

/// The same text for the same file, wherever it is named from.
fn name_of(full: &Path) -> String {
    // What is no text looks like other names that are none.
    let told_apart = || format!("{}#{:x}", full.display(), xxh64(full.as_os_str().as_encoded_bytes(), 0));
    full.to_str().map_or_else(told_apart, ToOwned::to_owned)
}

/// Whether the bytes of a file of JSON lines are its text: not packed, and not UTF-16.
fn is_plain(path: &Path) -> io::Result<bool> {
    let head = part(path, 0, 2)?;
    Ok(matches!(head[..], [b'{' | b'\n' | b' ', next] if next != 0))
}

/// Where the whole lines of a file end, and whether more than white space follows.
fn end_of_lines(path: &Path, size: u64) -> io::Result<(u64, bool)> {
    let mut tail = Vec::new();
    let mut from = size;
    while from > 0 && size - from < LONGEST as u64 {
        let to = from;
        from = from.saturating_sub(STEP);
        let mut block = part(path, from, to)?;
        let newline = memchr::memrchr(b'\n', &block);
        let line = block.split_off(newline.map_or(0, |at| at + 1));
        tail.splice(0..0, line);
        if newline.is_some() {
            break;
        }
    }
    let blank = tail.iter().all(u8::is_ascii_whitespace);
    // A last line may be whole without its end; one that is too long is for the reader to refuse.
    if blank || tail.len() as u64 >= LONGEST as u64 || serde_json::from_slice::<IgnoredAny>(&tail).is_ok() {
        return Ok((size, false));
    }
    Ok((size - tail.len() as u64, true))
}

fn hash_before(path: &Path, place: u64) -> io::Result<u64> {
    Ok(xxh64(&part(path, place.saturating_sub(BEFORE), place)?, place))
}

fn part(path: &Path, from: u64, to: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    location::bytes(path, from, Some(to))?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn whole_lines_end_where_a_half_one_begins() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let long = format!("{{\"a\":\"{}\"", "x".repeat(200_000));
        for (text, end, half) in [
            ("", 0, false),
            ("{}\n", 3, false),
            ("{}\n{}", 5, false),
            ("{}\n{\"a\":1", 3, true),
            ("{}\n  \n", 6, false),
            ("{\"a\"", 0, true),
            (&format!("{{}}\n{long}"), 3, true),
            (&format!("{{}}\n{long}}}"), 3 + long.len() as u64 + 1, false),
        ] {
            fs::write(&path, text).unwrap();
            assert_eq!(end_of_lines(&path, text.len() as u64).unwrap(), (end, half), "{text:.20}");
        }
    }
}
