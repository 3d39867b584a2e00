//! The legend: names with the marks of their series, wrapped below the plot.

use super::layout::{Area, LEGEND};
use super::marker::{self, Marker};
use super::palette::Rgb;
use super::scene::{Anchor, Scene, Style};
use super::spec::Spec;

/// The mark before a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A square, for bars and areas.
    Box,
    /// A line, with the marker of its points if they have one.
    Line(Option<Marker>),
    /// The marker alone.
    Dot(Marker),
    /// None: the name says how many more there are.
    None,
}

/// An entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The name shown.
    pub name: String,
    /// Its colour.
    pub color: Rgb,
    /// Its mark.
    pub sign: Sign,
}

const ROW: f64 = 20.0;
const GAP: f64 = 22.0;

/// Entries laid out in rows.
pub struct Legend {
    rows: Vec<Vec<(f64, Entry)>>,
}

impl Legend {
    /// No legend.
    pub const fn none() -> Self {
        Self { rows: Vec::new() }
    }

    /// Lays entries out below a chart that has an area to itself: names get shorter when they would take more than a
    /// quarter of it, and the last give way to a number.
    pub fn new(spec: &Spec<'_>, entries: Vec<Entry>, area: Area) -> Self {
        let most = (area.height() * 0.25 / ROW).max(1.0) as usize;
        let shares = [0.4, 0.28, 0.2];
        let mut tries = shares.iter().map(|share| Self::rows(spec, &entries, area.width(), *share));
        let mut legend = tries.find(|legend| legend.rows.len() <= most);
        let mut kept = entries.len();
        let share = shares[1];
        while legend.is_none() && kept > 1 {
            kept -= 1;
            let more = Entry { name: format!("+ {}", entries.len() - kept), color: spec.palette.ink, sign: Sign::None };
            let shown: Vec<Entry> = entries[..kept].iter().cloned().chain([more]).collect();
            legend = Some(Self::rows(spec, &shown, area.width(), share)).filter(|legend| legend.rows.len() <= most);
        }
        legend.unwrap_or_else(Self::none)
    }

    /// Entries in rows, names no wider than a share of the width.
    fn rows(spec: &Spec<'_>, entries: &[Entry], width: f64, share: f64) -> Self {
        let mut rows: Vec<Vec<(f64, Entry)>> = Vec::new();
        let mut x = 0.0;
        for entry in entries {
            let mut entry = entry.clone();
            entry.name = spec.measure.fit(&entry.name, width * share, LEGEND, false);
            let needs = sign_width(entry.sign) + spec.measure.width(&entry.name, LEGEND, false);
            if rows.is_empty() || x + needs > width {
                rows.push(Vec::new());
                x = 0.0;
            }
            if let Some(row) = rows.last_mut() {
                row.push((x, entry));
            }
            x += needs + GAP;
        }
        Self { rows }
    }

    /// Its height, with the space above.
    pub fn height(&self) -> f64 {
        if self.rows.is_empty() { 0.0 } else { self.rows.len() as f64 * ROW + 9.0 }
    }

    /// Draws it at the bottom of an area.
    pub fn draw(&self, spec: &Spec<'_>, scene: &mut Scene, area: Area) {
        let style = Style { size: LEGEND, bold: false, color: spec.palette.ink };
        for (n, row) in self.rows.iter().enumerate() {
            let middle = area.bottom - (self.rows.len() - n) as f64 * ROW + ROW / 2.0;
            for (x, entry) in row {
                let x = area.left + x;
                match entry.sign {
                    Sign::Box => {
                        scene.rect(x, middle - 5.5, 11.0, 11.0, entry.color);
                    }
                    Sign::Line(mark) => {
                        scene.line(vec![(x + 1.0, middle), (x + 19.0, middle)], 2.0, entry.color);
                        if let Some(mark) = mark {
                            marker::draw(scene, mark, (x + 10.0, middle), 3.6, entry.color);
                        }
                    }
                    Sign::Dot(mark) => {
                        marker::draw(scene, mark, (x + 5.5, middle), 5.0, entry.color);
                    }
                    Sign::None => {}
                }
                let text = (x + sign_width(entry.sign), middle + 4.3);
                scene.text(text, entry.name.clone(), style, Anchor::Start);
            }
        }
    }
}

const fn sign_width(sign: Sign) -> f64 {
    match sign {
        Sign::Box | Sign::Dot(_) => 17.0,
        Sign::Line(_) => 26.0,
        Sign::None => 0.0,
    }
}
