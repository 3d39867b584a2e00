//! What lines and areas say when pointed at: a transparent strip for each x, with all values there.

use std::collections::BTreeMap;

use super::model::{Model, x_text};
use super::number::full;
use super::plot::Panel;
use super::scene::Scene;
use super::spec::Spec;
use super::stack::{key, unkey};

/// The most strips: narrower ones cannot be hit.
const MOST: usize = 400;

/// Adds the strips of a panel.
pub fn draw(spec: &Spec<'_>, model: &Model, scene: &mut Scene, panel: &Panel<'_>) {
    let mut at_x: BTreeMap<u64, Vec<(usize, f64)>> = BTreeMap::new();
    for at in panel.series.iter().filter(|at| !model.series[**at].other) {
        for (x, y) in model.series[*at].points.iter().filter(|(x, _)| panel.shows(*x)) {
            at_x.entry(key(*x)).or_default().push((*at, *y));
        }
        if at_x.len() > MOST {
            return;
        }
    }
    let xs: Vec<(f64, f64)> = at_x.keys().map(|x| unkey(*x)).map(|x| (x, panel.x.x(panel.plot, x))).collect();
    for (n, values) in at_x.into_values().enumerate() {
        let (x, middle) = xs[n];
        let left = if n == 0 { panel.plot.left } else { f64::midpoint(xs[n - 1].1, middle) };
        let right = xs.get(n + 1).map_or(panel.plot.right, |next| f64::midpoint(middle, next.1));
        let mut values = values;
        values.sort_by(|a, b| b.1.total_cmp(&a.1));
        let mut tip = x_text(spec, model, x);
        for (at, y) in values {
            tip.push_str(&format!("\n{}: {}", model.series[at].name, full(y)));
        }
        let (width, height) = ((right - left).max(0.5), panel.plot.height());
        scene.rect(left, panel.plot.top, width, height, spec.palette.ground).alpha(0.0).tip(tip);
    }
}
