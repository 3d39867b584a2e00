//! What a person at a terminal sees, on a real one: `script` makes it, `stty` gives it its width.

#![cfg(target_os = "linux")]
#![allow(clippy::panic, clippy::expect_used, clippy::print_stdout, reason = "a test says what went wrong by failing")]

mod common;

use std::process::{Command, Stdio};

use common::{kqlens, root, text};
use unicode_width::UnicodeWidthStr;

/// What `kqlens run` of a query shows on a terminal so wide, with some of the environment set. Nothing where there is
/// no `script`.
fn on_terminal(columns: u32, environment: &[(&str, &str)], query: &str, more: &str) -> Option<String> {
    let run = format!(
        "stty rows 50 cols {columns}; {} run -e \"$QUERY\" --logs sample-logs/diagnostic --quiet {more}",
        env!("CARGO_BIN_EXE_kqlens")
    );
    let mut command = Command::new("script");
    command.args(["-qec", &run, "/dev/null"]).current_dir(root()).stdin(Stdio::null());
    command.env_remove("COLUMNS").env_remove("NO_COLOR").env("TERM", "xterm").env("QUERY", query);
    command.envs(environment.iter().copied());
    match command.output() {
        Ok(output) => Some(text(&output.stdout).replace("\r\n", "\n")),
        Err(error) => {
            println!("SKIPPED: no `script` to make a terminal ({error}); it is in util-linux");
            None
        }
    }
}

const HOURS: &str =
    "ApiManagementGatewayLogs | summarize Calls=count() by bin(TimeGenerated, 1h), BackendId | render timechart";
const WIDE: &str =
    "ApiManagementGatewayLogs | project TimeGenerated, CorrelationId, OperationId, Url, ResponseCode, TotalTime";

#[test]
fn widths_follow_the_terminal() {
    for columns in [40, 80, 200] {
        for query in [HOURS, WIDE] {
            let Some(shown) = on_terminal(columns, &[("NO_COLOR", "1")], query, "--max-rows 5") else { return };
            let widest = shown.lines().map(UnicodeWidthStr::width).max().unwrap_or_default();
            assert!(widest <= columns as usize, "{columns}: {widest}\n{shown}");
            assert!(widest * 10 >= columns as usize * 7, "{columns}: only {widest}\n{shown}");
            assert!(shown.contains("(first 5 of "), "{shown}");
        }
    }
}

#[test]
fn a_chart_stands_above_its_table() {
    let Some(shown) = on_terminal(80, &[("NO_COLOR", "1")], HOURS, "--max-rows 1") else { return };
    let (chart, table) = shown.split_once("\n\n").expect("a chart and a table");
    assert!(chart.contains('⠒') && chart.contains("└──") && chart.contains("Tue 25 Feb 2025"), "{shown}");
    assert!(table.starts_with("TimeGenerated"), "{shown}");
    // Through a pipe it is the table alone, whole and plain.
    let piped = kqlens(&["run", "-e", WIDE, "--logs", "sample-logs/diagnostic", "--quiet"]);
    let piped = text(&piped.stdout);
    assert!(!piped.contains('…') && !piped.contains('\u{1b}') && piped.contains("?api-version="), "{piped}");
    assert_eq!(piped.lines().count(), 280);
}

#[test]
fn colours_are_for_those_who_want_them() {
    let coloured = |environment: &[(&str, &str)]| {
        on_terminal(80, environment, HOURS, "--max-rows 1").map(|shown| shown.contains("\u{1b}["))
    };
    let Some(plain) = coloured(&[]) else { return };
    assert!(plain);
    assert_eq!(coloured(&[("NO_COLOR", "1")]), Some(false));
    assert_eq!(coloured(&[("TERM", "dumb")]), Some(false));
    assert_eq!(coloured(&[("NO_COLOR", "")]), Some(true), "an empty NO_COLOR says nothing");
}

#[test]
fn nothing_acts_on_a_terminal_in_any_format() {
    let query = "print a='x\\u001b[31m\\u202ey'";
    for format in ["csv", "tsv", "json", "jsonl", "markdown", "html", "query-api", "svg", "table"] {
        let Some(shown) = on_terminal(80, &[("NO_COLOR", "1")], query, &format!("--format {format}")) else { return };
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{format}: {shown:?}");
    }
    let Some(shown) = on_terminal(80, &[], query, "--format png") else { return };
    assert!(shown.contains("png is not for a terminal: write it to a file with -o out.png"), "{shown}");
}

#[test]
fn the_help_names_every_format() {
    let help = text(&kqlens(&["run", "--help"]).stdout);
    for format in kqlens::render::Format::names() {
        assert!(help.contains(format), "{format}: {help}");
    }
}
