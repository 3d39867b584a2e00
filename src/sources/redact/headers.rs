//! Secrets in JSON: values of headers and fields whose name tells, and what looks like a secret anywhere else.

use std::borrow::Cow;

use super::address::Addresses;
use super::names::{is_address, is_secret};
use super::pseudonym::Pseudonyms;
use super::{text, url};

/// What a value is, as the name before it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Secret,
    Address,
    Other,
}

/// An object or array that the walk is in.
struct Level {
    object: bool,
    /// Whether a name is due.
    name_due: bool,
    /// What the values here are, the names aside.
    all: Kind,
    /// What the next value is.
    next: Kind,
    /// The value of `name`, in `{"name": …, "value": …}`.
    named: Kind,
    /// Whether the next value is that name.
    names: bool,
}

/// The schemes before a credential, which stay.
const SCHEMES: [&str; 5] = ["bearer", "basic", "digest", "negotiate", "sharedaccesssignature"];

/// The JSON text with pseudonyms for its secrets; nothing when it has none. What is no JSON is a text like any other.
pub(super) fn redact(json: &str, pseudonyms: &Pseudonyms, addresses: Addresses) -> Option<String> {
    match walk(json, pseudonyms, addresses) {
        Some(out) if out == json => None,
        Some(out) => Some(out),
        None => text::redact(json, pseudonyms),
    }
}

fn walk(json: &str, pseudonyms: &Pseudonyms, addresses: Addresses) -> Option<String> {
    let bytes = json.as_bytes();
    if !json.trim_start().starts_with(['{', '[', '"']) {
        return None;
    }
    let mut out = String::with_capacity(json.len());
    let mut levels: Vec<Level> = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        match byte {
            b'{' | b'[' => {
                let object = *byte == b'{';
                let all = levels.last().map_or(Kind::Other, |level| level.next);
                levels.push(Level { object, name_due: object, all, next: all, named: Kind::Other, names: false });
                at += 1;
            }
            b'}' | b']' => {
                levels.pop()?;
                at += 1;
            }
            b',' => {
                if let Some(level) = levels.last_mut() {
                    level.name_due = level.object;
                    level.next = level.all;
                }
                at += 1;
            }
            b'"' => {
                at = end_of_string(bytes, start)?;
                let inner = unescaped(&json[start + 1..at - 1])?;
                match levels.last_mut() {
                    Some(level) if level.name_due => {
                        level.name_due = false;
                        level.next = kind(&inner, level);
                        level.names = inner.eq_ignore_ascii_case("name");
                    }
                    Some(level) if level.names => {
                        level.names = false;
                        level.named = of_name(&inner);
                    }
                    level => {
                        let kind = level.map_or(Kind::Other, |level| level.next);
                        if let Some(new) = value(&inner, kind, pseudonyms, addresses) {
                            out.push_str(&serde_json::to_string(&new).ok()?);
                            continue;
                        }
                    }
                }
            }
            b'0'..=b'9' | b'-' if levels.last().is_some_and(|level| level.next == Kind::Secret) => {
                let rest = &bytes[start..];
                at += rest.iter().position(|b| matches!(b, b',' | b'}' | b']' | b' ')).unwrap_or(rest.len());
                out.push_str(&format!("\"{}\"", pseudonyms.of(&json[start..at])));
                continue;
            }
            _ => at += json[start..].chars().next().map_or(1, char::len_utf8),
        }
        out.push_str(&json[start..at]);
    }
    levels.is_empty().then_some(out)
}

fn of_name(name: &str) -> Kind {
    if is_secret(name) {
        Kind::Secret
    } else if is_address(name) {
        Kind::Address
    } else {
        Kind::Other
    }
}

/// What the value of a field is.
fn kind(name: &str, level: &Level) -> Kind {
    match of_name(name) {
        Kind::Other if level.all != Kind::Other => level.all,
        Kind::Other if name.eq_ignore_ascii_case("value") => level.named,
        told => told,
    }
}

