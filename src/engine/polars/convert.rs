//! Tables to Polars frames and back. A frame always has a column: one without any could not tell how many rows it has.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{Float64Type, Int32Type, Int64Type, Schema as ArrowSchema};
use arrow::ipc::reader::FileReader;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use polars::prelude::{
    BooleanChunked, Column as PlColumn, CompatLevel, DataFrame, DataType, Float64Chunked, Int32Chunked, Int64Chunked,
    IntoColumn, IntoSeries, IpcWriter, NamedFrom, NewChunkedArray, PlSmallStr, SerWriter, Series, StringChunked,
};

use super::EngineError;
use super::feed::{BLOCK_BITS, ROW_BITS};
use crate::ir::{Feed, Schema};
use crate::sources::Position;
use crate::types::{Column, Json, ScalarType, Table, Value, field, to_text};

/// The column that stands in for a table without columns.
pub(super) const NO_COLUMN: &str = "$none";

/// How Polars holds a KQL type. Text of `dynamic` is JSON; text of `guid` and `decimal` is their canonical form.
pub(super) const fn data_type(scalar_type: ScalarType) -> DataType {
    match scalar_type {
        ScalarType::Bool => DataType::Boolean,
        ScalarType::Int => DataType::Int32,
        ScalarType::Long | ScalarType::DateTime | ScalarType::TimeSpan => DataType::Int64,
        ScalarType::Real => DataType::Float64,
        ScalarType::Decimal | ScalarType::Guid | ScalarType::String | ScalarType::Dynamic => DataType::String,
    }
}

