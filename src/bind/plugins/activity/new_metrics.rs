//! `new_activity_metrics`: what became, window after window, of the ids that were first seen in one.

use std::collections::{BTreeMap, BTreeSet};

use super::timeline::{Out, identities, instant};
use super::{Activity, Arguments, Call, Events, Meaning, Plugin, long, share};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder};
use crate::ir::{Context, Expr, Plan, Schema};
use crate::syntax::ast::{Argument, ExprKind};
use crate::types::ScalarType::{Long, Real};
use crate::types::{Table, Value};

pub(super) const PLUGIN: Plugin = Plugin {
    name: "new_activity_metrics",
    signature: "(id, timeline, start, end, window, [*cohort_dimensions_lookback])",
    doc: "For the ids first seen in each window (a cohort), and each window from then on: how many ids were new, how \
          many of the cohort were there and how many not, and both as shares. After the window may come the start of \
          the one cohort wanted, then dimensions, then a table whose ids are not new.",
    examples: &[(
        "datatable(u: string, t: long)['a', 0, 'b', 0, 'a', 10, 'c', 11] \
         | evaluate new_activity_metrics(u, t, 0, 19, 10)",
        "0, 0, 2, 2, 0, 1.0, 0.0; 0, 10, 1, 1, 1, 0.5, 0.5; 10, 10, 1, 1, 0, 1.0, 0.0",
    )],
    meaning: Meaning::Table(new_metrics),
};

/// The hidden column that tells the rows of the lookback table.
const BEFORE: &str = "$before";

fn new_metrics(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let is_column = |a: &&Argument| match &a.value.kind {
        ExprKind::Name(name) => input.plan.schema.get(&name.text).is_some(),
        _ => false,
    };
    let dimensions: Vec<&Argument> = arguments.rest.iter().copied().filter(is_column).collect();
    let mut lookback = None;
    let mut cohort = None;
    for argument in arguments.rest.iter().copied().filter(|a| !is_column(a)) {
        if binder.is_tabular(&argument.value, call.env) {
            lookback = Some(binder.tabular(&argument.value, call.env)?);
        } else {
            cohort = Some(&argument.value);
        }
    }
    let (id_name, id) = binder.plugin_value(arguments.required("id")?, &input, call.env)?;
    let activity = Activity::read(binder, call, arguments, input, &dimensions)?;
    let start = activity.instant(binder, arguments.required("start")?, call)?;
    let end = activity.instant(binder, arguments.required("end")?, call)?;
    let step = activity.step(binder, arguments.required("window")?, call)?;
    let cohort = match cohort {
        Some(tree) => Some(step.floor(activity.instant(binder, tree, call)?, start)),
        None => None,
    };
    let (time, time_type) = activity.time.clone();
    let mut schema = Schema { columns: vec![(format!("from_{time}"), time_type), (format!("to_{time}"), time_type)] };
    schema.columns.extend(activity.dimensions.iter().cloned());
    schema.columns.extend(
        [
            ("dcount_new_values", Long),
            ("dcount_retained_values", Long),
            ("dcount_churn_values", Long),
            ("retention_rate", Real),
            ("churn_rate", Real),
        ]
        .map(|(n, t)| (n.to_owned(), t)),
    );
    let mut inputs = vec![activity.source];
    if let Some(table) = lookback {
        // The ids of the column of that name, else of the first.
        let column = match table.plan.schema.get(&id_name) {
            Some(t) => Expr::column(&id_name, t),
            None => match table.plan.schema.columns.first() {
                Some((name, t)) => Expr::column(name, *t),
                None => Expr::literal(Value::Null, id.scalar_type),
            },
        };
        inputs.push(table.plan.project(vec![(BEFORE.to_owned(), column.cast(id.scalar_type))]));
    }
    let answer = schema.clone();
    let kernel = move |_: &Context, tables: Vec<Table>| {
        let mut tables = tables.into_iter();
        let table = tables.next().unwrap_or_default();
        let mut ids = table.columns.first().map(|c| c.values.clone()).unwrap_or_default();
        ids.extend(tables.next().and_then(|t| t.columns.into_iter().next()).map(|c| c.values).unwrap_or_default());
        let who = identities(&ids);
        let old: BTreeSet<usize> = who.get(table.rows..).unwrap_or_default().iter().copied().collect();
        let bins = step.bins(start, end)?;
        let mut out = Out::new(&answer);
        for events in Events::told(&table, &who) {
            let mut windows: BTreeMap<i64, BTreeSet<usize>> = BTreeMap::new();
            for (at, id) in events.between(start, end) {
                windows.entry(step.floor(*at, start)).or_default().insert(*id);
            }
            let mut seen = old.clone();
            let nobody = BTreeSet::new();
            for (at, from) in bins.iter().enumerate() {
                let new: BTreeSet<usize> = windows.get(from).unwrap_or(&nobody).difference(&seen).copied().collect();
                seen.extend(&new);
                if new.is_empty() || cohort.is_some_and(|wanted| wanted != *from) {
                    continue;
                }
                for to in &bins[at..] {
                    let ids = windows.get(to).unwrap_or(&nobody);
                    let fresh = if to == from { new.len() } else { ids.difference(&seen).count() };
                    let (all, stayed) = (new.len() as i64, ids.intersection(&new).count() as i64);
                    let mut row = vec![instant(*from, time_type), instant(*to, time_type)];
                    row.extend(events.part.dimensions.iter().cloned());
                    row.extend([long(fresh as i64), long(stayed), long(all - stayed)]);
                    row.extend([share(stayed, all), share(all - stayed, all)]);
                    out.push_row(row);
                }
            }
        }
        Ok(out.table())
    };
    Ok(Tabular::new(Plan::table_kernel("new_activity_metrics", inputs, schema, kernel)))
}
