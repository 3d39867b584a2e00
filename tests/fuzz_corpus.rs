//! The corpora of the fuzz targets, replayed: what once broke something stays there as a case.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

#[path = "../fuzz/checks.rs"]
mod checks;

use std::path::Path;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut cases = 0;
    for entry in std::fs::read_dir(&folder).expect("the corpus is there").flatten() {
        check(&std::fs::read(entry.path()).expect("a case reads"));
        cases += 1;
    }
    assert!(cases > 0, "{} is empty", folder.display());
}

#[test]
fn words_stand_in_order() {
    replay("lexer", checks::lexer);
}

#[test]
fn texts_are_read_or_refused() {
    replay("parser", checks::parser);
}

#[test]
fn layouts_are_the_same_query() {
    replay("format", checks::format_once_and_again);
}

#[test]
fn queries_become_plans_or_findings() {
    replay("compile", checks::compile);
}
