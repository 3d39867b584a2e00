//! Values as areas: rectangles as square as they can be.

use super::layout::{Area, header};
use super::number::full;
use super::palette::Rgb;
use super::pie::{Slice, percent};
use super::scene::{Anchor, Scene, Style};
use super::spec::Spec;

/// Draws the map.
pub fn draw(spec: &Spec<'_>, slices: &[Slice], scene: &mut Scene) {
    let area = header(spec, scene, None);
    let mut order: Vec<&Slice> = slices.iter().collect();
    order.sort_by(|a, b| b.share.total_cmp(&a.share));
    let shares: Vec<f64> = order.iter().map(|slice| slice.share).collect();
    for (slice, place) in order.iter().zip(squarified(&shares, area)) {
        let (left, top) = (place.left.round(), place.top.round());
        let (width, height) = (place.right.round() - left - 1.0, place.bottom.round() - top - 1.0);
        let tip = format!("{}\n{} ({})", slice.name, full(slice.value), percent(slice.share));
        scene.rect(left, top, width.max(0.5), height.max(0.5), slice.color).tip(tip);
        let color =
            if slice.color == spec.palette.other { spec.palette.ink } else { spec.palette.text_on(slice.color) };
        let name = spec.measure.fit(&slice.name, width - 14.0, 12.0, true);
        // A few letters of a name tell nothing; whole words on several lines do.
        if name != slice.name && name.chars().count() < 7 {
            wrapped(spec, scene, slice, (left, top, width, height), color);
            continue;
        }
        if height > 22.0 {
            scene.text((left + 8.0, top + 17.0), name, Style { size: 12.0, bold: true, color }, Anchor::Start);
        }
        let value = format!("{} ({})", full(slice.value), percent(slice.share));
        if height > 40.0 && spec.measure.width(&value, 11.5, false) < width - 16.0 {
            scene.text((left + 8.0, top + 34.0), value, Style { size: 11.5, bold: false, color }, Anchor::Start);
        }
    }
}

/// A name on the lines that a narrow place has, if all of it fits.
fn wrapped(
    spec: &Spec<'_>,
    scene: &mut Scene,
    slice: &Slice,
    (left, top, width, height): (f64, f64, f64, f64),
    color: Rgb,
) {
    let lines = spec.measure.wrap(&slice.name, width - 12.0, 3, 11.0);
    if lines.iter().any(|line| line.contains('…')) || lines.len() as f64 * 14.0 + 6.0 > height {
        return;
    }
    for (n, line) in lines.into_iter().enumerate() {
        let baseline = top + 15.0 + 14.0 * n as f64;
        scene.text((left + 6.0, baseline), line, Style { size: 11.0, bold: false, color }, Anchor::Start);
    }
}

/// Places for shares in falling order (Bruls, Huizing and van Wijk's squarified treemap).
fn squarified(shares: &[f64], area: Area) -> Vec<Area> {
    let mut places = Vec::new();
    let mut rest = area;
    let mut at = 0;
    while at < shares.len() {
        let left: f64 = shares[at..].iter().sum();
        let scale = rest.width() * rest.height() / left.max(f64::MIN_POSITIVE);
        let side = rest.width().min(rest.height()).max(1e-9);
        let worst = |row: &[f64]| {
            let sum = row.iter().sum::<f64>() * scale;
            let ratio = |share: f64| {
                let area = (share * scale).max(1e-12);
                (side * side * area / (sum * sum)).max(sum * sum / (side * side * area))
            };
            row.iter().map(|share| ratio(*share)).fold(0.0, f64::max)
        };
        let mut end = at + 1;
        while end < shares.len() && worst(&shares[at..=end]) <= worst(&shares[at..end]) {
            end += 1;
        }
        let sum: f64 = shares[at..end].iter().sum();
        let thick = sum * scale / side;
        let wide = rest.width() >= rest.height();
        let mut start = if wide { rest.top } else { rest.left };
        for share in &shares[at..end] {
            let length = share / sum.max(f64::MIN_POSITIVE) * side;
            places.push(if wide {
                Area { left: rest.left, right: rest.left + thick, top: start, bottom: start + length }
            } else {
                Area { top: rest.top, bottom: rest.top + thick, left: start, right: start + length }
            });
            start += length;
        }
        if wide {
            rest.left += thick;
        } else {
            rest.top += thick;
        }
        at = end;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_fill_the_area_by_share() {
        let area = Area { left: 0.0, top: 0.0, right: 600.0, bottom: 400.0 };
        let shares = [0.4, 0.3, 0.2, 0.1];
        for (share, place) in shares.iter().zip(squarified(&shares, area)) {
            assert!((place.width() * place.height() - share * 240_000.0).abs() < 1.0);
            assert!(place.right <= 600.001 && place.bottom <= 400.001);
        }
    }
}
