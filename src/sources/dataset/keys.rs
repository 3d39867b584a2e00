//! The identity of rows: two that are the same in every column are one, exported twice.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, FixedSizeBinaryArray};
use arrow::datatypes::{DataType, Field, Float64Type, Int32Type, Int64Type, Schema};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use xxhash_rust::xxh64::xxh64;

use super::super::error::{SourceError, SourceErrorKind};

/// The column that holds a row's identity, 16 bytes.
pub(super) const COLUMN: &str = "_kqlens_row";

/// The column that tells two requests apart.
const CORRELATION: &str = "CorrelationId";

/// The field of [`COLUMN`].
pub(super) fn field() -> Field {
    Field::new(COLUMN, DataType::FixedSizeBinary(16), false)
}

/// Gives rows their identities.
#[derive(Debug)]
pub(super) struct Identifier {
    seed: u64,
    /// How often each row without a correlation id came in this file so far.
    counts: HashMap<u128, u32>,
}

impl Identifier {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, counts: HashMap::new() }
    }

    /// Whether a row came that no correlation id tells from others like it.
    pub(super) fn has_unnamed(&self) -> bool {
        !self.counts.is_empty()
    }

    /// The identities of rows. Without a correlation id the second row of a file that is the same as the first is another
    /// row, but the same as the second in any other file: of overlapping exports, as many are kept as one of them has.
    pub(super) fn identify(&mut self, batch: &RecordBatch) -> Vec<u128> {
        let schema = batch.schema();
        let mut columns: Vec<(&str, &ArrayRef)> =
            schema.fields().iter().map(|f| f.name().as_str()).zip(batch.columns()).collect();
        columns.sort_by_key(|(name, _)| *name);
        let named = batch.column_by_name(CORRELATION).and_then(|column| column.as_string_opt::<i32>());
        let mut text = Vec::new();
        (0..batch.num_rows())
            .map(|row| {
                text.clear();
                columns.iter().for_each(|(name, column)| append(&mut text, name, column.as_ref(), row));
                let identity = self.hash(&text);
                if named.is_some_and(|ids| ids.is_valid(row) && !ids.value(row).is_empty()) {
                    return identity;
                }
                let count = self.counts.entry(identity).or_default();
                *count += 1;
                if *count > 1 {
                    text.extend_from_slice(&count.to_le_bytes());
                }
                self.hash(&text)
            })
            .collect()
    }

    fn hash(&self, text: &[u8]) -> u128 {
        u128::from(xxh64(text, self.seed)) << 64 | u128::from(xxh64(text, !self.seed))
    }
}

/// A cell as bytes that say its column and where it ends. What is missing adds nothing, as tables have more columns in
/// some exports than in others.
fn append(text: &mut Vec<u8>, name: &str, column: &dyn Array, row: usize) {
    if column.is_null(row) {
        return;
    }
    let mut put = |bytes: &[u8]| {
        text.extend_from_slice(name.as_bytes());
        text.push(0);
        text.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        text.extend_from_slice(bytes);
    };
    match column.data_type() {
        DataType::Boolean => put(&[u8::from(column.as_boolean().value(row))]),
        DataType::Int32 => put(&column.as_primitive::<Int32Type>().value(row).to_le_bytes()),
        DataType::Int64 => put(&column.as_primitive::<Int64Type>().value(row).to_le_bytes()),
        DataType::Float64 => put(&column.as_primitive::<Float64Type>().value(row).to_le_bytes()),
        _ => {
            let value = column.as_string_opt::<i32>().map_or("", |texts| texts.value(row));
            if !value.is_empty() {
                put(value.as_bytes());
            }
        }
    }
}

/// Identities as a column.
pub(super) fn column(keys: &[u128]) -> Result<ArrayRef, SourceError> {
    let bytes = keys.iter().map(|key| key.to_le_bytes());
    if keys.is_empty() {
        return Ok(Arc::new(FixedSizeBinaryArray::new_null(16, 0)));
    }
    Ok(Arc::new(FixedSizeBinaryArray::try_from_iter(bytes)?))
}

/// The identities in a column.
pub(super) fn of_column(column: &dyn Array) -> impl Iterator<Item = u128> {
    let bytes = column.as_any().downcast_ref::<FixedSizeBinaryArray>().filter(|a| a.value_length() == 16);
    bytes
        .into_iter()
        .flat_map(|array| (0..array.len()).map(|row| array.value(row).try_into().map_or(0, u128::from_le_bytes)))
}

/// Adds the identities of the rows in a part.
pub(super) fn load(part: &Path, into: &mut HashSet<u128>) -> Result<(), SourceError> {
    let wrong = |why: String| {
        SourceError::new(SourceErrorKind::Io, format!("the rows imported before cannot be read: {why}"))
            .in_file(part.display().to_string())
            .with_help("restore the file, or import the logs into a new folder")
    };
    let file = File::open(part).map_err(|e| wrong(e.to_string()))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| wrong(e.to_string()))?;
    if reader.schema().column_with_name(COLUMN).is_none() {
        return Err(wrong(format!("the column {COLUMN} is missing")));
    }
    let mask = ProjectionMask::columns(reader.parquet_schema(), [COLUMN]);
    for batch in reader.with_projection(mask).build().map_err(|e| wrong(e.to_string()))? {
        let batch = batch.map_err(|e| wrong(e.to_string()))?;
        batch.columns().iter().for_each(|column| into.extend(of_column(column.as_ref())));
    }
    Ok(())
}

/// The columns of a schema and the identity after them.
pub(super) fn with_identity(batch: &RecordBatch, keys: &[u128]) -> Result<RecordBatch, SourceError> {
    let mut fields: Vec<_> = batch.schema().fields().iter().cloned().collect();
    fields.push(Arc::new(field()));
    let mut columns = batch.columns().to_vec();
    columns.push(column(keys)?);
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}
