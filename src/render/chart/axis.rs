//! Axes of a plot: grid, ticks, labels, titles.

use crate::types::civil_from_ticks;

use super::layout::{Area, MARGIN, TICK};
use super::model::{Axis, Model};
use super::number::axis_labels;
use super::scale::{Extent, Scale, Ticks, linear, logarithmic};
use super::scene::{Anchor, Scene, Style};
use super::spec::{Kind, Spec};
use super::time_axis::{TimeTick, moment, ticks as time_ticks};

/// Names with less room are turned, with more they are broken into lines.
const LEAST_WRAPPED: f64 = 58.0;
/// The height of a line of such names.
const LINE: f64 = 13.0;
/// The least distance of ticks on a vertical axis.
const Y_SPACING: f64 = 45.0;

/// Ticks of a value axis of some length.
pub fn value_ticks(extent: Extent, log: bool, length: f64, spacing: f64) -> Ticks {
    if log { logarithmic(extent, length, spacing) } else { linear(extent, length, spacing) }
}

/// A value axis and its labels.
pub struct ValueAxis {
    /// The ticks.
    pub ticks: Ticks,
    /// Their labels.
    pub labels: Vec<String>,
    /// The widest label.
    pub width: f64,
}

/// The vertical axis for an extent.
pub fn vertical(spec: &Spec<'_>, extent: Extent, height: f64, percent: bool) -> ValueAxis {
    let ticks = value_ticks(extent, spec.y_log, height, Y_SPACING);
    let mut labels = axis_labels(&ticks.at, ticks.step);
    if percent {
        for label in &mut labels {
            label.push('%');
        }
    }
    let width = labels.iter().map(|label| spec.measure.width(label, TICK, false)).fold(0.0, f64::max);
    ValueAxis { ticks, labels, width }
}

/// The style of tick labels.
pub const fn tick_style(spec: &Spec<'_>) -> Style {
    Style { size: TICK, bold: false, color: spec.palette.secondary }
}

/// Draws grid lines and labels of the vertical axis.
pub fn draw_vertical(spec: &Spec<'_>, scene: &mut Scene, plot: Area, axis: &ValueAxis, style: Style) {
    for (at, label) in axis.ticks.at.iter().zip(&axis.labels) {
        let y = (plot.bottom - axis.ticks.scale.position(*at) * plot.height()).round();
        scene.line(vec![(plot.left, y), (plot.right, y)], 1.0, spec.palette.grid);
        scene.text((plot.left - 8.0, y + 4.0), label.clone(), style, Anchor::End);
    }
}

/// Draws the line where y is zero (or the bottom), over the marks.
pub fn draw_base(spec: &Spec<'_>, scene: &mut Scene, plot: Area, scale: Scale) {
    let inside = !scale.log && scale.min < 0.0 && scale.max > 0.0;
    let y = if inside { (plot.bottom - scale.position(0.0) * plot.height()).round() } else { plot.bottom };
    scene.line(vec![(plot.left, y), (plot.right, y)], 1.0, spec.palette.axis);
}

/// The horizontal axis, laid out.
pub struct Horizontal {
    /// From x to a share of the width.
    pub scale: Scale,
    /// Where ticks are and what they say, line by line.
    labels: Vec<(f64, Vec<String>)>,
    /// Bold names on a second line.
    groups: Vec<Group>,
    /// Whether labels are turned.
    turned: bool,
    /// The title, in the middle below.
    title: String,
    /// What stands at the right end of a time axis' second line, the zone; and how far below the plot.
    zone: Option<(String, f64)>,
    grid: bool,
    ticks: bool,
    /// Its height with all labels and the title.
    pub height: f64,
}

