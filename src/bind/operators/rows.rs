//! `where`, `take`, `sample`, `count`, `getschema`: operators about rows.

use crate::bind::scope::{Binding, Env, Row, Tabular};
use crate::bind::{Bind, Binder, error};
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
        error("KQL111", "invoke calls a function that a let before this defines", call.span)
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

    pub(super) fn get_schema(&self, input: &Tabular) -> Tabular {
        let columns = &input.plan.schema.columns;
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
        Tabular::new(values(table))
    }
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
