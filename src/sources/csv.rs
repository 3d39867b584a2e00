//! CSV with the columns' names first: the portal's export, Kusto Explorer's, and their like.

use std::borrow::Cow;

use super::apim;
use super::bits::count;
use super::blocks::{Block, Cut, End, Splitter};
use super::catalog::ReadOptions;
use super::cell::{Adapt, Raw};
use super::cells::{Cells, trim_line_end};
use super::companion::Guesses;
use super::error::SourceError;
use super::open::Stream;
use super::rows::{NOT_UTF8, Place, Rows, TIME};
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
pub(super) fn cells(record: &str, delimiter: char) -> Option<Vec<Cow<'_, str>>> {
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

/// What the header of a file and the wishes of a read make of its cells.
pub(super) struct Layout {
    delimiter: char,
    /// How many cells a row has.
    width: usize,
    /// The cell of each wanted column.
    columns: Vec<Option<usize>>,
    /// That of the time, when there is a period.
    time: Option<usize>,
    stamps: Stamps,
}

impl Layout {
    /// Reads the header of a file. Nothing when there is none that can be read, which the rows then tell.
    pub(super) fn read(
        splitter: &mut Splitter,
        source: &str,
        delimiter: char,
        options: &ReadOptions,
        rows: &mut Rows<'_>,
    ) -> Option<Self> {
        let wanted = rows.wanted();
        let mut block = splitter.next(&mut Vec::new())?;
        let place = Place { source, line: 1, byte: block.byte };
        if block.whole == 0 {
            match &block.end {
                End::TooLong { endless } => rows.too_long(place, "header", *endless, &block.data[..block.used]),
                End::Damaged(reason) => rows.damaged(place, reason, &block.data[..block.used]),
                End::More | End::File => {}
            }
            return None;
        }
        let bytes = &block.data[..block.whole];
        let (header, rest) = bytes.split_at(record_end(bytes).unwrap_or(bytes.len()));
        let text = String::from_utf8_lossy(trim_line_end(header)).into_owned();
        let Some(header_cells) = cells(&text, delimiter) else {
            rows.reject(place, "the header's quotes do not match", header);
            return None;
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
                let told = order_of_day(rest, place_of(TIME), delimiter);
                if told.is_none() {
                    rows.tally.note(format!("{source}: day and month cannot be told apart; month first is assumed (--csv-date-order says otherwise)"));
                }
                told.unwrap_or(false)
            });
        }
        let width = names.len();
        // The same cells below another header are another row.
        rows.seed = xxhash_rust::xxh64::xxh64(trim_line_end(header), 0);
        block.from = header.len();
        block.lines = count(header, b'\n') as u64;
        splitter.put_back(block);
        Some(Self { delimiter, width, columns, time, stamps })
    }

    /// Reads a block of rows; lines are counted from the block's first. The answer is how many they are.
    pub(super) fn read_block(&self, block: &Block, source: &str, rows: &mut Rows<'_>) -> Result<u64, SourceError> {
        let bytes = &block.data[..block.whole];
        // All at once is cheaper than row by row.
        let valid = simdutf8::basic::from_utf8(bytes).ok();
        let mut records = Cells::new(bytes, block.from, self.delimiter as u8);
        let mut place = Place { source, line: block.lines + 1, byte: block.byte };
        while !rows.full() {
            let Some(record) = records.next() else { break };
            place.byte = block.byte + record.start() as u64;
            let here = place;
            place.line += record.lines;
            rows.tally.bytes += record.length() as u64;
            if record.text().is_empty() {
                continue;
            }
            match valid {
                Some(text) if record.plain && record.width() == self.width => {
                    let cell = |at: usize| record.cell(at, text);
                    let value = |at: usize| (self.columns[at].and_then(cell), Adapt::Nothing);
                    rows.take(value, self.time.and_then(cell), self.stamps, None, record.text(), here)?;
                }
                _ => self.read_record(record.text(), here, rows)?,
            }
        }
        place.byte = block.byte + block.whole as u64;
        match &block.end {
            End::More | End::File => {}
            _ if rows.full() => {}
            End::Damaged(reason) => rows.damaged(place, reason, &block.data[block.whole..block.used]),
            End::TooLong { endless } => {
                rows.too_long(place, "row", *endless, &block.data[..block.used]);
                place.line += count(&block.data[..block.used], b'\n') as u64 + 1;
            }
        }
        Ok(place.line - 1)
    }

    /// Reads a record whose cells must be looked at one by one.
    fn read_record(&self, record: &[u8], place: Place<'_>, rows: &mut Rows<'_>) -> Result<(), SourceError> {
        let text = String::from_utf8_lossy(record);
        let sound = matches!(text, Cow::Borrowed(_));
        match cells(&text, self.delimiter) {
            Some(cells) if cells.len() == self.width => {
                let cell = |at: usize| Raw::Text(&cells[at]);
                let value = |at: usize| (self.columns[at].map(cell), Adapt::Nothing);
                rows.take(value, self.time.map(cell), self.stamps, (!sound).then_some(NOT_UTF8), text.as_bytes(), place)
            }
            Some(cells) => {
                let reason = format!("the row has {} cells and the header {}", cells.len(), self.width);
                rows.reject(place, &reason, text.as_bytes());
                Ok(())
            }
            None => {
                rows.reject(place, "a quoted cell is not closed, or goes on after its quote", text.as_bytes());
                Ok(())
            }
        }
    }
}

/// Shows every cell of every row to the guesses.
pub(super) fn observe(stream: Stream, delimiter: char, guesses: &mut Guesses) {
    let mut splitter = Splitter::new(stream, 0, Cut::Quoted);
    let mut header: Vec<String> = Vec::new();
    let mut data = Vec::new();
    while let Some(block) = splitter.next(&mut data) {
        let mut records = Cells::new(&block.data[..block.whole], 0, delimiter as u8);
        while let Some(record) = records.next() {
            let text = String::from_utf8_lossy(record.text());
            let Some(cells) = cells(&text, delimiter) else { continue };
            if header.is_empty() {
                header = cells.iter().map(ToString::to_string).collect();
                header.iter().for_each(|name| guesses.column(name));
            } else if cells.len() == header.len() {
                header.iter().zip(&cells).for_each(|(name, cell)| guesses.text(name, cell));
            }
        }
        data = block.data;
    }
}

/// What the times in the first block tell about the order of day and month.
fn order_of_day(rows: &[u8], time: Option<usize>, delimiter: char) -> Option<bool> {
    let time = time?;
    let text = String::from_utf8_lossy(rows);
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
