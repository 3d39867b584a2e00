//! Aggregates that gather: lists, sets, bags, and the schema of bags.

use std::collections::HashSet;

use super::group::{Group, chosen, constant, present, values};
use super::schema::schema;
use super::{Aggregate, AggregateMeaning, kernel};
use crate::ir::AggregateKernel;
use crate::types::{Json, ScalarType, Value};

const BAG: Aggregate = kernel(
    "make_bag",
    &["(bag: dynamic, [most: const integer]) -> dynamic"],
    "One bag of all bags. Where they share a key, the first one's value stays.",
    &[("datatable(b:dynamic)[dynamic({'a': 1}), dynamic({'b': 2})] | summarize make_bag(b)", "{\"a\":1,\"b\":2}")],
    |_, g| bag(values(g), most(g, 1)),
)
.prefix("bag");

const LIST: Aggregate = kernel(
    "make_list",
    &["(value: any, [most: const integer]) -> dynamic"],
    "An array of the values. Nulls are left out unless they are dynamic, and arrays give their elements.",
    &[
        ("range x from 1 to 3 step 1 | summarize make_list(x)", "[1,2,3]"),
        ("datatable(d:dynamic)[dynamic([1, 2]), dynamic(3)] | summarize make_list(d)", "[1,2,3]"),
    ],
    |_, g| list(present(values(g)), most(g, 1)),
)
.by_type(|value| -> AggregateKernel {
    match value {
        ScalarType::Dynamic => |_, g| list(values(g).iter(), most(g, 1)),
        _ => |_, g| list(present(values(g)), most(g, 1)),
    }
})
.prefix("list");

/// The family.
pub(super) const AGGREGATES: &[Aggregate] = &[
    LIST,
    Aggregate {
        doc: "An old name of `make_list`, which gathers 128 elements unless it is told how many.",
        examples: &[
            ("range x from 1 to 3 step 1 | summarize makelist(x)", "[1,2,3]"),
            ("range x from 1 to 200 step 1 | summarize n=array_length(makelist(x))", "128"),
        ],
        ..LIST.legacy("makelist", "list").by_type(|value| -> AggregateKernel {
            match value {
                ScalarType::Dynamic => |_, g| list(values(g).iter(), most_of_old(g)),
                _ => |_, g| list(present(values(g)), most_of_old(g)),
            }
        })
    },
    kernel(
        "make_list_if",
        &["(value: any, condition: bool, [most: const integer]) -> dynamic"],
        "An array of the values where a condition is true.",
        &[("range x from 1 to 3 step 1 | summarize make_list_if(x, x > 1)", "[2,3]")],
        |_, g| list(present(&chosen(g, 1)), most(g, 2)),
    )
    .by_type(|value| -> AggregateKernel {
        match value {
            ScalarType::Dynamic => |_, g| list(chosen(g, 1).iter(), most(g, 2)),
            _ => |_, g| list(present(&chosen(g, 1)), most(g, 2)),
        }
    })
    .prefix("list"),
    kernel(
        "make_list_with_nulls",
        &["(value: any) -> dynamic"],
        "An array of the values, nulls included.",
        &[("datatable(x:long)[1, long(null)] | summarize make_list_with_nulls(x)", "[1,null]")],
        |_, g| list(values(g).iter(), None),
    )
    .prefix("list"),
    kernel(
        "make_set",
        &["(value: any, [most: const integer]) -> dynamic"],
        "An array of the distinct values. Nulls are left out, and arrays give their elements.",
        &[("datatable(x:long)[1, 2, 1] | summarize make_set(x)", "[1,2]")],
        |_, g| set(present(values(g)), most(g, 1)),
    )
    .prefix("set"),
    kernel(
        "makeset",
        &["(value: any, [most: const integer]) -> dynamic"],
        "An old name of `make_set`, which gathers 128 elements unless it is told how many.",
        &[("range x from 1 to 200 step 1 | summarize n=array_length(makeset(x))", "128")],
        |_, g| set(present(values(g)), most_of_old(g)),
    )
    .prefix("set"),
    kernel(
        "make_set_if",
        &["(value: any, condition: bool, [most: const integer]) -> dynamic"],
        "An array of the distinct values where a condition is true.",
        &[("datatable(x:long)[1, 2, 1] | summarize make_set_if(x, x < 2)", "[1]")],
        |_, g| set(present(&chosen(g, 1)), most(g, 2)),
    )
    .prefix("set"),
    BAG,
    Aggregate {
        doc: "An old name of `make_bag`, which names its column `dictionary_b` and gathers 128 keys unless told how many.",
        examples: &[("datatable(b:dynamic)[dynamic({'a': 1})] | summarize make_dictionary(b)", "{\"a\":1}")],
        meaning: AggregateMeaning::Kernel(|_, g| bag(values(g), most_of_old(g))),
        ..BAG.legacy("make_dictionary", "dictionary")
    },
    kernel(
        "make_bag_if",
        &["(bag: dynamic, condition: bool, [most: const integer]) -> dynamic"],
        "One bag of the bags where a condition is true.",
        &[("datatable(b:dynamic)[dynamic({'a': 1})] | summarize make_bag_if(b, true)", "{\"a\":1}")],
        |_, g| bag(&chosen(g, 1), most(g, 2)),
    )
    .prefix("bag"),
    kernel(
        "buildschema",
        &["(value: dynamic) -> dynamic"],
        "The least schema that fits all values: a bag of the properties and their types, several in an array; the \
         elements of an array stand under `` `indexer` ``.",
        &[(
            "datatable(d:dynamic)[dynamic({'a': 1}), dynamic({'a': 'x', 'b': [2.5]})] | summarize buildschema(d)",
            "{\"a\":[\"long\",\"string\"],\"b\":{\"`indexer`\":\"double\"}}",
        )],
        |_, g| schema(values(g)),
    )
    .prefix("schema"),
];

