//! Vertical bars over names, numbers or time.

use std::collections::{BTreeMap, HashSet};

use super::line::tip;
use super::model::{Axis, Model};
use super::number::short;
use super::plot::Panel;
use super::scene::{Anchor, Scene, Style};
use super::spec::{Spec, Stacking};
use super::stack::{self, key, unkey};

/// The share of its place a bar takes.
const SHARE: f64 = 0.72;
/// The widest bar.
const WIDEST: f64 = 72.0;
/// The most bars with their values over them.
const MOST_LABELLED: usize = 60;
/// The size of values over bars.
const VALUE: f64 = 10.5;

/// Draws every series of a panel.
pub fn draw(spec: &Spec<'_>, model: &Model, scene: &mut Scene, panel: &Panel<'_>) {
    let place = match (&model.axis, model.bin) {
        (Axis::Names(_), _) => 1.0,
        (_, Some(bin)) => bin,
        _ => least_distance(model).unwrap_or((panel.x.scale.max - panel.x.scale.min) / 2.0),
    };
    let slot = place / (panel.x.scale.max - panel.x.scale.min) * panel.plot.width();
    let stacked = spec.stacking != Stacking::None;
    let side_by_side = if stacked { 1 } else { panel.series.len().max(1) };
    let group = if slot < 1.0 { 1.0 } else { (slot * SHARE).min(WIDEST * side_by_side as f64).max(1.0) };
    let stack = if stacked { Some(stack::build(spec, model, &panel.series)) } else { None };
    let base = panel.y_at(0, 0.0);
    let tallest = (slot < 1.0).then(|| tallest(model, panel));
    let shows = |x: f64| panel.shows(x) && tallest.as_ref().is_none_or(|xs| xs.contains(&key(x)));
    if let Some(stack) = &stack {
        for (at, layer) in stack.order.iter().zip(&stack.layers) {
            let series = &model.series[*at];
            let values: Vec<f64> = series.points.iter().map(|(_, y)| *y).collect();
            for ((x, from, to), value) in layer.iter().zip(values).filter(|((x, ..), _)| shows(*x)) {
                let (left, width) = snap(panel.x.x(panel.plot, *x) - group / 2.0, group);
                let (from, to) = (panel.y_at(0, *from), panel.y_at(0, *to));
                // Whole pixels, so that the lines between segments are sharp.
                let (top, bottom) = if (from - to).abs() > 2.0 {
                    (from.min(to).round(), from.max(to).round())
                } else {
                    (from.min(to), from.max(to))
                };
                // A white line between segments, as long as there is something left to see.
                let gap = if bottom - top > 4.0 && (bottom - base).abs() > 0.5 { 1.0 } else { 0.0 };
                let height = (bottom - top - gap).max(if value == 0.0 { 0.0 } else { 0.6 });
                let shape = scene.rect(left, top, width, height, series.color);
                if tallest.is_none() {
                    shape.tip(tip(spec, model, series, *x, value));
                }
            }
        }
        return;
    }
    let single = panel.series.len() == 1;
    let width = group / side_by_side as f64;
    let gap = if width > 4.0 && !single { 1.0 } else { 0.0 };
    for (n, at) in panel.series.iter().enumerate() {
        let series = &model.series[*at];
        let few = single && series.points.len() <= MOST_LABELLED;
        let fits = |y: f64| spec.measure.width(&short(y), VALUE, false) + 4.0 <= slot;
        let labelled = few && series.points.iter().all(|(_, y)| fits(*y));
        for (x, y) in series.points.iter().filter(|(x, _)| shows(*x)) {
            let middle = panel.x.x(panel.plot, *x);
            let (left, width) = snap(middle - group / 2.0 + width * n as f64, width - gap);
            let (zero, end) =
                (panel.y_at(series.y, if spec.y_log { f64::MIN_POSITIVE } else { 0.0 }), panel.y_at(series.y, *y));
            let least = if *y == 0.0 { 0.0 } else { 0.8 };
            let height = (zero - end).abs().max(least);
            let top = if *y < 0.0 { zero } else { zero - height };
            let shape = scene.rect(left, top, width, height, series.color);
            if tallest.is_none() {
                shape.tip(tip(spec, model, series, *x, *y));
            }
            if labelled {
                let style = Style { size: VALUE, bold: false, color: spec.palette.secondary };
                let baseline = if *y < 0.0 { end + VALUE + 1.0 } else { end - 4.0 };
                scene.text((middle, baseline), short(*y), style, Anchor::Middle);
            }
        }
    }
}

/// Of the places that share a column of pixels the one that reaches farthest: the others would be behind it.
fn tallest(model: &Model, panel: &Panel<'_>) -> HashSet<u64> {
    let mut totals: BTreeMap<u64, f64> = BTreeMap::new();
    for (x, y) in panel.series.iter().flat_map(|at| &model.series[*at].points) {
        *totals.entry(key(*x)).or_default() += y.abs();
    }
    let mut columns: BTreeMap<i64, (f64, u64)> = BTreeMap::new();
    for (x, total) in totals {
        let column = (panel.x.x(panel.plot, unkey(x)) - 0.5).round() as i64;
        let best = columns.entry(column).or_insert((total, x));
        if total > best.0 {
            *best = (total, x);
        }
    }
    columns.into_values().map(|(_, x)| x).collect()
}

/// Whole pixels for bars wide enough, so that their edges are sharp, and for those that fill every pixel.
fn snap(left: f64, width: f64) -> (f64, f64) {
    if width == 1.0 {
        return (left.round(), 1.0);
    }
    if width < 4.0 {
        return (left, width.max(0.7));
    }
    (left.round(), ((left + width).round() - left.round()).max(1.0))
}

fn least_distance(model: &Model) -> Option<f64> {
    let mut xs: Vec<f64> = model.series.iter().flat_map(|series| series.points.iter().map(|(x, _)| *x)).collect();
    xs.sort_by(f64::total_cmp);
    xs.dedup();
    xs.windows(2).map(|pair| pair[1] - pair[0]).min_by(f64::total_cmp)
}
