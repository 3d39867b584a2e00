//! Filled lines, stacked or one behind another.

use std::collections::BTreeSet;
use std::collections::HashMap;

use super::line::decimate;
use super::model::Model;
use super::palette::TINT;
use super::plot::Panel;
use super::scene::Scene;
use super::spec::{Spec, Stacking};
use super::stack::{self, key, unkey};

/// How opaque areas are that lie behind others.
const VEIL: f64 = 0.25;

/// One layer: its series, and from where to where it reaches at every x.
struct Layer {
    series: usize,
    from: Vec<f64>,
    to: Vec<f64>,
}

/// Draws every series of a panel.
pub fn draw(spec: &Spec<'_>, model: &Model, scene: &mut Scene, panel: &Panel<'_>) {
    if spec.stacking == Stacking::None {
        return overlaid(spec, model, scene, panel);
    }
    let xs: BTreeSet<u64> =
        panel.series.iter().flat_map(|at| &model.series[*at].points).map(|(x, _)| key(*x)).collect();
    let xs: Vec<f64> = xs.into_iter().map(unkey).filter(|x| panel.shows(*x)).collect();
    let layers = layers(spec, model, panel, &xs);
    let below = layers.iter().any(|layer| layer.to.iter().any(|to| *to < 0.0));
    // More points than pixels make edges that are as thick as the areas.
    let edges = (xs.len() as f64) < panel.plot.width() * 2.0;
    // From the top layer down, each to the base: no seams show between neighbours.
    for layer in layers.iter().rev() {
        let series = &model.series[layer.series];
        let pixels = |ys: &[f64]| xs.iter().zip(ys).map(|(x, y)| panel.at(series, *x, *y)).collect::<Vec<_>>();
        let line = pixels(&layer.to);
        let color = if edges { series.color.mix(spec.palette.ground, TINT) } else { series.color };
        if below {
            // What goes up and what goes down lie apart, so each layer is only its own.
            let mut outline = decimate(&line);
            outline.extend(decimate(&pixels(&layer.from)).into_iter().rev());
            scene.polygon(outline, color);
        } else {
            fill(scene, panel, &line, |scene, points| {
                scene.polygon(points, color);
            });
        }
        if edges {
            scene.line(decimate(&line), 1.5, series.color);
        }
    }
}

/// The layers from the bottom. A series without a value somewhere adds nothing there: all have points at every x.
fn layers(spec: &Spec<'_>, model: &Model, panel: &Panel<'_>, xs: &[f64]) -> Vec<Layer> {
    let stack = stack::build(spec, model, &panel.series);
    let (mut up, mut down) = (vec![0.0; xs.len()], vec![0.0; xs.len()]);
    let mut layers = Vec::new();
    for (at, layer) in stack.order.iter().zip(&stack.layers) {
        let values: HashMap<u64, (f64, f64)> = layer.iter().map(|(x, from, to)| (key(*x), (*from, *to))).collect();
        let falls = model.series[*at].points.iter().map(|(_, y)| y).sum::<f64>() < 0.0;
        let ends = xs.iter().enumerate().map(|(n, x)| {
            let side = if falls { &mut down[n] } else { &mut up[n] };
            let (from, to) = values.get(&key(*x)).copied().unwrap_or((*side, *side));
            *if to < from { &mut down[n] } else { &mut up[n] } = if to == from { *side } else { to };
            (from, to)
        });
        let (from, to) = ends.unzip();
        layers.push(Layer { series: *at, from, to });
    }
    layers
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
