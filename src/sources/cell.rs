//! One value of one row: from the text of a file to a typed Arrow column.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanBuilder, Float64Builder, Int32Builder, Int64Builder, StringBuilder};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::json::{is_canonical, nests_too_deeply, unescape, with_whole_characters};
use super::stamp::Stamps;
use crate::types::{Json, ScalarType, parse_timespan};

/// A value as it stands in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raw<'a> {
    /// A JSON value, quotes and escapes included.
    Json(&'a str),
    /// Plain text: a cell of a CSV file. Empty means missing.
    Text(&'a str),
    /// The same, with every quote doubled.
    Quoted(&'a str),
}

/// Whether a value fitted its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It did, or it was missing.
    Whole,
    /// It did not: the column has a null, or a replacement character, in its place.
    Repaired,
}

/// A change that one export needs so that its values equal those of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Adapt {
    /// None.
    #[default]
    Nothing,
    /// Diagnostic settings write resource ids in capitals, the tables in small letters.
    Lower,
    /// The part of a resource's id that follows a word.
    After(&'static str),
}

/// A column that is being filled.
pub(super) enum Builder {
    /// `bool`.
    Bool(BooleanBuilder),
    /// `int`.
    Int(Int32Builder),
    /// `long`.
    Long(Int64Builder),
    /// `real`.
    Real(Float64Builder),
    /// `datetime`.
    DateTime(Int64Builder),
    /// `timespan`.
    TimeSpan(Int64Builder),
    /// `string`, which is never null.
    Text(StringBuilder),
    /// `dynamic`, as JSON text.
    Dynamic(StringBuilder),
    /// `guid`.
    Guid(StringBuilder),
    /// `decimal`.
    Decimal(StringBuilder),
}

/// Appends a parsed value: null stands for "missing" when the text says so, and for "does not fit" otherwise.
macro_rules! append {
    ($builder:expr, $value:expr) => {{
        let value = $value;
        let fit = if value.is_some() { Fit::Whole } else { Fit::Repaired };
        $builder.append_option(value);
        fit
    }};
}

impl Builder {
    /// A builder for a type, with room for some rows.
    pub(super) fn new(scalar_type: ScalarType, rows: usize) -> Self {
        let text = || StringBuilder::with_capacity(rows, rows * 16);
        match scalar_type {
            ScalarType::Bool => Self::Bool(BooleanBuilder::with_capacity(rows)),
            ScalarType::Int => Self::Int(Int32Builder::with_capacity(rows)),
            ScalarType::Long => Self::Long(Int64Builder::with_capacity(rows)),
            ScalarType::Real => Self::Real(Float64Builder::with_capacity(rows)),
            ScalarType::DateTime => Self::DateTime(Int64Builder::with_capacity(rows)),
            ScalarType::TimeSpan => Self::TimeSpan(Int64Builder::with_capacity(rows)),
            ScalarType::String => Self::Text(text()),
            ScalarType::Dynamic => Self::Dynamic(text()),
            ScalarType::Guid => Self::Guid(text()),
            ScalarType::Decimal => Self::Decimal(text()),
        }
    }

    /// Appends the value of a row that has none.
    pub(super) fn append_missing(&mut self) {
        match self {
            Self::Bool(b) => b.append_null(),
            Self::Int(b) => b.append_null(),
            Self::Long(b) | Self::DateTime(b) | Self::TimeSpan(b) => b.append_null(),
            Self::Real(b) => b.append_null(),
            Self::Text(b) => b.append_value(""),
            Self::Dynamic(b) | Self::Guid(b) | Self::Decimal(b) => b.append_null(),
        }
    }

    /// Appends a value of a row.
    pub(super) fn append(&mut self, raw: Raw<'_>, adapt: Adapt, stamps: Stamps, scratch: &mut String) -> Fit {
        match raw {
            Raw::Text(text) => self.append_text(text, adapt, stamps),
            Raw::Quoted(text) => {
                scratch.clear();
                for (at, part) in text.split("\"\"").enumerate() {
                    scratch.push_str(if at == 0 { "" } else { "\"" });
                    scratch.push_str(part);
                }
                self.append_text(scratch, adapt, stamps)
            }
            Raw::Json(json) => self.append_json(json, adapt, stamps, scratch),
        }
    }

    fn append_json(&mut self, json: &str, adapt: Adapt, stamps: Stamps, scratch: &mut String) -> Fit {
        if json == "null" {
            self.append_missing();
            return Fit::Whole;
        }
        match json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) if !inner.contains('\\') => self.append_text(inner, adapt, stamps),
            Some(inner) => {
                scratch.clear();
                let sound = unescape(inner, scratch);
                let fit = self.append_text(scratch, adapt, stamps);
                if sound { fit } else { Fit::Repaired }
            }
            None if json.starts_with(['{', '[']) => match self {
                // A string column may be given a bag: it keeps it as text.
                Self::Dynamic(b) => append_dynamic(b, dynamic(json, scratch)),
                Self::Text(b) => {
                    let (text, fit) = dynamic(json, scratch).value();
                    b.append_value(text.unwrap_or_default());
                    fit
                }
                other => {
                    other.append_missing();
                    Fit::Repaired
                }
            },
            None => match self {
                Self::Dynamic(b) => append_dynamic(b, dynamic(json, scratch)),
                other => other.append_text(json, adapt, stamps),
            },
        }
    }

    /// Appends plain text. What a CSV cell leaves empty, and what the command line tool writes as `None`, is missing.
    fn append_text(&mut self, text: &str, adapt: Adapt, stamps: Stamps) -> Fit {
        if let Self::Text(b) = self {
            match adapt {
                Adapt::Nothing => b.append_value(text),
                Adapt::Lower => b.append_value(text.to_lowercase()),
                Adapt::After(word) => {
                    let mut parts = text.split('/').skip_while(|part| !part.eq_ignore_ascii_case(word));
                    b.append_value(parts.nth(1).unwrap_or_default());
                }
            }
            return Fit::Whole;
        }
        if is_missing(text) {
            self.append_missing();
            return Fit::Whole;
        }
        match self {
            Self::Text(_) => Fit::Whole,
            Self::Bool(b) => append!(b, boolean(text)),
            Self::Int(b) => append!(b, integer(text).and_then(|n| i32::try_from(n).ok())),
            Self::Long(b) => append!(b, integer(text)),
            Self::Real(b) => append!(b, real(text)),
            Self::DateTime(b) => append!(b, stamps.parse(text)),
            Self::TimeSpan(b) => append!(b, parse_timespan(text)),
            Self::Guid(b) => append!(b, text.trim().parse::<Uuid>().ok().map(|guid| guid.to_string())),
            Self::Decimal(b) => append!(b, text.trim().parse::<Decimal>().ok().map(|number| number.to_string())),
            Self::Dynamic(b) => {
                let mut scratch = String::new();
                match dynamic(text, &mut scratch) {
                    Spelled::Otherwise => {
                        b.append_value(Json::String(text.to_owned()).to_string());
                        Fit::Whole
                    }
                    json => append_dynamic(b, json),
                }
            }
        }
    }

    /// The finished column.
    pub(super) fn finish(self) -> ArrayRef {
        match self {
            Self::Bool(mut b) => Arc::new(b.finish()),
            Self::Int(mut b) => Arc::new(b.finish()),
            Self::Long(mut b) | Self::DateTime(mut b) | Self::TimeSpan(mut b) => Arc::new(b.finish()),
            Self::Real(mut b) => Arc::new(b.finish()),
            Self::Text(mut b) | Self::Dynamic(mut b) | Self::Guid(mut b) | Self::Decimal(mut b) => Arc::new(b.finish()),
        }
    }
}

