//! Charts with a vertical value axis: lines, areas, columns and dots.

use super::axis::{self, Horizontal, ValueAxis};
use super::layout::{Area, TICK, header};
use super::legend::{Entry, Legend, Sign};
use super::marker;
use super::model::{Model, Series};
use super::scale::{Extent, Scale};
use super::scene::{Anchor, Scene, Style};
use super::spec::{Kind, Spec, Split, Stacking};
use super::stack;
use super::{area, column, line, scatter, strips};

/// The most panels.
const MOST_PANELS: usize = 5;

/// One plot and what its marks need.
pub struct Panel<'a> {
    /// Where it is.
    pub plot: Area,
    /// The x axis.
    pub x: &'a Horizontal,
    /// The y scales, by y column.
    pub y: Vec<Scale>,
    /// Whether points have marks.
    pub marks: bool,
    /// The series in it: indices.
    pub series: Vec<usize>,
}

impl Panel<'_> {
    /// The pixel of a point; values outside a fixed range lie on its edge.
    pub fn at(&self, series: &Series, x: f64, y: f64) -> (f64, f64) {
        (self.x.x(self.plot, x), self.y_at(series.y, y))
    }

    /// The pixel row of a value.
    pub fn y_at(&self, column: usize, y: f64) -> f64 {
        let scale = self.y.get(column).or(self.y.first());
        let position = scale.map_or(0.5, |scale| scale.position(y));
        self.plot.bottom - if position.is_finite() { position.clamp(0.0, 1.0) } else { 0.0 } * self.plot.height()
    }

    /// Whether an x is in the picture.
    pub fn shows(&self, x: f64) -> bool {
        (-1e-9..=1.0 + 1e-9).contains(&self.x.scale.position(x))
    }
}

/// Draws the chart.
pub fn draw(spec: &Spec<'_>, model: &Model, scene: &mut Scene, warnings: &mut Vec<String>) {
    let note = gap_note(spec, model);
    let mut area = header(spec, scene, note);
    // Marks need room: on lines of many points they would be all there is to see.
    let longest = model.series.iter().filter(|series| !series.other).map(|series| series.points.len()).max();
    let marks = area.width() / longest.unwrap_or(1).max(1) as f64 >= line::MARK_ROOM;
    let legend = Legend::new(spec, entries(spec, model, marks), area);
    // Panels of one series each have its name as their title.
    let titled = spec.split == Split::Panels && model.series.len() == model.y_names.len();
    let wants_legend = spec.legend
        && !titled
        && (model.series.len() > 1 || model.y_names.first() != model.series.first().map(|s| &s.name));
    let legend = if wants_legend && area.height() - legend.height() > 90.0 { legend } else { Legend::none() };
    legend.draw(spec, scene, area);
    area.bottom -= legend.height();

    let panels = panels(spec, model, warnings);
    let columns = if spec.split == Split::Axes { model.y_names.len().min(3) } else { 1 };
    // Labels decide the plot's width, its height the labels: once to measure, once to draw.
    let rough = (area.height() - 60.0).max(20.0) / panels.len() as f64 - 24.0;
    let extents: Vec<Vec<Extent>> = panels.iter().map(|series| extents(spec, model, series, columns)).collect();
    let y_axes: Vec<Vec<ValueAxis>> = extents.iter().map(|extents| axes(spec, extents, rough)).collect();
    let left = y_axes.iter().filter_map(|axes| axes.first()).map(|axis| axis.width).fold(12.0, f64::max) + 8.0;
    let right: f64 = y_axes.first().map_or(0.0, |axes| axes.iter().skip(1).map(|axis| axis.width + 14.0).sum());
    area.left += left;
    area.right -= right;
    let x = axis::horizontal(spec, model, (area.left, area.width().max(10.0)), area.height());
    area.bottom -= x.height;

    let height = area.height() / panels.len() as f64;
    for (n, series) in panels.iter().enumerate() {
        let top = area.top + height * n as f64;
        let title = y_title(spec, model, series);
        let below_title = top + if title.is_some() { 25.0 } else { 8.0 };
        let plot = Area {
            top: below_title.round(),
            bottom: (top + height - if n + 1 < panels.len() { 8.0 } else { 0.0 })
                .round()
                .max(below_title.round() + 4.0),
            left: area.left.round(),
            right: area.right.round(),
        };
        if let Some(title) = title {
            let style = Style { size: 12.0, bold: false, color: spec.palette.secondary };
            let title = spec.measure.fit(&title, plot.right - area.left + left, 12.0, false);
            scene.text((area.left - left, top + 11.0), title, style, Anchor::Start);
        }
        let axes = axes(spec, &extents[n], plot.height());
        if let Some(first) = axes.first() {
            let color = model.series.iter().find(|series| series.y == 0 && columns > 1).map(|series| series.color);
            let style = axis::tick_style(spec);
            let style = Style { color: color.unwrap_or(style.color), ..style };
            axis::draw_vertical(spec, scene, plot, first, style);
        }
        draw_right_axes(spec, model, scene, plot, &axes);
        x.draw_grid(spec, scene, plot);
        let y = axes.iter().map(|axis| axis.ticks.scale).collect::<Vec<_>>();
        let base = y.first().copied();
        let panel = Panel { plot, x: &x, y, series: series.clone(), marks };
        match spec.kind {
            Kind::Column => column::draw(spec, model, scene, &panel),
            Kind::Area => area::draw(spec, model, scene, &panel),
            Kind::Scatter => scatter::draw(spec, model, scene, &panel),
            _ => line::draw(spec, model, scene, &panel),
        }
        if !matches!(spec.kind, Kind::Column | Kind::Scatter) {
            strips::draw(spec, model, scene, &panel);
        }
        if let Some(scale) = base {
            axis::draw_base(spec, scene, plot, scale);
        }
        if n + 1 == panels.len() {
            x.draw(spec, scene, plot);
        }
    }
}

