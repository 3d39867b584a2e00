//! What was read: every row is accounted for.

use std::fmt::Write as _;

use crate::types::format_datetime;

use super::super::Reading;
use super::super::encode::html_text;
use super::super::text::grouped;

/// One of a reading's counts.
type Count = fn(&Reading) -> u64;

/// A block of what was read, table by table, or nothing when nothing was.
pub fn health(readings: &[Reading]) -> String {
    if readings.is_empty() {
        return String::new();
    }
    let any = |of: Count| readings.iter().any(|reading| of(reading) > 0);
    let mut columns: Vec<(&str, Count)> = vec![
        ("Files", |r| r.files),
        ("Rows", |r| r.read),
        ("Kept", |r| r.kept),
        ("Repaired", |r| r.repaired),
        ("Rejected", |r| r.rejected),
        ("In progress", |r| r.in_progress),
    ];
    if any(|r| r.outside) {
        columns.push(("Outside the period", |r| r.outside));
    }
    if any(|r| r.duplicates) {
        columns.push(("Duplicates", |r| r.duplicates));
    }
    let mut out = "<section class=\"read\">\n<h2>What was read</h2>\n<div class=\"scroll\"><table>\n<thead><tr>\
                   <th scope=\"col\">Table</th>"
        .to_owned();
    for (name, _) in &columns {
        let _ = write!(out, "<th scope=\"col\" class=\"n\">{name}</th>");
    }
    out += "<th scope=\"col\">From (UTC)</th><th scope=\"col\">To (UTC)</th></tr></thead>\n<tbody>\n";
    for reading in readings {
        out += "<tr>";
        // The names of the columns stand with the cells as well: on a phone each is a line of its own.
        let mut cell = |name: &str, class: &str, text: &str| {
            let _ = write!(out, "<td class=\"{class}\" data-h=\"{name}\">{}</td>", html_text(text));
        };
        cell("Table", "t", &reading.table);
        for (name, of) in &columns {
            let bad = matches!(*name, "Repaired" | "Rejected") && of(reading) > 0;
            cell(name, if bad { "n bad" } else { "n" }, &grouped(i64::try_from(of(reading)).unwrap_or(i64::MAX)));
        }
        let (from, to) = reading.range.map_or_else(Default::default, |(from, to)| (time(from), time(to)));
        cell("From (UTC)", "t", &from);
        cell("To (UTC)", "t", &to);
        out += "</tr>\n";
    }
    out += "</tbody>\n</table></div>\n";
    let notes: Vec<&String> = readings.iter().flat_map(|reading| &reading.notes).collect();
    if !notes.is_empty() {
        out += "<ul>\n";
        notes.iter().for_each(|note| out += &format!("<li>{}</li>\n", html_text(note)));
        out += "</ul>\n";
    }
    out + "</section>\n"
}

/// A time in UTC to the second, for people.
pub fn time(ticks: i64) -> String {
    let text = format_datetime(ticks);
    let (day, rest) = text.split_once('T').unwrap_or((&text, ""));
    format!("{day} {}", rest.split('.').next().unwrap_or_default())
}
