//! Inputs that have no end, or far more in them than they look: refused or bounded, in time and in memory.

#![cfg(target_os = "linux")]
#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod common;

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::{kqlens, text};

const MIB: u64 = 1 << 20;

/// So much memory may be taken beyond what the same query takes over one small file.
const MORE: u64 = 64 * MIB;

/// So long may a run take, on a machine that has much else to do.
const LONG: Duration = Duration::from_mins(2);

const QUERY: &str = "ApiManagementGatewayLogs | summarize count(), countif(Url != '')";

fn line(number: usize) -> String {
    format!(
        "{{\"TimeGenerated\":\"2025-02-25T10:00:00Z\",\"Type\":\"ApiManagementGatewayLogs\",\"Url\":\"https://x/{number}\"}}\n"
    )
}

/// A line up to where its last value begins.
const OPEN: &str = "{\"TimeGenerated\":\"2025-02-25T10:00:00Z\",\"Type\":\"ApiManagementGatewayLogs\",\"Url\":\"";

struct Ended {
    code: Option<i32>,
    out: String,
    told: String,
    /// The most memory it had, in bytes.
    peak: u64,
}

fn start(logs: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_kqlens"))
        .args(["run", "-e", QUERY, "--format", "csv", "--logs", &logs.display().to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("kqlens starts")
}

/// Waits for the end, and does something again and again until then.
fn finish(mut child: Child, mut meanwhile: impl FnMut(u32)) -> Ended {
    let begun = Instant::now();
    let mut peak = 0;
    let code = loop {
        if let Some(status) = child.try_wait().expect("it can be asked") {
            break status.code();
        }
        peak = peak.max(counted(child.id(), "status", "VmHWM:").map_or(0, |kilobytes| kilobytes << 10));
        if begun.elapsed() > LONG {
            child.kill().expect("it is killed");
            panic!("it goes on and on");
        }
        meanwhile(child.id());
        std::thread::sleep(Duration::from_millis(2));
    };
    let read = |pipe: Option<&mut dyn Read>| {
        let mut bytes = Vec::new();
        pipe.map(|pipe| pipe.read_to_end(&mut bytes));
        text(&bytes)
    };
    let out = read(child.stdout.as_mut().map(|pipe| pipe as &mut dyn Read));
    let told = read(child.stderr.as_mut().map(|pipe| pipe as &mut dyn Read));
    Ended { code, out, told, peak }
}

/// A number that the system keeps of a process.
fn counted(process: u32, file: &str, name: &str) -> Option<u64> {
    let told = fs::read_to_string(format!("/proc/{process}/{file}")).ok()?;
    told.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

fn run(logs: &Path) -> Ended {
    finish(start(logs), |_| ())
}

/// What a run over one small file takes.
fn baseline(folder: &Path) -> u64 {
    let path = folder.join("small.json");
    fs::write(&path, line(1)).expect("a file is written");
    let ended = run(&path);
    fs::remove_file(&path).expect("it is removed");
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), "count_,countif_\r\n1,1\r\n"), "{}", ended.told);
    ended.peak
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("memory takes it")
}

/// A packed text that begins with some bytes and goes on with so many MiB of zeros. Packed parts may follow one another, so
/// that one is made often.
fn bomb(pack: fn(&[u8]) -> Vec<u8>, begin: &str, zeros: usize) -> Vec<u8> {
    let block = vec![0; MIB as usize];
    [pack(begin.as_bytes()), pack(&block).repeat(zeros)].concat()
}

#[test]
fn a_bomb_is_no_log_or_one_record_that_is_too_long() {
    let folder = tempfile::tempdir().expect("a folder");
    let small = baseline(folder.path());
    // Unpacking is slow without optimisation: so many MiB that more than may be taken are noticed.
    let zeros = 100;
    // Nothing but zeros is no log, and nobody reads on.
    let path = folder.path().join("zeros.json.gz");
    fs::write(&path, bomb(gzip, "", 10_000)).expect("a file is written");
    let ended = run(&path);
    assert_eq!(ended.code, Some(4), "{}", ended.told);
    assert!(ended.told.contains("1 of them are no logs"), "{}", ended.told);
    assert!(ended.peak < small + MORE, "{} for {small}", ended.peak);
    // As a line, packed in two ways, as a cell, and as a value of a document.
    let header = "TimeGenerated,ResponseCode,Type,Url\n2025-02-25T10:00:00Z,200,ApiManagementGatewayLogs,\"";
    let records = format!("{{\"records\":[{},{OPEN}", line(1).trim());
    for (name, bytes, rows) in [
        ("line.json.gz", bomb(gzip, &(line(1) + OPEN), zeros), 1),
        ("line.json.zst", bomb(zstd, &(line(1) + OPEN), zeros), 1),
        ("cell.csv.zst", bomb(zstd, header, zeros), 0),
        ("value.json.zst", bomb(zstd, &records, zeros), 1),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("a file is written");
        let ended = run(&path);
        assert_eq!(ended.code, Some(3), "{name}: {}", ended.told);
        assert!(
            ended.told.contains("longer than 16 MiB") || ended.told.contains("in progress"),
            "{name}: {}",
            ended.told
        );
        assert!(ended.told.contains(&format!("{rows} kept")), "{name}: {}", ended.told);
        assert!(ended.peak < small + MORE, "{name}: {} for {small}", ended.peak);
    }
}

