//! Filled lines, stacked or one behind another.

use std::collections::BTreeSet;
use std::collections::HashMap;

use super::line::{decimate, tip};
use super::model::Model;
use super::palette::TINT;
use super::plot::Panel;
use super::scene::Scene;
use super::spec::{Spec, Stacking};
use super::stack;

/// How opaque areas are that lie behind others.
const VEIL: f64 = 0.25;

/// Draws every series of a panel.
pub fn draw(spec: &Spec<'_>, model: &Model, scene: &mut Scene, panel: &Panel<'_>) {
    if spec.stacking == Stacking::None {
        return overlaid(spec, model, scene, panel);
    }
    // A series without a value somewhere adds nothing there: all layers get points at every x.
    let xs: BTreeSet<u64> =
        panel.series.iter().flat_map(|at| &model.series[*at].points).map(|(x, _)| key(*x)).collect();
    let xs: Vec<f64> = xs.into_iter().map(unkey).filter(|x| panel.shows(*x)).collect();
    let stack = stack::build(spec, model, &panel.series);
    let mut tops = vec![0.0; xs.len()];
    let mut drawn = Vec::new();
    for (at, layer) in stack.order.iter().zip(&stack.layers) {
        let values: HashMap<u64, (f64, f64)> = layer.iter().map(|(x, from, to)| (key(*x), (*from, *to))).collect();
        for (x, top) in xs.iter().zip(&mut tops) {
            *top += values.get(&key(*x)).map_or(0.0, |(from, to)| to - from);
        }
        drawn.push((*at, tops.clone()));
    }
    // From the top layer down, each to the base: no seams show between neighbours.
    for (at, tops) in drawn.iter().rev() {
        let series = &model.series[*at];
        let line: Vec<(f64, f64)> = xs.iter().zip(tops).map(|(x, top)| panel.at(series, *x, *top)).collect();
        fill(scene, panel, &line, |scene, points| {
            scene.polygon(points, series.color.mix(spec.palette.ground, TINT));
        });
        scene.line(decimate(&line), 1.5, series.color);
    }
    tips(spec, model, scene, panel, &drawn, &xs);
}

fn tips(spec: &Spec<'_>, model: &Model, scene: &mut Scene, panel: &Panel<'_>, drawn: &[(usize, Vec<f64>)], xs: &[f64]) {
    if xs.len() * drawn.len() > 1500 {
        return;
    }
    for (at, tops) in drawn {
        let series = &model.series[*at];
        let values: HashMap<u64, f64> = series.points.iter().map(|(x, y)| (key(*x), *y)).collect();
        for (x, top) in xs.iter().zip(tops) {
            if let Some(y) = values.get(&key(*x)) {
                let place = panel.at(series, *x, *top);
                scene.circle(place.0, place.1, 4.0, series.color).alpha(0.0).tip(tip(spec, model, series, *x, *y));
            }
        }
    }
}

fn overlaid(spec: &Spec<'_>, model: &Model, scene: &mut Scene, panel: &Panel<'_>) {
    for at in &panel.series {
        let series = &model.series[*at];
        let shown = series.points.iter().filter(|(x, _)| panel.shows(*x));
        let line: Vec<(f64, f64)> = shown.map(|(x, y)| panel.at(series, *x, *y)).collect();
        fill(scene, panel, &line, |scene, points| {
            scene.polygon(points, series.color).alpha(VEIL);
        });
    }
    super::line::draw(spec, model, scene, panel);
}

fn fill(scene: &mut Scene, panel: &Panel<'_>, line: &[(f64, f64)], paint: impl Fn(&mut Scene, Vec<(f64, f64)>)) {
    let mut points = decimate(line);
    if let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) {
        let base = panel.y_at(0, 0.0);
        points.extend([(last.0, base), (first.0, base)]);
        if first.0 == last.0 {
            // One point has no area: a bar of a few pixels stands for it.
            points =
                vec![(first.0 - 2.0, first.1), (first.0 + 2.0, first.1), (first.0 + 2.0, base), (first.0 - 2.0, base)];
        }
        paint(scene, points);
    }
}

/// The bits of a double, turned so that they order as it does.
const fn key(x: f64) -> u64 {
    let bits = x.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

const fn unkey(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}
