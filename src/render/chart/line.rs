//! Lines with marks on their points.

use super::marker;
use super::model::{Model, Series, x_text};
use super::number::full;
use super::plot::Panel;
use super::scene::Scene;
use super::spec::{Kind, Spec};

/// Marks need this much room each, in pixels.
pub const MARK_ROOM: f64 = 14.0;

/// Draws every series of a panel.
pub fn draw(spec: &Spec<'_>, model: &Model, scene: &mut Scene, panel: &Panel<'_>) {
    let order = panel.series.iter().filter(|at| model.series[**at].other);
    for at in order.chain(panel.series.iter().filter(|at| !model.series[**at].other)) {
        let series = &model.series[*at];
        let shown: Vec<(f64, f64)> = series.points.iter().copied().filter(|(x, _)| panel.shows(*x)).collect();
        let width = if series.other { 1.0 } else { 2.0 };
        let marks = panel.marks && !series.other;
        for run in runs(spec, model, &shown) {
            let pixels: Vec<(f64, f64)> = run.iter().map(|(x, y)| panel.at(series, *x, *y)).collect();
            match pixels[..] {
                [at] if !marks => {
                    scene.circle(at.0, at.1, 3.0, series.color);
                }
                [_] => {}
                _ => {
                    scene.line(decimate(&pixels), width, series.color);
                }
            }
        }
        for (x, y) in shown.iter().filter(|_| marks) {
            marker::draw(scene, marker::of(*at), panel.at(series, *x, *y), 3.4, series.color);
        }
    }
    if spec.kind == Kind::Anomaly {
        for (at, x, y) in &model.anomalies {
            let series = &model.series[*at];
            let (px, py) = panel.at(series, *x, *y);
            let alarm = spec.palette.status[4];
            scene.circle(px, py, 6.5, spec.palette.ground);
            scene.circle(px, py, 5.0, alarm);
        }
    }
}

/// What a point says.
pub fn tip(spec: &Spec<'_>, model: &Model, series: &Series, x: f64, y: f64) -> String {
    format!("{}\n{}: {}", series.name, x_text(spec, model, x), full(y))
}

/// The line in one piece, or cut where bins are missing.
fn runs(spec: &Spec<'_>, model: &Model, points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
    for point in points {
        match (runs.last_mut(), model.bin.filter(|_| spec.break_gaps)) {
            (Some(run), bin) if bin.is_none_or(|bin| run.last().is_none_or(|last| point.0 - last.0 <= bin * 1.5)) => {
                run.push(*point);
            }
            _ => runs.push(vec![*point]),
        }
    }
    runs
}

/// At most four points a pixel column: the first, the lowest, the highest and the last, so that the picture is the
/// same and the file a thirtieth.
pub fn decimate(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut out: Vec<(f64, f64)> = Vec::with_capacity(points.len().min(8192));
    let mut at = 0;
    while at < points.len() {
        let column = points[at].0.floor();
        let mut end = at + 1;
        let (mut low, mut high) = (at, at);
        while end < points.len() && points[end].0.floor() == column {
            low = if points[end].1 < points[low].1 { end } else { low };
            high = if points[end].1 > points[high].1 { end } else { high };
            end += 1;
        }
        let mut kept = [at, low, high, end - 1];
        kept.sort_unstable();
        let mut before = usize::MAX;
        for index in kept {
            if index != before {
                out.push(points[index]);
            }
            before = index;
        }
        at = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_points_stay_and_many_keep_their_extremes() {
        let few = [(0.0, 1.0), (5.0, 2.0)];
        assert_eq!(decimate(&few), few);
        let many: Vec<(f64, f64)> =
            (0..100_000).map(|n| (f64::from(n) / 1000.0, f64::from((n * 7919) % 1000))).collect();
        let drawn = decimate(&many);
        assert!(drawn.len() <= 400);
        assert!(drawn.iter().any(|(_, y)| *y == 999.0) && drawn.iter().any(|(_, y)| *y == 0.0));
    }
}