#[test]
fn a_line_of_hundreds_of_megabytes_costs_its_row_and_no_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let small = baseline(folder.path());
    let path = folder.path().join("long.json");
    let mut file = File::create(&path).expect("a file is made");
    // A hole takes no room on the disk.
    file.write_all((line(1) + OPEN).as_bytes()).expect("it is written");
    file.set_len(300 * MIB).expect("it is longer");
    let mut end = OpenOptions::new().append(true).open(&path).expect("it is opened");
    end.write_all(format!("\"}}\n{}", line(2)).as_bytes()).expect("it is written");
    let ended = run(&path);
    assert_eq!(ended.code, Some(3), "{}", ended.told);
    assert!(ended.told.contains("read 3 rows from 1 file(s): 2 kept, 0 repaired, 1 rejected"), "{}", ended.told);
    assert!(ended.told.contains("long.json:2 (byte "), "{}", ended.told);
    assert!(ended.peak < small + MORE, "{} for {small}", ended.peak);
}

#[test]
fn what_never_ends_is_not_begun() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let made = Command::new("mkfifo").arg(path("pipe.json")).status().expect("mkfifo runs");
    assert!(made.success());
    symlink("/dev/zero", path("zero.json")).expect("a link");
    symlink(folder.path(), path("loop")).expect("a link");
    symlink("self", path("self")).expect("a link");
    for named in [path("pipe.json"), path("zero.json"), "/dev/zero".into()] {
        let ended = run(&named);
        assert_eq!(ended.code, Some(4), "{}", ended.told);
        assert!(ended.told.contains("neither a file nor a folder"), "{}", ended.told);
    }
    fs::write(path("a.json"), line(1)).expect("a file is written");
    let ended = run(folder.path());
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), "count_,countif_\r\n1,1\r\n"), "{}", ended.told);
    let tables = kqlens(&["tables", "--logs", &folder.path().display().to_string()]);
    let told = text(&tables.stdout);
    assert!(told.contains("a link that leads back to a folder above it"), "{told}");
    assert_eq!(told.matches("neither a file nor a folder").count(), 2, "{told}");
}

#[test]
fn a_file_that_grows_faster_than_it_is_read_ends_where_it_ended_when_it_was_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("PT1H.json");
    let some: String = (0..2_000).map(line).collect();
    fs::write(&path, &some).expect("a file is written");
    let mut file = OpenOptions::new().append(true).open(&path).expect("it is opened");
    let mut appended = 0;
    let ended = finish(start(&path), |_| {
        // Half lines come and go at its end.
        let (half, rest) = some.split_at(some.len() / 2 + 20);
        file.write_all(half.as_bytes()).and_then(|()| file.write_all(rest.as_bytes())).expect("it is written");
        appended += 2_000;
    });
    assert_eq!(ended.code, Some(0), "{}", ended.told);
    let count: usize = ended.out.lines().nth(1).and_then(|row| row.split(',').next()?.parse().ok()).expect("a number");
    assert!((2_000..2_000 + appended).contains(&count), "{count} of {appended}");
    assert!(ended.told.contains("0 repaired, 0 rejected"), "{}", ended.told);
}

#[test]
fn a_file_that_shrinks_while_it_is_read_tells_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("PT1H.json");
    // Blocks are of 4 MiB; a debug build needs far longer for one than this test for its cut.
    let some: String = (0..40_000).map(line).collect();
    let blocks = 8;
    fs::write(&path, some.repeat(blocks)).expect("a file is written");
    let mut cut = false;
    let ended = finish(start(&path), |process| {
        if !cut && counted(process, "io", "rchar:").is_some_and(|bytes| bytes > 12 * MIB) {
            File::options().write(true).open(&path).and_then(|file| file.set_len(100)).expect("it is cut");
            cut = true;
        }
    });
    assert!(cut, "it was over before");
    assert_eq!(ended.code, Some(0), "{}", ended.told);
    assert!(ended.told.contains("it became shorter while it was read"), "{}", ended.told);
    assert!(ended.told.contains(" 1 rejected"), "{}", ended.told);
    let count: usize = ended.out.lines().nth(1).and_then(|row| row.split(',').next()?.parse().ok()).expect("a number");
    assert!(count > 0 && count < 40_000 * blocks, "{count}");
}
