//! Spans as bars over time or numbers: the last two columns are begin and end, the others name the rows.

use std::collections::HashSet;

use crate::types::{ScalarType, Table};

use super::axis;
use super::layout::{Area, LEGEND, header};
use super::model::{Axis, Model, Series, name_of, number_of};
use super::number::full;
use super::scene::{Anchor, Scene, Style};
use super::spec::Spec;
use super::time_axis::moment;

/// The lowest row that can be read.
const LEAST_ROW: f64 = 14.0;

/// A name, and where its span begins and ends.
pub type Span = (String, f64, f64);

/// The spans of a table: a name, begin and end; `None` if the last two columns are no times or numbers of one kind.
pub fn spans(spec: &Spec<'_>, table: &Table) -> Option<(Axis, Vec<Span>)> {
    let [names @ .., begin, end] = &table.columns[..] else { return None };
    let axis = match (begin.scalar_type, end.scalar_type) {
        (ScalarType::DateTime, ScalarType::DateTime) => Axis::Time,
        (a, b) if a.is_summable() && b.is_summable() => Axis::Numbers,
        _ => return None,
    };
    let spans = (0..table.rows).filter_map(|row| {
        let (begin, end) = (number_of(&begin.values[row])?, number_of(&end.values[row])?);
        let name: Vec<String> = names.iter().map(|column| name_of(spec, &column.values[row])).collect();
        (begin.is_finite() && end.is_finite()).then(|| (name.join(", "), begin.min(end), begin.max(end)))
    });
    Some((axis, spans.collect()))
}

/// The height that gives every row its room.
pub fn height(spans: &[Span]) -> f64 {
    let names: HashSet<&str> = spans.iter().map(|(name, ..)| name.as_str()).collect();
    (names.len() as f64 * 28.0 + 100.0).clamp(160.0, 1200.0)
}

/// Draws the spans.
pub fn draw(spec: &Spec<'_>, axis: Axis, spans: &[Span], title: &str, scene: &mut Scene, warnings: &mut Vec<String>) {
    let mut names: Vec<&str> = Vec::new();
    for (name, ..) in spans {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let most = ((scene.height - 110.0) / LEAST_ROW).max(1.0) as usize;
    if names.len() > most {
        warnings.push(format!("only the first {most} of {} rows are drawn", names.len()));
        names.truncate(most);
    }
    let mut area = header(spec, scene, None);
    let labels: Vec<String> =
        names.iter().map(|name| spec.measure.fit(name, area.width() * 0.4, LEGEND, false)).collect();
    let widest = labels.iter().map(|label| spec.measure.width(label, LEGEND, false)).fold(0.0, f64::max);
    area.left = (area.left + widest + 10.0).round();
    let color = spec.palette.series[0];
    let points = spans.iter().flat_map(|(_, begin, end)| [(*begin, 0.0), (*end, 0.0)]).collect();
    let time = axis == Axis::Time;
    let series = Series { name: String::new(), y: 0, points, color, other: false };
    let model = Model {
        axis,
        x_name: title.to_owned(),
        y_names: Vec::new(),
        series: vec![series],
        legend: Vec::new(),
        others: 0,
        bin: None,
        gaps: false,
        integers: false,
        anomalies: Vec::new(),
    };
    let x = axis::horizontal(spec, &model, (area.left, area.width()), area.height());
    let plot = Area { top: area.top.round() + 4.0, bottom: (area.bottom - x.height).round(), ..area };
    x.draw_grid(spec, scene, plot);
    let row = plot.height() / names.len().max(1) as f64;
    for (n, label) in labels.iter().enumerate() {
        let middle = plot.top + row * (n as f64 + 0.5);
        scene.line(vec![(plot.left, middle.round()), (plot.right, middle.round())], 1.0, spec.palette.grid);
        let style = Style { size: LEGEND, bold: false, color: spec.palette.ink };
        scene.text((plot.left - 8.0, middle + 4.3), label.clone(), style, Anchor::End);
    }
    let thick = (row * 0.6).clamp(3.0, 22.0);
    for (name, begin, end) in spans {
        let Some(n) = names.iter().position(|known| known == name) else { continue };
        let (left, right) = (x.x(plot, *begin), x.x(plot, *end));
        let show = |at: f64| if time { moment(&spec.zone, at as i64) } else { full(at) };
        let top = plot.top + row * (n as f64 + 0.5) - thick / 2.0;
        let tip = format!("{name}\n{} – {}", show(*begin), show(*end));
        scene.rect(left, top, (right - left).max(2.0), thick, color).alpha(0.85).tip(tip);
    }
    scene.line(vec![(plot.left, plot.bottom), (plot.right, plot.bottom)], 1.0, spec.palette.axis);
    x.draw(spec, scene, plot);
}
