//! Rows that a query surely drops, known by a look at a value or two: they are counted, and go no further.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{Int32Type, Int64Type};

use super::cell::{Adapt, Raw, integer, is_missing};
use super::read::ReadRequest;
use super::stamp::Stamps;
use crate::ir::{Bar, Clue};
use crate::types::{ScalarType, parse_timespan};

/// What a row must pass to be wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Gate {
    /// Conditions of which each must hold; those on numbers first, which are quickest told.
    conditions: Vec<Vec<Test>>,
    bar: Option<(usize, ScalarType, Bar)>,
}

/// What a wanted column must hold.
#[derive(Clone, Debug)]
struct Test {
    column: usize,
    holds: Holds,
}

#[derive(Clone, Debug)]
enum Holds {
    /// This text somewhere, in letters of any case; here they are small.
    Piece(String),
    /// This number.
    Number(i64),
}

impl Gate {
    /// The gate of a request for these columns.
    pub(super) fn new(request: &ReadRequest, columns: &[(String, ScalarType)]) -> Self {
        let find = |name: &str| columns.iter().position(|(column, _)| column == name);
        let test = |clue: &Clue| {
            let column = find(&clue.column)?;
            let holds = match columns[column].1 {
                ScalarType::Int | ScalarType::Long => Holds::Number(clue.piece.parse().ok()?),
                _ => Holds::Piece(clue.piece.clone()),
            };
            Some(Test { column, holds })
        };
        let mut conditions: Vec<Vec<Test>> =
            request.hints.iter().filter_map(|hint| hint.any_of.iter().map(test).collect()).collect();
        conditions.sort_by_key(|any_of| any_of.iter().any(|test| matches!(test.holds, Holds::Piece(_))));
        let bar = request.bar.as_ref().and_then(|bar| {
            let column = find(&bar.column)?;
            Some((column, columns[column].1, bar.clone()))
        });
        Self { conditions, bar }
    }

    /// The wanted columns it looks at.
    pub(super) fn columns(&self) -> Vec<usize> {
        let tested = self.conditions.iter().flatten().map(|test| test.column);
        let mut columns: Vec<usize> = tested.chain(self.bar.as_ref().map(|(column, ..)| *column)).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// Whether a look at columns may turn rows away.
    pub(super) fn is_worth_a_look(&self) -> bool {
        self.is_shut() || self.bar.as_ref().is_some_and(|(.., bar)| bar.sees())
    }

    /// Whether it may turn a row away.
    pub(super) fn is_shut(&self) -> bool {
        !self.conditions.is_empty() || self.bar.as_ref().is_some_and(|(.., bar)| bar.is_up())
    }

    /// Whether a row may be wanted, by its values as they stand in the file. What is no value of its column passes: that
    /// has to be told.
    pub(super) fn passes<'r>(&self, value: &impl Fn(usize) -> (Option<Raw<'r>>, Adapt), stamps: Stamps) -> bool {
        let reached = self.bar.as_ref().is_none_or(|(column, scalar_type, bar)| {
            let Some(raw) = value(*column).0 else { return bar.is_reached(None) };
            let Some(text) = plain(raw) else { return true };
            match whole(text, *scalar_type, stamps) {
                None => !is_missing(text) || bar.is_reached(None),
                ranked => bar.is_reached(ranked),
            }
        });
        reached
            && self
                .conditions
                .iter()
                .all(|any_of| any_of.iter().any(|test| value(test.column).0.is_some_and(|raw| test.may_hold(raw))))
    }

    /// Which rows may be wanted, by the columns of [`Gate::columns`], each at its place among the wanted; `counts` are
    /// those that are rows of the read at all.
    pub(super) fn passing(&self, columns: &[Option<ArrayRef>], counts: &[bool]) -> Vec<bool> {
        let at = |column: usize| columns.get(column).and_then(Option::as_ref);
        let mut passing = counts.to_vec();
        for any_of in &self.conditions {
            let tests: Option<Vec<_>> = any_of.iter().map(|test| Some((test, at(test.column)?))).collect();
            let Some(tests) = tests else { continue };
            for (row, passes) in passing.iter_mut().enumerate().filter(|(_, passes)| **passes) {
                *passes = tests.iter().any(|(test, array)| test.holds(array, row));
            }
        }
        if let Some((column, _, bar)) = &self.bar
            && let Some(values) = at(*column).and_then(whole_numbers)
        {
            bar.see(values.iter().zip(counts).filter(|(_, counts)| **counts).map(|(value, _)| *value));
            for (passes, value) in passing.iter_mut().zip(values) {
                *passes &= bar.is_reached(value);
            }
        }
        passing
    }
}

