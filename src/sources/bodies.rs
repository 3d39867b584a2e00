//! The records and rows of JSON documents on their way into a read, to the guesses, or to whoever asks what a file is.

use super::apim;
use super::cell::{Adapt, Raw};
use super::companion::Guesses;
use super::documents::{At, Visitor, cells, characters};
use super::error::SourceError;
use super::json::unescape;
use super::jsonl::{self, Keys, Record};
use super::rows::{NOT_UTF8, Place, Rows, TIME};
use super::stamp::Stamps;

/// Takes what belongs to a table.
pub(super) struct Taking<'a, 'w> {
    source: &'a str,
    table: &'a str,
    keys: &'a Keys,
    record: Record,
    rows: &'a mut Rows<'w>,
    /// The answer's columns that are read next, and where the wanted ones stand among them.
    answer: Option<Columns>,
}

/// Where the columns of an answer's table are.
struct Columns {
    width: usize,
    wanted: Vec<Option<usize>>,
    time: Option<usize>,
    kind: Option<usize>,
    /// Whether the table is the one that is read, as far as its columns tell.
    ours: bool,
}

impl<'a, 'w> Taking<'a, 'w> {
    pub(super) fn new(source: &'a str, table: &'a str, keys: &'a Keys, rows: &'a mut Rows<'w>) -> Self {
        Self { source, table, keys, record: Record::default(), rows, answer: None }
    }

    fn place(&self, at: At) -> Place<'a> {
        Place { source: self.source, line: at.line, byte: at.byte }
    }
}

impl Visitor for Taking<'_, '_> {
    fn record(&mut self, text: &[u8], at: At) -> Result<bool, SourceError> {
        if self.rows.full() {
            return Ok(false);
        }
        self.rows.tally.bytes += text.len() as u64;
        let place = self.place(at);
        let (text, sound) = characters(text);
        match jsonl::scan(&text, self.keys, &mut self.record) {
            Ok(()) => jsonl::take(&text, self.keys, &self.record, sound, place, self.rows)?,
            Err(_) => self.rows.reject(place, "not a JSON object", text.as_bytes()),
        }
        Ok(true)
    }

    fn columns(&mut self, names: Vec<String>) {
        let find = |name: &str| names.iter().position(|n| n == name);
        let known = apim::table(self.table).is_some();
        // The same values below other columns are another row.
        self.rows.seed = xxhash_rust::xxh64::xxh64(names.join("\t").as_bytes(), 0);
        let wanted = self.rows.wanted();
        self.answer = Some(Columns {
            width: names.len(),
            wanted: wanted.columns.iter().map(|(name, _)| find(name)).collect(),
            time: wanted.period.and_then(|_| find(TIME)),
            kind: find("Type").filter(|_| known),
            ours: !known || apim::best_match(names.iter().map(String::as_str)).is_some(),
        });
    }

    fn row(&mut self, text: &[u8], at: At) -> Result<bool, SourceError> {
        if self.rows.full() {
            return Ok(false);
        }
        self.rows.tally.bytes += text.len() as u64;
        let place = self.place(at);
        let (text, sound) = characters(text);
        let Some(columns) = &self.answer else { return Ok(true) };
        let values = match cells(&text) {
            Some(values) if values.len() == columns.width => values,
            Some(values) => {
                let reason = format!("the row has {} values and the table {} columns", values.len(), columns.width);
                self.rows.reject(place, &reason, text.as_bytes());
                return Ok(true);
            }
            None => {
                self.rows.reject(place, "not a row", text.as_bytes());
                return Ok(true);
            }
        };
        let other = columns.kind.and_then(|at| apim::proper_name(values[at].trim_matches('"')));
        if !columns.ours || other.is_some_and(|table| table != self.table) {
            self.rows.tally.other_tables += 1;
            return Ok(true);
        }
        let raw = |at: usize| Raw::Json(values[at]);
        let wanted: Vec<(Option<Raw<'_>>, Adapt)> =
            columns.wanted.iter().map(|at| (at.map(raw), Adapt::Nothing)).collect();
        self.rows.take(
            |at| wanted[at],
            columns.time.map(raw),
            Stamps::default(),
            (!sound).then_some(NOT_UTF8),
            text.as_bytes(),
            place,
        )?;
        Ok(true)
    }

    fn error(&mut self, text: &str) {
        self.rows.tally.incomplete += 1;
        let said = said(text);
        self.rows.tally.note(format!("{}: the answer is not whole, as it says itself: {said}", self.source));
    }

    fn broken(&mut self, text: &[u8], at: At, reason: &str) {
        self.rows.reject(self.place(at), reason, text);
    }

    fn cut(&mut self, text: &[u8], at: At, reason: Option<&str>) {
        match reason {
            None => self.rows.in_progress(),
            Some(reason) => {
                self.rows.tally.note(format!("{}:{}: {reason}", self.source, at.line));
                self.rows.reject(self.place(at), reason, text);
                self.rows.tally.damage.get_or_insert_with(|| reason.to_owned());
            }
        }
    }
}

/// What an error object says.
fn said(text: &str) -> String {
    let told: crate::types::Json = serde_json::from_str(text).unwrap_or_default();
    let part = |key: &str| told.get(key).and_then(|v| v.as_str()).unwrap_or_default();
    match (part("code"), part("message")) {
        ("", "") => super::tally::excerpt(text.as_bytes()),
        (code, message) => format!("{code}: {message}"),
    }
}

/// Shows values to the guesses.
pub(super) struct Observing<'g> {
    guesses: &'g mut Guesses,
    names: Vec<String>,
}

