//! `union`.

use super::columns::wildcard;
use super::join::parameter;
use crate::bind::scope::{Env, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::Diagnostic;
use crate::ir::{Expr, Plan, PlanKind, Schema, free_name};
use crate::syntax::ast::{self, ExprKind, Name, Operator};
use crate::types::{ScalarType, Value};

impl Binder<'_> {
    pub(super) fn union(
        &self,
        operator: &Operator,
        tables: &[ast::Expr],
        input: Option<Tabular>,
        env: &Env,
    ) -> Bind<Tabular> {
        let fuzzy = parameter(operator, "isfuzzy").is_some_and(|(text, _)| text.eq_ignore_ascii_case("true"));
        let inner = match parameter(operator, "kind") {
            None => false,
            Some((text, value)) => match text.as_str() {
                "inner" => true,
                "outer" => false,
                _ => return error("KQL190", format!("a union is inner or outer, not '{text}'"), value.span),
            },
        };
        let source_column =
            parameter(operator, "withsource").or_else(|| parameter(operator, "with_source")).map(|(text, _)| text);
        let mut legs: Vec<Tabular> = input.into_iter().collect();
        for table in tables {
            match &table.kind {
                ExprKind::Wildcard(pattern) => legs.extend(self.matching_tables(&pattern.text, env)?),
                ExprKind::Star => legs.extend(self.matching_tables("*", env)?),
                _ => match self.tabular(table, env) {
                    Ok(leg) => legs.push(leg),
                    // A fuzzy union goes on without the tables that are not there.
                    Err(finding) if fuzzy && finding.code == "KQL110" => {}
                    Err(finding) => return Err(finding),
                },
            }
        }
        if legs.is_empty() {
            return Err(Box::new(
                Diagnostic::new("KQL191", "none of the tables of this union exists", operator.keyword)
                    .help("see what is there with `kqlens tables --logs PATH`"),
            ));
        }
        Ok(Tabular::new(united(legs, inner, source_column)))
    }

    /// The tables and views that a wildcard stands for.
    pub(super) fn matching_tables(&self, pattern: &str, env: &Env) -> Bind<Vec<Tabular>> {
        let mut names: Vec<String> =
            self.environment.tables.names().into_iter().filter(|n| wildcard(pattern, n)).collect();
        names.extend(env.views().into_iter().filter(|n| wildcard(pattern, n)));
        names
            .into_iter()
            .map(|text| {
                let name = Name { text: text.clone(), span: crate::syntax::Span::default() };
                let mut tabular = self.table(&name, env)?;
                tabular.name = Some(text);
                Ok(tabular)
            })
            .collect()
    }
}

/// One table of all legs: columns by name and type in order of first appearance. A name with several types becomes a
/// column for each, called `name_type`.
pub(super) fn united(legs: Vec<Tabular>, inner: bool, source_column: Option<String>) -> Plan {
    let mut columns: Vec<(String, ScalarType)> = Vec::new();
    for leg in &legs {
        for column in &leg.plan.schema.columns {
            if !columns.contains(column) {
                columns.push(column.clone());
            }
        }
    }
    // Columns of one name stand together, where the name appeared first.
    let names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
    columns.sort_by_key(|(name, _)| names.iter().position(|n| n == name));
    if inner {
        columns.retain(|(name, _)| legs.iter().all(|leg| leg.plan.schema.get(name).is_some()));
    }
    // A name of one type stays as it is, so what is made of the others keeps clear of it.
    let ambiguous = |name: &String| columns.iter().filter(|(n, _)| n == name).count() > 1;
    let mut taken: Vec<String> =
        columns.iter().map(|(name, _)| name).filter(|name| !ambiguous(name)).cloned().collect();
    let mut shown: Vec<(String, String, ScalarType)> = Vec::new();
    for (name, scalar_type) in &columns {
        let mut fresh = name.clone();
        if ambiguous(name) {
            fresh = free_name(&format!("{name}_{scalar_type}"), |n| taken.iter().any(|t| t == n));
            taken.push(fresh.clone());
        }
        shown.push((fresh, name.clone(), *scalar_type));
    }
    let mut schema: Schema = shown.iter().map(|(shown, _, t)| (shown.clone(), *t)).collect();
    let source = source_column.map(|wanted| schema.free_name(&wanted));
    if let Some(source) = &source {
        schema.columns.insert(0, (source.clone(), ScalarType::String));
    }
    let plans = legs
        .into_iter()
        .enumerate()
        .map(|(at, leg)| {
            let mut exprs = Vec::new();
            if let Some(source) = &source {
                let name = leg.name.clone().unwrap_or_else(|| format!("union_arg{at}"));
                exprs.push((source.clone(), Expr::literal(Value::string(name), ScalarType::String)));
            }
            for (shown, name, scalar_type) in &shown {
                let value = if leg.plan.schema.get(name) == Some(*scalar_type) {
                    Expr::column(name, *scalar_type)
                } else {
                    Expr::literal(Value::null_of(*scalar_type), *scalar_type)
                };
                exprs.push((shown.clone(), value));
            }
            leg.plan.project(exprs)
        })
        .collect();
    Plan { kind: PlanKind::Union(plans), schema }
}