/// Lays out the horizontal axis of a plot that begins at `left` and is so wide.
pub fn horizontal(spec: &Spec<'_>, model: &Model, (left, width): (f64, f64), most_height: f64) -> Horizontal {
    let xs = || model.series.iter().flat_map(|series| series.points.iter().map(|(x, _)| *x));
    let (mut min, mut max) = xs().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
    let bars = matches!(spec.kind, Kind::Column | Kind::TimePivot);
    let mut axis = Horizontal {
        scale: Scale { min: 0.0, max: 1.0, log: false },
        labels: Vec::new(),
        groups: Vec::new(),
        turned: false,
        title: spec.x_title.clone().unwrap_or_else(|| model.x_name.clone()),
        zone: None,
        grid: spec.kind == Kind::Scatter,
        ticks: !matches!(model.axis, Axis::Names(_)),
        height: 0.0,
    };
    let measure = |text: &str| spec.measure.width(text, TICK, false);
    let mut label_height = 20.0;
    match &model.axis {
        Axis::Names(names) => {
            axis.scale = Scale { min: -0.5, max: names.len() as f64 - 0.5, log: false };
            let slot = width / names.len().max(1) as f64;
            let widest = names.iter().take(300).map(|name| measure(name)).fold(0.0, f64::max);
            axis.turned = widest > slot - 6.0 && slot < LEAST_WRAPPED;
            let room = if axis.turned {
                (most_height * 0.3).clamp(40.0, 120.0) * std::f64::consts::SQRT_2
            } else {
                slot - 8.0
            };
            let lines = if most_height > 200.0 { 3 } else { 2 };
            // Turned labels need 16 pixels each; where there is less room, only every n-th is named.
            let every = if axis.turned { (16.0 / slot).ceil().max(1.0) as usize } else { 1 };
            for (at, name) in names.iter().enumerate().step_by(every) {
                // Turned labels go to the left of their place: the first must not leave the picture.
                let before = (left + slot * (at as f64 + 0.5) - 8.0) * std::f64::consts::SQRT_2;
                let label = if axis.turned {
                    vec![spec.measure.fit(name, room.min(before), TICK, false)]
                } else {
                    spec.measure.wrap(name, room, lines, TICK)
                };
                axis.labels.push((at as f64, label));
            }
            label_height = if axis.turned {
                let widest = axis.labels.iter().flat_map(|(_, label)| label).map(|line| measure(line));
                widest.fold(0.0, f64::max) * std::f64::consts::FRAC_1_SQRT_2 + 16.0
            } else {
                let lines = axis.labels.iter().map(|(_, label)| label.len()).max().unwrap_or(1);
                20.0 + LINE * (lines - 1) as f64
            };
        }
        Axis::Numbers => {
            let half = model.bin.unwrap_or_else(|| (max - min).max(1.0) * 0.05) / 2.0;
            if bars {
                (min, max) = (min - half, max + half);
            }
            let integers = xs().all(|x| x.fract() == 0.0);
            let extent = Extent { min, max, fixed_min: spec.x_range.0, fixed_max: spec.x_range.1, integers };
            let sample = axis_labels(&[min, max], (max - min) / 10.0);
            let spacing = sample.iter().map(|label| measure(label)).fold(30.0, f64::max) + 22.0;
            let mut ticks = value_ticks(extent, spec.x_log && min > 0.0, width, spacing);
            if (bars || spec.kind != Kind::Scatter) && !ticks.scale.log && max > min {
                // Lines and bars use the whole width; only dots have round ends.
                ticks.scale.min = spec.x_range.0.unwrap_or(min);
                ticks.scale.max = spec.x_range.1.unwrap_or(max);
                ticks.at.retain(|at| (ticks.scale.min..=ticks.scale.max).contains(at));
            }
            let labels = axis_labels(&ticks.at, ticks.step);
            axis.scale = ticks.scale;
            axis.labels = ticks.at.into_iter().zip(labels.into_iter().map(|label| vec![label])).collect();
        }
        Axis::Time => {
            let bin = model.bin;
            let alone = min == max;
            let half = bin.unwrap_or(if min == max { 3.6e10 } else { 0.0 }) / 2.0;
            if bars || alone {
                (min, max) = (min - half, max + half);
            } else {
                // A little room, so that marks on the first and last point are whole.
                let room = (max - min) * 10.0 / (width - 20.0).max(10.0);
                (min, max) = (min - room, max + room);
            }
            axis.scale = Scale { min, max, log: false };
            if alone {
                let middle = f64::midpoint(min, max);
                axis.labels = vec![(middle, vec![moment(&spec.zone, middle as i64)])];
            } else {
                let ticks =
                    time_ticks(&spec.zone, (min.ceil() as i64, max as i64), width, bin.map(|bin| bin as i64), &measure);
                axis.groups = groups(spec, &ticks, axis.scale, width);
                axis.labels = ticks.into_iter().map(|tick| (tick.at as f64, vec![tick.label])).collect();
            }
            label_height += 15.0;
            let zone = if spec.x_title.is_some() {
                spec.zone.name.clone()
            } else {
                // Without a title of its own the axis has its column's name beside the zone: a line less.
                format!("{} [{}]", std::mem::take(&mut axis.title), spec.zone.name)
            };
            let zone = spec.measure.fit(&zone, width, TICK, false);
            let last = axis.groups.last().map_or(f64::NEG_INFINITY, |group| {
                axis.scale.position(group.at) * width + spec.measure.width(&group.name, TICK, true) / 2.0
            });
            let beside = last + 14.0 <= width - measure(&zone);
            label_height += if beside { 0.0 } else { 15.0 };
            axis.zone = Some((zone, label_height - 3.0));
        }
    }
    axis.height = label_height + if axis.title.is_empty() { 0.0 } else { 18.0 };
    axis
}

