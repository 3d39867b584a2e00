//! Files that several threads read together: the same rows in the same order, and every row accounted for, as when one
//! thread reads them.
#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use std::fmt::Write as _;
use std::path::Path;

use kqlens::sources::{Catalog, ReadOptions, ReadRequest, ReadResult};
use kqlens::types::{Table, to_text};

const ROWS: usize = 60_000;

fn catalog(path: &Path, dedupe: bool) -> Catalog {
    let options = ReadOptions { dedupe, keep_rejects: true, ..ReadOptions::default() };
    Catalog::discover(&[path.display().to_string()], &options).unwrap()
}

fn read(path: &Path, dedupe: bool, limit: Option<usize>) -> ReadResult {
    let columns = ["TotalTime", "Url", "TimeGenerated"].map(ToOwned::to_owned).to_vec();
    let request =
        ReadRequest { table: "ApiManagementGatewayLogs".to_owned(), columns, limit, ..ReadRequest::default() };
    catalog(path, dedupe).read(&request).unwrap()
}

fn numbers(result: &ReadResult) -> Vec<String> {
    let table = Table::from_batches(&result.batches[0].schema(), &result.batches);
    table.columns[0].values.iter().map(to_text).collect()
}

/// Rows of some 260 bytes, so that a file has several blocks; some are broken, some do not fit.
fn lines() -> String {
    let mut text = String::new();
    for n in 0..ROWS {
        let padding = "x".repeat(120 + n % 90);
        let total = if n % 20_000 == 7 { "\"slow\"".to_owned() } else { n.to_string() };
        let end = if n % 15_000 == 9_000 { "" } else { "}" };
        writeln!(text, r#"{{"TimeGenerated":"2025-02-25T12:00:00.0000000Z","TotalTime":{total},"Type":"ApiManagementGatewayLogs","Url":"https://x/{padding}"{end}"#).unwrap();
    }
    text
}

#[test]
fn lines_of_all_blocks_are_in_order_and_problems_have_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    let text = lines();
    let plain = folder.path().join("rows.json");
    std::fs::write(&plain, &text).unwrap();
    let result = read(&plain, false, None);
    let want: Vec<String> = (0..ROWS)
        .filter(|n| n % 15_000 != 9_000)
        .map(|n| if n % 20_000 == 7 { String::new() } else { n.to_string() })
        .collect();
    assert_eq!(numbers(&result), want);
    assert!(result.batches.len() > 1);
    let tally = &result.tally;
    assert_eq!((tally.read, tally.rejected, tally.repaired, tally.files), (ROWS as u64, 4, 3, 1));
    assert!(tally.is_balanced());
    assert_eq!(tally.rejects.iter().map(|r| r.line).collect::<Vec<_>>(), [9_001, 24_001, 39_001, 54_001]);
    let mut log = Vec::new();
    tally.logs[0].write(&mut log, &str::to_owned).unwrap();
    let log: Vec<String> = String::from_utf8(log).unwrap().lines().map(ToOwned::to_owned).collect();
    assert!(log.len() == 4 && log[3].contains("\"line\":54001,"), "{log:?}");
    assert_eq!(tally.repairs.iter().map(|r| r.line).collect::<Vec<_>>(), [8, 20_008, 40_008]);
    for reject in &tally.rejects {
        let line = &text[usize::try_from(reject.byte).unwrap()..];
        assert!(line.starts_with("{\"TimeGenerated\""));
        assert_eq!(text[..reject.byte as usize].matches('\n').count() as u64 + 1, reject.line);
    }

    // Packed, it cannot be read by several at once, but taken apart.
    let packed = folder.path().join("rows.json.gz");
    let mut encoder =
        flate2::write::GzEncoder::new(std::fs::File::create(&packed).unwrap(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, text.as_bytes()).unwrap();
    encoder.finish().unwrap();
    let again = read(&packed, false, None);
    assert_eq!(numbers(&again), want);
    assert_eq!(again.tally.rejects.iter().map(|r| r.line).collect::<Vec<_>>(), [9_001, 24_001, 39_001, 54_001]);
}

#[test]
fn the_first_of_equal_rows_stays_and_a_few_rows_are_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let text = lines();
    std::fs::write(folder.path().join("a.json"), &text).unwrap();
    std::fs::write(folder.path().join("b.json"), &text).unwrap();
    let whole = read(&folder.path().join("a.json"), false, None);
    let once = read(folder.path(), true, None);
    assert_eq!(numbers(&once), numbers(&whole));
    assert_eq!(once.tally.duplicates, ROWS as u64 - 4);
    let few = read(folder.path(), false, Some(50_000));
    assert_eq!(numbers(&few), numbers(&whole)[..50_000]);
}

