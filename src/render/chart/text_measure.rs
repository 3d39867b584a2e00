//! How wide text is, from the font's own tables: the same everywhere, whatever fonts a machine has.

use std::sync::OnceLock;

use ttf_parser::Face;
use unicode_width::UnicodeWidthChar;

use super::super::RenderError;

/// Browsers without the font fall back to a wider one.
const SLACK: f64 = 1.1;

/// Measures text.
pub struct Measure<'a> {
    regular: &'static Face<'static>,
    bold: &'static Face<'static>,
    fallback: Option<Face<'a>>,
}

/// The built-in faces, read once.
fn built_in() -> Option<&'static (Face<'static>, Face<'static>)> {
    static FACES: OnceLock<Option<(Face<'static>, Face<'static>)>> = OnceLock::new();
    let read = || Some((Face::parse(notosans::REGULAR_TTF, 0).ok()?, Face::parse(notosans::BOLD_TTF, 0).ok()?));
    FACES.get_or_init(read).as_ref()
}

impl<'a> Measure<'a> {
    /// With the built-in font, and perhaps another for characters it lacks.
    pub fn new(font: Option<&'a [u8]>) -> Result<Self, RenderError> {
        let (regular, bold) = built_in().ok_or(RenderError::Font)?;
        let face = |bytes| Face::parse(bytes, 0).map_err(|_| RenderError::Font);
        Ok(Self { regular, bold, fallback: font.map(face).transpose()? })
    }

    /// The width of a text in pixels.
    pub fn width(&self, text: &str, size: f64, bold: bool) -> f64 {
        let face = if bold { self.bold } else { self.regular };
        let ems: f64 = text.chars().map(|c| self.advance(face, c)).sum();
        ems * size * SLACK
    }

    fn advance(&self, face: &Face<'_>, c: char) -> f64 {
        let of = |face: &Face<'_>| {
            let glyph = face.glyph_index(c)?;
            Some(f64::from(face.glyph_hor_advance(glyph)?) / f64::from(face.units_per_em()))
        };
        of(face).or_else(|| of(self.fallback.as_ref()?)).unwrap_or_else(|| match c.width() {
            Some(0) | None => 0.0,
            Some(1) => 0.6,
            Some(_) => 1.0,
        })
    }

    /// Whether no font has some character of the text.
    pub fn lacks(&self, text: &str) -> bool {
        text.chars().any(|c| {
            c.width().unwrap_or(0) > 0
                && self.regular.glyph_index(c).is_none()
                && self.fallback.as_ref().is_none_or(|face| face.glyph_index(c).is_none())
        })
    }

    /// The text on at most so many lines, broken after spaces and the signs that part paths and names; the last line
    /// gives way in its middle.
    pub fn wrap(&self, text: &str, most: f64, lines: usize, size: f64) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        let mut rest = text;
        while out.len() + 1 < lines && self.width(rest, size, false) > most {
            let ends = rest.char_indices().filter(|(_, c)| " /-_.,:".contains(*c)).map(|(at, c)| at + c.len_utf8());
            let fits = |end: &usize| *end < rest.len() && self.width(rest[..*end].trim_end(), size, false) <= most;
            let Some(end) = ends.take_while(fits).last() else { break };
            out.push(rest[..end].trim_end().to_owned());
            rest = &rest[end..];
        }
        out.push(self.fit(rest, most, size, false));
        out
    }

    /// The text, its middle left out if it is wider than `most`.
    pub fn fit(&self, text: &str, most: f64, size: f64, bold: bool) -> String {
        // Nothing a screen shows is longer; measuring a megabyte of text would take its time.
        if text.len() <= 2000 && self.width(text, size, bold) <= most {
            return text.to_owned();
        }
        let chars: Vec<char> = text.chars().collect();
        let joined = |kept: usize| -> String {
            let head = kept.div_ceil(2);
            let tail = kept - head;
            chars[..head].iter().chain(&['…']).chain(&chars[chars.len() - tail..]).collect()
        };
        let (mut low, mut high) = (0, chars.len().saturating_sub(1).min(1000));
        while low < high {
            let middle = (low + high).div_ceil(2);
            if self.width(&joined(middle), size, bold) <= most {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        joined(low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_the_fonts() {
        let measure = Measure::new(None).unwrap();
        let digit = measure.width("0", 100.0, false);
        assert!((digit - 57.2 * SLACK).abs() < 0.1, "{digit}");
        assert_eq!(measure.width("1", 100.0, false), digit);
        assert!(measure.width("W", 10.0, true) > measure.width("i", 10.0, true));
        assert!(measure.lacks("日") && !measure.lacks("Žluťoučký Ελλ Заказы →"));
    }

    #[test]
    fn paths_break_at_their_signs() {
        let measure = Measure::new(None).unwrap();
        let lines = measure.wrap("GET /catalog/items/{itemId}/availability", 100.0, 3, 11.0);
        assert_eq!(lines, ["GET /catalog/", "items/{itemId}/", "availability"]);
        assert_eq!(measure.wrap("short", 100.0, 3, 11.0), ["short"]);
        assert!(measure.wrap(&"x".repeat(300), 100.0, 3, 11.0)[0].contains('…'));
    }

    #[test]
    fn the_middle_gives_way() {
        let measure = Measure::new(None).unwrap();
        let text = "GET /payments/v2/accounts/{accountId}/transactions/{transactionId}/refunds";
        let fitted = measure.fit(text, 200.0, 11.0, false);
        assert!(fitted.starts_with("GET /pay") && fitted.ends_with("/refunds") && fitted.contains('…'), "{fitted}");
        assert!(measure.width(&fitted, 11.0, false) <= 200.0);
        assert_eq!(measure.fit("short", 200.0, 11.0, false), "short");
        assert_eq!(measure.fit("x", 1.0, 11.0, false), "…");
    }
}
