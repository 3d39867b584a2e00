//! Text files first: `tests/cases/NAME.kql` is a query, `NAME.out` what a user sees of it: the table as CSV, or the
//! diagnostic. Every case runs on both of the engine's ways to execute a plan. `KQLENS_BLESS=1` rewrites the answers.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod common;

use common::{expect, kqlens, root, text};

#[test]
fn every_case_answers_as_written() {
    let folder = root().join("tests/cases");
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .expect("the cases are there")
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "kql"))
        .collect();
    names.sort();
    assert!(names.len() >= 20, "the cases are gone");
    for path in names {
        let query = format!("tests/cases/{}", path.file_name().unwrap_or_default().to_string_lossy());
        let run = |extra: &[&str]| {
            let now = [
                "run",
                &query,
                "--format",
                "csv",
                "--quiet",
                "--now",
                "2025-02-25T12:00Z",
                "--logs",
                "sample-logs/diagnostic",
            ];
            let output = kqlens(&[&now[..], extra].concat());
            let code = output.status.code().unwrap_or(-1);
            assert!(code == 0 || code == 1, "{query} ended with {code}: {}", text(&output.stderr));
            format!("{}{}", text(&output.stdout), text(&output.stderr))
        };
        let streamed = run(&[]);
        assert_eq!(streamed, run(&["--in-memory"]), "{query}: the two executions differ");
        expect(&path.with_extension("out"), &streamed);
    }
}
