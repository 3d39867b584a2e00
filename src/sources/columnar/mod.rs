//! Rows that come as columns, in Parquet and Arrow files: their types become those of the table, whole columns at a time.

mod arrow_file;
mod convert;
mod late;
mod nested;
mod parquet_file;
mod projection;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow::datatypes::{DataType, Schema};

use crate::types::{ScalarType, kql_type};

pub(super) use arrow_file::{ARROW_MAGIC, read as read_arrow, schema as arrow_schema};
pub(super) use parquet_file::{read as read_parquet, schema as parquet_schema};

/// The columns of a file and the KQL types that are nearest to theirs.
pub(super) fn columns(schema: &Schema) -> Vec<(String, ScalarType)> {
    schema.fields().iter().map(|field| (field.name().clone(), nearest(field))).collect()
}

fn nearest(field: &arrow::datatypes::Field) -> ScalarType {
    match field.data_type() {
        DataType::Dictionary(_, values) => kql_type(&field.clone().with_data_type(values.as_ref().clone())),
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..) => {
            ScalarType::Decimal
        }
        DataType::Time32(_) | DataType::Time64(_) => ScalarType::TimeSpan,
        DataType::FixedSizeBinary(16) => ScalarType::Guid,
        nested if nested.is_nested() => ScalarType::Dynamic,
        _ => kql_type(field),
    }
}

/// Runs a decoder of ours or another's on bytes that strangers wrote: what it stumbles over is an error of the file.
pub(super) fn guarded<T, E: std::fmt::Display>(decode: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(decode)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("its bytes contradict each other".to_owned()),
    }
}
