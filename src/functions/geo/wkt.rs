//! Well-known text to GeoJSON.

use serde_json::json;

use super::super::{Function, text};
use crate::types::{Json, Value};

/// How deep collections may stand inside collections.
const DEEPEST: usize = 32;

/// Functions on shapes written as text.
pub const FUNCTIONS: &[Function] = &[Function::kernel(
    "geo_from_wkt",
    &["(wkt: string) -> dynamic"],
    "A shape written as well-known text (WKT), as GeoJSON. Null when the text is no shape.",
    &[
        ("geo_from_wkt('POINT (5 7)')", "{\"type\":\"Point\",\"coordinates\":[5.0,7.0]}"),
        ("geo_from_wkt('MULTIPOINT ((1 2), (3 4))').coordinates", "[[1.0,2.0],[3.0,4.0]]"),
        ("isnull(geo_from_wkt('POINT'))", "True"),
    ],
    |_, a| {
        let mut reader = Reader { rest: text(a, 0).trim_end() };
        let shape = reader.shape(0).filter(|_| reader.rest.trim().is_empty());
        shape.map_or(Value::Null, Value::dynamic)
    },
)];

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn word(&mut self) -> &'t str {
        let rest = self.rest.trim_start();
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (word, rest) = rest.split_at(end);
        self.rest = rest;
        word
    }

    fn takes(&mut self, mark: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(mark);
        if let Some(rest) = rest {
            self.rest = rest;
        }
        rest.is_some()
    }

    fn number(&mut self) -> Option<f64> {
        let rest = self.rest.trim_start();
        let end = rest.find(|c: char| c.is_whitespace() || "(),".contains(c)).unwrap_or(rest.len());
        let number: f64 = rest.get(..end)?.parse().ok().filter(|n: &f64| n.is_finite())?;
        self.rest = rest.get(end..)?;
        Some(number)
    }

    fn shape(&mut self, depth: usize) -> Option<Json> {
        let word = self.word().to_ascii_uppercase();
        let coordinates = |kind: &str, coordinates: Json| json!({"type": kind, "coordinates": coordinates});
        Some(match word.as_str() {
            "POINT" => {
                self.takes('(').then_some(())?;
                let position = self.position()?;
                self.takes(')').then_some(())?;
                coordinates("Point", position)
            }
            "LINESTRING" => coordinates("LineString", self.line()?),
            "POLYGON" => coordinates("Polygon", self.list(Self::ring)?),
            "MULTIPOINT" => coordinates("MultiPoint", self.list(Self::wrapped_position)?),
            "MULTILINESTRING" => coordinates("MultiLineString", self.list(Self::line)?),
            "MULTIPOLYGON" => coordinates("MultiPolygon", self.list(|reader| reader.list(Self::ring))?),
            "GEOMETRYCOLLECTION" if depth < DEEPEST => {
                json!({"type": "GeometryCollection", "geometries": self.list(|reader| reader.shape(depth + 1))?})
            }
            _ => return None,
        })
    }

    /// `(item, item)`.
    fn list(&mut self, mut item: impl FnMut(&mut Self) -> Option<Json>) -> Option<Json> {
        self.takes('(').then_some(())?;
        let mut items = vec![item(self)?];
        while self.takes(',') {
            items.push(item(self)?);
        }
        self.takes(')').then(|| Json::Array(items))
    }

    /// Longitude and latitude; a height is read over.
    fn position(&mut self) -> Option<Json> {
        let position = json!([self.number()?, self.number()?]);
        while self.number().is_some() {}
        Some(position)
    }

    /// A position that may stand in parentheses of its own.
    fn wrapped_position(&mut self) -> Option<Json> {
        let wrapped = self.takes('(');
        let position = self.position()?;
        (!wrapped || self.takes(')')).then_some(position)
    }

    fn line(&mut self) -> Option<Json> {
        self.list(Self::position).filter(|line| line.as_array().is_some_and(|l| l.len() >= 2))
    }

    fn ring(&mut self) -> Option<Json> {
        self.list(Self::position)
            .filter(|ring| ring.as_array().is_some_and(|ring| ring.len() >= 4 && ring.first() == ring.last()))
    }
}
