//! CSV with the columns' names first: the portal's export, Kusto Explorer's, and their like.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;

use super::apim;
use super::catalog::ReadOptions;
use super::cell::{Adapt, Raw};
use super::companion::Guesses;
use super::error::SourceError;
use super::jsonl::MAX_LINE;
use super::open::{BLOCK, Stream};
use super::rows::{Place, Rows, TIME, Wanted};
use super::stamp::{Stamps, day_first};

/// What the portal puts behind the names of time columns.
const UTC: &str = " [UTC]";
const LOCAL: &str = " [Local Time]";

/// The table of a CSV file, told by its header and, if it has that column, its `Type`.
pub(super) fn table_of(head: &[u8]) -> Option<String> {
    let end = record_end(head)?;
    let header = String::from_utf8_lossy(&head[..end]).into_owned();
    let names: Vec<String> =
        cells(header.trim_end_matches(['\r', '\n']), ',')?.iter().map(|c| plain_name(c).to_owned()).collect();
    if let Some(at) = names.iter().position(|n| n == "Type") {
        let rest = &head[end..];
        let row = record_end(rest).and_then(|to| std::str::from_utf8(&rest[..to]).ok());
        let kind = row
            .and_then(|r| cells(r.trim_end_matches(['\r', '\n']), ','))
            .and_then(|c| c.get(at).map(ToString::to_string));
        if let Some(table) = kind.as_deref().and_then(apim::proper_name) {
            return Some(table.to_owned());
        }
    }
    apim::best_match(names.iter().map(String::as_str)).map(ToOwned::to_owned)
}

/// A column's name without what tells the zone.
pub(super) fn plain_name(cell: &str) -> &str {
    let cell = cell.trim();
    cell.strip_suffix(UTC).or_else(|| cell.strip_suffix(LOCAL)).unwrap_or(cell)
}

/// Where the first record ends, its line end included; `None` when it does not.
fn record_end(bytes: &[u8]) -> Option<usize> {
    let mut quoted = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => return Some(at + 1),
            _ => {}
        }
    }
    (!bytes.is_empty() && !quoted).then_some(bytes.len())
}

/// The cells of one record; `None` when a quoted cell is followed by something else than the delimiter.
fn cells(record: &str, delimiter: char) -> Option<Vec<Cow<'_, str>>> {
    let mut cells = Vec::new();
    let mut rest = record;
    loop {
        if let Some(inner) = rest.strip_prefix('"') {
            let mut cell = Cow::Borrowed("");
            let mut inner = inner;
            loop {
                let at = memchr::memchr(b'"', inner.as_bytes())?;
                if cell.is_empty() {
                    cell = Cow::Borrowed(&inner[..at]);
                } else {
                    cell.to_mut().push_str(&inner[..at]);
                }
                inner = &inner[at + 1..];
                match inner.strip_prefix('"') {
                    Some(after) => {
                        cell.to_mut().push('"');
                        inner = after;
                    }
                    None => break,
                }
            }
            cells.push(cell);
            if inner.is_empty() {
                return Some(cells);
            }
            rest = inner.strip_prefix(delimiter)?;
        } else {
            match rest.find(delimiter) {
                Some(at) => {
                    cells.push(Cow::Borrowed(&rest[..at]));
                    rest = &rest[at + 1..];
                }
                None => {
                    cells.push(Cow::Borrowed(rest));
                    return Some(cells);
                }
            }
        }
    }
}

