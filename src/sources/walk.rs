//! The quick walk through a record of JSON lines: 64 bytes at a time, as sets of bits.
//!
//! It takes only what is spelled plainly: no white space between tokens, no escapes in keys, no empty record. Of such a
//! record it checks all that the slow walk ([`super::jsonl::scan`]) checks, and finds the same values; everything else it
//! leaves to the slow walk. So it can make no difference but one of time.
//!
//! The check is one of neighbours. In the objects whose keys matter every token may be followed by certain tokens only:
//! a brace or comma by a key, a key by a colon, a colon by a value, a value by a comma or the end. What stands in other
//! brackets must only balance.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the instructions that were found")]

mod table;

use fearless_simd::{Level, Simd, dispatch};

use super::bits::{WIDTH, Window, after, last_window, parity};
use super::json::Scanner;
use super::jsonl::{Found, Keys, Record, Slot};
use table::Table;

/// Deeper nesting is left to the slow walk.
const DEEP: u32 = 100;

/// The keys that matter: of the record, of its properties, and of the last error in those.
pub(super) struct Quick {
    tables: [Table; 3],
    /// What the machine can do.
    level: Level,
}

const TOP: usize = 0;
const PROPERTIES: usize = 1;
const LAST_ERROR: usize = 2;

impl Quick {
    pub(super) fn new(keys: &Keys) -> Self {
        let tables = [Table::new(&keys.top), Table::new(&keys.nested), Table::new(&keys.last_error)];
        Self { tables, level: Level::new() }
    }

    /// Finds the values of a record. False when the slow walk must do it; what was found until then does not count.
    pub(super) fn scan(&self, text: &str, record: &mut Record) -> bool {
        let line = text.as_bytes();
        dispatch!(self.level, simd => self.scan_with(simd, line, record))
    }

    #[inline(always)]
    fn scan_with<S: Simd>(&self, simd: S, line: &[u8], record: &mut Record) -> bool {
        let Some((b'{', body)) = line.split_first() else { return false };
        let mut walk = Walk::new(self, line, record);
        let (windows, rest) = body.as_chunks::<WIDTH>();
        let mut at = 1;
        for window in windows {
            if !walk.window(simd, window, at, u64::MAX) {
                return false;
            }
            at += WIDTH;
        }
        if !rest.is_empty() {
            let (window, valid) = last_window(rest);
            if !walk.window(simd, &window, at, valid) {
                return false;
            }
        }
        walk.depth == 0 && walk.inside == 0
    }
}

/// Where the walk stands between two windows. The fields named `after_…` are 1 when the last byte was such a token.
struct Walk<'w> {
    quick: &'w Quick,
    line: &'w [u8],
    record: &'w mut Record,
    /// All ones inside a string.
    inside: u64,
    /// 1 when the next byte is escaped.
    escape: u64,
    /// How many brackets are open, and of which kind: one bit each, 1 for a brace.
    depth: u32,
    kinds: u128,
    /// The objects being walked, from the record inwards: which keys matter in each.
    walked: [usize; 4],
    level: usize,
    /// Whether the string that goes on into the next window is a key.
    key_open: bool,
    after_opener: u64,
    after_key: u64,
    after_colon: u64,
    after_value: u64,
}

impl<'w> Walk<'w> {
    fn new(quick: &'w Quick, line: &'w [u8], record: &'w mut Record) -> Self {
        Self {
            quick,
            line,
            record,
            inside: 0,
            escape: 0,
            depth: 1,
            kinds: 1,
            walked: [TOP; 4],
            level: 0,
            key_open: false,
            after_opener: 1,
            after_key: 0,
            after_colon: 0,
            after_value: 0,
        }
    }

    /// Whether the innermost open bracket is an object being walked.
    const fn in_walked(&self) -> bool {
        self.depth as usize == self.level + 1
    }

    /// Walks the bytes that begin at a place of the line. False when the slow walk must tell.
    #[inline(always)]
    fn window<S: Simd>(&mut self, simd: S, bytes: &[u8; WIDTH], at: usize, valid: u64) -> bool {
        let window = Window::new(simd, bytes);
        let mut quotes = window.equal(b'"');
        let slashes = if self.escape != 0 || window.holds(b'\\') {
            let slashes = window.equal(b'\\');
            quotes &= !self.escaped(slashes);
            slashes
        } else {
            0
        };
        let inside = parity(quotes) ^ self.inside;
        self.inside = (inside >> 63).wrapping_neg();
        let (opening, closing) = (quotes & inside, quotes & !inside);
        let outside = !(inside | closing);
        // Both kinds and both sides of brackets; `Y`, `_`, `y` and DEL look the same, and have no business there.
        let brackets = window.equal_under(0xd9, 0x59) & outside;
        let colons = window.equal(b':') & outside;
        let commas = window.equal(b',') & outside;

        let mut marks = Marks { region: if self.in_walked() { u64::MAX } else { 0 }, ..Marks::default() };
        if brackets != 0 && !self.brackets(brackets, bytes, at, colons, &mut marks) {
            return false;
        }
        let region = marks.region;
        let commas = commas & region;
        let colons = colons & region;

        // An opening brace or a comma: a key.
        let key_due = after(marks.objects | commas, &mut self.after_opener);
        let mut wrong = key_due & !opening;
        // Added to its first bit, a run of ones becomes the bit behind it: from a key's first quote to its last.
        let (sum, over) = inside.overflowing_add(opening & key_due);
        let (sum, more) = sum.overflowing_add(u64::from(self.key_open));
        self.key_open = over || more;
        let key_ends = sum & closing;
        // A backslash outside of a string, or in a key.
        if slashes & (!inside | !sum) != 0 {
            return false;
        }
        // A key: a colon, and nothing else has one.
        wrong |= after(key_ends, &mut self.after_key) ^ colons;
        // A colon: a value.
        let value_due = after(colons, &mut self.after_colon);
        let mut scalars = value_due & !(opening | marks.opened) & valid;
        // A string that is no key, a closing bracket: a comma or a closing brace. Scalars are looked at one by one.
        let ended = closing & region & !key_ends | marks.closed;
        wrong |= after(ended, &mut self.after_value) & !(commas | marks.closed);
        if wrong & valid != 0 {
            return false;
        }
        while scalars != 0 {
            if !is_scalar(self.line, at + scalars.trailing_zeros() as usize) {
                return false;
            }
            scalars &= scalars - 1;
        }
        self.keys(colons & !marks.done, at)
    }

