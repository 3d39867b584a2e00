//! One record's cells: where, in its text, each wanted value stands.

use super::cell::{Adapt, Raw};
use super::json::{Broken, Scanner, unescape};
use super::plan::{Key, Plan};

/// How deep a JSON string may hold JSON text that holds JSON strings: once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Record,
    Extra,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    place: Place,
    start: usize,
    end: usize,
    json: bool,
    rank: u8,
    adapt: Adapt,
}

/// The cells of one record. Reused from record to record.
#[derive(Debug, Default)]
pub(super) struct Row {
    cells: Vec<Option<Cell>>,
    extra: String,
    /// Whether the record has an envelope around `properties`.
    pub(super) diagnostic: bool,
}

impl Row {
    /// Forgets the last record.
    pub(super) fn reset(&mut self, slots: usize) {
        self.cells.clear();
        self.cells.resize(slots, None);
        self.extra.clear();
        self.diagnostic = false;
    }

    /// The value of a cell in a record.
    pub(super) fn get<'a>(&'a self, slot: usize, record: &'a str) -> Option<(Raw<'a>, Adapt)> {
        let cell = self.cells.get(slot).copied().flatten()?;
        let text = match cell.place {
            Place::Record => record.get(cell.start..cell.end)?,
            Place::Extra => self.extra.get(cell.start..cell.end)?,
        };
        Some((if cell.json { Raw::Json(text) } else { Raw::Text(text) }, cell.adapt))
    }

    /// The text of a cell that holds a plain string.
    pub(super) fn text<'a>(&'a self, slot: usize, record: &'a str) -> Option<&'a str> {
        match self.get(slot, record)?.0 {
            Raw::Text(text) => Some(text),
            Raw::Json(json) => json.strip_prefix('"')?.strip_suffix('"'),
        }
        .filter(|text| !text.is_empty())
    }

    /// Notes where a CSV cell stands in the record.
    pub(super) fn put_text(&mut self, key: Key, start: usize, end: usize) {
        self.put(Cell { place: Place::Record, start, end, json: false, rank: key.rank, adapt: key.adapt }, key.slot);
    }

    /// Notes a CSV cell whose text is not simply a part of the record.
    pub(super) fn put_unquoted(&mut self, key: Key, raw: &str) {
        let start = self.extra.len();
        let mut rest = raw;
        while let Some(at) = rest.find("\"\"") {
            self.extra.push_str(&rest[..=at]);
            rest = &rest[at + 2..];
        }
        self.extra.push_str(rest);
        let end = self.extra.len();
        self.put(Cell { place: Place::Extra, start, end, json: false, rank: key.rank, adapt: key.adapt }, key.slot);
    }

    fn put(&mut self, cell: Cell, slot: usize) {
        if let Some(old) = self.cells.get_mut(slot)
            && old.is_none_or(|old| cell.rank < old.rank)
        {
            *old = Some(cell);
        }
    }

    /// Reads an object, flat or with an envelope.
    pub(super) fn read_object(&mut self, record: &str, plan: &Plan) -> Result<(), Broken> {
        let mut scan = Scanner::new(record.as_bytes(), 0);
        self.object(&mut scan, record, plan, Level::Envelope)?;
        match scan.peek() {
            None => Ok(()),
            Some(_) => Err(Broken::At(scan.at(), "something follows the record here")),
        }
    }

    /// Reads an array whose values stand in the order of some columns.
    pub(super) fn read_array(&mut self, record: &str, keys: &[Option<Key>]) -> Result<(), Broken> {
        let mut scan = Scanner::new(record.as_bytes(), 0);
        scan.expect(b'[', "a row of values was due here")?;
        let mut at = 0;
        while !scan.eat(b']') {
            if at > 0 {
                scan.expect(b',', "a comma or `]` was due here")?;
            }
            let Some(key) = keys.get(at) else {
                return Err(Broken::At(scan.at(), "this row has more values than there are columns"));
            };
            at += 1;
            let (start, end) = scan.value()?;
            if let Some(key) = key {
                self.put_json(*key, Place::Record, record, start, end);
            }
        }
        if at < keys.len() {
            return Err(Broken::At(scan.at() - 1, "this row has fewer values than there are columns"));
        }
        Ok(())
    }

    fn put_json(&mut self, key: Key, place: Place, text: &str, start: usize, end: usize) {
        // A null says nothing, and must not stand before a key of the same meaning that does.
        if &text.as_bytes()[start..end] != b"null" {
            self.put(Cell { place, start, end, json: true, rank: key.rank, adapt: key.adapt }, key.slot);
        }
    }

    fn object(&mut self, scan: &mut Scanner<'_>, text: &str, plan: &Plan, level: Level) -> Result<(), Broken> {
        let bytes = text.as_bytes();
        scan.expect(b'{', "a JSON object was due here")?;
        let mut first = true;
        while let Some((from, to)) = scan.key(first)? {
            first = false;
            let name = &bytes[from..to];
            let keys = match level {
                Level::Envelope => &plan.envelope,
                Level::Properties(_) => &plan.properties,
                Level::LastError(_) => &plan.last_error,
            };
            if plan.known && level == Level::Envelope && name.eq_ignore_ascii_case(b"properties") {
                self.properties(scan, text, plan)?;
                continue;
            }
            let nested = matches!(level, Level::Properties(_)) && name.eq_ignore_ascii_case(b"lastError");
            if nested && scan.peek() == Some(b'{') {
                self.object(scan, text, plan, Level::LastError(level.place()))?;
                continue;
            }
            let (start, end) = scan.value()?;
            if let Some(key) = keys.find(name) {
                self.put_json(key, level.place(), text, start, end);
            }
        }
        Ok(())
    }

    /// The properties of a diagnostic record: an object, or (as long ago) a string that holds one.
    fn properties(&mut self, scan: &mut Scanner<'_>, text: &str, plan: &Plan) -> Result<(), Broken> {
        if scan.peek() == Some(b'{') {
            self.diagnostic = true;
            return self.object(scan, text, plan, Level::Properties(Place::Record));
        }
        let (start, end) = scan.value()?;
        let Some(inner) = text[start..end].strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return Ok(()) };
        if inner.trim_start().starts_with('{') && self.extra.is_empty() {
            let mut unpacked = String::new();
            unescape(inner, &mut unpacked);
            self.diagnostic = true;
            let mut scan = Scanner::new(unpacked.as_bytes(), 0);
            // What is wrong inside the string leaves the envelope's own values standing.
            let _ = self.object(&mut scan, &unpacked, plan, Level::Properties(Place::Extra));
            self.extra = unpacked;
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Envelope,
    Properties(Place),
    LastError(Place),
}

