//! Colours: chosen so that every pair stays apart for every kind of colour vision, and each has a contrast of 3:1.

use super::super::Theme;
use super::color_book::ColorBook;

/// An opaque colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    const fn hex(value: u32) -> Self {
        Self((value >> 16) as u8, (value >> 8) as u8, value as u8)
    }

    /// `#RRGGBB`.
    pub fn css(self) -> String {
        format!("#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }

    /// This colour with a share of another.
    pub fn mix(self, other: Self, share: f64) -> Self {
        let part = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Self(part(self.0, other.0), part(self.1, other.1), part(self.2, other.2))
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { libm::pow((c + 0.055) / 1.055, 2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

/// The colours of a theme.
#[derive(Debug)]
pub struct Palette {
    /// The ground.
    pub ground: Rgb,
    /// Titles and legends.
    pub ink: Rgb,
    /// Tick labels.
    pub secondary: Rgb,
    /// Grid lines.
    pub grid: Rgb,
    /// Axis lines and ticks.
    pub axis: Rgb,
    /// The face of cards.
    pub card: Rgb,
    /// Series, in the order they are dealt.
    pub series: [Rgb; 8],
    /// What is gathered under "Other".
    pub other: Rgb,
    /// HTTP status classes 1xx to 5xx.
    pub status: [Rgb; 5],
    /// Text on a dark mark.
    pub on_dark: Rgb,
    /// Text on a light mark.
    pub on_light: Rgb,
}

/// How much of the ground shows in a stack's areas.
pub const TINT: f64 = 0.28;
/// How the statuses of one class differ, first to last: how much of the ground or, darker, of the ink shows.
const SHADES: [(f64, f64); 6] = [(0.0, 0.0), (0.35, 0.0), (0.0, 0.35), (0.58, 0.0), (0.0, 0.6), (0.72, 0.0)];

/// The steps of a heat map's shades: shares of the largest value.
pub const HEAT: [f64; 8] = [0.0, 0.05, 0.125, 0.25, 0.4, 0.6, 0.8, 1.0];

/// Colours on white.
pub const LIGHT: Palette = Palette {
    ground: Rgb::hex(0xff_ff_ff),
    ink: Rgb::hex(0x24_24_24),
    secondary: Rgb::hex(0x61_61_61),
    grid: Rgb::hex(0xe6_e6_e6),
    axis: Rgb::hex(0x9a_9a_9a),
    card: Rgb::hex(0xf6_f8_fa),
    series: [
        Rgb::hex(0x00_78_d4),
        Rgb::hex(0xd1_57_0a),
        Rgb::hex(0x5b_19_9c),
        Rgb::hex(0x08_a2_8f),
        Rgb::hex(0x81_10_44),
        Rgb::hex(0xbe_40_9d),
        Rgb::hex(0x35_52_0b),
        Rgb::hex(0x86_88_fe),
    ],
    other: Rgb::hex(0xc8_c6_c4),
    status: [
        Rgb::hex(0x8a_8f_98),
        Rgb::hex(0x2e_9e_6b),
        Rgb::hex(0x5c_6f_8a),
        Rgb::hex(0xc7_77_00),
        Rgb::hex(0x8f_12_20),
    ],
    on_dark: Rgb::hex(0xff_ff_fe),
    on_light: Rgb::hex(0x24_24_23),
};

/// Colours on a dark ground.
pub const DARK: Palette = Palette {
    ground: Rgb::hex(0x1f_1f_1f),
    ink: Rgb::hex(0xf0_f0_f0),
    secondary: Rgb::hex(0xb0_b0_b0),
    grid: Rgb::hex(0x3a_3a_3a),
    axis: Rgb::hex(0x7a_7a_7a),
    card: Rgb::hex(0x2a_2c_2e),
    series: [
        Rgb::hex(0x3b_9c_f6),
        Rgb::hex(0xb0_58_27),
        Rgb::hex(0x84_59_c3),
        Rgb::hex(0x09_87_77),
        Rgb::hex(0xf6_b7_c4),
        Rgb::hex(0xd3_6e_bf),
        Rgb::hex(0xa5_bf_36),
        Rgb::hex(0xc2_c5_fb),
    ],
    other: Rgb::hex(0x60_5e_5c),
    status: [
        Rgb::hex(0x7d_83_8c),
        Rgb::hex(0x3f_b5_7f),
        Rgb::hex(0x7c_93_b3),
        Rgb::hex(0xe0_93_1f),
        Rgb::hex(0xd9_48_5a),
    ],
    on_dark: Rgb::hex(0xff_ff_fe),
    on_light: Rgb::hex(0x24_24_23),
};

impl Palette {
    /// The palette of a theme.
    pub const fn of(theme: Theme) -> &'static Self {
        match theme {
            Theme::Light => &LIGHT,
            Theme::Dark => &DARK,
        }
    }

    /// The better readable text colour on a mark of this colour.
    pub fn text_on(&self, mark: Rgb) -> Rgb {
        // The contrast with white, against that with black.
        if 1.05 / (mark.luminance() + 0.05) >= 3.6 { self.on_dark } else { self.on_light }
    }

    /// A colour for each name: the names' own for HTTP statuses, else what the book has, else dealt in order.
    pub fn deal(&self, names: &[String], book: &ColorBook) -> Vec<Rgb> {
        if let Some(colours) = self.status_colours(names, book) {
            return colours;
        }
        let mut taken: Vec<usize> = Vec::new();
        let fixed: Vec<Option<usize>> = names
            .iter()
            .map(|name| {
                let at = book.place(name)? % self.series.len();
                (!taken.contains(&at)).then(|| {
                    taken.push(at);
                    at
                })
            })
            .collect();
        let mut free = (0..self.series.len()).filter(|at| !taken.contains(at)).collect::<Vec<_>>().into_iter();
        fixed.iter().map(|at| at.or_else(|| free.next()).map_or(self.other, |at| self.series[at])).collect()
    }

    /// Every colour a chart can have, in an order that is the same for every palette.
    fn all(&self) -> Vec<Rgb> {
        let mut all = vec![self.ground, self.ink, self.secondary, self.grid, self.axis, self.card];
        all.extend([self.other, self.on_dark, self.on_light]);
        let marks: Vec<Rgb> = self.series.iter().chain(&self.status).chain([&self.other]).copied().collect();
        all.extend(&marks);
        all.extend(marks.iter().map(|mark| mark.mix(self.ground, TINT)));
        all.extend(SHADES.iter().flat_map(|shade| marks.iter().map(|mark| self.shaded(*mark, *shade))));
        all.extend(HEAT.map(|share| self.heat(share)));
        all
    }

    fn shaded(&self, mark: Rgb, (ground, ink): (f64, f64)) -> Rgb {
        mark.mix(self.ground, ground).mix(self.ink, ink)
    }

    /// The colour of a cell that holds a share of the largest one's value.
    pub fn heat(&self, share: f64) -> Rgb {
        let step = HEAT.into_iter().find(|step| share <= *step + 1e-9).unwrap_or(1.0);
        self.ground.mix(self.series[0], 0.06 + 0.94 * step)
    }

    /// The colour of text on such a cell.
    pub fn text_on_heat(&self, share: f64) -> Rgb {
        if share <= 0.6 { self.ink } else { self.text_on(self.heat(share)) }
    }

    fn status_colours(&self, names: &[String], book: &ColorBook) -> Option<Vec<Rgb>> {
        let classes = names.iter().map(|name| status_class(name)).collect::<Option<Vec<_>>>()?;
        if classes.is_empty() {
            return None;
        }
        let mut seen = [0_usize; 5];
        let colours = names.iter().zip(classes).map(|(name, class)| {
            let at = book.place(name).unwrap_or(seen[class]);
            seen[class] += 1;
            self.shaded(self.status[class], SHADES[at % SHADES.len()])
        });
        Some(colours.collect())
    }
}

/// Pairs of a light colour and the dark one in its place, as CSS writes them.
pub fn dark_colours() -> Vec<(String, String)> {
    let pairs = LIGHT.all().into_iter().zip(DARK.all());
    pairs.map(|(light, dark)| (light.css(), dark.css())).collect()
}

/// 0 for 1xx to 4 for 5xx; `None` if the text is no HTTP status or class.
pub fn status_class(name: &str) -> Option<usize> {
    let [class @ b'1'..=b'5', rest @ ..] = name.as_bytes() else { return None };
    let is_status = rest.len() == 2 && (rest.eq_ignore_ascii_case(b"xx") || rest.iter().all(u8::is_ascii_digit));
    is_status.then(|| usize::from(class - b'1'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn statuses_have_their_own_colours() {
        let none = ColorBook::default();
        let dealt = LIGHT.deal(&names(&["200", "404", "201"]), &none);
        assert_eq!(dealt[..2], [LIGHT.status[1], LIGHT.status[3]]);
        assert_ne!(dealt[2], dealt[0]);
        assert_eq!(LIGHT.deal(&names(&["200", "x"]), &none)[0], LIGHT.series[0]);
    }

    #[test]
    fn a_name_keeps_its_colour() {
        let dealt = LIGHT.deal(&names(&["b", "x"]), &ColorBook::dealt(&[names(&["a", "b"])]));
        assert_eq!(dealt, [LIGHT.series[1], LIGHT.series[0]]);
    }
}
