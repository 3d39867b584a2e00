//! Every row is accounted for: read = kept + repaired + rejected + in progress.

use std::fmt::Write;

use super::redact;
use super::rejects::RejectLog;

/// How many rejects (and how many repairs) are told in full; the others are only counted.
pub const TOLD: usize = 100;

/// How many characters of a bad row are shown.
const EXCERPT: usize = 120;

/// A row that was not taken, or that was taken with something missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The file.
    pub source: String,
    /// The line in it, counted from 1.
    pub line: u64,
    /// The byte at which the row starts, counted from 0 in the decompressed UTF-8 text.
    pub byte: u64,
    /// What is wrong with it.
    pub reason: String,
    /// How it begins, with control characters escaped.
    pub excerpt: String,
}

/// What became of the rows of one file in a read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileTally {
    /// The file's place among those of the catalogue.
    pub file: usize,
    /// Rows found, good or bad: kept, repaired, rejected or in progress.
    pub read: u64,
    /// Rows that were sound.
    pub kept: u64,
    /// Rows of which a value became null.
    pub repaired: u64,
    /// Rows that could not be read.
    pub rejected: u64,
    /// A half-written last line.
    pub in_progress: u64,
    /// Why the rest of the file could not be read.
    pub damage: Option<String>,
}

/// What became of the rows of a read. `read` is always `kept + repaired + rejected + in_progress`, and the rows
/// returned are `kept + repaired - outside - duplicates` (fewer when the request had a limit).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Files read.
    pub files: usize,
    /// Files whose path says that they hold no row of the asked period.
    pub skipped_files: usize,
    /// Bytes read, after decompression.
    pub bytes: u64,
    /// Rows found, good or bad.
    pub read: u64,
    /// Rows that were sound.
    pub kept: u64,
    /// Rows of which a value did not fit its column and became null, or whose text was not valid UTF-8.
    pub repaired: u64,
    /// Rows that could not be read at all.
    pub rejected: u64,
    /// Half-written last lines of files that Azure is still appending to.
    pub in_progress: u64,
    /// Rows (kept or repaired) left out because their time is outside the asked period.
    pub outside: u64,
    /// Rows (kept or repaired) whose time is not one of those that their file's folders promise. Counted only when a
    /// period is asked for.
    pub strayed: u64,
    /// Rows (kept or repaired) left out because the same record came before. Counted only when asked to.
    pub duplicates: u64,
    /// Rows of other tables in the same files; not part of `read`.
    pub other_tables: u64,
    /// Files that say themselves that rows are missing: answers of the query API with an error beside the data.
    pub incomplete: usize,
    /// The first damage that ended the reading of a file.
    pub damage: Option<String>,
    /// What became of the rows of each file, when they are those of a read.
    pub of_files: Vec<FileTally>,
    /// The first rejected rows.
    pub rejects: Vec<Reject>,
    /// The first repaired rows.
    pub repairs: Vec<Reject>,
    /// What a reader of the result should know: assumptions made, files cut short.
    pub notes: Vec<String>,
    /// All rejected rows, a log for each read. None unless [`super::ReadOptions::keep_rejects`] asks for them.
    pub logs: Vec<RejectLog>,
}

impl Tally {
    /// Adds what another part of the same read found.
    pub fn add(&mut self, other: Self) {
        self.files += other.files;
        self.skipped_files += other.skipped_files;
        self.bytes += other.bytes;
        self.read += other.read;
        self.kept += other.kept;
        self.repaired += other.repaired;
        self.rejected += other.rejected;
        self.in_progress += other.in_progress;
        self.outside += other.outside;
        self.strayed += other.strayed;
        self.duplicates += other.duplicates;
        self.other_tables += other.other_tables;
        self.incomplete += other.incomplete;
        self.damage = self.damage.take().or(other.damage);
        self.of_files.extend(other.of_files);
        append(&mut self.rejects, other.rejects);
        append(&mut self.repairs, other.repairs);
        for note in other.notes {
            self.note(note);
        }
        self.logs.extend(other.logs);
    }

    /// The same as that of one file.
    pub(super) fn of_file(&self, file: usize) -> FileTally {
        FileTally {
            file,
            read: self.read,
            kept: self.kept,
            repaired: self.repaired,
            rejected: self.rejected,
            in_progress: self.in_progress,
            damage: self.damage.clone(),
        }
    }

    /// Tells its rows how many lines and bytes stand before what they counted.
    pub(super) fn shift(&mut self, (lines, bytes): (i64, i64)) {
        for told in self.rejects.iter_mut().chain(&mut self.repairs) {
            told.line = told.line.saturating_add_signed(lines);
            told.byte = told.byte.saturating_add_signed(bytes);
        }
    }

    /// Adds a note, once.
    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Whether every row read is accounted for.
    pub const fn is_balanced(&self) -> bool {
        self.read == self.kept + self.repaired + self.rejected + self.in_progress
    }
}

fn append(to: &mut Vec<Reject>, from: Vec<Reject>) {
    let room = TOLD.saturating_sub(to.len());
    to.extend(from.into_iter().take(room));
}

/// The beginning of a bad row, fit to be shown: one line, no control characters, no secrets, no bodies.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(EXCERPT * 4)];
    let mut out = String::new();
    let text = String::from_utf8_lossy(head);
    let text = redact::excerpt(&text);
    let mut characters = text.trim_end().chars();
    for c in characters.by_ref().take(EXCERPT) {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            let _ = write!(out, "{}", c.escape_default());
        } else {
            out.push(c);
        }
    }
    if characters.next().is_some() || head.len() < bytes.len() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_harmless_line() {
        assert_eq!(excerpt(b"{\"a\":\x1b[31m\0\n\xff"), "{\"a\":\\u{1b}[31m\\u{0}\\n\u{fffd}");
        let long = excerpt("é".repeat(500).as_bytes());
        assert_eq!(long.chars().count(), EXCERPT + 1);
    }

    #[test]
    fn parts_add_up() {
        let part = || Tally { read: 3, kept: 1, repaired: 1, rejected: 1, notes: vec!["n".into()], ..Tally::default() };
        let mut whole = part();
        whole.add(part());
        assert!(whole.is_balanced());
        assert_eq!((whole.read, whole.notes.len()), (6, 1));
    }
}
