//! What must hold of every text: shared by the fuzz targets and by `tests/fuzz_corpus.rs`, which replays their corpora.

use std::collections::BTreeMap;

use kqlens::bind::{Environment, Tables};
use kqlens::diagnostics::{Diagnostic, draw};
use kqlens::ir::{Context, Schema, explain};
use kqlens::syntax::{self, format, parse};
use kqlens::types::ScalarType;

/// Words and marks stand in order, on characters, and nothing but blanks and comments stands between them.
pub fn lexer(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match syntax::words(&text) {
        Ok(words) => {
            let mut end = 0;
            for word in words {
                assert!(end <= word.start && word.start < word.end, "{word:?} of {text:?}");
                let gap = &text[end..word.start];
                for line in gap.lines() {
                    let line = line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'));
                    assert!(line.is_empty() || line.starts_with("//") || line.starts_with('#'), "{gap:?} of {text:?}");
                }
                end = word.end;
            }
        }
        Err(findings) => told(&text, &findings),
    }
}

/// A text is a query, or what is wrong with it can be shown.
pub fn parser(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Err(findings) = parse(&text) {
        told(&text, &findings);
    }
}

/// The layout of a query is the same query, and laying it out again changes nothing.
pub fn format_once_and_again(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(query) = parse(&text) else { return };
    // Only a layout that is too long is none.
    let Ok(laid_out) = format(&text) else { return };
    let again = parse(&laid_out).map(|query| without_spans(&format!("{query:?}")));
    assert_eq!(again, Ok(without_spans(&format!("{query:?}"))), "{text:?} became {laid_out:?}");
    assert_eq!(format(&laid_out).as_deref(), Ok(laid_out.as_str()), "{text:?} is laid out in two ways");
}

/// A text becomes a plan, or what is wrong with it can be shown.
pub fn compile(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let parameters = BTreeMap::new();
    let environment = Environment {
        tables: &Requests,
        context: Context { now: 638_760_816_000_000_000 },
        parameters: &parameters,
        period: None,
        evaluate: None,
    };
    match kqlens::compile(&text, &environment) {
        Ok(bound) => bound.outputs.iter().for_each(|output| drop(explain(&output.plan))),
        Err(findings) => told(&text, &findings),
    }
}

/// Findings stand inside the text, and can be drawn.
fn told(text: &str, findings: &[Diagnostic]) {
    assert!(!findings.is_empty(), "refused without a word: {text:?}");
    for finding in findings {
        let (start, end) = finding.span;
        assert!(start <= text.len() && text.is_char_boundary(start), "{finding:?} of {text:?}");
        assert!(start <= end && end <= text.len() && text.is_char_boundary(end), "{finding:?} of {text:?}");
    }
    draw(text, "query", findings);
}

/// What `{:?}` shows of a tree, with the places left out.
fn without_spans(shown: &str) -> String {
    let mut out = String::with_capacity(shown.len());
    let mut rest = shown;
    while let Some(at) = rest.find("Span {") {
        out.push_str(&rest[..at]);
        rest = rest[at..].split_once('}').map_or("", |(_, behind)| behind);
    }
    out + rest
}

/// One table like the logs.
struct Requests;

impl Tables for Requests {
    fn schema(&self, table: &str) -> Option<Schema> {
        let columns = [
            ("TimeGenerated", ScalarType::DateTime),
            ("CorrelationId", ScalarType::String),
            ("ResponseCode", ScalarType::Int),
            ("IsRequestSuccess", ScalarType::Bool),
            ("TotalTime", ScalarType::Long),
            ("Share", ScalarType::Real),
            ("ResponseHeaders", ScalarType::Dynamic),
        ];
        let columns = columns.iter().map(|(name, scalar_type)| ((*name).to_owned(), *scalar_type)).collect();
        (table == "Requests").then_some(Schema { columns })
    }

    fn names(&self) -> Vec<String> {
        vec!["Requests".to_owned()]
    }
}
