//! The shipped queries over the sample logs: the same answer from every shape of the same requests, and the answer
//! that is written down.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod common;

use common::{expect, kqlens, root, text};

fn queries() -> Vec<String> {
    let mut all = Vec::new();
    for folder in ["queries", "queries/recipes"] {
        let entries = std::fs::read_dir(root().join(folder)).expect("the queries are there");
        all.extend(
            entries
                .filter_map(|e| e.ok().map(|e| e.path()))
                .filter(|p| p.extension().is_some_and(|e| e == "kql"))
                .map(|p| format!("{folder}/{}", p.file_name().unwrap_or_default().to_string_lossy())),
        );
    }
    all.sort();
    all
}

#[test]
fn every_shape_of_the_same_requests_gives_the_same_answer() {
    let shapes = [
        "sample-logs/diagnostic",
        "sample-logs/data-export",
        "sample-logs/portal-csv",
        "sample-logs/parquet",
        "sample-logs/arrow",
        "sample-logs/az-json",
        "sample-logs/az-tsv",
        "sample-logs/query-api",
        "sample-logs/event-hub",
        "sample-logs/capture",
        "sample-logs/adx",
        "sample-logs/powershell",
    ];
    let all = queries();
    assert_eq!(all.len(), 12);
    for query in all {
        let answers: Vec<String> = shapes
            .iter()
            .map(|logs| {
                let output = kqlens(&["run", &query, "--logs", logs, "--format", "csv", "--quiet"]);
                assert!(output.status.success(), "{query} over {logs}: {}", text(&output.stderr));
                text(&output.stdout)
            })
            .collect();
        assert!(answers[0].lines().count() > 1, "{query} gives no row");
        for (answer, shape) in answers.iter().zip(shapes) {
            assert_eq!(answers[0], *answer, "{query}: {} and {shape} differ", shapes[0]);
        }
        let name = query.trim_start_matches("queries/").replace('/', "-").replace(".kql", ".csv");
        expect(&root().join("tests/answers").join(name), &answers[0]);
    }
}

#[test]
fn charts_are_drawn_whole_and_alike() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (query, file) in [
        ("queries/usage-by-key-pie.kql", "pie.svg"),
        ("queries/backends-by-hour.kql", "hours.svg"),
        ("queries/backends-stacked.kql", "stacked.png"),
    ] {
        let path = folder.path().join(file);
        let draw = || {
            let output = kqlens(&[
                "run",
                query,
                "--logs",
                "sample-logs/diagnostic",
                "--quiet",
                "-o",
                &path.display().to_string(),
            ]);
            assert!(output.status.success(), "{query}: {}", text(&output.stderr));
            std::fs::read(&path).expect("the picture is there")
        };
        let first = draw();
        assert!(first.starts_with(b"<svg") || first.starts_with(b"\x89PNG") || first.starts_with(b"<?xml"), "{file}");
        assert_eq!(first, draw(), "{file} is not the same twice");
    }
}

#[test]
fn every_row_is_accounted_for() {
    let output = kqlens(&[
        "run",
        "-e",
        "ApiManagementGatewayLogs | count",
        "--logs",
        "sample-logs/diagnostic",
        "--format",
        "csv",
    ]);
    assert_eq!(text(&output.stdout), "Count\r\n278\r\n");
    assert_eq!(
        text(&output.stderr).lines().next(),
        Some("read 279 rows from 13 file(s): 278 kept, 0 repaired, 0 rejected, 1 in progress")
    );
}

#[test]
fn a_table_named_twice_is_read_once() {
    let output =
        kqlens(&["run", "queries/recipes/fallback.kql", "--logs", "sample-logs/diagnostic", "--format", "csv"]);
    let told = text(&output.stderr);
    assert!(told.starts_with("read 279 rows from 13 file(s): 278 kept"), "{told}");
}

#[test]
fn a_broken_line_names_its_file_line_and_byte() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("PT05M.json");
    let sound = r#"{"TimeGenerated":"2025-02-25T12:00:00Z","Type":"ApiManagementGatewayLogs","ResponseCode":200}"#;
    std::fs::write(&path, format!("{sound}\nnot json\n{sound}\n{{\"half\":")).expect("the file is written");
    let path = path.display().to_string();
    let output = kqlens(&["run", "-e", "ApiManagementGatewayLogs | count", "--logs", &path, "--format", "csv"]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("read 4 rows from 1 file(s): 2 kept, 0 repaired, 1 rejected, 1 in progress"), "{told}");
    assert!(told.contains(&format!("rejected {path}:2 (byte {}): not a JSON object", sound.len() + 1)), "{told}");
}

#[test]
fn missing_things_are_named() {
    let none = kqlens(&["run", "-e", "ApiManagementGatewayLogs | count", "--logs", "sample-log"]);
    assert_eq!(none.status.code(), Some(4));
    assert!(
        text(&none.stderr).contains("sample-log: no such file or folder; did you mean `./sample-logs`?"),
        "{}",
        text(&none.stderr)
    );
    let none = kqlens(&["run", "-e", "ApiManagementGatewayLogs | count"]);
    assert_eq!(none.status.code(), Some(4));
    assert!(text(&none.stderr).contains("name the exported logs with --logs PATH"), "{}", text(&none.stderr));
    // As in Azure, a table without rows is empty; that it is so is told.
    let table = kqlens(&["run", "-e", "ApiManagementGatewayMCPLog | count", "--logs", "sample-logs/diagnostic"]);
    assert!(table.status.success());
    assert!(
        text(&table.stderr).contains("no file holds rows of ApiManagementGatewayMCPLog: it is taken as empty"),
        "{}",
        text(&table.stderr)
    );
}

#[test]
fn the_packs_give_the_answers_that_are_written_down() {
    for folder in ["queries/nightly", "queries/chargeback", "queries/incident"] {
        let entries = std::fs::read_dir(root().join(folder)).expect("the pack is there");
        let mut pack: Vec<_> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
        pack.sort();
        for query in pack {
            let query = query.display().to_string();
            let with = ["--table", "Prices=queries/prices.csv", "--table", "Teams=queries/teams.csv"];
            let arguments = ["run", &query, "--logs", "sample-logs/diagnostic", "--format", "csv", "--quiet"];
            let output = kqlens(&[arguments.as_slice(), &with].concat());
            assert!(output.status.success(), "{query}: {}", text(&output.stderr));
            let name = query.rsplit(['/', '\\']).take(2).collect::<Vec<_>>();
            let name = format!("{}-{}", name[1], name[0].replace(".kql", ".csv"));
            expect(&root().join("tests/answers").join(name), &text(&output.stdout));
        }
    }
}
