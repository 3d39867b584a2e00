//! JSON lines: of a data export rule (columns by name) and of a diagnostic setting (envelope and properties).

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};

use super::apim::{self, ENVELOPE_NAMES, LAST_ERROR_NAMES};
use super::blocks::LONGEST;
use super::cell::{Adapt, Raw, is_missing};
use super::companion::Guesses;
use super::error::SourceError;
use super::json::{Broken, Scanner, unescape};
use super::open::{BLOCK, Stream};
use super::rows::{NOT_UTF8, Place, Rows, TIME, Wanted};
use super::sniff::Shape;
use super::stamp::Stamps;

/// What a key's value is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// A wanted column.
    Column(usize),
    /// The time, wanted only to test the period.
    Time,
    /// The category or type, which tells the table.
    Table,
    /// The nested properties of a diagnostic record.
    Properties,
    /// The nested last error within them.
    LastError,
}

/// The keys that matter, and for what.
pub(super) struct Keys {
    pub(super) top: HashMap<Vec<u8>, Vec<Slot>>,
    pub(super) nested: HashMap<Vec<u8>, Vec<Slot>>,
    pub(super) last_error: HashMap<Vec<u8>, Vec<Slot>>,
    adapts: Vec<Adapt>,
    /// What a record of this shape leaves out because it is the same in all.
    constants: Vec<Option<String>>,
    shape: Shape,
    table: String,
    width: usize,
}

impl Keys {
    /// The keys of all wanted columns.
    pub(super) fn new(wanted: &Wanted, shape: Shape, table: &str) -> Self {
        Self::only(wanted, |_| true, shape, table)
    }

    /// The keys of some wanted columns, by their places.
    pub(super) fn only(wanted: &Wanted, some: impl Fn(usize) -> bool, shape: Shape, table: &str) -> Self {
        let mut keys = Self {
            top: HashMap::new(),
            nested: HashMap::new(),
            last_error: HashMap::new(),
            adapts: vec![Adapt::Nothing; wanted.columns.len()],
            constants: vec![None; wanted.columns.len()],
            shape,
            table: table.to_owned(),
            width: wanted.columns.len(),
        };
        for (at, (column, _)) in wanted.columns.iter().enumerate().filter(|(at, _)| some(*at)) {
            if keys.is_view() {
                keys.view(column, at);
                continue;
            }
            keys.add(column, Slot::Column(at));
            if shape == Shape::Diagnostic {
                match column.as_str() {
                    "_ResourceId" => keys.adapts[at] = Adapt::Lower,
                    "SourceSystem" => keys.constants[at] = Some("Azure".to_owned()),
                    "Type" => keys.constants[at] = Some(table.to_owned()),
                    _ => {}
                }
            }
        }
        if wanted.period.is_some() {
            keys.add(TIME, Slot::Time);
        }
        if shape == Shape::Diagnostic {
            add(&mut keys.top, "category", Slot::Table);
            add(&mut keys.top, "Category", Slot::Table);
            add(&mut keys.top, "properties", Slot::Properties);
            add(&mut keys.nested, "lastError", Slot::LastError);
            add(&mut keys.nested, "LastError", Slot::LastError);
        } else if shape == Shape::DataExport {
            add(&mut keys.top, "Type", Slot::Table);
        }
        keys
    }

    /// How many columns are wanted.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// Whether the records of a diagnostic setting are read as rows of the table older settings write to.
    fn is_view(&self) -> bool {
        self.shape == Shape::Diagnostic && self.table == apim::AZURE_DIAGNOSTICS
    }

    /// A column of `AzureDiagnostics`: a field and, unless all resources share it, the suffix of its type.
    fn view(&mut self, column: &str, at: usize) {
        let slot = Slot::Column(at);
        if let Some(source) = apim::diagnostics_source(column) {
            match source {
                apim::Source::Constant(text) => self.constants[at] = Some(text.to_owned()),
                apim::Source::Envelope(name) => add(&mut self.top, name, slot),
                apim::Source::ResourceId(word) => {
                    self.adapts[at] = Adapt::After(word);
                    add(&mut self.top, "resourceId", slot);
                }
            }
            return;
        }
        let field = column.rsplit_once('_').map_or(column, |(field, _)| field);
        match field.strip_prefix("lastError_") {
            Some(field) => add(&mut self.last_error, field, slot),
            None => {
                add(&mut self.nested, field, slot);
                add(&mut self.top, field, slot);
            }
        }
    }

