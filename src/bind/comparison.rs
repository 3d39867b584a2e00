//! `== != < <= > >=`, and what literals become beside other types.

use super::{Bind, Binder};
use crate::diagnostics::Diagnostic;
use crate::ir::{Core, Expr};
use crate::syntax::Span;
use crate::types::ScalarType::{self, Bool, DateTime, Dynamic, Int, Long, String as Text, TimeSpan};
use crate::types::{TICKS_PER_DAY, Value};

impl Binder<'_> {
    /// `== != < <= > >=`.
    pub(super) fn comparison(&self, core: Core, a: Expr, b: Expr, span: Span) -> Bind<Expr> {
        let equality = matches!(core, Core::Equal | Core::NotEqual);
        let ordered = equality || self.guessed.get() || have_an_order(a.scalar_type, b.scalar_type);
        let (a, b) = (compared(a, &b, equality), b);
        let (b, a) = (compared(b, &a, equality), a);
        let (x, y) = (a.scalar_type, b.scalar_type);
        let fits = match (x, y) {
            (Dynamic, Dynamic) => false,
            (Dynamic, _) | (_, Dynamic) => true,
            (x, y) if x == y => true,
            (x, y) if x.is_numeric() && y.is_numeric() => true,
            (Bool, n) | (n, Bool) if n.is_numeric() => true,
            _ => false,
        };
        if !fits || !ordered {
            let mut finding = Diagnostic::new("KQL140", format!("'{}' cannot compare {x} with {y}", core.name()), span);
            finding.help = match (x, y) {
                (Dynamic, Dynamic) => Some("say what they hold: tostring(…), tolong(…), todatetime(…)".to_owned()),
                (Text, Text) => Some(format!("write strcmp(…, …) {} 0 for the order of texts", core.name())),
                (Dynamic, known) | (known, Dynamic) => Some(format!("convert the dynamic with to{known}(…)")),
                (Text, n) | (n, Text) if n.is_numeric() => {
                    Some("convert one side: tolong(…) or tostring(…)".to_owned())
                }
                (Text, DateTime) | (DateTime, Text) => Some("convert the text with todatetime(…)".to_owned()),
                _ => None,
            };
            return Err(Box::new(finding));
        }
        Ok(Expr::core(core, vec![a, b], Bool))
    }
}

/// Whether `<` and its kin compare two types: numbers and bools with each other, datetimes, timespans, and a dynamic with
/// a number. Texts and guids have no order in an expression.
fn have_an_order(a: ScalarType, b: ScalarType) -> bool {
    let counts = |t: ScalarType| t.is_numeric() || t == Bool;
    match (a, b) {
        (DateTime, DateTime) | (TimeSpan, TimeSpan) => true,
        (Dynamic, other) | (other, Dynamic) => other.is_numeric(),
        (a, b) => counts(a) && counts(b),
    }
}

/// An operand of a comparison. Text is brought to another type only to be equal to it, never to be before or after it.
fn compared(expr: Expr, other: &Expr, equality: bool) -> Expr {
    if equality || expr.scalar_type != Text { meet(expr, other) } else { expr }
}

/// A literal brought to the type of what it is compared with, where Kusto does so by itself: text to datetime,
/// timespan, guid or bool; a number to a timespan as days.
pub(super) fn meet(expr: Expr, other: &Expr) -> Expr {
    let Some(value) = expr.as_literal() else { return expr };
    match (expr.scalar_type, other.scalar_type) {
        (Text, to @ (DateTime | TimeSpan | ScalarType::Guid | Bool)) => {
            Expr::literal(crate::types::cast(value, to), to)
        }
        (Text, to) if to.is_numeric() => {
            let number = crate::types::cast(value, to);
            if number.is_null() { expr } else { Expr::literal(number, to) }
        }
        (Long | Int, TimeSpan) => {
            let ticks = value.as_i64().map_or(Value::Null, |n| Value::TimeSpan(n.wrapping_mul(TICKS_PER_DAY)));
            Expr::literal(ticks, TimeSpan)
        }
        _ => expr,
    }
}
