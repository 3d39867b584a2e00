//! All rejected rows of a read, on the disk: there may be more of them than memory should hold.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::tally::Reject;
use crate::types::Json;

/// The rejected rows of a read, in a temporary file that is gone when this is.
#[derive(Clone, Debug, Default)]
pub struct RejectLog(Arc<Mutex<Log>>);

#[derive(Debug, Default)]
struct Log {
    file: Option<File>,
    length: u64,
    /// By file and part of it.
    parts: BTreeMap<(usize, usize), Part>,
    /// Why rows are missing.
    problem: Option<io::Error>,
}

/// The rejected rows of a part of a file.
#[derive(Debug, Default)]
struct Part {
    /// Where they stand in the temporary file, and how many bytes they take.
    pieces: Vec<(u64, u64)>,
    /// How many lines and bytes stand before it, as far as it does not count them itself.
    before: (i64, i64),
}

impl RejectLog {
    fn lock(&self) -> MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A row as it is kept: a line of JSON.
    pub(super) fn line(row: &Reject) -> String {
        let json = serde_json::json!({
            "source": row.source,
            "line": row.line,
            "byte": row.byte,
            "reason": row.reason,
            "excerpt": row.excerpt,
        });
        format!("{json}\n")
    }

    /// Keeps rows of a part of a file.
    pub(super) fn keep(&self, part: (usize, usize), lines: &str) {
        let mut log = self.lock();
        let at = log.length;
        match log.write(lines.as_bytes()) {
            Ok(()) => log.parts.entry(part).or_default().pieces.push((at, lines.len() as u64)),
            Err(error) => log.problem = Some(error),
        }
    }

    /// Tells how many lines and bytes stand before those parts of a file that do not know it themselves.
    pub(super) fn shift(&self, file: usize, only: Option<usize>, (lines, bytes): (i64, i64)) {
        for ((_, part), kept) in self.lock().parts.range_mut((file, 0)..=(file, usize::MAX)) {
            if only.is_none_or(|only| only == *part) {
                kept.before.0 += lines;
                kept.before.1 += bytes;
            }
        }
    }

    /// Writes all rows as lines of JSON, in the order of the files and of the rows in them, their words as `shown` has
    /// them.
    ///
    /// # Errors
    /// When rows could not be kept, or cannot be written.
    pub fn write(&self, out: &mut dyn Write, shown: &dyn Fn(&str) -> String) -> io::Result<()> {
        let mut log = self.lock();
        if let Some(problem) = log.problem.take() {
            return Err(problem);
        }
        let Log { file: Some(file), parts, .. } = &mut *log else { return Ok(()) };
        for part in parts.values() {
            for (at, length) in &part.pieces {
                file.seek(SeekFrom::Start(*at))?;
                for line in BufReader::new(Read::by_ref(file).take(*length)).lines() {
                    let mut row: Json = serde_json::from_str(&line?)?;
                    for (name, before) in [("line", part.before.0), ("byte", part.before.1)] {
                        let counted = row[name].as_u64().unwrap_or_default();
                        row[name] = counted.saturating_add_signed(before).into();
                    }
                    for name in ["reason", "excerpt"] {
                        row[name] = shown(row[name].as_str().unwrap_or_default()).into();
                    }
                    writeln!(out, "{row}")?;
                }
            }
        }
        Ok(())
    }
}

impl Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }
}

/// Two are the same when they are one.
impl PartialEq for RejectLog {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for RejectLog {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_in_order_with_the_lines_of_their_file() {
        let row = |source: &str, line| {
            let (source, reason, excerpt) = (source.to_owned(), "why".to_owned(), "\"x".to_owned());
            RejectLog::line(&Reject { source, line, byte: line * 10, reason, excerpt })
        };
        let log = RejectLog::default();
        log.keep((1, 0), &row("b", 1));
        log.keep((0, 7), &row("a", 2));
        log.keep((0, 0), &(row("a", 3) + &row("a", 4)));
        log.keep((0, 7), &row("a", 5));
        log.shift(0, Some(7), (100, 0));
        log.shift(1, None, (-1, -2));
        let mut out = Vec::new();
        log.write(&mut out, &str::to_owned).unwrap();
        let got: Vec<(String, u64, u64)> = String::from_utf8(out)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .map(|row: Json| (row["source"].to_string(), row["line"].as_u64().unwrap(), row["byte"].as_u64().unwrap()))
            .collect();
        let want = [("a", 3, 30), ("a", 4, 40), ("a", 102, 20), ("a", 105, 50), ("b", 0, 8)];
        assert_eq!(got, want.map(|(source, line, byte)| (format!("\"{source}\""), line, byte)));
        let mut nothing = Vec::new();
        RejectLog::default().write(&mut nothing, &str::to_owned).unwrap();
        assert!(nothing.is_empty());
    }
}
