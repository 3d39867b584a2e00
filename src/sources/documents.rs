//! JSON that is no line a row: arrays, the bodies of Event Hub messages (`{"records":[…]}`, arrays, single objects; one
//! a line or laid out), and answers of the query API. Told piece by piece to whoever walks along.

use std::borrow::Cow;

use super::error::SourceError;
use super::feed::{Feed, Trouble};
use super::json::{Broken, Scanner};
use super::open::Stream;

/// Where a piece stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At {
    pub(super) line: u64,
    pub(super) byte: u64,
}

/// What is told of the pieces.
pub(super) trait Visitor {
    /// An object that is a record. False ends the walk.
    fn record(&mut self, text: &[u8], at: At) -> Result<bool, SourceError>;
    /// The columns of the rows that follow.
    fn columns(&mut self, names: Vec<String>);
    /// A row: an array of values.
    fn row(&mut self, text: &[u8], at: At) -> Result<bool, SourceError>;
    /// What the answer says went wrong with it.
    fn error(&mut self, text: &str);
    /// Something that is no record.
    fn broken(&mut self, text: &[u8], at: At, reason: &str);
    /// The text ends within something; with a reason when that is no fault of a writer who is still at it.
    fn cut(&mut self, text: &[u8], at: At, reason: Option<&str>);
}

/// Walks through a text.
pub(super) fn walk(stream: Stream, skipped: u64, visitor: &mut dyn Visitor) -> Result<(), SourceError> {
    let mut walk = Walk { feed: Feed::new(stream, skipped), visitor, at: At { line: 1, byte: 0 }, answering: false };
    while walk.feed.peek().is_some() {
        let lasting = walk.feed.peek() == Some(b'[');
        match walk.element(0) {
            Ok(true) => {
                walk.feed.eat(b',');
            }
            Ok(false) => return Ok(()),
            Err(Stop::Error(error)) => return Err(*error),
            Err(Stop::Trouble(Trouble::Ended)) => {
                let reason = match walk.feed.problem.take() {
                    Some(problem) => Some(problem),
                    None if lasting => Some("the array stops before its end".to_owned()),
                    None if walk.answering => Some("the answer stops before its end".to_owned()),
                    None => None,
                };
                let text = walk.ahead();
                walk.visitor.cut(&text, walk.at, reason.as_deref());
                return Ok(());
            }
            Err(Stop::Trouble(trouble)) => {
                let reason = match trouble {
                    Trouble::Passed(what) | Trouble::Broken(what) => format!("not JSON: {what}"),
                    Trouble::Ended => String::new(),
                };
                let text = walk.ahead();
                let (line, byte) = walk.feed.place();
                if lasting {
                    // Where the next element begins is unknown.
                    let reason = format!("{reason}; what follows is not read");
                    walk.visitor.cut(&text, At { line, byte }, Some(&reason));
                    return Ok(());
                }
                walk.visitor.broken(&text, At { line, byte }, &reason);
                walk.feed.skip_line();
            }
        }
    }
    if let Some(problem) = walk.feed.problem.take() {
        let (line, byte) = walk.feed.place();
        walk.visitor.cut(b"", At { line, byte }, Some(&problem));
    }
    Ok(())
}

enum Stop {
    Trouble(Trouble),
    Error(Box<SourceError>),
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<SourceError> for Stop {
    fn from(error: SourceError) -> Self {
        Self::Error(Box::new(error))
    }
}

/// What an object holds, told by its first key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Record,
    Records,
    Answer,
}

fn kind_of(key: &[u8], value: u8) -> Kind {
    match (key, value) {
        (b"records", b'[') => Kind::Records,
        (b"tables" | b"Tables", b'[') | (b"error" | b"render" | b"statistics", b'{') => Kind::Answer,
        _ => Kind::Record,
    }
}

/// How deep arrays and wrappers may stand in one another.
const DEPTH: usize = 4;

struct Walk<'v> {
    feed: Feed,
    visitor: &'v mut dyn Visitor,
    /// Where the piece at hand begins.
    at: At,
    /// Whether what is read is an answer of the query API, which nobody appends to.
    answering: bool,
}