    /// The value of a wanted column in a record, and how it is adapted.
    pub(super) fn value<'r>(&'r self, text: &'r str, record: &'r Record, at: usize) -> (Option<Raw<'r>>, Adapt) {
        let found = record.columns[at].as_ref().map(|found| record.raw(found, text));
        (found.or_else(|| self.constants[at].as_deref().map(Raw::Text)), self.adapts[at])
    }

    fn add(&mut self, column: &str, slot: Slot) {
        add(&mut self.top, column, slot);
        if self.shape != Shape::Diagnostic {
            return;
        }
        let camel = apim::name_in_properties(column);
        for map in [&mut self.top, &mut self.nested] {
            add(map, &camel, slot);
        }
        add(&mut self.nested, column, slot);
        for (name, _) in ENVELOPE_NAMES.iter().filter(|(_, c)| *c == column) {
            add(&mut self.top, name, slot);
        }
        for (name, _) in LAST_ERROR_NAMES.iter().filter(|(_, c)| *c == column) {
            add(&mut self.last_error, name, slot);
        }
    }
}

fn add(map: &mut HashMap<Vec<u8>, Vec<Slot>>, key: &str, slot: Slot) {
    let slots = map.entry(key.as_bytes().to_vec()).or_default();
    if !slots.contains(&slot) {
        slots.push(slot);
    }
}

/// Where in a text a value stands: in the line, or in properties that were a string of JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) inner: bool,
}

/// What was found in one record.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    columns: Vec<Option<Found>>,
    time: Option<Found>,
    table: Option<Found>,
    /// Properties that were a string, unescaped.
    inner: String,
    /// Whether the text of such properties was not valid.
    unsound: bool,
    /// Whether properties, or the last error in them, are something else than an object.
    torn: bool,
    /// What they are, when they are neither object nor string.
    other: Option<Found>,
}

impl Record {
    /// Forgets what was found in the record before.
    pub(super) fn clear(&mut self, width: usize) {
        self.columns.clear();
        self.columns.resize(width, None);
        self.time = None;
        self.table = None;
        self.inner.clear();
        self.unsound = false;
        self.torn = false;
        self.other = None;
    }

    /// The record's time as it stands there, when it was looked for.
    pub(super) fn time<'r>(&'r self, text: &'r str) -> Option<Raw<'r>> {
        self.time.as_ref().map(|found| self.raw(found, text))
    }

    fn raw<'r>(&'r self, found: &Found, text: &'r str) -> Raw<'r> {
        Raw::Json(&(if found.inner { &self.inner } else { text })[found.start..found.end])
    }

    /// Notes a value. Of a key that comes twice the first stays.
    pub(super) fn put(&mut self, slot: Slot, found: Found) {
        let place = match slot {
            Slot::Column(at) => &mut self.columns[at],
            Slot::Time => &mut self.time,
            Slot::Table => &mut self.table,
            Slot::Properties | Slot::LastError => &mut self.other,
        };
        place.get_or_insert(found);
    }
}

/// Shows every value of every record to the guesses.
pub(super) fn observe(stream: Stream, guesses: &mut Guesses) {
    let mut input = BufReader::with_capacity(BLOCK, stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut input).take(LONGEST as u64).read_until(b'\n', &mut line) {
            Ok(count) if count > 0 => observe_record(&String::from_utf8_lossy(&line), guesses),
            _ => return,
        }
    }
}

/// Shows every value of a record to the guesses.
pub(super) fn observe_record(text: &str, guesses: &mut Guesses) {
    let mut scanner = Scanner::new(text.as_bytes(), 0);
    let mut first = true;
    if scanner.expect(b'{', "").is_err() {
        return;
    }
    let mut key = String::new();
    while let Ok(Some((from, to))) = scanner.key(first) {
        first = false;
        let Ok((start, end)) = scanner.value() else { return };
        key.clear();
        unescape(&text[from..to], &mut key);
        guesses.json(&key, &text[start..end]);
    }
}

