//! S2 cells: squares on the faces of a cube around the sphere.

use s2::cell::Cell;
use s2::cellid::CellID;
use s2::point::Point;

use super::super::{Function, text};
use super::geojson::{point_value, ring_value};
use super::hash_order::hash_order;
use super::{level, place, texts_value};
use crate::types::Value;

/// S2 functions.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "geo_point_to_s2cell",
        &["(longitude: number, latitude: number, [level: number]) -> string"],
        "The token of the S2 cell a place is in, of a level from 0 to 30, 11 when it is left out. Empty when an argument is out of range.",
        &[("geo_point_to_s2cell(13.4, 52.5, 8)", "47a85")],
        |_, a| {
            let cell = place(a, 0)
                .zip(level(a, 2, 11, 0..=30))
                .map(|(place, level)| CellID::from(place).parent(u64::from(level)).to_token());
            Value::string(cell.unwrap_or_default())
        },
    ),
    Function::kernel(
        "geo_s2cell_to_central_point",
        &["(s2cell: string) -> dynamic"],
        "The centre of an S2 cell as a GeoJSON point. Null when the text is no token of an S2 cell.",
        &[("round(toreal(geo_s2cell_to_central_point('47a85').coordinates[1]), 2)", "52.5")],
        |_, a| point_value(cell(text(a, 0)).map(|cell| Point(cell.raw_point().normalize()))),
    ),
    Function::kernel(
        "geo_s2cell_to_polygon",
        &["(s2cell: string) -> dynamic"],
        "An S2 cell as a GeoJSON polygon. Null when the text is no token of an S2 cell.",
        &[("array_length(geo_s2cell_to_polygon('47a85').coordinates[0])", "5")],
        |_, a| cell(text(a, 0)).map_or(Value::Null, |cell| ring_value(&Cell::from(cell).vertices())),
    ),
    Function::kernel(
        "geo_s2cell_neighbors",
        &["(s2cell: string) -> dynamic"],
        "The S2 cells of the same level around an S2 cell. Null when the text is no token of an S2 cell.",
        &[("array_length(geo_s2cell_neighbors('47a85'))", "8")],
        |_, a| texts_value(cell(text(a, 0)).map(neighbors)),
    ),
];

/// The cell of a token.
fn cell(token: &str) -> Option<CellID> {
    let digits = (1..=16).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_hexdigit());
    digits.then(|| CellID::from_token(token)).filter(CellID::is_valid)
}

/// The cells around a cell; at a corner of the cube there are only seven.
fn neighbors(cell: CellID) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let around = cell.all_neighbors(cell.level());
    hash_order(around.into_iter().map(|near| near.to_token()).filter(|token| seen.insert(token.clone())).collect())
}
