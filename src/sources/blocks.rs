//! A stream cut into blocks that end where a record ends, so that several threads can take a file apart.

use std::io::{ErrorKind, Read};

use super::bits::count;
use super::open::{BLOCK, Stream};

/// The longest record that is read; a longer one is rejected. It is also what a thread holds at most.
pub(super) const LONGEST: usize = 16 << 20;

/// A record that goes on for more than this ends the reading of its file: no log has one, a decompression bomb may.
const ENDLESS: u64 = 1 << 30;

/// Where records end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// At every line end.
    Lines,
    /// At line ends outside of quotes.
    Quoted,
}

/// What comes after the records of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The next block.
    More,
    /// Nothing: the last record may lack its line end.
    File,
    /// Nothing that could be read, for this reason. What stands behind the last whole record is a part of one.
    Damaged(String),
    /// The block is the beginning of one record that is too long; `endless` when even its end was not looked for any
    /// longer, and the rest of the file with it.
    TooLong { endless: bool },
}

/// Some records of a file.
#[derive(Debug)]
pub(super) struct Block {
    /// The bytes, and room behind them.
    pub(super) data: Vec<u8>,
    /// Where the first record that is still to be read begins in them.
    pub(super) from: usize,
    /// How many lines stand before it.
    pub(super) lines: u64,
    /// Where the last whole record ends in them.
    pub(super) whole: usize,
    /// How many bytes there are.
    pub(super) used: usize,
    /// Its number within the file.
    pub(super) number: usize,
    /// The byte of the file with which it begins.
    pub(super) byte: u64,
    /// What comes after it.
    pub(super) end: End,
}

/// Cuts a stream.
pub(super) struct Splitter {
    stream: Stream,
    cut: Cut,
    /// A block that was looked at and put back.
    first: Option<Block>,
    /// The beginning of a record whose end is in the next block.
    carry: Vec<u8>,
    byte: u64,
    number: usize,
    ended: bool,
}

impl Splitter {
    /// A splitter of a stream that begins at a byte of its file.
    pub(super) const fn new(stream: Stream, byte: u64, cut: Cut) -> Self {
        Self { stream, cut, first: None, carry: Vec::new(), byte, number: 0, ended: false }
    }

    /// How many blocks there were so far.
    pub(super) const fn count(&self) -> usize {
        self.number
    }

    /// Gives a block back, to be the next one.
    pub(super) fn put_back(&mut self, block: Block) {
        self.first = Some(block);
    }

    /// The next block, in memory that is no longer used. Without a further block the memory stays.
    pub(super) fn next(&mut self, unused: &mut Vec<u8>) -> Option<Block> {
        if self.first.is_some() || self.ended {
            return self.first.take();
        }
        let mut data = std::mem::take(unused);
        if data.len() > 2 * BLOCK {
            data.truncate(BLOCK);
            data.shrink_to_fit();
        }
        let mut used = self.carry.len();
        let least = BLOCK.max((2 * used).min(LONGEST));
        if data.is_empty() {
            // Pages that the system gives are zero, and those a small file does not reach are never touched.
            data = vec![0; least];
        } else if data.len() < least {
            data.resize(least, 0);
        }
        data[..used].copy_from_slice(&self.carry);
        self.carry.clear();
        loop {
            let end = self.fill(&mut data, &mut used);
            let whole = if end == End::File { used } else { self.cut.last_end(&data[..used]) };
            if end == End::File && used == 0 {
                *unused = data;
                return None;
            }
            if end != End::More || whole > 0 {
                self.carry.extend_from_slice(if end == End::More { &data[whole..used] } else { &[] });
                return Some(self.block(data, whole, used, end));
            }
            if used >= LONGEST {
                let block = self.block(data, 0, used, End::TooLong { endless: false });
                return Some(self.pass(block));
            }
            let longer = (2 * data.len()).min(LONGEST);
            data.resize(longer, 0);
        }
    }

