//! The page in a real browser: it sorts, it shows tooltips, it is dark and printed when wanted, asks for nothing and
//! complains of nothing. Without Chromium these tests are skipped, and say so.

#![cfg(unix)]
#![allow(clippy::panic, clippy::expect_used, clippy::print_stdout, reason = "a test says what went wrong by failing")]

#[path = "common/browser.rs"]
mod browser;
mod common;

use browser::Browser;
use common::{kqlens, text};

/// The page of a query over the sample logs.
fn page(query: &str) -> Vec<u8> {
    let output = kqlens(&[
        "run",
        "-e",
        query,
        "--logs",
        "sample-logs/diagnostic",
        "--format",
        "html",
        "--now",
        "2025-02-26T00:00Z",
        "--quiet",
    ]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    output.stdout
}

/// Pictures of a page on several screens, for the eye: `KQLENS_PAGE=a.html KQLENS_GALLERY=folder cargo test --test
/// browser -- --ignored`.
#[test]
#[ignore = "for the eye"]
fn pictures_of_a_page() {
    let (Some(page), Some(folder)) = (std::env::var_os("KQLENS_PAGE"), std::env::var_os("KQLENS_GALLERY")) else {
        return;
    };
    let Some(mut browser) = Browser::start() else { return };
    let (page, folder) = (std::path::PathBuf::from(page), std::path::PathBuf::from(folder));
    let name = page.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    for (suffix, width, scheme) in
        [("light", 1100, "light"), ("dark", 1100, "dark"), ("phone", 390, "light"), ("phone-dark", 390, "dark")]
    {
        browser.screen(width, 900, scheme);
        browser.open_file(&page);
        std::fs::write(folder.join(format!("{name}-{suffix}.png")), browser.picture()).expect("a picture is written");
    }
    std::fs::write(folder.join(format!("{name}.pdf")), browser.pdf()).expect("a print is written");
}
