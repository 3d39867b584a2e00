//! Every example of the catalogue runs, whole, through the pipeline.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

use std::collections::BTreeMap;

use kqlens::bind::{Environment, NoTables, PLUGINS};
use kqlens::engine::{Engine, NoRows, PolarsEngine};
use kqlens::functions::{AGGREGATES, FAMILIES};
use kqlens::ir::{Context, Plan};
use kqlens::types::{Table, to_text};

fn table(query: &str) -> Table {
    let context = Context { now: 638_760_000_000_000_000 };
    let parameters = BTreeMap::new();
    let run = |plan: &Plan| {
        let batch = PolarsEngine::default().run(plan, &context, &NoRows).map_err(|e| e.message)?;
        Ok(Table::from_batches(&batch.schema(), &[batch]))
    };
    let environment = Environment {
        tables: &NoTables,
        context: context.clone(),
        parameters: &parameters,
        period: None,
        evaluate: Some(&run),
    };
    let bound = match kqlens::compile(query, &environment) {
        Ok(bound) => bound,
        Err(findings) => panic!("{query}: {findings:?}"),
    };
    run(&bound.outputs[0].plan).expect(query)
}

fn answer(query: &str) -> String {
    to_text(&table(query).columns[0].values[0])
}

/// Every row of an answer: cells joined with `, `, rows with `; `.
fn rows(query: &str) -> String {
    let table = table(query);
    let row = |at: usize| table.columns.iter().map(|c| to_text(&c.values[at])).collect::<Vec<_>>().join(", ");
    (0..table.rows).map(row).collect::<Vec<_>>().join("; ")
}

#[test]
fn every_example_of_a_plugin_is_true() {
    for plugin in PLUGINS.iter().flat_map(|family| family.iter()) {
        assert!(!plugin.doc.is_empty(), "{} has no documentation", plugin.name);
        assert!(!plugin.runs() || !plugin.examples.is_empty(), "{} has no example", plugin.name);
        for (example, want) in plugin.examples {
            assert_eq!(rows(example), *want, "{example}");
        }
    }
}

#[test]
fn every_documented_example_is_true() {
    let mut count = 0;
    for function in FAMILIES.iter().flat_map(|(_, family)| family.iter()) {
        assert!(!function.doc.is_empty(), "{} has no documentation", function.name);
        for (example, want) in function.examples {
            assert_eq!(answer(&format!("print {example}")), *want, "{example}");
            count += 1;
        }
    }
    for aggregate in AGGREGATES.iter().flat_map(|family| family.iter()) {
        for (example, want) in aggregate.examples {
            assert_eq!(answer(example), *want, "{example}");
            count += 1;
        }
    }
    assert!(count > 150, "only {count} examples");
}

#[test]
fn names_and_aliases_mean_one_function() {
    let mut seen = std::collections::BTreeSet::new();
    for function in FAMILIES.iter().flat_map(|(_, family)| family.iter()) {
        for name in std::iter::once(&function.name).chain(function.aliases) {
            assert!(seen.insert(*name), "{name} is in the catalogue twice");
        }
    }
}
