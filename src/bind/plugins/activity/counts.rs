//! `activity_counts_metrics`: rows and ids of each window, set against all windows before.

use std::collections::{BTreeMap, BTreeSet};

use super::timeline::Out;
use super::{Activity, Arguments, Call, Meaning, Plugin, long};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder};
use crate::types::ScalarType::Long;

pub(super) const PLUGIN: Plugin = Plugin {
    name: "activity_counts_metrics",
    signature: "(id, timeline, start, end, window, [*dimensions])",
    doc: "For each window: its rows, its distinct ids, those of them that no window before had, and all distinct ids so \
          far.",
    examples: &[(
        "datatable(u: string, t: long)['a', 0, 'b', 5, 'a', 10, 'c', 11, 'c', 12] \
         | evaluate activity_counts_metrics(u, t, 0, 20, 10)",
        "0, 2, 2, 2, 2; 10, 3, 2, 1, 3",
    )],
    meaning: Meaning::Table(counts),
};

fn counts(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let activity = Activity::read(binder, call, arguments, input, &arguments.rest)?;
    let start = activity.instant(binder, arguments.required("start")?, call)?;
    let end = activity.instant(binder, arguments.required("end")?, call)?;
    let step = activity.step(binder, arguments.required("window")?, call)?;
    let schema =
        activity.schema(&[("count", Long), ("dcount", Long), ("new_dcount", Long), ("aggregated_dcount", Long)]);
    Ok(activity.answer("activity_counts_metrics", schema, move |schema, parts| {
        let mut out = Out::new(schema);
        for events in &parts {
            let mut windows: BTreeMap<i64, (i64, BTreeSet<usize>)> = BTreeMap::new();
            for (at, id) in events.between(start, end) {
                let (rows, ids) = windows.entry(step.floor(*at, start)).or_default();
                *rows += 1;
                ids.insert(*id);
            }
            let mut seen = BTreeSet::new();
            for (bin, (rows, ids)) in windows {
                let new = ids.iter().filter(|id| seen.insert(**id)).count() as i64;
                out.push(bin, &events.part, [long(rows), long(ids.len() as i64), long(new), long(seen.len() as i64)]);
            }
        }
        Ok(out.table())
    }))
}
