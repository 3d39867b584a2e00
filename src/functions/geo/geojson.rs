//! Shapes as GeoJSON: read from a dynamic, written to one.

use s2::point::Point;
use serde_json::json;

use super::overlay;
use super::shape::{Chain, Line, Part, Polygon, Ring, Turn};
use super::sphere::{degrees, wrapped};
use crate::types::{Json, Value};

/// A GeoJSON object's coordinates, when it is of this type.
fn coordinates<'j>(shape: &'j Json, name: &str) -> Option<&'j Vec<Json>> {
    (shape.get("type")?.as_str()? == name).then_some(())?;
    shape.get("coordinates")?.as_array()
}

fn position(json: &Json) -> Option<[f64; 2]> {
    match json.as_array()?.as_slice() {
        [longitude, latitude, ..] => Some([longitude.as_f64()?, latitude.as_f64()?]),
        _ => None,
    }
}

/// An array's positions in degrees.
pub(super) fn positions(json: &Json) -> Option<Vec<[f64; 2]>> {
    let positions: Vec<[f64; 2]> = json.as_array()?.iter().map(position).collect::<Option<_>>()?;
    positions.iter().all(|[lng, lat]| wrapped(*lng, *lat).is_some()).then_some(positions)
}

/// Where these positions are; of neighbours at one place the first.
pub(super) fn points(positions: &[[f64; 2]]) -> Option<Chain> {
    let mut points: Chain = positions.iter().map(|[lng, lat]| wrapped(*lng, *lat)).collect::<Option<_>>()?;
    points.dedup();
    Some(points)
}

/// The position lists of a `LineString` or `MultiLineString`.
pub(super) fn line_positions(shape: &Json) -> Option<Vec<Vec<[f64; 2]>>> {
    let lines = match coordinates(shape, "LineString") {
        Some(line) => vec![positions(&Json::Array(line.clone()))?],
        None => coordinates(shape, "MultiLineString")?.iter().map(positions).collect::<Option<Vec<_>>>()?,
    };
    (!lines.is_empty() && lines.iter().all(|line| line.len() >= 2)).then_some(lines)
}

/// The rings of the polygons of a `Polygon` or `MultiPolygon`, each closed.
pub(super) fn polygon_positions(shape: &Json) -> Option<Vec<Vec<Vec<[f64; 2]>>>> {
    let rings = |rings: &Vec<Json>| -> Option<Vec<Vec<[f64; 2]>>> {
        let rings = rings.iter().map(positions).collect::<Option<Vec<_>>>()?;
        let closed = |ring: &Vec<[f64; 2]>| ring.len() >= 4 && ring.first() == ring.last();
        (!rings.is_empty() && rings.iter().all(closed)).then_some(rings)
    };
    let polygons = match coordinates(shape, "Polygon") {
        Some(polygon) => vec![rings(polygon)?],
        None => coordinates(shape, "MultiPolygon")?
            .iter()
            .map(|polygon| rings(polygon.as_array()?))
            .collect::<Option<Vec<_>>>()?,
    };
    (!polygons.is_empty()).then_some(polygons)
}

/// The line of an argument. `None` when it is not a valid one.
pub(crate) fn line(value: Option<&Value<'_>>) -> Option<Line> {
    line_of(value?.as_json()?)
}

pub(super) fn line_of(shape: &Json) -> Option<Line> {
    let chains: Vec<Chain> = line_positions(shape)?.iter().map(|line| points(line)).collect::<Option<_>>()?;
    chains.iter().all(|chain| chain.len() >= 2).then_some(Line { chains })
}

/// The polygon of an argument. `None` when it is not a valid one.
pub(crate) fn polygon(value: Option<&Value<'_>>) -> Option<Polygon> {
    polygon_of(value?.as_json()?)
}

/// The polygon of a GeoJSON object: of several, what they cover together.
pub(super) fn polygon_of(shape: &Json) -> Option<Polygon> {
    let mut polygons: Vec<Polygon> =
        polygon_positions(shape)?.iter().map(|rings| single(rings)).collect::<Option<_>>()?;
    if polygons.len() == 1 { polygons.pop() } else { overlay::union_all(polygons) }
}

