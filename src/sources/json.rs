//! Finding one's way in JSON text without building a tree: where each key's value begins and ends.
//!
//! Keys and values are handed out as slices of the text. What is skipped is checked for balance only; what is used
//! is checked when it is converted.

use memchr::memchr2;

/// How deep brackets may nest in one value.
const DEPTH: u32 = 127;

/// Why a text is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// It stops before it is complete.
    Ended,
    /// At a byte, something else was due.
    At(usize, &'static str),
}

/// A position in a JSON text.
pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    /// A scanner at the start of a text.
    pub(super) const fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// Where it stands.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// The next byte that is not white space, without passing it.
    pub(super) fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    /// Passes a byte that must come next.
    pub(super) fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), Broken> {
        match self.peek() {
            Some(next) if next == byte => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(Broken::At(self.at, what)),
            None => Err(Broken::Ended),
        }
    }

    /// Passes a byte if it comes next.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let next = self.peek() == Some(byte);
        self.at += usize::from(next);
        next
    }

    /// Passes a string; the answer is where its content begins and ends, escapes as they are.
    pub(super) fn string(&mut self) -> Result<(usize, usize), Broken> {
        self.expect(b'"', "a string was due here")?;
        let start = self.at;
        self.rest_of_string()?;
        Ok((start, self.at - 1))
    }

    fn rest_of_string(&mut self) -> Result<(), Broken> {
        loop {
            let Some(found) = self.bytes.get(self.at..).and_then(|rest| memchr2(b'"', b'\\', rest)) else {
                return Err(Broken::Ended);
            };
            self.at += found;
            if self.bytes[self.at] == b'"' {
                self.at += 1;
                return Ok(());
            }
            self.at += 2;
        }
    }

    /// In an object whose `{` or whose last value was passed: the next key, or nothing when the object ends.
    pub(super) fn key(&mut self, first: bool) -> Result<Option<(usize, usize)>, Broken> {
        if self.eat(b'}') {
            return Ok(None);
        }
        if !first {
            self.expect(b',', "a comma or `}` was due here")?;
        }
        let key = self.string()?;
        self.expect(b':', "a colon was due here")?;
        Ok(Some(key))
    }

    /// Passes any value; the answer is where it begins and ends.
    pub(super) fn value(&mut self) -> Result<(usize, usize), Broken> {
        let Some(first) = self.peek() else { return Err(Broken::Ended) };
        let start = self.at;
        match first {
            b'"' => {
                self.at += 1;
                self.rest_of_string()?;
            }
            b'{' | b'[' => self.nested()?,
            b'-' | b'0'..=b'9' => {
                while self
                    .bytes
                    .get(self.at)
                    .is_some_and(|b| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'))
                {
                    self.at += 1;
                }
                // A number at the very end may go on in what is not there yet.
                if self.at == self.bytes.len() {
                    return Err(Broken::Ended);
                }
            }
            b't' => self.word(b"true")?,
            b'f' => self.word(b"false")?,
            b'n' => self.word(b"null")?,
            _ => return Err(Broken::At(self.at, "a value was due here")),
        }
        Ok((start, self.at))
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Broken> {
        let rest = &self.bytes[self.at..];
        if rest.starts_with(word) {
            self.at += word.len();
            return Ok(());
        }
        Err(if word.starts_with(rest) { Broken::Ended } else { Broken::At(self.at, "a value was due here") })
    }

    fn nested(&mut self) -> Result<(), Broken> {
        // One bit a level: 1 for `{`. Of levels too deep for that only the number is known; no column takes such a value.
        let (mut kinds, mut depth, mut deeper) = (0_u128, 0_u32, 0_u64);
        while let Some(byte) = self.bytes.get(self.at) {
            let here = self.at;
            self.at += 1;
            match byte {
                b'"' => self.rest_of_string()?,
                b'{' | b'[' if depth == DEPTH => deeper += 1,
                b'}' | b']' if deeper > 0 => deeper -= 1,
                b'{' | b'[' => {
                    kinds = kinds << 1 | u128::from(*byte == b'{');
                    depth += 1;
                }
                b'}' | b']' => {
                    if (kinds & 1 == 1) != (*byte == b'}') {
                        return Err(Broken::At(here, "a bracket closes another kind of bracket here"));
                    }
                    kinds >>= 1;
                    depth -= 1;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
        Err(Broken::Ended)
    }
}

/// Appends a string's content with its escapes resolved. False when something had to be replaced by U+FFFD: half of
/// a surrogate pair, an escape that does not exist.
pub(super) fn unescape(raw: &str, out: &mut String) -> bool {
    let mut sound = true;
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let mut characters = rest[at + 1..].chars();
        let simple = match characters.next() {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('u') => {
                let after = characters.as_str();
                let (c, used) = unicode(after);
                sound &= c.is_some();
                out.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
                rest = &after[used..];
                continue;
            }
            _ => {
                sound = false;
                char::REPLACEMENT_CHARACTER
            }
        };
        out.push(simple);
        rest = characters.as_str();
    }
    out.push_str(rest);
    sound
}

/// How deeply brackets nest, byte by byte, whatever else is wrong with the text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Nesting {
    /// How many are open.
    pub(super) depth: u64,
    /// Whether a string is.
    pub(super) quoted: bool,
    escaped: bool,
}

impl Nesting {
    /// Takes a byte. The answer is whether it was a bracket or a quote, and not part of a string.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.quoted => self.escaped = true,
            b'"' => {
                self.quoted = !self.quoted;
                return true;
            }
            b'{' | b'[' if !self.quoted => {
                self.depth += 1;
                return true;
            }
            b'}' | b']' if !self.quoted => {
                self.depth = self.depth.saturating_sub(1);
                return true;
            }
            _ => {}
        }
        false
    }
}