/// A Polars column of KQL values. A value of another type than the column's becomes null.
pub(super) fn series(name: &str, scalar_type: ScalarType, values: &[Value<'_>]) -> Series {
    let name = name.into();
    match scalar_type {
        ScalarType::Bool => Series::new(name, values.iter().map(Value::as_bool).collect::<Vec<_>>()),
        ScalarType::Int => Series::new(name, values.iter().map(|v| v.as_i64().map(|n| n as i32)).collect::<Vec<_>>()),
        ScalarType::Long => Series::new(name, values.iter().map(Value::as_i64).collect::<Vec<_>>()),
        ScalarType::DateTime | ScalarType::TimeSpan => {
            Series::new(name, values.iter().map(Value::as_ticks).collect::<Vec<_>>())
        }
        ScalarType::Real => Series::new(name, values.iter().map(Value::as_f64).collect::<Vec<_>>()),
        ScalarType::String => {
            Series::new(name, values.iter().map(|v| v.as_str().unwrap_or_default()).collect::<Vec<_>>())
        }
        ScalarType::Dynamic => {
            Series::new(name, values.iter().map(|v| v.as_json().map(Json::to_string)).collect::<Vec<_>>())
        }
        ScalarType::Guid | ScalarType::Decimal => {
            let text = |v: &Value<'_>| (v.scalar_type() == Some(scalar_type)).then(|| to_text(v));
            Series::new(name, values.iter().map(text).collect::<Vec<_>>())
        }
    }
}

/// The frame of a table.
pub(super) fn to_frame(table: &Table) -> Result<DataFrame, EngineError> {
    if table.columns.is_empty() {
        return Ok(DataFrame::new(table.rows, vec![none(table.rows)])?);
    }
    let columns = table.columns.iter().map(|c| series(&c.name, c.scalar_type, &c.values).into_column()).collect();
    Ok(DataFrame::new(table.rows, columns)?)
}

fn none(rows: usize) -> PlColumn {
    Series::new(NO_COLUMN.into(), vec![false; rows]).into_column()
}

/// The frame of batches read from the logs, in their order, with [`Feed::AT`].
pub(super) fn from_batches(
    schema: &Schema,
    batches: &BTreeMap<Position, RecordBatch>,
) -> Result<DataFrame, EngineError> {
    let rows = batches.values().map(RecordBatch::num_rows).sum();
    let mut columns = Vec::with_capacity(schema.columns.len() + 1);
    for (at, (name, scalar_type)) in schema.columns.iter().enumerate() {
        let arrays: Vec<&ArrayRef> = batches.values().map(|batch| batch.column(at)).collect();
        columns.push(from_arrays(name, *scalar_type, &arrays)?.into_column());
    }
    let mut places = Vec::with_capacity(rows);
    for (position, batch) in batches {
        let first = place(*position);
        places.extend(first..first.saturating_add(batch.num_rows() as i64));
    }
    columns.push(Int64Chunked::from_vec(Feed::AT.into(), places).into_column());
    Ok(DataFrame::new(rows, columns)?)
}

/// [`Feed::AT`] of the first row of a batch. Beyond 2^18 files, or 2^28 batches of one, places are no longer told
/// apart, and only the order of the answer suffers.
fn place(position: Position) -> i64 {
    let most = |bits: u32| (1_usize << bits) - 1;
    let file = position.file.min(most(63 - ROW_BITS - BLOCK_BITS)) as i64;
    let block = position.block.min(most(BLOCK_BITS)) as i64;
    (file << (ROW_BITS + BLOCK_BITS)) | (block << ROW_BITS)
}

/// One column of several batches.
fn from_arrays(name: &str, scalar_type: ScalarType, arrays: &[&ArrayRef]) -> Result<Series, EngineError> {
    let wrong = || EngineError::new(format!("the column {name} was not read as a {scalar_type}"));
    let name = PlSmallStr::from(name);
    let nulls = arrays.iter().any(|array| array.null_count() > 0);
    macro_rules! numbers {
        ($arrow:ty, $polars:ty) => {{
            let arrays: Vec<_> =
                arrays.iter().map(|a| a.as_primitive_opt::<$arrow>()).collect::<Option<_>>().ok_or_else(wrong)?;
            if nulls {
                <$polars>::from_iter_options(name, arrays.iter().flat_map(|a| a.iter())).into_series()
            } else {
                let mut values = Vec::with_capacity(arrays.iter().map(|a| a.len()).sum());
                arrays.iter().for_each(|a| values.extend_from_slice(a.values()));
                <$polars>::from_vec(name, values).into_series()
            }
        }};
    }
    Ok(match data_type(scalar_type) {
        DataType::Int32 => numbers!(Int32Type, Int32Chunked),
        DataType::Int64 => numbers!(Int64Type, Int64Chunked),
        DataType::Float64 => numbers!(Float64Type, Float64Chunked),
        DataType::Boolean => {
            let arrays: Vec<_> = arrays.iter().map(|a| a.as_boolean_opt()).collect::<Option<_>>().ok_or_else(wrong)?;
            BooleanChunked::from_iter_options(name, arrays.iter().flat_map(|a| a.iter())).into_series()
        }
        _ => {
            let arrays: Vec<_> =
                arrays.iter().map(|a| a.as_string_opt::<i32>()).collect::<Option<_>>().ok_or_else(wrong)?;
            if nulls {
                StringChunked::from_iter_options(name, arrays.iter().flat_map(|a| a.iter())).into_series()
            } else {
                let values = arrays.iter().flat_map(|a| (0..a.len()).map(|row| a.value(row)));
                StringChunked::from_iter_values(name, values).into_series()
            }
        }
    })
}

/// The frame, holding no more text than its own: rows that were picked from many hold on to the texts of all. `of`: how
/// many there were.
pub(super) fn compact(frame: DataFrame, of: usize) -> Result<DataFrame, EngineError> {
    if frame.height() > of / 2 {
        return Ok(frame);
    }
    let columns = frame.columns().iter().map(|column| match column.as_materialized_series().str() {
        Ok(texts) => StringChunked::from_iter_options(column.name().clone(), texts.iter()).into_column(),
        Err(_) => column.clone(),
    });
    Ok(DataFrame::new(frame.height(), columns.collect())?)
}

/// The batch of a result, with the plan's columns and KQL types.
pub(super) fn to_batch(mut frame: DataFrame, schema: &Schema) -> Result<RecordBatch, EngineError> {
    let arrow_schema = Arc::new(ArrowSchema::new(schema.columns.iter().map(|(n, t)| field(n, *t)).collect::<Vec<_>>()));
    let rows = RecordBatchOptions::new().with_row_count(Some(frame.height()));
    if schema.columns.is_empty() {
        return Ok(RecordBatch::try_new_with_options(arrow_schema, Vec::new(), &rows)?);
    }
    frame = frame.select(schema.columns.iter().map(|(n, _)| n.as_str()))?;
    // One batch holds the whole result.
    frame.rechunk_mut();
    let mut bytes = Vec::new();
    IpcWriter::new(&mut bytes).with_compat_level(CompatLevel::oldest()).finish(&mut frame)?;
    let mut columns: Vec<Vec<arrow::array::ArrayRef>> = vec![Vec::new(); schema.columns.len()];
    for batch in FileReader::try_new(Cursor::new(bytes), None)? {
        let batch = batch?;
        for (at, column) in batch.columns().iter().enumerate() {
            columns[at].push(arrow::compute::cast(column, arrow_schema.field(at).data_type())?);
        }
    }
    let arrays = columns
        .iter()
        .zip(arrow_schema.fields())
        .map(|(parts, field)| match parts.as_slice() {
            [] => Ok(arrow::array::new_empty_array(field.data_type())),
            [one] => Ok(one.clone()),
            many => arrow::compute::concat(&many.iter().map(AsRef::as_ref).collect::<Vec<_>>()),
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new_with_options(arrow_schema, arrays, &rows)?)
}

/// A frame as plain values, for kernels on whole tables.
pub(super) fn to_table(frame: &DataFrame, schema: &Schema) -> Result<Table, EngineError> {
    let columns = schema.columns.iter().map(|(name, scalar_type)| {
        let reader = super::adapt::Reader::new(frame.column(name)?, *scalar_type)?;
        let values = (0..frame.height()).map(|row| reader.value(row).into_owned()).collect();
        Ok(Column { name: name.clone(), scalar_type: *scalar_type, values })
    });
    Ok(Table { columns: columns.collect::<Result<_, EngineError>>()?, rows: frame.height() })
}
