//! H3: hexagons.

use std::str::FromStr;

use h3o::{CellIndex, LatLng, Resolution};
use serde_json::json;

use super::super::{Function, text};
use super::hash_order::hash_order;
use super::{level, place, real, texts_value};
use crate::types::{Json, Value};

/// H3 functions.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "geo_point_to_h3cell",
        &["(longitude: number, latitude: number, [resolution: number]) -> string"],
        "The H3 cell a place is in, of a resolution from 0 to 15, 6 when it is left out. Empty when an argument is out of range.",
        &[("geo_point_to_h3cell(13.4, 52.5, 5)", "851f1d4bfffffff")],
        |_, a| {
            let resolution = level(a, 2, 6, 0..=15).and_then(|r| Resolution::try_from(r).ok());
            let place = place(a, 0).and_then(|_| LatLng::new(real(a, 1)?, real(a, 0)?).ok());
            let cell = place.zip(resolution).map(|(place, resolution)| place.to_cell(resolution).to_string());
            Value::string(cell.unwrap_or_default())
        },
    ),
    Function::kernel(
        "geo_h3cell_to_central_point",
        &["(h3cell: string) -> dynamic"],
        "The centre of an H3 cell as a GeoJSON point. Null when the text is no H3 cell.",
        &[("round(toreal(geo_h3cell_to_central_point('851f1d4bfffffff').coordinates[1]), 3)", "52.519")],
        |_, a| {
            cell(a).map_or(Value::Null, |cell| {
                Value::dynamic(json!({"type": "Point", "coordinates": degrees(LatLng::from(cell))}))
            })
        },
    ),
    Function::kernel(
        "geo_h3cell_to_polygon",
        &["(h3cell: string) -> dynamic"],
        "An H3 cell as a GeoJSON polygon. Null when the text is no H3 cell.",
        &[("array_length(geo_h3cell_to_polygon('851f1d4bfffffff').coordinates[0])", "7")],
        |_, a| {
            cell(a).map_or(Value::Null, |cell| {
                let boundary = cell.boundary();
                let corners = boundary.iter().chain(boundary.first()).map(|corner| degrees(*corner));
                Value::dynamic(json!({"type": "Polygon", "coordinates": [corners.collect::<Vec<_>>()]}))
            })
        },
    ),
    Function::kernel(
        "geo_h3cell_neighbors",
        &["(h3cell: string) -> dynamic"],
        "The H3 cells around an H3 cell. Null when the text is no H3 cell.",
        &[("array_length(geo_h3cell_neighbors('851f1d4bfffffff'))", "6")],
        |_, a| texts_value(cell(a).and_then(|cell| rings(cell, 1).pop()).map(hash_order)),
    ),
    Function::kernel(
        "geo_h3cell_rings",
        &["(h3cell: string, distance: number) -> dynamic"],
        "The H3 cells around an H3 cell as an array of rings: first the cell itself, then its neighbours, up to a distance from 0 to 142. Null when an argument is invalid.",
        &[("array_length(geo_h3cell_rings('851f1d4bfffffff', 2)[2])", "12")],
        |_, a| {
            let distance = level(a, 1, 0, 0..=142);
            cell(a).zip(distance).map_or(Value::Null, |(cell, distance)| {
                Value::dynamic(rings(cell, u32::from(distance)).into_iter().map(Json::from).collect())
            })
        },
    ),
    Function::kernel(
        "geo_h3cell_parent",
        &["(h3cell: string, [resolution: number]) -> string"],
        "The H3 cell of a coarser resolution an H3 cell is in; the next coarser when it is left out. Empty when an argument is invalid.",
        &[("geo_h3cell_parent('851f1d4bfffffff')", "841f1d5ffffffff")],
        |_, a| {
            let parent = cell(a).and_then(|cell| {
                let coarser = u8::from(cell.resolution()).checked_sub(1);
                let resolution = if a.len() > 1 { level(a, 1, 0, 0..=15)? } else { coarser? };
                cell.parent(Resolution::try_from(resolution).ok()?)
            });
            Value::string(parent.map(|cell| cell.to_string()).unwrap_or_default())
        },
    ),
    Function::kernel(
        "geo_h3cell_children",
        &["(h3cell: string, [resolution: number]) -> dynamic"],
        "The H3 cells of a finer resolution inside an H3 cell, at most five steps finer; the next finer when it is left out. Null when an argument is invalid.",
        &[("array_length(geo_h3cell_children('851f1d4bfffffff', 7))", "49")],
        |_, a| {
            texts_value(cell(a).and_then(|cell| {
                let own = u8::from(cell.resolution());
                let resolution = level(a, 1, own + 1, own + 1..=15.min(own + 5))?;
                let children = cell.children(Resolution::try_from(resolution).ok()?);
                Some(children.map(|child| child.to_string()).collect())
            }))
        },
    ),
    Function::kernel(
        "geo_h3cell_level",
        &["(h3cell: string) -> int"],
        "The resolution of an H3 cell. Null when the text is no H3 cell.",
        &[("geo_h3cell_level('851f1d4bfffffff')", "5")],
        |_, a| cell(a).map_or(Value::Null, |cell| Value::Int(i32::from(u8::from(cell.resolution())))),
    ),
];

fn cell(arguments: &[Value<'_>]) -> Option<CellIndex> {
    CellIndex::from_str(text(arguments, 0)).ok()
}

fn degrees(place: LatLng) -> [f64; 2] {
    [place.lng(), place.lat()]
}

fn rings(cell: CellIndex, distance: u32) -> Vec<Vec<String>> {
    let mut rings = vec![Vec::new(); distance as usize + 1];
    for (cell, distance) in cell.grid_disk_distances::<Vec<_>>(distance) {
        if let Some(ring) = rings.get_mut(distance as usize) {
            ring.push(cell.to_string());
        }
    }
    rings
}
