//! Polygons: their measures, and shapes made of them.

use serde_json::json;

use super::super::Function;
use super::buffer::Buffer;
use super::geojson::{point_value, polygon, polygon_positions, polygon_value, ring_value};
use super::sphere::{EARTH_RADIUS, degrees};
use super::{covering, densify, level, place, real_or, real_value, simplify, texts_value};
use crate::types::{Json, Value};

/// Functions on polygons.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "geo_polygon_area",
        &["(polygon: dynamic) -> real"],
        "The area of a GeoJSON polygon or multipolygon in square metres. Null when it is invalid.",
        &[(
            "round(geo_polygon_area(dynamic({'type': 'Polygon', 'coordinates': [[[0, 0], [90, 0], [0, 90], [0, 0]]]})) / 1e12, 3)",
            "63.758",
        )],
        |_, a| real_value(polygon(a.first()).map(|polygon| polygon.area() * EARTH_RADIUS * EARTH_RADIUS)),
    ),
    Function::kernel(
        "geo_polygon_perimeter",
        &["(polygon: dynamic) -> real"],
        "The length of the boundary of a GeoJSON polygon or multipolygon in metres. Null when it is invalid.",
        &[(
            "round(geo_polygon_perimeter(dynamic({'type': 'Polygon', 'coordinates': [[[0, 0], [90, 0], [0, 90], [0, 0]]]})) / 1000, 1)",
            "30022.7",
        )],
        |_, a| real_value(polygon(a.first()).map(|polygon| polygon.perimeter() * EARTH_RADIUS)),
    ),
    Function::kernel(
        "geo_polygon_centroid",
        &["(polygon: dynamic) -> dynamic"],
        "The centroid of a GeoJSON polygon or multipolygon, weighted by area, as a GeoJSON point. Null when it is invalid.",
        &[(
            "round(toreal(geo_polygon_centroid(dynamic({'type': 'Polygon', 'coordinates': [[[0, 0], [90, 0], [0, 90], [0, 0]]]})).coordinates[0]), 6)",
            "45.0",
        )],
        |_, a| point_value(polygon(a.first()).and_then(|polygon| polygon.centroid())),
    ),
    Function::kernel(
        "geo_polygon_densify",
        &["(polygon: dynamic, [tolerance: number], [preserve_crossing: bool|number]) -> dynamic"],
        "A GeoJSON polygon or multipolygon whose edges are straight on a map, with points added so that its geodesics run at most `tolerance` metres (0.1 to 10000, 10 when it is left out) from them. Edges across the antimeridian stay as they are. Null when an argument is invalid.",
        &[(
            "array_length(geo_polygon_densify(dynamic({'type': 'Polygon', 'coordinates': [[[10, 60], [11, 61], [10, 61], [10, 60]]]})).coordinates[0])",
            "18",
        )],
        |_, a| densified(a).map_or(Value::Null, Value::dynamic),
    ),
    Function::kernel(
        "geo_polygon_simplify",
        &["(polygon: dynamic, [tolerance: number]) -> dynamic"],
        "A GeoJSON polygon or multipolygon with fewer vertices: nearly straight chains of edges become one, nowhere further off than `tolerance` metres (10 when it is left out). Null when an argument is invalid or nothing is left.",
        &[(
            "array_length(geo_polygon_simplify(dynamic({'type': 'Polygon', 'coordinates': [[[0, 0], [1, 0], [2, 0], [0, 2], [0, 0]]]})).coordinates[0])",
            "4",
        )],
        |_, a| {
            let arguments = polygon(a.first()).zip(simplify::tolerance(a, 1));
            polygon_value(arguments.map(|(polygon, tolerance)| simplify::simplify_polygon(&polygon, tolerance)))
        },
    ),
    Function::kernel(
        "geo_point_buffer",
        &["(longitude: number, latitude: number, radius: number, [tolerance: number]) -> dynamic"],
        "The GeoJSON polygon of all points within `radius` metres of a place, exact to `tolerance` metres (10 when it is left out). Null when an argument is invalid.",
        &[("geo_point_buffer(13.4, 52.5, 1000).type", "Polygon"), ("isnull(geo_point_buffer(13.4, 52.5, -1))", "True")],
        |_, a| {
            let arguments = place(a, 0).zip(Buffer::read(a, 2));
            arguments.map_or(Value::Null, |(place, buffer)| ring_value(&buffer.circle(&place)))
        },
    ),
    Function::kernel(
        "geo_polygon_buffer",
        &["(polygon: dynamic, radius: number, [tolerance: number]) -> dynamic"],
        "The GeoJSON polygon of all points within `radius` metres of a polygon or multipolygon, exact to `tolerance` metres (10 when it is left out). Null when an argument is invalid.",
        &[(
            "geo_polygon_buffer(dynamic({'type': 'Polygon', 'coordinates': [[[0, 0], [9, 0], [9, 9], [0, 0]]]}), 1000).type",
            "Polygon",
        )],
        |_, a| {
            let arguments = polygon(a.first()).zip(Buffer::read(a, 1));
            polygon_value(arguments.and_then(|(polygon, buffer)| buffer.around_polygon(&polygon)))
        },
    ),
    Function::kernel(
        "geo_polygon_to_s2cells",
        &["(polygon: dynamic, [level: number], [radius: number]) -> dynamic"],
        "The S2 cells of a level (0 to 30, 11 when it is left out) that cover a GeoJSON polygon or multipolygon and all points within `radius` metres (0 when it is left out) of it. Null when an argument is invalid or there are more than 65536.",
        &[(
            "geo_polygon_to_s2cells(dynamic({'type': 'Polygon', 'coordinates': [[[13.4, 52.5], [13.5, 52.5], [13.5, 52.51], [13.4, 52.5]]]}), 8)",
            "[\"47a85\"]",
        )],
        |_, a| texts_value(s2_cells(a)),
    ),
    Function::kernel(
        "geo_polygon_to_h3cells",
        &["(polygon: dynamic, [resolution: number], [radius: number]) -> dynamic"],
        "The H3 cells of a resolution (0 to 15, 6 when it is left out) whose centres are inside a GeoJSON polygon or multipolygon, widened by `radius` metres (0 when it is left out). Edges are straight on the map. Null when an argument is invalid or there are more than 61680.",
        &[("array_length(geo_polygon_to_h3cells(geo_h3cell_to_polygon('851f1d4bfffffff'), 7))", "49")],
        |_, a| texts_value(h3_cells(a)),
    ),
];

