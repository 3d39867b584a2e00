//! Sums by name and time as a table of shades: a row for each name, darker where there is more.

use std::collections::BTreeMap;

use crate::types::{TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND};

use super::axis;
use super::layout::{Area, LEGEND, TICK, header};
use super::model::{Axis, Model, Series, x_text};
use super::number::{full, short};
use super::palette::HEAT;
use super::scale::round_step;
use super::scene::{Anchor, Scene, Style};
use super::spec::Spec;

/// The lowest row that can be read.
const LEAST_ROW: f64 = 14.0;
/// The most places across.
const MOST_PLACES: f64 = 240.0;
/// The most cells that can be pointed at.
const MOST_TIPS: usize = 1500;
/// What is not rows: title, axis and scale.
const AROUND: f64 = 110.0;

/// The height that gives every row its room.
pub fn height(model: &Model) -> f64 {
    (model.series.len() as f64 * 26.0 + AROUND).clamp(200.0, 1200.0)
}

/// The width of the places on the axis: the bins of the data, or round ones that are few enough.
fn step(model: &Model, (min, max): (f64, f64)) -> Option<f64> {
    if let Some(bin) = model.bin.filter(|bin| (max - min) / bin <= MOST_PLACES) {
        return Some(bin);
    }
    if max <= min {
        return None;
    }
    let least = (max - min) / (MOST_PLACES / 2.0);
    if model.axis != Axis::Time {
        return Some(round_step(least, false));
    }
    let of = |unit: i64, counts: &[i64]| counts.iter().map(|n| (n * unit) as f64).collect::<Vec<_>>();
    let round = [
        of(TICKS_PER_SECOND, &[1, 2, 5, 10, 15, 30]),
        of(TICKS_PER_MINUTE, &[1, 2, 5, 10, 15, 30]),
        of(TICKS_PER_HOUR, &[1, 2, 3, 6, 12]),
        of(TICKS_PER_DAY, &[1, 2, 7, 28, 91, 364]),
    ];
    Some(round.into_iter().flatten().find(|step| *step >= least).unwrap_or(least))
}

/// Draws the table.
pub fn draw(spec: &Spec<'_>, model: &Model, scene: &mut Scene, warnings: &mut Vec<String>) {
    let xs = model.series.iter().flat_map(|series| series.points.iter().map(|(x, _)| *x));
    let range = xs.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
    let step = step(model, range);
    let own = model.bin.is_some() && step == model.bin;
    // Of the data's own bins x is the place, of others their middle.
    let place = |x: f64| match step {
        Some(step) if !own => ((x / step).floor() + 0.5) * step,
        _ => x,
    };
    let rows: Vec<BTreeMap<u64, (f64, f64)>> = model
        .series
        .iter()
        .map(|series| {
            let mut row = BTreeMap::new();
            for (x, y) in &series.points {
                let x = place(*x);
                row.entry(super::stack::key(x)).or_insert((x, 0.0)).1 += y;
            }
            row
        })
        .collect();
    let most = rows.iter().flat_map(BTreeMap::values).fold(0.0_f64, |most, (_, y)| most.max(*y));

    let mut area = header(spec, scene, None);
    let shown = (((area.height() - AROUND + 30.0) / LEAST_ROW).max(1.0) as usize).min(rows.len());
    if shown < rows.len() {
        warnings.push(format!("only the first {shown} of {} rows are drawn", rows.len()));
    }
    scale(spec, scene, area, most, model.y_names.first().map_or("", String::as_str));
    area.bottom -= 24.0;
    let width = |text: &str| spec.measure.width(text, LEGEND, false);
    let names: Vec<String> = model.series[..shown]
        .iter()
        .map(|series| spec.measure.fit(&series.name, area.width() * 0.3, LEGEND, false))
        .collect();
    let totals: Vec<String> = rows[..shown].iter().map(|row| short(row.values().map(|(_, y)| y).sum())).collect();
    let left = area.left;
    area.left = (area.left + names.iter().map(|name| width(name)).fold(0.0, f64::max) + 10.0).round();
    area.right = (area.right - totals.iter().map(|total| width(total)).fold(0.0, f64::max) - 10.0).round();
    let points = rows.iter().flat_map(BTreeMap::values).map(|(x, _)| (*x, 0.0)).collect();
    let all = Series { name: String::new(), y: 0, points, color: spec.palette.ink, other: false };
    let across = Model { series: vec![all], bin: step.or(model.bin), ..model.clone() };
    let x = axis::horizontal(spec, &across, (area.left, area.width().max(10.0)), area.height());
    let plot = Area { bottom: (area.bottom - x.height).round(), top: area.top.round() + 2.0, ..area };
    let row = plot.height() / shown.max(1) as f64;
    let cell = step.map_or(plot.width() / 3.0, |step| step / (x.scale.max - x.scale.min) * plot.width());
    let few = rows.iter().map(BTreeMap::len).sum::<usize>() <= MOST_TIPS;
    for (n, values) in rows[..shown].iter().enumerate() {
        let top = (plot.top + row * n as f64).round();
        let height = (plot.top + row * (n + 1) as f64).round() - top - 1.0;
        scene.rect(plot.left, top, plot.width(), height, spec.palette.card);
        for (at, y) in values.values() {
            let begin = x.x(plot, *at) - cell / 2.0;
            let (from, to) = (begin.round().max(plot.left), (begin + cell).round().min(plot.right));
            let gap = if to - from > 5.0 { 1.0 } else { 0.0 };
            let color = spec.palette.heat(if most > 0.0 { y / most } else { 0.0 });
            let shape = scene.rect(from, top, (to - from - gap).max(0.6), height, color);
            if few {
                let name = &model.series[n].name;
                shape.tip(format!("{name}\n{}: {}", x_text(spec, model, *at), full(*y)));
            }
        }
        let middle = top + height / 2.0 + 4.3;
        let style = Style { size: LEGEND, bold: false, color: spec.palette.ink };
        scene.text((left, middle), names[n].clone(), style, Anchor::Start);
        let quiet = Style { color: spec.palette.secondary, ..style };
        scene.text((scene.width - left, middle), totals[n].clone(), quiet, Anchor::End);
    }
    x.draw(spec, scene, plot);
}

/// What the shades mean, below.
fn scale(spec: &Spec<'_>, scene: &mut Scene, area: Area, most: f64, of: &str) {
    const BOX: f64 = 22.0;
    let style = Style { size: TICK, bold: false, color: spec.palette.secondary };
    let y = area.bottom - 14.0;
    let mut left = area.left;
    scene.text((left, y + 9.5), "0", style, Anchor::Start);
    left += 12.0;
    for share in HEAT {
        scene.rect(left, y, BOX - 1.0, 11.0, spec.palette.heat(share));
        left += BOX;
    }
    let text = spec.measure.fit(&format!("{} {of}", full(most)), area.right - left - 6.0, TICK, false);
    scene.text((left + 5.0, y + 9.5), text, style, Anchor::Start);
}
