//! `pivot`: the values of a column as columns.

use super::{Arguments, Call, Meaning, Plugin, open, rows};
use crate::bind::aggregates::Aggregates;
use crate::bind::names::Namer;
use crate::bind::operators::grouped;
use crate::bind::scope::{Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::Diagnostic;
use crate::ir::{Expr, Schema, free_name};
use crate::syntax::ast::{self, ExprKind, Name, NamedExpr};
use crate::types::{Column, ScalarType, Table, Value, to_text};

pub(super) const PLUGIN: Plugin = Plugin {
    name: "pivot",
    signature: "(column, [aggregate], [*columns])",
    doc: "Turns the values of a column into columns of their own, one row for each combination of the other columns \
          named, with an aggregate in each cell: `count()` when none is given. Without columns named, the rows are \
          told by all columns that neither of the first two arguments uses.",
    examples: &[
        (
            "datatable(k: string, v: string, n: long)['a', 'x', 1, 'a', 'y', 2, 'a', 'x', 3] \
             | evaluate pivot(v, sum(n))",
            "a, 4, 2",
        ),
        ("range x from 1 to 5 step 1 | project odd = tostring(x % 2 == 1) | evaluate pivot(odd) | project True", "3"),
    ],
    meaning: Meaning::Table(pivot),
};

/// The most values turned into columns.
const MOST: usize = 10_000;
/// The hidden columns of the values that become columns and of their aggregate.
const VALUE: &str = "$value";
const CELL: &str = "$cell";

fn pivot(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let tree = arguments.required("column")?;
    let (column, value) = binder.plugin_value(tree, &input, call.env)?;
    if value.scalar_type == ScalarType::Dynamic && !input.plan.schema.is_open() {
        return Err(Box::new(
            Diagnostic::new("KQL238", "a dynamic cannot be turned into columns", tree.span)
                .help("convert it first: extend … = tostring(…)"),
        ));
    }
    // `pivot(a, b, c)` with columns only: the aggregate may be left out.
    let second = arguments.given("aggregate");
    let counted = ast::Expr {
        kind: ExprKind::Call(Name { text: "count".to_owned(), span: tree.span }, Vec::new()),
        span: tree.span,
    };
    let (aggregate, first) = match second {
        Some(second) if matches!(second.kind, ExprKind::Name(_)) => (&counted, Some(second)),
        other => (other.unwrap_or(&counted), None),
    };
    let item = |value: &ast::Expr, names: Vec<Name>| NamedExpr { names, value: value.clone(), span: value.span };
    let named: Vec<&ast::Expr> = first.into_iter().chain(arguments.rest.iter().map(|a| &a.value)).collect();
    let cell = item(aggregate, vec![Name { text: CELL.to_owned(), span: aggregate.span }]);
    let mut keys: Vec<(String, Expr)> = if named.is_empty() {
        let mut used = Vec::new();
        names_in(aggregate, &mut used);
        input.plan.all_columns().into_iter().filter(|(n, _)| *n != column && !used.contains(n)).collect()
    } else {
        let mut columns = Vec::new();
        for tree in named {
            columns.push(binder.plugin_value(tree, &input, call.env)?);
        }
        columns
    };
    let known: Vec<(String, ScalarType)> = keys.iter().map(|(n, e)| (n.clone(), e.scalar_type)).collect();
    let mut found = Aggregates::default();
    let aggregated = |keys: &[(String, Expr)], into: &mut Aggregates| {
        binder.aggregate_item(&cell, keys, &Row::of(&input), call.env, &mut Namer::default(), into)
    };
    keys.push((VALUE.to_owned(), value));
    aggregated(&keys, &mut found)?;
    let groups = grouped(input.plan.clone(), keys, found);
    let Some(groups) = binder.rows_now(&groups, call)? else {
        if let Some(declared) = &call.declared {
            let columns = declared.columns.iter().map(|c| (c.name.text.clone(), c.scalar_type)).collect();
            return Ok(open(columns));
        }
        return Ok(open(known.into_iter().filter(|(n, _)| !n.starts_with(Schema::UNKNOWN)).collect()));
    };
    // What a cell holds when no row belongs to it.
    let mut none = Aggregates::default();
    aggregated(&[], &mut none)?;
    let nothing = binder.take_rows(input.clone(), 0)?;
    let empty = binder.rows_now(&grouped(nothing.plan, Vec::new(), none), call)?;
    let empty = empty.and_then(|t| t.columns.into_iter().next()).and_then(|c| c.values.into_iter().next());
    let table = pivoted(&groups, known.len(), &empty.unwrap_or(Value::Null))
        .or_else(|problem| error("KQL237", problem, call.plugin.span))?;
    check_declared(call, &table)?;
    Ok(rows(table))
}

/// The names an expression uses.
fn names_in(tree: &ast::Expr, into: &mut Vec<String>) {
    match &tree.kind {
        ExprKind::Name(name) => into.push(name.text.clone()),
        ExprKind::Call(_, arguments) => arguments.iter().for_each(|a| names_in(&a.value, into)),
        ExprKind::Binary(_, a, b) | ExprKind::Index(a, b) => {
            names_in(a, into);
            names_in(b, into);
        }
        ExprKind::Unary(_, a) | ExprKind::Member(a, _) => names_in(a, into),
        _ => {}
    }
}

/// The groups as one row for each combination of the first columns, with a column for each value.
fn pivoted(groups: &Table, keys: usize, empty: &Value<'static>) -> Result<Table, String> {
    let (Some(values), Some(cells)) = (groups.column(VALUE), groups.column(CELL)) else {
        return Ok(Table::default());
    };
    let key_columns: Vec<&Column> = groups.columns.iter().take(keys).collect();
    let parts = groups.parts(&key_columns);
    let firsts: Vec<usize> = parts.iter().filter_map(|part| part.first().copied()).collect();
    let mut table = groups.rows_at(&firsts);
    table.columns.truncate(keys);
    let places = groups.parts(&[values]);
    if places.len() > MOST {
        return Err(format!("there are more than {MOST} values to turn into columns"));
    }
    let mut row_of = vec![0; groups.rows];
    for (row, part) in parts.iter().enumerate() {
        part.iter().for_each(|group| row_of[*group] = row);
    }
    for members in places {
        let Some(first) = members.first() else { continue };
        let name = free_name(&to_text(&values.values[*first]), |n| table.columns.iter().any(|c| c.name == n));
        let mut column = vec![empty.clone(); table.rows];
        members.iter().for_each(|group| column[row_of[*group]] = cells.values[*group].clone());
        table.columns.push(Column { name, scalar_type: cells.scalar_type, values: column });
    }
    Ok(table)
}

/// A declared schema must be the one found.
fn check_declared(call: &Call<'_>, table: &Table) -> Bind<()> {
    let Some(declared) = &call.declared else { return Ok(()) };
    for column in declared.columns {
        let name = &column.name.text;
        let problem = match table.column(name) {
            None => format!("there is no column '{name}'"),
            Some(found) if found.scalar_type != column.scalar_type => {
                format!("the column '{name}' is of type {}", found.scalar_type)
            }
            Some(_) => continue,
        };
        let names: Vec<String> = table.columns.iter().map(|c| format!("{}:{}", c.name, c.scalar_type)).collect();
        return Err(Box::new(
            Diagnostic::new("KQL239", format!("pivot does not give what is declared: {problem}"), column.name.span)
                .help(format!("it gives ({})", names.join(", "))),
        ));
    }
    Ok(())
}
