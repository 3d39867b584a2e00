//! Several shapes as one.

use super::super::Function;
use super::geojson::{line_json, line_of, polygon_of, polygon_value};
use super::shape::{Line, Polygon};
use super::{overlay, simplify};
use crate::types::Value;

/// Functions on arrays of shapes.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "geo_union_polygons_array",
        &["(polygons: dynamic) -> dynamic"],
        "What an array of GeoJSON polygons and multipolygons covers together. Null when one of them is invalid.",
        &[(
            "geo_union_polygons_array(dynamic([{'type': 'Polygon', 'coordinates': [[[0, 0], [9, 0], [9, 9], [0, 0]]]}, {'type': 'Polygon', 'coordinates': [[[20, 0], [29, 0], [29, 9], [20, 0]]]}])).type",
            "MultiPolygon",
        )],
        |_, a| polygon_value(polygons(a).and_then(overlay::union_all)),
    ),
    Function::kernel(
        "geo_simplify_polygons_array",
        &["(polygons: dynamic, [tolerance: number]) -> dynamic"],
        "What an array of GeoJSON polygons and multipolygons covers together, with fewer vertices: nearly straight chains of edges become one, nowhere further off than `tolerance` metres (10 when it is left out). Null when one of them is invalid or nothing is left.",
        &[(
            "isnull(geo_simplify_polygons_array(dynamic([{'type': 'Polygon', 'coordinates': [[[0, 0], [1, 0], [1, 1], [0, 0]]]}]), 500000))",
            "True",
        )],
        |_, a| {
            polygon_value(
                simplify::tolerance(a, 1).and_then(|tolerance| {
                    Some(simplify::simplify_polygon(&overlay::union_all(polygons(a)?)?, tolerance))
                }),
            )
        },
    ),
    Function::kernel(
        "geo_union_lines_array",
        &["(lineStrings: dynamic) -> dynamic"],
        "An array of GeoJSON lines and multilines as one: each edge once, lines joined where exactly two ends meet. Null when one of them is invalid.",
        &[(
            "array_length(geo_union_lines_array(dynamic([{'type': 'LineString', 'coordinates': [[0, 0], [1, 1]]}, {'type': 'LineString', 'coordinates': [[1, 1], [2, 0]]}])).coordinates)",
            "3",
        )],
        |_, a| {
            let lines: Option<Vec<Line>> =
                a.first().and_then(Value::as_json).and_then(|json| json.as_array()?.iter().map(line_of).collect());
            let union = lines.and_then(|lines| overlay::union_lines(&lines));
            union.and_then(|line| line_json(&line.chains)).map_or(Value::Null, Value::dynamic)
        },
    ),
];

fn polygons(arguments: &[Value<'_>]) -> Option<Vec<Polygon>> {
    arguments.first()?.as_json()?.as_array()?.iter().map(polygon_of).collect()
}
