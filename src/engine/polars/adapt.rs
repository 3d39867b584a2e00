//! The kernel shapes as functions on Polars columns.

use std::borrow::Cow;

use polars::error::PolarsResult;
use polars::prelude::{
    BooleanChunked, Column, Float64Chunked, Int32Chunked, Int64Chunked, IntoColumn, ListChunked, Series, StringChunked,
};

use super::convert::series;
use crate::ir::{AggregateKernel, Context, Program, WindowKernel};
use crate::types::{Json, ScalarType, Value};

/// Reads the cells of a column as KQL values.
pub(super) enum Reader {
    Bool(BooleanChunked),
    Int(Int32Chunked),
    Long(Int64Chunked),
    DateTime(Int64Chunked),
    TimeSpan(Int64Chunked),
    Real(Float64Chunked),
    String(StringChunked),
    Guid(StringChunked),
    Decimal(StringChunked),
    /// Parsed once a column, so that every read borrows.
    Dynamic(Vec<Option<Json>>),
}

impl Reader {
    pub(super) fn new(column: &Column, scalar_type: ScalarType) -> PolarsResult<Self> {
        let column = column.as_materialized_series().rechunk();
        Self::of(&column, scalar_type)
    }

    fn of(column: &Series, scalar_type: ScalarType) -> PolarsResult<Self> {
        Ok(match scalar_type {
            ScalarType::Bool => Self::Bool(column.bool()?.clone()),
            ScalarType::Int => Self::Int(column.i32()?.clone()),
            ScalarType::Long => Self::Long(column.i64()?.clone()),
            ScalarType::DateTime => Self::DateTime(column.i64()?.clone()),
            ScalarType::TimeSpan => Self::TimeSpan(column.i64()?.clone()),
            ScalarType::Real => Self::Real(column.f64()?.clone()),
            ScalarType::String => Self::String(column.str()?.clone()),
            ScalarType::Guid => Self::Guid(column.str()?.clone()),
            ScalarType::Decimal => Self::Decimal(column.str()?.clone()),
            ScalarType::Dynamic => Self::Dynamic(
                column.str()?.iter().map(|text| text.and_then(|t| serde_json::from_str(t).ok())).collect(),
            ),
        })
    }

    pub(super) fn value(&self, row: usize) -> Value<'_> {
        match self {
            Self::Bool(a) => a.get(row).map_or(Value::Null, Value::Bool),
            Self::Int(a) => a.get(row).map_or(Value::Null, Value::Int),
            Self::Long(a) => a.get(row).map_or(Value::Null, Value::Long),
            Self::DateTime(a) => a.get(row).map_or(Value::Null, Value::DateTime),
            Self::TimeSpan(a) => a.get(row).map_or(Value::Null, Value::TimeSpan),
            Self::Real(a) => a.get(row).map_or(Value::Null, Value::Real),
            Self::String(a) => Value::str(a.get(row).unwrap_or_default()),
            Self::Guid(a) => a.get(row).and_then(|t| t.parse().ok()).map_or(Value::Null, Value::Guid),
            Self::Decimal(a) => a.get(row).and_then(|t| t.parse().ok()).map_or(Value::Null, Value::Decimal),
            Self::Dynamic(a) => match a.get(row) {
                Some(Some(Json::Null) | None) | None => Value::Null,
                Some(Some(json)) => Value::Dynamic(Cow::Borrowed(json)),
            },
        }
    }
}

fn rows(columns: &[Column]) -> usize {
    columns.iter().map(Column::len).max().unwrap_or(0)
}

/// Broadcast: Polars hands a constant operand over as a column of one row.
fn at(reader: &Reader, length: usize, row: usize) -> Value<'_> {
    reader.value(if length == 1 { 0 } else { row })
}

/// Runs an expression's program once a row. `types` are the KQL types of the columns it reads.
pub(super) fn scalar(
    program: &Program,
    context: &Context,
    types: &[ScalarType],
    answer: ScalarType,
    columns: &[Column],
) -> PolarsResult<Column> {
    let length = rows(columns);
    let readers = columns.iter().zip(types).map(|(c, t)| Reader::new(c, *t)).collect::<PolarsResult<Vec<_>>>()?;
    let lengths: Vec<usize> = columns.iter().map(Column::len).collect();
    let mut values: Vec<Value<'_>> = Vec::with_capacity(length);
    let mut row_values: Vec<Value<'_>> = Vec::with_capacity(readers.len());
    program.with_stack(|| {
        for row in 0..length {
            row_values.clear();
            row_values.extend(readers.iter().zip(&lengths).map(|(r, n)| at(r, *n, row)));
            values.push(program.run(context, &row_values));
        }
    });
    let name = columns.first().map(|c| c.name().clone()).unwrap_or_default();
    Ok(series(&name, answer, &values).into_column())
}

/// Runs a window kernel over whole columns.
pub(super) fn window(
    kernel: WindowKernel,
    context: &Context,
    types: &[ScalarType],
    answer: ScalarType,
    columns: &[Column],
) -> PolarsResult<Column> {
    let length = rows(columns);
    let arguments = columns
        .iter()
        .zip(types)
        .map(|(c, t)| {
            let reader = Reader::new(c, *t)?;
            Ok((0..length).map(|row| at(&reader, c.len(), row).into_owned()).collect())
        })
        .collect::<PolarsResult<Vec<Vec<_>>>>()?;
    let values = kernel(context, &arguments, length);
    let name = columns.first().map(|c| c.name().clone()).unwrap_or_default();
    Ok(series(&name, answer, &values).into_column())
}

/// Runs an aggregate kernel over groups: each argument a column of lists, or a constant.
pub(super) fn aggregate(
    kernel: AggregateKernel,
    context: &Context,
    arguments: &[(ScalarType, Option<Value<'static>>)],
    answer: ScalarType,
    columns: &[Column],
) -> PolarsResult<Column> {
    let groups = rows(columns);
    let lists = columns
        .iter()
        .map(|c| Ok(c.as_materialized_series().list()?.clone()))
        .collect::<PolarsResult<Vec<ListChunked>>>()?;
    let mut answers = Vec::with_capacity(groups);
    for group in 0..groups {
        let parts: Vec<Series> = lists.iter().map(|l| l.get_as_series(group).unwrap_or_default()).collect();
        let length = parts.first().map_or(0, |part| part.len());
        let mut parts = parts.iter();
        let values = arguments
            .iter()
            .map(|(scalar_type, constant)| match constant {
                Some(value) => {
                    // The first list, of any kind, tells how many rows the group has.
                    Ok(vec![value.clone(); length])
                }
                None => match parts.next() {
                    Some(part) => {
                        let reader = Reader::of(&part.rechunk(), *scalar_type)?;
                        Ok((0..part.len()).map(|row| reader.value(row).into_owned()).collect())
                    }
                    None => Ok(Vec::new()),
                },
            })
            .collect::<PolarsResult<Vec<Vec<Value<'static>>>>>()?;
        answers.push(kernel(context, &values));
    }
    let name = columns.first().map(|c| c.name().clone()).unwrap_or_default();
    Ok(series(&name, answer, &answers).into_column())
}