/// A name on the second line.
struct Group {
    /// The tick it belongs to.
    at: f64,
    /// How far left of it its middle is, in pixels.
    shift: f64,
    name: String,
}

/// The bold second line, without those that would touch. The first, which begins nothing, moves left to make room, or
/// else gives way to the second.
fn groups(spec: &Spec<'_>, ticks: &[TimeTick], scale: Scale, width: f64) -> Vec<Group> {
    let half = |name: &str| spec.measure.width(name, TICK, true) / 2.0;
    let place = |at: f64| scale.position(at) * width;
    let mut kept: Vec<Group> = Vec::new();
    for tick in ticks {
        let Some(name) = &tick.group else { continue };
        let mut group = Group { at: tick.at as f64, shift: 0.0, name: name.clone() };
        let only = kept.len() == 1;
        if let Some(last) = kept.last_mut() {
            let room = place(group.at) - place(last.at) - half(&last.name) - half(name) - 10.0;
            let least = half(&last.name) - MARGIN;
            if room < 0.0 && only && place(last.at) + room >= least {
                last.shift = -room;
            } else if room < 0.0 && !only {
                continue;
            } else if room < 0.0 {
                let year = civil_from_ticks(spec.zone.local(tick.at)).year.to_string();
                if last.name.ends_with(&year) && *name != year {
                    group.name = format!("{name} {year}");
                }
                kept.clear();
            }
        }
        kept.push(group);
    }
    kept
}

impl Horizontal {
    /// The pixel of an x.
    pub fn x(&self, plot: Area, value: f64) -> f64 {
        plot.left + self.scale.position(value) * plot.width()
    }

    /// Draws what is behind the marks.
    pub fn draw_grid(&self, spec: &Spec<'_>, scene: &mut Scene, plot: Area) {
        if self.grid {
            for (at, _) in &self.labels {
                let x = self.x(plot, *at).round();
                scene.line(vec![(x, plot.top), (x, plot.bottom)], 1.0, spec.palette.grid);
            }
        }
    }

    /// Draws ticks, labels and title below the plot.
    pub fn draw(&self, spec: &Spec<'_>, scene: &mut Scene, plot: Area) {
        let style = tick_style(spec);
        for (at, lines) in &self.labels {
            let x = self.x(plot, *at);
            if self.ticks {
                scene.line(vec![(x.round(), plot.bottom), (x.round(), plot.bottom + 5.0)], 1.0, spec.palette.axis);
            }
            for (n, label) in lines.iter().enumerate() {
                if self.turned {
                    scene.text((x + 4.0, plot.bottom + 14.0), label.clone(), style, Anchor::End).turned(45);
                    continue;
                }
                let half = spec.measure.width(label, TICK, false) / 2.0;
                let x = x.clamp(half + 6.0, (scene.width - half - 6.0).max(half + 6.0));
                scene.text((x, plot.bottom + 17.0 + LINE * n as f64), label.clone(), style, Anchor::Middle);
            }
        }
        if let Some((zone, below)) = &self.zone {
            scene.text((plot.right, plot.bottom + below), zone.clone(), style, Anchor::End);
        }
        let bold = Style { bold: true, ..style };
        for Group { at, shift, name } in &self.groups {
            let half = spec.measure.width(name, TICK, true) / 2.0;
            let x = (self.x(plot, *at) - shift).clamp(half + 6.0, (scene.width - half - 6.0).max(half + 6.0));
            scene.text((x, plot.bottom + 32.0), name.clone(), bold, Anchor::Middle);
        }
        if !self.title.is_empty() {
            let title = spec.measure.fit(&self.title, scene.width - 2.0 * MARGIN, 12.0, false);
            let middle = f64::midpoint(plot.left, plot.right);
            let style = Style { size: 12.0, ..style };
            scene.text((middle, plot.bottom + self.height - 5.0), title, style, Anchor::Middle);
        }
    }
}
