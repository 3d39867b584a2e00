//! Statements: `let`, `set`, `declare query_parameters`, and tabular expressions.

use super::metadata::option_name;
use super::operators::{is_graph, not_a_table};
use super::scope::{Binding, Env, Function, Pattern, Row};
use super::{Bind, Binder, Bound, Output, error};
use crate::diagnostics::Diagnostic;
use crate::ir::{Expr, Schema};
use crate::render::Visualization;
use crate::syntax::ast::{self, ExprKind, LetValue, OperatorKind, ParameterType, Statement};
use crate::syntax::limits::MAX_FINDINGS;
use crate::types::{Value, cast};
use std::rc::Rc;

/// The code of the finding that a text has definitions only.
pub const NO_RESULT: &str = "KQL100";

impl Binder<'_> {
    pub(super) fn query(&self, query: &ast::Query) -> Result<Bound, Vec<Diagnostic>> {
        if let Some(finding) = defined_twice(&query.statements) {
            return Err(vec![finding]);
        }
        let mut env = self.given();
        let mut outputs = Vec::new();
        let mut findings = Vec::new();
        for (at, statement) in query.statements.iter().enumerate() {
            let before = outputs.len();
            let answer = self.statement(statement, &env, &mut outputs);
            // Tables that `graph-to-table` only names are shown by the statements that use them.
            if names_tables(statement) && query.statements.len() > at + 1 {
                outputs.truncate(before);
            }
            match answer {
                Ok(next) => env = next,
                Err(finding) => {
                    findings.push(*finding);
                    // After a broken definition every use of it would be reported as well.
                    let defines =
                        matches!(statement, Statement::Let(_) | Statement::QueryParameters(_) | Statement::Pattern(_));
                    if defines || findings.len() >= MAX_FINDINGS {
                        break;
                    }
                }
            }
        }
        if findings.is_empty() && outputs.is_empty() {
            let text = "the query has no tabular expression, so it gives no result";
            findings.push(
                Diagnostic::new(NO_RESULT, text, last_let(query).map_or((0, 0), Into::into))
                    .help("end it with a table, e.g. `ApiManagementGatewayLogs | take 10`"),
            );
        }
        if findings.is_empty() { Ok(Bound { outputs }) } else { Err(findings) }
    }

    fn statement(&self, statement: &Statement, env: &Env, outputs: &mut Vec<Output>) -> Bind<Env> {
        match statement {
            Statement::Let(definition) => self.definition(definition, env),
            Statement::Set { name, value } => match value {
                Some(value) if name.text.starts_with("query_bin_auto_") => {
                    let schema = Schema::default();
                    let row = Row { schema: &schema, serialized: false, exists: false };
                    let value = self.scalar(value, &row, env)?;
                    Ok(env.with(&option_name(&name.text), Binding::Scalar(value)))
                }
                _ => Ok(env.clone()),
            },
            Statement::Pattern(tree) => {
                let pattern = Pattern { tree: tree.clone(), env: env.clone() };
                Ok(env.with(&tree.name.text, Binding::Pattern(Rc::new(pattern))))
            }
            Statement::QueryParameters(parameters) => self.query_parameters(parameters, env),
            Statement::Tabular(expr) => {
                self.forks.borrow_mut().clear();
                self.exports.borrow_mut().clear();
                let visualization = visualization(expr);
                let tabular = self.tabular(expr, env)?;
                if is_graph(&tabular) {
                    return Err(not_a_table(expr.span));
                }
                let forks = std::mem::take(&mut *self.forks.borrow_mut());
                let exports = std::mem::take(&mut *self.exports.borrow_mut());
                if forks.is_empty() {
                    let name = match outputs.len() {
                        0 => "PrimaryResult".to_owned(),
                        n => format!("PrimaryResult_{n}"),
                    };
                    outputs.push(Output { name, plan: tabular.plan, visualization });
                } else {
                    for (name, tabular) in forks {
                        outputs.push(Output { name, plan: tabular.plan, visualization: None });
                    }
                }
                Ok(exports.into_iter().fold(env.clone(), |env, (name, table)| env.with(&name, Binding::Table(table))))
            }
            Statement::Unsupported { what } => error(
                "KQL102",
                format!("the statement '{}' needs a cluster, which files do not have", what.text),
                what.span,
            ),
        }
    }

    /// `let name = …`: a function, a table or a scalar, told by what the right side turns out to be.
    pub(super) fn definition(&self, definition: &ast::Let, env: &Env) -> Bind<Env> {
        let name = &definition.name.text;
        match &definition.value {
            LetValue::Function(tree) => {
                tables_first(&tree.parameters)?;
                let function = Function { tree: tree.clone(), env: env.clone() };
                Ok(env.with_view(name, Binding::Function(Rc::new(function)), tree.view))
            }
            LetValue::Expr(expr) => {
                if self.is_tabular(expr, env) {
                    let tabular = self.tabular(expr, env)?;
                    return Ok(env.with(name, Binding::Table(tabular)));
                }
                // A function under another name.
                if let ExprKind::Name(other) = &expr.kind
                    && let Some(binding) = env.get(&other.text)
                {
                    return Ok(env.with(name, binding.clone()));
                }
                let schema = Schema::default();
                let row = Row { schema: &schema, serialized: false, exists: false };
                let value = self.scalar(expr, &row, env)?;
                Ok(env.with(name, Binding::Scalar(value)))
            }
        }
    }

    fn query_parameters(&self, parameters: &[ast::Parameter], env: &Env) -> Bind<Env> {
        let mut env = env.clone();
        for parameter in parameters {
            let name = &parameter.name.text;
            let ParameterType::Scalar(scalar_type) = parameter.parameter_type else {
                return error("KQL103", format!("the query parameter '{name}' must be a scalar"), parameter.name.span);
            };
            let given = self.environment.parameters.get(name);
            let value = match (given, &parameter.default) {
                (Some(text), _) => {
                    let value = cast(&Value::str(text), scalar_type).into_owned();
                    if value.is_null() && !text.is_empty() {
                        let message =
                            format!("'{text}' is no {scalar_type}, which the parameter '{name}' is declared as");
                        return error("KQL104", message, parameter.name.span);
                    }
                    value
                }
                (None, Some(default)) => self.constant(default, scalar_type, &env)?,
                (None, None) => {
                    return Err(Box::new(
                        Diagnostic::new(
                            "KQL105",
                            format!("the query parameter '{name}' has no value"),
                            parameter.name.span,
                        )
                        .help(format!("give one with --param {name}=…")),
                    ));
                }
            };
            env = env.with(name, Binding::Scalar(Expr::literal(value, scalar_type)));
        }
        Ok(env)
    }

    /// The body of a function: its `let`s, then its expression.
    pub(super) fn body<'b>(&self, tree: &'b ast::Function, mut env: Env) -> Bind<(Option<&'b ast::Expr>, Env)> {
        let mut answer = None;
        for statement in &tree.body {
            match statement {
                Statement::Let(definition) => env = self.definition(definition, &env)?,
                Statement::Tabular(expr) => answer = Some(expr),
                _ => {}
            }
        }
        Ok((answer, env))
    }
}

