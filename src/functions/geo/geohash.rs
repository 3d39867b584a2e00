//! Geohash: cells of longitude and latitude halved in turn.

use serde_json::json;

use super::super::{Function, text};
use super::hash_order::hash_order;
use super::{level, place, real, texts_value};
use crate::types::Value;

const DIGITS: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";

/// The longest hash.
const LONGEST: u8 = 18;

/// Geohash functions.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "geo_point_to_geohash",
        &["(longitude: number, latitude: number, [accuracy: number]) -> string"],
        "The Geohash of a place, of `accuracy` characters: 1 to 18, 5 when it is left out. Empty when an argument is out of range.",
        &[("geo_point_to_geohash(13.4, 52.5, 6)", "u33d8z"), ("geo_point_to_geohash(13.4, 99, 6)", "")],
        |_, a| {
            let accuracy = place(a, 0).and_then(|_| level(a, 2, 5, 1..=LONGEST));
            let hash = accuracy.and_then(|accuracy| Some(encode(real(a, 0)?, real(a, 1)?, accuracy)));
            Value::string(hash.unwrap_or_default())
        },
    ),
    Function::kernel(
        "geo_geohash_to_central_point",
        &["(geohash: string) -> dynamic"],
        "The centre of a Geohash cell as a GeoJSON point. Null when the text is no Geohash.",
        &[("geo_geohash_to_central_point('u').coordinates", "[22.5,67.5]")],
        |_, a| {
            decode(text(a, 0)).map_or(Value::Null, |cell| {
                Value::dynamic(json!({"type": "Point", "coordinates": [cell.middle(0), cell.middle(1)]}))
            })
        },
    ),
    Function::kernel(
        "geo_geohash_to_polygon",
        &["(geohash: string) -> dynamic"],
        "A Geohash cell as a GeoJSON polygon. Null when the text is no Geohash.",
        &[("geo_geohash_to_polygon('u').coordinates[0][2]", "[45.0,90.0]")],
        |_, a| {
            decode(text(a, 0)).map_or(Value::Null, |cell| {
                let ([west, south], [east, north]) = (cell.low, cell.high);
                let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
                Value::dynamic(json!({"type": "Polygon", "coordinates": [ring]}))
            })
        },
    ),
    Function::kernel(
        "geo_geohash_neighbors",
        &["(geohash: string) -> dynamic"],
        "The up to eight Geohash cells around a Geohash cell. Null when the text is no Geohash.",
        &[("array_length(geo_geohash_neighbors('u33d8z'))", "8"), ("isnull(geo_geohash_neighbors('a'))", "True")],
        |_, a| texts_value(neighbors(text(a, 0))),
    ),
];

/// A box of longitude and latitude, in degrees.
struct Cell {
    low: [f64; 2],
    high: [f64; 2],
}

impl Cell {
    const WORLD: Self = Self { low: [-180.0, -90.0], high: [180.0, 90.0] };

    fn middle(&self, axis: usize) -> f64 {
        f64::midpoint(self.low[axis], self.high[axis])
    }
}

fn encode(longitude: f64, latitude: f64, length: u8) -> String {
    let place = [longitude, latitude];
    let mut cell = Cell::WORLD;
    let mut bit = 0;
    (0..length)
        .map(|_| {
            let mut digit = 0;
            for _ in 0..5 {
                let axis = bit % 2;
                let middle = cell.middle(axis);
                let upper = place[axis] >= middle;
                if upper {
                    cell.low[axis] = middle
                } else {
                    cell.high[axis] = middle
                }
                digit = digit * 2 + usize::from(upper);
                bit += 1;
            }
            char::from(DIGITS[digit])
        })
        .collect()
}

fn decode(hash: &str) -> Option<Cell> {
    if hash.is_empty() || hash.len() > usize::from(LONGEST) {
        return None;
    }
    let mut cell = Cell::WORLD;
    let mut bit = 0;
    for byte in hash.bytes() {
        let digit = DIGITS.iter().position(|d| *d == byte.to_ascii_lowercase())?;
        for place in (0..5).rev() {
            let axis = bit % 2;
            let middle = cell.middle(axis);
            if digit >> place & 1 == 1 {
                cell.low[axis] = middle
            } else {
                cell.high[axis] = middle
            }
            bit += 1;
        }
    }
    Some(cell)
}

fn neighbors(hash: &str) -> Option<Vec<String>> {
    /// East and north: clockwise from the north-west.
    const STEPS: [(f64, f64); 8] =
        [(-1.0, 1.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (1.0, -1.0), (0.0, -1.0), (-1.0, -1.0), (-1.0, 0.0)];
    let cell = decode(hash)?;
    let size = [cell.high[0] - cell.low[0], cell.high[1] - cell.low[1]];
    let around = STEPS.iter().filter_map(|(east, north)| {
        let longitude = (cell.middle(0) + east * size[0] + 540.0).rem_euclid(360.0) - 180.0;
        let latitude = cell.middle(1) + north * size[1];
        (latitude.abs() <= 90.0).then(|| encode(longitude, latitude, hash.len() as u8))
    });
    Some(hash_order(around.collect()))
}
