//! Charts of characters: lines in braille, bars in blocks.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use crate::types::Table;

use super::super::encode;
use super::model::{Axis, Model, Series, value_text};
use super::number::{axis_labels, full, short};
use super::palette::Rgb;
use super::pie::{Slice, percent};
use super::plot::extent;
use super::scale::{Extent, Scale, linear, logarithmic};
use super::spec::{Kind, Spec, Stacking};
use super::stack;
use super::time_axis::ticks;

/// Rows of a chart of lines.
const ROWS: usize = 12;
/// Rows of each series' own chart, when there are no colours to tell them apart.
const SMALL_ROWS: usize = 4;
/// The most bars.
const MOST_BARS: usize = 30;
/// A character counts as so many pixels where the rules for pictures are used.
const PIXELS: f64 = 8.0;
/// Blocks by eighths, growing to the right.
const ACROSS: [&str; 9] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];
/// Full blocks that differ without colours.
const PATTERNS: [char; 8] = ['█', '▒', '▓', '░', '#', '+', ':', '.'];
/// Blocks by eighths, growing upwards.
const UP: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A terminal.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Its columns.
    pub width: usize,
    /// Whether it shows colours.
    pub color: bool,
}

impl Terminal {
    fn paint(self, text: &str, color: Rgb) -> String {
        if self.color && !text.trim().is_empty() {
            format!("\u{1b}[38;2;{};{};{}m{text}\u{1b}[39m", color.0, color.1, color.2)
        } else {
            text.to_owned()
        }
    }

    /// A full block of a series; without colours in a pattern of its own.
    fn fill(self, series: usize, eighths: usize) -> char {
        if self.color || eighths < 8 { UP[eighths] } else { PATTERNS[series % PATTERNS.len()] }
    }

    fn title(self, spec: &Spec<'_>) -> String {
        let Some(title) = &spec.title else { return String::new() };
        let title = cut(title, self.width);
        if self.color { format!("\u{1b}[1m{title}\u{1b}[0m\n") } else { title + "\n" }
    }

    /// Names and values of the first row.
    pub fn card(self, spec: &Spec<'_>, table: &Table) -> String {
        let names: Vec<String> = table.columns.iter().map(|column| cut(&column.name, self.width / 2)).collect();
        let widest = names.iter().map(|name| name.width()).max().unwrap_or(0);
        let mut out = self.title(spec);
        for (name, column) in names.iter().zip(&table.columns) {
            let value = column.values.first().map(|value| value_text(spec, value)).unwrap_or_default();
            let value = cut(&value, self.width.saturating_sub(widest + 2));
            let _ = writeln!(out, "{}{name}  {value}", " ".repeat(widest - name.width()));
        }
        out
    }

    /// Slices as bars with their shares.
    pub fn shares(self, spec: &Spec<'_>, slices: &[Slice]) -> String {
        let most = slices.iter().map(|slice| slice.share).fold(0.0, f64::max);
        let rows: Vec<BarRow> = slices
            .iter()
            .map(|slice| BarRow {
                name: slice.name.clone(),
                segments: vec![(slice.share / most.max(f64::MIN_POSITIVE), slice.color, 0)],
                value: format!("{} ({})", full(slice.value), percent(slice.share)),
            })
            .collect();
        self.title(spec) + &self.bars(&rows)
    }

    /// A chart of series.
    pub fn series(self, spec: &Spec<'_>, model: &Model) -> String {
        if model.series.is_empty() {
            return String::new();
        }
        let names = matches!(model.axis, Axis::Names(_));
        let mut out = self.title(spec);
        match spec.kind {
            Kind::Bar | Kind::Column if names => out += &self.name_bars(spec, model),
            Kind::Column if spec.stacking != Stacking::None || model.series.len() == 1 => {
                out += &self.columns(spec, model);
            }
            _ if self.color || model.series.len() == 1 => {
                let all: Vec<usize> = (0..model.series.len()).collect();
                out += &self.braille(spec, model, own_extent(spec, model), &all, ROWS, true);
            }
            _ => {
                // Without colours lines cannot be told apart: each series has its own chart, on one scale.
                let extent = own_extent(spec, model);
                for (n, at) in model.legend.iter().enumerate() {
                    let _ = writeln!(out, "{}", cut(&model.series[*at].name, self.width));
                    out += &self.braille(spec, model, extent, &[*at], SMALL_ROWS, n + 1 == model.legend.len());
                }
                if model.others > 0 {
                    let _ = writeln!(out, "… {} more", model.others);
                }
                return out;
            }
        }
        out + &self.legend(model)
    }

