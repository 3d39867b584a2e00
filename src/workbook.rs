//! Azure workbooks' placeholders: `{Param}`, filled from parameters, so that a query pasted from a workbook runs.

use std::collections::BTreeMap;

/// The text with every `{Name}`, `{Name:grain}` … that a parameter is given for replaced by the parameter's text.
/// Braces without such a parameter stay as they are: functions have them too.
pub fn fill(text: &str, parameters: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        out.push_str(before);
        let filled = from.find('}').and_then(|close| parameters.get(&from[1..close]).map(|value| (value, close)));
        match filled {
            Some((value, close)) => {
                out.push_str(value);
                rest = &from[close + 1..];
            }
            None => {
                out.push('{');
                rest = &from[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_names_are_filled() {
        let parameters = BTreeMap::from([
            ("TimeRange:grain".to_owned(), "1h".to_owned()),
            ("TimeRange".to_owned(), "> ago(1d)".to_owned()),
        ]);
        assert_eq!(
            fill("let f = () { 1 }; T | where t {TimeRange} | summarize by bin(t, {TimeRange:grain}) {X}", &parameters),
            "let f = () { 1 }; T | where t > ago(1d) | summarize by bin(t, 1h) {X}"
        );
    }
}
