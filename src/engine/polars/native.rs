//! Core operations that Polars can say itself, with the same meaning. Each is proven equal to its program by a test.

use polars::prelude::{Expr as PlExpr, col, lit, when};

use super::convert::data_type;
use super::expression::literal;
use crate::ir::{Core, Expr, ExprKind};
use crate::types::{ScalarType, Value};

/// Types that Polars compares as KQL does: whole numbers, ticks and text. (A real has NaN, which Polars orders.)
const fn comparable(scalar_type: ScalarType) -> bool {
    matches!(
        scalar_type,
        ScalarType::Int | ScalarType::Long | ScalarType::DateTime | ScalarType::TimeSpan | ScalarType::String
    )
}

/// The native form of an expression; `None` when some part of it has none.
pub(super) fn lower(expr: &Expr) -> Option<PlExpr> {
    match &expr.kind {
        ExprKind::Column(name) => Some(col(name.as_str())),
        ExprKind::Literal(value) => Some(literal(value, expr.scalar_type)),
        ExprKind::Core(core, operands) => operation(*core, operands, expr.scalar_type),
        _ => None,
    }
}

fn operation(core: Core, operands: &[Expr], answer: ScalarType) -> Option<PlExpr> {
    match (core, operands) {
        (Core::Equal | Core::NotEqual, [a, b]) => {
            let (x, y) = pair(a, b)?;
            // Null against a value is a plain false (or true for `!=`); only two nulls make null.
            let known = |e: &Expr| e.scalar_type == ScalarType::String || e.as_literal().is_some_and(|v| !v.is_null());
            if !known(a) && !known(b) {
                return None;
            }
            let equal = core == Core::Equal;
            let compared = if equal { x.eq(y) } else { x.neq(y) };
            Some(compared.fill_null(lit(!equal)))
        }
        (Core::Less, [a, b]) => pair(a, b).map(|(x, y)| x.lt(y)),
        (Core::LessOrEqual, [a, b]) => pair(a, b).map(|(x, y)| x.lt_eq(y)),
        (Core::Greater, [a, b]) => pair(a, b).map(|(x, y)| x.gt(y)),
        (Core::GreaterOrEqual, [a, b]) => pair(a, b).map(|(x, y)| x.gt_eq(y)),
        (Core::Not, [a]) => lower(a).map(PlExpr::not),
        (Core::And, operands) => {
            operands.iter().map(lower).collect::<Option<Vec<_>>>()?.into_iter().reduce(PlExpr::logical_and)
        }
        (Core::Or, operands) => {
            operands.iter().map(lower).collect::<Option<Vec<_>>>()?.into_iter().reduce(PlExpr::logical_or)
        }
        (Core::IsNull, [a]) if a.scalar_type != ScalarType::String => lower(a).map(PlExpr::is_null),
        (Core::If, [condition, then, otherwise]) if then.scalar_type == answer && otherwise.scalar_type == answer => {
            let condition = lower(condition)?.fill_null(lit(false));
            Some(when(condition).then(lower(then)?).otherwise(lower(otherwise)?))
        }
        (Core::Cast(to), [a]) if widens(a.scalar_type, to) => lower(a).map(|e| e.cast(data_type(to))),
        (Core::Bin, [value, size]) => {
            let whole = matches!(value.scalar_type, ScalarType::Long | ScalarType::DateTime | ScalarType::TimeSpan);
            let size = match size.as_literal()? {
                Value::Long(n) if value.scalar_type == ScalarType::Long => *n,
                Value::TimeSpan(n) if value.scalar_type != ScalarType::Long => *n,
                _ => return None,
            };
            // The value is named twice below: a bin inside a bin inside a bin would be named eight times.
            if !whole || size <= 0 || value.scalar_type != answer || bins(value) {
                return None;
            }
            let value = lower(value)?;
            // Polars' remainder of whole numbers has the divisor's sign, so this floors.
            Some(value.clone() - value % lit(size))
        }
        (Core::Add | Core::Subtract, [a, b])
            if a.scalar_type == ScalarType::Real && b.scalar_type == ScalarType::Real =>
        {
            let (x, y) = (lower(a)?, lower(b)?);
            Some(if core == Core::Add { x + y } else { x - y })
        }
        (Core::Add | Core::Subtract, [a, b])
            if answer == ScalarType::Long && a.scalar_type.is_integer() && b.scalar_type.is_integer() =>
        {
            let long = |e: &Expr| {
                lower(e).map(|x| if e.scalar_type == ScalarType::Int { x.cast(data_type(ScalarType::Long)) } else { x })
            };
            let (x, y) = (long(a)?, long(b)?);
            Some(if core == Core::Add { x + y } else { x - y })
        }
        _ => None,
    }
}

/// Whether an expression rounds anything.
fn bins(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Core(Core::Bin, _)) || expr.operands().iter().any(bins)
}

const fn widens(from: ScalarType, to: ScalarType) -> bool {
    matches!((from, to), (ScalarType::Int, ScalarType::Long | ScalarType::Real) | (ScalarType::Long, ScalarType::Real))
}

/// Two operands of one comparable type, an int widened to meet a long.
fn pair(a: &Expr, b: &Expr) -> Option<(PlExpr, PlExpr)> {
    if !comparable(a.scalar_type) || !comparable(b.scalar_type) {
        return None;
    }
    let long = data_type(ScalarType::Long);
    let (x, y) = (lower(a)?, lower(b)?);
    match (a.scalar_type, b.scalar_type) {
        (s, t) if s == t => Some((x, y)),
        (ScalarType::Int, ScalarType::Long) => Some((x.cast(long), y)),
        (ScalarType::Long, ScalarType::Int) => Some((x, y.cast(long))),
        _ => None,
    }
}
