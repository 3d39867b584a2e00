//! Distances and directions between points, lines and polygons.

use std::f64::consts::PI;

use geographiclib_rs::{Geodesic, InverseGeodesic};
use s2::point::Point;

use super::super::Function;
use super::geojson::{line, point_value, polygon};
use super::sphere::{EARTH_RADIUS, azimuth, degrees, metres, positive};
use super::{bool_value, place, real, real_value, truth};
use crate::types::Value;

/// Geospatial functions on points.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "geo_distance_2points",
        &[
            "(p1_longitude: number, p1_latitude: number, p2_longitude: number, p2_latitude: number, [use_spheroid: bool|number]) -> real",
        ],
        "The shortest distance in metres between two places: on a sphere, or with `use_spheroid` on the WGS-84 ellipsoid. Null when a place is out of range.",
        &[
            ("round(geo_distance_2points(0, 0, 1, 0), 1)", "111195.1"),
            ("round(geo_distance_2points(0, 0, 1, 0, true), 1)", "111319.5"),
            ("isnull(geo_distance_2points(0, 0, 181, 0))", "True"),
        ],
        |_, a| real_value(distance_2points(a)),
    ),
    Function::kernel(
        "geo_azimuth",
        &["(p1_longitude: number, p1_latitude: number, p2_longitude: number, p2_latitude: number) -> real"],
        "The direction from the first place to the second: radians clockwise from north. Null when a place is out of range or both are the same.",
        &[("round(degrees(geo_azimuth(0, 0, 1, 0)), 6)", "90.0"), ("isnull(geo_azimuth(4, 4, 4, 4))", "True")],
        |_, a| real_value(direction(place(a, 0), place(a, 2))),
    ),
    Function::kernel(
        "geo_angle",
        &[
            "(p1_longitude: number, p1_latitude: number, p2_longitude: number, p2_latitude: number, p3_longitude: number, p3_latitude: number) -> real",
        ],
        "The angle at the second of three places: radians clockwise from the line to the first to the line to the third. Null when a place is out of range or both ends of a line are the same.",
        &[("round(degrees(geo_angle(0, 1, 0, 0, 1, 0)), 6)", "90.0"), ("isnull(geo_angle(0, 1, 0, 1, 1, 0))", "True")],
        |_, a| {
            let corner = place(a, 2);
            let sides = direction(corner, place(a, 0)).zip(direction(corner, place(a, 4)));
            real_value(sides.map(|(first, second)| positive(second - first)))
        },
    ),
    Function::kernel(
        "geo_point_in_circle",
        &[
            "(p_longitude: number, p_latitude: number, pc_longitude: number, pc_latitude: number, c_radius: number) -> bool",
        ],
        "Whether a place is at most `c_radius` metres from the centre of a circle. Null when a place is out of range or the radius is below zero.",
        &[
            ("geo_point_in_circle(0, 0, 1, 0, 112000)", "True"),
            ("geo_point_in_circle(0, 0, 1, 0, 111000)", "False"),
            ("isnull(geo_point_in_circle(0, 91, 1, 0, 1))", "True"),
        ],
        |_, a| {
            let radius = real(a, 4).filter(|radius| *radius >= 0.0);
            let distance = place(a, 0).zip(place(a, 2)).map(|(point, centre)| metres(&point, &centre));
            bool_value(distance.zip(radius).map(|(distance, radius)| distance <= radius))
        },
    ),
    Function::kernel(
        "geo_point_in_polygon",
        &["(longitude: number, latitude: number, polygon: dynamic) -> bool"],
        "Whether a place is inside a GeoJSON polygon or multipolygon. Null when the place or the polygon is invalid.",
        &[
            (
                "geo_point_in_polygon(5, 3, dynamic({'type': 'Polygon', 'coordinates': [[[0, 0], [9, 0], [9, 9], [0, 0]]]}))",
                "True",
            ),
            (
                "geo_point_in_polygon(3, 5, dynamic({'type': 'Polygon', 'coordinates': [[[0, 0], [9, 0], [9, 9], [0, 0]]]}))",
                "False",
            ),
        ],
        |_, a| bool_value(place(a, 0).and_then(|point| Some(polygon(a.get(2))?.contains(&point)))),
    ),
    Function::kernel(
        "geo_distance_point_to_line",
        &["(longitude: number, latitude: number, lineString: dynamic) -> real"],
        "The shortest distance in metres from a place to a GeoJSON line or multiline. Null when the place or the line is invalid.",
        &[(
            "round(geo_distance_point_to_line(1, 1, dynamic({'type': 'LineString', 'coordinates': [[0, 0], [5, 0]]})), 1)",
            "111195.1",
        )],
        |_, a| {
            let radians = place(a, 0).and_then(|point| line(a.get(2))?.distance(&point));
            real_value(radians.map(|radians| radians * EARTH_RADIUS))
        },
    ),
    Function::kernel(
        "geo_distance_point_to_polygon",
        &["(longitude: number, latitude: number, polygon: dynamic) -> real"],
        "The shortest distance in metres from a place to a GeoJSON polygon or multipolygon; 0 inside. Null when the place or the polygon is invalid.",
        &[
            (
                "round(geo_distance_point_to_polygon(1, -1, dynamic({'type': 'Polygon', 'coordinates': [[[0, 0], [9, 0], [9, 9], [0, 0]]]})), 1)",
                "111195.1",
            ),
            (
                "geo_distance_point_to_polygon(5, 3, dynamic({'type': 'Polygon', 'coordinates': [[[0, 0], [9, 0], [9, 9], [0, 0]]]}))",
                "0.0",
            ),
        ],
        |_, a| {
            let radians = place(a, 0).and_then(|point| polygon(a.get(2))?.distance(&point));
            real_value(radians.map(|radians| radians * EARTH_RADIUS))
        },
    ),
    Function::kernel(
        "geo_closest_point_on_line",
        &["(longitude: number, latitude: number, lineString: dynamic) -> dynamic"],
        "The point of a GeoJSON line or multiline that is nearest to a place, as GeoJSON. Null when the place or the line is invalid.",
        &[(
            "geo_closest_point_on_line(-3, 1, dynamic({'type': 'LineString', 'coordinates': [[0, 0], [5, 0]]})).coordinates[0]",
            "0.0",
        )],
        |_, a| point_value(place(a, 0).and_then(|point| line(a.get(2))?.nearest(&point))),
    ),
    Function::kernel(
        "geo_closest_point_on_polygon",
        &["(longitude: number, latitude: number, polygon: dynamic) -> dynamic"],
        "The point of a GeoJSON polygon or multipolygon that is nearest to a place, as GeoJSON: the place itself when it is inside. Null when the place or the polygon is invalid.",
        &[(
            "round(toreal(geo_closest_point_on_polygon(3, -2, dynamic({'type': 'Polygon', 'coordinates': [[[0, 0], [9, 0], [9, 9], [0, 0]]]})).coordinates[0]), 6)",
            "3.0",
        )],
        |_, a| point_value(place(a, 0).and_then(|point| polygon(a.get(2))?.nearest(&point))),
    ),
];

fn distance_2points(arguments: &[Value<'_>]) -> Option<f64> {
    let (from, to) = (place(arguments, 0)?, place(arguments, 2)?);
    if truth(arguments, 4) {
        let [p1_lng, p1_lat, p2_lng, p2_lat] = [0, 1, 2, 3].map(|at| real(arguments, at).unwrap_or_default());
        return Some(Geodesic::wgs84().inverse(p1_lat, p1_lng, p2_lat, p2_lng));
    }
    Some(metres(&from, &to))
}

/// Metres on the WGS-84 ellipsoid.
pub(super) fn spheroid_metres(from: &Point, to: &Point) -> f64 {
    let ([from_lng, from_lat], [to_lng, to_lat]) = (degrees(from), degrees(to));
    Geodesic::wgs84().inverse(from_lat, from_lng, to_lat, to_lng)
}

/// Radians clockwise from north, for two places that are not the same.
fn direction(from: Option<Point>, to: Option<Point>) -> Option<f64> {
    let (from, to) = (from?, to?);
    let poles = from.0.z.abs() > 1.0 - 1e-15;
    (from != to).then(|| if poles { positive(azimuth(&from, &to)) % (2.0 * PI) } else { azimuth(&from, &to) })
}
