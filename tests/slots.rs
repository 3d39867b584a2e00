//! Files in folders that name a time: those of other hours than a query's stay closed, and no answer changes by that.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::{kqlens, text};
use kqlens::sources::{Catalog, ReadOptions, ReadRequest, Tally};
use kqlens::types::{TICKS_PER_HOUR, format_datetime, parse_datetime};

const TABLE: &str = "ApiManagementGatewayLogs";

fn ticks(text: &str) -> i64 {
    parse_datetime(text).expect("a time")
}

/// A row of a diagnostic setting in the folder of an hour.
fn diagnostic(files: &mut BTreeMap<String, String>, slot: i64, time: i64, id: usize) {
    let at = format_datetime(slot);
    let (year, month, day, hour) = (&at[..4], &at[5..7], &at[8..10], &at[11..13]);
    let path = format!(
        "insights-logs-gatewaylogs/resourceId=/SUBSCRIPTIONS/S/y={year}/m={month}/d={day}/h={hour}/m=00/PT1H.json"
    );
    *files.entry(path).or_default() += &format!(
        "{{\"time\":\"{}\",\"category\":\"GatewayLogs\",\"correlationId\":\"c{id}\",\"properties\":{{\"responseCode\":200}}}}\n",
        format_datetime(time)
    );
}

/// A row of a data export rule in the folder of five minutes.
fn exported(files: &mut BTreeMap<String, String>, time: i64, id: usize) {
    let at = format_datetime(time);
    let (year, month, day, hour) = (&at[..4], &at[5..7], &at[8..10], &at[11..13]);
    let minute: u32 = at[14..16].parse::<u32>().expect("minutes") / 5 * 5;
    let path = format!(
        "am-apimanagementgatewaylogs/WorkspaceResourceId=/w/y={year}/m={month}/d={day}/h={hour}/m={minute:02}/PT05M.json"
    );
    *files.entry(path).or_default() +=
        &format!("{{\"CorrelationId\":\"e{id}\",\"TimeGenerated\":\"{at}\",\"Type\":\"{TABLE}\"}}\n");
}

fn write(root: &Path, files: &BTreeMap<String, String>) {
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders are made");
        fs::write(path, text).expect("a file is written");
    }
}

fn read(root: &Path, period: (i64, i64), late: Option<i64>) -> (Vec<String>, Tally) {
    read_some(root, Some(period), late)
}

fn read_some(root: &Path, period: Option<(i64, i64)>, late: Option<i64>) -> (Vec<String>, Tally) {
    let options = ReadOptions { late, ..ReadOptions::default() };
    let catalog = Catalog::discover(&[root.display().to_string()], &options).expect("files are found");
    let columns = vec!["CorrelationId".to_owned(), "TimeGenerated".to_owned()];
    let request = ReadRequest { table: TABLE.to_owned(), columns, period, ..ReadRequest::default() };
    let result = catalog.read(&request).expect("rows are read");
    let rows = result.batches.iter().flat_map(|batch| {
        (0..batch.num_rows()).map(|row| {
            let cell = |at: usize, t| kqlens::types::to_text(&kqlens::types::value_at(batch.column(at), t, row));
            let (id, time) = (cell(0, kqlens::types::ScalarType::String), cell(1, kqlens::types::ScalarType::DateTime));
            format!("{id} {time}")
        })
    });
    (rows.collect(), result.tally)
}

/// Numbers that look random and are the same on every machine.
fn numbers() -> impl FnMut(i64) -> i64 {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as i64
    }
}

