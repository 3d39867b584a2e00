//! A file as a stream of UTF-8 bytes: gzip and zstd are found by their magic bytes, UTF-16 and byte order marks by theirs.

use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::location::bytes;

/// How much is read, and taken apart by one thread, at once.
pub(super) const BLOCK: usize = 4 << 20;

/// A decompressed, decoded stream.
pub(super) type Stream = Box<dyn Read + Send>;

/// A file that is open for reading.
pub(super) struct Opened {
    /// Its content as UTF-8 without a byte order mark (what is not valid is passed on for the row to answer for).
    pub(super) stream: Stream,
    /// How many bytes the byte order mark took, so that offsets are those of the file.
    pub(super) skipped: u64,
}

/// Opens a file for reading.
pub(super) fn open(path: &Path) -> io::Result<Opened> {
    decode(bytes(path, 0, None)?)
}

/// Finds out how a stream is packed and unpacks it.
pub(super) fn decode(raw: Stream) -> io::Result<Opened> {
    let (head, raw) = peek(raw, 4)?;
    let stream: Stream = match head.as_slice() {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, raw))),
        [0x28, 0xb5, 0x2f, 0xfd] => Box::new(zstd::Decoder::new(raw)?),
        _ => raw,
    };
    let (head, mut stream) = peek(stream, 4)?;
    let (mark, wide) = match head.as_slice() {
        [0xef, 0xbb, 0xbf, ..] => (3, None),
        [0xff, 0xfe, ..] => (2, Some(false)),
        [0xfe, 0xff, ..] => (2, Some(true)),
        // Text begins with an ASCII character: a zero beside it tells UTF-16 without a mark.
        [a, 0, b, 0] if *a != 0 && *b != 0 => (0, Some(false)),
        [0, a, 0, b] if *a != 0 && *b != 0 => (0, Some(true)),
        _ => (0, None),
    };
    io::copy(&mut (&mut stream).take(mark), &mut io::sink())?;
    let stream = match wide {
        Some(big_endian) => Box::new(Utf16 { inner: stream, big_endian, input: Vec::new(), output: Vec::new(), at: 0 }),
        None => stream,
    };
    Ok(Opened { stream, skipped: mark })
}

/// The first bytes of a stream, and the stream as if they had not been read.
fn peek(mut stream: Stream, count: usize) -> io::Result<(Vec<u8>, Stream)> {
    let mut head = Vec::with_capacity(count);
    match (&mut stream).take(count as u64).read_to_end(&mut head) {
        Ok(_) => {}
        // A stream that is cut in its first bytes tells so when it is read on.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
        Err(error) => return Err(error),
    }
    Ok((head.clone(), Box::new(io::Cursor::new(head).chain(stream))))
}

/// Transcodes UTF-16 to UTF-8, a block at a time.
struct Utf16 {
    inner: Stream,
    big_endian: bool,
    input: Vec<u8>,
    output: Vec<u8>,
    at: usize,
}

impl Read for Utf16 {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.output.len() {
            self.output.clear();
            self.at = 0;
            let got = (&mut self.inner).take(1 << 16).read_to_end(&mut self.input)?;
            if got == 0 && self.input.is_empty() {
                return Ok(0);
            }
            let mut units: Vec<u16> = self
                .input
                .chunks_exact(2)
                .map(|pair| {
                    if self.big_endian {
                        u16::from_be_bytes([pair[0], pair[1]])
                    } else {
                        u16::from_le_bytes([pair[0], pair[1]])
                    }
                })
                .collect();
            let mut used = units.len() * 2;
            // The first half of a pair waits for the second.
            if got > 0 && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
                units.pop();
                used -= 2;
            }
            if got == 0 {
                used = self.input.len();
            }
            for c in char::decode_utf16(units) {
                // A lone surrogate becomes a byte that is not UTF-8, so that its row counts as repaired.
                match c {
                    Ok(c) => self.output.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                    Err(_) => self.output.push(0xff),
                }
            }
            self.input.drain(..used);
        }
        let count = out.len().min(self.output.len() - self.at);
        out[..count].copy_from_slice(&self.output[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn text(bytes: Vec<u8>) -> String {
        let mut out = Vec::new();
        decode(Box::new(io::Cursor::new(bytes))).unwrap().stream.read_to_end(&mut out).unwrap();
        String::from_utf8_lossy(&out).into_owned()
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_packing_gives_the_same_text() {
        let wanted = "{\"a\":\"caffè 𝄞\"}\n";
        let wide: Vec<u16> = wanted.encode_utf16().collect();
        let little: Vec<u8> = wide.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = wide.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        let members = [gzip(b"{\"a\":"), gzip("\"caffè 𝄞\"}\n".as_bytes())].concat();
        for bytes in [
            wanted.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", wanted.as_bytes()].concat(),
            [b"\xff\xfe", little.as_slice()].concat(),
            [b"\xfe\xff", big.as_slice()].concat(),
            little,
            big,
            gzip(wanted.as_bytes()),
            members,
        ] {
            assert_eq!(text(bytes), wanted);
        }
    }

    #[test]
    fn short_and_empty_streams_are_themselves() {
        for wanted in ["", "a", "ab", "abc"] {
            assert_eq!(text(wanted.into()), wanted);
        }
    }

    #[test]
    fn a_cut_gzip_gives_what_it_has_and_then_an_error() {
        let whole = gzip("x".repeat(100_000).as_bytes());
        let mut stream = decode(Box::new(io::Cursor::new(whole[..whole.len() - 8].to_vec()))).unwrap().stream;
        let mut out = Vec::new();
        let error = stream.read_to_end(&mut out).unwrap_err();
        assert_eq!((error.kind(), out.len()), (io::ErrorKind::UnexpectedEof, 100_000));
    }

    #[test]
    fn utf_16_longer_than_a_block_is_whole() {
        let wanted = "𝄞a".repeat(100_000);
        let bytes: Vec<u8> = "ab".encode_utf16().chain(wanted.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(bytes), format!("ab{wanted}"));
    }
}
