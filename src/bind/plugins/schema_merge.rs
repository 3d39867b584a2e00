//! `schema_merge`: what `getschema` gives of several tables, as one schema.

use super::{Arguments, Call, Meaning, Plugin};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder, error};
use crate::ir::{Plan, Schema};
use crate::types::{Column, ScalarType, Table, Value};

pub(super) const PLUGIN: Plugin = Plugin {
    name: "schema_merge",
    signature: "([PreserveOrder])",
    doc: "Merges schemas, as `getschema` tells them, into one. A column that stands at different places in them is an \
          error, told in the answer, unless `PreserveOrder` is false.",
    examples: &[(
        "print a = 1, b = 2 | getschema | union (print a = 1, c = '' | getschema) \
         | evaluate schema_merge() | project ColumnName, ColumnOrdinal, ColumnType",
        "a, 0, long; b, 1, long; c, 2, string",
    )],
    meaning: Meaning::Table(schema_merge),
};

/// The columns of `getschema` that are read.
const NAME: &str = "ColumnName";
const ORDINAL: &str = "ColumnOrdinal";
const TYPE: &str = "ColumnType";

fn schema_merge(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let in_order = binder.plugin_flag("PreserveOrder", arguments)?.unwrap_or(true);
    if let Some(missing) = [NAME, ORDINAL, TYPE].iter().find(|n| input.plan.schema.get(n).is_none())
        && !input.plan.schema.is_open()
    {
        return error(
            "KQL234",
            format!("schema_merge reads what getschema gives, and there is no {missing}"),
            call.span,
        );
    }
    let schema = Schema {
        columns: [
            (NAME, ScalarType::String),
            (ORDINAL, ScalarType::Long),
            ("DataType", ScalarType::String),
            (TYPE, ScalarType::String),
        ]
        .map(|(n, t)| (n.to_owned(), t))
        .to_vec(),
    };
    let answer = schema.clone();
    let kernel = move |_: &crate::ir::Context, tables: Vec<Table>| {
        let merged = merged(&tables.into_iter().next().unwrap_or_default());
        Ok(told(&merged, &answer, in_order))
    };
    Ok(Tabular::new(Plan::table_kernel("schema_merge", vec![input.plan], schema, kernel)))
}

struct Merged {
    name: String,
    /// Every place it stands at, in the order met.
    places: Vec<i64>,
    /// The common type, or all that it has.
    types: Vec<ScalarType>,
}

fn merged(table: &Table) -> Vec<Merged> {
    let mut all: Vec<Merged> = Vec::new();
    let (Some(names), Some(ordinals), Some(types)) = (table.column(NAME), table.column(ORDINAL), table.column(TYPE))
    else {
        return all;
    };
    for row in 0..table.rows {
        let name = names.values[row].as_str().unwrap_or_default();
        let place = ordinals.values[row].as_i64().unwrap_or(0);
        let scalar_type = types.values[row].as_str().and_then(ScalarType::from_name).unwrap_or(ScalarType::Dynamic);
        let at = all.iter().position(|m| m.name == name).unwrap_or_else(|| {
            all.push(Merged { name: name.to_owned(), places: Vec::new(), types: Vec::new() });
            all.len() - 1
        });
        all[at].places.push(place);
        if !all[at].types.contains(&scalar_type) {
            all[at].types.push(scalar_type);
        }
    }
    // Where its last schema puts it.
    all.sort_by_key(|m| m.places.iter().max().copied());
    all
}

/// The type that all of some types fit into.
fn common(types: &[ScalarType]) -> Option<ScalarType> {
    let widest = types.iter().copied().max_by_key(|t| match t {
        ScalarType::Int => 0,
        ScalarType::Long => 1,
        ScalarType::Real => 2,
        _ => 3,
    })?;
    (types.len() == 1 || types.iter().all(|t| t.is_numeric())).then_some(widest)
}

fn told(all: &[Merged], schema: &Schema, in_order: bool) -> Table {
    let mut rows: Vec<[Value<'static>; 4]> = Vec::new();
    let error = |what: &str, name: &str| {
        [
            Value::string(name),
            Value::Long(-1),
            Value::string(format!("ERROR(unknown CSL type:ERROR({what}))")),
            Value::string(format!("ERROR({what})")),
        ]
    };
    for (place, column) in all.iter().enumerate() {
        let moved = column.places.iter().any(|p| Some(p) != column.places.first());
        rows.push(match common(&column.types) {
            _ if in_order && moved => error("columns are out of order", &column.name),
            None => error("columns are of different types", &column.name),
            Some(scalar_type) => [
                Value::string(column.name.clone()),
                Value::Long(place as i64),
                Value::string(scalar_type.clr_name()),
                Value::string(scalar_type.name()),
            ],
        });
    }
    let columns = schema.columns.iter().enumerate().map(|(at, (name, t))| Column {
        name: name.clone(),
        scalar_type: *t,
        values: rows.iter().map(|row| row[at].clone()).collect(),
    });
    Table { columns: columns.collect(), rows: rows.len() }
}
