//! `geo_polygon_lookup`, `geo_line_lookup`: rows joined with the shapes their place is in or near.

use super::{Arguments, Call, Meaning, Plugin, columns_by_place};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder, error};
use crate::functions::geo::{geojson, shape, sphere};
use crate::ir::{Context, Expr, Plan, Schema};
use crate::types::{Column, ScalarType, Table, Value};

/// The family.
pub(super) const PLUGINS: &[Plugin] = &[
    Plugin {
        name: "geo_polygon_lookup",
        signature: "(lookup, key, longitude, latitude, [radius], [return_unmatched], [lookup_area_radius], [return_lookup_key])",
        doc: "Joins each row with the rows of a lookup table whose GeoJSON polygon `key` holds its place, or with a \
              `radius` is at most that many metres from it. With `return_unmatched = true` rows without a polygon stay \
              too, with `return_lookup_key = true` the polygon is a column of the answer. `lookup_area_radius` is a \
              hint that changes nothing.",
        examples: &[(
            "datatable(x: real, y: real)[5, 3, 3, 5] \
             | evaluate geo_polygon_lookup((print name = 'A', \
             area = dynamic({'type': 'Polygon', 'coordinates': [[[0, 0], [9, 0], [9, 9], [0, 0]]]})), area, x, y)",
            "5.0, 3.0, A",
        )],
        meaning: Meaning::Table(|b, c, a, i| lookup(b, c, a, i, Kind::Polygon)),
    },
    Plugin {
        name: "geo_line_lookup",
        signature: "(lookup, key, longitude, latitude, radius, [return_unmatched], [lookup_area_radius], [return_lookup_key])",
        doc: "Joins each row with the rows of a lookup table whose GeoJSON line `key` is at most `radius` metres from its \
              place. Further arguments as for `geo_polygon_lookup`.",
        examples: &[(
            "datatable(x: real, y: real)[1, 0, 1, 1] \
             | evaluate geo_line_lookup((print name = 'A', \
             road = dynamic({'type': 'LineString', 'coordinates': [[0, 0], [5, 0]]})), road, x, y, 100)",
            "1.0, 0.0, A",
        )],
        meaning: Meaning::Table(|b, c, a, i| lookup(b, c, a, i, Kind::Line)),
    },
];

/// What a lookup table holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Polygon,
    Line,
}

/// One shape of a lookup table.
enum Shape {
    Polygon(shape::Polygon),
    Line(shape::Line),
}

impl Shape {
    fn read(value: &Value<'_>, kind: Kind) -> Option<Self> {
        match kind {
            Kind::Polygon => geojson::polygon(Some(value)).map(Self::Polygon),
            Kind::Line => geojson::line(Some(value)).map(Self::Line),
        }
    }

    /// Whether a place is inside, or at most so many metres off.
    fn matches(&self, longitude: f64, latitude: f64, radius: Option<f64>) -> bool {
        let Some(place) = sphere::place(longitude, latitude) else { return false };
        let near = |radians: Option<f64>, radius| radians.is_some_and(|r| r * sphere::EARTH_RADIUS <= radius);
        match (self, radius) {
            (Self::Polygon(polygon), None) => polygon.contains(&place),
            (Self::Polygon(polygon), Some(radius)) => near(polygon.distance(&place), radius),
            (Self::Line(line), radius) => near(line.distance(&place), radius.unwrap_or_default()),
        }
    }
}

fn lookup(
    binder: &Binder<'_>,
    call: &Call<'_>,
    arguments: &Arguments<'_>,
    input: Tabular,
    kind: Kind,
) -> Bind<Tabular> {
    let table = binder.tabular(arguments.required("lookup")?, call.env)?;
    let key_tree = arguments.required("key")?;
    let (key_name, key) = binder.plugin_value(key_tree, &table, call.env)?;
    if key.scalar_type != ScalarType::Dynamic {
        return error("KQL242", format!("a shape is a dynamic, not a {}", key.scalar_type), key_tree.span);
    }
    let mut left = Vec::new();
    for name in ["longitude", "latitude"] {
        let tree = arguments.required(name)?;
        let (_, place) = binder.plugin_value(tree, &input, call.env)?;
        if !place.scalar_type.is_numeric() {
            return error("KQL242", format!("a {name} is a number, not a {}", place.scalar_type), tree.span);
        }
        left.push(place.cast(ScalarType::Real));
    }
    let radius = binder.plugin_real("radius", arguments)?;
    let unmatched = binder.plugin_flag("return_unmatched", arguments)?.unwrap_or(false);
    let shows_key = binder.plugin_flag("return_lookup_key", arguments)?.unwrap_or(false);
    let mut schema = input.plan.schema.clone();
    let shown: Vec<(String, ScalarType)> =
        table.plan.schema.columns.iter().filter(|(name, _)| shows_key || *name != key_name).cloned().collect();
    for (name, scalar_type) in &shown {
        schema.columns.push((schema.free_name(name), *scalar_type));
    }
    let all = |plan: &Plan| plan.all_columns().into_iter().map(|(_, e)| e).collect::<Vec<_>>();
    left.extend(all(&input.plan));
    let mut right: Vec<Expr> = vec![key];
    right.extend(shown.iter().map(|(name, t)| Expr::column(name, *t)));
    let inputs = vec![columns_by_place(input.plan, left), columns_by_place(table.plan, right)];
    let answer = schema.clone();
    let kernel = move |_: &Context, tables: Vec<Table>| {
        let [rows, shapes] = <[Table; 2]>::try_from(tables).map_err(|_| "a lookup reads two tables")?;
        Ok(matched(&rows, &shapes, kind, radius, unmatched, &answer))
    };
    Ok(Tabular {
        serialized: input.serialized,
        ..Tabular::new(Plan::table_kernel("geo_lookup", inputs, schema, kernel))
    })
}

/// How many columns before those shown a row of the input has: longitude and latitude.
const PLACE: usize = 2;

fn matched(rows: &Table, lookup: &Table, kind: Kind, radius: Option<f64>, unmatched: bool, schema: &Schema) -> Table {
    let keys = lookup.columns.first().map_or(&[][..], |c| c.values.as_slice());
    let shapes: Vec<Option<Shape>> = keys.iter().map(|key| Shape::read(key, kind)).collect();
    let mut pairs: Vec<(usize, Option<usize>)> = Vec::new();
    for row in 0..rows.rows {
        let [longitude, latitude] = [0, 1].map(|at| rows.columns.get(at).and_then(|c| c.values[row].as_f64()));
        let before = pairs.len();
        if let (Some(longitude), Some(latitude)) = (longitude, latitude) {
            let holds = |shape: &Option<Shape>| shape.as_ref().is_some_and(|s| s.matches(longitude, latitude, radius));
            pairs.extend((0..shapes.len()).filter(|at| holds(&shapes[*at])).map(|at| (row, Some(at))));
        }
        if unmatched && pairs.len() == before {
            pairs.push((row, None));
        }
    }
    let left = rows.columns.len().saturating_sub(PLACE);
    let columns = schema.columns.iter().enumerate().map(|(at, (name, scalar_type))| {
        let values = pairs.iter().map(|(row, shape)| {
            let cell = if at < left {
                rows.columns.get(PLACE + at).map(|c| c.values[*row].clone())
            } else {
                shape.and_then(|shape| lookup.columns.get(1 + at - left).map(|c| c.values[shape].clone()))
            };
            cell.unwrap_or(Value::null_of(*scalar_type))
        });
        Column { name: name.clone(), scalar_type: *scalar_type, values: values.collect() }
    });
    Table { columns: columns.collect(), rows: pairs.len() }
}
