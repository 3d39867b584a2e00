//! How wide text is, from the font's own tables: the same everywhere, whatever fonts a machine has.

use ttf_parser::Face;
use unicode_width::UnicodeWidthChar;

use super::super::RenderError;

/// Browsers without the font fall back to a wider one.
const SLACK: f64 = 1.06;

/// Measures text.
pub struct Measure<'a> {
    regular: Face<'a>,
    bold: Face<'a>,
    fallback: Option<Face<'a>>,
}

impl<'a> Measure<'a> {
    /// With the built-in font, and perhaps another for characters it lacks.
    pub fn new(font: Option<&'a [u8]>) -> Result<Self, RenderError> {
        let face = |bytes| Face::parse(bytes, 0).map_err(|_| RenderError::Font);
        Ok(Self {
            regular: face(notosans::REGULAR_TTF)?,
            bold: face(notosans::BOLD_TTF)?,
            fallback: font.map(face).transpose()?,
        })
    }

    /// The width of a text in pixels.
    pub fn width(&self, text: &str, size: f64, bold: bool) -> f64 {
        let face = if bold { &self.bold } else { &self.regular };
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