    fn legend(self, model: &Model) -> String {
        if model.series.len() < 2 {
            return String::new();
        }
        let (mut out, mut used) = (String::new(), 0);
        for at in &model.legend {
            let series = &model.series[*at];
            let name = cut(&series.name, self.width.saturating_sub(2).max(4));
            let needs = name.width() + 2;
            if used > 0 && used + 2 + needs > self.width {
                out.push('\n');
                used = 0;
            } else if used > 0 {
                out.push_str("  ");
                used += 2;
            }
            let sign = if self.color { '■' } else { self.fill(*at, 8) };
            let _ = write!(out, "{} {name}", self.paint(&sign.to_string(), series.color));
            used += needs;
        }
        if model.others > 0 {
            let _ = write!(out, "\n■ Other ({})", model.others);
        }
        out + "\n"
    }

    fn name_bars(self, spec: &Spec<'_>, model: &Model) -> String {
        let Axis::Names(names) = &model.axis else { return String::new() };
        let all: Vec<usize> = (0..model.series.len()).collect();
        let most = extent(spec, model, &all).max.max(f64::MIN_POSITIVE);
        let mut rows = Vec::new();
        let stacked = (spec.stacking != Stacking::None).then(|| stack::build(spec, model, &all));
        for (at, name) in names.iter().enumerate() {
            if let Some(stack) = &stacked {
                let mut segments = Vec::new();
                let mut sum = 0.0;
                for (series, layer) in stack.order.iter().zip(&stack.layers) {
                    if let Some((_, from, to)) = layer.iter().find(|(x, ..)| *x == at as f64) {
                        segments.push(((to - from).abs() / most, model.series[*series].color, *series));
                        sum += to - from;
                    }
                }
                rows.push(BarRow { name: name.clone(), segments, value: short(sum) });
                continue;
            }
            for (n, series) in model.series.iter().enumerate() {
                let value = series.points.iter().find(|(x, _)| *x == at as f64).map_or(0.0, |(_, y)| *y);
                rows.push(BarRow {
                    name: if n == 0 { name.clone() } else { String::new() },
                    segments: vec![((value / most).max(0.0), series.color, n)],
                    value: short(value),
                });
            }
        }
        self.bars(&rows)
    }

    fn bars(self, rows: &[BarRow]) -> String {
        let shown = &rows[..rows.len().min(MOST_BARS)];
        let names: Vec<String> = shown.iter().map(|row| cut(&row.name, self.width * 2 / 5)).collect();
        let widest = names.iter().map(|name| name.width()).max().unwrap_or(0);
        let values = shown.iter().map(|row| row.value.width()).max().unwrap_or(0);
        let room = self.width.saturating_sub(widest + values + 3).max(4) as f64;
        let mut out = String::new();
        for (name, row) in names.iter().zip(shown) {
            out += &" ".repeat(widest - name.width());
            out += name;
            out.push(' ');
            for (n, (share, color, series)) in row.segments.iter().enumerate() {
                let last = n + 1 == row.segments.len();
                let exact = (share.min(1.0) * room * 8.0).round() as usize;
                // Only the last segment ends within a character.
                let length = if last { exact.max(usize::from(*share > 0.0)) } else { exact / 8 * 8 };
                let full = if length >= 8 { self.fill(*series, 8) } else { UP[8] };
                let part = if full == UP[8] { ACROSS[length % 8] } else { "" };
                let bar = full.to_string().repeat(length / 8) + part;
                out += &self.paint(&bar, *color);
            }
            let _ = writeln!(out, " {}", row.value);
        }
        if shown.len() < rows.len() {
            let _ = writeln!(out, "… {} more", rows.len() - shown.len());
        }
        out
    }

