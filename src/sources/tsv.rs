//! Tabs without quotes, as `az … -o tsv` prints them: every line is a row, and what a cell held of line ends breaks it.

use std::io::{BufRead, BufReader, Read};

use super::blocks::LONGEST;
use super::cell::{Adapt, Raw};
use super::documents::characters;
use super::error::SourceError;
use super::open::{BLOCK, Stream};
use super::rows::{NOT_UTF8, Place, Rows, TIME};
use super::stamp::Stamps;

/// Reads a file whose columns have these names.
pub(super) fn read(
    stream: Stream,
    skipped: u64,
    source: &str,
    names: &[String],
    rows: &mut Rows<'_>,
) -> Result<(), SourceError> {
    let find = |name: &str| names.iter().position(|n| n == name);
    let columns: Vec<Option<usize>> = rows.wanted().columns.iter().map(|(n, _)| find(n)).collect();
    let time = rows.wanted().period.and_then(|_| find(TIME));
    // The same cells in another table are another row.
    rows.seed = xxhash_rust::xxh64::xxh64(names.join("\t").as_bytes(), 0);
    let mut lines = Lines::new(stream, skipped);
    let mut row = Vec::new();
    let mut place = Place { source, line: 1, byte: skipped };
    while !rows.full() {
        row.clear();
        place.line = lines.number;
        place.byte = lines.byte;
        let mut tabs = 0;
        // A cell that holds a line end goes on in the next line: until the row has its tabs.
        while let Some(line) = lines.next(rows, source) {
            let more = memchr::memchr_iter(b'\t', &line.0).count();
            if !row.is_empty() && (tabs + more >= names.len() || row.len() > LONGEST) {
                lines.put_back(line);
                break;
            }
            tabs += more;
            if !row.is_empty() {
                row.push(b'\n');
            }
            row.extend_from_slice(&line.0);
            if tabs + 1 >= names.len() || row.is_empty() {
                break;
            }
        }
        if row.is_empty() {
            if lines.ended {
                return Ok(());
            }
            continue;
        }
        rows.tally.bytes += row.len() as u64 + 1;
        let (text, sound) = characters(&row);
        let cells: Vec<&str> = text.split('\t').collect();
        if cells.len() != names.len() {
            let reason = format!("the row has {} cells and the table {}", cells.len(), names.len());
            rows.reject(place, &reason, text.as_bytes());
            continue;
        }
        let raw = |at: usize| Raw::Text(cells[at]);
        let values: Vec<(Option<Raw<'_>>, Adapt)> = columns.iter().map(|at| (at.map(raw), Adapt::Nothing)).collect();
        rows.take(
            |at| values[at],
            time.map(raw),
            Stamps::default(),
            (!sound).then_some(NOT_UTF8),
            text.as_bytes(),
            place,
        )?;
    }
    Ok(())
}

/// A line without its end, and how many bytes it took.
type Line = (Vec<u8>, u64);

struct Lines {
    input: BufReader<Stream>,
    /// A line that belongs to the next row.
    again: Option<Line>,
    number: u64,
    byte: u64,
    ended: bool,
}

impl Lines {
    fn new(stream: Stream, byte: u64) -> Self {
        Self { input: BufReader::with_capacity(BLOCK, stream), again: None, number: 1, byte, ended: false }
    }

    fn put_back(&mut self, line: Line) {
        self.number -= 1;
        self.byte -= line.1;
        self.again = Some(line);
    }

    fn next(&mut self, rows: &mut Rows<'_>, source: &str) -> Option<Line> {
        if let Some(line) = self.again.take() {
            self.number += 1;
            self.byte += line.1;
            return Some(line);
        }
        let mut line = Vec::new();
        let outcome = (&mut self.input).take(LONGEST as u64).read_until(b'\n', &mut line);
        if let Err(error) = outcome {
            let place = Place { source, line: self.number, byte: self.byte };
            let reason = format!("the file is cut short or damaged here: {error}");
            rows.damaged(place, &reason, &line);
            self.ended = true;
            return None;
        }
        self.ended = line.is_empty();
        if self.ended {
            return None;
        }
        let taken = line.len() as u64;
        self.number += 1;
        self.byte += taken;
        while line.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
            line.pop();
        }
        Some((line, taken))
    }
}
