//! `active_users_count`: how many ids were active often enough.

use std::collections::{BTreeMap, BTreeSet};

use super::timeline::{Out, Step};
use super::{Activity, Arguments, Call, Meaning, Plugin, long};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder};
use crate::types::ScalarType;

pub(super) const PLUGIN: Plugin = Plugin {
    name: "active_users_count",
    signature: "(id, timeline, start, end, lookback, period, periods, step, [*dimensions])",
    doc: "For each step, how many ids appeared in at least `periods` different periods within the lookback window that \
          ends at one of their appearances.",
    examples: &[(
        "datatable(u: string, t: long)['a', 1, 'a', 2, 'b', 3, 'a', 9, 'b', 12] \
         | evaluate active_users_count(u, t, 0, 20, 5, 1, 2, 10)",
        "0, 1",
    )],
    meaning: Meaning::Table(active_users),
};

fn active_users(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let activity = Activity::read(binder, call, arguments, input, &arguments.rest)?;
    let start = activity.instant(binder, arguments.required("start")?, call)?;
    let end = activity.instant(binder, arguments.required("end")?, call)?;
    let lookback = activity.span(binder, arguments.required("lookback")?, call)?;
    let period = Step::Size(activity.span(binder, arguments.required("period")?, call)?);
    let wanted = binder.plugin_number("periods", arguments)?.unwrap_or(1);
    let step = activity.step(binder, arguments.required("step")?, call)?;
    let schema = activity.schema(&[("dcount", ScalarType::Long)]);
    Ok(activity.answer("active_users_count", schema, move |schema, parts| {
        let mut out = Out::new(schema);
        for events in &parts {
            let mut by_id: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
            for (at, id) in events.between(start.saturating_sub(lookback), end) {
                by_id.entry(*id).or_default().push(*at);
            }
            let mut active: BTreeMap<i64, i64> = BTreeMap::new();
            for times in by_id.values() {
                let bins: BTreeSet<i64> = times
                    .iter()
                    .enumerate()
                    .filter(|(n, at)| {
                        let first = at.saturating_sub(lookback);
                        let seen = times[..=*n].iter().rev().take_while(|t| **t > first);
                        **at >= start
                            && seen.map(|t| period.floor(*t, start)).collect::<BTreeSet<_>>().len() as i64 >= wanted
                    })
                    .map(|(_, at)| step.floor(*at, start))
                    .collect();
                for bin in bins {
                    *active.entry(bin).or_default() += 1;
                }
            }
            for (bin, count) in active {
                out.push(bin, &events.part, [long(count)]);
            }
        }
        Ok(out.table())
    }))
}