impl Level {
    const fn place(self) -> Place {
        match self {
            Self::Envelope => Place::Record,
            Self::Properties(place) | Self::LastError(place) => place,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::types::ScalarType;

    use super::*;

    fn read(record: &str) -> Vec<String> {
        let columns = ["TimeGenerated", "Region", "TotalTime", "Url", "LastErrorReason"];
        let columns = columns.map(|name| (name.to_owned(), ScalarType::String)).to_vec();
        let plan = Plan::new("ApiManagementGatewayLogs", columns, None, false);
        let mut row = Row::default();
        row.reset(plan.slots);
        row.read_object(record, &plan).unwrap();
        let shown = |slot| match row.get(slot, record) {
            Some((Raw::Json(text) | Raw::Text(text), _)) => text.to_owned(),
            None => "-".to_owned(),
        };
        (0..5).map(shown).collect()
    }

    #[test]
    fn flat_and_wrapped_records_give_the_same_cells() {
        let want = ["\"T\"", "\"R\"", "5", "\"u\"", "\"x\""];
        for record in [
            r#"{"TimeGenerated":"T","Region":"R","TotalTime":5,"Url":"u","LastErrorReason":"x"}"#,
            r#"{"time":"T","location":"R","durationMs":5,"properties":{"url":"u","lastError":{"reason":"x","n":{}}}}"#,
            r#"{"properties":{"Url":"u","totalTime":5,"lastErrorReason":"x"},"time":"T","region":"R"}"#,
            r#"{"time":"T","location":"R","properties":"{\"Url\":\"u\",\"totalTime\":5,\"lastError\":{\"reason\":\"x\"}}"}"#,
            r#"{"location":null,"region":"R","time":"T","durationMs":5,"properties":{"totalTime":6,"url":"u","lastError":{"reason":"x"}}}"#,
        ] {
            assert_eq!(read(record), want, "{record}");
        }
        let bare = read(r#"{"a":{"time":"no","properties":{"url":"no"}},"b":"\"time\":1","properties":null}"#);
        assert_eq!(bare, ["-"; 5]);
    }

    #[test]
    fn what_is_no_record_is_told() {
        let plan = Plan::new("t", Vec::new(), None, false);
        let mut row = Row::default();
        let mut read = |text: &str| row.read_object(text, &plan);
        assert_eq!(read("{\"a\":1"), Err(Broken::Ended));
        assert!(matches!(read("{\"a\":1} x"), Err(Broken::At(8, _))));
        assert!(matches!(read("[]"), Err(Broken::At(0, _))));
        assert!(matches!(read("{\"a\" 1}"), Err(Broken::At(5, _))));
    }

    #[test]
    fn rows_of_values_follow_their_columns() {
        let key = |slot| Some(Key { slot, rank: 0, adapt: Adapt::Nothing });
        let mut row = Row::default();
        row.reset(2);
        row.read_array(r#"["a", 1, null]"#, &[key(1), None, key(0)]).unwrap();
        assert_eq!(row.text(1, r#"["a", 1, null]"#), Some("a"));
        assert!(row.get(0, "").is_none());
        assert!(row.read_array("[1]", &[None, None]).is_err());
        assert!(row.read_array("[1,2]", &[None]).is_err());
    }
}
