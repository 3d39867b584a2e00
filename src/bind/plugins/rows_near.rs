//! `rows_near`: rows around those for which a condition is true.

use super::{Arguments, Call, Meaning, Plugin};
use crate::bind::scope::{Row, Tabular};
use crate::bind::{Bind, Binder};
use crate::ir::{Expr, Plan};
use crate::types::{ScalarType, Table, Value};

pub(super) const PLUGIN: Plugin = Plugin {
    name: "rows_near",
    signature: "(condition, rows, [rows_after])",
    doc: "The rows for which a condition is true, with some rows before and after each. `rows_after` tells how many \
          come after when it is not the same number.",
    examples: &[
        ("range x from 1 to 9 step 1 | evaluate rows_near(x == 5, 1)", "4; 5; 6"),
        ("range x from 1 to 9 step 1 | evaluate rows_near(x == 8, 1, 4)", "7; 8; 9"),
    ],
    meaning: Meaning::Table(rows_near),
};

/// The hidden column of the condition.
const NEAR: &str = "$near";

fn rows_near(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let condition = binder.predicate(arguments.required("condition")?, &Row::of(&input), call.env)?;
    let before = binder.plugin_number("rows", arguments)?.unwrap_or(0);
    let after = binder.plugin_number("rows_after", arguments)?.unwrap_or(before);
    let (before, after) = (usize::try_from(before).unwrap_or(0), usize::try_from(after).unwrap_or(0));
    let mut columns = input.plan.all_columns();
    columns.push((NEAR.to_owned(), condition));
    let shown = input.plan.all_columns();
    let source = input.plan.project(columns);
    let schema = source.schema.clone();
    let kernel = move |_: &crate::ir::Context, tables: Vec<Table>| {
        let mut table = tables.into_iter().next().unwrap_or_default();
        let hits = table.column(NEAR).map(|c| c.values.clone()).unwrap_or_default();
        let near = near(&hits, before, after);
        if let Some(column) = table.columns.iter_mut().find(|c| c.name == NEAR) {
            column.values = near.into_iter().map(Value::Bool).collect();
        }
        Ok(table)
    };
    let marked = Plan::table_kernel("rows_near", vec![source], schema, kernel);
    let plan = marked.filter(Expr::column(NEAR, ScalarType::Bool)).project(shown);
    Ok(Tabular { plan, serialized: input.serialized, name: None })
}

/// Whether each row is near one that is a hit.
fn near(hits: &[Value<'static>], before: usize, after: usize) -> Vec<bool> {
    let mut marks = vec![false; hits.len()];
    let mut marked = 0;
    for at in (0..hits.len()).filter(|at| hits[*at].as_bool() == Some(true)) {
        let end = at.saturating_add(after).saturating_add(1).min(hits.len());
        // What was marked for an earlier hit need not be marked again.
        let start = at.saturating_sub(before).max(marked);
        if start < end {
            marks[start..end].fill(true);
        }
        marked = marked.max(end);
    }
    marks
}
