//! A query is checked without data: columns that only the data tell are taken on trust, and nothing else is.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

use std::collections::BTreeMap;

use kqlens::bind::{Environment, NoTables};
use kqlens::ir::Context;

fn finding(query: &str) -> Option<&'static str> {
    let parameters = BTreeMap::new();
    let environment = Environment {
        tables: &NoTables,
        context: Context { now: 638_760_000_000_000_000 },
        parameters: &parameters,
        period: None,
        evaluate: None,
    };
    kqlens::compile(query, &environment).err().map(|findings| findings[0].code)
}

const INPUT: &str = "datatable(id: long, d: dynamic)[1, dynamic({'k': 2})] | evaluate ";

#[test]
fn columns_of_the_data_are_taken_on_trust() {
    for rest in [
        "bag_unpack(d) | where k > 1 | summarize sum(k) by other",
        "bag_unpack(d) | project k, total = k * price | sort by total",
        "bag_unpack(d) | join kind=inner (range k from 1 to 3 step 1) on k | project-away other",
        "bag_unpack(d) | project-rename old = k | extend x = strlen(old)",
        "pivot(id, count()) | project ['1']",
    ] {
        assert_eq!(finding(&format!("{INPUT}{rest}")), None, "{rest}");
    }
}

#[test]
fn what_is_known_is_still_checked() {
    for (rest, code) in [
        ("bag_unpack(d) : (k: long) | project id", "KQL101"),
        ("bag_unpack(d) | extend x = strln(k)", "KQL164"),
        ("bag_unpack(id)", "KQL235"),
        ("narrow() | project k", "KQL101"),
    ] {
        assert_eq!(finding(&format!("{INPUT}{rest}")), Some(code), "{rest}");
    }
}
