//! Sums by two names as a table: the first name goes down, the second across, darker where there is more.

use std::collections::HashMap;

use crate::types::Table;

use super::super::text::count;
use super::layout::{LEGEND, MARGIN, header};
use super::model::{name_of, number_of};
use super::number::full;
use super::roles::Roles;
use super::scene::{Anchor, Scene, Style};
use super::spec::Spec;

const ROW: f64 = 26.0;
/// The most rows of a picture whose size is not given.
const MOST_ROWS: usize = 40;
/// The room around a cell's text.
const PAD: f64 = 12.0;

/// The table.
pub struct Pivot {
    /// What the rows are.
    corner: String,
    rows: Vec<String>,
    columns: Vec<String>,
    /// By row and column; `None` where there is nothing.
    cells: Vec<Vec<Option<f64>>>,
    /// Whether the columns are of one measure and can be added up.
    adds: bool,
    widths: Vec<f64>,
    names_width: f64,
}

/// Sums up a table.
pub fn build(spec: &Spec<'_>, table: &Table, roles: &Roles) -> Pivot {
    let mut rows = Vec::new();
    let mut columns: Vec<String> = Vec::new();
    let (mut row_index, mut column_index) = (HashMap::new(), HashMap::new());
    let mut cells: Vec<Vec<Option<f64>>> = Vec::new();
    let adds = !roles.series.is_empty();
    for at in 0..table.rows {
        let name = roles.x.map_or_else(String::new, |x| name_of(spec, &table.columns[x].values[at]));
        let row = place(&mut rows, &mut row_index, name);
        let split: Vec<String> = roles.series.iter().map(|s| name_of(spec, &table.columns[*s].values[at])).collect();
        for y in roles.y.iter().take(if adds { 1 } else { usize::MAX }) {
            let name = if adds { split.join(", ") } else { table.columns[*y].name.clone() };
            let column = place(&mut columns, &mut column_index, name);
            let Some(value) = number_of(&table.columns[*y].values[at]).filter(|value| value.is_finite()) else {
                continue;
            };
            cells.resize(rows.len(), Vec::new());
            let cells = &mut cells[row];
            if cells.len() <= column {
                cells.resize(column + 1, None);
            }
            *cells[column].get_or_insert(0.0) += value;
        }
    }
    cells.resize(rows.len(), Vec::new());
    for cells in &mut cells {
        cells.resize(columns.len(), None);
    }
    let mut pivot = Pivot {
        corner: roles.x.map(|x| table.columns[x].name.clone()).unwrap_or_default(),
        rows,
        columns,
        cells,
        adds,
        widths: Vec::new(),
        names_width: 0.0,
    };
    pivot.measure(spec);
    pivot
}

fn place(names: &mut Vec<String>, index: &mut HashMap<String, usize>, name: String) -> usize {
    *index.entry(name.clone()).or_insert_with(|| {
        names.push(name);
        names.len() - 1
    })
}

impl Pivot {
    /// Whether there is no value at all.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().flatten().all(Option::is_none)
    }

    fn row_total(&self, row: usize) -> f64 {
        self.cells[row].iter().flatten().sum()
    }

    fn column_total(&self, column: usize) -> f64 {
        self.cells.iter().filter_map(|cells| cells[column]).sum()
    }

    fn total(&self) -> f64 {
        self.cells.iter().flatten().flatten().sum()
    }

    fn measure(&mut self, spec: &Spec<'_>) {
        let width = |text: &str, bold| spec.measure.width(text, LEGEND, bold);
        let names = self.rows.iter().take(500).map(|name| width(name, false)).fold(width(&self.corner, true), f64::max);
        self.names_width = names.clamp(40.0, 260.0) + PAD;
        self.widths = (0..self.columns.len())
            .map(|column| {
                let cells = self.cells.iter().take(500).filter_map(|cells| cells[column]);
                let widest = cells.map(|value| width(&full(value), false)).fold(0.0, f64::max);
                let head = width(&self.columns[column], true).min(120.0);
                widest.max(head).max(width(&full(self.column_total(column)), true)) + 2.0 * PAD
            })
            .collect();
        if self.sums_rows() {
            self.widths.push(width(&full(self.total()), true).max(width("Total", true)) + 2.0 * PAD);
        }
    }

    const fn sums_rows(&self) -> bool {
        self.adds && self.columns.len() > 1
    }

    /// The size that suits the table.
    pub fn size(&self, spec: &Spec<'_>) -> (f64, f64) {
        let title = if spec.title.is_some() { 22.0 } else { 0.0 } + if spec.subtitle.is_some() { 19.0 } else { 0.0 };
        let rows = self.rows.len().min(MOST_ROWS) + 1 + usize::from(self.rows.len() > 1);
        let width = self.names_width + self.widths.iter().sum::<f64>() + 2.0 * MARGIN;
        (width.clamp(400.0, 1400.0), rows as f64 * ROW + title + 2.0 * MARGIN + 4.0)
    }
}

