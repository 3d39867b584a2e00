//! Patterns that many rows share, or by which two sets of rows differ.

mod autocluster;
mod basket;
mod diffpatterns;
mod diffpatterns_text;
mod discrete;

use super::arguments::is_default;
use super::{Arguments, Call, Plugin};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder, error};
use crate::ir::{Context, Expr, Plan, Schema};
use crate::syntax::ast::ExprKind;
use crate::types::{Column, ScalarType, Table, Value};
use discrete::{Discrete, Pattern};

/// The family.
pub(super) const PLUGINS: &[Plugin] =
    &[autocluster::PLUGIN, basket::PLUGIN, diffpatterns::PLUGIN, diffpatterns_text::PLUGIN];

/// The hidden columns of a row's weight and of the set it belongs to.
const WEIGHT: &str = "$weight";
const SET: &str = "$set";

/// The input of a search for patterns.
struct Mining {
    /// The columns looked at, then the weight, then the set.
    source: Plan,
    columns: Vec<(String, ScalarType)>,
    /// What stands where a pattern says nothing, column by column.
    wildcards: Vec<Value<'static>>,
}

impl Mining {
    /// Reads the input with the weight and wildcards that the arguments name. `split` is the column that tells the set.
    fn read(
        binder: &Binder<'_>,
        call: &Call<'_>,
        arguments: &Arguments<'_>,
        input: Tabular,
        split: Option<(String, Expr)>,
    ) -> Bind<Self> {
        let mut left_out: Vec<String> = split.iter().map(|(n, _)| n.clone()).collect();
        let weight = match arguments.unless_default("weight") {
            None => Expr::literal(Value::Real(1.0), ScalarType::Real),
            Some(tree) => {
                let (name, column) = binder.plugin_value(tree, &input, call.env)?;
                if !column.scalar_type.is_numeric() && column.scalar_type != ScalarType::Dynamic {
                    return error("KQL243", format!("a weight is a number, not a {}", column.scalar_type), tree.span);
                }
                left_out.push(name);
                column.cast(ScalarType::Real)
            }
        };
        let columns: Vec<(String, ScalarType)> =
            input.plan.schema.columns.iter().filter(|(n, _)| !left_out.contains(n)).cloned().collect();
        let mut wildcards: Vec<Value<'static>> = columns.iter().map(|(_, t)| Value::null_of(*t)).collect();
        for argument in arguments.rest.iter().filter(|a| !is_default(&a.value)) {
            let ExprKind::Literal(_, of) = &argument.value.kind else {
                return error("KQL120", "a wildcard is a literal", argument.value.span);
            };
            let value = binder.constant(&argument.value, *of, call.env)?;
            for (wildcard, _) in wildcards.iter_mut().zip(&columns).filter(|(_, (_, t))| t == of) {
                *wildcard = value.clone();
            }
        }
        let mut read: Vec<(String, Expr)> = columns.iter().map(|(n, t)| (n.clone(), Expr::column(n, *t))).collect();
        read.push((WEIGHT.to_owned(), weight));
        if let Some((_, set)) = split {
            read.push((SET.to_owned(), set));
        }
        Ok(Self { source: input.plan.project(read), columns, wildcards })
    }

    /// The answer: a row for each pattern found, its number and measures before its values.
    fn answer(
        self,
        name: &str,
        measures: &[(&str, ScalarType)],
        find: impl Fn(&Table) -> (Discrete, Vec<(Pattern, Vec<Value<'static>>)>) + Send + Sync + 'static,
    ) -> Tabular {
        let mut schema = Schema { columns: vec![("SegmentId".to_owned(), ScalarType::Long)] };
        let measures = measures.iter().map(|(n, t)| ((*n).to_owned(), *t));
        for (name, scalar_type) in measures.chain(self.columns.iter().cloned()) {
            let name = schema.free_name(&name);
            schema.columns.push((name, scalar_type));
        }
        let (answer, wildcards) = (schema.clone(), self.wildcards);
        let kernel = move |_: &Context, tables: Vec<Table>| {
            let (discrete, found) = find(&tables.into_iter().next().unwrap_or_default());
            let rows: Vec<Vec<Value<'static>>> = found
                .into_iter()
                .enumerate()
                .map(|(id, (pattern, measures))| {
                    let mut row = vec![Value::Long(id as i64)];
                    row.extend(measures);
                    row.extend(wildcards.iter().enumerate().map(|(at, wildcard)| {
                        let code = pattern.codes.get(at).copied().flatten();
                        code.and_then(|c| discrete.values[at].get(c)).unwrap_or(wildcard).clone()
                    }));
                    row
                })
                .collect();
            let columns = answer.columns.iter().enumerate().map(|(at, (name, scalar_type))| Column {
                name: name.clone(),
                scalar_type: *scalar_type,
                values: rows.iter().map(|row| row[at].clone()).collect(),
            });
            Ok(Table { columns: columns.collect(), rows: rows.len() })
        };
        Tabular::new(Plan::table_kernel(name, vec![self.source], schema, kernel))
    }
}

/// The rows of one set as codes, each with its weight.
fn one_set(table: &Table) -> Discrete {
    let count = table.columns.len().saturating_sub(1);
    Discrete::of(table, 0..count, |row| [weight_of(table, row), 0.0])
}

/// The weight of a row; what is no positive number weighs nothing.
fn weight_of(table: &Table, row: usize) -> f64 {
    let weight = table.column(WEIGHT).and_then(|c| c.values[row].as_f64());
    weight.filter(|w| w.is_finite() && *w > 0.0).unwrap_or(0.0)
}

/// A share in percent with some decimals.
fn percent(part: f64, whole: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    if whole > 0.0 { (part / whole * 100.0 * scale).round() / scale } else { 0.0 }
}

fn count(weight: f64) -> Value<'static> {
    Value::Long(weight.round() as i64)
}