#[test]
fn whatever_the_period_the_rows_are_those_of_reading_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = ticks("2025-02-01");
    let hours = 3 * 24;
    let mut next = numbers();
    let mut files = BTreeMap::new();
    for id in 0..600 {
        let time = start + next(hours * TICKS_PER_HOUR);
        // Most rows arrive at once, some as late as is allowed.
        let late = if id % 10 == 0 { next(24 * TICKS_PER_HOUR) } else { next(TICKS_PER_HOUR / 10) };
        diagnostic(&mut files, time + late, time, id);
        if id % 3 == 0 {
            exported(&mut files, time, id);
        }
    }
    write(folder.path(), &files);
    let (everything, all) = read_some(folder.path(), None, None);
    assert_eq!(everything.len(), 800);
    let mut skipped = 0;
    for round in 0..16 {
        let from = start + next(hours) * TICKS_PER_HOUR + if round % 2 == 0 { next(TICKS_PER_HOUR) } else { 0 };
        let period = (from, from + 1 + next(30 * TICKS_PER_HOUR));
        let inside = |row: &&String| {
            let time = ticks(row.split(' ').nth(1).expect("a time"));
            (period.0..period.1).contains(&time)
        };
        let want: Vec<String> = everything.iter().filter(inside).cloned().collect();
        let (got, tally) = read(folder.path(), period, Some(24 * TICKS_PER_HOUR));
        assert_eq!(got, want, "{period:?}");
        assert_eq!(tally.strayed, 0);
        assert_eq!(tally.files + tally.skipped_files, all.files, "{period:?}");
        skipped += tally.skipped_files;
    }
    assert!(skipped > 8 * files.len(), "{skipped} files were skipped in all");
}

#[test]
fn a_row_in_a_folder_it_cannot_be_in_opens_all_folders() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut files = BTreeMap::new();
    let start = ticks("2025-02-01");
    for hour in 0..72 {
        let time = start + hour * TICKS_PER_HOUR;
        diagnostic(&mut files, time, time + 1, hour as usize);
    }
    let period = (start, start + TICKS_PER_HOUR);
    let late = Some(TICKS_PER_HOUR);
    write(folder.path(), &files);
    let (rows, tally) = read(folder.path(), period, late);
    assert_eq!((rows.len(), tally.files, tally.skipped_files, tally.strayed), (1, 2, 70, 0));
    // Folders named by another clock: rows stand hours before their time, here and in a folder that is not opened.
    diagnostic(&mut files, start, start + 8 * TICKS_PER_HOUR, 100);
    diagnostic(&mut files, start + 60 * TICKS_PER_HOUR, start + 2, 101);
    write(folder.path(), &files);
    let (rows, tally) = read(folder.path(), period, late);
    assert_eq!(rows, read(folder.path(), period, None).0);
    assert_eq!((rows.len(), tally.files, tally.skipped_files), (2, 72, 0));
    assert!(tally.notes.iter().any(|n| n.contains("folders of another hour")), "{:?}", tally.notes);
}

#[test]
fn the_files_left_closed_are_told_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut files = BTreeMap::new();
    let start = ticks("2025-02-01");
    for hour in 0..240 {
        diagnostic(&mut files, start + hour * TICKS_PER_HOUR, start + hour * TICKS_PER_HOUR + 1, hour as usize);
    }
    // What stands in the files of other days is of no interest, as they are not opened.
    let spoilt = |path: &String| path.contains("d=09");
    files.iter_mut().filter(|(path, _)| spoilt(path)).for_each(|(_, text)| *text = "\u{0}".to_owned());
    write(folder.path(), &files);
    let logs = folder.path().display().to_string();
    let query = format!("{TABLE} | where TimeGenerated between (datetime(2025-02-05) .. datetime(2025-02-06)) | count");
    let output = kqlens(&["run", "-e", &query, "--logs", &logs, "--format", "csv"]);
    assert_eq!(text(&output.stdout), "Count\r\n24\r\n");
    // The day and its end, which is part of `between`; an hour before, and a day after for what is late.
    let told = text(&output.stderr);
    assert!(told.contains("read 50 rows from 50 file(s)"), "{told}");
    assert!(told.contains("190 file(s) of other hours not opened"), "{told}");
    let output = kqlens(&["run", "-e", &query, "--logs", &logs, "--format", "csv", "--late", "2h"]);
    assert!(text(&output.stderr).contains("212 file(s) of other hours not opened"), "{}", text(&output.stderr));
    let output = kqlens(&["run", "-e", &query, "--logs", &logs, "--format", "csv", "--late", "all"]);
    assert!(text(&output.stderr).contains("from 216 file(s)"), "{}", text(&output.stderr));
    let output = kqlens(&["run", "-e", &query, "--logs", &logs, "--late", "soon"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("12h, 2d or P2D, or all"), "{}", text(&output.stderr));
}
