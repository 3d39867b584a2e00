//! Arguments that must be written out, and must be one of a few words: a mistake in them is told before anything runs.

use super::{Bind, Binder};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::syntax::ast::{self, Argument, ExprKind, Name};
use crate::types::Value;

/// The parts of a datetime, for `datetime_part`.
const PARTS: &[&str] = &[
    "year",
    "quarter",
    "month",
    "week_of_year",
    "day",
    "dayofyear",
    "hour",
    "minute",
    "second",
    "millisecond",
    "microsecond",
    "nanosecond",
];
/// The lengths of time, for `datetime_add` and `datetime_diff`.
const PERIODS: &[&str] = &[
    "year",
    "quarter",
    "month",
    "week",
    "day",
    "hour",
    "minute",
    "second",
    "millisecond",
    "microsecond",
    "nanosecond",
];
/// What a pattern of `format_timespan` is made of.
const SPAN_PATTERN: &str = "dhHmsfF/-:,._[] ";

impl Binder<'_> {
    /// Looks at the literal arguments of a call of the catalogue.
    pub(super) fn check_literals(&self, name: &Name, arguments: &[Argument]) -> Bind<()> {
        let argument = |at: usize| arguments.get(at).map(|a: &Argument| &a.value);
        match name.text.as_str() {
            "datetime_part" | "datepart" => one_of(name, argument(0), PARTS),
            "datetime_add" | "datetime_diff" => one_of(name, argument(0), PERIODS),
            "format_timespan" => span_pattern(argument(1)),
            "prev" | "next" => neighbour(name, argument(0), argument(1)),
            _ => Ok(()),
        }
    }
}

fn refuse<T>(message: String, at: &ast::Expr, help: String) -> Bind<T> {
    Err(Box::new(Diagnostic::new("KQL167", message, at.span).help(help)))
}

/// The text of a literal.
fn text(tree: Option<&ast::Expr>) -> Option<(&ast::Expr, &str)> {
    match tree.map(|t| (t, &t.kind)) {
        Some((tree, ExprKind::Literal(Value::String(text), _))) => Some((tree, text)),
        _ => None,
    }
}

fn one_of(name: &Name, tree: Option<&ast::Expr>, words: &[&str]) -> Bind<()> {
    match text(tree) {
        Some((tree, word)) if !words.contains(&word.to_lowercase().as_str()) => {
            let help = match did_you_mean(word, words.iter().copied()) {
                Some(near) => format!("did you mean '{near}'?"),
                None => format!("write one of {}", words.join(", ")),
            };
            refuse(format!("'{}' knows no '{word}'", name.text), tree, help)
        }
        _ => Ok(()),
    }
}

fn span_pattern(tree: Option<&ast::Expr>) -> Bind<()> {
    match text(tree) {
        Some((tree, pattern)) => match pattern.chars().find(|c| !SPAN_PATTERN.contains(*c)) {
            Some(wrong) => refuse(
                format!("'{wrong}' has no place in a pattern of format_timespan"),
                tree,
                "write runs of d, h, H, m, s, f and F with / - : , . _ [ ] or blanks between them".to_owned(),
            ),
            None => Ok(()),
        },
        None => Ok(()),
    }
}

/// `prev` and `next` read a column, at least one row away.
fn neighbour(name: &Name, column: Option<&ast::Expr>, offset: Option<&ast::Expr>) -> Bind<()> {
    if let Some(column) = column
        && !matches!(column.kind, ExprKind::Name(_))
    {
        let help = format!("compute it before: | extend a = … | extend b = {}(a)", name.text);
        return refuse(format!("'{}' reads a column, and this is an expression", name.text), column, help);
    }
    match offset.map(|tree| (tree, &tree.kind)) {
        Some((tree, ExprKind::Literal(Value::Long(n), _))) if *n < 1 => {
            refuse(format!("'{}' looks at least one row away, not {n}", name.text), tree, "write 1 or more".to_owned())
        }
        _ => Ok(()),
    }
}
