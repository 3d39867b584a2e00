//! What the tests share: running the binary as a user does.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The project's folder.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[allow(dead_code, reason = "not every test file runs it")]
/// Runs `kqlens` in the project's folder.
pub fn kqlens(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kqlens"))
        .args(arguments)
        .current_dir(root())
        .env_remove("COLUMNS")
        .output()
        .expect("kqlens starts")
}

/// The text of a stream.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[allow(dead_code, reason = "not every test file compares")]
/// Compares a text with a file, or rewrites the file when `KQLENS_BLESS` is set.
pub fn expect(path: &Path, got: &str) {
    if std::env::var_os("KQLENS_BLESS").is_some() {
        std::fs::write(path, got).expect("the expectation is written");
        return;
    }
    let want = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(got, want, "{} differs; KQLENS_BLESS=1 cargo test rewrites it", path.display());
}
