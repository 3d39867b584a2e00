//! Points on the unit sphere, and the geometry of arcs between them.

use s2::latlng::LatLng;
use s2::point::Point;
use s2::r3::vector::Vector;

/// The radius of Kusto's Earth, in metres.
pub(crate) const EARTH_RADIUS: f64 = 6_371_010.0;

/// Two vertices nearer than this are one, in radians: some tenth of a micrometre.
pub(super) const MERGE: f64 = 2e-14;

/// A place in degrees, when both are in range.
pub(crate) fn place(longitude: f64, latitude: f64) -> Option<Point> {
    (longitude.abs() <= 180.0).then(|| wrapped(longitude, latitude)).flatten()
}

/// A place in degrees whose longitude may run around the Earth more than once, as it may inside a shape.
pub(super) fn wrapped(longitude: f64, latitude: f64) -> Option<Point> {
    let valid = longitude.is_finite() && latitude.abs() <= 90.0;
    valid.then(|| Point::from(LatLng::from_degrees(latitude, longitude)))
}

/// Longitude and latitude in degrees.
pub(super) fn degrees(point: &Point) -> [f64; 2] {
    [point.longitude().deg(), point.latitude().deg()]
}

pub(super) fn unit(vector: Vector) -> Point {
    Point(vector.normalize())
}

/// The angle between two points, exact for the smallest.
pub(super) fn angle(a: &Point, b: &Point) -> f64 {
    normal(a, b).norm().atan2(a.0.dot(&b.0))
}

/// The cross product of two points, exact for near ones too.
pub(super) fn normal(a: &Point, b: &Point) -> Vector {
    (a.0 - b.0).cross(&(a.0 + b.0)) * 0.5
}

/// Metres between two points.
pub(crate) fn metres(a: &Point, b: &Point) -> f64 {
    angle(a, b) * EARTH_RADIUS
}

/// The point a fraction of the way along the arc.
pub(super) fn interpolate(fraction: f64, a: &Point, b: &Point) -> Point {
    if fraction <= 0.0 || a == b {
        return *a;
    }
    if fraction >= 1.0 {
        return *b;
    }
    along(a, &toward(a, b), fraction * angle(a, b))
}

/// The direction in which one leaves `a` for `b`: a unit vector at a right angle to `a`.
pub(super) fn toward(a: &Point, b: &Point) -> Point {
    unit(normal(a, b).cross(&a.0))
}

/// The point a distance in radians from `origin` in a direction.
pub(super) fn along(origin: &Point, direction: &Point, distance: f64) -> Point {
    unit(origin.0 * distance.cos() + direction.0 * distance.sin())
}

/// The point of an arc that is nearest to another.
pub(super) fn nearest(point: &Point, a: &Point, b: &Point) -> Point {
    let normal = normal(a, b);
    let length = normal.norm();
    if length > 0.0 {
        let pole = normal * (1.0 / length);
        let foot = point.0 - pole * point.0.dot(&pole);
        if foot.norm() > 1e-15 {
            let foot = unit(foot);
            // Between the ends: on the inner side of both.
            if pole.cross(&a.0).dot(&foot.0) >= 0.0 && pole.cross(&b.0).dot(&foot.0) <= 0.0 {
                return foot;
            }
        }
    }
    if (point.0 - a.0).norm2() <= (point.0 - b.0).norm2() { *a } else { *b }
}

/// Radians from a point to an arc.
pub(super) fn distance_to_arc(point: &Point, a: &Point, b: &Point) -> f64 {
    angle(point, &nearest(point, a, b))
}

/// The bearing from one point to another: radians clockwise from north.
pub(super) fn azimuth(from: &Point, to: &Point) -> f64 {
    let (from_lng, from_lat) = (from.longitude().rad(), from.latitude().rad());
    let (lng, lat) = (to.longitude().rad() - from_lng, to.latitude().rad());
    let east = lng.sin() * lat.cos();
    let north = from_lat.cos() * lat.sin() - from_lat.sin() * lat.cos() * lng.cos();
    positive(east.atan2(north))
}

/// The same angle within a whole turn.
pub(super) fn positive(angle: f64) -> f64 {
    angle.rem_euclid(std::f64::consts::TAU)
}