/// What stands for a string; nothing when it may stay.
fn value(inner: &str, kind: Kind, pseudonyms: &Pseudonyms, addresses: Addresses) -> Option<String> {
    if inner.is_empty() || Pseudonyms::is_one(inner) {
        return None;
    }
    match kind {
        Kind::Secret => Some(match inner.split_once(' ') {
            Some((scheme, secret)) if SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) => {
                let secret = secret.trim();
                if Pseudonyms::is_one(secret) {
                    return None;
                }
                format!("{scheme} {}", pseudonyms.of(secret))
            }
            _ => pseudonyms.of(inner),
        }),
        Kind::Address => addresses.of(inner, Some(pseudonyms)),
        Kind::Other if inner.contains("://") => url::redact(inner, pseudonyms),
        // JSON within JSON.
        Kind::Other if inner.starts_with(['{', '[']) => redact(inner, pseudonyms, addresses),
        Kind::Other => text::redact(inner, pseudonyms),
    }
}

/// Where a string ends that begins here, its quotes included.
fn end_of_string(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

fn unescaped(inner: &str) -> Option<Cow<'_, str>> {
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str(&format!("\"{inner}\"")).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(json: &str) -> Option<String> {
        redact(json, &Pseudonyms::with_key("k"), Addresses::Mask)
    }

    #[test]
    fn values_behind_the_names_of_secrets_are_replaced() {
        let p = Pseudonyms::with_key("k");
        let secret = p.of("abc");
        for (json, want) in [
            (r#"{"api-key":"abc","Host":"h"}"#, format!(r#"{{"api-key":"{secret}","Host":"h"}}"#)),
            (r#"{"Authorization":"Bearer abc"}"#, format!(r#"{{"Authorization":"Bearer {secret}"}}"#)),
            (r#"{"Api-Key":["abc","abc"]}"#, format!(r#"{{"Api-Key":["{secret}","{secret}"]}}"#)),
            (r#"{"api\u002dkey":"a\u0062c"}"#, format!(r#"{{"api\u002dkey":"{secret}"}}"#)),
            (r#"[{"name":"api-key","value":"abc"}]"#, format!(r#"[{{"name":"api-key","value":"{secret}"}}]"#)),
            (r#"{"secret":{"a":"abc","n":[1]}}"#, format!(r#"{{"secret":{{"a":"{secret}","n":["{}"]}}}}"#, p.of("1"))),
            (r#"{"Referer":"https://h/?key=abc"}"#, format!(r#"{{"Referer":"https://h/?key={secret}"}}"#)),
            (r#"{"m":"{\"api_key\":\"abc\"}"}"#, format!(r#"{{"m":"{{\"api_key\":\"{secret}\"}}"}}"#)),
            (r#"{"X-Forwarded-For":"203.0.113.9"}"#, r#"{"X-Forwarded-For":"203.0.113.0"}"#.to_owned()),
            ("api-key: abc", format!("api-key: {secret}")),
        ] {
            assert_eq!(redacted(json), Some(want), "{json}");
        }
    }

    #[test]
    fn the_same_key_is_the_same_wherever_it_stands() {
        let p = Pseudonyms::with_key("k");
        let header = redacted(r#"{"Authorization":"Bearer abc"}"#).unwrap();
        assert!(header.contains(&p.of("abc")));
        assert!(url::redact("/?subscription-key=abc", &p).unwrap().contains(&p.of("abc")));
    }

    #[test]
    fn other_json_stays_byte_for_byte() {
        for json in [
            "",
            "{}",
            r#"{"x-ratelimit-remaining-tokens":"1200","Content-Type":"application/json"}"#,
            r#"{ "a" : [ 1.50, null, "caffè \ud834\udd1e" ] }"#,
            r#"{"api-key":""}"#,
            "{\"broken",
            "]",
        ] {
            assert_eq!(redacted(json), None, "{json}");
        }
    }
}
