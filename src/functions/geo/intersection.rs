//! What two shapes have in common.

use s2::point::Point;

use super::super::Function;
use super::geojson::{line, mixed, polygon};
use super::shape::{Line, Polygon};
use super::{bool_value, overlay};
use crate::types::{Json, Value};

/// Functions on pairs of shapes.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "geo_intersects_2lines",
        &["(lineString1: dynamic, lineString2: dynamic) -> bool"],
        "Whether two GeoJSON lines or multilines have a point in common. Null when one of them is invalid.",
        &[(
            "geo_intersects_2lines(dynamic({'type': 'LineString', 'coordinates': [[0, 0], [2, 2]]}), dynamic({'type': 'LineString', 'coordinates': [[0, 2], [2, 0]]}))",
            "True",
        )],
        |_, a| {
            let lines = line(a.first()).zip(line(a.get(1)));
            bool_value(lines.map(|(a, b)| overlay::meet(&edges(a.edges()), &edges(b.edges()))))
        },
    ),
    Function::kernel(
        "geo_intersects_2polygons",
        &["(polygon1: dynamic, polygon2: dynamic) -> bool"],
        "Whether two GeoJSON polygons or multipolygons have a point in common. Null when one of them is invalid.",
        &[(
            "geo_intersects_2polygons(dynamic({'type': 'Polygon', 'coordinates': [[[0, 0], [9, 0], [9, 9], [0, 0]]]}), dynamic({'type': 'Polygon', 'coordinates': [[[5, 1], [6, 1], [6, 2], [5, 1]]]}))",
            "True",
        )],
        |_, a| {
            let polygons = polygon(a.first()).zip(polygon(a.get(1)));
            bool_value(polygons.map(|(a, b)| {
                overlay::meet(&edges(a.edges()), &edges(b.edges())) || holds(&a, b.edges()) || holds(&b, a.edges())
            }))
        },
    ),
    Function::kernel(
        "geo_intersects_line_with_polygon",
        &["(lineString: dynamic, polygon: dynamic) -> bool"],
        "Whether a GeoJSON line or multiline has a point in common with a polygon or multipolygon. Null when one of them is invalid.",
        &[(
            "geo_intersects_line_with_polygon(dynamic({'type': 'LineString', 'coordinates': [[5, 1], [6, 2]]}), dynamic({'type': 'Polygon', 'coordinates': [[[0, 0], [9, 0], [9, 9], [0, 0]]]}))",
            "True",
        )],
        |_, a| {
            let shapes = line(a.first()).zip(polygon(a.get(1)));
            bool_value(shapes.map(|(line, polygon)| {
                overlay::meet(&edges(line.edges()), &edges(polygon.edges())) || holds(&polygon, line.edges())
            }))
        },
    ),
    Function::kernel(
        "geo_intersection_2lines",
        &["(lineString1: dynamic, lineString2: dynamic) -> dynamic"],
        "What two GeoJSON lines or multilines have in common: points where they cross, lines where they run together, several of them as a collection, which is empty when they do not meet. Null when one of them is invalid.",
        &[(
            "geo_intersection_2lines(dynamic({'type': 'LineString', 'coordinates': [[0, 0], [2, 2]]}), dynamic({'type': 'LineString', 'coordinates': [[0, 2], [2, 0]]})).type",
            "Point",
        )],
        |_, a| {
            let common = line(a.first()).zip(line(a.get(1))).and_then(|(a, b)| overlay::line_in_line(&a, &b));
            common.map_or(Value::Null, |(lines, points)| Value::dynamic(lines_and_points(&lines, &points)))
        },
    ),
    Function::kernel(
        "geo_intersection_2polygons",
        &["(polygon1: dynamic, polygon2: dynamic) -> dynamic"],
        "What two GeoJSON polygons or multipolygons have in common: polygons where they overlap, lines and points where they touch, several of them as a collection, which is empty when they do not meet. Null when one of them is invalid.",
        &[(
            "geo_intersection_2polygons(dynamic({'type': 'Polygon', 'coordinates': [[[0, 0], [9, 0], [9, 9], [0, 0]]]}), dynamic({'type': 'Polygon', 'coordinates': [[[50, 1], [60, 1], [60, 2], [50, 1]]]}))",
            "{\"type\":\"GeometryCollection\",\"geometries\":[]}",
        )],
        |_, a| {
            let polygons = polygon(a.first()).zip(polygon(a.get(1)));
            let common = polygons.and_then(|(a, b)| overlay::common(&a, &b));
            common.map_or(Value::Null, |(polygon, lines, points)| Value::dynamic(mixed(&points, &lines, &polygon)))
        },
    ),
    Function::kernel(
        "geo_intersection_line_with_polygon",
        &["(lineString: dynamic, polygon: dynamic) -> dynamic"],
        "The parts of a GeoJSON line or multiline inside a polygon or multipolygon, and points where it only touches it: one shape, or a collection, which is empty when they do not meet. Null when one of them is invalid.",
        &[(
            "geo_intersection_line_with_polygon(dynamic({'type': 'LineString', 'coordinates': [[5, 1], [6, 2]]}), dynamic({'type': 'Polygon', 'coordinates': [[[0, 0], [9, 0], [9, 9], [0, 0]]]})).type",
            "LineString",
        )],
        |_, a| {
            let shapes: Option<(Line, Polygon)> = line(a.first()).zip(polygon(a.get(1)));
            let common = shapes.and_then(|(line, polygon)| overlay::line_in_polygon(&line, &polygon));
            common.map_or(Value::Null, |(lines, points)| Value::dynamic(lines_and_points(&lines, &points)))
        },
    ),
];

fn edges(edges: impl Iterator<Item = (Point, Point)>) -> Vec<(Point, Point)> {
    edges.collect()
}

/// Whether a start of an edge is inside a polygon.
fn holds(polygon: &Polygon, mut edges: impl Iterator<Item = (Point, Point)>) -> bool {
    edges.any(|(from, _)| polygon.contains(&from))
}

fn lines_and_points(lines: &[Vec<Point>], points: &[Point]) -> Json {
    mixed(points, lines, &Polygon::default())
}