/// The most elements of a list or set, and keys of a bag.
const MOST: usize = 1_048_576;

/// The most elements that the old names gather without being told.
const MOST_OF_OLD: i64 = 128;

fn most_of_old(group: &Group) -> Option<i64> {
    most(group, 1).or(Some(MOST_OF_OLD))
}

fn most(group: &Group, at: usize) -> Option<i64> {
    constant(group, at).and_then(Value::as_i64)
}

fn limit(most: Option<i64>) -> usize {
    most.map_or(MOST, |n| usize::try_from(n).unwrap_or(0).min(MOST))
}

/// The values as elements, arrays opened.
fn elements<'v>(values: impl Iterator<Item = &'v Value<'static>>) -> impl Iterator<Item = Json> {
    values.flat_map(|value| match value.as_json() {
        Some(Json::Array(items)) => items.clone(),
        _ => vec![value.to_json()],
    })
}

fn list<'v>(values: impl Iterator<Item = &'v Value<'static>>, most: Option<i64>) -> Value<'static> {
    Value::dynamic(Json::Array(elements(values).take(limit(most)).collect()))
}

fn set<'v>(values: impl Iterator<Item = &'v Value<'static>>, most: Option<i64>) -> Value<'static> {
    let mut seen = HashSet::new();
    let distinct = elements(values).filter(|j| !j.is_null() && seen.insert(j.to_string()));
    Value::dynamic(Json::Array(distinct.take(limit(most)).collect()))
}

/// One bag of all bags; what is no bag does not count.
fn bag(values: &[Value<'static>], most: Option<i64>) -> Value<'static> {
    let most = limit(most);
    let mut all = serde_json::Map::new();
    for value in values {
        let Some(Json::Object(bag)) = value.as_json() else { continue };
        for (key, value) in bag {
            if all.len() >= most {
                return Value::dynamic(Json::Object(all));
            }
            all.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    Value::dynamic(Json::Object(all))
}
