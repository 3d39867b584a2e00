//! Tables for the tests of renderers.

use std::sync::Arc;

use crate::types::{Column, ScalarType, Table, Value, cast};

use super::{Answer, Visualization};

/// An answer of `name:type, …` columns and rows of text, each cast to its column's type; `""` is null.
pub fn answer(columns: &str, rows: &[&[&str]]) -> Answer {
    let mut columns: Vec<Column> = columns
        .split(',')
        .map(|column| {
            let (name, scalar_type) = column.trim().split_once(':').unwrap();
            Column {
                name: name.to_owned(),
                scalar_type: ScalarType::from_name(scalar_type).unwrap(),
                values: Vec::new(),
            }
        })
        .collect();
    for row in rows {
        assert_eq!(row.len(), columns.len());
        for (column, text) in columns.iter_mut().zip(*row) {
            let value = match column.scalar_type {
                ScalarType::Dynamic => Value::dynamic(serde_json::from_str(text).unwrap_or_default()),
                scalar_type => cast(&Value::str(text), scalar_type).into_owned(),
            };
            column.values.push(value);
        }
    }
    let batch = Table { columns, rows: rows.len() }.to_batch().unwrap();
    let schema = Arc::new(batch.schema().as_ref().clone());
    Answer { name: "PrimaryResult".to_owned(), schema, batches: vec![batch], visualization: None }
}

/// The same answer with a chart asked for: `kind name=value; …`.
pub fn charted(answer: Answer, render: &str) -> Answer {
    let (kind, rest) = render.split_once(' ').unwrap_or((render, ""));
    let properties = rest
        .split(';')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect();
    Answer { visualization: Some(Visualization { kind: kind.to_owned(), properties }), ..answer }
}

/// A row of every type and a row of nulls.
pub fn kinds() -> Answer {
    answer(
        "b:bool, i:int, l:long, r:real, d:decimal, t:datetime, s:string, g:guid, ts:timespan, j:dynamic",
        &[
            &[
                "true",
                "1",
                "9007199254740993",
                "1.5",
                "1.5",
                "2020-01-02T03:04:05.6",
                "a,\"b\"",
                "74be27de-1e4e-49d9-b579-fe0b331d3642",
                "1.02:03:04",
                r#"{"a":[1,null]}"#,
            ],
            &["", "", "", "", "", "", "", "", "", ""],
        ],
    )
}
