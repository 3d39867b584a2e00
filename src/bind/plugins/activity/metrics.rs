//! `activity_metrics`: ids of each window, set against the window before.

use std::collections::{BTreeMap, BTreeSet};

use super::timeline::Out;
use super::{Activity, Arguments, Call, Meaning, Plugin, long, share};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder};
use crate::types::ScalarType::{Long, Real};

pub(super) const PLUGIN: Plugin = Plugin {
    name: "activity_metrics",
    signature: "(id, timeline, [start, end], window, [*dimensions])",
    doc: "For each window: its distinct ids, those of them that the window before did not have, and which share of the \
          ids of the window before stayed (retention) or went (churn). The window is a length, or `week`, `month` or \
          `year`.",
    examples: &[(
        "datatable(u: string, t: long)['a', 0, 'b', 0, 'a', 10, 'c', 11] | evaluate activity_metrics(u, t, 0, 19, 10)",
        "0, 2, 2, NaN, NaN; 10, 2, 1, 0.5, 0.5",
    )],
    meaning: Meaning::Table(metrics),
};

fn metrics(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let activity = Activity::read(binder, call, arguments, input, &arguments.rest)?;
    let bound = |name: &str| arguments.given(name).map(|tree| activity.instant(binder, tree, call)).transpose();
    let (start, end) = (bound("start")?, bound("end")?);
    let step = activity.step(binder, arguments.required("window")?, call)?;
    let schema = activity.schema(&[
        ("dcount_values", Long),
        ("dcount_newvalues", Long),
        ("retention_rate", Real),
        ("churn_rate", Real),
    ]);
    Ok(activity.answer("activity_metrics", schema, move |schema, parts| {
        let mut out = Out::new(schema);
        for events in &parts {
            let (Some((first, _)), Some((last, _))) = (events.all.first(), events.all.last()) else { continue };
            let (start, end) = (start.unwrap_or(*first), end.unwrap_or(*last));
            let mut windows: BTreeMap<i64, BTreeSet<usize>> = BTreeMap::new();
            for (at, id) in events.between(start, end) {
                windows.entry(step.floor(*at, start)).or_default().insert(*id);
            }
            let nobody = BTreeSet::new();
            for (bin, ids) in &windows {
                let before = windows.get(&step.back(*bin, 1)).unwrap_or(&nobody);
                let stayed = ids.intersection(before).count() as i64;
                let (now, then) = (ids.len() as i64, before.len() as i64);
                let counted = [long(now), long(now - stayed), share(stayed, then), share(then - stayed, then)];
                out.push(*bin, &events.part, counted);
            }
        }
        Ok(out.table())
    }))
}
