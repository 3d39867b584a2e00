//! The list of the reports in a folder.

use std::cmp::Reverse;
use std::fmt::Write as _;

use serde_json::Value;

use super::Status;
use crate::render::encode::{html_attribute, html_text};
use crate::render::page;

/// A report in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name of its folder.
    pub name: String,
    title: String,
    label: String,
    timezone: String,
    status: String,
    alarms: u64,
    start: String,
    end: String,
}

impl Entry {
    /// What a manifest says of the report in a folder; `None` when it is none.
    pub fn read(name: &str, manifest: &[u8]) -> Option<Self> {
        let manifest: Value = serde_json::from_slice(manifest).ok()?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Some(Self {
            name: name.to_owned(),
            title: text(&manifest["title"]).unwrap_or_default(),
            label: text(&manifest["label"])?,
            timezone: text(&manifest["timezone"])?,
            status: text(&manifest["status"])?,
            alarms: manifest["alarms"].as_u64()?,
            start: text(&manifest["period"]["start"])?,
            end: text(&manifest["period"]["end"])?,
        })
    }

    /// Orders reports: the one that ends last first, and of those the shortest.
    fn place(&self) -> (Reverse<String>, Reverse<String>, String) {
        (Reverse(self.end.clone()), Reverse(self.start.clone()), self.name.clone())
    }

    fn told(&self) -> String {
        let is = |status: Status| self.status == status.name();
        let mut told = Vec::new();
        if is(Status::Failures) {
            told.push("queries failed".to_owned());
        }
        if is(Status::Inputs) {
            told.push("data is missing or broken".to_owned());
        }
        if self.alarms > 0 {
            told.push(format!("{} alarm{}", self.alarms, if self.alarms == 1 { "" } else { "s" }));
        }
        told.join(", ")
    }
}

/// Orders reports, the newest first: the one that ends last, and of several the shortest.
pub fn newest_first(entries: &mut [Entry]) {
    entries.sort_by_cached_key(Entry::place);
}

/// The page with the list of reports, which are in order.
pub fn list_page(entries: &[Entry]) -> String {
    let mut body = "<header>\n<h1>Reports</h1>\n".to_owned();
    if let Some(latest) = entries.first() {
        let _ = writeln!(
            body,
            "<p>The latest is of <a href=\"{}/index.html\">{}</a>.</p>",
            link(latest),
            html_text(&latest.label)
        );
    }
    body += "</header>\n<main>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Report</th>\
             <th scope=\"col\">Period</th><th scope=\"col\">Time zone</th><th scope=\"col\">Remarks</th></tr></thead>\n<tbody>\n";
    for entry in entries {
        let told = entry.told();
        let class = if told.is_empty() { "" } else { " class=\"bad\"" };
        let title = if entry.title.is_empty() { String::new() } else { format!("{}, ", entry.title) };
        let _ = writeln!(
            body,
            "<tr><td><a href=\"{}/index.html\">{}</a></td><td>{}{}</td><td>{}</td><td{class}>{}</td></tr>",
            link(entry),
            html_text(&entry.name),
            html_text(&title),
            html_text(&entry.label),
            html_text(&entry.timezone),
            html_text(&told),
        );
    }
    body += "</tbody>\n</table></div>\n</main>\n";
    page::shell("Reports", &body)
}

fn link(entry: &Entry) -> String {
    html_attribute(&entry.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, start: &str, end: &str, alarms: u64) -> Entry {
        let manifest = serde_json::json!({
            "title": null, "label": format!("of {name}"), "timezone": "UTC", "alarms": alarms,
            "status": if alarms > 0 { "alarm" } else { "whole" }, "period": {"start": start, "end": end},
        });
        Entry::read(name, manifest.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn the_newest_and_shortest_is_first() {
        let mut entries = [
            entry("2025-02", "2025-02-01", "2025-03-01", 0),
            entry("2025-02-27", "2025-02-27", "2025-02-28", 2),
            entry("2025-02-28", "2025-02-28", "2025-03-01", 0),
        ];
        newest_first(&mut entries);
        assert_eq!(entries.each_ref().map(|e| e.name.as_str()), ["2025-02-28", "2025-02", "2025-02-27"]);
        let page = list_page(&entries);
        assert!(page.contains("<a href=\"2025-02-28/index.html\">of 2025-02-28</a>"));
        assert!(page.contains("<td class=\"bad\">2 alarms</td>"));
        assert_eq!(Entry::read("x", b"{}"), None);
        assert_eq!(Entry::read("x", b"\xff"), None);
    }
}
