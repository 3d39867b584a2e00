//! `kqlens functions`: the catalogue, for people.

use std::fmt::Write as _;

use super::arguments::FunctionsArguments;
use super::exit::{Exit, Failure};
use super::output;
use crate::bind::{PLUGINS, find_plugin};
use crate::diagnostics::did_you_mean;
use crate::functions::{AGGREGATES, FAMILIES, find, find_aggregate};

pub(super) fn functions(arguments: &FunctionsArguments) -> Result<Exit, Failure> {
    let text = match &arguments.name {
        None => list(),
        Some(name) => explain(name)?,
    };
    output::write(text.as_bytes())?;
    Ok(Exit::Whole)
}

/// The first sentence of a text.
fn first_sentence(doc: &str) -> &str {
    doc.split_once(". ").map_or(doc, |(first, _)| first).lines().next().unwrap_or_default()
}

fn list() -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    for (family, functions) in FAMILIES {
        let _ = writeln!(out, "{family}");
        for function in *functions {
            let _ = writeln!(out, "  {:<36} {}", function.name, first_sentence(function.doc));
        }
        out.push('\n');
    }
    let _ = writeln!(out, "Aggregates");
    for aggregate in AGGREGATES.iter().flat_map(|family| family.iter()) {
        let _ = writeln!(out, "  {:<36} {}", aggregate.name, first_sentence(aggregate.doc));
    }
    let _ = writeln!(out, "\nPlugins of evaluate");
    for plugin in PLUGINS.iter().flat_map(|family| family.iter()).filter(|p| p.runs()) {
        let _ = writeln!(out, "  {:<36} {}", plugin.name, first_sentence(plugin.doc));
    }
    out
}

fn explain(name: &str) -> Result<String, Failure> {
    let mut out = String::new();
    if let Some(f) = find(name) {
        out += &page(f.name, f.aliases, f.signatures, f.doc, f.examples);
    }
    if let Some(a) = find_aggregate(name) {
        out += &page(a.name, a.aliases, a.signatures, a.doc, a.examples);
    }
    if let Some(p) = find_plugin(name) {
        out += &page(&format!("evaluate {}", p.name), &[], &[p.signature], p.doc, p.examples);
    }
    if out.is_empty() {
        let names = FAMILIES.iter().flat_map(|(_, family)| family.iter()).map(|f| f.name);
        let aggregates = AGGREGATES.iter().flat_map(|family| family.iter()).map(|a| a.name);
        let plugins = PLUGINS.iter().flat_map(|family| family.iter()).map(|p| p.name);
        let near = did_you_mean(name, names.chain(aggregates).chain(plugins));
        let hint =
            near.map_or_else(|| "`kqlens functions` lists them all".to_owned(), |n| format!("did you mean '{n}'?"));
        return Err(Failure::new(Exit::Usage, format!("no function named '{name}': {hint}")));
    }
    Ok(out)
}

fn page(name: &str, aliases: &[&str], signatures: &[&str], doc: &str, examples: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for signature in signatures {
        let _ = writeln!(out, "{name}{signature}");
    }
    let _ = writeln!(out, "\n  {}", doc.replace('\n', "\n  "));
    if !aliases.is_empty() {
        let _ = writeln!(out, "\n  Also written: {}", aliases.join(", "));
    }
    if !examples.is_empty() {
        let _ = writeln!(out, "\n  Examples");
        for (example, answer) in examples {
            let _ = writeln!(out, "    {example}\n      = {answer}");
        }
    }
    out
}