impl Test {
    /// Whether a value may hold what it must, as it stands in the file.
    fn may_hold(&self, raw: Raw<'_>) -> bool {
        match &self.holds {
            Holds::Number(wanted) => plain(raw).is_none_or(|text| match integer(text) {
                Some(number) => number == *wanted,
                None => !is_missing(text),
            }),
            Holds::Piece(piece) => {
                let (Raw::Json(text) | Raw::Text(text) | Raw::Quoted(text)) = raw;
                // What is spelt anew, or may be.
                let spelt = matches!(raw, Raw::Json(json) if json.contains('\\') || json.starts_with(['{', '[']));
                spelt || may_be_in(piece, text)
            }
        }
    }

    /// Whether the value of a row holds what it must.
    fn holds(&self, array: &ArrayRef, row: usize) -> bool {
        match &self.holds {
            Holds::Piece(piece) => array.as_string_opt::<i32>().is_none_or(|texts| may_be_in(piece, texts.value(row))),
            Holds::Number(wanted) => {
                match (array.as_primitive_opt::<Int64Type>(), array.as_primitive_opt::<Int32Type>()) {
                    (Some(numbers), _) => numbers.is_valid(row) && numbers.value(row) == *wanted,
                    (_, Some(numbers)) => numbers.is_valid(row) && i64::from(numbers.value(row)) == *wanted,
                    _ => true,
                }
            }
        }
    }
}

/// Whether a piece stands in a text, in letters of any case, or may come to stand there: where secrets are replaced in a
/// URL within a URL, what was written as `%63` is a `c` afterwards.
fn may_be_in(piece: &str, text: &str) -> bool {
    let (text, piece) = (text.as_bytes(), piece.as_bytes());
    let Some((first, rest)) = piece.split_first() else { return true };
    let same = |at: usize| text.get(at + 1..at + piece.len()).is_some_and(|found| found.eq_ignore_ascii_case(rest));
    memchr::memchr2_iter(*first, first.to_ascii_uppercase(), text).any(same) || memchr::memchr(b'%', text).is_some()
}

/// The text of a value that is written plainly.
fn plain(raw: Raw<'_>) -> Option<&str> {
    match raw {
        Raw::Text(text) => Some(text),
        Raw::Quoted(_) => None,
        Raw::Json(json) => match json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) if inner.contains('\\') => None,
            Some(inner) => Some(inner),
            None => Some(json),
        },
    }
}

/// A value that is ranked as a whole number, as its column would have it.
fn whole(text: &str, scalar_type: ScalarType, stamps: Stamps) -> Option<i64> {
    match scalar_type {
        ScalarType::Int => integer(text).filter(|number| i32::try_from(*number).is_ok()),
        ScalarType::Long => integer(text),
        ScalarType::DateTime => stamps.parse(text),
        ScalarType::TimeSpan => parse_timespan(text),
        _ => None,
    }
}

/// The values of a column of whole numbers.
fn whole_numbers(array: &ArrayRef) -> Option<Vec<Option<i64>>> {
    if let Some(numbers) = array.as_primitive_opt::<Int64Type>() {
        return Some(numbers.iter().collect());
    }
    Some(array.as_primitive_opt::<Int32Type>()?.iter().map(|number| number.map(i64::from)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Hint;

    fn gate(clues: &[(&str, &str)]) -> Gate {
        let hints = clues
            .iter()
            .map(|(column, piece)| Hint { any_of: vec![Clue { column: (*column).into(), piece: (*piece).into() }] });
        let request = ReadRequest { hints: hints.collect(), ..ReadRequest::default() };
        Gate::new(&request, &[("Url".into(), ScalarType::String), ("ResponseCode".into(), ScalarType::Int)])
    }

    fn passes(gate: &Gate, url: Raw<'_>, code: Raw<'_>) -> bool {
        gate.passes(&|at| (Some([url, code][at]), Adapt::Nothing), Stamps::default())
    }

    #[test]
    fn only_what_surely_fails_is_turned_away() {
        let gate = gate(&[("Url", "chat"), ("ResponseCode", "429")]);
        let url = Raw::Json(r#""https://h/CHAT/x""#);
        for (code, wanted) in
            [("429", true), ("\"429\"", true), ("429.0", true), ("4.29e2", true), ("200", false), ("null", false)]
        {
            assert_eq!(passes(&gate, url, Raw::Json(code)), wanted, "{code}");
        }
        for (url, wanted) in [
            (Raw::Json(r#""https://h/embeddings""#), false),
            (Raw::Json(r#""https://h/\u0063hat""#), true),
            (Raw::Json(r#"{"a":1}"#), true),
            (Raw::Text("https://h/cchat"), true),
            (Raw::Text("https://h/cha"), false),
            (Raw::Text("https://h/?back=%63hat"), true),
            (Raw::Quoted("a \"\"Chat\"\""), true),
        ] {
            assert_eq!(passes(&gate, url, Raw::Text("429")), wanted, "{url:?}");
        }
        assert!(!gate.passes(&|_| (None, Adapt::Nothing), Stamps::default()));
    }

    #[test]
    fn a_condition_on_a_column_that_is_not_read_is_none() {
        assert!(!gate(&[("Other", "chat")]).is_shut());
        assert_eq!(gate(&[("ResponseCode", "429")]).columns(), [1]);
    }
}
