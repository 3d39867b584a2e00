//! `in` over many constants: a look-up instead of a comparison with each, for the answer of a subquery is long.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

use super::text_match::folded;
use super::{compare, equal_ignore_case, unwrap_dynamic};
use crate::types::{Json, Value};

/// Constants that values are looked for among.
#[derive(Clone, Debug)]
pub(super) struct Among {
    ignore_case: bool,
    /// Texts, which equal nothing but texts; folded when case does not count.
    texts: HashSet<String>,
    /// Whole numbers.
    whole: HashSet<i64>,
    /// Everything else, to be compared one by one.
    others: Vec<Value<'static>>,
}

impl Among {
    /// Over operands that are all constants.
    pub(super) fn new(constants: &[&Value<'static>], ignore_case: bool) -> Self {
        let mut among = Self { ignore_case, texts: HashSet::new(), whole: HashSet::new(), others: Vec::new() };
        constants.iter().for_each(|constant| among.add(constant));
        among
    }

    fn add(&mut self, value: &Value<'_>) {
        if let Some(Json::Array(elements)) = value.as_json() {
            elements.iter().for_each(|e| self.add(&Value::Dynamic(Cow::Borrowed(e))));
            return;
        }
        match unwrap_dynamic(value) {
            Value::Null => {}
            Value::String(text) => {
                self.texts.insert(if self.ignore_case { folded(&text) } else { text.into_owned() });
            }
            value => match value.as_i64() {
                Some(number) => {
                    self.whole.insert(number);
                }
                None => self.others.push(value.into_owned()),
            },
        }
    }

    /// Whether a value is there; `None` when it is of a type that has to be compared with each.
    pub(super) fn has(&self, needle: &Value<'_>) -> Option<bool> {
        let needle = unwrap_dynamic(needle);
        match &needle {
            Value::Null => Some(false),
            Value::String(text) if self.ignore_case => Some(self.texts.contains(folded(text).as_str())),
            Value::String(text) => Some(self.texts.contains(text.as_ref())),
            _ => {
                let number = needle.as_i64()?;
                let equal = |other: &Value<'_>| compare(&needle, other) == Some(Ordering::Equal);
                Some(self.whole.contains(&number) || self.others.iter().any(equal))
            }
        }
    }
}

/// Whether a value equals another, or an element of it when that is an array.
pub(super) fn is_among(needle: &Value<'_>, candidate: &Value<'_>, ignore_case: bool) -> bool {
    if let Some(Json::Array(elements)) = candidate.as_json() {
        return elements.iter().any(|e| is_among(needle, &Value::Dynamic(Cow::Borrowed(e)), ignore_case));
    }
    if needle.is_null() || candidate.is_null() {
        return false;
    }
    let (needle, candidate) = (unwrap_dynamic(needle), unwrap_dynamic(candidate));
    match (&needle, &candidate) {
        (Value::String(a), Value::String(b)) if ignore_case => equal_ignore_case(a, b),
        _ => compare(&needle, &candidate) == Some(Ordering::Equal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_up_and_comparing_agree() {
        let values = [
            Value::str(""),
            Value::str("a"),
            Value::str("Ä"),
            Value::str("ä"),
            Value::str("1"),
            Value::Int(1),
            Value::Long(2),
            Value::Real(2.0),
            Value::Real(f64::NAN),
            Value::Bool(true),
            Value::Null,
            Value::DateTime(1),
            Value::dynamic(Json::from("A")),
            Value::dynamic(Json::from(2.0)),
            Value::dynamic(Json::from(vec![Json::from(3), Json::from("b"), Json::Null])),
        ];
        for ignore_case in [false, true] {
            for candidate in &values {
                let among = Among::new(&[candidate], ignore_case);
                for needle in &values {
                    let compared = is_among(needle, candidate, ignore_case);
                    assert_eq!(among.has(needle).unwrap_or(compared), compared, "{needle:?} in {candidate:?}");
                }
            }
        }
    }
}
