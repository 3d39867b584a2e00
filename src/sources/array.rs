//! A JSON array of objects, one a row.

use std::borrow::Cow;
use std::io::Read;

use super::companion::Guesses;
use super::error::SourceError;
use super::json::{Broken, Scanner};
use super::jsonl::{self, Keys, Record};
use super::open::Stream;
use super::rows::{Place, Rows};

/// The longest array that is read: it stands in memory whole.
const MOST_BYTES: u64 = 1 << 30;

/// Reads an array.
pub(super) fn read(
    stream: Stream,
    skipped: u64,
    source: &str,
    keys: &Keys,
    rows: &mut Rows<'_>,
) -> Result<(), SourceError> {
    let (bytes, problem) = whole(stream);
    rows.tally.bytes += bytes.len() as u64;
    let text = String::from_utf8_lossy(&bytes);
    let sound = matches!(text, Cow::Borrowed(_));
    let mut record = Record::default();
    let (mut line, mut counted) = (1, 0);
    let mut stopped = None;
    for value in Values::new(&text) {
        if rows.full() {
            return Ok(());
        }
        let start = match &value {
            Ok((start, _)) => *start,
            Err((at, _)) => *at,
        };
        line += memchr::memchr_iter(b'\n', &text.as_bytes()[counted..start]).count() as u64;
        counted = start;
        let place = Place { source, line, byte: skipped + start as u64 };
        match value {
            Ok((start, end)) => {
                let row = &text[start..end];
                match jsonl::scan(row, keys, &mut record) {
                    Ok(()) => jsonl::take(row, keys, &record, sound, place, rows)?,
                    Err(_) => rows.reject(place, "not a JSON object", row.as_bytes()),
                }
            }
            Err((_, why)) => stopped = Some((place, why)),
        }
    }
    if let Some((place, why)) = stopped {
        let reason = problem.unwrap_or_else(|| why.to_owned());
        rows.tally.note(format!("{source}: what follows line {} is not read: {reason}", place.line));
        rows.reject(place, &reason, &text.as_bytes()[(place.byte - skipped) as usize..]);
    }
    Ok(())
}

/// Shows every value of every row to the guesses.
pub(super) fn observe(stream: Stream, guesses: &mut Guesses) {
    let (bytes, _) = whole(stream);
    let text = String::from_utf8_lossy(&bytes);
    for (start, end) in Values::new(&text).flatten() {
        jsonl::observe_record(&text[start..end], guesses);
    }
}

/// All of a stream, and why it is not all.
fn whole(stream: Stream) -> (Vec<u8>, Option<String>) {
    let mut bytes = Vec::new();
    let problem = match stream.take(MOST_BYTES).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 == MOST_BYTES => Some("the array is longer than 1 GiB".to_owned()),
        Ok(_) => None,
        Err(error) => Some(format!("the file is cut short or damaged here: {error}")),
    };
    (bytes, problem)
}

/// The places of an array's values, and where and why there are no more.
struct Values<'t> {
    scanner: Scanner<'t>,
    first: bool,
    ended: bool,
    /// Where the value read last begins.
    start: usize,
}

impl<'t> Values<'t> {
    fn new(text: &'t str) -> Self {
        let mut scanner = Scanner::new(text.as_bytes(), 0);
        let ended = !scanner.eat(b'[');
        Self { scanner, first: true, ended, start: 0 }
    }

    fn value(&mut self) -> Result<Option<(usize, usize)>, Broken> {
        if self.scanner.eat(b']') {
            return Ok(None);
        }
        if !self.first {
            self.scanner.expect(b',', "a comma or `]` was due here")?;
        }
        self.first = false;
        self.scanner.peek();
        self.start = self.scanner.at();
        self.scanner.value().map(Some)
    }
}

impl Iterator for Values<'_> {
    type Item = Result<(usize, usize), (usize, &'static str)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.value() {
            Ok(Some(place)) => Some(Ok(place)),
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(broken) => {
                self.ended = true;
                Some(Err(match broken {
                    Broken::Ended => (self.start, "the array stops before its end"),
                    Broken::At(_, what) => (self.start, what),
                }))
            }
        }
    }
}
