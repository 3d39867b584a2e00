//! Typed plans as SQL that means the same on Apache Spark and on Sail.
//!
//! A datetime or timespan is a BIGINT of ticks there too, so nothing is lost to microseconds, time zones or daylight
//! saving. `dynamic` is JSON text, `guid` and `decimal` are their text, and a string is never null.

mod aggregate;
mod arithmetic;
mod calendar;
mod cast;
mod comparison;
mod dynamic;
mod expand;
mod expression;
mod files;
mod function;
mod literal;
mod matching;
mod operator;
mod pattern;
mod records;
mod source;
mod typed;
mod writer;

use std::collections::HashMap;

use crate::ir::{Context, Expr};
use crate::types::ScalarType;

pub(super) use files::{Column, Format, Kind, Place, Stored, definition};
pub(super) use source::{Logs, Sources};
pub(super) use writer::{Piece, Pull, Writer, fetched_name};

/// What SQL cannot say exactly; the text names it for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Beyond(pub String);

impl Beyond {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// SQL text, unless there is none that means exactly the same.
pub(super) type Said = Result<String, Beyond>;

/// The longest text of one expression: some forms name an operand several times, and such forms nest.
const LONGEST: usize = 64 * 1024;

/// What an expression may name, and the run's clock.
pub(super) struct Words<'a> {
    /// The columns at hand and their names in SQL.
    pub names: &'a HashMap<String, String>,
    pub context: &'a Context,
}

/// The name of a type.
pub(super) const fn type_name(scalar_type: ScalarType) -> &'static str {
    match scalar_type {
        ScalarType::Bool => "BOOLEAN",
        ScalarType::Int => "INT",
        ScalarType::Long | ScalarType::DateTime | ScalarType::TimeSpan => "BIGINT",
        ScalarType::Real => "DOUBLE",
        ScalarType::Decimal | ScalarType::Guid | ScalarType::String | ScalarType::Dynamic => "STRING",
    }
}

/// Whether a type is a whole number in SQL, ticks included.
const fn is_whole(scalar_type: ScalarType) -> bool {
    matches!(scalar_type, ScalarType::Int | ScalarType::Long | ScalarType::DateTime | ScalarType::TimeSpan)
}

/// Names for SQL: letters, digits and `_` only, and none that differs from another by case alone, for there they
/// would be one column.
#[derive(Default)]
pub(super) struct Namer {
    taken: HashMap<String, usize>,
}

impl Namer {
    pub(super) fn name(&mut self, kql: &str) -> String {
        let plain: String = kql.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
        let mut name = if plain.is_empty() { "_".to_owned() } else { plain };
        while let Some(count) = self.taken.get_mut(&name.to_ascii_lowercase()) {
            *count += 1;
            name = format!("{name}_{count}");
        }
        self.taken.insert(name.to_ascii_lowercase(), 1);
        name
    }
}

/// A name in quotes, so that no word of SQL is taken for one of its own.
pub(super) fn quoted(name: &str) -> String {
    format!("`{name}`")
}

/// Whether an expression reads a column, directly or below.
fn reads_columns(expr: &Expr) -> bool {
    matches!(expr.kind, crate::ir::ExprKind::Column(_)) || expr.operands().iter().any(reads_columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_by_case_alone_become_different() {
        let mut namer = Namer::default();
        let names: Vec<String> = ["Foo", "foo", "FOO", "a b", "a-b", "", "$aggregate0"].map(|n| namer.name(n)).into();
        let folded: std::collections::HashSet<String> = names.iter().map(|n| n.to_lowercase()).collect();
        assert_eq!(folded.len(), names.len(), "{names:?}");
        assert_eq!(names[0], "Foo");
    }
}