/// Whether brackets nest more deeply than a value may.
pub(super) fn nests_too_deeply(text: &str) -> bool {
    let mut nesting = Nesting::default();
    text.bytes().any(|byte| nesting.take(byte) && nesting.depth > u64::from(DEPTH))
}

/// JSON in which each half of a surrogate pair that stands alone is U+FFFD; nothing when there is none.
pub(super) fn with_whole_characters(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    let mut mended = false;
    while let Some(at) = rest.find('\\') {
        let after = &rest[at + 1..];
        let length = after.chars().next().map_or(0, char::len_utf8);
        let (lone, used) = match after.strip_prefix('u').map(unicode) {
            Some((character, used)) => (character.is_none() && used > 0, 1 + used),
            None => (false, length),
        };
        mended |= lone;
        out.push_str(&rest[..at]);
        out.push_str(if lone { "\\ufffd" } else { &rest[at..=at + used] });
        rest = &after[used..];
    }
    out.push_str(rest);
    mended.then_some(out)
}

/// The character that the digits after `\u` mean, and how many bytes they take (a pair takes its second half too).
fn unicode(after: &str) -> (Option<char>, usize) {
    let hex = |text: &str| {
        let digits = text.get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        u32::from_str_radix(digits, 16).ok()
    };
    let Some(first) = hex(after) else { return (None, 0) };
    if !(0xd800..0xdc00).contains(&first) {
        return (char::from_u32(first), 4);
    }
    let second = after.get(4..).and_then(|rest| rest.strip_prefix("\\u")).and_then(hex);
    match second.filter(|unit| (0xdc00..0xe000).contains(unit)) {
        Some(second) => (char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)), 10),
        None => (None, 4),
    }
}

/// Whether text is valid JSON in the one spelling that every other is turned into: no white space between tokens, no
/// escape that could be a plain character, no numbers but integers of modest length.
pub(super) fn is_canonical(text: &str) -> bool {
    canonical_value(text.as_bytes(), 0, DEPTH) == Some(text.len())
}

/// Where the canonical value that begins at a place ends.
fn canonical_value(bytes: &[u8], at: usize, depth: u32) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => canonical_string(bytes, at),
        b'{' => canonical_list(bytes, at + 1, b'}', depth.checked_sub(1)?),
        b'[' => canonical_list(bytes, at + 1, b']', depth.checked_sub(1)?),
        b't' => bytes[at..].starts_with(b"true").then_some(at + 4),
        b'f' => bytes[at..].starts_with(b"false").then_some(at + 5),
        b'n' => bytes[at..].starts_with(b"null").then_some(at + 4),
        b'0' => Some(at + 1),
        b'-' | b'1'..=b'9' => {
            let digits = bytes[at + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
            let lone_sign = bytes[at] == b'-' && bytes.get(at + 1).is_none_or(|b| !(b'1'..=b'9').contains(b));
            (digits <= 17 && !lone_sign).then_some(at + 1 + digits)
        }
        _ => None,
    }
}

