//! Answers of Spark Connect as batches in KQL's Arrow form.

use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, StringBuilder, new_empty_array};
use arrow::compute::{cast, concat};
use arrow::datatypes::{DataType, Schema as ArrowSchema};
use arrow::ipc::reader::StreamReader;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};

use super::EngineError;
use crate::ir::Schema;
use crate::types::{Json, ScalarType, field};

/// The batches of some IPC streams.
pub(super) fn batches(streams: &[Vec<u8>]) -> Result<Vec<RecordBatch>, EngineError> {
    let mut found = Vec::new();
    for stream in streams {
        let reader = StreamReader::try_new(Cursor::new(stream), None)?;
        let schema = reader.schema();
        let before = found.len();
        for batch in reader {
            found.push(batch?);
        }
        if found.len() == before {
            // The columns of an empty answer still have names and types.
            found.push(RecordBatch::new_empty(schema));
        }
    }
    Ok(found)
}

/// One batch with the columns of a schema, told by their place.
pub(super) fn table(batches: &[RecordBatch], schema: &Schema) -> Result<RecordBatch, EngineError> {
    let fields: Vec<_> = schema.columns.iter().map(|(name, t)| field(name, *t)).collect();
    let arrow_schema = Arc::new(ArrowSchema::new(fields));
    let rows = batches.iter().map(RecordBatch::num_rows).sum();
    let mut columns = Vec::with_capacity(schema.columns.len());
    for (at, (name, scalar_type)) in schema.columns.iter().enumerate() {
        let wanted = arrow_schema.field(at).data_type();
        let mut parts: Vec<ArrayRef> = Vec::new();
        for batch in batches {
            let given = batch.columns().get(at).ok_or_else(|| {
                EngineError::new(format!("the server's answer has {} columns, and no '{name}'", batch.num_columns()))
            })?;
            parts.push(column(given, *scalar_type, wanted)?);
        }
        columns.push(match parts.as_slice() {
            [] => new_empty_array(wanted),
            [one] => one.clone(),
            many => concat(&many.iter().map(AsRef::as_ref).collect::<Vec<_>>())?,
        });
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(arrow_schema, columns, &options)?)
}

/// A column in KQL's form: a string is never null, and JSON has one spelling.
fn column(given: &ArrayRef, scalar_type: ScalarType, wanted: &DataType) -> Result<ArrayRef, EngineError> {
    let column = cast(given, wanted)?;
    if !matches!(scalar_type, ScalarType::String | ScalarType::Dynamic) {
        return Ok(column);
    }
    let texts = column.as_string::<i32>();
    let mut out = StringBuilder::new();
    for text in texts {
        match (scalar_type, text) {
            (ScalarType::String, text) => out.append_value(text.unwrap_or_default()),
            (_, None) => out.append_null(),
            (_, Some(text)) => match serde_json::from_str::<Json>(text) {
                Ok(Json::Null) => out.append_null(),
                Ok(json) => out.append_value(json.to_string()),
                Err(_) => out.append_value(Json::from(text).to_string()),
            },
        }
    }
    Ok(Arc::new(out.finish()))
}

#[cfg(test)]
mod tests {
    use arrow::array::{Int32Array, Int64Array, NullArray, StringArray};

    use super::*;
    use crate::types::{Table, Value};

    #[test]
    fn columns_are_told_by_place_and_get_kql_types() {
        let given = RecordBatch::try_from_iter([
            ("x", Arc::new(Int32Array::from(vec![Some(1), None])) as ArrayRef),
            ("y", Arc::new(StringArray::from(vec![None, Some("b")])) as ArrayRef),
            ("z", Arc::new(StringArray::from(vec![Some("{\"a\": 1.50}"), Some("null")])) as ArrayRef),
            ("n", Arc::new(NullArray::new(2)) as ArrayRef),
            ("t", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef),
        ])
        .unwrap();
        let schema: Schema = [
            ("Count".to_owned(), ScalarType::Long),
            ("Name".to_owned(), ScalarType::String),
            ("Bag".to_owned(), ScalarType::Dynamic),
            ("None".to_owned(), ScalarType::Real),
            ("At".to_owned(), ScalarType::DateTime),
        ]
        .into_iter()
        .collect();
        let batch = table(&[given], &schema).unwrap();
        let table = Table::from_batches(&batch.schema(), &[batch]);
        let column = |name: &str| table.column(name).unwrap().values.clone();
        assert_eq!(column("Count"), [Value::Long(1), Value::Null]);
        assert_eq!(column("Name"), [Value::str(""), Value::str("b")]);
        assert_eq!(column("Bag")[0].as_json().unwrap().to_string(), "{\"a\":1.5}");
        assert!(column("Bag")[1].is_null() && column("None").iter().all(Value::is_null));
        assert_eq!(column("At"), [Value::DateTime(1), Value::DateTime(2)]);
    }
}
