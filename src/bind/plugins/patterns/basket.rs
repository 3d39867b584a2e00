//! `basket`: all patterns that many rows share.

use super::{Mining, count, one_set, percent};
use crate::bind::plugins::{Arguments, Call, Meaning, Plugin};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder};
use crate::types::ScalarType::{Long, Real};
use crate::types::Value;

pub(super) const PLUGIN: Plugin = Plugin {
    name: "basket",
    signature: "([threshold], [weight], [dimensions], [*wildcards])",
    doc: "All patterns (values of some columns) that at least a share of the rows has, 0.05 when no threshold is \
          given; of rows that share more than a pattern says, only the longest pattern is told. `weight` is a column \
          that says how many rows each stands for, `dimensions` how many columns that do not follow from one another a \
          pattern may have (5), and wildcards are literals to stand for 'anything' in columns of their type. `~` means \
          the default.",
    examples: &[(
        "datatable(a: string, b: long)['x', 1, 'x', 1, 'x', 2, 'y', 2] | evaluate basket(0.5, '~', '~', '*', -1)",
        "0, 3, 75.0, x, -1; 1, 2, 50.0, *, 2; 2, 2, 50.0, x, 1",
    )],
    meaning: Meaning::Table(basket),
};

fn basket(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let threshold = binder.plugin_real("threshold", arguments)?.unwrap_or(0.05).clamp(0.015, 1.0);
    let dimensions = binder.plugin_number("dimensions", arguments)?.unwrap_or(5);
    let dimensions = usize::try_from(dimensions).unwrap_or(0);
    let mining = Mining::read(binder, call, arguments, input, None)?;
    let measures = [("Count", Long), ("Percent", Real)];
    Ok(mining.answer("basket", &measures, move |table| {
        let discrete = one_set(table);
        let [total, _] = discrete.total;
        // A share that is met exactly is met.
        let least = threshold * total - 1e-9;
        let mut found = discrete.closed(dimensions, &|[weight, _]| weight >= least);
        found.sort_by_cached_key(|p| (std::cmp::Reverse(p.weight[0].to_bits()), discrete.text(p)));
        let told = |p: &super::Pattern| vec![count(p.weight[0]), Value::Real(percent(p.weight[0], total, 1))];
        let found = found.into_iter().map(|p| (p.clone(), told(&p))).collect();
        (discrete, found)
    }))
}
