//! `mv-expand`: cells to lists of their elements.

use polars::prelude::{Column, Expr as PlExpr, Field};

use crate::types::{Json, ScalarType};

/// The elements one cell is expanded to, as JSON texts; `None` for null.
fn elements(json: Option<&Json>, bags_as_arrays: bool) -> Vec<Option<String>> {
    match json {
        None | Some(Json::Null) => vec![None],
        Some(Json::Array(items)) => items.iter().map(|i| (!i.is_null()).then(|| i.to_string())).collect(),
        Some(Json::Object(bag)) => bag
            .iter()
            .map(|(key, value)| {
                Some(if bags_as_arrays {
                    Json::Array(vec![Json::String(key.clone()), value.clone()]).to_string()
                } else {
                    Json::Object(serde_json::Map::from_iter([(key.clone(), value.clone())])).to_string()
                })
            })
            .collect(),
        Some(other) => vec![Some(other.to_string())],
    }
}

/// The text of an element as it can become a value of a type; `None` when it is not of that type. No text is read as a
/// number, nor a number as a truth.
fn conforming(element: &str, to: ScalarType) -> Option<String> {
    let json: Json = serde_json::from_str(element).ok()?;
    let fits = match to {
        ScalarType::Dynamic => true,
        ScalarType::Bool => json.is_boolean(),
        ScalarType::Int | ScalarType::Long | ScalarType::Real | ScalarType::Decimal => json.is_number(),
        ScalarType::DateTime | ScalarType::TimeSpan | ScalarType::Guid => json.is_string(),
        ScalarType::String if json.is_string() => true,
        ScalarType::String => return Some(Json::from(element).to_string()),
    };
    fits.then(|| element.to_owned())
}

/// The list a column is exploded from: its elements as they fit its type, padded with nulls to the longest of the columns expanded with it.
/// Without a column: their numbers.
pub(super) fn expanded_list(
    arguments: &[PlExpr],
    which: Option<(usize, ScalarType)>,
    bags_as_arrays: bool,
    limit: Option<u64>,
) -> PlExpr {
    let first = arguments[0].clone();
    first.map_many(
        move |columns: &mut [Column]| {
            let readers = columns
                .iter()
                .map(|c| super::adapt::Reader::new(c, ScalarType::Dynamic))
                .collect::<polars::error::PolarsResult<Vec<_>>>()?;
            let length = columns.iter().map(Column::len).max().unwrap_or(0);
            let mut lists: Vec<polars::prelude::Series> = Vec::with_capacity(length);
            for row in 0..length {
                let cells: Vec<Vec<Option<String>>> = readers
                    .iter()
                    .zip(columns.iter())
                    .map(|(reader, column)| {
                        let value = reader.value(if column.len() == 1 { 0 } else { row });
                        elements(value.as_json(), bags_as_arrays)
                    })
                    .collect();
                let mut longest = cells.iter().map(Vec::len).max().unwrap_or(0);
                if let Some(limit) = limit {
                    longest = longest.min(usize::try_from(limit).unwrap_or(usize::MAX));
                }
                let texts: Vec<Option<String>> = match which {
                    Some((at, to)) => {
                        let element = |n: usize| cells[at].get(n)?.as_ref().and_then(|text| conforming(text, to));
                        (0..longest).map(element).collect()
                    }
                    None => (0..longest).map(|n| Some(n.to_string())).collect(),
                };
                lists.push(polars::prelude::NamedFrom::new("".into(), texts));
            }
            let name = columns[0].name().clone();
            let mut builder = polars::prelude::ListStringChunkedBuilder::new(name, lists.len(), lists.len() * 4);
            for list in &lists {
                polars::prelude::ListBuilderTrait::append_series(&mut builder, list)?;
            }
            Ok(polars::prelude::IntoColumn::into_column(polars::prelude::IntoSeries::into_series(
                polars::prelude::ListBuilderTrait::finish(&mut builder),
            )))
        },
        &arguments[1..],
        |_, fields| {
            Ok(Field::new(
                fields[0].name().clone(),
                polars::prelude::DataType::List(Box::new(polars::prelude::DataType::String)),
            ))
        },
    )
}
