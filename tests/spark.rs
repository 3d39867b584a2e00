//! The engine on Spark Connect. What is sent is text: `tests/spark/NAME.kql` gives the `.sql` beside it, and no server is
//! needed for that. With a server at hand every case of the suite runs there as well, and must give the answer that it
//! has here: the server that `KQLENS_SPARK_REMOTE` names (`sc://127.0.0.1:15002`; it must see this machine's files), else
//! Sail, if `sail` is on the path or where `KQLENS_SAIL` says.

#![cfg(feature = "spark")]
#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test says what it did and what went wrong"
)]

mod common;

use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use common::{expect, kqlens, root, text};

/// The files of a folder with an extension, sorted.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(root().join(folder))
        .expect("the folder is there")
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    found.sort();
    found
}

#[test]
fn what_is_sent_is_as_written() {
    let cases = files("tests/spark", "kql");
    assert!(cases.len() >= 15, "the cases are gone");
    for path in cases {
        let query = path.strip_prefix(root()).expect("a case is in the project").display().to_string();
        let output = kqlens(&[
            "run",
            &query,
            "--engine",
            "spark",
            "--remote",
            "sc://cluster",
            "--logs",
            "abfss://logs@account.example/",
            "--now",
            "2026-11-21",
            "--explain",
        ]);
        let shown = format!("{}{}", text(&output.stdout), text(&output.stderr));
        let from = shown.find("On sc://").unwrap_or_default();
        expect(&path.with_extension("sql"), &shown[from..]);
    }
}

/// A server: one that runs already, or one of ours, ended with the test.
struct Server {
    process: Option<Child>,
    remote: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Server {
    /// The one that is named, or a new one; `None` when there is none to start.
    fn find() -> Option<Self> {
        if let Ok(remote) = std::env::var("KQLENS_SPARK_REMOTE") {
            return Some(Self { process: None, remote });
        }
        let named = std::env::var_os("KQLENS_SAIL").map(PathBuf::from);
        let on_path = || {
            let folders = std::env::var_os("PATH")?;
            std::env::split_paths(&folders).map(|folder| folder.join("sail")).find(|file| file.is_file())
        };
        let Some(program) = named.or_else(on_path) else {
            eprintln!("skipped: there is no `sail` on the path, and KQLENS_SAIL names none (PyPI: pysail==0.7.2)");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port is free").port();
        let process = Command::new(program)
            .args(["spark", "server", "--ip", "127.0.0.1", "--port", &port.to_string()])
            .env("SAIL_MODE", "local")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sail starts");
        let sail = Self { process: Some(process), remote: format!("sc://127.0.0.1:{port}") };
        let until = Instant::now() + Duration::from_mins(2);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "sail does not listen");
            std::thread::sleep(Duration::from_millis(100));
        }
        Some(sail)
    }

    /// What a user sees of a query, there or, without a server, here.
    fn run(server: Option<&Self>, asked: &[&str], logs: &Path) -> (i32, String) {
        let there: Vec<&str> = server.map_or_else(Vec::new, |s| vec!["--engine", "spark", "--remote", &s.remote]);
        let logs = logs.display().to_string();
        let fixed = ["--logs", &logs, "--format", "csv", "--quiet", "--now", "2025-02-25T12:00Z", "--timeout", "600s"];
        let output = kqlens(&[&["run"], asked, &there, &fixed].concat());
        (output.status.code().unwrap_or(-1), format!("{}{}", text(&output.stdout), text(&output.stderr)))
    }
}

/// The lines of an answer in an order of their own: few queries say in which theirs come.
fn sorted(answer: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = answer.lines().collect();
    lines.sort_unstable();
    lines
}

/// How many queries run at once.
const SIDE_BY_SIDE: usize = 2;

#[test]
fn every_case_has_the_same_answer_on_a_cluster() {
    let Some(server) = Server::find() else { return };
    // Sail reads compressed files and others, but not in one view.
    let logs = tempfile::tempdir().expect("a folder is made");
    uncompressed(&root().join("sample-logs/diagnostic"), logs.path());
    let cases = files("tests/cases", "kql").into_iter().map(|path| (path.with_extension("out"), path));
    let queries = files("queries", "kql").into_iter().map(|path| {
        let name = path.file_stem().expect("a query has a name").to_string_lossy().into_owned();
        (root().join(format!("tests/answers/{name}.csv")), path)
    });
    // Columns that pivot makes of rows stand in the order in which rows come, which a server does not keep.
    let in_order =
        |path: &PathBuf| ["plugin-pivot.kql", "plugin-pivot-declared.kql"].iter().any(|name| path.ends_with(name));
    let all: Vec<(PathBuf, PathBuf)> = cases.filter(|(_, path)| !in_order(path)).chain(queries).collect();
    let next = AtomicUsize::new(0);
    let found = Mutex::new((0, 0, Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some((answer, path)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let query = path.strip_prefix(root()).expect("a case is in the project").display().to_string();
                    let want = std::fs::read_to_string(answer).expect("an answer reads");
                    let (code, got) = Server::run(Some(&server), &[&query], logs.path());
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    if code == 4 && (got.contains("--allow-fetch") || got.contains("is not read on a cluster")) {
                        found.1 += 1;
                    } else if sorted(&got) == sorted(&want) {
                        found.0 += 1;
                    } else {
                        found.2.push(format!("{query}\nhere:\n{want}\nthere:\n{got}"));
                    }
                }
            });
        }
    });
    let (same, refused, different) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    eprintln!("on {}: {same} the same, {refused} refused", server.remote);
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
    assert!(same >= 150, "only {same} cases ran");
}

