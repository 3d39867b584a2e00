//! Pies: shares inside, names with values and percentages in a column beside.

use std::collections::HashMap;
use std::f64::consts::TAU;

use crate::types::Table;

use super::super::text::count;
use super::layout::{Area, LEGEND, header};
use super::model::{name_of, number_of};
use super::number::{full, short};
use super::palette::Rgb;
use super::roles::Roles;
use super::scene::{Anchor, Scene, Style};
use super::spec::{Kind, Spec};

/// Slices with a name of their own when there are more than fit; the rest is Other.
const MOST_NAMED: usize = 7;
const ROW: f64 = 23.0;
/// The hole of a donut, as a share of its radius.
const HOLE: f64 = 0.58;

/// A slice.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Its share of all.
    pub share: f64,
    /// Its colour.
    pub color: Rgb,
}

/// The slices, in the order of the rows.
pub fn slices(spec: &Spec<'_>, table: &Table, roles: &Roles, warnings: &mut Vec<String>) -> Vec<Slice> {
    let Some(y) = roles.y.first() else { return Vec::new() };
    let mut index: HashMap<String, usize> = HashMap::new();
    let mut slices: Vec<(String, f64)> = Vec::new();
    let mut dropped = 0;
    for row in 0..table.rows {
        let Some(value) = number_of(&table.columns[*y].values[row]) else { continue };
        if !(value.is_finite() && value > 0.0) {
            dropped += 1;
            continue;
        }
        let name = roles.x.map_or_else(String::new, |x| name_of(spec, &table.columns[x].values[row]));
        let next = slices.len();
        let at = *index.entry(name.clone()).or_insert(next);
        if at == next {
            slices.push((name, 0.0));
        }
        slices[at].1 += value;
    }
    if dropped > 0 {
        warnings.push(format!("{} (zero, negative or no number) have no slice", count(dropped, "value")));
    }
    let total: f64 = slices.iter().map(|(_, value)| value).sum();
    let mut others = (0, 0.0);
    if slices.len() > MOST_NAMED + 1 && spec.kind != Kind::Treemap {
        let mut order: Vec<usize> = (0..slices.len()).collect();
        order.sort_by(|a, b| slices[*b].1.total_cmp(&slices[*a].1).then(a.cmp(b)));
        let kept = &order[..MOST_NAMED];
        others = (order.len() - kept.len(), order[MOST_NAMED..].iter().map(|at| slices[*at].1).sum());
        slices = slices.into_iter().enumerate().filter(|(at, _)| kept.contains(at)).map(|(_, slice)| slice).collect();
    }
    let names: Vec<String> = slices.iter().map(|(name, _)| name.clone()).collect();
    let mut colors = spec.palette.deal(&names, spec.colors).into_iter();
    let share = |value: f64| if total.is_finite() && total > 0.0 { value / total } else { 0.0 };
    let mut slices: Vec<Slice> = slices
        .into_iter()
        .map(|(name, value)| Slice {
            name,
            value,
            share: share(value),
            color: colors.next().unwrap_or(spec.palette.other),
        })
        .collect();
    if others.0 > 0 {
        let name = format!("Other ({})", others.0);
        slices.push(Slice { name, value: others.1, share: share(others.1), color: spec.palette.other });
    }
    slices
}

/// Up to two decimals, none of them a trailing zero: `75%`, `17.19%`.
pub fn percent(share: f64) -> String {
    let text = format!("{:.2}", share * 100.0);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "0" && share > 0.0 { "<0.01%".to_owned() } else { format!("{text}%") }
}

