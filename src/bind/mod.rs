//! Tree to typed plan: names, scopes, `let`s, overloads and conversions. Whatever KQL means is decided here.

mod aggregates;
mod call;
mod comparison;
mod expression;
mod given;
mod metadata;
mod names;
mod operators;
mod patterns;
mod plugins;
mod scope;
mod statements;
mod tabular;
mod unfolding;

use std::collections::BTreeMap;

use crate::diagnostics::Diagnostic;
use crate::ir::{Context, Core, Expr, ExprKind, Plan, SubqueryAnswer};
use crate::render::Visualization;
use crate::syntax::{Span, ast};
use crate::types::{ScalarType, TICKS_PER_DAY, Table, Value, cast};

pub use plugins::{PLUGINS, Plugin, find_plugin};
pub use scope::{NoTables, Tables};
pub use statements::NO_RESULT;

use scope::{Env, Row, Tabular};

/// A query, bound: one output for every table it gives.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The tables, in the order of the statements.
    pub outputs: Vec<Output>,
}

/// One table a query gives.
#[derive(Clone, Debug)]
pub struct Output {
    /// `PrimaryResult`, or the name `fork` and `as` gave it.
    pub name: String,
    /// How to compute it.
    pub plan: Plan,
    /// How to draw it, when the query says `render`.
    pub visualization: Option<Visualization>,
}

/// Runs a plan while binding, for operators whose columns depend on the data (`pivot`, `bag_unpack`).
pub type Evaluate<'a> = dyn Fn(&Plan) -> Result<Table, String> + 'a;

/// What binding needs to know besides the tree.
pub struct Environment<'a> {
    /// The tables of the logs.
    pub tables: &'a dyn Tables,
    /// The run's clock.
    pub context: Context,
    /// Values for `declare query_parameters`, and for names the query does not define.
    pub parameters: &'a BTreeMap<String, String>,
    /// Half-open ticks of `TimeGenerated` that every table is cut to, as `--timespan` asks.
    pub period: Option<(i64, i64)>,
    /// How to run a plan early; `None` when only checking.
    pub evaluate: Option<&'a Evaluate<'a>>,
}

/// Binds a query.
///
/// # Errors
/// Every mistake found, at most one a statement.
pub fn bind(query: &ast::Query, environment: &Environment<'_>) -> Result<Bound, Vec<Diagnostic>> {
    Binder {
        environment,
        depth: std::cell::Cell::new(0),
        parts: std::cell::Cell::new(0),
        forks: std::cell::RefCell::default(),
        exports: std::cell::RefCell::default(),
        words: &query.words,
        guessed: false.into(),
    }
    .query(query)
}

type Bind<T> = Result<T, Box<Diagnostic>>;

struct Binder<'a> {
    environment: &'a Environment<'a>,
    /// The words of the query, sorted.
    words: &'a [String],
    /// How many calls of the query's own functions are being expanded.
    depth: std::cell::Cell<usize>,
    /// How many parts of expressions and plans were made so far.
    parts: std::cell::Cell<usize>,
    /// The outputs of a `fork` or `facet` met in the statement at hand.
    forks: std::cell::RefCell<Vec<(String, Tabular)>>,
    /// The tables that the statement at hand gives a name for the statements after it.
    exports: std::cell::RefCell<Vec<(String, Tabular)>>,
    /// Whether the query named a column whose type only the data tells.
    guessed: std::cell::Cell<bool>,
}

/// How deep the query's own functions may call one another.
const MAX_CALL_DEPTH: usize = 64;

/// A constant real beyond the whole numbers, made one: Kusto computes constants in .NET, where that gives the least
/// number; over rows it gives the nearest.
fn overflowed(expr: &Expr) -> Option<Value<'static>> {
    let ExprKind::Core(Core::Cast(to), operands) = &expr.kind else { return None };
    let Value::Real(x) = operands.first()?.as_literal()? else { return None };
    match to {
        ScalarType::Long if x.is_finite() && x.abs() >= i64::MAX as f64 => Some(Value::Long(i64::MIN)),
        ScalarType::Int if x.is_finite() && x.abs() > f64::from(i32::MAX) => Some(Value::Int(i32::MIN)),
        _ => None,
    }
}

fn error<T>(code: &'static str, message: impl Into<String>, span: Span) -> Bind<T> {
    Err(Box::new(Diagnostic::new(code, message, span)))
}

impl Binder<'_> {
    /// The expression, computed now when it is made of constants only.
    fn fold(&self, expr: Expr) -> Expr {
        let computed = matches!(expr.kind, ExprKind::Core(..) | ExprKind::Kernel { .. });
        let constant = computed && expr.operands().iter().all(|operand| operand.as_literal().is_some());
        if constant
            && !expr.is_volatile()
            && !expr.has_window()
            && let Some(value) = expr.constant(&self.environment.context)
        {
            let value = overflowed(&expr).unwrap_or(value);
            return Expr::literal(value, expr.scalar_type);
        }
        expr
    }

    /// An expression that must be a constant, of a type.
    fn constant(&self, tree: &ast::Expr, to: ScalarType, env: &Env) -> Bind<Value<'static>> {
        let schema = crate::ir::Schema::default();
        let row = Row { schema: &schema, serialized: false, exists: false };
        let expr = self.scalar(tree, &row, env)?;
        let expr = self.resolve_early(expr);
        let expr = self.fold(expr.cast(to));
        match expr.as_literal() {
            Some(value) => Ok(value.clone()),
            None => error("KQL120", "this must be a constant", tree.span),
        }
    }

    /// Replaces every `toscalar` in an expression by its value, where a constant is needed before the plan runs.
    fn resolve_early(&self, expr: Expr) -> Expr {
        let ExprKind::Subquery(plan, SubqueryAnswer::Scalar) = &expr.kind else {
            return self.fold(expr.map_operands(|operand| self.resolve_early(operand)));
        };
        let value = match self.environment.evaluate {
            Some(evaluate) => evaluate(plan)
                .ok()
                .and_then(|table| table.columns.into_iter().next())
                .and_then(|column| column.values.into_iter().next())
                .unwrap_or(Value::null_of(expr.scalar_type)),
            None => self.any_value(expr.scalar_type),
        };
        Expr::literal(value, expr.scalar_type)
    }

    /// What stands for a value that is not known while a query is only checked.
    fn any_value(&self, scalar_type: ScalarType) -> Value<'static> {
        match scalar_type {
            ScalarType::DateTime => Value::DateTime(self.environment.context.now),
            ScalarType::TimeSpan => Value::TimeSpan(TICKS_PER_DAY),
            other => cast(&Value::Long(1), other).into_owned(),
        }
    }
}
