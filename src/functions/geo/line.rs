//! Lines: their measures, and shapes made of them.

use serde_json::json;

use s2::point::Point;

use super::super::Function;
use super::buffer::Buffer;
use super::distance::spheroid_metres;
use super::geojson::{line, line_json, line_positions, point_value, polygon_value};
use super::shape::Chain;
use super::sphere::{EARTH_RADIUS, angle, interpolate, nearest};
use super::{covering, densify, level, overlay, place, real, real_or, real_value, simplify, texts_value, truth};
use crate::types::{Json, Value};

/// Functions on lines.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "geo_line_length",
        &["(lineString: dynamic) -> real"],
        "The length of a GeoJSON line or multiline in metres. Null when it is invalid.",
        &[(
            "round(geo_line_length(dynamic({'type': 'LineString', 'coordinates': [[0, 0], [0, 1], [0, 0]]})), 1)",
            "222390.2",
        )],
        |_, a| real_value(line(a.first()).map(|line| line.length() * EARTH_RADIUS)),
    ),
    Function::kernel(
        "geo_line_centroid",
        &["(lineString: dynamic) -> dynamic"],
        "The centroid of a GeoJSON line or multiline, weighted by length, as a GeoJSON point. Null when it is invalid.",
        &[(
            "round(toreal(geo_line_centroid(dynamic({'type': 'LineString', 'coordinates': [[0, 0], [8, 0]]})).coordinates[0]), 6)",
            "4.0",
        )],
        |_, a| point_value(line(a.first()).and_then(|line| line.centroid())),
    ),
    Function::kernel(
        "geo_line_interpolate_point",
        &["(lineString: dynamic, fraction: number) -> dynamic"],
        "The point at a fraction of the length of a GeoJSON line, from 0, its start, to 1, its end. Null when an argument is invalid.",
        &[(
            "round(toreal(geo_line_interpolate_point(dynamic({'type': 'LineString', 'coordinates': [[0, 0], [8, 0]]}), 0.25).coordinates[0]), 6)",
            "2.0",
        )],
        |_, a| {
            let fraction = real(a, 1).filter(|fraction| (0.0..=1.0).contains(fraction));
            point_value(chain(a).zip(fraction).and_then(|(chain, fraction)| point_at(&chain, fraction)))
        },
    ),
    Function::kernel(
        "geo_line_locate_point",
        &["(lineString: dynamic, longitude: number, latitude: number, [use_spheroid: bool|number]) -> real"],
        "The fraction of the length of a GeoJSON line, from 0 to 1, at which it is nearest to a place; with `use_spheroid` lengths are those on the WGS-84 ellipsoid. Null when an argument is invalid.",
        &[(
            "round(geo_line_locate_point(dynamic({'type': 'LineString', 'coordinates': [[0, 0], [8, 0]]}), 2, 3), 6)",
            "0.25",
        )],
        |_, a| {
            let measure = if truth(a, 3) { spheroid_metres } else { angle };
            real_value(chain(a).zip(place(a, 1)).and_then(|(chain, place)| fraction_at(&chain, &place, measure)))
        },
    ),
    Function::kernel(
        "geo_line_densify",
        &["(lineString: dynamic, [tolerance: number], [preserve_crossing: bool|number]) -> dynamic"],
        "A GeoJSON line or multiline whose edges are straight on a map, with points added so that its geodesics run at most `tolerance` metres (0.1 to 10000, 10 when it is left out) from them. It is cut at the antimeridian unless `preserve_crossing`. Null when an argument is invalid.",
        &[(
            "array_length(geo_line_densify(dynamic({'type': 'LineString', 'coordinates': [[10, 60], [11, 61]]})).coordinates)",
            "9",
        )],
        |_, a| densified(a).map_or(Value::Null, Value::dynamic),
    ),
    Function::kernel(
        "geo_line_simplify",
        &["(lineString: dynamic, [tolerance: number]) -> dynamic"],
        "A GeoJSON line or multiline with fewer vertices: nearly straight chains of edges become one, nowhere further off than `tolerance` metres (10 when it is left out). Null when an argument is invalid or nothing is left.",
        &[(
            "array_length(geo_line_simplify(dynamic({'type': 'LineString', 'coordinates': [[0, 0], [1, 0], [2, 0]]})).coordinates)",
            "2",
        )],
        |_, a| {
            let simplified = line(a.first()).zip(simplify::tolerance(a, 1)).and_then(|(line, tolerance)| {
                let line = if line.chains.len() > 1 { overlay::union_lines(&[line])? } else { line };
                line_json(&simplify::simplify_line(&line, tolerance).chains)
            });
            simplified.map_or(Value::Null, Value::dynamic)
        },
    ),
    Function::kernel(
        "geo_line_buffer",
        &["(lineString: dynamic, radius: number, [tolerance: number]) -> dynamic"],
        "The GeoJSON polygon of all points within `radius` metres of a line or multiline, exact to `tolerance` metres (10 when it is left out). Null when an argument is invalid.",
        &[("geo_line_buffer(dynamic({'type': 'LineString', 'coordinates': [[0, 0], [8, 0]]}), 1000).type", "Polygon")],
        |_, a| {
            let arguments = line(a.first()).zip(Buffer::read(a, 1));
            polygon_value(arguments.and_then(|(line, buffer)| buffer.around_line(&line)))
        },
    ),
    Function::kernel(
        "geo_line_to_s2cells",
        &["(lineString: dynamic, [level: number], [radius: number]) -> dynamic"],
        "The S2 cells of a level (0 to 30, 11 when it is left out) that cover a GeoJSON line or multiline and all points within `radius` metres (0 when it is left out) of it. Null when an argument is invalid or there are more than 65536.",
        &[(
            "geo_line_to_s2cells(dynamic({'type': 'LineString', 'coordinates': [[13.4, 52.5], [13.5, 52.5]]}), 8)",
            "[\"47a85\"]",
        )],
        |_, a| texts_value(s2_cells(a)),
    ),
];