/// Whether text in a column that is no string means "no value".
pub(super) fn is_missing(text: &str) -> bool {
    matches!(text, "" | "None" | "null")
}

/// `true`, `True`, `1` and their opposites.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" | "1" => Some(true),
        "false" | "False" | "FALSE" | "0" => Some(false),
        _ => None,
    }
}

/// A whole number; `200.0`, as a spreadsheet leaves it, is one.
pub(super) fn integer(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let number: f64 = text.trim().parse().ok()?;
    (number.fract() == 0.0 && number.abs() < 9e18).then_some(number as i64)
}

/// A number, `NaN` and the infinities included.
pub(super) fn real(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

/// A text as a dynamic value.
enum Spelled<'a> {
    /// JSON in its one spelling.
    Json(&'a str),
    /// The same, where half a surrogate pair became U+FFFD.
    Mended(&'a str),
    /// Brackets that nest too deeply for a value.
    TooDeep,
    /// No JSON.
    Otherwise,
}

impl<'a> Spelled<'a> {
    /// The value, when a value that is no JSON does not fit.
    fn value(self) -> (Option<&'a str>, Fit) {
        match self {
            Self::Json(json) => (Some(json), Fit::Whole),
            Self::Mended(json) => (Some(json), Fit::Repaired),
            Self::TooDeep | Self::Otherwise => (None, Fit::Repaired),
        }
    }
}

fn append_dynamic(builder: &mut StringBuilder, spelled: Spelled<'_>) -> Fit {
    let (json, fit) = spelled.value();
    builder.append_option(json);
    fit
}

/// Reads a text as JSON.
fn dynamic<'a>(text: &'a str, scratch: &'a mut String) -> Spelled<'a> {
    let first = text.trim_start().bytes().next();
    if !matches!(first, Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f')) {
        return Spelled::Otherwise;
    }
    if is_canonical(text) {
        return Spelled::Json(text);
    }
    if let Ok(json) = serde_json::from_str::<Json>(text) {
        *scratch = json.to_string();
        return Spelled::Json(scratch);
    }
    if nests_too_deeply(text) {
        return Spelled::TooDeep;
    }
    match with_whole_characters(text).and_then(|text| serde_json::from_str::<Json>(&text).ok()) {
        Some(json) => {
            *scratch = json.to_string();
            Spelled::Mended(scratch)
        }
        None => Spelled::Otherwise,
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray};
    use arrow::datatypes::{Int32Type, Int64Type};

    use super::*;

    fn one(scalar_type: ScalarType, raw: Raw<'_>) -> (ArrayRef, Fit) {
        let mut builder = Builder::new(scalar_type, 1);
        let fit = builder.append(raw, Adapt::Nothing, Stamps::default(), &mut String::new());
        (builder.finish(), fit)
    }

    #[test]
    fn a_number_is_a_number_however_it_is_written() {
        for raw in [Raw::Json("200"), Raw::Json("\"200\""), Raw::Text("200"), Raw::Json("200.0"), Raw::Json("2e2")] {
            let (array, fit) = one(ScalarType::Int, raw);
            assert_eq!((array.as_primitive::<Int32Type>().value(0), fit), (200, Fit::Whole), "{raw:?}");
        }
        for raw in [Raw::Json("3000000000"), Raw::Json("\"x\""), Raw::Text("1.5"), Raw::Json("true"), Raw::Json("[1]")]
        {
            let (array, fit) = one(ScalarType::Int, raw);
            assert_eq!((array.is_null(0), fit), (true, Fit::Repaired), "{raw:?}");
        }
        for raw in [Raw::Json("null"), Raw::Json("\"\""), Raw::Json("\"None\""), Raw::Text("")] {
            let (array, fit) = one(ScalarType::Long, raw);
            assert_eq!((array.is_null(0), fit), (true, Fit::Whole), "{raw:?}");
        }
        let (array, _) = one(ScalarType::Long, Raw::Json("9223372036854775807"));
        assert_eq!(array.as_primitive::<Int64Type>().value(0), i64::MAX);
    }

    #[test]
    fn strings_take_anything_and_are_never_null() {
        for (raw, want) in [
            (Raw::Json("null"), ""),
            (Raw::Json("12"), "12"),
            (Raw::Json("true"), "true"),
            (Raw::Json(r#"{"a": 1}"#), r#"{"a":1}"#),
            (Raw::Json(r#""caff\u00e8""#), "caffè"),
            (Raw::Text("None"), "None"),
        ] {
            let (array, fit) = one(ScalarType::String, raw);
            assert_eq!((array.as_string::<i32>().value(0), fit), (want, Fit::Whole), "{raw:?}");
        }
        assert_eq!(one(ScalarType::String, Raw::Json(r#""\ud800""#)).1, Fit::Repaired);
    }

    #[test]
    fn dynamic_values_have_one_spelling() {
        for (raw, want) in [
            (Raw::Json(r#"{"a":[1,"x"]}"#), r#"{"a":[1,"x"]}"#),
            (Raw::Json(r#"{ "a" : [1, "\u0078"] }"#), r#"{"a":[1,"x"]}"#),
            (Raw::Json(r#""{\"a\": 1}""#), r#"{"a":1}"#),
            (Raw::Text(r#"{"a":1}"#), r#"{"a":1}"#),
            (Raw::Text("plain"), "\"plain\""),
            (Raw::Text("{broken"), "\"{broken\""),
            (Raw::Json("1.50"), "1.5"),
        ] {
            let (array, fit) = one(ScalarType::Dynamic, raw);
            assert_eq!((array.as_string::<i32>().value(0), fit), (want, Fit::Whole), "{raw:?}");
        }
        let (array, fit) = one(ScalarType::Dynamic, Raw::Json("{\"a\" 1}"));
        assert_eq!((array.is_null(0), fit), (true, Fit::Repaired));
        assert!(one(ScalarType::Dynamic, Raw::Json("\"None\"")).0.is_null(0));
    }

    #[test]
    fn booleans_come_as_words_and_digits() {
        for raw in [Raw::Json("true"), Raw::Json("\"True\""), Raw::Text("1"), Raw::Json("1")] {
            let (array, fit) = one(ScalarType::Bool, raw);
            assert_eq!((array.as_boolean().value(0), fit), (true, Fit::Whole), "{raw:?}");
        }
        assert_eq!(one(ScalarType::Bool, Raw::Text("yes")).1, Fit::Repaired);
    }
}
