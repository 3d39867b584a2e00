//! What strangers, broken disks and half-done writers leave in files, each with a defined result. `tests/hostile/NAME.txt`
//! describes a folder of logs, `NAME.out` says what a user sees of it. `KQLENS_BLESS=1` rewrites the answers.
//!
//! A description is lines `# …`, then perhaps `args: …` and `query: …`, then for each file `=== NAME OPTIONS` and its
//! text. In the text `«ff 00»` are bytes and `«repeat N x»` is a text repeated. Options, in the order they are done:
//! `from=FILE` takes the bytes of a sample, `unpack` unpacks it, `open` leaves out the last line end, `encode=utf-16le`
//! or `utf-16be` (`mark` puts a byte order mark before it), `zero=AT+COUNT` blanks bytes, `pack=gzip` or `zstd` (two with
//! a `+`: in two parts), `flip=AT` changes a byte (from the end when negative), `cut=N` drops the last bytes.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod common;

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Mutex;

use common::{expect, kqlens, root, text};

const QUERY: &str = "ApiManagementGatewayLogs | project TimeGenerated, ResponseCode, Url, RequestHeaders | order by TimeGenerated asc, Url asc";

#[test]
fn every_hostile_file_has_its_defined_result() {
    let folder = root().join("tests/hostile");
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .expect("the descriptions are there")
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 60, "the descriptions are gone");
    let next = Mutex::new(paths.iter());
    let faults = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(path) = next.lock().expect("no thread failed").next() else { return };
                    if let Err(fault) = std::panic::catch_unwind(|| check(path)) {
                        let said = fault.downcast_ref::<String>().cloned().unwrap_or_default();
                        faults.lock().expect("no thread failed").push(format!("{}: {said}", path.display()));
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().expect("no thread failed");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn check(path: &Path) {
    let described = std::fs::read_to_string(path).expect("a description");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let logs = folder.path().display().to_string();
    let mut arguments: Vec<&str> = Vec::new();
    let mut query = QUERY;
    let mut parts = described.split("\n=== ");
    for line in parts.next().unwrap_or_default().lines() {
        if let Some(given) = line.strip_prefix("args: ") {
            arguments.extend(given.split(' '));
        } else if let Some(given) = line.strip_prefix("query: ") {
            query = given;
        }
    }
    for part in parts {
        let (head, body) = part.split_once('\n').unwrap_or((part, ""));
        let mut words = head.split(' ');
        let file = folder.path().join(words.next().unwrap_or_default());
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("the folder is made");
        // The line end before the next file belongs to the text.
        let body = if body.is_empty() || body.ends_with('\n') { body.to_owned() } else { format!("{body}\n") };
        std::fs::write(&file, bytes(&body, &words.collect::<Vec<_>>())).expect("the file is written");
    }
    let given = [&["run", "-e", query, "--logs", &logs, "--format", "csv"], arguments.as_slice()].concat();
    let output = kqlens(&given);
    let code = output.status.code().unwrap_or(-1);
    let told = text(&output.stderr).replace(&logs, "LOGS");
    balanced(&told);
    expect(&path.with_extension("out"), &format!("exit {code}\n{}{told}", text(&output.stdout)));
}

/// read = kept + repaired + rejected + in progress.
fn balanced(told: &str) {
    let Some(line) = told.lines().find(|line| line.starts_with("read ")) else { return };
    let numbers: Vec<u64> =
        line.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect();
    assert_eq!(numbers[0], numbers[2..6].iter().sum::<u64>(), "{line}");
}

fn bytes(body: &str, options: &[&str]) -> Vec<u8> {
    let value = |name: &str| options.iter().find_map(|option| option.strip_prefix(name));
    let has = |name: &str| options.contains(&name);
    let mut out = match value("from=") {
        Some(path) => std::fs::read(root().join(path)).expect("the sample is there"),
        None => spelled(body),
    };
    if has("unpack") {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(out.as_slice()).read_to_end(&mut plain).expect("the sample unpacks");
        out = plain;
    }
    if has("open") && out.last() == Some(&b'\n') {
        out.pop();
    }
    if let Some(encoding) = value("encode=") {
        let plain = String::from_utf8(out).expect("text");
        let mark = if has("mark") { "\u{feff}" } else { "" };
        let units = mark.encode_utf16().chain(plain.encode_utf16());
        let unit = |u: u16| if encoding == "utf-16be" { u.to_be_bytes() } else { u.to_le_bytes() };
        out = units.flat_map(unit).collect();
    }
    if let Some((at, count)) = value("zero=").and_then(|zero| zero.split_once('+')) {
        let (at, count): (usize, usize) = (at.parse().expect("a place"), count.parse().expect("a count"));
        out[at..at + count].fill(0);
    }
    if let Some(packing) = value("pack=") {
        let ways: Vec<&str> = packing.split('+').collect();
        let length = out.len().div_ceil(ways.len()).max(1);
        let mut chunks: Vec<&[u8]> = out.chunks(length).collect();
        chunks.resize(ways.len(), &[]);
        out = ways.iter().zip(chunks).flat_map(|(way, chunk)| packed(way, chunk)).collect();
    }
    if let Some(at) = value("flip=") {
        let at: isize = at.parse().expect("a place");
        let place = if at < 0 { out.len().checked_add_signed(at) } else { usize::try_from(at).ok() };
        out[place.expect("a place within the file")] ^= 0x55;
    }
    let cut: usize = value("cut=").map_or(0, |n| n.parse().expect("a number"));
    out.truncate(out.len().saturating_sub(cut));
    out
}

fn packed(way: &str, plain: &[u8]) -> Vec<u8> {
    if way == "zstd" {
        return zstd::encode_all(plain, 3).expect("it is packed");
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain).expect("it is packed");
    encoder.finish().expect("it is packed")
}

/// A text with what stands between guillemets spelled out.
fn spelled(body: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('«') {
        out.extend_from_slice(before.as_bytes());
        let (inner, after) = after.split_once('»').expect("guillemets come in pairs");
        let words: Vec<&str> = inner.split(' ').collect();
        match words.as_slice() {
            ["repeat", times, what] => out.extend(what.repeat(times.parse().expect("a number")).into_bytes()),
            hex => out.extend(hex.iter().map(|digits| u8::from_str_radix(digits, 16).expect("hexadecimal digits"))),
        }
        rest = after;
    }
    out.extend_from_slice(rest.as_bytes());
    out
}
