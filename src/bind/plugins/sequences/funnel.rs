//! `funnel_sequence`: who went through a sequence of states, and which states came before and after.

use std::collections::{BTreeMap, BTreeSet};

use crate::bind::plugins::activity::timeline::{Out, Step, Times, distance, instant, number, timeline_type};
use crate::bind::plugins::{Arguments, Call, Meaning, Plugin, columns_by_place};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder, error};
use crate::ir::{Context, Plan, Schema};
use crate::syntax::ast;
use crate::types::{Json, ScalarType, Table, Value, to_text};

pub(super) const PLUGIN: Plugin = Plugin {
    name: "funnel_sequence",
    signature: "(id, timeline, start, end, max_step, step, state, sequence)",
    doc: "Counts the ids that went through a sequence of states (an array), no two further apart than `max_step`. Gives \
          three tables: by the states before and after, by the state before, by the state after. Nothing can follow it.",
    examples: &[(
        "datatable(u: string, t: long, s: string)['a', 1, 'x', 'a', 2, 'y', 'b', 3, 'y'] \
         | evaluate funnel_sequence(u, t, 0, 9, 5, 10, s, dynamic(['y']))",
        "0, , , 1, [\"b\"]; 0, x, , 1, [\"a\"]",
    )],
    meaning: Meaning::Tables(funnel),
};

/// How many ids of each row are shown.
const SAMPLES: usize = 128;

/// What `funnel_sequence` and `funnel_sequence_completion` read: id, time and state, by place.
pub(super) struct Funnel {
    pub source: Plan,
    pub time: (String, ScalarType),
    pub state: (String, ScalarType),
    pub range: (i64, i64),
    pub step: Step,
    pub sequence: Vec<String>,
}

impl Funnel {
    pub fn read(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Self> {
        let (_, id) = binder.plugin_value(arguments.required("id")?, &input, call.env)?;
        let tree = arguments.required("timeline")?;
        let (time_name, time) = binder.plugin_value(tree, &input, call.env)?;
        let (state_name, state) = binder.plugin_value(arguments.required("state")?, &input, call.env)?;
        let (time_type, state_type) = (timeline_type(&time, tree.span)?, state.scalar_type);
        let at = |name: &str, to: ScalarType| -> Bind<i64> {
            Ok(number(&binder.constant(arguments.required(name)?, to, call.env)?).unwrap_or(0))
        };
        let range = (at("start", time_type)?, at("end", time_type)?);
        let step = Step::Size(at("step", distance(time_type))?.max(1));
        let sequence = array(binder, call, arguments.required("sequence")?)?.iter().map(text_of).collect();
        Ok(Self {
            source: columns_by_place(input.plan, vec![id, time, state]),
            time: (time_name, time_type),
            state: (state_name, state_type),
            range,
            step,
            sequence,
        })
    }
}

/// The items of an array given as a constant.
pub(super) fn array(binder: &Binder<'_>, call: &Call<'_>, tree: &ast::Expr) -> Bind<Vec<Json>> {
    match binder.constant(tree, ScalarType::Dynamic, call.env)?.as_json() {
        Some(Json::Array(items)) => Ok(items.clone()),
        _ if binder.environment.evaluate.is_none() => Ok(Vec::new()),
        _ => error("KQL244", "an array is expected here, such as dynamic(['a', 'b'])", tree.span),
    }
}

fn text_of(item: &Json) -> String {
    to_text(&Value::dynamic(item.clone()))
}

/// Which of the three tables.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Both,
    Before,
    After,
}

fn funnel(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let max_step = |funnel: &Funnel| -> Bind<i64> {
        let value = binder.constant(arguments.required("max_step")?, distance(funnel.time.1), call.env)?;
        Ok(number(&value).unwrap_or(0))
    };
    let funnel = Funnel::read(binder, call, arguments, input)?;
    let max_step = max_step(&funnel)?;
    let first = table(&funnel, max_step, Side::Both);
    let mut tables = binder.forks.borrow_mut();
    tables.push(("PrimaryResult".to_owned(), first.clone()));
    tables.push(("PrimaryResult_1".to_owned(), table(&funnel, max_step, Side::Before)));
    tables.push(("PrimaryResult_2".to_owned(), table(&funnel, max_step, Side::After)));
    Ok(first)
}

