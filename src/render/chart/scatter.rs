//! Dots.

use std::collections::BTreeMap;

use super::line::tip;
use super::model::Model;
use super::plot::Panel;
use super::scene::Scene;
use super::spec::Spec;

/// The most dots that are shapes of their own, which can be pointed at.
const MOST_SINGLE: usize = 2000;
/// The most places with dots of a crowded picture.
const MOST_PLACES: usize = 7000;

/// Draws every series of a panel.
pub fn draw(spec: &Spec<'_>, model: &Model, scene: &mut Scene, panel: &Panel<'_>) {
    let points: usize = panel.series.iter().map(|at| model.series[*at].points.len()).sum();
    let others = panel.series.iter().filter(|at| model.series[**at].other);
    let order: Vec<usize> = others.chain(panel.series.iter().filter(|at| !model.series[**at].other)).copied().collect();
    if points > MOST_SINGLE {
        return crowd(model, scene, panel, &order);
    }
    for at in order {
        let series = &model.series[at];
        for (x, y) in series.points.iter().filter(|(x, _)| panel.shows(*x)) {
            let (px, py) = panel.at(series, *x, *y);
            scene.circle(px, py, 3.5, series.color).alpha(0.6).tip(tip(spec, model, series, *x, *y));
        }
    }
}

/// Of many dots those of one place are one, the more opaque the more they are; places are as large as it takes to
/// have few of them.
fn crowd(model: &Model, scene: &mut Scene, panel: &Panel<'_>, order: &[usize]) {
    let mut cell = 2.0;
    let places = loop {
        let places: Vec<_> = order.iter().map(|at| places(model, panel, *at, cell)).collect();
        if places.iter().map(BTreeMap::len).sum::<usize>() <= MOST_PLACES || cell > 50.0 {
            break places;
        }
        cell *= 1.25;
    };
    let most = places.iter().flat_map(BTreeMap::values).max().copied().unwrap_or(1);
    for (at, places) in order.iter().zip(places) {
        for (alpha, from, to) in [(0.3, 0.0, 0.12), (0.55, 0.12, 0.4), (0.85, 0.4, 1.1)] {
            let chosen = places.iter().filter(|(_, count)| {
                let share = (**count - 1) as f64 / most as f64;
                (from..to).contains(&share)
            });
            let dots: Vec<(f64, f64)> =
                chosen.map(|((row, column), _)| (*column as f64 * cell, *row as f64 * cell)).collect();
            if !dots.is_empty() {
                scene.dots(dots, (cell * 0.62).clamp(1.8, 4.0), model.series[*at].color).alpha(alpha);
            }
        }
    }
}

/// How many dots of a series lie in each place, by row and column.
fn places(model: &Model, panel: &Panel<'_>, at: usize, cell: f64) -> BTreeMap<(i64, i64), usize> {
    let series = &model.series[at];
    let mut places = BTreeMap::new();
    for (x, y) in series.points.iter().filter(|(x, _)| panel.shows(*x)) {
        let (px, py) = panel.at(series, *x, *y);
        *places.entry(((py / cell).round() as i64, (px / cell).round() as i64)).or_insert(0) += 1;
    }
    places
}