/// Axes of further y columns, right of the plot in their series' colours.
fn draw_right_axes(spec: &Spec<'_>, model: &Model, scene: &mut Scene, plot: Area, axes: &[ValueAxis]) {
    let mut right = plot.right;
    for (n, axis) in axes.iter().enumerate().skip(1) {
        let color = model.series.iter().find(|series| series.y == n).map_or(spec.palette.secondary, |s| s.color);
        let style = Style { size: TICK, bold: false, color };
        for (at, label) in axis.ticks.at.iter().zip(&axis.labels) {
            let y = (plot.bottom - axis.ticks.scale.position(*at) * plot.height()).round();
            scene.text((right + 8.0, y + 4.0), label.clone(), style, Anchor::Start);
        }
        right += axis.width + 14.0;
    }
}

fn gap_note(spec: &Spec<'_>, model: &Model) -> Option<&'static str> {
    let lines = matches!(spec.kind, Kind::Time | Kind::Line | Kind::Anomaly);
    match (lines && model.gaps, spec.break_gaps) {
        (false, _) => None,
        (true, true) => Some("lines end at bins without data"),
        (true, false) => Some("lines cross bins without data"),
    }
}

fn y_title(spec: &Spec<'_>, model: &Model, series: &[usize]) -> Option<String> {
    if spec.split == Split::Panels {
        let y = model.series.get(*series.first()?)?.y;
        return model.y_names.get(y).cloned();
    }
    spec.y_title.clone().or_else(|| match &model.y_names[..] {
        [name] => Some(name.clone()),
        _ => None,
    })
}

fn panels(spec: &Spec<'_>, model: &Model, warnings: &mut Vec<String>) -> Vec<Vec<usize>> {
    let all: Vec<usize> = (0..model.series.len()).collect();
    if spec.split != Split::Panels || model.y_names.len() < 2 {
        return vec![all];
    }
    if model.y_names.len() > MOST_PANELS {
        warnings.push(format!("only the first {MOST_PANELS} of {} panels are drawn", model.y_names.len()));
    }
    (0..model.y_names.len().min(MOST_PANELS))
        .map(|y| all.iter().copied().filter(|at| model.series[*at].y == y).collect())
        .filter(|series: &Vec<usize>| !series.is_empty())
        .collect()
}

/// The value axes of a plot.
fn axes(spec: &Spec<'_>, extents: &[Extent], height: f64) -> Vec<ValueAxis> {
    let percent = spec.stacking == Stacking::Shares;
    extents.iter().map(|extent| axis::vertical(spec, *extent, height, percent)).collect()
}

/// What the value axes of a plot have to hold: one, or one for each y column.
fn extents(spec: &Spec<'_>, model: &Model, series: &[usize], columns: usize) -> Vec<Extent> {
    let of = |chosen: &[usize]| extent(spec, model, chosen);
    if columns < 2 {
        return vec![of(series)];
    }
    (0..columns)
        .map(|y| {
            let last = y + 1 == columns;
            let chosen =
                series.iter().copied().filter(|at| model.series[*at].y == y || last && model.series[*at].y > y);
            of(&chosen.collect::<Vec<_>>())
        })
        .collect()
}

/// What the value axis has to hold.
pub fn extent(spec: &Spec<'_>, model: &Model, series: &[usize]) -> Extent {
    let (fixed_min, fixed_max) = spec.y_range;
    let stacked = spec.stacking != Stacking::None && spec.kind != Kind::Scatter;
    let ys: Vec<f64> = if stacked {
        stack::build(spec, model, series).layers.iter().flatten().flat_map(|(_, from, to)| [*from, *to]).collect()
    } else {
        series.iter().flat_map(|at| model.series[*at].points.iter().map(|(_, y)| *y)).collect()
    };
    let ys = ys.into_iter().filter(|y| !spec.y_log || *y > 0.0);
    let (min, max) = ys.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), y| (a.min(y), b.max(y)));
    let integers = model.integers && spec.stacking != Stacking::Shares;
    if min > max {
        return Extent { min: if spec.y_log { 1.0 } else { 0.0 }, max: 1.0, fixed_min, fixed_max, integers };
    }
    // Bars and areas stand on zero; lines and dots too, unless that would press them flat.
    let stands = matches!(spec.kind, Kind::Column | Kind::Bar | Kind::Area);
    let flat = max - min < 0.2 * max.abs().max(min.abs()) && max > min;
    let zero = !spec.y_log && (stands || !flat);
    let (min, max) = if zero { (min.min(0.0), max.max(0.0)) } else { (min, max) };
    Extent { min, max, fixed_min, fixed_max, integers }
}

/// The legend's entries.
pub fn entries(spec: &Spec<'_>, model: &Model, marks: bool) -> Vec<Entry> {
    let sign = |at: usize| match spec.kind {
        Kind::Time | Kind::Line | Kind::Anomaly => Sign::Line(marks.then(|| marker::of(at))),
        Kind::Scatter => Sign::Dot(marker::of(0)),
        _ => Sign::Box,
    };
    let mut entries: Vec<Entry> = model
        .legend
        .iter()
        .map(|at| Entry { name: model.series[*at].name.clone(), color: model.series[*at].color, sign: sign(*at) })
        .collect();
    if model.others > 0 {
        let sign =
            if entries.iter().all(|entry| entry.sign == Sign::Box) { Sign::Box } else { Sign::Dot(marker::of(0)) };
        entries.push(Entry { name: format!("Other ({})", model.others), color: spec.palette.other, sign });
    }
    entries
}
