//! Text in other encodings and back: base64 of bytes and guids, gzip and zlib, punycode, code points.

use std::io::{Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Function, text};
use crate::types::{Json, Value};

/// The most bytes a compressed text may unfold to: a few bytes can promise gigabytes.
const MAX_UNFOLDED: u64 = 64 << 20;

fn bytes_of(json: &Json) -> Option<Vec<u8>> {
    json.as_array()?.iter().map(|n| n.as_u64().and_then(|n| u8::try_from(n).ok())).collect()
}

/// Short texts gain nothing from compression: Kusto stores them as they are.
const STORED: usize = 64;

fn level(text: &str) -> flate2::Compression {
    if text.len() <= STORED { flate2::Compression::none() } else { flate2::Compression::default() }
}

fn gzip(text: &str) -> std::io::Result<Vec<u8>> {
    /// Where gzip's header says how hard the writer tried, which Kusto leaves 0.
    const EFFORT: usize = 8;
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), level(text));
    writer.write_all(text.as_bytes())?;
    let mut bytes = writer.finish()?;
    if let Some(effort) = bytes.get_mut(EFFORT) {
        *effort = 0;
    }
    Ok(bytes)
}

fn zlib(text: &str) -> std::io::Result<Vec<u8>> {
    let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), level(text));
    writer.write_all(text.as_bytes())?;
    writer.finish()
}

fn compressed<'a>(bytes: std::io::Result<Vec<u8>>) -> Value<'a> {
    Value::string(bytes.map(|b| STANDARD.encode(b)).unwrap_or_default())
}

fn unfolded<'a>(reader: impl Read) -> Value<'a> {
    let mut bytes = Vec::new();
    let whole = reader.take(MAX_UNFOLDED).read_to_end(&mut bytes).is_ok();
    let plain = if whole { String::from_utf8(bytes).unwrap_or_default() } else { String::new() };
    Value::string(plain)
}

/// The characters at some code points; empty when one of them is none.
fn code_points<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let points = arguments.iter().flat_map(|argument| match argument.as_json() {
        Some(Json::Array(items)) => items.iter().map(Json::as_i64).collect(),
        _ => vec![argument.as_i64()],
    });
    let character = |point: Option<i64>| u32::try_from(point?).ok().and_then(char::from_u32);
    Value::string(points.map(character).collect::<Option<String>>().unwrap_or_default())
}

/// Each label of a domain, those dots apart that people write as dots.
fn labels(domain: &str, convert: impl Fn(&str) -> Option<String>) -> Option<String> {
    let labels: Option<Vec<String>> = domain.split(['.', '。', '｡', '．']).map(convert).collect();
    labels.map(|l| l.join("."))
}

fn encoded_label(label: &str) -> Option<String> {
    if label.is_ascii() { Some(label.to_owned()) } else { punycode::encode(label).ok().map(|l| format!("xn--{l}")) }
}

