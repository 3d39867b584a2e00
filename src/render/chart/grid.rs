//! A table as a picture, for `render table` and charts that are tables.

use super::super::text::{count, grouped_cells};
use super::super::{Answer, encode};
use super::layout::{Area, LEGEND, MARGIN, header};
use super::scene::{Anchor, Scene, Style};
use super::spec::Spec;

const ROW: f64 = 24.0;
/// The most rows of a picture whose size is not given.
const MOST_ROWS: usize = 40;
/// The widest column of such a picture.
const WIDEST: f64 = 360.0;

/// The size that suits a table.
pub fn size(spec: &Spec<'_>, answer: &Answer) -> (f64, f64) {
    let rows = answer.rows();
    let cells = grouped_cells(answer, rows.min(MOST_ROWS));
    let width: f64 = natural(spec, answer, &cells).into_iter().map(|width| width.min(WIDEST)).sum();
    let lines = rows.min(MOST_ROWS) + 1 + usize::from(rows > MOST_ROWS);
    let title = if spec.title.is_some() { 22.0 } else { 0.0 } + if spec.subtitle.is_some() { 19.0 } else { 0.0 };
    ((width + 2.0 * MARGIN).clamp(400.0, 1400.0), lines as f64 * ROW + title + 2.0 * MARGIN)
}

/// The widths that columns would like.
fn natural(spec: &Spec<'_>, answer: &Answer, cells: &[Vec<String>]) -> Vec<f64> {
    let measure = |text: &str, bold| spec.measure.width(&encode::label(text), LEGEND, bold);
    let columns = answer.columns();
    let widths = columns.iter().zip(cells).map(|((name, _), column)| {
        let cells = column.iter().map(|cell| measure(&cell.chars().take(300).collect::<String>(), false));
        cells.fold(measure(name, true), f64::max) + 20.0
    });
    widths.collect()
}

/// Draws as many rows as have room.
pub fn draw(spec: &Spec<'_>, answer: &Answer, scene: &mut Scene) {
    let area = header(spec, scene, None);
    let room = ((area.height() - ROW) / ROW).max(1.0) as usize;
    let rows = answer.rows();
    let shown = if rows > room { room.saturating_sub(1) } else { rows };
    let cells = grouped_cells(answer, shown);
    let columns = answer.columns();
    let natural = natural(spec, answer, &cells);
    let total: f64 = natural.iter().sum();
    // The widest columns give way first.
    let mut cap = natural.iter().copied().fold(0.0, f64::max);
    while total > area.width() && cap > 30.0 && natural.iter().map(|width| width.min(cap)).sum::<f64>() > area.width() {
        cap -= 2.0;
    }
    let head = Style { size: LEGEND, bold: true, color: spec.palette.ink };
    let body = Style { bold: false, ..head };
    let mut left = area.left;
    for (at, (name, scalar_type)) in columns.iter().enumerate() {
        let width = natural[at].min(cap);
        if left + width > area.right + 1.0 {
            break;
        }
        let right = scalar_type.is_numeric();
        let mut put = |text: &str, row: usize, style: Style| {
            let text: String = text.chars().take(300).collect();
            let text = spec.measure.fit(&encode::label(&text), width - 20.0, LEGEND, style.bold);
            let y = area.top + ROW * row as f64 + 16.0;
            let (x, anchor) = if right { (left + width - 16.0, Anchor::End) } else { (left, Anchor::Start) };
            scene.text((x, y), text, style, anchor);
        };
        put(name, 0, head);
        for (row, cell) in cells[at].iter().enumerate() {
            put(cell, row + 1, body);
        }
        left += width;
    }
    rules(spec, scene, area, shown);
    if shown < rows {
        let y = area.top + ROW * (shown + 1) as f64 + 16.0;
        let quiet = Style { color: spec.palette.secondary, ..body };
        scene.text((area.left, y), format!("first {shown} of {}", count(rows, "row")), quiet, Anchor::Start);
    }
}

fn rules(spec: &Spec<'_>, scene: &mut Scene, area: Area, rows: usize) {
    for row in 1..=rows + 1 {
        let y = (area.top + ROW * row as f64).round();
        let color = if row == 1 { spec.palette.axis } else { spec.palette.grid };
        scene.line(vec![(area.left, y), (area.right, y)], 1.0, color);
    }
}
