//! `docs/kql.md` says of everything the reference of KQL names whether kqlens has it. This test writes that page from
//! `tests/reference/entries.txt` and from the catalogue, and runs a query for each entry, so that the page cannot claim
//! what does not work. `KQLENS_BLESS=1` rewrites it.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod common;

use std::fmt::Write as _;

use common::{expect, kqlens, root, text};
use kqlens::bind::PLUGINS;
use kqlens::functions::{AGGREGATES, FAMILIES, unsupported_reason};

/// What stands behind a name of the reference.
struct Entry {
    kind: Kind,
    name: &'static str,
    aliases: &'static [&'static str],
    doc: &'static str,
    examples: &'static [(&'static str, &'static str)],
}

/// Where an entry of the page is looked for.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Function,
    Aggregate,
    Plugin,
}

impl Kind {
    /// What the entries under a title are.
    fn under(title: &str) -> Self {
        match title.split(':').next() {
            Some("Aggregates") => Self::Aggregate,
            Some("Plugins") => Self::Plugin,
            _ => Self::Function,
        }
    }
}

/// Everything the catalogue holds.
fn catalogue() -> Vec<Entry> {
    let functions = FAMILIES.iter().flat_map(|(_, family)| family.iter()).map(|f| Entry {
        kind: Kind::Function,
        name: f.name,
        aliases: f.aliases,
        doc: f.doc,
        examples: f.examples,
    });
    let aggregates = AGGREGATES.iter().flat_map(|family| family.iter()).map(|a| Entry {
        kind: Kind::Aggregate,
        name: a.name,
        aliases: a.aliases,
        doc: a.doc,
        examples: a.examples,
    });
    let plugins = PLUGINS.iter().flat_map(|family| family.iter()).map(|p| Entry {
        kind: Kind::Plugin,
        name: p.name,
        aliases: &[],
        doc: p.doc,
        examples: p.examples,
    });
    functions.chain(aggregates).chain(plugins).collect()
}

/// What a query prints, every row on the one line; `Err` holds the diagnostic.
fn run(query: &str) -> Result<String, String> {
    let format = if query.contains("| render ") { "svg" } else { "csv" };
    let logs = ["--logs", "sample-logs/diagnostic", "--now", "2025-02-25T12:00Z"];
    let output = kqlens(&[&["run", "-e", query, "--format", format, "--quiet"], &logs[..]].concat());
    if !output.status.success() {
        return Err(text(&output.stderr));
    }
    let answer = text(&output.stdout);
    Ok(if format == "svg" {
        assert!(answer.contains("<svg"), "{query} draws nothing");
        "a picture".to_owned()
    } else {
        answer.lines().collect::<Vec<_>>().join(" ⏎ ")
    })
}

/// A cell of a Markdown table that shows code.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|").replace('`', "'"))
}

/// The first sentence of a text, fit for a cell.
fn first_sentence(doc: &str) -> String {
    let first = doc.split_once(". ").map_or(doc, |(first, _)| first).lines().next().unwrap_or_default();
    first.trim_end_matches('.').replace('|', "\\|")
}

/// One line of the page. `query` is what the entry's line says after the name.
fn line(name: &str, query: Option<&str>, kind: Kind, catalogue: &[Entry]) -> Result<String, String> {
    let found = catalogue.iter().find(|e| e.kind == kind && (e.name == name || e.aliases.contains(&name)));
    let yes = |text: String| format!("| {} | yes | {text} |", code(name));
    let no = |reason: &str| format!("| {} | no | {reason} |", code(name));
    match (query, found) {
        (Some(query), _) => match (query.strip_prefix("! "), query.split_once('\t')) {
            (Some(_), Some((refused, reason))) => match run(refused.trim_start_matches("! ")) {
                Ok(_) => Err(format!("{name} is said to be refused, and is not: {refused}")),
                Err(_) => Ok(no(reason)),
            },
            _ => {
                let answer = run(query).map_err(|finding| format!("{name}: {query}\n{finding}"))?;
                Ok(yes(format!("{} → {}", code(query), code(&answer))))
            }
        },
        (None, None) => Ok(unsupported_reason(name).map_or(format!("| {} | not yet | |", code(name)), no)),
        (None, Some(entry)) => match entry.examples.first() {
            Some((example, answer)) => {
                let same =
                    if entry.name == name { String::new() } else { format!("the same as {}. ", code(entry.name)) };
                Ok(yes(format!("{same}{}: {} → {}", first_sentence(entry.doc), code(example), code(answer))))
            }
            None if kind == Kind::Plugin => Ok(no(&first_sentence(entry.doc))),
            None => Err(format!("{name} has neither an example nor a query")),
        },
    }
}

#[test]
fn the_page_says_what_works() {
    let catalogue = catalogue();
    let entries = std::fs::read_to_string(root().join("tests/reference/entries.txt")).expect("the entries are there");
    let mut page = String::from(
        "# What of KQL kqlens has\n\nEvery entry of the reference, with an example that was run. \
         This page is written by `KQLENS_BLESS=1 cargo test --test reference`; do not edit it by hand.\n",
    );
    let mut kind = Kind::Function;
    let (mut yes, mut count) = (0, 0);
    let mut wrong = Vec::new();
    for entry in entries.lines().filter(|l| !l.trim().is_empty() && !l.starts_with("# ")) {
        if let Some(title) = entry.strip_prefix("## ") {
            kind = Kind::under(title);
            let _ = write!(page, "\n## {title}\n\n| | | |\n|---|---|---|\n");
            continue;
        }
        let (name, query) = entry.split_once('\t').map_or((entry, None), |(name, query)| (name, Some(query)));
        count += 1;
        match line(name, query, kind, &catalogue) {
            Ok(line) => {
                yes += usize::from(line.contains("| yes |"));
                page.push_str(&line);
                page.push('\n');
            }
            Err(message) => wrong.push(message),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 600, "the reference has lost entries: {count}");
    let _ = write!(page, "\n{yes} of {count} entries work.\n");
    expect(&root().join("docs/kql.md"), &page);
}
