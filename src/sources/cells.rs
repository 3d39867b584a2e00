//! The cells of delimited text, found 64 bytes at a time.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the instructions that were found")]

use fearless_simd::{Level, Simd, dispatch};

use super::bits::{WIDTH, Window, after, count, last_window, parity};
use super::cell::Raw;

/// Goes from record to record.
pub(super) struct Cells<'b> {
    bytes: &'b [u8],
    delimiter: u8,
    /// Where the window after the current one begins.
    at: usize,
    /// Where the current one begins, and what in it is still to come.
    base: usize,
    separators: u64,
    newlines: u64,
    /// Whether quotes in it stand elsewhere than around whole cells, and whether they hold line ends.
    odd: bool,
    broken_lines: bool,
    inside: u64,
    after_cell: u64,
    after_quote: u64,
    after_return: u64,
    /// Where the record begins, and its cells end.
    start: usize,
    ends: Vec<u32>,
    /// What the machine can do.
    level: Level,
}

/// A record: some bytes, and where its cells end.
pub(super) struct Record<'c> {
    bytes: &'c [u8],
    start: usize,
    end: usize,
    ends: &'c [u32],
    /// Whether every quote is one around a whole cell, or doubled in such a cell. Only then are the cells right.
    pub(super) plain: bool,
    /// How many lines it takes.
    pub(super) lines: u64,
}

impl<'b> Cells<'b> {
    /// The records of a text from a place on, at which one begins.
    pub(super) fn new(bytes: &'b [u8], from: usize, delimiter: u8) -> Self {
        Self {
            bytes,
            delimiter,
            at: from,
            base: from,
            separators: 0,
            newlines: 0,
            odd: false,
            broken_lines: false,
            inside: 0,
            after_cell: 1,
            after_quote: 0,
            after_return: 0,
            start: from,
            ends: Vec::new(),
            level: Level::new(),
        }
    }

    /// The next record, blank ones too.
    pub(super) fn next(&mut self) -> Option<Record<'_>> {
        let level = self.level;
        dispatch!(level, simd => self.next_with(simd))
    }

    #[inline(always)]
    fn next_with<S: Simd>(&mut self, simd: S) -> Option<Record<'_>> {
        if self.start >= self.bytes.len() {
            return None;
        }
        self.ends.clear();
        let (start, mut plain, mut broken_lines) = (self.start, !self.odd, self.broken_lines);
        loop {
            while self.separators != 0 {
                let at = self.base + self.separators.trailing_zeros() as usize;
                let bit = self.separators & self.separators.wrapping_neg();
                self.separators ^= bit;
                self.ends.push(at as u32);
                if self.newlines & bit != 0 {
                    self.start = at + 1;
                    return Some(self.record(start, at + 1, plain, broken_lines));
                }
            }
            if self.at >= self.bytes.len() {
                self.start = self.bytes.len();
                self.ends.push(self.bytes.len() as u32);
                plain &= self.inside == 0;
                return Some(self.record(start, self.start, plain, broken_lines));
            }
            self.window(simd);
            plain &= !self.odd;
            broken_lines |= self.broken_lines;
        }
    }

    fn record(&self, start: usize, end: usize, plain: bool, broken_lines: bool) -> Record<'_> {
        let lines = if broken_lines { count(&self.bytes[start..end], b'\n').max(1) as u64 } else { 1 };
        Record { bytes: self.bytes, start, end, ends: &self.ends, plain, lines }
    }

    #[inline(always)]
    fn window<S: Simd>(&mut self, simd: S) {
        self.base = self.at;
        let rest = &self.bytes[self.at..];
        match rest.first_chunk::<WIDTH>() {
            Some(window) => self.look(simd, window, u64::MAX),
            None => {
                let (window, valid) = last_window(rest);
                self.look(simd, &window, valid);
            }
        }
        self.at += WIDTH.min(rest.len());
    }

    #[inline(always)]
    fn look<S: Simd>(&mut self, simd: S, bytes: &[u8; WIDTH], valid: u64) {
        let window = Window::new(simd, bytes);
        let quotes = window.equal(b'"');
        let newlines = window.equal(b'\n');
        let inside = parity(quotes) ^ self.inside;
        self.inside = (inside >> 63).wrapping_neg();
        let (opening, closing) = (quotes & inside, quotes & !inside);
        self.broken_lines = newlines & inside != 0;
        self.newlines = newlines & !inside;
        self.separators = window.equal(self.delimiter) & !inside | self.newlines;
        // A quote opens where a cell begins, or is the second of a pair; it closes where a cell ends.
        let mut odd = opening & !after(self.separators | closing, &mut self.after_cell);
        let behind = after(closing, &mut self.after_quote) & !(self.separators | opening);
        // At the end of a line there may be a carriage return in between.
        let returns = if behind == 0 { 0 } else { behind & window.equal(b'\r') };
        odd |= behind & !returns;
        odd |= after(returns, &mut self.after_return) & !newlines;
        self.odd = odd & valid != 0;
    }
}

impl<'c> Record<'c> {
    /// The record without its line end.
    pub(super) fn text(&self) -> &'c [u8] {
        trim_line_end(&self.bytes[self.start..self.end])
    }

    /// Where it begins.
    pub(super) const fn start(&self) -> usize {
        self.start
    }

    /// How long it is with its line end.
    pub(super) const fn length(&self) -> usize {
        self.end - self.start
    }

    /// How many cells it has.
    pub(super) const fn width(&self) -> usize {
        self.ends.len()
    }

    /// Where a cell begins and ends.
    fn place(&self, at: usize) -> Option<(usize, usize)> {
        let end = *self.ends.get(at)? as usize;
        let start = if at == 0 { self.start } else { self.ends[at - 1] as usize + 1 };
        let last = at + 1 == self.ends.len();
        Some((start, if last { start + trim_line_end(&self.bytes[start..end]).len() } else { end }))
    }

    /// A cell, of the same text as a string.
    pub(super) fn cell<'t>(&self, at: usize, text: &'t str) -> Option<Raw<'t>> {
        let (start, end) = self.place(at)?;
        let cell = text.get(start..end)?;
        let Some(inner) = cell.strip_prefix('"') else { return Some(Raw::Text(cell)) };
        let inner = inner.strip_suffix('"')?;
        Some(if memchr::memchr(b'"', inner.as_bytes()).is_some() { Raw::Quoted(inner) } else { Raw::Text(inner) })
    }
}

/// A line without its end.
pub(super) fn trim_line_end(line: &[u8]) -> &[u8] {
    let kept = line.iter().rposition(|b| !matches!(b, b'\r' | b'\n')).map_or(0, |at| at + 1);
    &line[..kept]
}

#[cfg(test)]
mod tests;
