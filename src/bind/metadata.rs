//! Calls that ask about the query rather than about values: `assert`, `bin_auto`, `column_names_of`.

use super::scope::{Binding, Env, Row};
use super::{Bind, Binder, error};
use crate::diagnostics::Diagnostic;
use crate::functions::{self, Function};
use crate::ir::Expr;
use crate::syntax::Span;
use crate::syntax::ast::{self, Argument, ExprKind, Name};
use crate::types::{Json, ScalarType, Value};

/// Under which name the environment keeps an option of `set`; no name of a query has a space.
pub(super) fn option_name(option: &str) -> String {
    format!("set {option}")
}

impl Binder<'_> {
    /// What such a call means; `None` when it is none.
    pub(super) fn metadata(
        &self,
        name: &Name,
        arguments: &[Argument],
        row: &Row<'_>,
        env: &Env,
        span: Span,
    ) -> Bind<Option<Expr>> {
        Ok(Some(match (name.text.as_str(), arguments) {
            ("assert", [condition, message]) => {
                let condition = self.scalar(&condition.value, row, env)?;
                let message = self.constant(&message.value, ScalarType::String, env)?;
                match self.fold(condition.cast(ScalarType::Bool)).as_literal() {
                    Some(Value::Bool(true)) => Expr::literal(Value::Bool(true), ScalarType::Bool),
                    Some(_) => {
                        let said = message.as_str().unwrap_or_default();
                        return error("KQL156", format!("assert() has failed with message: '{said}'"), span);
                    }
                    None => {
                        return Err(Box::new(
                            Diagnostic::new("KQL154", "assert() takes a condition that is known before any row", span)
                                .help("keep rows with `| where`, or give a value with iff(…)"),
                        ));
                    }
                }
            }
            ("bin_auto", [value]) => self.bin_auto(&value.value, row, env, span)?,
            ("column_names_of", [table]) => {
                let names = self.tabular(&table.value, env)?.plan.schema.names().into_iter().map(Json::from).collect();
                Expr::literal(Value::dynamic(Json::Array(names)), ScalarType::Dynamic)
            }
            ("estimate_data_size", [Argument { value: ast::Expr { kind: ExprKind::Star, .. }, .. }]) => {
                let columns = row.schema.columns.iter().map(|(n, t)| Expr::column(n, *t)).collect();
                self.kernel("estimate_data_size", columns, span)?
            }
            ("pack_array", [Argument { value: ast::Expr { kind: ExprKind::Star, .. }, .. }]) => {
                let columns = row.schema.columns.iter().map(|(n, t)| Expr::column(n, *t)).collect();
                self.kernel("pack_array", columns, span)?
            }
            _ => return Ok(None),
        }))
    }

    /// A function of the catalogue over arguments that are bound.
    fn kernel(&self, name: &str, arguments: Vec<Expr>, span: Span) -> Bind<Expr> {
        let Some(function) = functions::find(name) else {
            return error("KQL151", format!("{name} is missing"), span);
        };
        let spans = vec![span; arguments.len()];
        self.bound_call(function, name, arguments, &spans, span)
    }

    /// `bin_at` by the options that `set` gave.
    fn bin_auto(&self, value: &ast::Expr, row: &Row<'_>, env: &Env, span: Span) -> Bind<Expr> {
        let option = |name: &str| match env.get(&option_name(name)) {
            Some(Binding::Scalar(expr)) => Some(expr.clone()),
            _ => None,
        };
        let value = self.scalar(value, row, env)?;
        let Some(size) = option("query_bin_auto_size") else {
            return Err(Box::new(
                Diagnostic::new("KQL155", "bin_auto() needs to know the size of a bin", span)
                    .help("begin the query with `set query_bin_auto_size=1h;`"),
            ));
        };
        let fixed = option("query_bin_auto_at").unwrap_or_else(|| {
            let (zero, scalar_type) = match value.scalar_type {
                ScalarType::DateTime => (Value::DateTime(0), ScalarType::DateTime),
                ScalarType::TimeSpan => (Value::TimeSpan(0), ScalarType::TimeSpan),
                _ => (Value::Long(0), ScalarType::Long),
            };
            Expr::literal(zero, scalar_type)
        });
        self.kernel("bin_at", vec![value, size, fixed], span)
    }
}

/// How many arrays `array_sort_asc` and its twin sort side by side: the last argument may be a flag.
pub(super) fn sorted_arrays(function: &Function, arguments: &[Argument]) -> usize {
    if !matches!(function.name, "array_sort_asc" | "array_sort_desc") {
        return 1;
    }
    let flag = matches!(arguments.last().map(|a| &a.value.kind), Some(ExprKind::Literal(Value::Bool(_), _)));
    arguments.len() - usize::from(flag)
}
