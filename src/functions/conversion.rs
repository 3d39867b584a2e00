//! Conversions between types. What does not fit becomes null.

use super::{Function, Meaning, ResultName};
use crate::ir::{Expr, ExprKind};
use crate::types::{Json, ScalarType, Value, moment_in_dynamic, to_text};

fn to(mut arguments: Vec<Expr>, scalar_type: ScalarType) -> Expr {
    arguments.remove(0).cast(scalar_type)
}

fn gettype<'a>(value: &Value<'a>) -> Value<'a> {
    Value::str(match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Long(_) => "long",
        Value::Real(_) => "real",
        Value::Decimal(_) => "decimal",
        Value::DateTime(_) => "datetime",
        Value::TimeSpan(_) => "timespan",
        Value::Guid(_) => "guid",
        Value::String(_) => "string",
        Value::Dynamic(json) => match json.as_ref() {
            Json::Null => "null",
            Json::Bool(_) => "bool",
            Json::Number(n) if n.is_i64() => "long",
            Json::Number(_) => "double",
            // A text like `01:02:03` may be anything; one like a datetime's is a datetime.
            Json::String(text) if matches!(moment_in_dynamic(text), Some(Value::DateTime(_))) => "datetime",
            Json::String(_) => "string",
            Json::Array(_) => "array",
            Json::Object(_) => "dictionary",
        },
    })
}

/// What is known before any row is read, even of a null: the type, unless that is dynamic.
fn type_name(mut arguments: Vec<Expr>) -> Expr {
    let value = arguments.remove(0);
    if value.scalar_type != ScalarType::Dynamic {
        return Expr::literal(Value::str(value.scalar_type.name()), ScalarType::String);
    }
    let kind =
        ExprKind::Kernel { name: "gettype", kernel: |_, a| gettype(&a[0]), volatile: false, arguments: vec![value] };
    Expr { kind, scalar_type: ScalarType::String }
}

/// Text as JSON; text that is none stays text.
fn parse_json<'a>(value: &Value<'a>) -> Value<'a> {
    match value {
        Value::String(text) => {
            if text.is_empty() {
                return Value::Null;
            }
            match serde_json::from_str::<Json>(text.trim()) {
                Ok(json) => Value::dynamic(json),
                Err(_) => Value::dynamic(Json::String(text.to_string())),
            }
        }
        other => crate::types::cast(other, ScalarType::Dynamic),
    }
}

fn tohex<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    const DIGITS: usize = 16;
    let width = arguments.get(1).and_then(Value::as_i64).and_then(|w| usize::try_from(w).ok()).unwrap_or(0).min(DIGITS);
    match arguments.first() {
        // A negative int has the digits of its own 32 bits.
        Some(Value::Int(n)) => Value::string(format!("{n:0width$x}")),
        Some(Value::Long(n)) => Value::string(format!("{n:0width$x}")),
        _ => Value::str(""),
    }
}

macro_rules! conversion {
    ($name:literal, $aliases:expr, $signature:literal, $doc:literal, $examples:expr, $scalar_type:expr) => {
        Function {
            name: $name,
            aliases: $aliases,
            signatures: &[$signature],
            doc: $doc,
            examples: $examples,
            naming: ResultName::FirstArgument,
            meaning: Meaning::Rewrite(|a| to(a, $scalar_type)),
            ..Function::NEW
        }
    };
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    conversion!(
        "tostring",
        &[],
        "(value: any) -> string",
        "The value as text; null is an empty string.",
        &[("tostring(1.0)", "1.0"), ("tostring(true)", "True")],
        ScalarType::String
    ),
    conversion!(
        "toint",
        &[],
        "(value: any) -> int",
        "The value as an int.",
        &[("toint('12')", "12"), ("toint('x')", "")],
        ScalarType::Int
    ),
    conversion!(
        "tolong",
        &[],
        "(value: any) -> long",
        "The value as a long; a fraction is cut off.",
        &[("tolong(5.7)", "5")],
        ScalarType::Long
    ),
    conversion!(
        "todouble",
        &["toreal"],
        "(value: any) -> real",
        "The value as a real.",
        &[("todouble('0.5')", "0.5")],
        ScalarType::Real
    ),
    conversion!(
        "todecimal",
        &[],
        "(value: any) -> decimal",
        "The value as a decimal.",
        &[("todecimal('1.25')", "1.25")],
        ScalarType::Decimal
    ),
    conversion!(
        "tobool",
        &["toboolean"],
        "(value: any) -> bool",
        "The value as a bool.",
        &[("tobool('true')", "True"), ("tobool(7)", "True")],
        ScalarType::Bool
    ),
    conversion!(
        "todatetime",
        &[],
        "(value: any) -> datetime",
        "The value as a datetime; many spellings are read.",
        &[("todatetime('2 Dec 2022')", "2022-12-02T00:00:00.0000000Z")],
        ScalarType::DateTime
    ),
    conversion!(
        "totimespan",
        &["totime"],
        "(value: any) -> timespan",
        "The value as a timespan.",
        &[("totimespan('1.02:00:00')", "1.02:00:00")],
        ScalarType::TimeSpan
    ),
    conversion!(
        "toguid",
        &[],
        "(value: string|dynamic) -> guid",
        "The value as a guid.",
        &[
            ("toguid('74be27de-1e4e-49d9-b579-fe0b331d3642')", "74be27de-1e4e-49d9-b579-fe0b331d3642"),
            ("toguid('74be27de1e4e-49d9-b579-fe0b331d3642/7')", "74be27de-1e4e-49d9-b579-fe0b331d3642"),
            ("toguid('74be27-de1e4e49d9b579fe0b331d3642')", ""),
        ],
        ScalarType::Guid
    ),
    Function {
        name: "parse_json",
        aliases: &["todynamic", "toobject", "parsejson"],
        signatures: &["(text: string|dynamic) -> dynamic"],
        doc: "Reads text as JSON. Text that is no JSON stays a string; empty text is null.",
        examples: &[("parse_json('{\"a\": [1, 2]}').a[1]", "2")],
        naming: ResultName::FirstArgument,
        meaning: Meaning::Kernel(|_, a| parse_json(&a[0])),
        ..Function::NEW
    },
    Function {
        name: "gettype",
        signatures: &["(value: any) -> string"],
        doc: "The name of the value's type; of a dynamic, the type of what it holds.",
        examples: &[
            ("gettype(1)", "long"),
            ("gettype(int(null))", "int"),
            ("gettype(dynamic({}))", "dictionary"),
            ("gettype(pack_array(datetime(2020-01-01))[0])", "datetime"),
        ],
        naming: ResultName::Prefix("gettype"),
        meaning: Meaning::Rewrite(type_name),
        ..Function::NEW
    },
    Function {
        name: "tohex",
        signatures: &["(value: integer, [width: long]) -> string"],
        doc: "A whole number in hexadecimal, padded with zeros to a width.",
        examples: &[("tohex(255)", "ff"), ("tohex(255, 4)", "00ff"), ("tohex(toint(-2))", "fffffffe")],
        naming: ResultName::FirstArgument,
        meaning: Meaning::Kernel(|_, a| tohex(a)),
        ..Function::NEW
    },
    Function {
        name: "strcat",
        signatures: &["(*parts: any) -> string"],
        doc: "All arguments as text, one after another.",
        examples: &[("strcat('a', 1, true)", "a1True")],
        meaning: Meaning::Kernel(|_, a| Value::string(a.iter().map(to_text).collect::<String>())),
        ..Function::NEW
    },
];
