//! One cell of an Arrow column as JSON.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{
    DataType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::types::Json;

/// A cell as JSON. A field of a struct that is null is left out, as the exports leave it out.
pub(super) fn json(array: &dyn Array, row: usize) -> Json {
    if array.is_null(row) {
        return Json::Null;
    }
    macro_rules! number {
        ($kind:ty) => {
            array.as_primitive_opt::<$kind>().map_or(Json::Null, |a| Json::from(a.value(row)))
        };
    }
    let list = |items: &dyn Array| Json::Array((0..items.len()).map(|at| json(items, at)).collect());
    match array.data_type() {
        DataType::Boolean => array.as_boolean_opt().map_or(Json::Null, |a| Json::Bool(a.value(row))),
        DataType::Int8 => number!(Int8Type),
        DataType::Int16 => number!(Int16Type),
        DataType::Int32 => number!(Int32Type),
        DataType::Int64 => number!(Int64Type),
        DataType::UInt8 => number!(UInt8Type),
        DataType::UInt16 => number!(UInt16Type),
        DataType::UInt32 => number!(UInt32Type),
        DataType::UInt64 => number!(UInt64Type),
        DataType::Float32 => number!(Float32Type),
        DataType::Float64 => number!(Float64Type),
        DataType::List(_) => array.as_list_opt::<i32>().map_or(Json::Null, |a| list(a.value(row).as_ref())),
        DataType::LargeList(_) => array.as_list_opt::<i64>().map_or(Json::Null, |a| list(a.value(row).as_ref())),
        DataType::FixedSizeList(..) => {
            array.as_fixed_size_list_opt().map_or(Json::Null, |a| list(a.value(row).as_ref()))
        }
        DataType::Struct(fields) => array.as_struct_opt().map_or(Json::Null, |a| {
            let members = fields.iter().zip(a.columns()).map(|(f, column)| (f.name().clone(), json(column, row)));
            Json::Object(members.filter(|(_, value)| !value.is_null()).collect())
        }),
        DataType::Map(..) => array.as_map_opt().map_or(Json::Null, |a| {
            let entries = a.value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            Json::Object((0..entries.len()).map(|at| (text(keys, at), json(values, at))).collect())
        }),
        DataType::Dictionary(..) => array.as_any_dictionary_opt().map_or(Json::Null, |a| {
            match a.normalized_keys().get(row).filter(|key| **key < a.values().len()) {
                Some(key) => json(a.values().as_ref(), *key),
                None => Json::Null,
            }
        }),
        _ => Json::String(text(array, row)),
    }
}

/// A cell as text: as JSON writes it, without quotes.
pub(super) fn text(array: &dyn Array, row: usize) -> String {
    match array.data_type() {
        DataType::Binary => lossy(array.as_binary_opt::<i32>().map(|a| a.value(row))),
        DataType::LargeBinary => lossy(array.as_binary_opt::<i64>().map(|a| a.value(row))),
        DataType::BinaryView => lossy(array.as_binary_view_opt().map(|a| a.value(row))),
        DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => {
            super::convert::instant(array, row).map_or_else(|| shown(array, row), crate::types::format_datetime)
        }
        _ => shown(array, row),
    }
}

fn shown(array: &dyn Array, row: usize) -> String {
    ArrayFormatter::try_new(array, &FormatOptions::default())
        .ok()
        .and_then(|f| f.value(row).try_to_string().ok())
        .unwrap_or_default()
}

fn lossy(bytes: Option<&[u8]>) -> String {
    String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
}