fn decoded_label(label: &str) -> Option<String> {
    match label.strip_prefix("xn--") {
        Some(encoded) => punycode::decode(encoded).ok(),
        None => Some(label.to_owned()),
    }
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "base64_decode_toarray",
        &["(text: string) -> dynamic"],
        "The bytes of a base64 text as an array of numbers; null when it is none.",
        &[("base64_decode_toarray('S3U=')", "[75,117]")],
        |_, a| {
            let bytes = STANDARD.decode(text(a, 0)).ok();
            bytes.map_or(Value::Null, |b| Value::dynamic(Json::Array(b.into_iter().map(Json::from).collect())))
        },
    ),
    Function::kernel(
        "base64_encode_fromarray",
        &["(bytes: dynamic) -> string"],
        "An array of bytes as base64; empty when it is none.",
        &[("base64_encode_fromarray(dynamic([75, 117]))", "S3U=")],
        |_, a| Value::string(a[0].as_json().and_then(bytes_of).map(|b| STANDARD.encode(b)).unwrap_or_default()),
    ),
    Function::kernel(
        "base64_decode_toguid",
        &["(text: string) -> guid"],
        "The guid of a base64 text of sixteen bytes; null when it is none.",
        &[("base64_decode_toguid('8jMxriJurkmwahbmqbIS6w==')", "ae3133f2-6e22-49ae-b06a-16e6a9b212eb")],
        |_, a| {
            let bytes = STANDARD.decode(text(a, 0)).ok().and_then(|b| <[u8; 16]>::try_from(b).ok());
            bytes.map_or(Value::Null, |b| Value::Guid(uuid::Uuid::from_bytes_le(b)))
        },
    ),
    Function::kernel(
        "base64_encode_fromguid",
        &["(guid: guid) -> string"],
        "The bytes of a guid as base64.",
        &[("base64_encode_fromguid(guid(ae3133f2-6e22-49ae-b06a-16e6a9b212eb))", "8jMxriJurkmwahbmqbIS6w==")],
        |_, a| match &a[0] {
            Value::Guid(guid) => Value::string(STANDARD.encode(guid.to_bytes_le())),
            _ => Value::str(""),
        },
    ),
    Function::kernel(
        "gzip_compress_to_base64_string",
        &["(text: string) -> string"],
        "The text compressed with gzip, as base64.",
        &[("gzip_decompress_from_base64_string(gzip_compress_to_base64_string('abc'))", "abc")],
        |_, a| compressed(gzip(text(a, 0))),
    ),
    Function::kernel(
        "gzip_decompress_from_base64_string",
        &["(text: string) -> string"],
        "The text inside gzip inside base64; empty when it is none.",
        &[("gzip_decompress_from_base64_string('x0x0x0')", "")],
        |_, a| match STANDARD.decode(text(a, 0)) {
            Ok(bytes) => unfolded(flate2::read::MultiGzDecoder::new(bytes.as_slice())),
            Err(_) => Value::str(""),
        },
    ),
    Function::kernel(
        "zlib_compress_to_base64_string",
        &["(text: string) -> string"],
        "The text compressed with zlib, as base64.",
        &[("zlib_decompress_from_base64_string(zlib_compress_to_base64_string('abc'))", "abc")],
        |_, a| compressed(zlib(text(a, 0))),
    ),
    Function::kernel(
        "zlib_decompress_from_base64_string",
        &["(text: string) -> string"],
        "The text inside zlib inside base64; empty when it is none.",
        &[("zlib_decompress_from_base64_string('')", "")],
        |_, a| match STANDARD.decode(text(a, 0)) {
            Ok(bytes) => unfolded(flate2::read::ZlibDecoder::new(bytes.as_slice())),
            Err(_) => Value::str(""),
        },
    ),
    Function::kernel(
        "unicode_codepoints_from_string",
        &["(text: text) -> dynamic"],
        "The code points of a text as an array of numbers.",
        &[("unicode_codepoints_from_string('Ku')", "[75,117]")],
        |_, a| Value::dynamic(Json::Array(text(a, 0).chars().map(|c| Json::from(u32::from(c))).collect())),
    )
    .also(&["to_utf8"]),
    Function::kernel(
        "unicode_codepoints_to_string",
        &["(*points: integer|dynamic) -> string"],
        "The text of some code points, given one by one or as arrays.",
        &[("unicode_codepoints_to_string(75, dynamic([117, 115]))", "Kus")],
        |_, a| code_points(a),
    )
    .also(&["make_string"]),
    Function::kernel(
        "isascii",
        &["(text: text) -> bool"],
        "Whether all characters of a text are ASCII.",
        &[("isascii('é')", "False")],
        |_, a| Value::Bool(text(a, 0).is_ascii()),
    ),
    Function::kernel(
        "isutf8",
        &["(text: text) -> bool"],
        "Whether a text is valid UTF-8. Invalid bytes were replaced when the text was read.",
        &[("isutf8('é')", "True")],
        |_, a| Value::Bool(!text(a, 0).contains('\u{fffd}')),
    ),
    Function::kernel(
        "punycode_from_string",
        &["(text: string) -> string"],
        "The text in punycode, without the `xn--` of domain names.",
        &[("punycode_from_string('bücher')", "bcher-kva")],
        |_, a| Value::string(punycode::encode(text(a, 0)).unwrap_or_default()),
    ),
    Function::kernel(
        "punycode_to_string",
        &["(encoded: string) -> string"],
        "The text of a punycode; empty when it is none.",
        &[("punycode_to_string('bcher-kva')", "bücher")],
        |_, a| Value::string(punycode::decode(text(a, 0)).unwrap_or_default()),
    ),
    Function::kernel(
        "punycode_domain_to_string",
        &["(domain: string) -> string"],
        "A domain name with each label that needs it in punycode.",
        &[("punycode_domain_to_string('www.bücher.de')", "www.xn--bcher-kva.de")],
        |_, a| Value::string(labels(text(a, 0), encoded_label).unwrap_or_default()),
    ),
    Function::kernel(
        "punycode_domain_from_string",
        &["(domain: string) -> string"],
        "A domain name with each label of punycode as people read it.",
        &[("punycode_domain_from_string('www.xn--bcher-kva.de')", "www.bücher.de")],
        |_, a| Value::string(labels(text(a, 0), decoded_label).unwrap_or_default()),
    ),
];