/// The points of a line that is a single one.
fn chain(arguments: &[Value<'_>]) -> Option<Chain> {
    let mut line = line(arguments.first())?;
    (line.chains.len() == 1).then(|| line.chains.pop())?
}

fn point_at(chain: &[Point], fraction: f64) -> Option<Point> {
    let length = |pair: &[Point]| angle(&pair[0], &pair[1]);
    let mut left = fraction * chain.windows(2).map(length).sum::<f64>();
    for pair in chain.windows(2) {
        let length = length(pair);
        if left < length {
            return Some(interpolate(left / length, &pair[0], &pair[1]));
        }
        left -= length;
    }
    chain.last().copied()
}

/// The fraction of a chain's length at which it is nearest to a place.
fn fraction_at(chain: &[Point], place: &Point, measure: fn(&Point, &Point) -> f64) -> Option<f64> {
    let mut before = 0.0;
    let mut best: Option<(f64, f64)> = None;
    for pair in chain.windows(2) {
        let near = nearest(place, &pair[0], &pair[1]);
        let distance = angle(place, &near);
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, before + measure(&pair[0], &near)));
        }
        before += measure(&pair[0], &pair[1]);
    }
    let (_, at) = best?;
    (before > 0.0).then(|| (at / before).min(1.0))
}

fn densified(arguments: &[Value<'_>]) -> Option<Json> {
    let tolerance = densify::tolerance(arguments, 1)?;
    let lines = line_positions(arguments.first()?.as_json()?)?;
    let chains: Vec<Chain> = lines.iter().map(|line| densify::densify(line, tolerance)).collect::<Option<_>>()?;
    if chains.iter().any(|chain| chain.len() < 2) {
        return None;
    }
    if truth(arguments, 2) {
        return line_json(&chains);
    }
    let mut pieces: Vec<Vec<[f64; 2]>> = chains.iter().flat_map(|chain| densify::cut_at_antimeridian(chain)).collect();
    match pieces.len() {
        1 => Some(json!({"type": "LineString", "coordinates": pieces.pop()})),
        _ => Some(json!({"type": "MultiLineString", "coordinates": pieces})),
    }
}

fn s2_cells(arguments: &[Value<'_>]) -> Option<Vec<String>> {
    let line = line(arguments.first())?;
    let level = level(arguments, 1, 11, 0..=30)?;
    let radius = real_or(arguments, 2, 0.0).filter(|radius| *radius >= 0.0)?;
    let edges: Vec<_> = line.edges().collect();
    covering::s2_cells(&edges, &|_| false, level, radius / EARTH_RADIUS)
}
