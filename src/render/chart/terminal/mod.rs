//! Charts of characters: lines in braille, bars and columns in blocks, cards in large digits.

mod bars;
mod braille;
mod card;
mod columns;
mod frame;

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::super::encode;
use super::model::{Axis, Model};
use super::palette::Rgb;
use super::plot::extent;
use super::scale::Extent;
use super::spec::{Kind, Spec};

/// Rows of a chart of lines.
const ROWS: usize = 12;
/// Rows of each series' own chart, when there are no colours to tell them apart.
const SMALL_ROWS: usize = 4;
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

    /// A chart of series.
    pub fn series(self, spec: &Spec<'_>, model: &Model) -> String {
        if model.series.is_empty() {
            return String::new();
        }
        let names = matches!(model.axis, Axis::Names(_));
        let mut out = self.title(spec);
        let all: Vec<usize> = (0..model.series.len()).collect();
        let reach = extent(spec, model, &all);
        let lines = own_extent(spec, model);
        match spec.kind {
            Kind::Bar | Kind::Column if names => out += &self.name_bars(spec, model),
            Kind::Column if self.holds_columns(spec, model, reach) => {
                out += &self.columns(spec, model, reach, &all, ROWS, true);
            }
            Kind::Column => {
                return out + &self.each(model, |at, last| self.columns(spec, model, reach, &[at], SMALL_ROWS, last));
            }
            _ if self.color || model.series.len() == 1 => out += &self.braille(spec, model, lines, &all, ROWS, true),
            // Without colours lines cannot be told apart.
            _ => return out + &self.each(model, |at, last| self.braille(spec, model, lines, &[at], SMALL_ROWS, last)),
        }
        out + &self.legend(model)
    }

    /// Each series with a chart of its own, on one scale, the last above the axis.
    fn each(self, model: &Model, chart: impl Fn(usize, bool) -> String) -> String {
        let mut out = String::new();
        for (n, at) in model.legend.iter().enumerate() {
            let _ = writeln!(out, "{}", self.paint(&cut(&model.series[*at].name, self.width), model.series[*at].color));
            out += &chart(*at, n + 1 == model.legend.len());
        }
        if model.others > 0 {
            let _ = writeln!(out, "… {} more", model.others);
        }
        out
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

#[cfg(test)]
mod tests;
