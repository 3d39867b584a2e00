//! How a KQL table looks as Arrow: the seam between readers, engines and renderers.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanBuilder, Float64Builder, Int32Builder, Int64Builder, StringBuilder,
};
use arrow::datatypes::{DataType, Field, Float64Type, Int32Type, Int64Type, Schema};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;

use super::{Json, ScalarType, Value, to_text};

/// The key in a field's metadata that holds the KQL type's name.
pub const TYPE_KEY: &str = "kql.type";

/// The Arrow field of a KQL column. `bool` is Boolean, `int` Int32, `long` Int64, `real` Float64, `datetime` and
/// `timespan` Int64 ticks of 100 ns (Arrow's own timestamps cannot span years 1 to 9999 at that grain), and
/// `string`, `guid`, `decimal` and `dynamic` (JSON text) are Utf8. The KQL type stands in the metadata.
pub fn field(name: &str, scalar_type: ScalarType) -> Field {
    let data_type = match scalar_type {
        ScalarType::Bool => DataType::Boolean,
        ScalarType::Int => DataType::Int32,
        ScalarType::Long | ScalarType::DateTime | ScalarType::TimeSpan => DataType::Int64,
        ScalarType::Real => DataType::Float64,
        ScalarType::String | ScalarType::Guid | ScalarType::Decimal | ScalarType::Dynamic => DataType::Utf8,
    };
    Field::new(name, data_type, true)
        .with_metadata(HashMap::from([(TYPE_KEY.to_owned(), scalar_type.name().to_owned())]))
}

/// The KQL type of an Arrow field; without metadata, the nearest one to its Arrow type.
pub fn kql_type(field: &Field) -> ScalarType {
    field.metadata().get(TYPE_KEY).and_then(|name| ScalarType::from_name(name)).unwrap_or(match field.data_type() {
        DataType::Boolean => ScalarType::Bool,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 => ScalarType::Int,
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => ScalarType::Long,
        DataType::Float16 | DataType::Float32 | DataType::Float64 => ScalarType::Real,
        DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => ScalarType::DateTime,
        DataType::Duration(_) => ScalarType::TimeSpan,
        _ => ScalarType::String,
    })
}

/// The value of one cell, borrowing text from the array. A cell whose text does not fit its type reads as null.
pub fn value_at(array: &dyn Array, scalar_type: ScalarType, row: usize) -> Value<'_> {
    if array.is_null(row) {
        return Value::null_of(scalar_type);
    }
    let text = || match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row),
        DataType::Utf8View => array.as_string_view().value(row),
        _ => "",
    };
    match scalar_type {
        ScalarType::Bool => array.as_boolean_opt().map_or(Value::Null, |a| Value::Bool(a.value(row))),
        ScalarType::Int => array.as_primitive_opt::<Int32Type>().map_or(Value::Null, |a| Value::Int(a.value(row))),
        ScalarType::Long => array.as_primitive_opt::<Int64Type>().map_or(Value::Null, |a| Value::Long(a.value(row))),
        ScalarType::Real => array.as_primitive_opt::<Float64Type>().map_or(Value::Null, |a| Value::Real(a.value(row))),
        ScalarType::DateTime => {
            array.as_primitive_opt::<Int64Type>().map_or(Value::Null, |a| Value::DateTime(a.value(row)))
        }
        ScalarType::TimeSpan => {
            array.as_primitive_opt::<Int64Type>().map_or(Value::Null, |a| Value::TimeSpan(a.value(row)))
        }
        ScalarType::Guid => text().parse().map_or(Value::Null, Value::Guid),
        ScalarType::Decimal => text().parse().map_or(Value::Null, Value::Decimal),
        ScalarType::String => Value::String(Cow::Borrowed(text())),
        ScalarType::Dynamic => serde_json::from_str::<Json>(text()).map_or(Value::Null, Value::dynamic),
    }
}

/// A named, typed column of values: the plain form of a table for kernels that need all rows at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The column's name.
    pub name: String,
    /// Its KQL type.
    pub scalar_type: ScalarType,
    /// One value a row.
    pub values: Vec<Value<'static>>,
}