#[test]
fn every_rejected_row_is_kept_for_the_file_of_rejects() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.json");
    let good = lines();
    let bad: String = (0..150_000).map(|n| format!("broken {n} {}\n", "x".repeat(40))).collect();
    std::fs::write(&path, [good.as_str(), &bad].concat()).unwrap();
    let tally = read(&path, false, None).tally;
    assert_eq!((tally.rejected, tally.rejects.len()), (150_004, 100));
    let mut log = Vec::new();
    tally.logs[0].write(&mut log, &str::to_owned).unwrap();
    let rows: Vec<serde_json::Value> =
        String::from_utf8(log).unwrap().lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    assert_eq!(rows.len(), 150_004);
    let numbers: Vec<u64> = rows[4..].iter().map(|row| row["line"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (ROWS as u64 + 1..=ROWS as u64 + 150_000).collect::<Vec<_>>());
    assert!(rows[150_003]["excerpt"].as_str().unwrap().starts_with("broken 149999"));
}

#[test]
fn quoted_line_ends_never_part_a_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    let mut text = "TimeGenerated [UTC],TotalTime,\"Url\",ResponseCode\r\n".to_owned();
    let mut bad = Vec::new();
    let mut line = 2;
    for n in 0..ROWS {
        let cell = match n % 4 {
            0 => "plain".to_owned(),
            1 => format!("\"{}\"", "a,\"\"b\"\"\r\n".repeat(9)),
            2 => format!("\"{}\"", "\n".repeat(40)),
            _ => "\"\"\"\"".to_owned(),
        };
        let more = if n % 25_000 == 24_000 { ",more" } else { "" };
        if !more.is_empty() {
            bad.push((line, text.len() as u64));
        }
        let row = format!("2025-02-25T12:00:00Z,{n},{cell},200{more}\r\n");
        line += row.matches('\n').count() as u64;
        text += &row;
    }
    std::fs::write(&path, &text).unwrap();
    let result = read(&path, false, None);
    let want: Vec<String> = (0..ROWS).filter(|n| n % 25_000 != 24_000).map(|n| n.to_string()).collect();
    assert_eq!(numbers(&result), want);
    assert_eq!(result.tally.rejects.iter().map(|r| (r.line, r.byte)).collect::<Vec<_>>(), bad);
    let table = Table::from_batches(&result.batches[0].schema(), &result.batches[..1]);
    let urls: Vec<String> = table.columns[1].values[..4].iter().map(to_text).collect();
    assert_eq!(urls, ["plain".to_owned(), "a,\"b\"\r\n".repeat(9), "\n".repeat(40), "\"".to_owned()]);
}

/// Batches of later blocks once stood under one key and replaced each other where rows are kept as lists.
#[test]
fn rows_of_all_blocks_reach_lists_and_medians() {
    const MANY: usize = 400_000;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.json");
    let mut text = String::new();
    for n in 0..MANY {
        writeln!(text, r#"{{"TotalTime":{n},"Type":"ApiManagementGatewayLogs"}}"#).unwrap();
    }
    std::fs::write(&path, text).unwrap();
    let query =
        "ApiManagementGatewayLogs | summarize array_length(make_list(TotalTime)), percentile(TotalTime, 50), count()";
    for more in [&[][..], &["--memory", "1MiB"], &["--in-memory"]] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_kqlens"))
            .args(["run", "-e", query, "--format", "csv", "--quiet", "--logs"])
            .arg(&path)
            .args(more)
            .output()
            .unwrap();
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(out.lines().last(), Some("400000,199999,400000"), "{more:?}: {out}");
    }
}