/// Finds the values of a record.
pub(super) fn scan(text: &str, keys: &Keys, record: &mut Record) -> Result<(), Broken> {
    record.clear(keys.width);
    let mut scanner = Scanner::new(text.as_bytes(), 0);
    object(text, &mut scanner, keys, &keys.top, false, record)?;
    match scanner.peek() {
        None => Ok(()),
        Some(_) => Err(Broken::At(scanner.at(), "more follows the object")),
    }
}

fn object(
    text: &str,
    scanner: &mut Scanner<'_>,
    keys: &Keys,
    map: &HashMap<Vec<u8>, Vec<Slot>>,
    inner: bool,
    record: &mut Record,
) -> Result<(), Broken> {
    scanner.expect(b'{', "`{` was due here")?;
    let mut first = true;
    while let Some((from, to)) = scanner.key(first)? {
        first = false;
        let slots = map.get(key(&text[from..to]).as_bytes()).map_or(&[][..], Vec::as_slice);
        let nested = match slots.first() {
            Some(Slot::Properties) => Some(&keys.nested),
            Some(Slot::LastError) => Some(&keys.last_error),
            _ => None,
        };
        match (nested, scanner.peek()) {
            (Some(map), Some(b'{')) => object(text, scanner, keys, map, inner, record)?,
            (Some(map), Some(b'"')) if !inner => {
                // An old shape: properties as a string of JSON.
                let (start, end) = scanner.value()?;
                string_of_object(&text[start + 1..end - 1], keys, map, record);
            }
            _ => {
                let (start, end) = scanner.value()?;
                slots.iter().for_each(|slot| record.put(*slot, Found { start, end, inner }));
            }
        }
    }
    Ok(())
}

/// Finds the values of an object that is written as a string. Of one that cannot be read whole none is taken: it is a
/// value that does not fit, and the record is sound otherwise.
fn string_of_object(raw: &str, keys: &Keys, map: &HashMap<Vec<u8>, Vec<Slot>>, record: &mut Record) {
    let mut text = String::new();
    record.unsound |= !unescape(raw, &mut text);
    if !is_missing(&text) {
        let before = (record.columns.clone(), record.time);
        let mut within = Scanner::new(text.as_bytes(), 0);
        if object(&text, &mut within, keys, map, true, record).is_err() || within.peek().is_some() {
            (record.columns, record.time) = before;
            record.torn = true;
        }
    }
    record.inner = text;
}

/// A key as it is meant: its letters may be written as escapes.
fn key(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut key = String::new();
    unescape(raw, &mut key);
    Cow::Owned(key)
}

/// Takes a record whose values were found.
pub(super) fn take(
    text: &str,
    keys: &Keys,
    record: &Record,
    sound: bool,
    place: Place<'_>,
    rows: &mut Rows<'_>,
) -> Result<(), SourceError> {
    if let Some(found) = &record.table {
        let named = text[found.start..found.end].trim_matches('"');
        let table = match keys.shape {
            Shape::Diagnostic => apim::table_of_category(named),
            _ => apim::proper_name(named),
        };
        if table.is_some_and(|t| t != keys.table) && !keys.is_view() {
            rows.tally.other_tables += 1;
            return Ok(());
        }
    }
    let value = |at: usize| keys.value(text, record, at);
    let empty = |found: &Found| matches!(record.raw(found, text), Raw::Json("null" | "\"\"" | "\"None\"" | "\"null\""));
    let torn = record.torn || record.other.as_ref().is_some_and(|other| !empty(other));
    let flaw = if !sound || record.unsound {
        Some(NOT_UTF8)
    } else if torn && (0..keys.width).any(|at| value(at).0.is_none()) {
        Some("the properties, which hold columns, are no object that can be read")
    } else {
        None
    };
    rows.take(value, record.time(text), Stamps::default(), flaw, text.as_bytes(), place)
}
