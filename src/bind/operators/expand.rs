//! `mv-expand`, `mv-apply`.

use super::join::parameter;
use crate::bind::scope::{Env, Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::ir::{Expand, Expr, Plan, PlanKind, Schema};
use crate::syntax::ast::{self, ExpandColumn, Operator};
use crate::types::ScalarType;

/// The most rows that `mvexpand`, in its legacy spelling, makes of one.
const LEGACY_LIMIT: u64 = 128;

impl Binder<'_> {
    pub(super) fn mv_expand(
        &self,
        operator: &Operator,
        input: Tabular,
        columns: &[ExpandColumn],
        limit: Option<&ast::Expr>,
        legacy: bool,
        env: &Env,
    ) -> Bind<Tabular> {
        let plan = self.expanded(operator, &input, columns, limit, legacy, env)?;
        Ok(Tabular { plan, serialized: input.serialized, name: None })
    }

    fn expanded(
        &self,
        operator: &Operator,
        input: &Tabular,
        columns: &[ExpandColumn],
        limit: Option<&ast::Expr>,
        legacy: bool,
        env: &Env,
    ) -> Bind<Plan> {
        let row = Row::of(input);
        let limit = match limit {
            Some(expr) => self.constant(expr, ScalarType::Long, env)?.as_i64().and_then(|n| u64::try_from(n).ok()),
            None => legacy.then_some(LEGACY_LIMIT),
        };
        let bags_as_arrays = match parameter(operator, "kind").or_else(|| parameter(operator, "bagexpansion")) {
            None => false,
            Some((text, value)) => match text.as_str() {
                "array" => true,
                "bag" => false,
                _ => return error("KQL201", format!("bags are expanded as bag or array, not '{text}'"), value.span),
            },
        };
        let mut exprs = input.plan.all_columns();
        let mut expanded = Vec::new();
        for column in columns {
            let value = self.scalar(&column.value.value, &row, env)?;
            if value.scalar_type != ScalarType::Dynamic {
                return error(
                    "KQL200",
                    format!("only a dynamic can be expanded, and this is of type {}", value.scalar_type),
                    column.value.span,
                );
            }
            let own = self.own_name(&column.value.value, env);
            let name = match column.value.names.first() {
                Some(name) => name.text.clone(),
                None => own.unwrap_or_else(|| {
                    Schema { columns: exprs.iter().map(|(n, e)| (n.clone(), e.scalar_type)).collect() }
                        .free_name("Column1")
                }),
            };
            if expanded.iter().any(|(n, _)| *n == name) {
                return error("KQL123", format!("two columns would be named '{name}'"), column.value.span);
            }
            match exprs.iter_mut().find(|(n, _)| *n == name) {
                Some(existing) => existing.1 = value,
                None => exprs.push((name.clone(), value)),
            }
            expanded.push((name, column.to.unwrap_or(ScalarType::Dynamic)));
        }
        let base = input.plan.clone().project(exprs);
        let index = parameter(operator, "with_itemindex").map(|(text, _)| text);
        let mut schema: Schema = base
            .schema
            .columns
            .iter()
            .map(|(n, t)| (n.clone(), expanded.iter().find(|(e, _)| e == n).map_or(*t, |(_, to)| *to)))
            .collect();
        let index = index.map(|wanted| schema.free_name(&wanted));
        if let Some(index) = &index {
            schema.columns.push((index.clone(), ScalarType::Long));
        }
        let expand = Expand { input: Box::new(base), columns: expanded, bags_as_arrays, index, limit };
        Ok(Plan { kind: PlanKind::Expand(expand), schema })
    }

    /// `mv-apply`: each row is expanded, the body runs over its elements, and its rows are joined back to the row.
    pub(super) fn mv_apply(
        &self,
        operator: &Operator,
        input: Tabular,
        columns: &[ExpandColumn],
        limit: Option<&ast::Expr>,
        body: &ast::Pipeline,
        env: &Env,
    ) -> Bind<Tabular> {
        const ROW: &str = "$row";
        let numbered = numbered(input.plan.clone(), ROW);
        let source = Tabular { plan: numbered, serialized: input.serialized, name: None };
        let expanded = self.expanded(operator, &source, columns, limit, false, env)?;
        // The body sees the columns of the row and its elements.
        let part = Plan { kind: PlanKind::Part, schema: expanded.schema.clone() };
        let visible: Vec<(String, Expr)> = part.all_columns().into_iter().filter(|(n, _)| n != ROW).collect();
        let inside = Tabular { plan: part.project(visible), serialized: true, name: None };
        let answer = self.pipeline(body, Some(inside), env)?;
        let body_schema = answer.plan.schema.clone();
        let mut keyed: Schema = Schema { columns: vec![(ROW.to_owned(), ScalarType::Long)] };
        // Columns of the outer row that the body passes through are not doubled.
        let outer: Vec<(String, ScalarType)> = input.plan.schema.columns.clone();
        let names: Vec<String> = columns
            .iter()
            .filter_map(|c| {
                c.value.names.first().map(|n| n.text.clone()).or_else(|| self.own_name(&c.value.value, env))
            })
            .collect();
        keyed.columns.extend(body_schema.columns.iter().cloned());
        let for_each = Plan {
            kind: PlanKind::ForEach {
                input: Box::new(expanded),
                keys: vec![ROW.to_owned()],
                body: Box::new(answer.plan),
            },
            schema: keyed,
        };
        // What the row gives: its columns but the expanded ones and those the body gives.
        let kept: Vec<(String, ScalarType)> =
            outer.into_iter().filter(|(n, _)| !names.contains(n) && body_schema.get(n).is_none()).collect();
        let left = numbered_columns(&source.plan, ROW, &kept);
        let join_kind = crate::ir::JoinKind::Inner;
        let mut right_columns = vec![("$part".to_owned(), Expr::column(ROW, ScalarType::Long))];
        right_columns.extend(body_schema.columns.iter().map(|(n, t)| (n.clone(), Expr::column(n, *t))));
        let right = for_each.project(right_columns);
        let schema: Schema = left.schema.columns.iter().chain(&right.schema.columns).cloned().collect();
        // Order of the answer: as the row has its columns, then what was expanded and what is new.
        let mut order: Vec<(String, ScalarType)> = Vec::new();
        for (name, t) in &input.plan.schema.columns {
            if names.contains(name) {
                continue;
            }
            if let Some(body_type) = body_schema.get(name) {
                order.push((name.clone(), body_type));
            } else if kept.iter().any(|(n, _)| n == name) {
                order.push((name.clone(), *t));
            }
        }
        let further = |name: &String| names.contains(name) || input.plan.schema.get(name).is_none();
        order.extend(body_schema.columns.iter().filter(|(n, _)| further(n)).cloned());
        let join = crate::ir::Join {
            left: Box::new(left),
            right: Box::new(right),
            kind: join_kind,
            on: vec![(ROW.to_owned(), "$part".to_owned())],
        };
        let plan = Plan { kind: PlanKind::Join(join), schema };
        let plan = plan.project(order.into_iter().map(|(n, t)| (n.clone(), Expr::column(n, t))).collect());
        Ok(Tabular { plan, serialized: input.serialized, name: None })
    }
}

/// The rows with their number in a column of this name, from 0.
pub(super) fn numbered(input: Plan, name: &str) -> Plan {
    let mut columns = input.all_columns();
    let kind = crate::ir::ExprKind::Window {
        name: "row_number",
        kernel: |_, _, rows| (0..rows as i64).map(crate::types::Value::Long).collect(),
        arguments: Vec::new(),
    };
    columns.push((name.to_owned(), Expr { kind, scalar_type: ScalarType::Long }));
    input.project(columns)
}

fn numbered_columns(plan: &Plan, number: &str, kept: &[(String, ScalarType)]) -> Plan {
    let mut columns = vec![(number.to_owned(), Expr::column(number, ScalarType::Long))];
    columns.extend(kept.iter().map(|(n, t)| (n.clone(), Expr::column(n, *t))));
    plan.clone().project(columns)
}
