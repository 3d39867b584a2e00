//! Values in large letters: a card for each column of the first row, or a tile for each row.

use crate::types::{Table, Value};

use super::layout::{MARGIN, header};
use super::model::{name_of, number_of, value_text};
use super::number::full;
use super::roles::Roles;
use super::scene::{Anchor, Scene, Style};
use super::spec::{Kind, Spec};

const GAP: f64 = 12.0;
/// The most cards in a row.
const ACROSS: usize = 4;
/// The most cards of a picture.
const MOST: usize = 40;

/// One card.
pub struct Card {
    /// What the value is.
    label: String,
    /// The value as it may be written, the longest first.
    values: Vec<String>,
    /// More about it.
    note: Option<String>,
}

/// The cards of a table.
pub fn cards(spec: &Spec<'_>, table: &Table, roles: &Roles, warnings: &mut Vec<String>) -> Vec<Card> {
    let mut cards = Vec::new();
    if spec.kind == Kind::Card {
        cards.extend(table.columns.iter().map(|column| Card {
            label: column.name.clone(),
            values: column.values.first().map(|value| texts(spec, value)).unwrap_or_default(),
            note: None,
        }));
    } else {
        let named = roles.x.filter(|x| !roles.y.contains(x));
        let value = roles.y.first().copied();
        for row in 0..table.rows {
            let rest = (0..table.columns.len()).filter(|at| Some(*at) != named && Some(*at) != value);
            let rest: Vec<String> = rest.map(|at| value_text(spec, &table.columns[at].values[row])).collect();
            let note = rest.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
            cards.push(Card {
                label: named.map(|at| name_of(spec, &table.columns[at].values[row])).unwrap_or_default(),
                values: value.map(|at| texts(spec, &table.columns[at].values[row])).unwrap_or_default(),
                note: (!note.is_empty()).then_some(note),
            });
        }
    }
    if cards.len() > MOST {
        warnings.push(format!("only the first {MOST} of {} cards are drawn", cards.len()));
        cards.truncate(MOST);
    }
    cards
}

/// A value in full and short.
fn texts(spec: &Spec<'_>, value: &Value<'_>) -> Vec<String> {
    let short = value_text(spec, value);
    match value {
        Value::Int(_) | Value::Long(_) | Value::Real(_) | Value::Decimal(_) => {
            number_of(value).map(full).into_iter().chain([short]).collect()
        }
        _ => vec![short],
    }
}

fn height(cards: &[Card]) -> f64 {
    if cards.iter().any(|card| card.note.is_some()) { 102.0 } else { 84.0 }
}

/// The size that suits the cards.
pub fn size(spec: &Spec<'_>, cards: &[Card]) -> (f64, f64) {
    let across = cards.len().clamp(1, ACROSS) as f64;
    let rows = (cards.len().max(1) as f64 / ACROSS as f64).ceil();
    let title = if spec.title.is_some() { 22.0 } else { 0.0 } + if spec.subtitle.is_some() { 19.0 } else { 0.0 };
    (across * (208.0 + GAP) - GAP + 2.0 * MARGIN, title + rows * (height(cards) + GAP) - GAP + 2.0 * MARGIN - 4.0)
}

/// Draws the cards.
pub fn draw(spec: &Spec<'_>, cards: &[Card], scene: &mut Scene) {
    let area = header(spec, scene, None);
    let count = cards.len().max(1);
    let across = count.min(((area.width() / 150.0) as usize).max(1)).min(ACROSS);
    let rows = count.div_ceil(across);
    let width = (area.width() - GAP * (across - 1) as f64) / across as f64;
    let height = ((area.height() - GAP * (rows - 1) as f64) / rows as f64).min(160.0);
    for (n, card) in cards.iter().enumerate() {
        let left = area.left + (width + GAP) * (n % across) as f64;
        let top = area.top + (height + GAP) * (n / across) as f64;
        scene.rect(left, top, width, height, spec.palette.card);
        scene.rect(left, top, 3.0, height, spec.palette.series[0]);
        let room = width - 30.0;
        let quiet = Style { size: 12.0, bold: false, color: spec.palette.secondary };
        let fit = |text: &str| spec.measure.fit(text, room, quiet.size, quiet.bold);
        let wanted = |text: &str| (room / spec.measure.width(text, 1.0, true).max(0.1)).min(30.0).min(height * 0.36);
        // The whole value, unless only a short one can be large.
        let value = card.values.iter().find(|text| wanted(text) >= 20.0).or(card.values.last());
        let value = value.filter(|text| !text.is_empty()).map_or("–", String::as_str);
        let size = wanted(value).max(12.0).floor();
        // What belongs together stands together, in the middle of the card.
        let block = 12.0 + 10.0 + size * 0.75 + if card.note.is_some() { 20.0 } else { 0.0 };
        let first = top + ((height - block) / 2.0).max(4.0);
        scene.text((left + 18.0, first + 10.0), fit(&card.label), quiet, Anchor::Start);
        let style = Style { size, bold: true, color: spec.palette.ink };
        let baseline = first + 22.0 + size * 0.75;
        scene.text((left + 18.0, baseline), spec.measure.fit(value, room, size, true), style, Anchor::Start);
        if let Some(note) = &card.note {
            scene.text((left + 18.0, baseline + 20.0), fit(note), quiet, Anchor::Start);
        }
    }
}