impl Walk<'_> {
    fn mark(&mut self) {
        self.feed.peek();
        let (line, byte) = self.feed.place();
        self.at = At { line, byte };
    }

    /// The beginning of what comes next, for a message.
    fn ahead(&self) -> Vec<u8> {
        let ahead = self.feed.ahead();
        ahead[..ahead.len().min(64 * 1024)].to_vec()
    }

    /// An array of elements, a wrapper of them, or a record. False when no more is wanted.
    fn element(&mut self, depth: usize) -> Result<bool, Stop> {
        self.mark();
        match self.feed.peek() {
            Some(b'[') if depth < DEPTH => {
                self.feed.eat(b'[');
                self.elements(depth + 1)
            }
            Some(b'{') => {
                let first = self.feed.look(|scanner| {
                    scanner.expect(b'{', "")?;
                    let Some((from, to)) = scanner.key(true)? else { return Ok((0, 0, b'}')) };
                    Ok((from, to, scanner.peek().ok_or(Broken::Ended)?))
                })?;
                let kind = kind_of(&self.feed.ahead()[first.0..first.1], first.2);
                match kind {
                    Kind::Records if depth < DEPTH => self.wrapper(depth),
                    Kind::Answer => self.answer(),
                    _ => self.record(depth),
                }
            }
            _ => {
                let range = self.feed.value()?;
                let text = self.feed.text(range).to_vec();
                self.visitor.broken(&text, self.at, "not a JSON object");
                Ok(true)
            }
        }
    }

    fn elements(&mut self, depth: usize) -> Result<bool, Stop> {
        let mut first = true;
        while !self.feed.eat(b']') {
            if !first {
                self.feed.expect(b',', "a comma or `]` was due here")?;
            }
            first = false;
            match self.element(depth) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                // What comes after it can be read.
                Err(Stop::Trouble(Trouble::Passed(reason))) => self.visitor.broken(b"", self.at, reason),
                Err(stop) => return Err(stop),
            }
        }
        Ok(true)
    }

    fn record(&mut self, depth: usize) -> Result<bool, Stop> {
        let range = self.feed.value()?;
        let text = self.feed.text(range);
        // A wrapper may have other keys before its records.
        if let Some((from, to)) = later_records(text).filter(|_| depth < DEPTH) {
            let inner = text[from..to].to_vec();
            let at = self.at;
            let byte = at.byte + from as u64;
            let mut within = Walk {
                feed: Feed::new(Box::new(std::io::Cursor::new(inner)), byte),
                visitor: &mut *self.visitor,
                at,
                answering: false,
            };
            return within.element(depth + 1);
        }
        Ok(self.visitor.record(text, self.at)?)
    }

    fn wrapper(&mut self, depth: usize) -> Result<bool, Stop> {
        self.feed.eat(b'{');
        let mut first = true;
        while let Some(key) = self.feed.key(first)? {
            first = false;
            if key == "records" && self.feed.eat(b'[') {
                if !self.elements(depth + 1)? {
                    return Ok(false);
                }
            } else {
                self.feed.value()?;
            }
        }
        Ok(true)
    }

    fn answer(&mut self) -> Result<bool, Stop> {
        self.answering = true;
        self.feed.eat(b'{');
        let mut first = true;
        while let Some(key) = self.feed.key(first)? {
            first = false;
            match key.as_str() {
                "tables" | "Tables" if self.feed.eat(b'[') => {
                    let mut first = true;
                    while !self.feed.eat(b']') {
                        if !first {
                            self.feed.expect(b',', "a comma or `]` was due here")?;
                        }
                        first = false;
                        if !self.table()? {
                            return Ok(false);
                        }
                    }
                }
                "error" => {
                    let range = self.feed.value()?;
                    let text = String::from_utf8_lossy(self.feed.text(range)).into_owned();
                    if text != "null" {
                        self.visitor.error(&text);
                    }
                }
                _ => {
                    self.feed.value()?;
                }
            }
        }
        Ok(true)
    }

    fn table(&mut self) -> Result<bool, Stop> {
        self.feed.expect(b'{', "a table was due here")?;
        let mut known = false;
        let mut first = true;
        while let Some(key) = self.feed.key(first)? {
            first = false;
            match key.as_str() {
                "columns" | "Columns" => {
                    let range = self.feed.value()?;
                    let names = names(&String::from_utf8_lossy(self.feed.text(range)))
                        .ok_or("columns were due here")
                        .map_err(Trouble::Broken)?;
                    self.visitor.columns(names);
                    known = true;
                }
                "rows" | "Rows" if self.feed.eat(b'[') => {
                    if !known {
                        return Err(Trouble::Broken("the rows stand before their columns here").into());
                    }
                    let mut first = true;
                    while !self.feed.eat(b']') {
                        if !first {
                            self.feed.expect(b',', "a comma or `]` was due here")?;
                        }
                        first = false;
                        self.mark();
                        let range = match self.feed.value() {
                            Err(Trouble::Passed(reason)) => {
                                self.visitor.broken(b"", self.at, reason);
                                continue;
                            }
                            other => other?,
                        };
                        if !self.visitor.row(self.feed.text(range), self.at)? {
                            return Ok(false);
                        }
                    }
                }
                _ => {
                    self.feed.value()?;
                }
            }
        }
        Ok(true)
    }
}

/// The names of an answer's columns; the two versions of the API spell the keys differently.
fn names(text: &str) -> Option<Vec<String>> {
    let columns: Vec<crate::types::Json> = serde_json::from_str(text).ok()?;
    columns
        .iter()
        .map(|column| column.get("name").or_else(|| column.get("ColumnName"))?.as_str().map(ToOwned::to_owned))
        .collect()
}

/// Where an object that begins with other keys has an array of records.
fn later_records(text: &[u8]) -> Option<(usize, usize)> {
    memchr::memmem::find(text, b"\"records\"")?;
    let mut scanner = Scanner::new(text, 0);
    scanner.expect(b'{', "").ok()?;
    let mut first = true;
    while let Ok(Some((from, to))) = scanner.key(first) {
        first = false;
        let (start, end) = scanner.value().ok()?;
        if &text[from..to] == b"records" && text[start] == b'[' {
            return Some((start, end));
        }
    }
    None
}

/// The values of an array, each as its text; `None` when it is none.
pub(super) fn cells(text: &str) -> Option<Vec<&str>> {
    let mut scanner = Scanner::new(text.as_bytes(), 0);
    scanner.expect(b'[', "").ok()?;
    let mut out = Vec::new();
    while !scanner.eat(b']') {
        if !out.is_empty() {
            scanner.expect(b',', "").ok()?;
        }
        let (start, end) = scanner.value().ok()?;
        out.push(&text[start..end]);
    }
    Some(out)
}

/// A text's characters, and whether all of its bytes were some.
pub(super) fn characters(text: &[u8]) -> (Cow<'_, str>, bool) {
    let text = String::from_utf8_lossy(text);
    let sound = matches!(text, Cow::Borrowed(_));
    (text, sound)
}
