//! Tree to typed plan: names, scopes, `let`s, overloads and conversions. Whatever KQL means is decided here.

mod aggregates;
mod call;
mod expression;
mod names;
mod operators;
mod plugins;
mod scope;
mod statements;
mod tabular;

use std::collections::BTreeMap;

use crate::diagnostics::Diagnostic;
use crate::ir::{Context, Expr, Plan};
use crate::render::Visualization;
use crate::syntax::{Span, ast};
use crate::types::{ScalarType, Table, Value};

pub use plugins::{PLUGINS, Plugin, find_plugin};
pub use scope::{NoTables, Tables};

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
    /// Values for `declare query_parameters`.
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
    Binder { environment, depth: std::cell::Cell::new(0), forks: std::cell::RefCell::default(), guessed: false.into() }
        .query(query)
}

type Bind<T> = Result<T, Box<Diagnostic>>;

struct Binder<'a> {
    environment: &'a Environment<'a>,
    /// How many calls of the query's own functions are being expanded.
    depth: std::cell::Cell<usize>,
    /// The outputs of a `fork` or `facet` met in the statement at hand.
    forks: std::cell::RefCell<Vec<(String, Tabular)>>,
    /// Whether the operator at hand named a column whose type only the data tells.
    guessed: std::cell::Cell<bool>,
}

/// How deep the query's own functions may call one another.
const MAX_CALL_DEPTH: usize = 64;

fn error<T>(code: &'static str, message: impl Into<String>, span: Span) -> Bind<T> {
    Err(Box::new(Diagnostic::new(code, message, span)))
}

impl Binder<'_> {
    /// The expression, computed now when it is made of constants only.
    fn fold(&self, expr: Expr) -> Expr {
        let constant = !expr.operands().is_empty() && expr.operands().iter().all(|o| o.as_literal().is_some());
        if constant
            && !expr.is_volatile()
            && !expr.has_window()
            && let Some(value) = expr.constant(&self.environment.context)
        {
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

    /// Replaces a `toscalar` by its value where a constant is needed, when plans can be run already.
    fn resolve_early(&self, expr: Expr) -> Expr {
        match (&expr.kind, self.environment.evaluate) {
            (crate::ir::ExprKind::Subquery(plan, crate::ir::SubqueryAnswer::Scalar), Some(evaluate)) => {
                let cell = evaluate(plan)
                    .ok()
                    .and_then(|t| t.columns.into_iter().next())
                    .and_then(|c| c.values.into_iter().next())
                    .unwrap_or(Value::null_of(expr.scalar_type));
                Expr::literal(cell, expr.scalar_type)
            }
            _ => expr,
        }
    }
}