impl Column {
    /// An Arrow array of the column's values. A value of another type than the column's becomes null.
    pub fn to_array(&self) -> ArrayRef {
        let values = self.values.iter();
        match self.scalar_type {
            ScalarType::Bool => {
                let mut out = BooleanBuilder::with_capacity(self.values.len());
                values.for_each(|v| out.append_option(v.as_bool()));
                Arc::new(out.finish())
            }
            ScalarType::Int => {
                let mut out = Int32Builder::with_capacity(self.values.len());
                values.for_each(|v| out.append_option(v.as_i64().map(|n| n as i32)));
                Arc::new(out.finish())
            }
            ScalarType::Long => {
                let mut out = Int64Builder::with_capacity(self.values.len());
                values.for_each(|v| out.append_option(v.as_i64()));
                Arc::new(out.finish())
            }
            ScalarType::DateTime | ScalarType::TimeSpan => {
                let mut out = Int64Builder::with_capacity(self.values.len());
                values.for_each(|v| out.append_option(v.as_ticks()));
                Arc::new(out.finish())
            }
            ScalarType::Real => {
                let mut out = Float64Builder::with_capacity(self.values.len());
                values.for_each(|v| out.append_option(v.as_f64()));
                Arc::new(out.finish())
            }
            ScalarType::String => {
                let mut out = StringBuilder::new();
                values.for_each(|v| out.append_value(v.as_str().unwrap_or_default()));
                Arc::new(out.finish())
            }
            ScalarType::Dynamic => {
                let mut out = StringBuilder::new();
                values.for_each(|v| out.append_option(v.as_json().map(Json::to_string)));
                Arc::new(out.finish())
            }
            ScalarType::Guid | ScalarType::Decimal => {
                let mut out = StringBuilder::new();
                values.for_each(|v| out.append_option((!v.is_null()).then(|| to_text(v))));
                Arc::new(out.finish())
            }
        }
    }
}

/// A table as plain columns of equal length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// The number of rows; kept apart, because a table may have rows and no column.
    pub rows: usize,
}

impl Table {
    /// Reads Arrow batches into a table.
    pub fn from_batches(schema: &Schema, batches: &[RecordBatch]) -> Self {
        let rows = batches.iter().map(RecordBatch::num_rows).sum();
        let columns = schema.fields().iter().enumerate().map(|(at, field)| {
            let scalar_type = kql_type(field);
            let values = batches.iter().flat_map(|batch| {
                let array = batch.column(at);
                (0..batch.num_rows()).map(|row| value_at(array.as_ref(), scalar_type, row).into_owned())
            });
            Column { name: field.name().clone(), scalar_type, values: values.collect() }
        });
        Self { columns: columns.collect(), rows }
    }

    /// The rows, parted by the values of some columns; parts in order of their first row.
    pub fn parts(&self, keys: &[&Column]) -> Vec<Vec<usize>> {
        let mut parts: Vec<Vec<usize>> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for row in 0..self.rows {
            let key = keys.iter().map(|c| format!("{:?}\u{1f}", c.values[row])).collect::<String>();
            let place = *places.entry(key).or_insert_with(|| {
                parts.push(Vec::new());
                parts.len() - 1
            });
            parts[place].push(row);
        }
        parts
    }

    /// The rows at some places, in that order.
    #[must_use]
    pub fn rows_at(&self, places: &[usize]) -> Self {
        let columns = self.columns.iter().map(|c| Column {
            name: c.name.clone(),
            scalar_type: c.scalar_type,
            values: places.iter().map(|row| c.values[*row].clone()).collect(),
        });
        Self { columns: columns.collect(), rows: places.len() }
    }

    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The table as one Arrow batch.
    ///
    /// # Errors
    /// When the columns differ in length.
    pub fn to_batch(&self) -> Result<RecordBatch, ArrowError> {
        let schema = Schema::new(self.columns.iter().map(|c| field(&c.name, c.scalar_type)).collect::<Vec<_>>());
        let arrays = self.columns.iter().map(Column::to_array).collect();
        let options = arrow::record_batch::RecordBatchOptions::new().with_row_count(Some(self.rows));
        RecordBatch::try_new_with_options(Arc::new(schema), arrays, &options)
    }
}
