use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use crate::types::{ScalarType, Value, kql_type, value_at};

/// What `render` asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visualization {
    /// The chart's name as written: `timechart`, `piechart`, ….
    pub kind: String,
    /// Properties: lower-case name and text value, such as `("kind", "stacked")` or `("ycolumns", "a,b")`.
    pub properties: Vec<(String, String)>,
}

impl Visualization {
    /// The value of a property.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// One table a query gave, and how it wants to be shown.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The table's name, `PrimaryResult` for the first.
    pub name: String,
    /// The columns; their KQL types by [`kql_type`].
    pub schema: SchemaRef,
    /// The rows.
    pub batches: Vec<RecordBatch>,
    /// What `render` asked for, if the query said so.
    pub visualization: Option<Visualization>,
}

impl Answer {
    /// The name and KQL type of every column.
    pub fn columns(&self) -> Vec<(&str, ScalarType)> {
        self.schema.fields().iter().map(|field| (field.name().as_str(), kql_type(field))).collect()
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Calls `visit` with the values of each row, in order.
    pub fn for_each_row(&self, mut visit: impl FnMut(&[Value<'_>])) {
        let types: Vec<_> = self.columns().into_iter().map(|(_, scalar_type)| scalar_type).collect();
        for batch in &self.batches {
            for row in 0..batch.num_rows() {
                let values: Vec<_> = batch
                    .columns()
                    .iter()
                    .zip(&types)
                    .map(|(array, scalar_type)| value_at(array.as_ref(), *scalar_type, row))
                    .collect();
                visit(&values);
            }
        }
    }
}
