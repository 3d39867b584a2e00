//! Horizontal bars: names at the left, the first row on top.

use super::axis::{tick_style, value_ticks};
use super::layout::{Area, LEGEND, MARGIN, TICK, header};
use super::legend::Legend;
use super::line::tip;
use super::model::{Axis, Model};
use super::number::{axis_labels, short};
use super::plot::{entries, extent};
use super::scale::Ticks;
use super::scene::{Anchor, Scene, Style};
use super::spec::{Spec, Stacking};
use super::stack;

/// The lowest row that can be read.
const LEAST_ROW: f64 = 14.0;
/// The thickest bar.
const THICKEST: f64 = 26.0;

/// The height that gives every row its room.
pub fn height(spec: &Spec<'_>, model: &Model) -> f64 {
    let rows = model.names().len() as f64;
    let bars = if spec.stacking == Stacking::None { model.series.len().max(1) as f64 } else { 1.0 };
    (rows * (bars * 14.0 + 12.0) + 120.0).clamp(240.0, 1600.0)
}

impl Model {
    fn names(&self) -> &[String] {
        match &self.axis {
            Axis::Names(names) => names,
            _ => &[],
        }
    }
}

/// Draws the chart.
pub fn draw(spec: &Spec<'_>, model: &Model, scene: &mut Scene, warnings: &mut Vec<String>) {
    let names = model.names();
    let single = model.series.len() == 1;
    let all: Vec<usize> = (0..model.series.len()).collect();

    let named = model.y_names.first() == model.series.first().map(|series| &series.name);
    let legend = if spec.legend && !(single && named) { entries(spec, model, false) } else { Vec::new() };
    let whole = Area { left: MARGIN, top: MARGIN, right: scene.width - MARGIN, bottom: scene.height - MARGIN };
    let legend = Legend::new(spec, legend, whole);
    let most = ((scene.height - 90.0 - legend.height()) / LEAST_ROW).max(1.0) as usize;
    let shown = names.len().min(most);
    let note = (shown < names.len()).then(|| format!("first {shown} of {}", names.len()));
    if note.is_some() {
        warnings.push(format!("only the first {shown} of {} bars are drawn", names.len()));
    }
    let mut area = header(spec, scene, note.as_deref());
    legend.draw(spec, scene, area);
    area.bottom -= legend.height();

    let labels: Vec<String> =
        names[..shown].iter().map(|name| spec.measure.fit(name, area.width() * 0.4, LEGEND, false)).collect();
    let widest = labels.iter().map(|label| spec.measure.width(label, LEGEND, false)).fold(0.0, f64::max);
    let left = area.left;
    area.left = (area.left + widest + 10.0).round();
    // Values at the ends of the bars say more than an axis; several series have the axis instead.
    let shown_points = model.series[0].points.iter().filter(|(name, _)| (*name as usize) < shown);
    let values: Vec<String> = shown_points.map(|(_, y)| short(*y)).collect();
    let value_width = values.iter().map(|value| spec.measure.width(value, LEGEND, false)).fold(0.0, f64::max) + 8.0;
    let extent = extent(spec, model, &all);
    let title =
        spec.y_title.clone().or_else(|| if model.y_names.len() == 1 { Some(model.y_names[0].clone()) } else { None });
    area.bottom -= if title.is_some() { 18.0 } else { 2.0 } + if single { 0.0 } else { 18.0 };
    if single {
        area.right -= value_width;
        if extent.min < 0.0 {
            area.left += value_width;
        }
    } else {
        // Half of the axis' last label stands right of the plot.
        area.right -= spec.measure.width(&short(extent.max), TICK, false) / 2.0;
    }
    let plot = Area { top: area.top.round() + 4.0, bottom: area.bottom.round(), ..area };
    let ticks = value_ticks(extent, spec.y_log, plot.width(), 70.0);
    let scale = if single && !spec.y_log && spec.y_range == (None, None) {
        // No axis, no need to end on a round value.
        super::scale::Scale { min: extent.min, max: extent.max.max(extent.min + 1e-300), log: false }
    } else {
        ticks.scale
    };
    let x = |value: f64| {
        let position = scale.position(value);
        plot.left + if position.is_finite() { position.clamp(0.0, 1.0) } else { 0.0 } * plot.width()
    };
    if !single {
        draw_axis(spec, scene, plot, &ticks, &x);
    }
    let row = plot.height() / shown.max(1) as f64;
    for (n, label) in labels.iter().enumerate() {
        let middle = plot.top + row * (n as f64 + 0.5);
        let style = Style { size: LEGEND, bold: false, color: spec.palette.ink };
        let right = plot.left - 8.0 - if single && extent.min < 0.0 { value_width } else { 0.0 };
        scene.text((right, middle + 4.3), label.clone(), style, Anchor::End);
    }
    let zero = x(if scale.log { scale.min } else { 0.0 });
    let stacked = spec.stacking != Stacking::None;
    let side = if stacked { 1.0 } else { model.series.len() as f64 };
    let group = (row * 0.76).min(THICKEST * side);
    let layers = stacked.then(|| stack::build(spec, model, &all));
    let order = layers.as_ref().map_or_else(|| all.clone(), |stack| stack.order.iter().rev().copied().collect());
    for (n, at) in order.iter().enumerate() {
        let series = &model.series[*at];
        let layer = layers.as_ref().and_then(|stack| {
            let layer = stack.order.iter().position(|other| other == at)?;
            stack.layers.get(layer)
        });
        let thick = group / side;
        for (point, (name, value)) in series.points.iter().enumerate().filter(|(_, (name, _))| (*name as usize) < shown)
        {
            let top = plot.top + row * (name + 0.5) - group / 2.0 + if stacked { 0.0 } else { thick * n as f64 };
            let (from, to) = match layer.and_then(|layer| layer.get(point)) {
                Some((_, from, to)) => (x(*from), x(*to)),
                None => (zero, x(*value)),
            };
            let (left, mut width) = (from.min(to), (from - to).abs());
            if stacked && width > 2.5 {
                width -= 1.0;
            }
            let least = if *value == 0.0 { 0.0 } else { 0.8 };
            let height = if stacked || side == 1.0 { thick } else { (thick - 1.0).max(0.7) };
            let tip = tip(spec, model, series, *name, *value);
            scene.rect(left, top.round(), width.max(least), height.round().max(1.0), series.color).tip(tip);
            if single {
                let style = Style { size: LEGEND, bold: false, color: spec.palette.secondary };
                let middle = plot.top + row * (name + 0.5) + 4.3;
                let (at, anchor) =
                    if *value < 0.0 { (to - 6.0, Anchor::End) } else { (to.max(from) + 6.0, Anchor::Start) };
                scene.text((at, middle), short(*value), style, anchor);
            }
        }
    }
    scene.line(vec![(zero.round(), plot.top), (zero.round(), plot.bottom)], 1.0, spec.palette.axis);
    if let Some(title) = title {
        let title = spec.measure.fit(&title, scene.width - left, 12.0, false);
        let style = Style { size: 12.0, bold: false, color: spec.palette.secondary };
        let y = plot.bottom + if single { 16.0 } else { 33.0 };
        scene.text((f64::midpoint(plot.left, plot.right), y), title, style, Anchor::Middle);
    }
}

fn draw_axis(spec: &Spec<'_>, scene: &mut Scene, plot: Area, ticks: &Ticks, x: &dyn Fn(f64) -> f64) {
    let percent = if spec.stacking == Stacking::Shares { "%" } else { "" };
    for (at, label) in ticks.at.iter().zip(axis_labels(&ticks.at, ticks.step)) {
        let x = x(*at).round();
        scene.line(vec![(x, plot.top), (x, plot.bottom)], 1.0, spec.palette.grid);
        scene.text((x, plot.bottom + 16.0), label + percent, tick_style(spec), Anchor::Middle);
    }
}
