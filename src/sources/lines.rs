//! JSON lines, block by block.

use std::borrow::Cow;

use super::blocks::{Block, End};
use super::error::SourceError;
use super::json::Broken;
use super::jsonl::{Keys, Record, scan, take};
use super::rows::{Place, Rows, Wanted};
use super::sniff::Shape;
use super::stamp::Stamps;
use super::walk::Quick;

/// What is looked for in each line.
pub(super) struct Lines {
    whole: Look,
    /// What tells that a row is not wanted, when that is much less than all that is wanted of one.
    first: Option<Look>,
}

/// Keys, and the quick walk that finds them.
struct Look {
    keys: Keys,
    quick: Quick,
}

impl Lines {
    pub(super) fn new(wanted: &Wanted, shape: Shape, table: &str) -> Self {
        let look = |some: &dyn Fn(usize) -> bool| {
            let keys = Keys::only(wanted, some, shape, table);
            Look { quick: Quick::new(&keys), keys }
        };
        let first = wanted.telling().map(|tested| look(&|at| tested.contains(&at)));
        Self { whole: look(&|_| true), first }
    }
}

/// Reads a block of JSON lines; lines are counted from the block's first. The answer is how many they are.
pub(super) fn read_block(block: &Block, source: &str, lines: &Lines, rows: &mut Rows<'_>) -> Result<u64, SourceError> {
    let whole = &lines.whole;
    let bytes = &block.data[..block.used];
    // All at once is cheaper than line by line.
    let valid = simdutf8::basic::from_utf8(&bytes[..block.whole]).ok();
    let mut record = Record::default();
    let mut place = Place { source, line: block.lines, byte: 0 };
    let mut at = block.from;
    while at < block.whole && !rows.full() {
        let start = at;
        let (length, complete) =
            memchr::memchr(b'\n', &bytes[start..block.whole]).map_or((block.whole - start, false), |n| (n + 1, true));
        at += length;
        place.line += 1;
        place.byte = block.byte + start as u64;
        let trimmed = bytes[start..at].trim_ascii();
        if trimmed.is_empty() {
            continue;
        }
        rows.tally.bytes += length as u64;
        let from = start + bytes[start..at].len() - bytes[start..at].trim_ascii_start().len();
        let text = match valid.and_then(|text| text.get(from..from + trimmed.len())) {
            Some(text) => Cow::Borrowed(text),
            None => String::from_utf8_lossy(trimmed),
        };
        let sound = matches!(text, Cow::Borrowed(_));
        if let Some(first) = lines.first.as_ref().filter(|_| rows.may_turn_away()) {
            record.clear(whole.keys.width());
            let value = |record, at| first.keys.value(&text, record, at);
            if first.quick.scan(&text, &mut record)
                && rows.turns_away(|at| value(&record, at), record.time(&text), Stamps::default())
            {
                take(&text, &first.keys, &record, sound, place, rows)?;
                continue;
            }
        }
        record.clear(whole.keys.width());
        let outcome = if whole.quick.scan(&text, &mut record) { Ok(()) } else { scan(&text, &whole.keys, &mut record) };
        match outcome {
            Ok(()) => take(&text, &whole.keys, &record, sound, place, rows)?,
            Err(Broken::Ended) if !complete => rows.in_progress(),
            Err(Broken::Ended) => rows.reject(place, "the line stops before its JSON object is complete", trimmed),
            Err(Broken::At(at, what)) => {
                rows.reject(place, &format!("not a JSON object: {what} (byte {at} of the line)"), trimmed);
            }
        }
    }
    place.line += 1;
    place.byte = block.byte + at as u64;
    match &block.end {
        End::More | End::File => place.line -= 1,
        _ if rows.full() => {}
        End::Damaged(reason) => rows.damaged(place, reason, &bytes[block.whole..]),
        End::TooLong { endless } => rows.too_long(place, "line", *endless, bytes),
    }
    Ok(place.line)
}
