//! Tables to Polars frames and back. A frame always has a column: one without any could not tell how many rows it has.

use std::io::Cursor;
use std::sync::Arc;

use arrow::datatypes::Schema as ArrowSchema;
use arrow::ipc::reader::FileReader;
use arrow::ipc::writer::FileWriter;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use polars::prelude::{
    Column as PlColumn, CompatLevel, DataFrame, DataType, IntoColumn, IpcReader, IpcWriter, NamedFrom, SerReader,
    SerWriter, Series,
};

use super::EngineError;
use crate::ir::Schema;
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

/// The frame of batches read from the logs.
pub(super) fn from_batches(schema: &Schema, batches: &[RecordBatch]) -> Result<DataFrame, EngineError> {
    if schema.columns.is_empty() {
        let rows = batches.iter().map(RecordBatch::num_rows).sum();
        return Ok(DataFrame::new(rows, vec![none(rows)])?);
    }
    let fields: Vec<_> = schema
        .columns
        .iter()
        .map(|(name, t)| field(name, *t).with_metadata(std::collections::HashMap::new()))
        .collect();
    let arrow_schema = Arc::new(ArrowSchema::new(fields));
    let mut bytes = Vec::new();
    let mut writer = FileWriter::try_new(&mut bytes, &arrow_schema)?;
    for batch in batches {
        writer.write(&RecordBatch::try_new(arrow_schema.clone(), batch.columns().to_vec())?)?;
    }
    writer.finish()?;
    drop(writer);
    Ok(IpcReader::new(Cursor::new(bytes)).finish()?)
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