fn densified(arguments: &[Value<'_>]) -> Option<Json> {
    let shape = arguments.first()?;
    let tolerance = densify::tolerance(arguments, 1)?;
    // Whatever is no valid polygon stays out.
    polygon(Some(shape))?;
    let ring = |ring: &Vec<[f64; 2]>| {
        let points = densify::densify(ring, tolerance)?;
        Some(points.iter().map(degrees).collect::<Vec<_>>())
    };
    let mut polygons: Vec<Vec<Vec<[f64; 2]>>> = polygon_positions(shape.as_json()?)?
        .iter()
        .map(|rings| rings.iter().map(ring).collect::<Option<_>>())
        .collect::<Option<_>>()?;
    match polygons.len() {
        1 => Some(json!({"type": "Polygon", "coordinates": polygons.pop()})),
        _ => Some(json!({"type": "MultiPolygon", "coordinates": polygons})),
    }
}

fn s2_cells(arguments: &[Value<'_>]) -> Option<Vec<String>> {
    let polygon = polygon(arguments.first())?;
    let level = level(arguments, 1, 11, 0..=30)?;
    let radius = real_or(arguments, 2, 0.0).filter(|radius| *radius >= 0.0)?;
    let edges: Vec<_> = polygon.edges().collect();
    covering::s2_cells(&edges, &|point| polygon.contains(point), level, radius / EARTH_RADIUS)
}

fn h3_cells(arguments: &[Value<'_>]) -> Option<Vec<String>> {
    let polygon = polygon(arguments.first())?;
    let resolution = level(arguments, 1, 6, 0..=15)?;
    let radius = real_or(arguments, 2, 0.0).filter(|radius| *radius >= 0.0)?;
    let polygon = if radius > 0.0 { Buffer::new(radius, radius * 0.01)?.around_polygon(&polygon)? } else { polygon };
    covering::h3_cells(&polygon, resolution)
}
