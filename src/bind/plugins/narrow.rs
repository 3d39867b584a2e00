//! `narrow`: a wide table turned into one row a cell.

use super::{Arguments, Call, Meaning, Plugin};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder};
use crate::ir::{Plan, Schema};
use crate::types::{Column, ScalarType, Table, Value, to_text};

pub(super) const PLUGIN: Plugin = Plugin {
    name: "narrow",
    signature: "()",
    doc: "Turns a wide table into one row a cell: the number of its row, the name of its column and its value as text.",
    examples: &[("print a = 1, b = true | evaluate narrow()", "0, a, 1; 0, b, True")],
    meaning: Meaning::Table(narrow),
};

fn narrow(_: &Binder<'_>, _: &Call<'_>, _: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let schema: Schema = [("Row", ScalarType::Long), ("Column", ScalarType::String), ("Value", ScalarType::String)]
        .into_iter()
        .map(|(name, t)| (name.to_owned(), t))
        .collect();
    let answer = schema.clone();
    let kernel = move |_: &crate::ir::Context, tables: Vec<Table>| {
        let table = tables.into_iter().next().unwrap_or_default();
        let mut columns: Vec<Column> = answer.empty_columns();
        for row in 0..table.rows {
            for cell in &table.columns {
                let values = [
                    Value::Long(row as i64),
                    Value::string(cell.name.clone()),
                    Value::string(to_text(&cell.values[row])),
                ];
                columns.iter_mut().zip(values).for_each(|(c, v)| c.values.push(v));
            }
        }
        Ok(Table { rows: table.rows * table.columns.len(), columns })
    };
    Ok(Tabular {
        serialized: input.serialized,
        ..Tabular::new(Plan::table_kernel("narrow", vec![input.plan], schema, kernel))
    })
}