impl<'g> Observing<'g> {
    pub(super) fn new(guesses: &'g mut Guesses) -> Self {
        Self { guesses, names: Vec::new() }
    }
}

impl Visitor for Observing<'_> {
    fn record(&mut self, text: &[u8], _: At) -> Result<bool, SourceError> {
        jsonl::observe_record(&characters(text).0, self.guesses);
        Ok(true)
    }

    fn columns(&mut self, names: Vec<String>) {
        names.iter().for_each(|name| self.guesses.column(name));
        self.names = names;
    }

    fn row(&mut self, text: &[u8], _: At) -> Result<bool, SourceError> {
        let text = characters(text).0;
        let values = cells(&text).unwrap_or_default();
        self.names.iter().zip(values).for_each(|(name, value)| self.guesses.json(name, value));
        Ok(true)
    }

    fn error(&mut self, _: &str) {}
    fn broken(&mut self, _: &[u8], _: At, _: &str) {}
    fn cut(&mut self, _: &[u8], _: At, _: Option<&str>) {}
}

/// Finds out what a text's beginning holds.
#[derive(Default)]
pub(super) struct Sniffing {
    /// Records, the cut one at the end included.
    pub(super) records: Vec<Vec<u8>>,
    /// The columns of each table of an answer.
    pub(super) answers: Vec<Vec<String>>,
    /// The tables that rows of an answer name.
    pub(super) named: Vec<String>,
    /// The first thing that was no record, or the error that an answer is.
    pub(super) fault: Option<String>,
    /// Whether it is an answer that is an error.
    pub(super) failed: bool,
}

impl Visitor for Sniffing {
    fn record(&mut self, text: &[u8], _: At) -> Result<bool, SourceError> {
        self.records.push(text.to_vec());
        Ok(true)
    }

    fn columns(&mut self, names: Vec<String>) {
        self.answers.push(names);
    }

    fn row(&mut self, text: &[u8], _: At) -> Result<bool, SourceError> {
        let text = characters(text).0;
        let at = self.answers.last().and_then(|names| names.iter().position(|n| n == "Type"));
        if let Some(value) = at.and_then(|at| cells(&text)?.get(at).copied()) {
            let mut name = String::new();
            unescape(value.trim_matches('"'), &mut name);
            if !self.named.contains(&name) {
                self.named.push(name);
            }
        }
        Ok(true)
    }

    fn error(&mut self, text: &str) {
        self.failed = true;
        self.fault.get_or_insert_with(|| format!("the answer is an error: {}", said(text)));
    }

    fn broken(&mut self, _: &[u8], _: At, reason: &str) {
        self.fault.get_or_insert_with(|| reason.to_owned());
    }

    fn cut(&mut self, text: &[u8], _: At, _: Option<&str>) {
        if let Some(at) = memchr::memchr(b'{', text) {
            self.records.push(text[at..].to_vec());
        }
    }
}
