//! `summarize`, `distinct`.

use super::columns::no_star;
use crate::bind::aggregates::Aggregates;
use crate::bind::names::Namer;
use crate::bind::scope::{Env, Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::Diagnostic;
use crate::ir::{Aggregate, Expr, Plan, PlanKind};
use crate::syntax::Span;
use crate::syntax::ast::{ExprKind, NamedExpr};
use crate::types::ScalarType;

impl Binder<'_> {
    pub(super) fn summarize(
        &self,
        input: Tabular,
        aggregates: &[NamedExpr],
        keys: &[NamedExpr],
        env: &Env,
    ) -> Bind<Tabular> {
        let mut namer = Namer::default();
        for item in aggregates {
            item.names.iter().for_each(|n| namer.take(&n.text));
        }
        let trees = keys;
        let keys = self.group_keys(&input, trees, env, &mut namer)?;
        let row = Row::of(&input);
        let mut found = Aggregates::default();
        let mut fresh = Namer::new(keys.iter().map(|(n, _)| n.clone()).collect());
        for (tree, (name, _)) in trees.iter().zip(&keys) {
            if !tree.names.is_empty() || matches!(tree.value.kind, ExprKind::Name(_)) {
                fresh.say(name);
            }
        }
        for item in aggregates {
            if !self.contains_aggregate(&item.value, env) {
                return Err(self.no_aggregate(&item.value, &row, env));
            }
            self.aggregate_item(item, &keys, &row, env, &mut fresh, &mut found)?;
        }
        Ok(Tabular::new(grouped(input.plan, keys, found)))
    }

    pub(super) fn group_keys(
        &self,
        input: &Tabular,
        keys: &[NamedExpr],
        env: &Env,
        namer: &mut Namer,
    ) -> Bind<Vec<(String, Expr)>> {
        no_star(keys)?;
        self.told_apart_by(input, keys, env, namer)
    }

    /// What tells rows apart, where a star may stand for all columns.
    fn told_apart_by(
        &self,
        input: &Tabular,
        keys: &[NamedExpr],
        env: &Env,
        namer: &mut Namer,
    ) -> Bind<Vec<(String, Expr)>> {
        let mut hidden = Vec::new();
        let columns = self.named_columns(input, keys, env, namer, &mut hidden)?;
        single(&hidden, keys)?;
        for (at, (_, value)) in columns.iter().enumerate() {
            if value.scalar_type == ScalarType::Dynamic {
                let span = keys.get(at).or(keys.last()).map_or(Span::default(), |k| k.span);
                return error("KQL171", "rows cannot be grouped by a dynamic: convert it, e.g. tostring(…)", span);
            }
        }
        Ok(columns)
    }

    pub(super) fn distinct(&self, input: Tabular, items: &[NamedExpr], env: &Env) -> Bind<Tabular> {
        let keys = self.told_apart_by(&input, items, env, &mut Namer::default())?;
        Ok(Tabular::new(grouped(input.plan, keys, Aggregates::default())))
    }
}

/// Rows are grouped by single values only.
fn single(hidden: &[(String, Expr)], items: &[NamedExpr]) -> Bind<()> {
    let span = items.first().map_or(Span::default(), |item| item.span);
    if hidden.is_empty() {
        return Ok(());
    }
    let finding = Diagnostic::new("KQL172", "rows cannot be grouped by a function of several columns", span);
    Err(Box::new(finding.help("put it into an `extend` before, and group by its columns")))
}

/// The groups of a plan with columns made of their aggregates.
pub(in crate::bind) fn grouped(input: Plan, keys: Vec<(String, Expr)>, aggregates: Aggregates) -> Plan {
    let mut columns: Vec<(String, Expr)> =
        keys.iter().map(|(n, e)| (n.clone(), Expr::column(n, e.scalar_type))).collect();
    columns.extend(aggregates.columns);
    let schema = keys
        .iter()
        .map(|(n, e)| (n.clone(), e.scalar_type))
        .chain(aggregates.calls.iter().map(|c| (c.name.clone(), c.scalar_type)))
        .collect();
    let aggregate = Aggregate { input: Box::new(input), keys, calls: aggregates.calls };
    Plan { kind: PlanKind::Aggregate(aggregate), schema }.project(columns)
}
