//! The folders stand in one order, and each uses only what stands before it.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

use std::path::Path;

const ORDER: [&str; 11] =
    ["types", "diagnostics", "render", "syntax", "ir", "sources", "functions", "bind", "engine", "report", "cli"];

fn files(folder: &Path, into: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the sources are there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn a_folder_uses_only_what_stands_above_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (place, folder) in ORDER.iter().enumerate() {
        let mut all = Vec::new();
        files(&source.join(folder), &mut all);
        for path in all {
            let text = std::fs::read_to_string(&path).expect("a source reads");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for later in &ORDER[place + 1..] {
                assert!(!code.contains(&format!("crate::{later}::")), "{} uses {later}", path.display());
            }
        }
    }
}

#[test]
fn only_its_own_folder_names_polars() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&source, &mut all);
    for path in all {
        let text = std::fs::read_to_string(&path).expect("a source reads");
        let inside = path.components().any(|c| c.as_os_str() == "polars");
        assert!(inside || !text.contains("polars::prelude"), "{} names polars", path.display());
    }
}

#[test]
fn every_file_is_a_module() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&source, &mut all);
    for path in all {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let folder = path.parent().expect("a file lies in a folder");
        if folder == source || name == "mod" {
            continue;
        }
        let beside = folder.join("mod.rs");
        let parent = if beside.exists() { beside } else { folder.with_extension("rs") };
        let text = std::fs::read_to_string(&parent).expect("a module's parent reads");
        assert!(text.contains(&format!("mod {name};")), "{} is not compiled", path.display());
    }
}
