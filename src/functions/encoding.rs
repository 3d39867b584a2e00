//! Text in other clothes: base64, URL escapes, digests, bits.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha256;

use super::{Function, Meaning, ResultName, text};
use crate::types::{Value, to_text};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A digest of nothing is nothing, as in Kusto.
fn digest<'a>(value: &Value<'a>, of: fn(&[u8]) -> String) -> Value<'a> {
    let text = to_text(value);
    if text.is_empty() { Value::str("") } else { Value::string(of(text.as_bytes())) }
}

/// The bytes Kusto hashes of a value: a text's UTF-8, a number's or instant's eight bytes, a guid's sixteen.
fn hashed(value: &Value<'_>) -> i64 {
    let hash = |bytes: &[u8]| xxhash_rust::xxh64::xxh64(bytes, 0) as i64;
    match value {
        Value::Int(n) => hash(&n.to_le_bytes()),
        Value::Long(n) | Value::DateTime(n) | Value::TimeSpan(n) => hash(&n.to_le_bytes()),
        Value::Real(x) => hash(&x.to_le_bytes()),
        Value::Bool(b) => hash(&[u8::from(*b)]),
        Value::Guid(guid) => hash(&guid.to_bytes_le()),
        other => hash(to_text(other).as_bytes()),
    }
}

/// The hash of a value, or its rest when divided by a number.
fn hash<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let hash = hashed(&arguments[0]);
    match arguments.get(1).map(Value::as_i64) {
        None => Value::Long(hash),
        Some(Some(divisor)) if divisor > 0 => Value::Long(hash.rem_euclid(divisor)),
        Some(_) => Value::Null,
    }
}

fn url_encode(text: &str, keep: &str, space: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => out.push_str(space),
            b if b.is_ascii_alphanumeric() || keep.as_bytes().contains(&b) => out.push(char::from(b)),
            b => out.push_str(&format!("%{b:02x}")),
        }
    }
    out
}

fn url_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok()))
            .flatten();
        match (code, bytes[at]) {
            (Some(code), _) => {
                out.push(code);
                at += 3;
                continue;
            }
            (None, b'+') => out.push(b' '),
            (None, byte) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn bits<'a>(arguments: &[Value<'a>], combine: fn(i64, i64) -> i64) -> Value<'a> {
    match (arguments[0].as_i64(), arguments[1].as_i64()) {
        (Some(a), Some(b)) => Value::Long(combine(a, b)),
        _ => Value::Null,
    }
}

fn shift<'a>(arguments: &[Value<'a>], left: bool) -> Value<'a> {
    match (arguments[0].as_i64(), arguments[1].as_i64()) {
        (Some(n), Some(by)) if by >= 0 => {
            let by = (by % 64) as u32;
            Value::Long(if left { n << by } else { n >> by })
        }
        _ => Value::Null,
    }
}

macro_rules! binary {
    ($name:literal, $doc:literal, $example:literal, $answer:literal, $meaning:expr) => {
        Function {
            name: $name,
            signatures: &["(a: long, b: long) -> long"],
            doc: $doc,
            examples: &[($example, $answer)],
            naming: ResultName::FirstArgument,
            meaning: Meaning::Kernel($meaning),
            ..Function::NEW
        }
    };
}

macro_rules! of_text {
    ($name:literal, $aliases:expr, $doc:literal, $example:literal, $answer:literal, $meaning:expr) => {
        Function {
            name: $name,
            aliases: $aliases,
            signatures: &["(text: string) -> string"],
            doc: $doc,
            examples: &[($example, $answer)],
            meaning: Meaning::Kernel($meaning),
            ..Function::NEW
        }
    };
}