/// Whether a statement ends in a `graph-to-table` of two names.
fn names_tables(statement: &Statement) -> bool {
    let Statement::Tabular(ast::Expr { kind: ExprKind::Pipeline(pipeline), .. }) = statement else { return false };
    let last = pipeline.operators.last().map(|o| &o.kind);
    matches!(last, Some(OperatorKind::GraphToTable(outputs)) if outputs.len() > 1)
}

/// Where the last definition stands, when a query is nothing else.
fn last_let(query: &ast::Query) -> Option<crate::syntax::Span> {
    match query.statements.last() {
        Some(Statement::Let(definition)) => Some(definition.name.span),
        _ => None,
    }
}

/// The finding that two `let`s define one name.
fn defined_twice(statements: &[Statement]) -> Option<Diagnostic> {
    let mut defined = std::collections::HashSet::new();
    statements.iter().find_map(|statement| match statement {
        Statement::Let(definition) if !defined.insert(&definition.name.text) => {
            let name = &definition.name;
            let message = format!("'{}' is defined already", name.text);
            Some(Diagnostic::new("KQL107", message, name.span).help("give this one another name"))
        }
        _ => None,
    })
}

/// A function's tables stand before its scalars.
fn tables_first(parameters: &[ast::Parameter]) -> Bind<()> {
    let scalar = |p: &ast::Parameter| matches!(p.parameter_type, ParameterType::Scalar(_));
    match parameters.iter().skip_while(|p| !scalar(p)).find(|p| !scalar(p)) {
        Some(late) => {
            error("KQL108", format!("the table '{}' must stand before the scalars", late.name.text), late.name.span)
        }
        None => Ok(()),
    }
}

/// The `render` at the end of a tabular expression.
fn visualization(expr: &ast::Expr) -> Option<Visualization> {
    let ExprKind::Pipeline(pipeline) = &expr.kind else { return None };
    match pipeline.operators.last().map(|o| &o.kind) {
        Some(OperatorKind::Render { kind, properties }) => Some(Visualization {
            kind: kind.text.clone(),
            properties: properties
                .iter()
                .map(|(name, values)| {
                    let values: Vec<&str> = values.iter().map(|v| v.text.as_str()).collect();
                    (name.text.to_lowercase(), values.join(","))
                })
                .collect(),
        }),
        None => pipeline.source.as_ref().and_then(visualization),
        _ => None,
    }
}
