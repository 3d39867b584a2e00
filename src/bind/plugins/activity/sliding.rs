//! `sliding_window_counts`: rows and ids of the window that ends with each bin.

use super::timeline::{Out, Step, Tally};
use super::{Activity, Arguments, Call, Meaning, Plugin, long};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder};
use crate::types::ScalarType::Long;

pub(super) const PLUGIN: Plugin = Plugin {
    name: "sliding_window_counts",
    signature: "(id, timeline, start, end, lookback, bin, [*dimensions])",
    doc: "For each bin, the rows and the distinct ids of the bins within the lookback window that ends with it.",
    examples: &[(
        "datatable(u: string, t: long)['a', 0, 'b', 1, 'b', 2] | evaluate sliding_window_counts(u, t, 0, 9, 2, 1)",
        "0, 1, 1; 1, 2, 2; 2, 2, 1; 3, 1, 1",
    )],
    meaning: Meaning::Table(sliding),
};

fn sliding(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let activity = Activity::read(binder, call, arguments, input, &arguments.rest)?;
    let start = activity.instant(binder, arguments.required("start")?, call)?;
    let end = activity.instant(binder, arguments.required("end")?, call)?;
    let lookback = activity.span(binder, arguments.required("lookback")?, call)?;
    let step = activity.step(binder, arguments.required("bin")?, call)?;
    let schema = activity.schema(&[("Count", Long), ("Dcount", Long)]);
    Ok(activity.answer("sliding_window_counts", schema, move |schema, parts| {
        let mut out = Out::new(schema);
        let bins = step.bins(start, end)?;
        for events in &parts {
            let first = start.saturating_sub(lookback);
            windows(events.between(first, end), &bins, step, start, lookback, |bin, tally| {
                if tally.total > 0 {
                    out.push(bin, &events.part, [long(tally.total), long(tally.distinct())]);
                }
            });
        }
        Ok(out.table())
    }))
}

/// Hands over, bin after bin, what the window that ends with it holds.
pub(super) fn windows(
    events: &[(i64, usize)],
    bins: &[i64],
    step: Step,
    origin: i64,
    lookback: i64,
    mut each: impl FnMut(i64, &Tally),
) {
    let place = |at: i64| step.floor(at, origin);
    let mut tally = Tally::default();
    let (mut into, mut out_of) = (0, 0);
    for bin in bins {
        while let Some((_, id)) = events.get(into).filter(|(at, _)| place(*at) <= *bin) {
            tally.add(*id);
            into += 1;
        }
        while let Some((_, id)) =
            events[..into].get(out_of).filter(|(at, _)| place(*at) <= bin.saturating_sub(lookback))
        {
            tally.remove(*id);
            out_of += 1;
        }
        each(*bin, &tally);
    }
}