    /// The bytes that a backslash before them makes plain.
    fn escaped(&mut self, slashes: u64) -> u64 {
        let mut escaped = 0;
        let mut slashes = slashes;
        if self.escape != 0 {
            escaped = 1;
            slashes &= !1;
            self.escape = 0;
        }
        while slashes != 0 {
            let at = slashes.trailing_zeros();
            slashes &= slashes - 1;
            if at == 63 {
                self.escape = 1;
            } else {
                escaped |= 2 << at;
                slashes &= !(2 << at);
            }
        }
        escaped
    }

    /// Opens and closes the brackets of a window.
    fn brackets(&mut self, brackets: u64, bytes: &[u8; WIDTH], at: usize, colons: u64, marks: &mut Marks) -> bool {
        let mut rest = brackets;
        while rest != 0 {
            let place = rest.trailing_zeros() as usize;
            let bit = 1 << place;
            let below = bit - 1;
            rest ^= bit;
            let byte = bytes[place];
            match byte {
                b'{' | b'[' => {
                    if self.depth >= DEEP {
                        return false;
                    }
                    if self.in_walked() {
                        marks.opened |= bit;
                        match (byte == b'{').then(|| self.walks_into(at + place)).flatten() {
                            Some(table) => {
                                if !self.keys(colons & marks.region & below & !marks.done, at) {
                                    return false;
                                }
                                marks.done |= below;
                                marks.objects |= bit;
                                self.level += 1;
                                let Some(walked) = self.walked.get_mut(self.level) else { return false };
                                *walked = table;
                            }
                            None => marks.region &= below,
                        }
                    }
                    self.depth += 1;
                    self.kinds = self.kinds << 1 | u128::from(byte == b'{');
                }
                b'}' | b']' => {
                    if self.depth == 0 || (self.kinds & 1 == 1) != (byte == b'}') {
                        return false;
                    }
                    let walked = self.in_walked();
                    self.kinds >>= 1;
                    self.depth -= 1;
                    if walked {
                        marks.closed |= bit;
                        if self.level == 0 {
                            if at + place + 1 != self.line.len() {
                                return false;
                            }
                        } else {
                            if !self.keys(colons & marks.region & below & !marks.done, at) {
                                return false;
                            }
                            marks.done |= below;
                            self.level -= 1;
                        }
                    } else if self.in_walked() {
                        marks.closed |= bit;
                        marks.region |= !below;
                    }
                }
                _ => return false,
            }
        }
        true
    }

    /// The keys that matter in the object whose brace stands at a place, if they do.
    fn walks_into(&self, brace: usize) -> Option<usize> {
        let colon = brace.checked_sub(1)?;
        match self.table().find(self.line, colon)?.first()? {
            Slot::Properties => Some(PROPERTIES),
            Slot::LastError => Some(LAST_ERROR),
            _ => None,
        }
    }

    fn table(&self) -> &'w Table {
        &self.quick.tables[self.walked[self.level.min(3)]]
    }

    /// Takes the values behind colons, when their keys matter.
    #[inline]
    fn keys(&mut self, mut colons: u64, at: usize) -> bool {
        let table = self.table();
        while colons != 0 {
            let colon = at + colons.trailing_zeros() as usize;
            colons &= colons - 1;
            if let Some(slots) = table.find(self.line, colon)
                && !self.value(slots, colon + 1)
            {
                return false;
            }
        }
        true
    }

    /// Takes the value at a place.
    fn value(&mut self, slots: &[Slot], at: usize) -> bool {
        if matches!(slots.first(), Some(Slot::Properties | Slot::LastError)) {
            match self.line.get(at) {
                // Its own keys are looked at when they come.
                Some(b'{') => return true,
                // An old shape: JSON within a string.
                Some(b'"') => return false,
                _ => {}
            }
        }
        let Ok((start, end)) = Scanner::new(self.line, at).value() else { return false };
        slots.iter().for_each(|slot| self.record.put(*slot, Found { start, end, inner: false }));
        true
    }
}

/// What the brackets of a window tell.
#[derive(Default)]
struct Marks {
    /// What stands directly in an object being walked.
    region: u64,
    /// Brackets that open there.
    opened: u64,
    /// Those that close and leave one there; also the brackets of the objects being walked themselves.
    closed: u64,
    /// Braces of objects being walked.
    objects: u64,
    /// Where keys were taken already.
    done: u64,
}

/// Whether a number or word stands at a place, and then a comma or a closing brace.
#[inline]
fn is_scalar(line: &[u8], at: usize) -> bool {
    let Some(text) = line.get(at..) else { return false };
    let length = match text.first() {
        Some(b'-' | b'0'..=b'9') => {
            text.iter().take_while(|b| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')).count()
        }
        Some(b't') if text.starts_with(b"true") => 4,
        Some(b'f') if text.starts_with(b"false") => 5,
        Some(b'n') if text.starts_with(b"null") => 4,
        _ => return false,
    };
    matches!(text.get(length), Some(b',' | b'}'))
}

#[cfg(test)]
mod tests;