fn canonical_list(bytes: &[u8], mut at: usize, close: u8, depth: u32) -> Option<usize> {
    if bytes.get(at) == Some(&close) {
        return Some(at + 1);
    }
    loop {
        if close == b'}' {
            at = canonical_string(bytes, at)?;
            if bytes.get(at) != Some(&b':') {
                return None;
            }
            at += 1;
        }
        at = canonical_value(bytes, at, depth)?;
        match bytes.get(at)? {
            b',' => at += 1,
            byte if *byte == close => return Some(at + 1),
            _ => return None,
        }
    }
}

fn canonical_string(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let mut at = at + 1;
    loop {
        let stop = at + memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at..stop].iter().any(|b| *b < 0x20) {
            return None;
        }
        if bytes[stop] == b'"' {
            return Some(stop + 1);
        }
        if !matches!(bytes.get(stop + 1)?, b'"' | b'\\' | b'n' | b't' | b'r' | b'b' | b'f') {
            return None;
        }
        at = stop + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_are_found_where_they_stand() {
        let text = br#" { "a" : -1.5e3 ,"b\"":{"x":[1,"]}",{}]}, "c":null,"d":"q\\"} "#;
        let mut scan = Scanner::new(text, 0);
        scan.expect(b'{', "").unwrap();
        let mut got = Vec::new();
        while let Some((from, to)) = scan.key(got.is_empty()).unwrap() {
            let (start, end) = scan.value().unwrap();
            got.push(format!(
                "{}={}",
                String::from_utf8_lossy(&text[from..to]),
                String::from_utf8_lossy(&text[start..end])
            ));
        }
        assert_eq!(got, ["a=-1.5e3", r#"b\"={"x":[1,"]}",{}]}"#, "c=null", r#"d="q\\""#]);
        assert_eq!(scan.peek(), None);
    }

    #[test]
    fn what_ends_too_soon_differs_from_what_is_wrong() {
        let value = |text: &str| Scanner::new(text.as_bytes(), 0).value();
        for text in ["", "{", "{\"a\":", "[1,", "\"a", "\"a\\", "tru", "12", "{\"a\":\"}"] {
            assert_eq!(value(text), Err(Broken::Ended), "{text}");
        }
        for text in ["trux", "}", "nul,", "[}", "<"] {
            assert!(matches!(value(text), Err(Broken::At(..))), "{text}");
        }
        assert_eq!(value(&"[".repeat(1000)), Err(Broken::Ended));
        let deep = format!("{}{{]{}", "[".repeat(200), "]".repeat(200));
        assert_eq!(value(&deep), Ok((0, 402)));
        assert!(nests_too_deeply(&deep) && !nests_too_deeply(&"[]".repeat(200)));
    }

    #[test]
    fn escapes_become_characters() {
        let text = |raw: &str| {
            let mut out = String::new();
            let sound = unescape(raw, &mut out);
            (out, sound)
        };
        assert_eq!(text(r#"a\"\\\/\n\u00e8\ud834\udd1e"#), ("a\"\\/\nè𝄞".to_owned(), true));
        assert_eq!(text(r"\ud834x"), ("\u{fffd}x".to_owned(), false));
        assert_eq!(text(r"\udd1e\u12"), ("\u{fffd}\u{fffd}12".to_owned(), false));
        assert_eq!(text(r"\q\"), ("\u{fffd}\u{fffd}".to_owned(), false));
        let mended = |raw| with_whole_characters(raw);
        assert_eq!(mended(r#"{"a":"\ud834\udd1e\\ud800\n"}"#), None);
        assert_eq!(mended(r#"["\ud834\u0041","\udd1e"]"#).as_deref(), Some(r#"["\ufffd\u0041","\ufffd"]"#));
        assert_eq!(mended("\\"), None);
    }

    #[test]
    fn canonical_text_is_known() {
        for text in [r#"{"a":[1,true,null,"é\n"]}"#, "[]", r#""x""#] {
            assert!(is_canonical(text), "{text}");
        }
        for text in [
            r#"{"a": 1}"#,
            r#""\u00e8""#,
            "[1.0]",
            "[1e5]",
            r#""\/""#,
            "[1,]",
            "{1:2}",
            "-0",
            "01",
            "{",
            "12345678901234567890",
            "\"\t\"",
        ] {
            assert!(!is_canonical(text), "{text}");
        }
    }
}
