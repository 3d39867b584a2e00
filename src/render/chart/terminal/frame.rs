//! The axes of a chart.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::super::model::{Axis, Model};
use super::super::number::axis_labels;
use super::super::palette::Rgb;
use super::super::scale::{Extent, Scale, linear, logarithmic};
use super::super::spec::Spec;
use super::super::time_axis::ticks;
use super::{Terminal, cut};

/// A character counts as so many pixels where the rules for pictures are used.
const PIXELS: f64 = 8.0;

impl Terminal {
    /// The axes for values of some extent, so many rows high.
    pub fn frame(self, extent: Extent, log: bool, rows: usize) -> Frame {
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

/// The value axis, and the room beside it.
pub struct Frame {
    /// From values to shares of the height.
    pub scale: Scale,
    labels: Vec<String>,
    left: usize,
    /// How many characters the room is wide.
    pub columns: usize,
}

impl Frame {
    /// Rows of painted characters beside the axis.
    pub fn write(&self, terminal: Terminal, cells: &[Vec<(char, Rgb)>]) -> String {
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

    /// The line below a chart with its ticks and their labels; `min` and `max` are the room's ends.
    pub fn axis(&self, spec: &Spec<'_>, model: &Model, (min, max): (f64, f64)) -> String {
        let columns = self.columns as f64;
        let mut line = vec!['─'; self.columns];
        let mut labels = [Labels::new(self.columns), Labels::new(self.columns)];
        let mut put = |row: usize, at: f64, text: &str| {
            let middle = Scale { min, max, log: false }.position(at) * (columns - 1.0);
            if labels[row].put(middle, text)
                && row == 0
                && let Some(mark) = line.get_mut(middle.round().max(0.0) as usize)
            {
                *mark = '┬';
            }
        };
        match &model.axis {
            Axis::Time => {
                let bin = model.bin.map(|bin| bin as i64);
                let measure = |text: &str| text.width() as f64 * PIXELS;
                for tick in ticks(&spec.zone, (min as i64, max as i64), columns * PIXELS, bin, &measure) {
                    put(0, tick.at as f64, &tick.label);
                    if let Some(group) = tick.group {
                        put(1, tick.at as f64, &group);
                    }
                }
            }
            Axis::Numbers => {
                let ticks = linear(Extent { min, max, ..Extent::default() }, columns, 12.0);
                for (at, label) in ticks.at.iter().zip(axis_labels(&ticks.at, ticks.step)) {
                    if (min..=max).contains(at) {
                        put(0, *at, &label);
                    }
                }
            }
            Axis::Names(names) => {
                names.iter().enumerate().for_each(|(at, name)| put(0, at as f64, &cut(name, 20)));
            }
        }
        let side = " ".repeat(self.left + 1);
        let mut out = format!("{side}└{}\n", line.into_iter().collect::<String>());
        for row in labels.iter().map(Labels::text).filter(|row| !row.is_empty()) {
            out += &format!("{side} {row}\n");
        }
        out
    }
}

/// A row of labels that do not touch: what stands in each column, `None` behind a wide character.
struct Labels(Vec<Option<char>>);

impl Labels {
    fn new(columns: usize) -> Self {
        Self(vec![Some(' '); columns])
    }

    /// Puts a text around a column, where there is room for it.
    fn put(&mut self, middle: f64, text: &str) -> bool {
        let width = text.width();
        let Some(last) = self.0.len().checked_sub(width) else { return false };
        let start = ((middle - width as f64 / 2.0).round().max(0.0) as usize).min(last);
        let around = start.saturating_sub(1)..(start + width + 1).min(self.0.len());
        if !self.0[around].iter().all(|c| *c == Some(' ')) {
            return false;
        }
        let mut at = start;
        for c in text.chars() {
            let wide = c.width().unwrap_or(0);
            if wide > 0 && at + wide <= self.0.len() {
                self.0[at] = Some(c);
                self.0[at + 1..at + wide].fill(None);
                at += wide;
            }
        }
        true
    }

    fn text(&self) -> String {
        self.0.iter().flatten().collect::<String>().trim_end().to_owned()
    }
}
