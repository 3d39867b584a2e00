//! Series put on each other: negatives go down, positives up.

use std::collections::HashMap;

use super::model::Model;
use super::palette::status_class;
use super::spec::{Spec, Stacking};

/// The bits of a double, turned so that they order as it does.
pub const fn key(x: f64) -> u64 {
    let bits = x.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// The double of such a key.
pub const fn unkey(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

/// Layers of a stack.
pub struct Stack {
    /// The series of each layer, from the bottom.
    pub order: Vec<usize>,
    /// The points of each layer: x, from, to.
    pub layers: Vec<Vec<(f64, f64, f64)>>,
}

/// The series from the bottom of a stack: the first on top, as the portal has it, so that the stack reads downwards
/// like the legend; statuses by class from the bottom; Other on top.
pub fn order(model: &Model, series: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = series.iter().rev().copied().filter(|at| !model.series[*at].other).collect();
    if order.iter().all(|at| status_class(&model.series[*at].name).is_some()) {
        order.sort_by(|a, b| model.series[*a].name.cmp(&model.series[*b].name));
    }
    order.extend(series.iter().copied().filter(|at| model.series[*at].other));
    order
}

/// Stacks series; with [`Stacking::Shares`] as percentages of what is stacked at each x.
pub fn build(spec: &Spec<'_>, model: &Model, series: &[usize]) -> Stack {
    let order = order(model, series);
    let mut totals: HashMap<u64, f64> = HashMap::new();
    for at in order.iter().filter(|_| spec.stacking == Stacking::Shares) {
        for (x, y) in &model.series[*at].points {
            *totals.entry(x.to_bits()).or_default() += y.abs();
        }
    }
    let mut tops: HashMap<(u64, bool), f64> = HashMap::new();
    let layers = order
        .iter()
        .map(|at| {
            let points = model.series[*at].points.iter().map(|(x, y)| {
                let share = match totals.get(&x.to_bits()) {
                    Some(total) if spec.stacking == Stacking::Shares && *total > 0.0 => 100.0 / total,
                    _ => 1.0,
                };
                let top = tops.entry((x.to_bits(), *y < 0.0)).or_default();
                let from = *top;
                *top += y * share;
                // The dust of adding shares up would make an axis end at 120 %.
                if spec.stacking == Stacking::Shares && (top.abs() - 100.0).abs() < 1e-6 {
                    *top = 100.0 * top.signum();
                }
                (*x, from, *top)
            });
            points.collect()
        })
        .collect();
    Stack { order, layers }
}