/// Reads a file of columns between commas or tabs.
pub(super) fn read(
    stream: Stream,
    skipped: u64,
    source: &str,
    delimiter: char,
    options: &ReadOptions,
    rows: &mut Rows<'_>,
) -> Result<(), SourceError> {
    let wanted = rows.wanted();
    let mut input = BufReader::with_capacity(BLOCK, stream);
    let mut record = Vec::new();
    let mut place = Place { source, line: 1, byte: skipped };
    let Some(lines) = next_record(&mut input, &mut record, rows, place) else { return Ok(()) };
    let header = String::from_utf8_lossy(&record).into_owned();
    let Some(header_cells) = cells(header.trim_end_matches(['\r', '\n']), delimiter) else {
        rows.reject(place, "the header's quotes do not match", &record);
        return Ok(());
    };
    let names: Vec<&str> = header_cells.iter().map(|c| plain_name(c)).collect();
    let local = header_cells.iter().any(|c| c.trim().ends_with(LOCAL));
    let place_of = |column: &str| names.iter().position(|n| *n == column);
    let columns: Vec<Option<usize>> = wanted.columns.iter().map(|(n, _)| place_of(n)).collect();
    let time = wanted.period.and_then(|_| place_of(TIME));
    let mut stamps = Stamps::default();
    if local {
        stamps.offset_minutes = options.csv_offset_minutes;
        stamps.zone = options.csv_zone;
        stamps.day_first = options.csv_day_first.unwrap_or_else(|| {
            let told = order_of_day(&mut input, place_of(TIME), delimiter);
            if told.is_none() {
                rows.tally.note(format!("{source}: day and month cannot be told apart; month first is assumed (--csv-date-order says otherwise)"));
            }
            told.unwrap_or(false)
        });
    }
    place.line += lines;
    place.byte += record.len() as u64;
    while !rows.full() {
        let Some(lines) = next_record(&mut input, &mut record, rows, place) else { return Ok(()) };
        let here = place;
        place.line += lines;
        place.byte += record.len() as u64;
        rows.tally.bytes += record.len() as u64;
        let (text, sound) = match String::from_utf8_lossy(&record) {
            Cow::Borrowed(text) => (Cow::Borrowed(text), true),
            Cow::Owned(text) => (Cow::Owned(text), false),
        };
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            continue;
        }
        match cells(text, delimiter) {
            Some(cells) if cells.len() == names.len() => {
                let raw = |at: usize| Raw::Text(&cells[at]);
                let values: Vec<(Option<Raw<'_>>, Adapt)> =
                    columns.iter().map(|at| (at.map(raw), Adapt::Nothing)).collect();
                rows.take(&values, time.map(raw), stamps, sound, text.as_bytes(), here)?;
            }
            Some(cells) => {
                let reason = format!("the row has {} cells and the header {}", cells.len(), names.len());
                rows.reject(here, &reason, text.as_bytes());
            }
            None => rows.reject(here, "a quoted cell is not closed, or goes on after its quote", text.as_bytes()),
        }
    }
    Ok(())
}

/// Shows every cell of every row to the guesses.
pub(super) fn observe(stream: Stream, delimiter: char, guesses: &mut Guesses) {
    let mut input = BufReader::with_capacity(BLOCK, stream);
    let mut record = Vec::new();
    let nothing = Wanted::default();
    let mut rows = Rows::new(&nothing, &|_, _| ControlFlow::Break(()), 0, 0);
    let place = Place { source: "", line: 0, byte: 0 };
    let mut header: Vec<String> = Vec::new();
    while next_record(&mut input, &mut record, &mut rows, place).is_some() {
        let text = String::from_utf8_lossy(&record);
        let Some(cells) = cells(text.trim_end_matches(['\r', '\n']), delimiter) else { continue };
        if header.is_empty() {
            header = cells.iter().map(ToString::to_string).collect();
            header.iter().for_each(|name| guesses.column(name));
        } else if cells.len() == header.len() {
            header.iter().zip(&cells).for_each(|(name, cell)| guesses.text(name, cell));
        }
    }
}

/// Reads one record, line ends inside quotes included. The answer is the number of lines it took; `None` at the end.
fn next_record(
    input: &mut BufReader<Stream>,
    record: &mut Vec<u8>,
    rows: &mut Rows<'_>,
    place: Place<'_>,
) -> Option<u64> {
    record.clear();
    let mut lines = 0;
    let mut quotes = 0;
    loop {
        let start = record.len();
        let left = MAX_LINE.saturating_sub(start as u64);
        if let Err(error) = input.take(left).read_until(b'\n', record) {
            let reason = format!("the file is cut short or damaged here: {error}");
            rows.tally.note(format!("{}: {reason}", place.source));
            rows.reject(place, &reason, record);
            return None;
        }
        if record.len() == start {
            return if record.is_empty() { None } else { Some(lines.max(1)) };
        }
        lines += 1;
        quotes += memchr::memchr_iter(b'"', &record[start..]).count();
        if quotes % 2 == 0 {
            return Some(lines);
        }
    }
}

/// What the times in the first block tell about the order of day and month.
fn order_of_day(input: &mut BufReader<Stream>, time: Option<usize>, delimiter: char) -> Option<bool> {
    let time = time?;
    let block = input.fill_buf().ok()?;
    let text = String::from_utf8_lossy(block);
    text.lines().find_map(|line| cells(line, delimiter)?.get(time).and_then(|cell| day_first(cell)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_doubled_and_may_hold_commas_and_lines() {
        let got = cells("a,\"b,\"\"c\"\"\nd\",,\"\"", ',').unwrap();
        assert_eq!(got, ["a", "b,\"c\"\nd", "", ""]);
        assert_eq!(cells("\"a\"b,c", ','), None);
        assert_eq!(cells("\"a", ','), None);
    }

    #[test]
    fn the_header_tells_the_table() {
        let head = "\u{feff}TenantId,\"TimeGenerated [UTC]\",ApimSubscriptionId,BackendId\r\nx";
        assert_eq!(table_of(head.as_bytes()).as_deref(), Some("ApiManagementGatewayLogs"));
        assert_eq!(table_of(b"Model,InputPrice\ngpt-4o,1\n"), None);
    }
}
