//! `kqlens import`: each row once, whatever happens on the way.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod common;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use common::{kqlens, root, text};

const TABLE: &str = "ApiManagementGatewayLogs";

/// A row of a diagnostic setting; numbered, 400 a day.
fn row(number: u64) -> String {
    let (day, minute) = (number / 400 + 1, number % 400 * 3);
    format!(
        "{{\"time\":\"2025-03-{day:02}T{:02}:{:02}:07.1234567Z\",\"category\":\"GatewayLogs\",\"correlationId\":\"c{number}\",\
         \"durationMs\":{number},\"properties\":{{\"responseCode\":200,\"url\":\"https://x/{}\",\
         \"requestHeaders\":{{\"a\":\"{number}\"}}}}}}\n",
        minute / 60,
        minute % 60,
        "y".repeat(200)
    )
}

fn rows(numbers: std::ops::Range<u64>) -> String {
    numbers.map(row).collect()
}

struct Folder {
    _kept: tempfile::TempDir,
    logs: PathBuf,
    to: PathBuf,
}

fn folder() -> Folder {
    let folder = tempfile::tempdir().expect("a folder");
    let (logs, to) = (folder.path().join("logs"), folder.path().join("lake"));
    fs::create_dir(&logs).expect("a folder is made");
    Folder { _kept: folder, logs, to }
}

