//! Dots.

use std::collections::HashSet;

use super::line::tip;
use super::model::Model;
use super::plot::Panel;
use super::scene::Scene;
use super::spec::Spec;

/// Draws every series of a panel. Of dots that cover each other to the pixel one is drawn.
pub fn draw(spec: &Spec<'_>, model: &Model, scene: &mut Scene, panel: &Panel<'_>) {
    let points: usize = panel.series.iter().map(|at| model.series[*at].points.len()).sum();
    // A dot of two pixels hides what lies within three.
    let cell = if points > 20_000 { 3.0 } else { 1.0 };
    let (radius, alpha) = if points > 5000 { (2.0, 0.35) } else { (3.5, 0.6) };
    let others = panel.series.iter().filter(|at| model.series[**at].other);
    for at in others.chain(panel.series.iter().filter(|at| !model.series[**at].other)) {
        let series = &model.series[*at];
        let mut covered = HashSet::new();
        for (x, y) in series.points.iter().filter(|(x, _)| panel.shows(*x)) {
            let (px, py) = panel.at(series, *x, *y);
            let pixel = ((px / cell).round() as i64, (py / cell).round() as i64);
            if points > 2000 && !covered.insert(pixel) {
                continue;
            }
            let dot = scene.circle(px, py, radius, series.color).alpha(alpha);
            if points <= 2000 {
                dot.tip(tip(spec, model, series, *x, *y));
            }
        }
    }
}