    fn fill(&mut self, data: &mut [u8], used: &mut usize) -> End {
        while *used < data.len() {
            match self.stream.read(&mut data[*used..]) {
                Ok(0) => {
                    self.ended = true;
                    return End::File;
                }
                Ok(got) => *used += got,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    return End::Damaged(format!("the file is cut short or damaged here: {error}"));
                }
            }
        }
        End::More
    }

    fn block(&mut self, data: Vec<u8>, whole: usize, used: usize, end: End) -> Block {
        let block = Block { data, from: 0, lines: 0, whole, used, number: self.number, byte: self.byte, end };
        self.number += 1;
        self.byte += if block.end == End::More { whole } else { used } as u64;
        block
    }

    /// Passes the rest of a record that is too long, up to the next line end.
    fn pass(&mut self, mut block: Block) -> Block {
        let mut buffer = vec![0; 1 << 16];
        let mut passed = 0;
        while !self.ended {
            match self.stream.read(&mut buffer) {
                Ok(0) => self.ended = true,
                Ok(got) => {
                    let line_end = memchr::memchr(b'\n', &buffer[..got]);
                    passed += line_end.map_or(got, |at| at + 1) as u64;
                    if let Some(at) = line_end {
                        self.carry.extend_from_slice(&buffer[at + 1..got]);
                        break;
                    }
                    if passed > ENDLESS {
                        self.ended = true;
                        block.end = End::TooLong { endless: true };
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // The record is rejected anyway, and what follows it is told of by the file's end.
                Err(_) => {
                    self.ended = true;
                    block.end = End::TooLong { endless: true };
                }
            }
        }
        self.byte += passed;
        block
    }
}

impl Cut {
    /// Where the last whole record ends; 0 when none does.
    fn last_end(self, bytes: &[u8]) -> usize {
        let Some(last) = memchr::memrchr(b'\n', bytes) else { return 0 };
        if self == Self::Lines {
            return last + 1;
        }
        // A line end is outside of quotes when an even number of them stands before it.
        let mut odd = count(&bytes[..last], b'"') % 2 == 1;
        let mut at = last;
        while odd {
            let Some(before) = memchr::memrchr(b'\n', &bytes[..at]) else { return 0 };
            odd ^= count(&bytes[before..at], b'"') % 2 == 1;
            at = before;
        }
        at + 1
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Error};

    use super::*;

    fn blocks(stream: Stream, cut: Cut) -> Vec<(u64, Vec<u8>, Vec<u8>, End)> {
        let mut splitter = Splitter::new(stream, 3, cut);
        let mut got = Vec::new();
        let mut data = Vec::new();
        while let Some(block) = splitter.next(&mut data) {
            let (whole, rest) = (block.data[..block.whole].to_vec(), block.data[block.whole..block.used].to_vec());
            assert_eq!(block.number, got.len());
            got.push((block.byte, whole, rest, block.end));
            data = block.data;
        }
        got
    }

    /// A stream that gives a few bytes at a time, and then perhaps an error.
    struct Drops(Vec<u8>, usize, bool);

    impl Read for Drops {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            let left = &self.0[self.1..];
            if left.is_empty() && self.2 {
                return Err(Error::other("broken"));
            }
            let got = left.len().min(out.len()).min(100_003);
            out[..got].copy_from_slice(&left[..got]);
            self.1 += got;
            Ok(got)
        }
    }

    #[test]
    fn blocks_are_the_file_again_and_end_with_records() {
        let mut lines = Vec::new();
        for at in 0..400_000 {
            lines.extend_from_slice(format!("{at},\"a\n\"\"b\"\r\n").as_bytes());
        }
        for cut in [Cut::Lines, Cut::Quoted] {
            let got = blocks(Box::new(Drops(lines.clone(), 0, false)), cut);
            assert!(got.len() > 1);
            let mut at = 0;
            for (byte, whole, rest, end) in &got {
                assert_eq!((*byte, rest.is_empty() || *end == End::More), (at + 3, true));
                at += whole.len() as u64;
                let quotes = count(whole, b'"');
                assert!(
                    whole.ends_with(b"\n")
                        && (cut == Cut::Lines || quotes.is_multiple_of(4) && whole.ends_with(b"\r\n"))
                );
            }
            assert_eq!(got.iter().flat_map(|block| block.1.clone()).collect::<Vec<_>>(), lines);
        }
    }

    #[test]
    fn what_is_cut_or_damaged_is_told() {
        assert_eq!(blocks(Box::new(Cursor::new("")), Cut::Lines), []);
        let got = blocks(Box::new(Cursor::new("a\nb")), Cut::Lines);
        assert_eq!(got, [(3, b"a\nb".to_vec(), vec![], End::File)]);
        let got = blocks(Box::new(Drops(b"a\nb".to_vec(), 0, true)), Cut::Lines);
        let End::Damaged(why) = &got[0].3 else { unreachable!("{got:?}") };
        assert!(why.contains("broken"));
        assert_eq!((got.len(), got[0].1.as_slice(), got[0].2.as_slice()), (1, &b"a\n"[..], &b"b"[..]));
    }

    #[test]
    fn a_record_that_is_too_long_is_one_record() {
        let text = format!("a\n{}\nb\n", "x".repeat(LONGEST + 70_000));
        let got = blocks(Box::new(Cursor::new(text)), Cut::Lines);
        let ends: Vec<_> = got.iter().map(|(byte, whole, _, end)| (*byte, whole.len(), end.clone())).collect();
        let third = LONGEST as u64 + 70_006;
        assert_eq!(ends, [(3, 2, End::More), (5, 0, End::TooLong { endless: false }), (third, 2, End::File)]);
    }

    #[test]
    fn a_record_without_end_ends_the_file() {
        let got = blocks(Box::new(std::io::repeat(0)), Cut::Lines);
        assert_eq!(got.iter().map(|block| block.3.clone()).collect::<Vec<_>>(), [End::TooLong { endless: true }]);
    }
}
