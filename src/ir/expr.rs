use super::{Core, Plan, ScalarKernel, WindowKernel, deep};
use crate::types::{ScalarType, Value};

/// A typed expression over the columns of one table.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// The type of its value.
    pub scalar_type: ScalarType,
}

/// The kinds of expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A column of the input, by name; names are unique within a table.
    Column(String),
    /// A constant.
    Literal(Value<'static>),
    /// A core operation.
    Core(Core, Vec<Expr>),
    /// A function of the catalogue.
    Kernel {
        /// Its name, for printing.
        name: &'static str,
        /// What it computes.
        kernel: ScalarKernel,
        /// Whether each row gets a value of its own even from constant arguments.
        volatile: bool,
        /// Its arguments.
        arguments: Vec<Expr>,
    },
    /// A window function over the whole serialized table.
    Window {
        /// Its name, for printing.
        name: &'static str,
        /// What it computes.
        kernel: WindowKernel,
        /// Its arguments.
        arguments: Vec<Expr>,
    },
    /// The answer of another plan, found before this one runs.
    Subquery(Box<Plan>, SubqueryAnswer),
}

/// What an expression takes from the answer of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubqueryAnswer {
    /// The first cell; null over no rows.
    Scalar,
    /// The first column, as a dynamic array.
    List,
}

impl Expr {
    /// A column.
    pub fn column(name: impl Into<String>, scalar_type: ScalarType) -> Self {
        Self { kind: ExprKind::Column(name.into()), scalar_type }
    }

    /// A constant of a type.
    pub fn literal(value: Value<'static>, scalar_type: ScalarType) -> Self {
        Self { kind: ExprKind::Literal(value), scalar_type }
    }

    /// A core operation of a type.
    pub fn core(core: Core, operands: Vec<Expr>, scalar_type: ScalarType) -> Self {
        Self { kind: ExprKind::Core(core, operands), scalar_type }
    }

    /// The expression converted to a type, itself when it has that type already.
    #[must_use]
    pub fn cast(self, to: ScalarType) -> Self {
        if self.scalar_type == to { self } else { Self::core(Core::Cast(to), vec![self], to) }
    }

    /// The value, when this is a constant.
    pub const fn as_literal(&self) -> Option<&Value<'static>> {
        match &self.kind {
            ExprKind::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// The operands of the expression.
    pub fn operands(&self) -> &[Expr] {
        match &self.kind {
            ExprKind::Column(_) | ExprKind::Literal(_) | ExprKind::Subquery(..) => &[],
            ExprKind::Core(_, operands) => operands,
            ExprKind::Kernel { arguments, .. } | ExprKind::Window { arguments, .. } => arguments,
        }
    }

    /// The same expression over other operands: each is handed to `map`, and what that gives takes its place.
    #[must_use]
    pub fn map_operands(self, mut map: impl FnMut(Expr) -> Expr) -> Self {
        match self.try_map_operands(|operand| Ok::<_, std::convert::Infallible>(map(operand))) {
            Ok(expr) => expr,
        }
    }

    /// As [`Expr::map_operands`], where `map` can fail.
    ///
    /// # Errors
    /// The first error of `map`.
    pub fn try_map_operands<E>(self, map: impl FnMut(Expr) -> Result<Expr, E>) -> Result<Self, E> {
        let all = |operands: Vec<Expr>| operands.into_iter().map(map).collect::<Result<Vec<_>, E>>();
        let kind = match self.kind {
            ExprKind::Core(core, operands) => ExprKind::Core(core, all(operands)?),
            ExprKind::Kernel { name, kernel, volatile, arguments } => {
                ExprKind::Kernel { name, kernel, volatile, arguments: all(arguments)? }
            }
            ExprKind::Window { name, kernel, arguments } => {
                ExprKind::Window { name, kernel, arguments: all(arguments)? }
            }
            leaf @ (ExprKind::Column(_) | ExprKind::Literal(_) | ExprKind::Subquery(..)) => leaf,
        };
        Ok(Self { kind, scalar_type: self.scalar_type })
    }

    /// The names of the columns it reads, in order of first use, each once.
    pub fn columns(&self) -> Vec<String> {
        fn visit(expr: &Expr, into: &mut Vec<String>) {
            if let ExprKind::Column(name) = &expr.kind
                && !into.contains(name)
            {
                into.push(name.clone());
            }
            expr.operands().iter().for_each(|operand| visit(operand, into));
        }
        let mut into = Vec::new();
        visit(self, &mut into);
        into
    }

    /// Whether a subquery in it reads rows that it does not make itself.
    pub fn reads(&self) -> bool {
        match &self.kind {
            ExprKind::Subquery(plan, _) => plan.reads(),
            _ => self.operands().iter().any(Self::reads),
        }
    }

    /// Whether a window function occurs in it.
    pub fn has_window(&self) -> bool {
        matches!(self.kind, ExprKind::Window { .. }) || self.operands().iter().any(Expr::has_window)
    }

    /// Whether two evaluations over the same row may differ.
    pub fn is_volatile(&self) -> bool {
        matches!(self.kind, ExprKind::Kernel { volatile: true, .. })
            || deep(|| self.operands().iter().any(Expr::is_volatile))
    }
}
