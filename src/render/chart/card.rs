//! Values of the first row in large letters.

use crate::types::Table;

use super::layout::{MARGIN, header};
use super::model::value_text;
use super::scene::{Anchor, Scene, Style};
use super::spec::Spec;

/// The size that suits so many cards.
pub fn size(table: &Table) -> (f64, f64) {
    let cards = table.columns.len().clamp(1, 12) as f64;
    let across = cards.min(4.0);
    (across * 200.0 + MARGIN, (cards / 4.0).ceil() * 110.0 + MARGIN + 24.0)
}

/// Draws a card for each column.
pub fn draw(spec: &Spec<'_>, table: &Table, scene: &mut Scene) {
    const GAP: f64 = 12.0;
    let area = header(spec, scene, None);
    let cards = table.columns.len().clamp(1, 12);
    let across = cards.min(((area.width() / 150.0) as usize).max(1)).min(4);
    let rows = cards.div_ceil(across);
    let width = (area.width() - GAP * (across - 1) as f64) / across as f64;
    let height = ((area.height() - GAP * (rows - 1) as f64) / rows as f64).min(160.0);
    for (n, column) in table.columns.iter().take(cards).enumerate() {
        let left = area.left + (width + GAP) * (n % across) as f64;
        let top = area.top + (height + GAP) * (n / across) as f64;
        scene.rect(left, top, width, height, spec.palette.card);
        scene.rect(left, top, 3.0, height, spec.palette.series[0]);
        let room = width - 30.0;
        let label = spec.measure.fit(&column.name, room, 12.0, false);
        let quiet = Style { size: 12.0, bold: false, color: spec.palette.secondary };
        scene.text((left + 18.0, top + 25.0), label, quiet, Anchor::Start);
        let value = column.values.first().map_or_else(|| "–".to_owned(), |value| value_text(spec, value));
        let value = if value.is_empty() { "–".to_owned() } else { value };
        let natural = spec.measure.width(&value, 1.0, true).max(0.1);
        let size = (room / natural).clamp(13.0, 34.0).min(height * 0.38).round();
        let value = spec.measure.fit(&value, room, size, true);
        let style = Style { size, bold: true, color: spec.palette.ink };
        scene.text((left + 18.0, top + 33.0 + size), value, style, Anchor::Start);
    }
}
