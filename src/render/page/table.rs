//! An answer's rows as a table that a click sorts.

use std::fmt::Write as _;

use crate::types::{ScalarType, Value, to_text};

use super::super::encode::{html_attribute, html_text};
use super::super::text::{count, grouped, grouped_cells, rounded};
use super::super::{Answer, Options};

/// The most rows of a table unless asked for more: browsers get slow beyond.
const MOST_ROWS: usize = 5000;
/// Tables of more rows than a screen or two scroll on their own, under their header.
const LONG: usize = 60;
/// Tables of more columns are printed in small letters.
const MANY: usize = 6;
/// Cells of so many characters need no second line.
const SHORT: usize = 40;

/// The rows, and how many there are of them.
pub fn table(answer: &Answer, options: &Options) -> String {
    let rows = answer.rows();
    let shown = rows.min(options.max_rows.unwrap_or(MOST_ROWS));
    let columns = answer.columns();
    let mut readable = grouped_cells(answer, shown);
    rounded(answer, &mut readable);
    let classes: Vec<&str> = columns.iter().zip(&readable).map(|((_, t), cells)| class(*t, cells)).collect();
    let mut out = format!(
        "<div class=\"scroll{}\"><table class=\"data{}\">\n<thead><tr>",
        if shown > LONG { " long" } else { "" },
        if columns.len() > MANY { " many" } else { "" }
    );
    for ((name, _), class) in columns.iter().zip(&classes) {
        let _ = write!(out, "<th scope=\"col\"{class}>{}</th>", html_text(name));
    }
    out += "</tr></thead>\n<tbody>\n";
    let mut at = 0;
    answer.for_each_row(|values| {
        if at == shown {
            return;
        }
        out += "<tr>";
        for ((value, class), column) in values.iter().zip(&classes).zip(&readable) {
            let cell = &column[at];
            let key = key(value, cell).map_or_else(String::new, |key| format!(" data-v=\"{}\"", html_attribute(&key)));
            let _ = write!(out, "<td{class}{key}>{}</td>", html_text(cell));
        }
        out += "</tr>\n";
        at += 1;
    });
    out += "</tbody>\n</table></div>\n";
    let note = if shown < rows {
        format!("The first {} of {}; --max-rows shows more", grouped(shown as i64), count(rows, "row"))
    } else {
        count(rows, "row")
    };
    out + &format!("<p class=\"rows\">{note}</p>\n")
}

/// What a cell sorts by, where that is not what it shows.
fn key(value: &Value<'_>, shown: &str) -> Option<String> {
    match value {
        Value::TimeSpan(ticks) => Some(ticks.to_string()),
        Value::Real(x) if x.is_infinite() => Some(if *x > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()),
        Value::Real(_) | Value::Decimal(_) => Some(to_text(value)).filter(|exact| exact != shown),
        _ => None,
    }
}

/// Numbers stand right; short cells stay on one line.
fn class(scalar_type: ScalarType, cells: &[String]) -> &'static str {
    match scalar_type {
        scalar_type if scalar_type.is_summable() => " class=\"n\"",
        _ if cells.iter().all(|cell| cell.chars().nth(SHORT).is_none() && !cell.contains('\n')) => " class=\"t\"",
        ScalarType::Dynamic => " class=\"j\"",
        _ => "",
    }
}