macro_rules! digest_of {
    ($name:literal, $doc:literal, $example:literal, $answer:literal, $digest:ty) => {
        Function {
            name: $name,
            signatures: &["(value: scalar) -> string"],
            doc: $doc,
            examples: &[($example, $answer)],
            meaning: Meaning::Kernel(|_, a| digest(&a[0], |bytes| hex(<$digest>::digest(bytes).as_slice()))),
            ..Function::NEW
        }
    };
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "hash",
        &["(value: scalar, [divisor: long]) -> long"],
        "A hash of the value (xxHash64); with a divisor, a number below it.",
        &[("hash('World')", "1846988464401551951"), ("hash('World', 100)", "51")],
        |_, a| hash(a),
    )
    .also(&["hash_xxhash64"]),
    of_text!(
        "base64_encode_tostring",
        &["base64_encodestring"],
        "The text's UTF-8 bytes in base64.",
        "base64_encode_tostring('key')",
        "a2V5",
        |_, a| Value::string(STANDARD.encode(text(a, 0)))
    ),
    of_text!(
        "base64_decode_tostring",
        &["base64_decodestring"],
        "Base64 as the text it holds; empty when it holds none.",
        "base64_decode_tostring('a2V5')",
        "key",
        |_, a| Value::string(
            STANDARD.decode(text(a, 0)).ok().and_then(|b| String::from_utf8(b).ok()).unwrap_or_default()
        )
    ),
    of_text!(
        "url_encode",
        &[],
        "The text fit for a URL's query; a space becomes `+`.",
        "url_encode('a b/c')",
        "a+b%2fc",
        |_, a| Value::string(url_encode(text(a, 0), "-_.!*()", "+"))
    ),
    of_text!(
        "url_encode_component",
        &[],
        "The text fit for a part of a URL; a space becomes `%20`.",
        "url_encode_component('a b')",
        "a%20b",
        |_, a| Value::string(url_encode(text(a, 0), "-_.!*()", "%20"))
    ),
    of_text!(
        "url_decode",
        &[],
        "The text that a URL's escapes stand for.",
        "url_decode('a%20b%2fc')",
        "a b/c",
        |_, a| Value::string(url_decode(text(a, 0)))
    ),
    digest_of!(
        "hash_md5",
        "The MD5 digest of a value's text, in hexadecimal.",
        "hash_md5('a')",
        "0cc175b9c0f1b6a831c399e269772661",
        Md5
    ),
    digest_of!(
        "hash_sha1",
        "The SHA-1 digest of a value's text, in hexadecimal.",
        "hash_sha1('a')",
        "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8",
        Sha1
    ),
    digest_of!(
        "hash_sha256",
        "The SHA-256 digest of a value's text, in hexadecimal.",
        "hash_sha256('a')",
        "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
        Sha256
    ),
    binary!("binary_and", "The bits both numbers have.", "binary_and(7, 12)", "4", |_, a| bits(a, |x, y| x & y)),
    binary!("binary_or", "The bits either number has.", "binary_or(3, 8)", "11", |_, a| bits(a, |x, y| x | y)),
    binary!("binary_xor", "The bits only one number has.", "binary_xor(3, 1)", "2", |_, a| bits(a, |x, y| x ^ y)),
    binary!("binary_shift_left", "A number's bits moved left.", "binary_shift_left(1, 4)", "16", |_, a| shift(a, true)),
    binary!("binary_shift_right", "A number's bits moved right.", "binary_shift_right(16, 3)", "2", |_, a| shift(
        a, false
    )),
    Function {
        name: "binary_not",
        signatures: &["(a: long) -> long"],
        doc: "The bits the number does not have.",
        examples: &[("binary_not(5)", "-6")],
        naming: ResultName::FirstArgument,
        meaning: Meaning::Kernel(|_, a| a[0].as_i64().map_or(Value::Null, |n| Value::Long(!n))),
        ..Function::NEW
    },
    Function {
        name: "bitset_count_ones",
        signatures: &["(a: long) -> long"],
        doc: "How many bits of the number are set.",
        examples: &[("bitset_count_ones(42)", "3")],
        naming: ResultName::FirstArgument,
        meaning: Meaning::Kernel(|_, a| a[0].as_i64().map_or(Value::Null, |n| Value::Long(i64::from(n.count_ones())))),
        ..Function::NEW
    },
    Function {
        name: "new_guid",
        signatures: &["() -> guid"],
        doc: "A random guid, another for every row.",
        examples: &[("strlen(tostring(new_guid()))", "36")],
        meaning: Meaning::Volatile(|_, _| Value::Guid(uuid::Uuid::new_v4())),
        ..Function::NEW
    },
];