    /// Stacked or single columns over time or numbers.
    fn columns(self, spec: &Spec<'_>, model: &Model) -> String {
        let all: Vec<usize> = (0..model.series.len()).collect();
        let frame = self.frame(extent(spec, model, &all), spec.y_log, ROWS);
        let stack = stack::build(spec, model, &all);
        let (min, max) = x_range(model);
        let bin = model.bin.unwrap_or((max - min).max(1.0));
        let (min, max) = (min - bin / 2.0, max + bin / 2.0);
        let columns = frame.columns as f64;
        let mut cells = vec![vec![(' ', spec.palette.ink); frame.columns]; ROWS];
        // How much of each cell is filled, and the series that has most of it.
        let mut taken = vec![vec![(0_usize, 0_usize); frame.columns]; ROWS];
        let slot = bin / (max - min) * columns;
        // A gap between bars, where each is wide enough to spare it.
        let gap = usize::from(slot >= 3.0);
        let edge = |x: f64| ((x - min) / (max - min) * columns).round() as usize;
        for (series, layer) in stack.order.iter().zip(&stack.layers) {
            let color = model.series[*series].color;
            for (x, _, to) in layer {
                let left = edge(x - bin / 2.0);
                let right = edge(x + bin / 2.0).max(left + 1 + gap) - gap;
                let top = (frame.scale.position(*to).clamp(0.0, 1.0) * (ROWS * 8) as f64).round() as usize;
                for column in left..right.min(frame.columns) {
                    for row in 0..ROWS {
                        let filled = top.saturating_sub(row * 8).min(8);
                        let cell = &mut cells[ROWS - 1 - row][column];
                        let (before, owner) = taken[row][column];
                        // Layers come from the bottom: what is drawn already stays.
                        if before < filled {
                            let (owner, color) =
                                if filled - before > before { (*series, color) } else { (owner, cell.1) };
                            *cell = (self.fill(owner, filled), color);
                            taken[row][column] = (filled, owner);
                        }
                    }
                }
            }
        }
        frame.write(self, &cells) + &x_labels(spec, model, &frame, (min, max))
    }

    /// Lines of braille dots, two by four in a character.
    fn braille(
        self,
        spec: &Spec<'_>,
        model: &Model,
        extent: Extent,
        series: &[usize],
        rows: usize,
        labelled: bool,
    ) -> String {
        const DOTS: [[u32; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
        let frame = self.frame(extent, spec.y_log, rows);
        let (min, max) = x_range(model);
        let x_scale = Scale { min, max, log: false };
        let mut dots = vec![vec![(0_u32, spec.palette.ink); frame.columns]; rows];
        let (across, down) = ((frame.columns * 2 - 1) as f64, (rows * 4 - 1) as f64);
        for at in series {
            let Series { points, color, .. } = &model.series[*at];
            let place = |(x, y): (f64, f64)| {
                let position = frame.scale.position(y).clamp(0.0, 1.0);
                (x_scale.position(x) * across, (1.0 - position) * down)
            };
            let mut mark = |x: f64, y: f64| {
                let (x, y) = (x.round() as usize, y.round() as usize);
                if let Some(cell) = dots.get_mut(y / 4).and_then(|row| row.get_mut(x / 2)) {
                    *cell = (cell.0 | DOTS[x % 2][y % 4], *color);
                }
            };
            for pair in points.windows(2).filter(|_| spec.kind != Kind::Scatter) {
                let (from, to) = (place(pair[0]), place(pair[1]));
                let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).ceil().clamp(1.0, 2000.0);
                for n in 0..=steps as usize {
                    let share = n as f64 / steps;
                    mark(from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
                }
            }
            for point in points {
                let (x, y) = place(*point);
                mark(x, y);
            }
        }
        let cells: Vec<Vec<(char, Rgb)>> = dots
            .into_iter()
            .map(|row| {
                let cell =
                    |(dots, color)| (if dots == 0 { ' ' } else { char::from_u32(0x2800 + dots).unwrap_or(' ') }, color);
                row.into_iter().map(cell).collect()
            })
            .collect();
        let mut out = frame.write(self, &cells);
        if labelled {
            out += &x_labels(spec, model, &frame, (min, max));
        }
        out
    }

    fn frame(self, extent: Extent, log: bool, rows: usize) -> Frame {
        let spacing = rows as f64 / 3.0;
        let ticks = if log { logarithmic(extent, rows as f64, spacing) } else { linear(extent, rows as f64, spacing) };
        let labels = axis_labels(&ticks.at, ticks.step);
        let left = labels.iter().map(|label| label.width()).max().unwrap_or(0);
        let mut rows: Vec<String> = vec![String::new(); rows];
        let last = rows.len() - 1;
        for (at, label) in ticks.at.iter().zip(labels) {
            let row = ((1.0 - ticks.scale.position(*at)) * last as f64).round() as usize;
            if let Some(row) = rows.get_mut(row) {
                *row = label;
            }
        }
        Frame { scale: ticks.scale, labels: rows, left, columns: self.width.saturating_sub(left + 2).max(8) }
    }
}

struct BarRow {
    name: String,
    /// Length, colour and series.
    segments: Vec<(f64, Rgb, usize)>,
    value: String,
}

struct Frame {
    scale: Scale,
    labels: Vec<String>,
    left: usize,
    columns: usize,
}

impl Frame {
    fn write(&self, terminal: Terminal, cells: &[Vec<(char, Rgb)>]) -> String {
        let mut out = String::new();
        for (label, row) in self.labels.iter().zip(cells) {
            let side = if label.is_empty() { '│' } else { '┤' };
            let mut line = format!("{}{label} {side}", " ".repeat(self.left - label.width()));
            // Runs of one colour are painted together.
            let mut run = (String::new(), None);
            for (c, color) in row {
                if *c != ' ' && run.1.is_some_and(|before| before != *color) {
                    line += &terminal.paint(&run.0, run.1.unwrap_or(*color));
                    run.0.clear();
                }
                if *c != ' ' {
                    run.1 = Some(*color);
                }
                run.0.push(*c);
            }
            line += &terminal.paint(run.0.trim_end(), run.1.unwrap_or(Rgb(0, 0, 0)));
            out += line.trim_end();
            out.push('\n');
        }
        out
    }
}

/// What the series reach, each on its own: lines of characters are never stacked.
fn own_extent(spec: &Spec<'_>, model: &Model) -> Extent {
    let all = model.series.iter().flat_map(|series| series.points.iter().map(|(_, y)| *y));
    let (min, max) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), y| (a.min(y), b.max(y)));
    let flat = max - min < 0.2 * max.abs().max(min.abs()) && max > min;
    let (min, max) = if flat || spec.y_log { (min, max) } else { (min.min(0.0), max.max(0.0)) };
    Extent { min, max, fixed_min: spec.y_range.0, fixed_max: spec.y_range.1, integers: model.integers }
}

