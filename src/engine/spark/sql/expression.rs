//! Expressions: each form either means exactly what KQL means, or is refused.

use super::{Beyond, LONGEST, Said, Words, literal, quoted, reads_columns, type_name};
use crate::ir::{Core, Expr, ExprKind, deep};
use crate::types::ScalarType;

/// The tallest expression that is sent: servers walk them recursively, and one of them dies of a tall one.
const MAX_HEIGHT: usize = 40;
/// A text this short is of no tall expression.
const SHALLOW: usize = 2 * MAX_HEIGHT;
/// How many conditions stand in a row.
const SIDE_BY_SIDE: usize = 16;

impl Words<'_> {
    /// The expression in SQL.
    pub(super) fn expr(&self, expr: &Expr) -> Said {
        let said = deep(|| self.form(expr))?;
        // Each form below a form has brackets or a name of its own, so a deep one is long as well.
        if said.len() > LONGEST || said.len() > SHALLOW && expr.height() > MAX_HEIGHT {
            return Err(Beyond::new("an expression this long"));
        }
        Ok(said)
    }

    fn form(&self, expr: &Expr) -> Said {
        match &expr.kind {
            ExprKind::Column(name) => match self.names.get(name) {
                Some(name) => Ok(quoted(name)),
                None => Err(Beyond::new(format!("the column '{name}'"))),
            },
            ExprKind::Literal(value) => Ok(literal::literal(value, expr.scalar_type)),
            ExprKind::Window { name, .. } => Err(Beyond::new(format!("{name}()"))),
            ExprKind::Subquery(..) => Err(Beyond::new("a query inside an expression")),
            _ if !reads_columns(expr) && !expr.is_volatile() => match expr.constant(self.context) {
                Some(value) => Ok(literal::literal(&value, expr.scalar_type)),
                None => Err(Beyond::new("a query inside an expression")),
            },
            ExprKind::Core(core, operands) => self.core(expr, *core, operands),
            ExprKind::Kernel { name, arguments, .. } => self.function(name, arguments, expr.scalar_type),
        }
    }

    fn core(&self, expr: &Expr, core: Core, operands: &[Expr]) -> Said {
        let answer = expr.scalar_type;
        match (core, operands) {
            (Core::And, _) => self.chain(operands, " AND "),
            (Core::Or, _) => self.chain(operands, " OR "),
            (Core::Not, [a]) => Ok(format!("(NOT {})", self.boolean(a)?)),
            (Core::IsNull, [a]) if a.scalar_type == ScalarType::String => Ok("false".to_owned()),
            (Core::IsNull, [a]) => Ok(format!("({} IS NULL)", self.expr(a)?)),
            (Core::If, [condition, then, otherwise]) => {
                let condition = self.boolean(condition)?;
                let (then, otherwise) = (self.widened(then, answer)?, self.widened(otherwise, answer)?);
                Ok(format!("CASE WHEN {condition} THEN {then} ELSE {otherwise} END"))
            }
            (Core::Coalesce, _) => self.coalesce(operands, answer),
            (Core::Cast(to), [a]) => self.cast(a, to),
            (Core::Add | Core::Subtract | Core::Multiply | Core::Divide | Core::Modulo, [a, b]) => {
                self.arithmetic(core, answer, a, b)
            }
            (Core::Negate, [a]) => self.negate(a),
            (Core::Bin, [value, size]) => self.bin(value, size, answer),
            (Core::Equal | Core::NotEqual, [a, b]) => self.equality(core == Core::Equal, a, b),
            (Core::Less, [a, b]) => self.order("<", a, b),
            (Core::LessOrEqual, [a, b]) => self.order("<=", a, b),
            (Core::Greater, [a, b]) => self.order(">", a, b),
            (Core::GreaterOrEqual, [a, b]) => self.order(">=", a, b),
            (Core::In, [needle, candidates @ ..]) => self.among(needle, candidates),
            (Core::InIgnoreCase, [needle, candidates @ ..]) => self.among_any_case(needle, candidates),
            (Core::Member, _) => self.part(expr),
            (_, [source, needles @ ..]) => self.matching(core, source, needles),
            _ => Err(Beyond::new(format!("`{}`", core.name()))),
        }
    }

    /// Conditions, in brackets by twos: servers read a chain as deep as it is long.
    fn chain(&self, operands: &[Expr], between: &str) -> Said {
        let mut parts = operands.iter().map(|o| self.boolean(o)).collect::<Result<Vec<_>, _>>()?;
        while parts.len() > SIDE_BY_SIDE {
            parts = parts.chunks(2).map(|pair| format!("({})", pair.join(between))).collect();
        }
        Ok(format!("({})", parts.join(between)))
    }

    /// A condition.
    pub(super) fn boolean(&self, expr: &Expr) -> Said {
        if expr.scalar_type == ScalarType::Bool {
            self.expr(expr)
        } else {
            Err(Beyond::new(format!("a {} as a condition", expr.scalar_type)))
        }
    }

    /// The expression as a value of a type that holds all of its values.
    pub(super) fn widened(&self, expr: &Expr, to: ScalarType) -> Said {
        let said = self.expr(expr)?;
        match (expr.scalar_type, to) {
            (from, to) if from == to => Ok(said),
            (ScalarType::Int, ScalarType::Long | ScalarType::Real) | (ScalarType::Long, ScalarType::Real) => {
                Ok(format!("CAST({said} AS {})", type_name(to)))
            }
            (from, to) => Err(Beyond::new(format!("a {from} where a {to} is due"))),
        }
    }

    /// The first that is not null; of strings, not empty.
    fn coalesce(&self, operands: &[Expr], answer: ScalarType) -> Said {
        let said = operands.iter().map(|o| self.widened(o, answer)).collect::<Result<Vec<_>, _>>()?;
        match answer {
            ScalarType::String => {
                let parts: Vec<String> = said.iter().map(|s| format!("nullif({s}, '')")).collect();
                Ok(format!("coalesce({}, '')", parts.join(", ")))
            }
            ScalarType::Dynamic => Err(Beyond::new("coalesce() of dynamic values")),
            _ => Ok(format!("coalesce({})", said.join(", "))),
        }
    }
}
