//! `funnel_sequence_completion`: how far along a sequence of states ids came within given times.

use std::collections::{BTreeMap, BTreeSet};

use super::funnel::{Funnel, array, histories};
use crate::bind::plugins::activity::timeline::{Out, distance, instant, number};
use crate::bind::plugins::{Arguments, Call, Meaning, Plugin};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder};
use crate::ir::{Context, Plan, Schema};
use crate::types::{ScalarType, Table, Value, cast};

pub(super) const PLUGIN: Plugin = Plugin {
    name: "funnel_sequence_completion",
    signature: "(id, timeline, start, end, step, state, sequence, periods)",
    doc: "For each step, each period of an array and each state of a sequence, how many ids came from the first state to \
          this one, in order, within the period.",
    examples: &[(
        "datatable(u: string, t: long, s: string)['a', 1, 'x', 'a', 3, 'y', 'b', 1, 'x'] \
         | evaluate funnel_sequence_completion(u, t, 0, 9, 10, s, dynamic(['x', 'y']), dynamic([1, 5]))",
        "0, x, 1, 2; 0, x, 5, 2; 0, y, 5, 1",
    )],
    meaning: Meaning::Table(completion),
};

fn completion(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let periods = array(binder, call, arguments.required("periods")?)?;
    let funnel = Funnel::read(binder, call, arguments, input)?;
    let period_type = distance(funnel.time.1);
    let periods: Vec<i64> =
        periods.iter().filter_map(|p| number(&cast(&Value::dynamic(p.clone()), period_type))).collect();
    let mut schema = Schema { columns: vec![funnel.time.clone(), funnel.state.clone()] };
    for (name, t) in [("Period", period_type), ("dcount", ScalarType::Long)] {
        let name = schema.free_name(name);
        schema.columns.push((name, t));
    }
    let answer = schema.clone();
    let (time_type, state_type) = (funnel.time.1, funnel.state.1);
    let (range, step, sequence) = (funnel.range, funnel.step, funnel.sequence);
    let kernel = move |_: &Context, tables: Vec<Table>| {
        let events = tables.into_iter().next().unwrap_or_default();
        // By bin, period and state: the numbers of the ids.
        let mut reached: BTreeMap<(i64, usize, usize), BTreeSet<usize>> = BTreeMap::new();
        for (id, (_, states)) in histories(&events, range).into_iter().enumerate() {
            for (start, (at, state)) in states.iter().enumerate() {
                if sequence.first() != Some(state) {
                    continue;
                }
                let bin = step.floor(*at, range.0);
                for (nth, period) in periods.iter().enumerate() {
                    for state in 0..steps_taken(&states[start..], &sequence, at.saturating_add(*period)) {
                        reached.entry((bin, nth, state)).or_default().insert(id);
                    }
                }
            }
        }
        let mut out = Out::new(&answer);
        for ((bin, period, state), ids) in reached {
            out.push_row(vec![
                instant(bin, time_type),
                cast(&Value::str(&sequence[state]), state_type).into_owned(),
                instant(periods[period], period_type),
                Value::Long(ids.len() as i64),
            ]);
        }
        Ok(out.unsorted())
    };
    Ok(Tabular::new(Plan::table_kernel("funnel_sequence_completion", vec![funnel.source], schema, kernel)))
}

/// How many steps of a sequence a history takes, in order, until an instant.
fn steps_taken(states: &[(i64, String)], sequence: &[String], until: i64) -> usize {
    let mut taken = 0;
    for (_, state) in states.iter().take_while(|(at, _)| *at <= until) {
        if sequence.get(taken) == Some(state) {
            taken += 1;
        }
    }
    taken
}
