//! Horizontal bars: names, blocks by eighths, values.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::super::model::{Axis, Model};
use super::super::number::{full, short};
use super::super::palette::Rgb;
use super::super::pie::{Slice, percent};
use super::super::plot::extent;
use super::super::spec::{Spec, Stacking};
use super::super::stack;
use super::{Terminal, UP, cut};

/// The most bars.
const MOST_BARS: usize = 30;
/// Blocks by eighths, growing to the right.
const ACROSS: [&str; 9] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];

struct BarRow {
    name: String,
    /// Length, colour and series.
    segments: Vec<(f64, Rgb, usize)>,
    value: String,
}

impl Terminal {
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

    /// Bars by name, of each series or of the stack of all.
    pub fn name_bars(self, spec: &Spec<'_>, model: &Model) -> String {
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
        let values = shown.iter().map(|row| row.value.width()).max().unwrap_or(0);
        let most = (self.width * 2 / 5).min(self.width.saturating_sub(values + 5)).max(2);
        let names: Vec<String> = shown.iter().map(|row| cut(&row.name, most)).collect();
        let widest = names.iter().map(|name| name.width()).max().unwrap_or(0);
        let room = self.width.saturating_sub(widest + values + 3).max(1) as f64;
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
}
