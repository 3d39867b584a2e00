//! The Earth: points, lines and polygons in GeoJSON, and the cells of Geohash, S2 and H3.
//!
//! The Earth is a sphere and the edges of shapes are geodesics on it, as in Kusto, whose engine computes with S2. What is
//! not a valid shape gives null.

mod arrangement;
mod buffer;
mod covering;
mod densify;
mod distance;
mod geohash;
pub(crate) mod geojson;
mod h3;
mod hash_order;
mod intersection;
mod line;
mod overlay;
mod polygon;
mod s2cell;
pub(crate) mod shape;
mod simplify;
pub(crate) mod sphere;
mod union;
mod wkt;

pub use distance::FUNCTIONS as DISTANCES;
pub use geohash::FUNCTIONS as GEOHASHES;
pub use h3::FUNCTIONS as H3_CELLS;
pub use intersection::FUNCTIONS as INTERSECTIONS;
pub use line::FUNCTIONS as LINES;
pub use polygon::FUNCTIONS as POLYGONS;
pub use s2cell::FUNCTIONS as S2_CELLS;
pub use union::FUNCTIONS as UNIONS;
pub use wkt::FUNCTIONS as TEXTS;

use s2::point::Point;

use crate::types::Value;

/// A number argument; `None` when it is null or not there.
fn real(arguments: &[Value<'_>], at: usize) -> Option<f64> {
    arguments.get(at).and_then(Value::as_f64).filter(|number| number.is_finite())
}

/// An optional number argument: what it is when it is left out, and `None` when it is null.
fn real_or(arguments: &[Value<'_>], at: usize, default: f64) -> Option<f64> {
    if arguments.len() > at { real(arguments, at) } else { Some(default) }
}

/// An optional whole number within a range; `None` when it is null or outside.
fn level(arguments: &[Value<'_>], at: usize, default: u8, range: std::ops::RangeInclusive<u8>) -> Option<u8> {
    let number = real_or(arguments, at, f64::from(default))?;
    (number.fract() == 0.0 && (0.0..=255.0).contains(&number)).then_some(number as u8).filter(|n| range.contains(n))
}

/// An optional argument that is true or false, or a number for it.
fn truth(arguments: &[Value<'_>], at: usize) -> bool {
    arguments.get(at).is_some_and(|v| v.as_bool().unwrap_or_else(|| v.as_f64().is_some_and(|n| n != 0.0)))
}

/// The place of two arguments, longitude and latitude in degrees; `None` when they are out of range.
fn place(arguments: &[Value<'_>], at: usize) -> Option<Point> {
    sphere::place(real(arguments, at)?, real(arguments, at + 1)?)
}

fn real_value<'a>(number: Option<f64>) -> Value<'a> {
    number.map_or(Value::Null, Value::Real)
}

fn bool_value<'a>(truth: Option<bool>) -> Value<'a> {
    truth.map_or(Value::Null, Value::Bool)
}

/// Texts as a dynamic array; null when there are none.
fn texts_value<'a>(texts: Option<Vec<String>>) -> Value<'a> {
    texts.map_or(Value::Null, |texts| Value::dynamic(texts.into()))
}
