//! Values in large digits, of half blocks.

use unicode_width::UnicodeWidthStr;

use crate::types::Table;

use super::super::model::value_text;
use super::super::spec::Spec;
use super::{Terminal, cut};

/// Between two cards.
const GAP: usize = 4;
/// Rows of large digits.
const ROWS: usize = 3;

/// What can be written large: six rows of dots, two to a row of characters.
const GLYPHS: [(char, [&str; 6]); 23] = [
    ('0', ["███", "█ █", "█ █", "█ █", "███", "   "]),
    ('1', [" █ ", "██ ", " █ ", " █ ", "███", "   "]),
    ('2', ["███", "  █", "███", "█  ", "███", "   "]),
    ('3', ["███", "  █", "███", "  █", "███", "   "]),
    ('4', ["█ █", "█ █", "███", "  █", "  █", "   "]),
    ('5', ["███", "█  ", "███", "  █", "███", "   "]),
    ('6', ["███", "█  ", "███", "█ █", "███", "   "]),
    ('7', ["███", "  █", "  █", "  █", "  █", "   "]),
    ('8', ["███", "█ █", "███", "█ █", "███", "   "]),
    ('9', ["███", "█ █", "███", "  █", "███", "   "]),
    ('.', [" ", " ", " ", " ", "█", " "]),
    (',', [" ", " ", " ", " ", "█", "█"]),
    (':', [" ", "█", " ", "█", " ", " "]),
    ('-', ["  ", "  ", "██", "  ", "  ", "  "]),
    ('−', ["  ", "  ", "██", "  ", "  ", "  "]),
    ('+', ["   ", " █ ", "███", " █ ", "   ", "   "]),
    ('%', ["█ █", "  █", " █ ", "█  ", "█ █", "   "]),
    ('k', ["█  ", "█ █", "██ ", "█ █", "█ █", "   "]),
    ('M', ["█   █", "██ ██", "█ █ █", "█   █", "█   █", "     "]),
    ('B', ["██ ", "█ █", "██ ", "█ █", "██ ", "   "]),
    ('T', ["███", " █ ", " █ ", " █ ", " █ ", "   "]),
    ('e', ["   ", "███", "█ █", "██ ", "███", "   "]),
    (' ', ["  ", "  ", "  ", "  ", "  ", "  "]),
];

/// A text in large digits, or nothing when a letter of it has no large form.
fn large(text: &str) -> Option<[String; ROWS]> {
    let mut rows: [String; ROWS] = Default::default();
    for c in text.chars() {
        let (_, glyph) = GLYPHS.iter().find(|(known, _)| *known == c)?;
        for (row, dots) in rows.iter_mut().zip(glyph.chunks_exact(2)) {
            if !row.is_empty() {
                row.push(' ');
            }
            row.extend(dots[0].chars().zip(dots[1].chars()).map(|pair| match pair {
                (' ', ' ') => ' ',
                (_, ' ') => '▀',
                (' ', _) => '▄',
                _ => '█',
            }));
        }
    }
    (!text.is_empty()).then_some(rows)
}

/// The lines of one card, all of one width.
struct Card {
    lines: Vec<String>,
    width: usize,
}

impl Card {
    fn new(name: &str, value: &str, room: usize) -> Self {
        let value = if value.is_empty() { "–" } else { value };
        let mut lines = vec![cut(name, room)];
        match large(value).filter(|rows| rows[0].width() <= room) {
            Some(rows) => lines.extend(rows),
            None => lines.extend([String::new(), cut(value, room), String::new()]),
        }
        let width = lines.iter().map(|line| line.width()).max().unwrap_or(0);
        Self { lines, width }
    }
}

impl Terminal {
    /// Names and values of the first row, side by side as far as there is room.
    pub fn card(self, spec: &Spec<'_>, table: &Table) -> String {
        let cards = table.columns.iter().map(|column| {
            let value = column.values.first().map(|value| value_text(spec, value)).unwrap_or_default();
            Card::new(&column.name, &value, self.width)
        });
        let mut rows: Vec<Vec<Card>> = Vec::new();
        let mut used = 0;
        for card in cards {
            match rows.last_mut() {
                Some(row) if used + GAP + card.width <= self.width => {
                    used += GAP + card.width;
                    row.push(card);
                }
                _ => {
                    used = card.width;
                    rows.push(vec![card]);
                }
            }
        }
        let mut out = self.title(spec);
        for (n, row) in rows.iter().enumerate() {
            if n > 0 {
                out.push('\n');
            }
            for line in 0..=ROWS {
                let mut text = String::new();
                for card in row {
                    let part = &card.lines[line];
                    text += &if line == 0 { part.clone() } else { self.paint(part, spec.palette.series[0]) };
                    text += &" ".repeat(card.width - part.width() + GAP);
                }
                out += text.trim_end();
                out.push('\n');
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glyphs_are_whole() {
        for (c, rows) in GLYPHS {
            assert!(rows.iter().all(|row| row.chars().count() == rows[0].chars().count()), "{c}");
        }
        assert_eq!(large("1.5").unwrap(), ["▄█    █▀▀", " █    ▀▀█", "▀▀▀ ▀ ▀▀▀"]);
        assert_eq!(large("25 Feb"), None);
    }
}
