//! `diffpatterns`: patterns that one set of rows has more often than another.

use super::discrete::{Discrete, Pattern};
use super::{Mining, SET, count, percent, weight_of};
use crate::bind::plugins::{Arguments, Call, Meaning, Plugin};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder};
use crate::ir::Expr;
use crate::types::ScalarType::{Long, Real};
use crate::types::{ScalarType, Table, Value, to_text};

pub(super) const PLUGIN: Plugin = Plugin {
    name: "diffpatterns",
    signature: "(split, value_a, value_b, [weight], [threshold], [dimensions], [*wildcards])",
    doc: "Patterns (values of some columns) by which two sets of rows differ: A, where the column `split` has the first \
          value, and B, where it has the second. A pattern is told when its shares of A and B differ by at least the \
          threshold (0.05). `weight`, `dimensions` and wildcards are as in `basket`; `~` means the default.",
    examples: &[(
        "datatable(ok: string, k: string)['y', 'a', 'y', 'a', 'n', 'b', 'n', 'a'] | evaluate diffpatterns(ok, 'y', 'n')",
        "0, 2, 1, 100.0, 50.0, 50.0, a; 1, 0, 1, 0.0, 50.0, 50.0, b",
    )],
    meaning: Meaning::Table(diffpatterns),
};

/// How many columns that do not follow from one another a pattern has at most, whatever is asked for.
const DEEPEST: usize = 6;

fn diffpatterns(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let (split, column) = binder.plugin_value(arguments.required("split")?, &input, call.env)?;
    let text = |name: &str| -> Bind<String> {
        Ok(to_text(&binder.constant(arguments.required(name)?, ScalarType::String, call.env)?))
    };
    let (a, b) = (text("value_a")?, text("value_b")?);
    let threshold = binder.plugin_real("threshold", arguments)?.unwrap_or(0.05).clamp(0.015, 1.0);
    let dimensions = binder.plugin_number("dimensions", arguments)?.and_then(|n| usize::try_from(n).ok());
    let depth = dimensions.unwrap_or(DEEPEST).min(DEEPEST);
    let mining = Mining::read(binder, call, arguments, input, Some((split, Expr::cast(column, ScalarType::String))))?;
    let measures =
        [("CountA", Long), ("CountB", Long), ("PercentA", Real), ("PercentB", Real), ("PercentDiffAB", Real)];
    Ok(mining.answer("diffpatterns", &measures, move |table| {
        let discrete = two_sets(table, &a, &b);
        let total = discrete.total;
        let found = differing(&discrete, threshold, depth);
        let told = |p: &Pattern| {
            let shares = [0, 1].map(|set| percent(p.weight[set], total[set], 2));
            let apart = ((shares[0] - shares[1]).abs() * 100.0).round() / 100.0;
            let mut row = vec![count(p.weight[0]), count(p.weight[1])];
            row.extend(shares.into_iter().chain([apart]).map(Value::Real));
            row
        };
        let found = found.into_iter().map(|p| (p.clone(), told(&p))).collect();
        (discrete, found)
    }))
}

fn two_sets(table: &Table, a: &str, b: &str) -> Discrete {
    let count = table.columns.len().saturating_sub(2);
    Discrete::of(table, 0..count, |row| {
        let set = table.column(SET).and_then(|c| c.values[row].as_str()).unwrap_or_default();
        let weight = weight_of(table, row);
        [if set == a { weight } else { 0.0 }, if set == b { weight } else { 0.0 }]
    })
}

/// The patterns whose shares of the two sets differ enough, the most different first.
pub(super) fn differing(discrete: &Discrete, threshold: f64, depth: usize) -> Vec<Pattern> {
    let total = discrete.total;
    let share = |weight: f64, set: usize| if total[set] > 0.0 { weight / total[set] } else { 0.0 };
    let apart = |p: &Pattern| (share(p.weight[0], 0) - share(p.weight[1], 1)).abs();
    // A share that is met exactly is met.
    let least = threshold - 1e-9;
    let frequent = |[a, b]: [f64; 2]| share(a, 0) >= least || share(b, 1) >= least;
    let mut found = discrete.closed(depth, &frequent);
    found.retain(|p| apart(p) >= least);
    found.sort_by_cached_key(|p| {
        let weight = p.weight[0] + p.weight[1];
        (std::cmp::Reverse((apart(p).to_bits(), weight.to_bits(), p.size())), discrete.text(p))
    });
    Discrete::independent(found)
}
