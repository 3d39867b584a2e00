//! `where`, `take`, `sample`, `count`, `getschema`: operators about rows.

use crate::bind::operators::join::parameter;
use crate::bind::scope::{Binding, Env, Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::Diagnostic;
use crate::ir::{
    Aggregate, AggregateCall, AggregateKind, CoreAggregate, Expr, ExprKind, Join, JoinKind, Plan, PlanKind, Schema,
};
use crate::syntax::ast;
use crate::types::{Column, ScalarType, Table, Value};
use std::sync::Arc;

impl Binder<'_> {
    pub(super) fn filter(&self, input: Tabular, predicate: &ast::Expr, env: &Env) -> Bind<Tabular> {
        let predicate = self.predicate(predicate, &Row::of(&input), env)?;
        // The order and the name stay.
        Ok(Tabular { plan: before_unique(input.plan, predicate), ..input })
    }

    pub(super) fn take(&self, input: Tabular, count: &ast::Expr, env: &Env) -> Bind<Tabular> {
        let schema = Schema::default();
        let row = Row { schema: &schema, serialized: false, exists: false };
        let given = self.scalar(count, &row, env)?.scalar_type;
        if !given.is_integer() {
            return error(
                "KQL121",
                format!("a number of rows is expected here, and this is of type {given}"),
                count.span,
            );
        }
        let Some(rows) = self.constant(count, ScalarType::Long, env)?.as_i64() else {
            return error("KQL121", "a number of rows is expected here", count.span);
        };
        self.take_rows(input, u64::try_from(rows).unwrap_or(0))
    }

    pub(in crate::bind) fn take_rows(&self, input: Tabular, rows: u64) -> Bind<Tabular> {
        let schema = input.plan.schema.clone();
        Ok(Tabular { plan: Plan { kind: PlanKind::Take(Box::new(input.plan), rows), schema }, ..input })
    }

    pub(super) fn sample_distinct(
        &self,
        input: Tabular,
        count: &ast::Expr,
        of: &ast::Expr,
        env: &Env,
    ) -> Bind<Tabular> {
        if !matches!(of.kind, ast::ExprKind::Name(_)) {
            return Err(Box::new(
                Diagnostic::new("KQL214", "a column's name is expected here", of.span)
                    .help("compute the column first: `| extend x = … | sample-distinct 10 of x`"),
            ));
        }
        let item = ast::NamedExpr { names: Vec::new(), value: of.clone(), span: of.span };
        let distinct = self.distinct(input, &[item], env)?;
        self.take(distinct, count, env)
    }

    /// `T | invoke f(…)`: the function of the query, with the table as its first argument.
    pub(super) fn invoke(&self, input: Tabular, call: &ast::Expr, env: &Env) -> Bind<Tabular> {
        if let ast::ExprKind::Call(name, arguments) = &call.kind
            && let Some(Binding::Function(function)) = env.get(&name.text)
        {
            return self.call_tabular(function, arguments, env, Some(input), call.span);
        }
        error("KQL112", "invoke calls a function that a let before this defines", call.span)
    }

    pub(in crate::bind) fn count(&self, input: Tabular, name: Option<&ast::Name>) -> Bind<Tabular> {
        let name = name.map_or("Count", |name| name.text.as_str());
        let call = AggregateCall {
            name: name.to_owned(),
            function: "count",
            meaning: AggregateKind::Core(CoreAggregate::Count),
            arguments: Vec::new(),
            scalar_type: ScalarType::Long,
        };
        let schema = Schema { columns: vec![(name.to_owned(), ScalarType::Long)] };
        let aggregate = Aggregate { input: Box::new(input.plan), keys: Vec::new(), calls: vec![call] };
        Ok(Tabular::new(Plan { kind: PlanKind::Aggregate(aggregate), schema }))
    }

    /// `sample n`: rows picked by chance, in their order. Chance is the same throughout a run.
    pub(super) fn sample(&self, input: Tabular, count: &ast::Expr, env: &Env) -> Bind<Tabular> {
        let Some(rows) = self.constant(count, ScalarType::Long, env)?.as_i64() else {
            return error("KQL121", "a number of rows is expected here", count.span);
        };
        let wanted = usize::try_from(rows).unwrap_or(0);
        let schema = input.plan.schema.clone();
        let kernel = move |context: &crate::ir::Context, tables: Vec<Table>| {
            let table = tables.into_iter().next().ok_or("sample reads one table")?;
            Ok(table.rows_at(&picked(table.rows, wanted, context.now.cast_unsigned())))
        };
        let plan = Plan::table_kernel("sample", vec![input.plan], schema, kernel);
        Ok(Tabular { plan, serialized: input.serialized, name: input.name })
    }

    pub(super) fn get_schema(&self, operator: &ast::Operator, input: &Tabular) -> Bind<Tabular> {
        let columns = &input.plan.schema.columns;
        match parameter(operator, "kind") {
            None => {}
            Some((text, _)) if text == "csl" => {
                let list: Vec<String> = columns.iter().map(|(name, t)| format!("{name}:{t}")).collect();
                let schema = vec![Value::string(list.join(","))];
                let column = Column { name: "Schema".to_owned(), scalar_type: ScalarType::String, values: schema };
                return Ok(Tabular::new(values(Table { columns: vec![column], rows: 1 })));
            }
            Some((text, value)) => {
                return error("KQL219", format!("a schema is shown as csl, not as '{text}'"), value.span);
            }
        }
        let column = |name: &str, scalar_type, values| Column { name: name.to_owned(), scalar_type, values };
        let text =
            |of: &dyn Fn(&(String, ScalarType)) -> String| columns.iter().map(|c| Value::string(of(c))).collect();
        let table = Table {
            rows: columns.len(),
            columns: vec![
                column("ColumnName", ScalarType::String, text(&|(n, _)| n.clone())),
                column("ColumnOrdinal", ScalarType::Int, (0..columns.len()).map(|n| Value::Int(n as i32)).collect()),
                column("DataType", ScalarType::String, text(&|(_, t)| t.clr_name().to_owned())),
                column("ColumnType", ScalarType::String, text(&|(_, t)| t.name().to_owned())),
            ],
        };
        Ok(Tabular { serialized: true, ..Tabular::new(values(table)) })
    }
}

