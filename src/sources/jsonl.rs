//! JSON lines: of a data export rule (columns by name) and of a diagnostic setting (envelope and properties).

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};

use super::apim::{self, ENVELOPE_NAMES, LAST_ERROR_NAMES};
use super::cell::{Adapt, Raw};
use super::companion::Guesses;
use super::error::SourceError;
use super::json::{Broken, Scanner, unescape};
use super::open::{BLOCK, Stream};
use super::rows::{Place, Rows, TIME, Wanted};
use super::sniff::Shape;
use super::stamp::Stamps;

/// The longest line that is read; a longer one is rejected.
pub(super) const MAX_LINE: u64 = 64 * 1024 * 1024;

/// What a key's value is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
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
    top: HashMap<Vec<u8>, Vec<Slot>>,
    nested: HashMap<Vec<u8>, Vec<Slot>>,
    last_error: HashMap<Vec<u8>, Vec<Slot>>,
    adapts: Vec<Adapt>,
    /// What a record of this shape leaves out because it is the same in all.
    constants: Vec<Option<String>>,
    shape: Shape,
    table: String,
    width: usize,
}

impl Keys {
    pub(super) fn new(wanted: &Wanted, shape: Shape, table: &str) -> Self {
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
        for (at, (column, _)) in wanted.columns.iter().enumerate() {
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

    fn add(&mut self, column: &str, slot: Slot) {
        add(&mut self.top, column, slot);
        if self.shape != Shape::Diagnostic {
            return;
        }
        let mut camel = column.to_owned();
        if let Some(first) = camel.get_mut(..1) {
            first.make_ascii_lowercase();
        }
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
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    start: usize,
    end: usize,
    inner: bool,
}

/// What was found in one record.
#[derive(Default)]
pub(super) struct Record {
    columns: Vec<Option<Found>>,
    time: Option<Found>,
    table: Option<Found>,
    /// Properties that were a string, unescaped.
    inner: String,
}

/// Reads a file of JSON lines.
pub(super) fn read(
    stream: Stream,
    skipped: u64,
    source: &str,
    keys: &Keys,
    rows: &mut Rows<'_>,
) -> Result<(), SourceError> {
    let mut input = BufReader::with_capacity(BLOCK, stream);
    let mut line = Vec::new();
    let mut record = Record::default();
    let mut place = Place { source, line: 0, byte: skipped };
    let mut next_byte = skipped;
    loop {
        line.clear();
        place.line += 1;
        place.byte = next_byte;
        let outcome = (&mut input).take(MAX_LINE).read_until(b'\n', &mut line);
        next_byte += line.len() as u64;
        if let Err(error) = outcome {
            let reason = format!("the file is cut short or damaged here: {error}");
            rows.tally.note(format!("{source}: {reason}"));
            rows.reject(place, &reason, &line);
            return Ok(());
        }
        if line.is_empty() || rows.full() {
            return Ok(());
        }
        let complete = line.last() == Some(&b'\n');
        if !complete && line.len() as u64 == MAX_LINE {
            rows.reject(place, "the line is longer than 64 MiB", &line);
            next_byte += skip_line(&mut input);
            continue;
        }
        let trimmed = line.trim_ascii();
        if trimmed.is_empty() {
            continue;
        }
        rows.tally.bytes += line.len() as u64;
        let text = String::from_utf8_lossy(trimmed);
        let sound = matches!(text, Cow::Borrowed(_));
        match scan(&text, keys, &mut record) {
            Ok(()) => take(&text, keys, &record, sound, place, rows)?,
            Err(Broken::Ended) if !complete => rows.in_progress(),
            Err(Broken::Ended) => rows.reject(place, "the line stops before its JSON object is complete", trimmed),
            Err(Broken::At(at, what)) => {
                rows.reject(place, &format!("not a JSON object: {what} (byte {at} of the line)"), trimmed);
            }
        }
    }
}

/// Shows every value of every record to the guesses.
pub(super) fn observe(stream: Stream, guesses: &mut Guesses) {
    let mut input = BufReader::with_capacity(BLOCK, stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut input).take(MAX_LINE).read_until(b'\n', &mut line) {
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

/// Passes the rest of an over-long line.
fn skip_line(input: &mut BufReader<Stream>) -> u64 {
    let mut passed = 0;
    loop {
        let Ok(buffer) = input.fill_buf() else { return passed };
        if buffer.is_empty() {
            return passed;
        }
        let (used, ended) = memchr::memchr(b'\n', buffer).map_or((buffer.len(), false), |at| (at + 1, true));
        input.consume(used);
        passed += used as u64;
        if ended {
            return passed;
        }
    }
}

/// Finds the values of a record.
pub(super) fn scan(text: &str, keys: &Keys, record: &mut Record) -> Result<(), Broken> {
    record.columns.clear();
    record.columns.resize(keys.width, None);
    record.time = None;
    record.table = None;
    record.inner.clear();
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
        let slots = map.get(&text.as_bytes()[from..to]).map_or(&[][..], Vec::as_slice);
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
                let mut unescaped = String::new();
                unescape(&text[start + 1..end - 1], &mut unescaped);
                let mut within = Scanner::new(unescaped.as_bytes(), 0);
                // What is no object has no columns; the record itself is sound.
                let _ = object(&unescaped, &mut within, keys, map, true, record);
                record.inner = unescaped;
            }
            _ => {
                let (start, end) = scanner.value()?;
                for slot in slots {
                    let place = match slot {
                        Slot::Column(at) => &mut record.columns[*at],
                        Slot::Time => &mut record.time,
                        Slot::Table => &mut record.table,
                        Slot::Properties | Slot::LastError => continue,
                    };
                    // Of a key that comes twice the first stays.
                    if place.is_none() {
                        *place = Some(Found { start, end, inner });
                    }
                }
            }
        }
    }
    Ok(())
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
    let raw = |found: &Found| Raw::Json(&(if found.inner { &record.inner } else { text })[found.start..found.end]);
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
    let values: Vec<(Option<Raw<'_>>, Adapt)> = record
        .columns
        .iter()
        .enumerate()
        .map(|(at, found)| {
            let constant = keys.constants[at].as_deref().map(Raw::Text);
            (found.as_ref().map(&raw).or(constant), keys.adapts[at])
        })
        .collect();
    rows.take(&values, record.time.as_ref().map(&raw), Stamps::default(), sound, text.as_bytes(), place)
}
