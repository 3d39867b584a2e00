//! Keys of bags, looked up, taken out and set, also deep inside by a path like `$.a.b`.

use super::Function;
use super::parsing::steps;
use crate::types::{Json, Value};

type Bag = serde_json::Map<String, Json>;

fn bag<'v>(arguments: &'v [Value<'_>], at: usize) -> Option<&'v Bag> {
    arguments.get(at).and_then(Value::as_json).and_then(Json::as_object)
}

/// The keys to follow to what a text names: those of a path, or the text as one key of the bag itself.
fn path(key: &str) -> Option<Vec<String>> {
    if key.starts_with("$.") || key.starts_with("$[") { steps(key) } else { Some(vec![key.to_owned()]) }
}

fn has(bag: &Bag, path: &[String]) -> bool {
    let Some((last, parents)) = path.split_last() else { return false };
    let inner = parents.iter().try_fold(bag, |bag, key| bag.get(key).and_then(Json::as_object));
    inner.is_some_and(|bag| bag.contains_key(last))
}

fn remove(bag: &mut Bag, path: &[String]) {
    let Some((last, parents)) = path.split_last() else { return };
    let inner = parents.iter().try_fold(bag, |bag, key| bag.get_mut(key).and_then(Json::as_object_mut));
    if let Some(bag) = inner {
        // `shift_remove` keeps the order of the other keys.
        bag.shift_remove(last);
    }
}

/// Sets what a path leads to; what lacks on the way, or is no bag there, becomes one.
fn set(bag: &mut Bag, path: &[String], value: Json) {
    match path {
        [] => {}
        [last] => {
            bag.insert(last.clone(), value);
        }
        [key, rest @ ..] => {
            let inner = bag.entry(key.clone()).or_insert(Json::Null);
            if !inner.is_object() {
                *inner = Json::Object(Bag::new());
            }
            if let Json::Object(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}

fn remove_keys<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let keys = arguments.get(1).and_then(Value::as_json).and_then(Json::as_array);
    let (Some(bag), Some(keys)) = (bag(arguments, 0), keys) else { return Value::Null };
    let mut left = bag.clone();
    for path in keys.iter().filter_map(Json::as_str).filter_map(path) {
        remove(&mut left, &path);
    }
    Value::dynamic(Json::Object(left))
}

fn set_key<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let path = arguments.get(1).and_then(Value::as_str).and_then(path);
    let (Some(bag), Some(path), Some(value)) = (bag(arguments, 0), path, arguments.get(2)) else { return Value::Null };
    let mut bag = bag.clone();
    set(&mut bag, &path, value.to_json());
    Value::dynamic(Json::Object(bag))
}

fn has_key<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let path = arguments.get(1).and_then(Value::as_str).and_then(path);
    Value::Bool(bag(arguments, 0).zip(path).is_some_and(|(bag, path)| has(bag, &path)))
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "bag_has_key",
        &["(bag: dynamic, key: string) -> bool"],
        "Whether the bag has a key; a path like `$.a.b` asks for one deeper inside.",
        &[
            ("bag_has_key(dynamic({'a': 1}), 'a')", "True"),
            ("bag_has_key(dynamic({'a': {'b': 1}}), '$.a.b')", "True"),
            ("bag_has_key(dynamic({'a': {'b': 1}}), 'b')", "False"),
        ],
        |_, a| has_key(a),
    ),
    Function::kernel(
        "bag_remove_keys",
        &["(bag: dynamic, keys: dynamic) -> dynamic"],
        "The bag without some keys; a path like `$.a.b` names one deeper inside.",
        &[
            ("bag_remove_keys(dynamic({'a': 1, 'b': 2}), dynamic(['a']))", "{\"b\":2}"),
            (
                "bag_remove_keys(dynamic({'a': {'x': 1, 'y': 2}, 'b': 3}), dynamic(['$.a.x']))",
                "{\"a\":{\"y\":2},\"b\":3}",
            ),
        ],
        |_, a| remove_keys(a),
    ),
    Function::kernel(
        "bag_set_key",
        &["(bag: dynamic, key: string, value: any) -> dynamic"],
        "The bag with a key set to a value; a path like `$.a.b` sets one deeper inside.",
        &[
            ("bag_set_key(dynamic({'a': 1}), 'b', 2)", "{\"a\":1,\"b\":2}"),
            ("bag_set_key(dynamic({'a': 1}), '$.b.c', 2)", "{\"a\":1,\"b\":{\"c\":2}}"),
        ],
        |_, a| set_key(a),
    ),
];
