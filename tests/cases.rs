//! Text files first: `tests/cases/NAME.kql` is a query, `NAME.out` what a user sees of it: the table as CSV, or the
//! diagnostic. Every case that reads a table runs in three ways that must agree: as usual, with everything read before anything is computed,
//! and with small batches and no memory. `KQLENS_BLESS=1` rewrites the answers.

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
        let asked = std::fs::read_to_string(&path).expect("a query reads");
        // Without a table nothing is read, and there is one way to run the query.
        if ["ApiManagement", "Azure", "*"].iter().any(|table| asked.contains(table)) {
            assert_eq!(streamed, run(&["--in-memory"]), "{query}: reading first and running then gives another answer");
            // A batch for each file, and every row that is kept in a temporary file.
            let spilled = run(&["--memory", "0", "--batch-rows", "1"]);
            assert_eq!(streamed, spilled, "{query}: small batches and temporary files give another answer");
        }
        expect(&path.with_extension("out"), &streamed);
    }
}
