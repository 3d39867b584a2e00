//! `autocluster`: a few patterns that together tell most of the rows.

use super::discrete::{Discrete, Pattern};
use super::{Mining, count, one_set, percent};
use crate::bind::plugins::{Arguments, Call, Meaning, Plugin};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder};
use crate::types::ScalarType::{Long, Real};
use crate::types::Value;

pub(super) const PLUGIN: Plugin = Plugin {
    name: "autocluster",
    signature: "([size_weight], [weight], [seeds], [*wildcards])",
    doc: "A few patterns (values of some columns) that cover many rows and say much of them. `size_weight` from 0 to 1 \
          (0.5) prefers patterns that cover more to those that say more; `weight` is a column that says how many rows \
          each stands for, `seeds` how often a search is begun (25), and wildcards are literals to stand for \
          'anything' in columns of their type. `~` means the default.",
    examples: &[(
        "datatable(a: string, b: string)['x', 'p', 'x', 'p', 'x', 'p', 'y', 'q'] | evaluate autocluster()",
        "0, 3, 75.0, x, p; 1, 1, 25.0, y, q",
    )],
    meaning: Meaning::Table(autocluster),
};

/// The least share of the rows that a further pattern must add.
const LEAST: f64 = 0.01;

fn autocluster(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let size_weight = binder.plugin_real("size_weight", arguments)?.unwrap_or(0.5).clamp(0.0, 1.0);
    let seeds = binder.plugin_number("seeds", arguments)?.unwrap_or(25).clamp(1, 1000);
    let mining = Mining::read(binder, call, arguments, input, None)?;
    let measures = [("Count", Long), ("Percent", Real)];
    Ok(mining.answer("autocluster", &measures, move |table| {
        let discrete = one_set(table);
        let [total, _] = discrete.total;
        let told = |p: &Pattern| vec![count(p.weight[0]), Value::Real(percent(p.weight[0], total, 1))];
        let found = clusters(&discrete, size_weight, seeds).into_iter().map(|p| (p.clone(), told(&p))).collect();
        (discrete, found)
    }))
}

/// Seeds are expanded one after another, each the heaviest row that no pattern covers yet.
fn clusters(discrete: &Discrete, size_weight: f64, seeds: i64) -> Vec<Pattern> {
    let [total, _] = discrete.total;
    let mut covered = vec![false; discrete.rows.len()];
    let mut found: Vec<(f64, Pattern)> = Vec::new();
    for _ in 0..seeds {
        let open = (0..covered.len()).filter(|row| !covered[*row]);
        let Some(seed) = open.max_by(|a, b| discrete.weights[*a][0].total_cmp(&discrete.weights[*b][0]).then(b.cmp(a)))
        else {
            break;
        };
        let Some((score, pattern)) = expanded(discrete, seed, size_weight) else {
            covered[seed] = true;
            continue;
        };
        let mut fresh = 0.0;
        for row in discrete.fitting(&pattern) {
            if !covered[row] {
                fresh += discrete.weights[row][0];
                covered[row] = true;
            }
        }
        covered[seed] = true;
        if fresh >= LEAST * total && found.iter().all(|(_, known)| *known != pattern) {
            found.push((score, pattern));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().map(|(_, pattern)| pattern).collect()
}

/// The pattern of the highest score on the way from all that a row holds to nothing, where each step gives up the
/// column that brings the most rows.
fn expanded(discrete: &Discrete, seed: usize, size_weight: f64) -> Option<(f64, Pattern)> {
    let mut codes = discrete.rows[seed].clone();
    let columns = codes.len();
    let [total, _] = discrete.total;
    // Of each row, the columns in which it differs from the pattern.
    let mut differs: Vec<u128> = discrete
        .rows
        .iter()
        .map(|row| {
            let differing = codes.iter().zip(row).enumerate().filter(|(_, (p, r))| p.is_some() && p != r);
            differing.fold(0, |mask, (at, _)| mask | (1 << at))
        })
        .collect();
    let mut best: Option<(f64, Pattern)> = None;
    loop {
        let mut weight = 0.0;
        let mut gains = vec![0.0; columns];
        for (row, mask) in differs.iter().enumerate() {
            match mask.count_ones() {
                0 => weight += discrete.weights[row][0],
                1 => gains[mask.trailing_zeros() as usize] += discrete.weights[row][0],
                _ => {}
            }
        }
        let size = codes.iter().flatten().count();
        if size == 0 {
            return best;
        }
        let score = (weight / total).powf(size_weight) * (size as f64 / columns as f64).powf(1.0 - size_weight);
        if best.as_ref().is_none_or(|(b, _)| score > *b) {
            best = Some((score, Pattern { codes: codes.clone(), weight: [weight, 0.0] }));
        }
        let candidates = (0..columns).filter(|at| codes[*at].is_some());
        let given_up = candidates.max_by(|a, b| gains[*a].total_cmp(&gains[*b]).then(b.cmp(a)))?;
        codes[given_up] = None;
        differs.iter_mut().for_each(|mask| *mask &= !(1 << given_up));
    }
}
