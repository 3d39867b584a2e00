//! `rolling_percentile`: a percentile over the last bins, for each bin.

use super::activity::timeline::{Out, Step, Times, distance, timeline_type};
use super::{Arguments, Call, Meaning, Plugin, columns_by_place};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder, error};
use crate::functions::rolling_percentiles;
use crate::ir::{Plan, Schema};
use crate::types::{ScalarType, Table, Value, format_real};

pub(super) const PLUGIN: Plugin = Plugin {
    name: "rolling_percentile",
    signature: "(value, percentile, index, bin, bins, [*dimensions])",
    doc: "For each bin of an index column, the percentile of a value over that bin and those before it, `bins` in all; \
          apart for each combination of the dimensions.",
    examples: &[("range x from 1 to 6 step 1 | evaluate rolling_percentile(x, 50, x, 2, 2)", "0, 1; 2, 2; 4, 3; 6, 5")],
    meaning: Meaning::Table(rolling_percentile),
};

fn rolling_percentile(
    binder: &Binder<'_>,
    call: &Call<'_>,
    arguments: &Arguments<'_>,
    input: Tabular,
) -> Bind<Tabular> {
    let (value_name, value) = binder.plugin_value(arguments.required("value")?, &input, call.env)?;
    let rank = arguments.required("percentile")?;
    let rank = binder.constant(rank, ScalarType::Real, call.env)?.as_f64().unwrap_or(0.0);
    let (index_name, index) = binder.plugin_value(arguments.required("index")?, &input, call.env)?;
    let index_type = timeline_type(&index, call.span)?;
    let size = binder.constant(arguments.required("bin")?, distance(index_type), call.env)?;
    let Some(step) = Step::of(&size) else {
        return error("KQL240", "a bin must be longer than nothing", call.span);
    };
    let bins = binder.plugin_number("bins", arguments)?.unwrap_or(1);
    let Some(bins) = usize::try_from(bins).ok().filter(|n| *n > 0) else {
        return error("KQL240", "a window has at least one bin", call.span);
    };
    let mut columns = vec![value.clone(), index];
    let mut schema = Schema { columns: vec![(index_name, index_type)] };
    for dimension in &arguments.rest {
        let (name, column) = binder.plugin_value(&dimension.value, &input, call.env)?;
        schema.columns.push((schema.free_name(&name), column.scalar_type));
        columns.push(column);
    }
    let shown = format_real(rank);
    let shown = shown.strip_suffix(".0").unwrap_or(&shown);
    schema.columns.push((format!("rolling_{bins}_percentile_{value_name}_{shown}"), value.scalar_type));
    let answer = schema.clone();
    let kernel = move |_: &crate::ir::Context, tables: Vec<Table>| {
        let table = tables.into_iter().next().unwrap_or_default();
        let times = Times::of(&table, 1, 2);
        let mut out = Out::new(&answer);
        for part in &times.parts {
            // The part's rows are ordered by time, so each bin is a run of them.
            let places: Vec<(i64, usize)> = part.rows.iter().map(|(at, row)| (step.floor(*at, 0), *row)).collect();
            let starts: Vec<usize> = (0..places.len()).filter(|i| *i == 0 || places[i - 1].0 != places[*i].0).collect();
            let windows: Vec<(usize, usize)> = starts
                .iter()
                .enumerate()
                .map(|(nth, start)| {
                    let first = step.back(places[*start].0, bins - 1);
                    let end = starts.get(nth + 1).copied().unwrap_or(places.len());
                    (places.partition_point(|(bin, _)| *bin < first), end)
                })
                .collect();
            let values: Vec<&Value<'static>> = places.iter().map(|(_, row)| &table.columns[0].values[*row]).collect();
            for (start, percentile) in starts.iter().zip(rolling_percentiles(&values, &windows, rank)) {
                out.push(places[*start].0, part, [percentile]);
            }
        }
        Ok(out.table())
    };
    let source = columns_by_place(input.plan, columns);
    Ok(Tabular::new(Plan::table_kernel("rolling_percentile", vec![source], schema, kernel)))
}
