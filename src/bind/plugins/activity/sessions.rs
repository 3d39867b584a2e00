//! `session_count`: how many sessions were going on in each bin.

use std::collections::{BTreeMap, BTreeSet};

use super::timeline::Out;
use super::{Activity, Arguments, Call, Meaning, Plugin, long};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder};
use crate::types::ScalarType::Long;

pub(super) const PLUGIN: Plugin = Plugin {
    name: "session_count",
    signature: "(id, timeline, start, end, bin, lookback, [*dimensions])",
    doc: "For each bin, how many sessions have an appearance in it. An appearance of an id within the lookback window \
          of its last one goes on with that session; a later one begins another.",
    examples: &[(
        "datatable(u: string, t: long)['a', 0, 'a', 5, 'a', 30, 'b', 31] | evaluate session_count(u, t, 0, 99, 10, 10)",
        "0, 1; 30, 2",
    )],
    meaning: Meaning::Table(sessions),
};

fn sessions(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let activity = Activity::read(binder, call, arguments, input, &arguments.rest)?;
    let start = activity.instant(binder, arguments.required("start")?, call)?;
    let end = activity.instant(binder, arguments.required("end")?, call)?;
    let step = activity.step(binder, arguments.required("bin")?, call)?;
    let lookback = activity.span(binder, arguments.required("lookback")?, call)?;
    let schema = activity.schema(&[("count_sessions", Long)]);
    Ok(activity.answer("session_count", schema, move |schema, parts| {
        let mut out = Out::new(schema);
        for events in &parts {
            // Of each id, its last appearance and the number of its session.
            let mut last: BTreeMap<usize, (i64, i64)> = BTreeMap::new();
            let mut going: BTreeMap<i64, BTreeSet<(usize, i64)>> = BTreeMap::new();
            for (at, id) in events.between(start, end) {
                let (then, session) = last.get(id).copied().unwrap_or((*at, 0));
                let session = if at.saturating_sub(then) > lookback { session + 1 } else { session };
                last.insert(*id, (*at, session));
                going.entry(step.floor(*at, start)).or_default().insert((*id, session));
            }
            for (bin, all) in going {
                out.push(bin, &events.part, [long(all.len() as i64)]);
            }
        }
        Ok(out.table())
    }))
}
