//! The kernel shapes as functions on Polars columns.

use std::borrow::Cow;

use polars::error::PolarsResult;
use polars::prelude::{
    BooleanChunked, Column, DataType, ExplodeOptions, Float64Chunked, IdxCa, IdxSize, Int32Chunked, Int64Chunked,
    IntoColumn, ListChunked, Series, StringChunked,
};

use super::convert::series;
use crate::ir::{AggregateKernel, Context, CoreAggregate, Program, WindowKernel};
use crate::types::{Distinct, Json, ScalarType, Value};

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

/// Runs an expression's program once a row; over a column of few texts, where the same text has the same answer, once a
/// text. `types` are the KQL types of the columns it reads.
pub(super) fn scalar(
    program: &Program,
    context: &Context,
    types: &[ScalarType],
    answer: ScalarType,
    columns: &[Column],
) -> PolarsResult<Column> {
    if let [column] = columns
        && !program.is_volatile()
        && let Ok(texts) = column.as_materialized_series().str()
        && let Some(Distinct { firsts, of_rows }) = Distinct::of(texts.iter().map(Option::unwrap_or_default))
    {
        let firsts = IdxCa::from_vec("".into(), firsts.into_iter().map(|row| row as IdxSize).collect());
        let each = by_rows(program, context, types, answer, &[column.take(&firsts)?])?;
        return each.take(&IdxCa::from_vec("".into(), of_rows));
    }
    by_rows(program, context, types, answer, columns)
}

fn by_rows(
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

/// What is computed over the values of a group.
#[derive(Clone, Copy)]
pub(super) enum Over {
    /// A kernel over values.
    Values(AggregateKernel),
    /// The sum of reals, in their order.
    SumOfReals,
    /// The mean of reals; NaN over none.
    MeanOfReals,
    /// How many distinct values there are besides nulls.
    Distinct,
}

impl Over {
    /// A core aggregate over values of a type, as its kernel has it.
    pub(super) fn core(core: CoreAggregate, scalar_type: Option<ScalarType>) -> Self {
        match (core, scalar_type) {
            (CoreAggregate::Sum, Some(ScalarType::Real)) => Self::SumOfReals,
            (CoreAggregate::Average, Some(ScalarType::Real)) => Self::MeanOfReals,
            (
                CoreAggregate::CountDistinct,
                Some(
                    ScalarType::Bool
                    | ScalarType::Int
                    | ScalarType::Long
                    | ScalarType::DateTime
                    | ScalarType::TimeSpan
                    | ScalarType::Guid
                    | ScalarType::String,
                ),
            ) => Self::Distinct,
            _ => Self::Values(core.kernel()),
        }
    }

    /// The answer over the first argument alone, where there is no need to make values of it.
    fn at_once(self, part: &Series) -> PolarsResult<Option<Value<'static>>> {
        Ok(Some(match self {
            Self::Values(_) => return Ok(None),
            Self::SumOfReals => Value::Real(sum(part.f64()?)),
            Self::MeanOfReals => {
                let values = part.f64()?;
                let count = values.len() - values.null_count();
                Value::Real(sum(values) / count as f64)
            }
            Self::Distinct => Value::Long(part.drop_nulls().n_unique()? as i64),
        }))
    }
}

/// Added up from 0: the sum over nothing is not -0.
fn sum(values: &Float64Chunked) -> f64 {
    values.iter().flatten().fold(0.0, |sum, value| sum + value)
}

/// Runs an aggregate over groups: each argument a column of lists, or of lists of lists that stand for one list, or a
/// constant.
pub(super) fn aggregate(
    over: Over,
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
        let parts = lists.iter().map(|l| flat(l.get_as_series(group).unwrap_or_default()));
        let parts: Vec<Series> = parts.collect::<PolarsResult<_>>()?;
        if let Some(first) = parts.first()
            && let Some(answer) = over.at_once(first)?
        {
            answers.push(answer);
            continue;
        }
        let Over::Values(kernel) = over else { continue };
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
                        let reader = Reader::of(part, *scalar_type)?;
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

/// The values of a group, of which each batch may have given a list.
fn flat(part: Series) -> PolarsResult<Series> {
    let options = ExplodeOptions { empty_as_null: false, keep_nulls: false };
    let part = if matches!(part.dtype(), DataType::List(_)) { part.explode(options)? } else { part };
    Ok(part.rechunk())
}