/// Draws the table.
pub fn draw(spec: &Spec<'_>, pivot: &Pivot, scene: &mut Scene, warnings: &mut Vec<String>) {
    let area = header(spec, scene, None);
    let sums = usize::from(pivot.rows.len() > 1);
    let rows = (((area.height() - 2.0) / ROW) as usize).saturating_sub(1 + sums).clamp(1, pivot.rows.len());
    let totals = usize::from(pivot.sums_rows());
    let last = pivot.widths.last().copied().filter(|_| totals > 0).unwrap_or(0.0);
    let names = pivot.names_width.min(area.width() * 0.4);
    let mut room = area.width() - names - last;
    let columns = pivot.widths.iter().take(pivot.columns.len()).take_while(|width| {
        room -= **width;
        room >= -0.5
    });
    let columns = columns.count();
    for (shown, all, what) in [(rows, pivot.rows.len(), "row"), (columns, pivot.columns.len(), "column")] {
        if shown < all {
            warnings.push(format!("only the first {shown} of {} are drawn; totals are of all", count(all, what)));
        }
    }
    let body = Style { size: LEGEND, bold: false, color: spec.palette.ink };
    let head = Style { bold: true, ..body };
    let baseline = |row: usize| area.top + ROW * row as f64 + 17.0;
    let fit = |text: &str, width: f64, bold| spec.measure.fit(text, width, LEGEND, bold);
    scene.text((area.left, baseline(0)), fit(&pivot.corner, names - PAD, true), head, Anchor::Start);
    for (row, name) in pivot.rows.iter().take(rows).enumerate() {
        scene.text((area.left, baseline(row + 1)), fit(name, names - PAD, false), body, Anchor::Start);
    }
    let most = pivot.cells.iter().flatten().flatten().fold(0.0_f64, |most, value| most.max(*value));
    let mut left = area.left + names;
    for (column, width) in pivot.widths.iter().enumerate().take(columns) {
        let right = left + width - PAD;
        let name = fit(&pivot.columns[column], width - PAD, true);
        scene.text((right, baseline(0)), name, head, Anchor::End);
        for (row, cells) in pivot.cells.iter().take(rows).enumerate() {
            let Some(value) = cells[column] else { continue };
            let mut style = body;
            if pivot.adds && most > 0.0 {
                let share = value / most;
                let color = spec.palette.heat(share);
                let top = area.top + ROW * (row + 1) as f64;
                let tip = format!("{}\n{}: {}", pivot.rows[row], pivot.columns[column], full(value));
                scene.rect(left, top, width - 1.0, ROW - 1.0, color).tip(tip);
                style.color = spec.palette.text_on_heat(share);
            }
            scene.text((right, baseline(row + 1)), full(value), style, Anchor::End);
        }
        if sums > 0 {
            scene.text((right, baseline(rows + 1)), full(pivot.column_total(column)), head, Anchor::End);
        }
        left += width;
    }
    if totals > 0 {
        let right = left + last - PAD;
        scene.text((right, baseline(0)), "Total", head, Anchor::End);
        for row in 0..rows {
            scene.text((right, baseline(row + 1)), full(pivot.row_total(row)), head, Anchor::End);
        }
        if sums > 0 {
            scene.text((right, baseline(rows + 1)), full(pivot.total()), head, Anchor::End);
        }
        left += last;
    }
    let rule = |scene: &mut Scene, row: usize| {
        let y = (area.top + ROW * row as f64).round() - 1.0;
        scene.line(vec![(area.left, y), (left, y)], 1.0, spec.palette.axis);
    };
    rule(scene, 1);
    if sums > 0 {
        rule(scene, rows + 1);
        scene.text((area.left, baseline(rows + 1)), "Total", head, Anchor::Start);
    }
}
