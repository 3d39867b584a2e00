//! Columns over time or numbers: stacked, or side by side.

use super::super::model::Model;
use super::super::palette::Rgb;
use super::super::scale::Extent;
use super::super::spec::{Spec, Stacking};
use super::super::stack;
use super::frame::Frame;
use super::{ROWS, Terminal, x_range};

/// A column, or a layer of one, in characters: from the left to before the right.
struct Block {
    left: usize,
    right: usize,
    to: f64,
    series: usize,
    color: Rgb,
}

impl Terminal {
    /// Whether one chart has room for every column: stacked they need no more than one series does.
    pub fn holds_columns(self, spec: &Spec<'_>, model: &Model, extent: Extent) -> bool {
        let bins = Bins::new(model, &self.frame(extent, spec.y_log, ROWS));
        spec.stacking != Stacking::None || model.series.len() == 1 || bins.slot >= (model.series.len() + 1) as f64
    }

    /// The columns of some series.
    pub fn columns(
        self,
        spec: &Spec<'_>,
        model: &Model,
        extent: Extent,
        series: &[usize],
        rows: usize,
        labelled: bool,
    ) -> String {
        let frame = self.frame(extent, spec.y_log, rows);
        let bins = Bins::new(model, &frame);
        let blocks = if spec.stacking == Stacking::None && series.len() > 1 {
            side_by_side(model, series, &bins)
        } else {
            layers(spec, model, series, &bins)
        };
        let mut canvas = Canvas::new(&frame, rows, spec.palette.ink);
        for block in &blocks {
            canvas.draw(self, &frame, block);
        }
        let mut out = frame.write(self, &canvas.cells);
        if labelled {
            out += &frame.axis(spec, model, bins.range);
        }
        out
    }
}

/// Where the bins of x lie.
struct Bins {
    range: (f64, f64),
    bin: f64,
    /// The width of a bin in characters.
    slot: f64,
    columns: usize,
}

impl Bins {
    fn new(model: &Model, frame: &Frame) -> Self {
        let (min, max) = x_range(model);
        let bin = model.bin.unwrap_or((max - min).max(1.0));
        let (min, max) = (min - bin / 2.0, max + bin / 2.0);
        Self { range: (min, max), bin, slot: bin / (max - min) * frame.columns as f64, columns: frame.columns }
    }

    /// The characters of a bin, with a gap to the next where each is wide enough to spare it.
    fn span(&self, x: f64) -> (usize, usize) {
        let (min, max) = self.range;
        let edge = |x: f64| ((x - min) / (max - min) * self.columns as f64).round() as usize;
        let gap = usize::from(self.slot >= 3.0);
        let left = edge(x - self.bin / 2.0);
        (left, (edge(x + self.bin / 2.0).max(left + 1 + gap) - gap).min(self.columns))
    }
}

/// Layers from the axis outwards.
fn layers(spec: &Spec<'_>, model: &Model, series: &[usize], bins: &Bins) -> Vec<Block> {
    let stack = stack::build(spec, model, series);
    let layer = |(series, points): (&usize, &Vec<(f64, f64, f64)>)| {
        let (series, color) = (*series, model.series[*series].color);
        let block = |(x, _, to): &(f64, f64, f64)| {
            let (left, right) = bins.span(*x);
            Block { left, right, to: *to, series, color }
        };
        points.iter().map(block).collect::<Vec<_>>()
    };
    stack.order.iter().zip(&stack.layers).flat_map(layer).collect()
}

/// The series' own columns beside one another.
fn side_by_side(model: &Model, series: &[usize], bins: &Bins) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (n, at) in series.iter().enumerate() {
        for (x, y) in &model.series[*at].points {
            let (left, right) = bins.span(*x);
            let edge = |n: usize| left + (right.saturating_sub(left)) * n / series.len();
            blocks.push(Block {
                left: edge(n),
                right: edge(n + 1),
                to: *y,
                series: *at,
                color: model.series[*at].color,
            });
        }
    }
    blocks
}

/// The characters of the room, with the axis between two rows of them.
struct Canvas {
    cells: Vec<Vec<(char, Rgb)>>,
    /// How much of each cell is filled, in eighths from the axis, and the series that has most of it.
    taken: Vec<Vec<(usize, usize)>>,
    /// The rows below zero.
    below: usize,
}

impl Canvas {
    fn new(frame: &Frame, rows: usize, ink: Rgb) -> Self {
        let zero = frame.scale.position(if frame.scale.log { frame.scale.min } else { 0.0 }).clamp(0.0, 1.0);
        let below = (zero * rows as f64).round() as usize;
        // Whatever there is has a row at least.
        let below = below.max(usize::from(zero > 0.0)).min(rows - usize::from(zero < 1.0));
        Self {
            cells: vec![vec![(' ', ink); frame.columns]; rows],
            taken: vec![vec![(0, 0); frame.columns]; rows],
            below,
        }
    }

    fn draw(&mut self, terminal: Terminal, frame: &Frame, block: &Block) {
        let rows = self.cells.len();
        let zero = frame.scale.position(if frame.scale.log { frame.scale.min } else { 0.0 }).clamp(0.0, 1.0);
        let end = frame.scale.position(block.to).clamp(0.0, 1.0);
        let up = end >= zero;
        let (room, share) =
            if up { (rows - self.below, (end - zero) / (1.0 - zero)) } else { (self.below, (zero - end) / zero) };
        let reach = (share.clamp(0.0, 1.0) * (room * 8) as f64).round() as usize;
        for away in 0..room {
            let filled = reach.saturating_sub(away * 8).min(8);
            let row = if up { rows - 1 - self.below - away } else { rows - self.below + away };
            for column in block.left..block.right {
                let (Some(taken), Some(cell)) = (self.taken[row].get_mut(column), self.cells[row].get_mut(column))
                else {
                    continue;
                };
                let (before, owner) = *taken;
                // Layers come from the axis: what is drawn already stays.
                if before < filled {
                    let (owner, color) =
                        if filled - before > before { (block.series, block.color) } else { (owner, cell.1) };
                    // Below the axis there is a block for a half and one for the whole.
                    let sign = match filled {
                        _ if up => terminal.fill(owner, filled),
                        0..=1 => ' ',
                        2..=5 => '▀',
                        _ => terminal.fill(owner, 8),
                    };
                    *cell = (sign, color);
                    *taken = (filled, owner);
                }
            }
        }
    }
}
