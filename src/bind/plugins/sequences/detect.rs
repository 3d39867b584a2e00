//! `sequence_detect`: occurrences of conditions one after another.

use crate::bind::plugins::activity::timeline::{Out, Part, Times, distance, instant, number, timeline_type};
use crate::bind::plugins::{Arguments, Call, Meaning, Plugin, columns_by_place};
use crate::bind::scope::{Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::ir::{Context, Expr, Plan, Schema, free_name};
use crate::syntax::ast::ExprKind;
use crate::types::{ScalarType, Table};

pub(super) const PLUGIN: Plugin = Plugin {
    name: "sequence_detect",
    signature: "(timeline, max_step, max_span, [*conditions_dimensions])",
    doc: "Finds rows that meet some conditions one after another: each step later than the one before by at most \
          `max_step`, and all within `max_span`. After these come the conditions, best with names, then dimensions, \
          for each combination of which sequences are looked for by themselves.",
    examples: &[(
        "datatable(t: long, s: string)[1, 'a', 2, 'b', 9, 'b'] \
         | evaluate sequence_detect(t, 5, 5, one = s == 'a', two = s == 'b')",
        "1, 2, 1",
    )],
    meaning: Meaning::Table(detect),
};

/// The most sequences found.
const MOST: usize = 1_000_000;

fn detect(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let tree = arguments.required("timeline")?;
    let (time_name, time) = binder.plugin_value(tree, &input, call.env)?;
    let time_type = timeline_type(&time, tree.span)?;
    let length = |name: &str| -> Bind<i64> {
        let value = binder.constant(arguments.required(name)?, distance(time_type), call.env)?;
        Ok(number(&value).unwrap_or(0))
    };
    let (max_step, max_span) = (length("max_step")?, length("max_span")?);
    let mut conditions: Vec<(String, Expr)> = Vec::new();
    let mut dimensions: Vec<(String, Expr)> = Vec::new();
    for argument in &arguments.rest {
        let value = binder.scalar(&argument.value, &Row::of(&input), call.env)?;
        let given = argument.name.as_ref().map(|n| n.text.clone());
        let own = given.clone().or_else(|| binder.own_name(&argument.value, call.env)).unwrap_or_default();
        // A column of its own is a dimension; a condition says something of columns.
        let plain = given.is_none() && matches!(argument.value.kind, ExprKind::Name(_));
        if value.scalar_type == ScalarType::Bool && !plain {
            conditions.push((format!("{own}_{time_name}"), value));
        } else {
            dimensions.push((own, value));
        }
    }
    if conditions.is_empty() {
        return error("KQL160", "sequence_detect needs a condition for each step", call.span);
    }
    let mut schema = Schema::default();
    let mut add = |name: &str, scalar_type: ScalarType| {
        let name = free_name(name, |n| schema.get(n).is_some());
        schema.columns.push((name, scalar_type));
    };
    dimensions.iter().for_each(|(name, e)| add(name, e.scalar_type));
    conditions.iter().for_each(|(name, _)| add(name, time_type));
    add("Duration", distance(time_type));
    let steps = conditions.len();
    let columns =
        std::iter::once(time).chain(conditions.into_iter().chain(dimensions).map(|(_, e)| e)).collect::<Vec<_>>();
    let source = columns_by_place(input.plan, columns);
    let answer = schema.clone();
    let kernel = move |_: &Context, tables: Vec<Table>| {
        let table = tables.into_iter().next().unwrap_or_default();
        let mut found: Vec<(Vec<i64>, usize)> = Vec::new();
        let times = Times::of(&table, 0, 1 + steps);
        for (at, part) in times.parts.iter().enumerate() {
            let instants: Vec<Vec<i64>> = (1..=steps).map(|step| instants(&table, part, step)).collect();
            let mut begun = Vec::new();
            follow(&instants, &mut begun, (max_step, max_span), &mut |sequence| {
                found.push((sequence.to_vec(), at));
                found.len() < MOST
            });
            if found.len() >= MOST {
                return Err(format!("there are more than {MOST} sequences"));
            }
        }
        found.sort();
        let mut out = Out::new(&answer);
        for (sequence, part) in found {
            let mut row = times.parts[part].dimensions.clone();
            row.extend(sequence.iter().map(|at| instant(*at, time_type)));
            let (first, last) = (sequence.first().copied().unwrap_or(0), sequence.last().copied().unwrap_or(0));
            row.push(instant(last.saturating_sub(first), distance(time_type)));
            out.push_row(row);
        }
        Ok(out.unsorted())
    };
    Ok(Tabular::new(Plan::table_kernel("sequence_detect", vec![source], schema, kernel)))
}

/// When, each instant once, a condition is true.
fn instants(table: &Table, part: &Part, condition: usize) -> Vec<i64> {
    let holds = |row: usize| table.columns[condition].values[row].as_bool() == Some(true);
    let mut all: Vec<i64> = part.rows.iter().filter(|(_, row)| holds(*row)).map(|(at, _)| *at).collect();
    all.dedup();
    all
}

/// Every way to go on with a sequence that was begun; false as soon as no more are wanted.
fn follow(
    instants: &[Vec<i64>],
    begun: &mut Vec<i64>,
    limits: (i64, i64),
    each: &mut impl FnMut(&[i64]) -> bool,
) -> bool {
    let Some(next) = instants.get(begun.len()) else { return each(begun) };
    let after = begun.last().copied();
    let from = next.partition_point(|at| after.is_some_and(|last| *at <= last));
    for at in &next[from..] {
        let too_late = after.is_some_and(|last| at.saturating_sub(last) > limits.0)
            || begun.first().is_some_and(|first| at.saturating_sub(*first) > limits.1);
        if too_late {
            break;
        }
        begun.push(*at);
        let more = follow(instants, begun, limits, each);
        begun.pop();
        if !more {
            return false;
        }
    }
    true
}
