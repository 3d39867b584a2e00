use std::sync::Arc;

use arrow::array::StringArray;
use arrow::datatypes::Schema;

use super::*;
use crate::types::{ScalarType, field};

fn batch(columns: &[(&str, &str)]) -> RecordBatch {
    let schema = Schema::new(columns.iter().map(|(name, _)| field(name, ScalarType::String)).collect::<Vec<_>>());
    let arrays = columns.iter().map(|(_, text)| Arc::new(StringArray::from(vec![*text])) as ArrayRef).collect();
    RecordBatch::try_new(Arc::new(schema), arrays).unwrap()
}

fn cell(batch: &RecordBatch, column: &str) -> String {
    batch.column_by_name(column).unwrap().as_string::<i32>().value(0).to_owned()
}

fn redaction() -> Redaction {
    Redaction { secrets: true, pseudonyms: Some(Arc::new(Pseudonyms::with_key("k"))), addresses: Addresses::Keep }
}

#[test]
fn each_column_is_treated_as_what_it_holds() {
    let rows = batch(&[
        ("Url", "https://h/?key=abc"),
        ("requestHeaders_s", r#"{"api-key":"abc"}"#),
        ("RequestBody", "my words"),
        ("ApimSubscriptionId", "key=abc"),
        ("CallerIpAddress", "203.0.113.9"),
    ]);
    let secret = Pseudonyms::with_key("k").of("abc");
    let shown = redaction().apply(&rows).unwrap();
    assert_eq!(cell(&shown, "Url"), format!("https://h/?key={secret}"));
    assert_eq!(cell(&shown, "requestHeaders_s"), format!(r#"{{"api-key":"{secret}"}}"#));
    assert_eq!(cell(&shown, "RequestBody"), "my words");
    assert_eq!(cell(&shown, "ApimSubscriptionId"), "key=abc", "the id of a key is no secret");
    assert_eq!(cell(&shown, "CallerIpAddress"), "203.0.113.9");
}

#[test]
fn a_body_keeps_its_words_but_not_its_secrets() {
    let rows = batch(&[("RequestBody", r#"{"q":"my words","api_key":"abc"}"#), ("ResponseBody", "")]);
    let shown = redaction().apply(&rows).unwrap();
    let secret = Pseudonyms::with_key("k").of("abc");
    assert_eq!(cell(&shown, "RequestBody"), format!(r#"{{"q":"my words","api_key":"{secret}"}}"#));
    assert_eq!(cell(&shown, "ResponseBody"), "");
}

#[test]
fn nothing_is_replaced_when_all_is_to_be_shown() {
    let all = Redaction { secrets: false, ..redaction() };
    let rows = batch(&[("Url", "https://h/?key=abc"), ("RequestBody", "my words")]);
    assert_eq!(all.apply(&rows).unwrap(), rows);
    assert!(!all.changes("Url") && redaction().changes("Url") && !redaction().changes("ApiId"));
}