fn x_range(model: &Model) -> (f64, f64) {
    if let Axis::Names(names) = &model.axis {
        return (0.0, (names.len().max(2) - 1) as f64);
    }
    let xs = model.series.iter().flat_map(|series| series.points.iter().map(|(x, _)| *x));
    let (min, max) = xs.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
    if min == max { (min - 1e9, max + 1e9) } else { (min, max) }
}

/// Text safe for a terminal, its end left out if too long.
fn cut(text: &str, width: usize) -> String {
    super::super::terminal::cut(&encode::terminal(text), width)
}

/// The labels below a chart.
fn x_labels(spec: &Spec<'_>, model: &Model, frame: &Frame, (min, max): (f64, f64)) -> String {
    let columns = frame.columns as f64;
    let mut lines = [vec![' '; frame.columns + 12], vec![' '; frame.columns + 12]];
    let mut put = |line: usize, at: f64, text: &str| {
        let length = text.chars().count();
        let middle = Scale { min, max, log: false }.position(at) * (columns - 1.0);
        let start = (middle - length as f64 / 2.0).round().max(0.0) as usize;
        let start = start.min(frame.columns.saturating_sub(length));
        let free = lines[line][start.saturating_sub(1)..(start + length + 1).min(frame.columns + 12)]
            .iter()
            .all(|c| *c == ' ');
        if free {
            for (n, c) in text.chars().enumerate().take(frame.columns - start) {
                lines[line][start + n] = c;
            }
        }
    };
    match &model.axis {
        Axis::Time => {
            let bin = model.bin.map(|bin| bin as i64);
            let measure = |text: &str| text.chars().count() as f64 * PIXELS;
            for tick in ticks(&spec.zone, (min as i64, max as i64), columns * PIXELS, bin, &measure) {
                put(0, tick.at as f64, &tick.label);
                if let Some(group) = tick.group {
                    put(1, tick.at as f64, &group);
                }
            }
        }
        Axis::Numbers => {
            let extent = Extent { min, max, ..Extent::default() };
            let ticks = linear(extent, columns, 12.0);
            for (at, label) in ticks.at.iter().zip(axis_labels(&ticks.at, ticks.step)) {
                if (min..=max).contains(at) {
                    put(0, *at, &label);
                }
            }
        }
        Axis::Names(names) => {
            for (at, name) in names.iter().enumerate() {
                put(0, at as f64, &cut(name, 20));
            }
        }
    }
    let indent = " ".repeat(frame.left + 2);
    let text = |line: &[char]| line.iter().collect::<String>().trim_end().to_owned();
    let shown = lines.iter().map(|line| text(line)).filter(|line| !line.is_empty());
    shown.fold(String::new(), |out, line| out + &indent + &line + "\n")
}