fn table(funnel: &Funnel, max_step: i64, side: Side) -> Tabular {
    let text = ScalarType::String;
    let mut schema = Schema { columns: vec![funnel.time.clone()] };
    let neighbours: &[&str] = match side {
        Side::Both => &["prev", "next"],
        Side::Before => &["prev"],
        Side::After => &["next"],
    };
    let columns = neighbours.iter().map(|n| (*n, text));
    for (name, t) in columns.chain([("dcount", ScalarType::Long), ("samples", ScalarType::Dynamic)]) {
        let name = schema.free_name(name);
        schema.columns.push((name, t));
    }
    let answer = schema.clone();
    let (time_type, range, step, sequence) = (funnel.time.1, funnel.range, funnel.step, funnel.sequence.clone());
    let kernel = move |_: &Context, tables: Vec<Table>| {
        let events = tables.into_iter().next().unwrap_or_default();
        let mut found: BTreeMap<(i64, Vec<String>), Vec<Json>> = BTreeMap::new();
        for (id, states) in histories(&events, range) {
            for (at, before, after) in occurrences(&states, &sequence, max_step) {
                let neighbours = match side {
                    Side::Both => vec![before, after],
                    Side::Before => vec![before],
                    Side::After => vec![after],
                };
                let ids = found.entry((step.floor(at, range.0), neighbours)).or_default();
                // The occurrences of one id come in a row.
                if ids.last() != Some(&id) {
                    ids.push(id.clone());
                }
            }
        }
        let mut rows: Vec<_> = found.into_iter().collect();
        rows.sort_by_key(|((bin, _), ids)| (*bin, std::cmp::Reverse(ids.len())));
        let mut out = Out::new(&answer);
        for ((bin, neighbours), mut ids) in rows {
            let count = ids.len() as i64;
            ids.truncate(SAMPLES);
            let mut row = vec![instant(bin, time_type)];
            row.extend(neighbours.into_iter().map(Value::string));
            row.extend([Value::Long(count), Value::dynamic(Json::Array(ids))]);
            out.push_row(row);
        }
        Ok(out.unsorted())
    };
    Tabular::new(Plan::table_kernel("funnel_sequence", vec![funnel.source.clone()], schema, kernel))
}

/// Each id with its states in the order of time, of a run of like states the first.
pub(super) fn histories(events: &Table, range: (i64, i64)) -> Vec<(Json, Vec<(i64, String)>)> {
    // Id and state are no dimensions: only the id parts the rows.
    let mut by_id = events.clone();
    by_id.columns.swap(0, 2);
    let state = |row: usize| to_text(&events.columns[2].values[row]);
    Times::of(&by_id, 1, 2)
        .parts
        .into_iter()
        .map(|part| {
            let id = part.dimensions.first().map(Value::to_json).unwrap_or_default();
            let inside = part.rows.iter().filter(|(at, _)| (range.0..=range.1).contains(at));
            let mut states: Vec<(i64, String)> = inside.map(|(at, row)| (*at, state(*row))).collect();
            states.dedup_by(|b, a| a.1 == b.1);
            (id, states)
        })
        .collect()
}

/// Where a sequence stands in a history: when it begins, and the states before and after.
fn occurrences(states: &[(i64, String)], sequence: &[String], max_step: i64) -> BTreeSet<(i64, String, String)> {
    if sequence.is_empty() {
        return BTreeSet::new();
    }
    let near = |a: usize, b: usize| states[b].0.saturating_sub(states[a].0) <= max_step;
    let fits = |start: usize| {
        sequence.iter().enumerate().all(|(nth, wanted)| {
            let at = start + nth;
            states[at].1 == *wanted && (nth == 0 || near(at - 1, at))
        })
    };
    (0..=states.len().saturating_sub(sequence.len()))
        .filter(|start| start + sequence.len() <= states.len() && fits(*start))
        .map(|start| {
            let end = start + sequence.len();
            let before = if start > 0 && near(start - 1, start) { states[start - 1].1.clone() } else { String::new() };
            let after = if end < states.len() && near(end - 1, end) { states[end].1.clone() } else { String::new() };
            (states[start].0, before, after)
        })
        .collect()
}
