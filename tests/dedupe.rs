//! `--dedupe`: of equal records the first stays, whatever thread came first.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

use std::fs;
use std::io::Write;
use std::path::Path;

use kqlens::sources::{Catalog, ReadOptions, ReadRequest, Tally};
use kqlens::types::{ScalarType, to_text, value_at};

const TABLE: &str = "ApiManagementGatewayLogs";

fn line(number: usize, more: usize) -> String {
    let pad = "x".repeat(more);
    format!(
        "{{\"TimeGenerated\":\"2025-02-25T10:00:00Z\",\"Type\":\"{TABLE}\",\"CorrelationId\":\"{number}\",\"Url\":\"{pad}\"}}\n"
    )
}

fn read(folder: &Path, limit: Option<usize>) -> (Vec<String>, Tally) {
    let options = ReadOptions { dedupe: true, ..ReadOptions::default() };
    let catalog = Catalog::discover(&[folder.display().to_string()], &options).expect("files are found");
    let columns = vec!["CorrelationId".to_owned()];
    let request = ReadRequest { table: TABLE.to_owned(), columns, limit, ..ReadRequest::default() };
    let result = catalog.read(&request).expect("rows are read");
    let rows = result.batches.iter().flat_map(|batch| {
        (0..batch.num_rows()).map(|row| to_text(&value_at(batch.column(0), ScalarType::String, row)))
    });
    (rows.collect(), result.tally)
}

/// What is left when each number is kept where it comes first.
fn first_of_each(numbers: &[usize]) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    numbers.iter().filter(|number| seen.insert(**number)).map(ToString::to_string).collect()
}

#[test]
fn the_first_of_equal_records_stays_in_files_of_many_blocks() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut all = Vec::new();
    // Files of some blocks, of less than one, packed, and of one array, with duplicates near and far.
    for (name, count, pad) in [
        ("a.json", 3_000, 4_000),
        ("b.json", 50, 10),
        ("c.json.gz", 2_000, 400),
        ("d.json", 60, 10),
        ("e.json", 2_500, 4_000),
        ("f.json", 900, 10),
    ] {
        let numbers: Vec<usize> = (0..count).map(|n| (n * 7919 + name.len()) % (count * 3 / 4) + count % 7).collect();
        let lines: Vec<String> = numbers.iter().map(|number| line(*number, 400 + number % pad)).collect();
        let path = folder.path().join(name);
        match name {
            "c.json.gz" => {
                let file = fs::File::create(path).expect("a file is made");
                let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
                encoder.write_all(lines.concat().as_bytes()).and_then(|()| encoder.try_finish()).expect("it is packed");
            }
            "f.json" => fs::write(path, format!("[{}]", lines.join(","))).expect("a file is written"),
            _ => fs::write(path, lines.concat()).expect("a file is written"),
        }
        // The array's records are spelled without their line ends, as all are.
        all.extend(lines);
    }
    let mut seen = std::collections::HashSet::new();
    let kept: Vec<&String> = all.iter().filter(|line| seen.insert(line.as_str())).collect();
    let number = |line: &str| {
        line.split("CorrelationId\":\"").nth(1).and_then(|rest| rest.split('"').next()).map(ToOwned::to_owned)
    };
    let want: Vec<String> = kept.iter().filter_map(|line| number(line)).collect();
    for _ in 0..3 {
        let (got, tally) = read(folder.path(), None);
        assert_eq!(got.len(), want.len());
        assert!(got == want, "the rows stand in another order");
        let (all, dropped) = (all.len() as u64, (all.len() - want.len()) as u64);
        assert_eq!((tally.read, tally.kept, tally.duplicates), (all, all, dropped));
    }
    // Duplicates do not count among the rows that are enough.
    for limit in [1, 100, 2_400] {
        assert!(read(folder.path(), Some(limit)).0 == want[..limit], "{limit}");
    }
}

#[test]
fn rows_of_columns_are_told_apart_by_all_their_columns() {
    let folder = tempfile::tempdir().expect("a folder");
    let logs = folder.path().join("logs");
    fs::create_dir(&logs).expect("a folder is made");
    let numbers: Vec<usize> = (0..400).map(|n| n * 31 % 150).collect();
    fs::write(logs.join("a.json"), numbers.iter().map(|n| line(*n, 10)).collect::<String>())
        .expect("a file is written");
    // The same rows as an Arrow file, made by a query that keeps every one of them.
    let arrow = folder.path().join("b.arrow");
    let made = std::process::Command::new(env!("CARGO_BIN_EXE_kqlens"))
        .args(["run", "-q", "-e", &format!("{TABLE} | project TimeGenerated, CorrelationId, Url, Type")])
        .args(["--logs", &logs.display().to_string(), "-o", &arrow.display().to_string()])
        .status()
        .expect("kqlens starts");
    assert!(made.success());
    fs::remove_file(logs.join("a.json")).expect("it is removed");
    fs::copy(&arrow, logs.join("b.arrow")).expect("a copy");
    fs::copy(&arrow, logs.join("c.arrow")).expect("a copy");
    let (got, tally) = read(&logs, None);
    assert_eq!(got, first_of_each(&numbers));
    assert_eq!((tally.read, tally.duplicates), (800, 650));
    assert_eq!(read(&logs, Some(120)).0, first_of_each(&numbers)[..120]);
}
