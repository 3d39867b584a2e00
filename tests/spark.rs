//! The engine on Spark Connect. What is sent is text: `tests/spark/NAME.kql` gives the `.sql` beside it, and no server is
//! needed for that. With Sail at hand (`sail` on the path, or where `KQLENS_SAIL` says) every case of the suite runs
//! there as well, and must give the answer that it has here.

#![cfg(feature = "spark")]
#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test says what it did and what went wrong"
)]

mod common;

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
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

/// A server on this machine, ended with the test.
struct Sail {
    process: Child,
    port: u16,
}

impl Drop for Sail {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Sail {
    /// Starts one; `None` when there is none to start.
    fn start() -> Option<Self> {
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
        let sail = Self { process, port };
        let until = Instant::now() + Duration::from_mins(1);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "sail does not listen");
            std::thread::sleep(Duration::from_millis(100));
        }
        Some(sail)
    }

    fn run(&self, query: &str, logs: &Path) -> (i32, String) {
        let remote = format!("sc://127.0.0.1:{}", self.port);
        let logs = logs.display().to_string();
        let fixed = ["--format", "csv", "--quiet", "--now", "2025-02-25T12:00Z", "--timeout", "120s"];
        let output =
            kqlens(&[&["run", query, "--engine", "spark", "--remote", &remote, "--logs", &logs][..], &fixed].concat());
        (output.status.code().unwrap_or(-1), format!("{}{}", text(&output.stdout), text(&output.stderr)))
    }
}

/// The lines of an answer in an order of their own: few queries say in which theirs come.
fn sorted(answer: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = answer.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn every_case_has_the_same_answer_on_a_cluster() {
    let Some(sail) = Sail::start() else { return };
    // Sail reads compressed files and others, but not in one view.
    let logs = tempfile::tempdir().expect("a folder is made");
    uncompressed(&root().join("sample-logs/diagnostic"), logs.path());
    let (mut same, mut refused, mut different) = (0, 0, Vec::new());
    let cases = files("tests/cases", "kql").into_iter().map(|path| (path.with_extension("out"), path));
    let queries = files("queries", "kql").into_iter().map(|path| {
        let name = path.file_stem().expect("a query has a name").to_string_lossy().into_owned();
        (root().join(format!("tests/answers/{name}.csv")), path)
    });
    // What it suggests lists columns in the order in which rows come.
    let in_order = |path: &PathBuf| path.ends_with("plugin-pivot-declared.kql");
    for (answer, path) in cases.filter(|(_, path)| !in_order(path)).chain(queries) {
        let query = path.strip_prefix(root()).expect("a case is in the project").display().to_string();
        let want = std::fs::read_to_string(&answer).expect("an answer reads");
        match sail.run(&query, logs.path()) {
            (4, said) if said.contains("--allow-fetch") || said.contains("is not read on a cluster") => refused += 1,
            (_, got) if sorted(&got) == sorted(&want) => same += 1,
            (_, got) => different.push(format!("{query}\nhere:\n{want}\nthere:\n{got}")),
        }
    }
    eprintln!("on Sail: {same} the same, {refused} refused");
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
    assert!(same >= 100, "only {same} cases ran");
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
