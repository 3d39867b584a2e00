//! Every `kqlens …` command in the README runs and ends well.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod common;

use common::{root, text};
use std::process::Command;

#[test]
fn every_command_of_the_readme_runs() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("the README is there");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut count = 0;
    let commands = readme.lines().filter_map(|line| line.strip_prefix("$ kqlens "));
    for command in commands {
        // Pictures and data go to a folder that vanishes.
        let line = command.replace("-o ", &format!("-o {}/", folder.path().display()));
        let line = ["--to lake", "--logs lake"].iter().fold(line, |line, name| {
            line.replace(name, &name.replace("lake", &folder.path().join("lake").display().to_string()))
        });
        let script = format!("\"{}\" {line}", env!("CARGO_BIN_EXE_kqlens"));
        let output = Command::new("sh").args(["-c", &script]).current_dir(root()).output().expect("a shell starts");
        assert!(output.status.success(), "{command}: {}", text(&output.stderr));
        count += 1;
    }
    assert!(count >= 8, "the README shows only {count} commands");
}
