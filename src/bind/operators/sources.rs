//! `print`, `datatable`, `range`: operators that are tables themselves.

use super::rows::values;
use crate::bind::names::Namer;
use crate::bind::scope::{Env, Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::Diagnostic;
use crate::ir::{Plan, PlanKind, Schema};
use crate::syntax::ast::{ColumnDeclaration, Expr, Name, NamedExpr, Operator, OperatorKind};
use crate::types::{Column, ScalarType, Table, Value};

impl Binder<'_> {
    /// The table of an operator that needs none before it; `None` for all others.
    pub(super) fn source_operator(&self, operator: &Operator, env: &Env) -> Bind<Option<Tabular>> {
        Ok(Some(match &operator.kind {
            OperatorKind::Print(items) => self.print(items, env)?,
            OperatorKind::DataTable { columns, values } => self.datatable(columns, values, operator, env)?,
            OperatorKind::Range { name, from, to, step } => self.range(name, from, to, step, env)?,
            OperatorKind::ExternalData { columns, uris, properties } => {
                self.external_data(columns, uris, properties, operator.keyword, env)?
            }
            _ => return Ok(None),
        }))
    }

    /// `print`: one row; a column without a name is `print_N` by its place.
    fn print(&self, items: &[NamedExpr], env: &Env) -> Bind<Tabular> {
        let one = Plan {
            kind: PlanKind::Values(std::sync::Arc::new(Table { columns: Vec::new(), rows: 1 })),
            schema: Schema::default(),
        };
        let schema = Schema::default();
        let row = Row { schema: &schema, serialized: true, exists: false };
        let mut namer = Namer::default();
        let mut columns = Vec::new();
        let mut hidden = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let mut values = self.columns_of(item, &row, env, &mut hidden)?;
            let several = values.len();
            if !item.names.is_empty() {
                values.truncate(item.names.len());
            }
            for (place, value) in values {
                let name = match item.names.get(place) {
                    Some(name) => namer.given(name)?,
                    None if several > 1 => self.item_name(item, place, several, env, &mut namer),
                    None => namer.unique(&format!("print_{at}")),
                };
                columns.push((name, value));
            }
        }
        let one = super::columns::with_hidden(one, hidden);
        Ok(Tabular { plan: one.project(columns), serialized: true, name: None })
    }

    fn datatable(
        &self,
        columns: &[ColumnDeclaration],
        cells: &[Expr],
        operator: &Operator,
        env: &Env,
    ) -> Bind<Tabular> {
        let width = columns.len();
        if width == 0 || !cells.len().is_multiple_of(width) {
            let message = format!("{} values do not fill rows of {width} column(s)", cells.len());
            return error("KQL122", message, operator.span);
        }
        let mut table = Table { rows: cells.len() / width, columns: Vec::new() };
        for (at, column) in columns.iter().enumerate() {
            if table.columns.iter().any(|c| c.name == column.name.text) {
                return error(
                    "KQL123",
                    format!("the column '{}' is declared twice", column.name.text),
                    column.name.span,
                );
            }
            let values = cells
                .iter()
                .skip(at)
                .step_by(width)
                .map(|cell| self.constant(cell, column.scalar_type, env))
                .collect::<Bind<_>>()?;
            table.columns.push(Column { name: column.name.text.clone(), scalar_type: column.scalar_type, values });
        }
        Ok(Tabular::new(values(table)))
    }

    fn range(&self, name: &Name, from: &Expr, to: &Expr, step: &Expr, env: &Env) -> Bind<Tabular> {
        let schema = Schema::default();
        let row = Row { schema: &schema, serialized: false, exists: false };
        let bind = |e: &Expr| self.scalar(e, &row, env).map(|e| self.fold(self.resolve_early(e)));
        let (start, end, pace) = (bind(from)?, bind(to)?, bind(step)?);
        use ScalarType::{DateTime, Decimal, Int, Long, Real, TimeSpan};
        let scalar_type = match (start.scalar_type, end.scalar_type, pace.scalar_type) {
            (DateTime, DateTime, TimeSpan) => DateTime,
            (TimeSpan, TimeSpan, TimeSpan) => TimeSpan,
            (Int, Int, Int) => Int,
            (a, b, c) if [a, b, c].iter().all(|t| t.is_integer()) => Long,
            (a, b, c) if [a, b, c].contains(&Decimal) && [a, b, c].iter().all(|t| t.is_numeric()) => Decimal,
            (a, b, c) if [a, b, c].iter().all(|t| t.is_numeric()) => Real,
            (a, b, c) => {
                return Err(Box::new(
                    Diagnostic::new(
                        "KQL124",
                        format!("a range cannot go from {a} to {b} by {c}"),
                        from.span.to(step.span),
                    )
                    .help("use numbers throughout, or datetimes with a timespan step"),
                ));
            }
        };
        let step_type = if scalar_type == DateTime { TimeSpan } else { scalar_type };
        let from = self.constant(from, scalar_type, env)?;
        let to = self.constant(to, scalar_type, env)?;
        let at = step.span;
        let step = self.constant(step, step_type, env)?;
        if is_zero(&step) {
            let finding = Diagnostic::new("KQL228", "a step of zero gets nowhere", at);
            return Err(Box::new(finding.help("write a step above or below zero")));
        }
        let schema = Schema { columns: vec![(name.text.clone(), scalar_type)] };
        Ok(Tabular { plan: Plan { kind: PlanKind::Range(from, to, step), schema }, serialized: true, name: None })
    }
}

fn is_zero(value: &Value<'_>) -> bool {
    match value {
        Value::Int(n) => *n == 0,
        Value::Long(n) | Value::TimeSpan(n) => *n == 0,
        Value::Real(x) => *x == 0.0,
        Value::Decimal(x) => x.is_zero(),
        _ => false,
    }
}
