//! Keys found by what stands before a colon.

use std::collections::HashMap;

use super::super::jsonl::Slot;

/// No entry.
const NONE: u16 = u16::MAX;

/// The keys that matter in one kind of object.
pub(super) struct Table {
    /// By a hash of their last letters: the first entry.
    heads: Box<[u16; 256]>,
    entries: Vec<Entry>,
}

struct Entry {
    /// The key in its quotes.
    quoted: Vec<u8>,
    slots: Vec<Slot>,
    next: u16,
}

impl Table {
    pub(super) fn new(keys: &HashMap<Vec<u8>, Vec<Slot>>) -> Self {
        let mut table = Self { heads: Box::new([NONE; 256]), entries: Vec::new() };
        let mut keys: Vec<_> = keys.iter().collect();
        keys.sort_by_key(|(key, _)| *key);
        for (key, slots) in keys {
            let quoted = [b"\"", key.as_slice(), b"\""].concat();
            // What comes before a short key is one of these.
            for opener in [&b"{"[..], b","] {
                let shown = [opener, &quoted].concat();
                let Some(hash) = hash(&shown, shown.len()) else { continue };
                let head = &mut table.heads[hash];
                let known = *head != NONE && table.entries.iter().any(|entry| entry.quoted == quoted && key.len() > 1);
                if !known && table.entries.len() < usize::from(NONE) {
                    let next = std::mem::replace(head, table.entries.len() as u16);
                    table.entries.push(Entry { quoted: quoted.clone(), slots: slots.clone(), next });
                }
            }
        }
        table
    }

    /// What the key before a colon is for.
    #[inline]
    pub(super) fn find(&self, line: &[u8], colon: usize) -> Option<&[Slot]> {
        let mut at = self.heads[hash(line, colon)?];
        while let Some(entry) = self.entries.get(usize::from(at)) {
            if line[..colon].ends_with(&entry.quoted) {
                return Some(&entry.slots);
            }
            at = entry.next;
        }
        None
    }
}

/// A hash of the three bytes before a closing quote before a place.
#[inline]
fn hash(line: &[u8], end: usize) -> Option<usize> {
    let last = line.get(end.checked_sub(4)?..end)?.first_chunk::<4>()?;
    // The quote itself tells nothing.
    let letters = u32::from_le_bytes(*last) & 0x00ff_ffff;
    Some((letters.wrapping_mul(0x9e37_79b1) >> 24) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_any_length_are_found_whole() {
        let names = ["TotalTime", "BackendTime", "Url", "n", "ab"];
        let keys: HashMap<Vec<u8>, Vec<Slot>> =
            names.iter().enumerate().map(|(at, name)| (name.as_bytes().to_vec(), vec![Slot::Column(at)])).collect();
        let table = Table::new(&keys);
        let line = br#"{"n":1,"n":1,"ab":2,"TotalTime":3,"Time":4,"xUrl":5,"Url":6}"#;
        let found: Vec<Option<&[Slot]>> =
            memchr::memchr_iter(b':', line).map(|colon| table.find(line, colon)).collect();
        let column = |at| Some([Slot::Column(at)]);
        let want = [column(3), column(3), column(4), column(0), None, None, column(2)];
        assert_eq!(found, want.iter().map(|slots| slots.as_ref().map(|s| &s[..])).collect::<Vec<_>>());
    }
}