impl Folder {
    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.logs.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders are made");
        fs::write(&path, bytes).expect("a file is written");
        path
    }

    fn append(&self, name: &str, more: &str) {
        let mut file = fs::OpenOptions::new().append(true).open(self.logs.join(name)).expect("a file is opened");
        file.write_all(more.as_bytes()).expect("a file is written");
    }

    /// Imports, and gives what is told.
    fn import(&self) -> String {
        let output = kqlens(&["import", "--logs", &shown(&self.logs), "--to", &shown(&self.to), "--max-rejects", "1"]);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{told}");
        told
    }

    fn query(&self, query: &str) -> String {
        answer(query, &self.to)
    }

    /// How many rows there are, and how many correlation ids.
    fn counts(&self) -> String {
        self.query(&format!("{TABLE} | summarize count(), dcount(CorrelationId), sum(TotalTime)"))
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn answer(query: &str, logs: &Path) -> String {
    let output = kqlens(&["run", "-q", "-e", query, "--logs", &shown(logs), "--format", "csv"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout).lines().skip(1).collect::<Vec<_>>().join("\n")
}

fn sums(count: u64) -> String {
    format!("{count},{count},{}", count * (count - 1) / 2)
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

#[test]
fn every_column_of_every_row_is_as_in_the_exports() {
    let to = folder();
    for logs in ["sample-logs/diagnostic", "sample-logs/data-export", "sample-logs/portal-csv"] {
        let logs = root().join(logs);
        let lake = to.to.join(logs.file_name().expect("a name"));
        let output = kqlens(&["import", "--logs", &shown(&logs), "--to", &shown(&lake)]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let query = format!("{TABLE} | sort by TimeGenerated asc, CorrelationId asc");
        assert_eq!(answer(&query, &lake), answer(&query, &logs));
        let query = format!("{TABLE} | getschema | project ColumnName, ColumnType");
        assert_eq!(answer(&query, &lake), answer(&query, &logs));
        let day = format!("{TABLE} | where TimeGenerated between (datetime(2025-02-25T10:00) .. 1h) | count");
        assert_eq!(answer(&day, &lake), answer(&day, &logs));
    }
}

#[test]
fn a_file_that_grows_gives_its_new_rows_once() {
    let here = folder();
    here.write("a.json", rows(0..300));
    assert!(here.import().contains("300 row(s) are new"));
    assert_eq!(here.counts(), sums(300));
    let told = here.import();
    assert!(told.contains("0 row(s) are new") && told.contains("1 as before"), "{told}");
    // A row and a half; then its other half.
    let half = row(301);
    here.append("a.json", &(row(300) + &half[..150]));
    let told = here.import();
    assert!(told.contains("1 row(s) are new") && told.contains("1 changed"), "{told}");
    assert!(told.contains("read 2 rows from 1 file(s): 1 kept, 0 repaired, 0 rejected, 1 in progress"), "{told}");
    here.append("a.json", half[150..].trim_end());
    assert!(here.import().contains("1 row(s) are new"));
    here.append("a.json", &format!("\n{}not a row\n", rows(302..900)));
    let told = here.import();
    assert!(told.contains("598 row(s) are new"), "{told}");
    assert!(told.contains("a.json:901 (byte "), "{told}");
    assert_eq!(here.counts(), sums(900));
}

#[test]
fn what_comes_again_is_dropped_wherever_it_comes_from() {
    let here = folder();
    // Within a file, between files, packed, and in a file that is written anew.
    here.write("a.json", rows(0..100) + &rows(50..100));
    here.write("b.json", rows(80..150));
    here.write("c.json.gz", gzip(&rows(140..200)));
    let told = here.import();
    assert!(told.contains("200 row(s) are new") && told.contains("80 duplicates dropped"), "{told}");
    here.write("c.json.gz", gzip(&rows(140..250)));
    here.write("b.json", rows(250..300) + &rows(80..150));
    let told = here.import();
    assert!(told.contains("100 row(s) are new") && told.contains("2 changed"), "{told}");
    assert_eq!(here.counts(), sums(300));
}

#[test]
fn rows_that_no_id_tells_apart_are_kept_as_often_as_one_export_has_them() {
    let here = folder();
    let header = "TimeGenerated [UTC],ResponseCode,Method,ApiId\n";
    let row = "\"2/25/2025, 10:18:36.099 AM\",200,GET,x\n";
    here.write("a.csv", format!("{header}{row}{row}"));
    here.write("b.csv", format!("{header}{row}{row}{row}"));
    here.import();
    assert_eq!(here.query(&format!("{TABLE} | count")), "3");
    // Lines without an id are read from the beginning when their file grows.
    let line = "{\"TimeGenerated\":\"2025-02-25T10:18:36Z\",\"Method\":\"PUT\",\"ApiId\":\"y\"}\n";
    here.write("c.json", line.repeat(2));
    here.import();
    here.append("c.json", &line.repeat(2));
    here.import();
    assert_eq!(here.query(&format!("{TABLE} | where Method == 'PUT' | count")), "4");
}

#[test]
fn rows_without_a_time_and_of_tables_named_late_are_kept() {
    let here = folder();
    let llm = "{\"time\":\"2025-03-01T00:00:00Z\",\"category\":\"GatewayLlmLogs\",\"correlationId\":\"l\"}\n";
    let timeless = "{\"time\":\"soon\",\"category\":\"GatewayLogs\",\"correlationId\":\"t\",\"properties\":{}}\n";
    // The other table's row stands beyond what is looked at to tell what a file is.
    here.write("a.json", rows(0..1000) + timeless + llm);
    let told = here.import();
    assert!(told.contains("1002 row(s) are new"), "{told}");
    assert!(told.contains("read 1002 rows from 1 file(s): 1001 kept, 1 repaired"), "{told}");
    assert_eq!(here.query("ApiManagementGatewayLlmLog | project CorrelationId"), "l");
    assert_eq!(here.query(&format!("{TABLE} | where isnull(TimeGenerated) | project CorrelationId")), "t");
    assert!(here.to.join("table=ApiManagementGatewayLogs/day=none").is_dir());
}

#[test]
fn what_the_manifest_lists_is_read_and_nothing_else() {
    let here = folder();
    here.write("a.json", rows(0..10));
    here.import();
    let part = here.to.join("table=ApiManagementGatewayLogs/day=2025-03-01/part_000001.parquet");
    // As after a stop before the manifest was written, and after it but before the part had its name.
    fs::copy(&part, part.with_file_name(".part_000002.parquet")).expect("a copy");
    fs::copy(&part, part.with_file_name("part_000009.parquet")).expect("a copy");
    fs::rename(&part, part.with_file_name(".part_000001.parquet")).expect("a rename");
    assert_eq!(here.counts(), sums(10));
    assert_eq!(answer(&format!("{TABLE} | count"), here.to.parent().expect("a folder")), "20");
    here.import();
    assert!(part.exists() && !part.with_file_name(".part_000002.parquet").exists());
    assert_eq!(here.counts(), sums(10));
    fs::remove_file(&part).expect("it is removed");
    let output = kqlens(&["import", "--logs", &shown(&here.logs), "--to", &shown(&here.to)]);
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).contains("import the logs into a new folder"), "{}", text(&output.stderr));
}

fn start(here: &Folder) -> Child {
    Command::new(env!("CARGO_BIN_EXE_kqlens"))
        .args(["import", "--group-bytes", "60000", "--logs", &shown(&here.logs), "--to", &shown(&here.to)])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("kqlens starts")
}

#[test]
fn two_imports_at_once_do_not_mix() {
    let here = folder();
    (0..20).for_each(|n| drop(here.write(&format!("{n:02}.json"), rows(n * 100..(n + 1) * 100))));
    let mut both = [start(&here), start(&here)];
    for child in &mut both {
        assert!(child.wait().expect("it ends").success());
    }
    assert_eq!(here.counts(), sums(2000));
}

/// A file may grow to so many blocks of 512 bytes or 1 KiB, as if the disk were full then.
#[cfg(target_os = "linux")]
fn start_on_a_full_disk(here: &Folder, blocks: u32) -> std::process::Output {
    // Without its signal, the limit makes writing fail.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_kqlens"), "import", "--group-bytes", "60000"])
        .args(["--logs", &shown(&here.logs), "--to", &shown(&here.to)])
        .output()
        .expect("a shell starts")
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_data_set_as_it_was() {
    let here = folder();
    (0..3).for_each(|n| drop(here.write(&format!("{n}.json"), rows(n * 100..(n + 1) * 100))));
    here.import();
    assert_eq!(here.counts(), sums(300));
    (3..9).for_each(|n| drop(here.write(&format!("{n}.json"), rows(n * 100..(n + 1) * 100))));
    for blocks in [0, 2] {
        let output = start_on_a_full_disk(&here, blocks);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{told}");
        assert!(told.contains(&shown(&here.to)) && told.contains("File too large"), "{told}");
        assert_eq!(here.counts(), sums(300));
    }
    here.import();
    assert_eq!(here.counts(), sums(900));
    assert_eq!(walk(&here.to).into_iter().filter(|path| path.contains("/.part_")).count(), 0);
}

/// `KQLENS_KILLS` says how often.
#[test]
fn an_import_that_is_killed_at_any_moment_is_made_good_by_the_next() {
    let kills: u64 = std::env::var("KQLENS_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(6);
    let files = 40;
    let here = folder();
    (0..files).for_each(|n| drop(here.write(&format!("{n:02}.json"), rows(n * 100..(n + 1) * 100))));
    let whole = {
        let begun = std::time::Instant::now();
        assert!(start(&here).wait().expect("it ends").success());
        assert_eq!(here.counts(), sums(files * 100));
        fs::remove_dir_all(&here.to).expect("it is removed");
        begun.elapsed()
    };
    let mut state = 88_172_645_463_325_252_u64;
    let mut all = 0;
    for kill in 0..kills {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let mut child = start(&here);
        std::thread::sleep(Duration::from_micros(state % (whole.as_micros() as u64 / 2).max(1)));
        child.kill().expect("it is killed");
        child.wait().expect("it ends");
        if here.to.join("kqlens-import.json").exists() {
            let counts = here.counts();
            let numbers: Vec<u64> = counts.split(',').map(|n| n.parse().unwrap_or(u64::MAX)).collect();
            assert_eq!(numbers[0], numbers[1], "after kill {kill} no row is there twice");
            if numbers[0] == files * 100 {
                all += 1;
                fs::remove_dir_all(&here.to).expect("it is removed");
            }
        }
    }
    here.import();
    assert_eq!(here.counts(), sums(files * 100), "{all} imports had ended before they were killed");
    let hidden = walk(&here.to).into_iter().filter(|path| path.contains("/.part_")).count();
    assert_eq!(hidden, 0);
}

fn walk(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![shown(&path)] }).collect()
}
