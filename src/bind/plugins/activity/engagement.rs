//! `activity_engagement`: the ids of an inner window as a share of those of an outer one, such as daily of monthly.

use std::collections::BTreeMap;

use super::sliding::windows;
use super::timeline::{Out, Step};
use super::{Activity, Arguments, Call, Meaning, Plugin, long, share};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder};
use crate::types::ScalarType::{Long, Real};

pub(super) const PLUGIN: Plugin = Plugin {
    name: "activity_engagement",
    signature: "(id, timeline, [start, end], inner, outer, [*dimensions])",
    doc: "For each inner window: its distinct ids, those of the outer window that ends with it, and their ratio. \
          Without `start` and `end`, the timeline is taken from its first value to its last.",
    examples: &[(
        "datatable(u: string, t: long)['a', 0, 'b', 0, 'a', 1] | evaluate activity_engagement(u, t, 0, 9, 1, 2)",
        "0, 2, 2, 1.0; 1, 1, 2, 0.5",
    )],
    meaning: Meaning::Table(engagement),
};

fn engagement(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let activity = Activity::read(binder, call, arguments, input, &arguments.rest)?;
    let bound = |name: &str| arguments.given(name).map(|tree| activity.instant(binder, tree, call)).transpose();
    let (start, end) = (bound("start")?, bound("end")?);
    let inner = activity.span(binder, arguments.required("inner")?, call)?;
    let outer = activity.span(binder, arguments.required("outer")?, call)?;
    let schema = activity.schema(&[
        ("dcount_activities_inner", Long),
        ("dcount_activities_outer", Long),
        ("activity_ratio", Real),
    ]);
    Ok(activity.answer("activity_engagement", schema, move |schema, parts| {
        let mut out = Out::new(schema);
        for events in &parts {
            let (Some((first, _)), Some((last, _))) = (events.all.first(), events.all.last()) else { continue };
            let (start, end) = (start.unwrap_or(*first), end.unwrap_or(*last));
            let bins = Step::Size(inner).bins(start, end)?;
            let recent = events.between(start.saturating_sub(outer), end);
            let mut within: BTreeMap<i64, i64> = BTreeMap::new();
            windows(recent, &bins, Step::Size(inner), start, inner, |bin, tally| {
                within.insert(bin, tally.distinct());
            });
            windows(recent, &bins, Step::Size(inner), start, outer, |bin, tally| {
                let active = within.get(&bin).copied().unwrap_or(0);
                if active > 0 {
                    let around = tally.distinct();
                    out.push(bin, &events.part, [long(active), long(around), share(active, around)]);
                }
            });
        }
        Ok(out.table())
    }))
}