/// So many places of as many rows, picked by chance and in order: each row stays with the chance that as many as are
/// still wanted come from those that are left.
fn picked(rows: usize, wanted: usize, seed: u64) -> Vec<usize> {
    let mut state = seed;
    let mut missing = wanted.min(rows);
    let stays = |place: &usize| {
        // SplitMix64.
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let chance = (z ^ (z >> 31)) % ((rows - place) as u64);
        let stays = chance < missing as u64;
        missing -= usize::from(stays);
        stays
    };
    (0..rows).filter(stays).collect()
}

/// The filtered plan. Kusto looks for the rows of a condition before `innerunique` keeps one left row of each key, when
/// the condition is about left columns alone; which row is kept, and so the answer, depends on it.
fn before_unique(plan: Plan, predicate: Expr) -> Plan {
    if let PlanKind::Project(input, columns) = &plan.kind
        && let PlanKind::Join(join) = &input.kind
        && join.kind == JoinKind::InnerUnique
        && !predicate.is_volatile()
        && predicate.columns().iter().all(|name| join.left.schema.get(name).is_some())
        && columns.iter().all(|(name, e)| matches!(&e.kind, ExprKind::Column(own) if own == name))
    {
        let left = Box::new((*join.left).clone().filter(predicate));
        let join = Join { left, right: join.right.clone(), kind: join.kind, on: join.on.clone() };
        let schema = input.schema.clone();
        return Plan { kind: PlanKind::Join(join), schema }.project(columns.clone());
    }
    plan.filter(predicate)
}

/// A plan that gives the rows of a table.
pub(in crate::bind) fn values(table: Table) -> Plan {
    let schema = table.columns.iter().map(|c| (c.name.clone(), c.scalar_type)).collect();
    Plan { kind: PlanKind::Values(Arc::new(table)), schema }
}
