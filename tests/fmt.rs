//! `kqlens fmt`: what the layout looks like, and that it is the same query every time.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

#[path = "../fuzz/checks.rs"]
#[allow(dead_code, reason = "only one of the checks is about layout")]
mod checks;
mod common;

use std::path::PathBuf;

use common::{expect, kqlens, root, text};

fn queries(folder: &str) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(root().join(folder))
        .expect("the folder is there")
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "kql"))
        .collect();
    all.sort();
    assert!(!all.is_empty(), "{folder} has no queries");
    all
}

#[test]
fn layouts_look_as_written_down() {
    for path in queries("tests/layouts") {
        let output = kqlens(&["fmt", "--check", &path.display().to_string()]);
        assert_eq!(output.status.code(), Some(1), "{} is laid out already", path.display());
        let query = std::fs::read_to_string(&path).expect("a query reads");
        expect(&path.with_extension("out"), &kqlens::syntax::format(&query).expect("it is a query"));
    }
}

#[test]
fn every_query_stays_the_same_query() {
    for folder in ["queries", "queries/recipes", "tests/cases", "tests/layouts"] {
        for path in queries(folder) {
            checks::format_once_and_again(&std::fs::read(&path).expect("a query reads"));
        }
    }
}

#[test]
fn files_are_laid_out_in_place() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("count.kql");
    let name = path.display().to_string();
    std::fs::write(&path, "T|count").expect("the query is written");
    let check = kqlens(&["fmt", "--check", &name]);
    assert_eq!((check.status.code(), text(&check.stdout)), (Some(1), format!("{name}\n")));
    assert_eq!(std::fs::read_to_string(&path).expect("the query reads"), "T|count");
    assert!(kqlens(&["fmt", &name]).status.success());
    assert_eq!(std::fs::read_to_string(&path).expect("the query reads"), "T\n| count\n");
    let check = kqlens(&["fmt", "--check", &name]);
    assert_eq!((check.status.code(), text(&check.stdout)), (Some(0), String::new()));
    std::fs::write(&path, "T | where").expect("the query is written");
    let broken = kqlens(&["fmt", &name]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(text(&broken.stderr).contains("count.kql:1:10"), "{}", text(&broken.stderr));
    assert_eq!(std::fs::read_to_string(&path).expect("the query reads"), "T | where");
}