#[test]
fn every_shape_has_the_same_rows_on_a_cluster() {
    let Some(server) = Server::find() else { return };
    let query = "ApiManagementGatewayLogs
        | summarize Rows = count(), First = min(TimeGenerated), Last = max(TimeGenerated), Time = sum(TotalTime),
            Apis = dcount(ApiId), Direct = countif(isempty(BackendId)), Urls = countif(Url has 'deployments')
            by ResponseCode, IsRequestSuccess";
    let folder = tempfile::tempdir().expect("a folder is made");
    for shape in ["portal-csv", "parquet", "data-export", "diagnostic", "imported"] {
        let logs = folder.path().join(shape);
        if shape == "imported" {
            let (from, to) = (folder.path().join("diagnostic"), logs.display().to_string());
            let output = kqlens(&["import", "--logs", &from.display().to_string(), "--to", &to]);
            assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        } else {
            uncompressed(&root().join("sample-logs").join(shape), &logs);
        }
        let here = Server::run(None, &["-e", query], &logs);
        let there = Server::run(Some(&server), &["-e", query], &logs);
        if shape == "parquet" && there.0 == 4 && there.1.contains("Nanosecond") {
            eprintln!("skipped: Sail does not read the nanoseconds of {shape}");
            continue;
        }
        assert_eq!((here.0, sorted(&here.1)), (there.0, sorted(&there.1)), "{shape}");
        assert!(here.0 == 0 && here.1.lines().count() > 1, "{shape}: {}", here.1);
    }
}

#[test]
fn a_report_has_the_same_numbers_on_a_cluster() {
    let Some(server) = Server::find() else { return };
    let folder = tempfile::tempdir().expect("a folder is made");
    let logs = folder.path().join("logs").display().to_string();
    uncompressed(&root().join("sample-logs/diagnostic"), Path::new(&logs));
    let report = |out: &str, more: &[&str]| {
        let out = folder.path().join(out);
        let asked = ["report", "queries/nightly", "--logs", &logs, "--period", "2025-02-25", "--quiet", "--out"];
        let output = kqlens(&[&asked[..], &[&out.display().to_string()], more].concat());
        let data = out.join("2025-02-25/data");
        let numbers = walkdir::WalkDir::new(&data).sort_by_file_name().into_iter().flatten();
        let numbers = numbers.filter(|e| e.path().extension().is_some_and(|e| e == "csv")).map(|e| {
            let csv = std::fs::read_to_string(e.path()).expect("a table reads");
            (e.file_name().to_string_lossy().into_owned(), sorted(&csv).join("\n"))
        });
        let numbers: BTreeMap<String, String> = numbers.collect();
        (output.status.code(), numbers, text(&output.stderr))
    };
    let here = report("here", &[]);
    let there = report("there", &["--engine", "spark", "--remote", &server.remote, "--allow-fetch"]);
    assert_eq!((here.0, &here.1), (there.0, &there.1), "{}", there.2);
    assert!(here.1.len() >= 10, "{:?}", here.1.keys());
}

/// A copy of a folder of logs without any compressed file.
fn uncompressed(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().flatten().filter(|e| e.file_type().is_file()) {
        let inside = entry.path().strip_prefix(from).expect("a file is inside its folder");
        let mut target = to.join(inside);
        let mut content = Vec::new();
        let mut file = std::fs::File::open(entry.path()).expect("a log opens");
        if target.extension().is_some_and(|e| e == "gz") {
            target = target.with_extension("");
            std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(file), &mut content)
                .expect("a log unpacks");
        } else {
            std::io::Read::read_to_end(&mut file, &mut content).expect("a log reads");
        }
        std::fs::create_dir_all(target.parent().expect("a file has a folder")).expect("a folder is made");
        std::fs::write(target, content).expect("a log is written");
    }
}
