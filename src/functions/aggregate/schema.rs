//! `buildschema`: the types that occur in dynamic values.

use std::collections::HashMap;

use crate::types::{Json, Value};

/// The key under which the elements of an array stand.
const INDEXER: &str = "`indexer`";

/// The types met at one place.
#[derive(Default)]
struct Types {
    /// Names of plain types, in order of appearance.
    plain: Vec<&'static str>,
    /// What bags and arrays hold, when there was any.
    container: Option<Members>,
}

/// What stands under the keys, in order of appearance.
#[derive(Default)]
struct Members {
    types: Vec<(String, Types)>,
    places: HashMap<String, usize>,
}

impl Types {
    fn meet(&mut self, value: &Json) {
        let plain = match value {
            Json::Null => return,
            Json::Bool(_) => "bool",
            Json::Number(n) if n.is_f64() => "double",
            Json::Number(_) => "long",
            Json::String(_) => "string",
            Json::Array(items) => {
                let inside = self.inside(INDEXER);
                items.iter().for_each(|item| inside.meet(item));
                return;
            }
            Json::Object(bag) => {
                self.container.get_or_insert_default();
                bag.iter().for_each(|(key, value)| self.inside(key).meet(value));
                return;
            }
        };
        if !self.plain.contains(&plain) {
            self.plain.push(plain);
        }
    }

    /// The types under a key.
    fn inside(&mut self, key: &str) -> &mut Types {
        let members = self.container.get_or_insert_default();
        let at = members.places.get(key).copied().unwrap_or_else(|| {
            let at = members.types.len();
            members.places.insert(key.to_owned(), at);
            members.types.push((key.to_owned(), Types::default()));
            at
        });
        &mut members.types[at].1
    }

    /// One type as itself, several as an array.
    fn json(self) -> Json {
        let mut all: Vec<Json> = self.plain.into_iter().map(Json::from).collect();
        all.extend(
            self.container.map(|members| members.types.into_iter().map(|(key, types)| (key, types.json())).collect()),
        );
        match all.len() {
            1 => all.remove(0),
            _ => Json::Array(all),
        }
    }
}

/// The schema of all values; null when there is none.
pub(super) fn schema(values: &[Value<'static>]) -> Value<'static> {
    let mut types = Types::default();
    values.iter().filter_map(Value::as_json).for_each(|value| types.meet(value));
    if types.plain.is_empty() && types.container.is_none() { Value::Null } else { Value::dynamic(types.json()) }
}
