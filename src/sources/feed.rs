//! JSON text of any length, a value at a time: only the value at hand stands in memory.

use std::io::Read;
use std::ops::Range;

use super::blocks::LONGEST;
use super::json::{Broken, Nesting, Scanner};
use super::open::{BLOCK, Stream};

const TOO_LONG: &str = "a value is longer than 16 MiB";

/// Why a value cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The text stops before the value is complete.
    Ended,
    /// It is no value to keep, for this reason, but was passed.
    Passed(&'static str),
    /// Something else was due.
    Broken(&'static str),
}

impl From<&'static str> for Trouble {
    fn from(what: &'static str) -> Self {
        Self::Broken(what)
    }
}

/// A text that is read as it is needed.
pub(super) struct Feed {
    stream: Stream,
    buffer: Vec<u8>,
    at: usize,
    /// The place of the buffer's first byte in the text.
    base: u64,
    /// The line of the byte at `counted`.
    line: u64,
    counted: usize,
    ended: bool,
    /// Why the text stops, when it is not its end.
    pub(super) problem: Option<String>,
}

impl Feed {
    pub(super) fn new(stream: Stream, skipped: u64) -> Self {
        Self { stream, buffer: Vec::new(), at: 0, base: skipped, line: 1, counted: 0, ended: false, problem: None }
    }

    /// Reads on, forgetting what was passed; false when nothing more is to be had.
    fn more(&mut self) -> bool {
        if self.ended {
            return false;
        }
        self.count_lines();
        self.buffer.drain(..self.at);
        self.base += self.at as u64;
        self.at = 0;
        self.counted = 0;
        let before = self.buffer.len();
        let wanted = BLOCK.max(before).min(LONGEST) as u64;
        if let Err(error) = (&mut self.stream).take(wanted).read_to_end(&mut self.buffer) {
            self.problem = Some(format!("the file is cut short or damaged here: {error}"));
            self.ended = true;
        }
        // What came before an error is there all the same.
        self.ended |= self.buffer.len() == before;
        self.buffer.len() > before
    }

    fn count_lines(&mut self) {
        self.line += memchr::memchr_iter(b'\n', &self.buffer[self.counted..self.at]).count() as u64;
        self.counted = self.at;
    }

    /// The line, counted from 1, and the byte, counted from 0, at which the feed stands.
    pub(super) fn place(&mut self) -> (u64, u64) {
        self.count_lines();
        (self.line, self.base + self.at as u64)
    }

    /// Some text that was passed last and is still there.
    pub(super) fn text(&self, range: Range<usize>) -> &[u8] {
        &self.buffer[range]
    }

    /// What comes next, as far as it is at hand.
    pub(super) fn ahead(&self) -> &[u8] {
        &self.buffer[self.at..]
    }

    /// The next byte that is not white space, without passing it.
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            while let Some(byte) = self.buffer.get(self.at) {
                if !byte.is_ascii_whitespace() {
                    return Some(*byte);
                }
                self.at += 1;
            }
            if !self.more() {
                return None;
            }
        }
    }

    /// Passes a byte if it comes next.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let next = self.peek() == Some(byte);
        self.at += usize::from(next);
        next
    }

    /// Passes a byte that must come next.
    pub(super) fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), Trouble> {
        match self.peek() {
            Some(next) if next == byte => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(what.into()),
            None => Err(Trouble::Ended),
        }
    }

    /// Passes a value.
    pub(super) fn value(&mut self) -> Result<Range<usize>, Trouble> {
        #[allow(clippy::redundant_closure_for_method_calls, reason = "the method itself is not general enough")]
        let looked = self.look(|scanner| scanner.value());
        match looked {
            Ok((start, end)) if end - start <= LONGEST => {
                let range = self.at + start..self.at + end;
                self.at += end;
                Ok(range)
            }
            Ok(_) | Err(Trouble::Passed(_)) => self.pass(TOO_LONG),
            Err(trouble) => Err(trouble),
        }
    }

    /// Looks at what comes next without passing it, with as much text at hand as that needs.
    pub(super) fn look<T>(&mut self, what: impl Fn(&mut Scanner<'_>) -> Result<T, Broken>) -> Result<T, Trouble> {
        self.peek();
        loop {
            match what(&mut Scanner::new(&self.buffer[self.at..], 0)) {
                Ok(found) => return Ok(found),
                Err(Broken::At(_, what)) => return Err(what.into()),
                Err(Broken::Ended) if self.buffer.len() - self.at > LONGEST => {
                    return Err(Trouble::Passed(TOO_LONG));
                }
                Err(Broken::Ended) => {
                    if !self.more() {
                        return Err(Trouble::Ended);
                    }
                }
            }
        }
    }

    /// Passes a value that is too long to be kept, a block at a time.
    fn pass(&mut self, reason: &'static str) -> Result<Range<usize>, Trouble> {
        let mut nesting = Nesting::default();
        loop {
            while let Some(byte) = self.buffer.get(self.at) {
                self.at += 1;
                if nesting.take(*byte) && nesting.depth == 0 && !nesting.quoted {
                    return Err(Trouble::Passed(reason));
                }
            }
            if !self.more() {
                return Err(Trouble::Ended);
            }
        }
    }

    /// In an object whose `{` or whose last value was passed: the next key with its colon, or nothing when the object
    /// ends.
    pub(super) fn key(&mut self, first: bool) -> Result<Option<String>, Trouble> {
        if self.eat(b'}') {
            return Ok(None);
        }
        if !first {
            self.expect(b',', "a comma or `}` was due here")?;
        }
        if self.peek().is_some_and(|byte| byte != b'"') {
            return Err("a string was due here".into());
        }
        let range = self.value()?;
        let key = String::from_utf8_lossy(&self.buffer[range.start + 1..range.end - 1]).into_owned();
        self.expect(b':', "a colon was due here")?;
        Ok(Some(key))
    }

    /// Passes the rest of a line.
    pub(super) fn skip_line(&mut self) {
        loop {
            if let Some(found) = memchr::memchr(b'\n', &self.buffer[self.at..]) {
                self.at += found + 1;
                return;
            }
            self.at = self.buffer.len();
            if !self.more() {
                return;
            }
        }
    }
}