/// One polygon: its first ring is the shell.
fn single(rings: &[Vec<[f64; 2]>]) -> Option<Polygon> {
    let mut rings = rings.iter().map(|ring| {
        let mut vertices: Chain = ring.iter().map(|[lng, lat]| wrapped(*lng, *lat)).collect::<Option<_>>()?;
        vertices.pop();
        Ring::new(vertices).map(|(ring, _)| ring)
    });
    let shell = rings.next()??;
    let holes = rings.collect::<Option<Vec<_>>>()?;
    Some(Polygon { parts: vec![Part { shell, holes }] })
}

fn pair(point: &Point) -> Json {
    json!(degrees(point))
}

/// A `Point`.
pub(super) fn point_json(point: &Point) -> Json {
    json!({"type": "Point", "coordinates": pair(point)})
}

/// An optional `Point` as a value.
pub(super) fn point_value<'a>(point: Option<Point>) -> Value<'a> {
    point.map_or(Value::Null, |point| Value::dynamic(point_json(&point)))
}

/// A ring's positions, closed, in a direction.
fn ring_json(vertices: &[Point], turn: Turn) -> Json {
    let mut pairs: Vec<Json> = vertices.iter().map(pair).collect();
    if turn == Turn::Right {
        pairs.reverse();
    }
    pairs.extend(pairs.first().cloned());
    Json::Array(pairs)
}

/// A `Polygon` around these vertices, counterclockwise.
pub(super) fn ring_value<'a>(vertices: &[Point]) -> Value<'a> {
    Value::dynamic(json!({"type": "Polygon", "coordinates": [ring_json(vertices, Turn::Left)]}))
}

/// A `Polygon`, or a `MultiPolygon` of several parts. `None` when there is nothing.
pub(super) fn polygon_json(polygon: &Polygon) -> Option<Json> {
    let mut parts: Vec<Json> = polygon
        .parts
        .iter()
        .map(|part| {
            let holes = part.holes.iter().map(|hole| ring_json(&hole.vertices, Turn::Right));
            std::iter::once(ring_json(&part.shell.vertices, Turn::Left)).chain(holes).collect()
        })
        .collect();
    match parts.len() {
        0 => None,
        1 => Some(json!({"type": "Polygon", "coordinates": parts.pop()})),
        _ => Some(json!({"type": "MultiPolygon", "coordinates": parts})),
    }
}

/// A polygon as a value; null when there is nothing.
pub(super) fn polygon_value<'a>(polygon: Option<Polygon>) -> Value<'a> {
    polygon.as_ref().and_then(polygon_json).map_or(Value::Null, Value::dynamic)
}

/// A `LineString`, or a `MultiLineString` of several chains. `None` when there is nothing.
pub(super) fn line_json(chains: &[Chain]) -> Option<Json> {
    let mut lines: Vec<Json> = chains.iter().map(|chain| chain.iter().map(pair).collect()).collect();
    match lines.len() {
        0 => None,
        1 => Some(json!({"type": "LineString", "coordinates": lines.pop()})),
        _ => Some(json!({"type": "MultiLineString", "coordinates": lines})),
    }
}

/// What points, lines and a polygon are together: one shape, or a collection of the kinds there are.
pub(super) fn mixed(places: &[Point], chains: &[Chain], polygon: &Polygon) -> Json {
    let points = match places {
        [] => None,
        [point] => Some(point_json(point)),
        _ => Some(json!({"type": "MultiPoint", "coordinates": places.iter().map(pair).collect::<Vec<_>>()})),
    };
    let mut shapes: Vec<Json> = points.into_iter().chain(line_json(chains)).chain(polygon_json(polygon)).collect();
    match (shapes.len(), shapes.pop()) {
        (1, Some(shape)) => shape,
        (_, last) => {
            shapes.extend(last);
            json!({"type": "GeometryCollection", "geometries": shapes})
        }
    }
}