/// Draws the pie of values of a name.
pub fn draw(spec: &Spec<'_>, slices: &[Slice], of: &str, scene: &mut Scene) {
    let area = header(spec, scene, None);
    let rows: Vec<(String, String)> = slices.iter().map(|slice| (full(slice.value), percent(slice.share))).collect();
    let width = |text: &str, bold| spec.measure.width(text, LEGEND, bold);
    let values = rows.iter().map(|(value, _)| width(value, false)).fold(0.0, f64::max);
    let shares = rows.iter().map(|(_, share)| width(share, true)).fold(0.0, f64::max);
    let beside = area.width() >= 380.0;
    let room = if beside { area.width() * 0.4 } else { area.width() } - 20.0;
    let most_name = if beside { area.width() * 0.4 } else { room - values - shares - 40.0 };
    let names: Vec<String> =
        slices.iter().map(|slice| spec.measure.fit(&slice.name, most_name, LEGEND, false)).collect();
    let widest = names.iter().map(|name| width(name, false)).fold(0.0, f64::max);
    let legend_width = 20.0 + widest + 22.0 + values + 18.0 + shares;
    let legend_height = slices.len() as f64 * ROW;
    let legend = spec.legend.then_some(());

    // Beside the pie, or below when the picture is narrow.
    let (pie, list) = match legend {
        None => (area, None),
        Some(()) if beside => {
            let pie = Area { right: (area.right - legend_width - 36.0).max(area.left + 60.0), ..area };
            let radius = (pie.width().min(pie.height()) / 2.0 - 6.0).max(10.0);
            let together = radius * 2.0 + 36.0 + legend_width;
            let left = area.left + ((area.width() - together) / 2.0).max(0.0);
            let pie = Area { left, right: left + radius * 2.0, ..area };
            let top = f64::midpoint(pie.top, pie.bottom) - legend_height / 2.0;
            (pie, Some((pie.right + 36.0, top.max(area.top))))
        }
        Some(()) => {
            let bottom = (area.bottom - legend_height - 12.0).max(area.top + 60.0);
            (Area { bottom, ..area }, Some((area.left, bottom + 12.0)))
        }
    };
    let center = (f64::midpoint(pie.left, pie.right), f64::midpoint(pie.top, pie.bottom));
    let radius = (pie.width().min(pie.height()) / 2.0 - 2.0).max(10.0);
    draw_slices(spec, slices, scene, center, radius);
    if spec.kind == Kind::Donut {
        draw_total(spec, slices, of, scene, center, radius * HOLE);
    }
    if let Some((left, top)) = list {
        for (n, (slice, (value, share))) in slices.iter().zip(&rows).enumerate() {
            let middle = top + ROW * (n as f64 + 0.5);
            if middle + 6.0 > scene.height {
                break;
            }
            let style = Style { size: LEGEND, bold: false, color: spec.palette.ink };
            scene.rect(left, middle - 5.5, 11.0, 11.0, slice.color);
            scene.text((left + 20.0, middle + 4.3), names[n].clone(), style, Anchor::Start);
            let right = left + 20.0 + widest + 22.0 + values;
            let quiet = Style { color: spec.palette.secondary, ..style };
            scene.text((right, middle + 4.3), value.clone(), quiet, Anchor::End);
            let bold = Style { bold: true, ..style };
            scene.text((right + 18.0 + shares, middle + 4.3), share.clone(), bold, Anchor::End);
        }
    }
}

/// What all slices are together, in the hole.
fn draw_total(spec: &Spec<'_>, slices: &[Slice], of: &str, scene: &mut Scene, (x, y): (f64, f64), hole: f64) {
    let total: f64 = slices.iter().map(|slice| slice.value).sum();
    let room = hole * 1.5;
    let text = [full(total), short(total)].into_iter().find(|text| spec.measure.width(text, 22.0, true) <= room);
    let Some(text) = text.filter(|_| hole > 34.0) else { return };
    scene.text((x, y + 4.0), text, Style { size: 22.0, bold: true, color: spec.palette.ink }, Anchor::Middle);
    let of = spec.measure.fit(of, room, LEGEND, false);
    let quiet = Style { size: LEGEND, bold: false, color: spec.palette.secondary };
    scene.text((x, y + 22.0), of, quiet, Anchor::Middle);
}

fn draw_slices(spec: &Spec<'_>, slices: &[Slice], scene: &mut Scene, (x, y): (f64, f64), radius: f64) {
    let hole = if spec.kind == Kind::Donut { radius * HOLE } else { 0.0 };
    // Clockwise from twelve o'clock.
    let at = |share: f64, r: f64| {
        let (sin, cos) = libm::sincos(share * TAU);
        (x + sin * r, y - cos * r)
    };
    let mut from = 0.0;
    let mut starts = Vec::new();
    for slice in slices {
        let to = from + slice.share;
        let tip = format!("{}\n{} ({})", slice.name, full(slice.value), percent(slice.share));
        if slice.share > 0.999_999 && hole == 0.0 {
            scene.circle(x, y, radius, slice.color).tip(tip);
        } else {
            let steps = (slice.share * 240.0).ceil().max(1.0) as usize;
            let shares = (0..=steps).map(|n| from + slice.share * n as f64 / steps as f64);
            let mut points: Vec<_> = shares.clone().map(|share| at(share, radius)).collect();
            if hole > 0.0 {
                points.extend(shares.rev().map(|share| at(share, hole)));
            } else {
                points.push((x, y));
            }
            scene.polygon(points, slice.color).tip(tip);
        }
        starts.push(from);
        from = to;
    }
    // Separators last, over both neighbours: no seams.
    if slices.len() > 1 {
        for from in &starts {
            scene.line(vec![at(*from, hole), at(*from, radius + 0.5)], 1.5, spec.palette.ground);
        }
    }
    for (slice, from) in slices.iter().zip(&starts) {
        if slice.share >= 0.05 {
            let middle = from + slice.share / 2.0;
            let depth = if hole > 0.0 {
                f64::midpoint(radius, hole)
            } else if slice.share > 0.999_999 {
                0.0
            } else {
                radius * if slice.share > 0.2 { 0.66 } else { 0.72 }
            };
            let (px, py) = at(middle, depth);
            let color = spec.palette.text_on(slice.color);
            let text = format!("{:.0}%", slice.share * 100.0);
            scene.text((px, py + 4.5), text, Style { size: 12.5, bold: true, color }, Anchor::Middle);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_short() {
        for (share, shown) in
            [(0.75, "75%"), (11.0 / 64.0, "17.19%"), (0.5 / 7.0, "7.14%"), (1e-9, "<0.01%"), (0.1, "10%")]
        {
            assert_eq!(percent(share), shown);
        }
    }
}
