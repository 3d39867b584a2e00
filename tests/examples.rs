//! Every example of the catalogue runs, whole, through the pipeline.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

use std::collections::BTreeMap;

use kqlens::bind::{Environment, NoTables};
use kqlens::engine::{Engine, NoRows, PolarsEngine};
use kqlens::functions::{AGGREGATES, FAMILIES};
use kqlens::ir::Context;
use kqlens::types::{Table, to_text};

fn answer(query: &str) -> String {
    let context = Context { now: 638_760_000_000_000_000 };
    let parameters = BTreeMap::new();
    let environment = Environment {
        tables: &NoTables,
        context: context.clone(),
        parameters: &parameters,
        period: None,
        evaluate: None,
    };
    let bound = match kqlens::compile(query, &environment) {
        Ok(bound) => bound,
        Err(findings) => panic!("{query}: {findings:?}"),
    };
    let batch = PolarsEngine::default().run(&bound.outputs[0].plan, &context, &NoRows).expect(query);
    let table = Table::from_batches(&batch.schema(), &[batch]);
    to_text(&table.columns[0].values[0])
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
