//! Functions that ask about the query and its tables rather than about values. The binder answers most of them.

use super::{Function, Meaning, ResultName};
use crate::types::Value;

/// The bytes a value takes when stored: a text's and a dynamic's in UTF-8, a number's by its type.
fn size(value: &Value<'_>) -> i64 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Int(_) => 4,
        Value::Long(_) | Value::Real(_) | Value::DateTime(_) | Value::TimeSpan(_) => 8,
        Value::Decimal(_) | Value::Guid(_) => 16,
        Value::String(text) => text.len() as i64,
        Value::Dynamic(json) => json.to_string().len() as i64,
    }
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "assert",
        signatures: &["(condition: const bool, message: const string) -> bool"],
        doc: "True when a condition holds that is known before any row is read; otherwise the query fails with the message.",
        examples: &[("assert(1 < 2, 'less')", "True")],
        meaning: Meaning::Special,
        ..Function::NEW
    },
    Function {
        name: "bin_auto",
        signatures: &["(value: any) -> value"],
        doc: "The value rounded down as the options `query_bin_auto_size` and `query_bin_auto_at` say, which `set` gives.",
        naming: ResultName::FirstArgument,
        meaning: Meaning::Special,
        ..Function::NEW
    },
    Function {
        name: "column_ifexists",
        aliases: &["columnifexists"],
        signatures: &["(column: const string, default: any) -> default"],
        doc: "The column of a name when there is one, else another value.",
        examples: &[("column_ifexists('no', 1)", "1")],
        meaning: Meaning::Special,
        ..Function::NEW
    },
    Function {
        name: "iscolumnexists",
        signatures: &["(column: const string) -> bool"],
        doc: "Whether there is a column of a name.",
        examples: &[("iscolumnexists('no')", "False")],
        meaning: Meaning::Special,
        ..Function::NEW
    },
    Function {
        name: "column_names_of",
        signatures: &["(table: any) -> dynamic"],
        doc: "The names of a table's columns, in order.",
        examples: &[("column_names_of(datatable(a: long, b: string)[])", "[\"a\",\"b\"]")],
        meaning: Meaning::Special,
        ..Function::NEW
    },
    Function {
        name: "pack_all",
        signatures: &["([skipEmpty: const bool]) -> dynamic"],
        doc: "A bag of all columns under their names; without those that are null or empty when told so.",
        meaning: Meaning::Special,
        ..Function::NEW
    },
    Function {
        name: "bag_pack_columns",
        signatures: &["(*columns: any) -> dynamic"],
        doc: "A bag of some columns under their names.",
        meaning: Meaning::Special,
        ..Function::NEW
    },
    Function {
        name: "toscalar",
        signatures: &["(table: any) -> dynamic"],
        doc: "The first cell of a table, of that column's type; null when there is no row.",
        examples: &[("toscalar(range x from 3 to 9 step 1)", "3")],
        meaning: Meaning::Special,
        ..Function::NEW
    },
    Function::kernel(
        "estimate_data_size",
        &["(*columns: any) -> long"],
        "About how many bytes the values of a row take; `*` stands for all columns.",
        &[("estimate_data_size(1, 'abc')", "11")],
        |_, a| Value::Long(a.iter().map(size).sum()),
    ),
    Function::kernel(
        "current_database",
        &["() -> string"],
        "The name of the database. Files have none, so it is the one that Kusto itself gives an unnamed database.",
        &[("current_database()", "NetDefaultDB")],
        |_, _| Value::str("NetDefaultDB"),
    ),
    Function::kernel(
        "current_principal",
        &["() -> string"],
        "Who asks. Files are read without a login, so it is what Kusto says of somebody unknown.",
        &[("current_principal()", "<null identity>")],
        |_, _| Value::str("<null identity>"),
    ),
];
