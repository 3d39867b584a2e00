//! A column of a file, whatever its type there, as a column of the table.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, Int64Builder, StringBuilder};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{
    DataType, Date32Type, Date64Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
    DurationSecondType, Field, Time32MillisecondType, Time32SecondType, Time64MicrosecondType, Time64NanosecondType,
    TimeUnit, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow::error::ArrowError;

use super::nested::{json, text};
use crate::sources::cell::{Adapt, Builder, Fit, Raw};
use crate::sources::stamp::Stamps;
use crate::types::{MAX_TICKS, ScalarType, TICKS_PER_DAY, TICKS_PER_SECOND, UNIX_EPOCH_TICKS, field, kql_type};

/// A column of the table.
pub(super) struct Converted {
    pub(super) array: ArrayRef,
    /// The rows whose value did not fit.
    pub(super) unfit: Vec<usize>,
}

/// A column that every row leaves out.
pub(super) fn missing(to: ScalarType, rows: usize) -> ArrayRef {
    let mut builder = Builder::new(to, rows);
    (0..rows).for_each(|_| builder.append_missing());
    builder.finish()
}

/// Turns a column into one of a KQL type.
pub(super) fn convert(array: &ArrayRef, from: &Field, to: ScalarType, adapt: Adapt) -> Result<Converted, ArrowError> {
    use DataType as D;
    let whole = |array| Ok(Converted { array, unfit: Vec::new() });
    match (to, array.data_type()) {
        (_, D::Null) => whole(missing(to, array.len())),
        (_, D::Dictionary(_, values)) if !values.is_nested() => {
            let plain = cast_with_options(array, values, &CastOptions::default())?;
            let from = from.clone().with_data_type(values.as_ref().clone());
            convert(&plain, &from, to, adapt)
        }
        (ScalarType::String, D::Utf8 | D::LargeUtf8 | D::Utf8View) if adapt == Adapt::Nothing => {
            let plain = cast_with_options(array, &D::Utf8, &CastOptions::default())?;
            whole(if plain.null_count() == 0 { plain } else { without_nulls(&plain) })
        }
        // What we wrote ourselves, or another reader of ours: ticks are ticks.
        (ScalarType::DateTime | ScalarType::TimeSpan, D::Int64) if kql_type(from) == to => {
            Ok(ticks(array, to == ScalarType::DateTime, |row| {
                array.as_primitive_opt::<arrow::datatypes::Int64Type>().map(|a| a.value(row))
            }))
        }
        (ScalarType::DateTime, D::Timestamp(..) | D::Date32 | D::Date64) => {
            Ok(ticks(array, true, |row| instant(array, row)))
        }
        (ScalarType::TimeSpan, D::Duration(_) | D::Time32(_) | D::Time64(_)) => {
            Ok(ticks(array, false, |row| span(array, row)))
        }
        (ScalarType::Bool, D::Boolean) => whole(Arc::clone(array)),
        (ScalarType::Int | ScalarType::Long, kind) if kind.is_integer() => plain(array, to),
        (ScalarType::Real, kind) if kind.is_integer() || kind.is_floating() => plain(array, to),
        _ => Ok(by_text(array, to, adapt)),
    }
}

/// A cast between numbers, where what does not fit becomes null.
fn plain(array: &ArrayRef, to: ScalarType) -> Result<Converted, ArrowError> {
    let out = cast_with_options(array, field("", to).data_type(), &CastOptions::default())?;
    let unfit = if out.null_count() == array.null_count() {
        Vec::new()
    } else {
        (0..out.len()).filter(|row| out.is_null(*row) && array.is_valid(*row)).collect()
    };
    Ok(Converted { array: out, unfit })
}

/// Strings are never null.
fn without_nulls(array: &ArrayRef) -> ArrayRef {
    let Some(strings) = array.as_string_opt::<i32>() else { return Arc::clone(array) };
    let mut builder = StringBuilder::with_capacity(strings.len(), strings.value_data().len());
    strings.iter().for_each(|value| builder.append_value(value.unwrap_or_default()));
    Arc::new(builder.finish())
}

fn ticks(array: &ArrayRef, bounded: bool, of: impl Fn(usize) -> Option<i64>) -> Converted {
    let mut builder = Int64Builder::with_capacity(array.len());
    let mut unfit = Vec::new();
    for row in 0..array.len() {
        let value = if array.is_null(row) { None } else { of(row) };
        let value = value.filter(|t| !bounded || (0..=MAX_TICKS).contains(t));
        if value.is_none() && array.is_valid(row) {
            unfit.push(row);
        }
        builder.append_option(value);
    }
    Converted { array: Arc::new(builder.finish()), unfit }
}

/// The ticks of a time or date; a time that names no zone is UTC.
pub(super) fn instant(array: &dyn Array, row: usize) -> Option<i64> {
    macro_rules! value {
        ($kind:ty) => {
            array.as_primitive_opt::<$kind>()?.value(row)
        };
    }
    let since = match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => value!(TimestampSecondType).checked_mul(TICKS_PER_SECOND)?,
        DataType::Timestamp(TimeUnit::Millisecond, _) => value!(TimestampMillisecondType).checked_mul(10_000)?,
        DataType::Timestamp(TimeUnit::Microsecond, _) => value!(TimestampMicrosecondType).checked_mul(10)?,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => value!(TimestampNanosecondType).div_euclid(100),
        DataType::Date32 => i64::from(value!(Date32Type)).checked_mul(TICKS_PER_DAY)?,
        DataType::Date64 => value!(Date64Type).checked_mul(10_000)?,
        _ => return None,
    };
    since.checked_add(UNIX_EPOCH_TICKS)
}

/// The ticks of a duration or a time of day.
fn span(array: &dyn Array, row: usize) -> Option<i64> {
    macro_rules! value {
        ($kind:ty) => {
            i64::from(array.as_primitive_opt::<$kind>()?.value(row))
        };
    }
    match array.data_type() {
        DataType::Duration(TimeUnit::Second) => value!(DurationSecondType).checked_mul(TICKS_PER_SECOND),
        DataType::Duration(TimeUnit::Millisecond) => value!(DurationMillisecondType).checked_mul(10_000),
        DataType::Duration(TimeUnit::Microsecond) => value!(DurationMicrosecondType).checked_mul(10),
        DataType::Duration(TimeUnit::Nanosecond) => Some(value!(DurationNanosecondType).div_euclid(100)),
        DataType::Time32(TimeUnit::Second) => value!(Time32SecondType).checked_mul(TICKS_PER_SECOND),
        DataType::Time32(_) => value!(Time32MillisecondType).checked_mul(10_000),
        DataType::Time64(TimeUnit::Microsecond) => value!(Time64MicrosecondType).checked_mul(10),
        DataType::Time64(_) => Some(value!(Time64NanosecondType).div_euclid(100)),
        _ => None,
    }
}

/// Value by value, as text or JSON, by the rules that hold for every export.
fn by_text(array: &ArrayRef, to: ScalarType, adapt: Adapt) -> Converted {
    let mut builder = Builder::new(to, array.len());
    let mut unfit = Vec::new();
    let mut scratch = String::new();
    let quoted = matches!(array.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    for row in 0..array.len() {
        if array.is_null(row) {
            builder.append_missing();
            continue;
        }
        let mut append = |raw: Raw<'_>| builder.append(raw, adapt, Stamps::default(), &mut scratch);
        let fit = match array.data_type() {
            DataType::Utf8 => append(Raw::Text(array.as_string::<i32>().value(row))),
            DataType::LargeUtf8 => append(Raw::Text(array.as_string::<i64>().value(row))),
            DataType::Utf8View => append(Raw::Text(array.as_string_view().value(row))),
            DataType::FixedSizeBinary(16) => {
                let bytes = array.as_fixed_size_binary().value(row);
                let guid = uuid::Uuid::from_slice(bytes).map(|guid| guid.to_string()).unwrap_or_default();
                append(Raw::Text(&guid))
            }
            kind if kind.is_nested() || to == ScalarType::Dynamic => append(Raw::Json(&json(array, row).to_string())),
            kind => {
                let shown = text(array, row);
                let damaged =
                    !quoted && matches!(kind, DataType::Binary | DataType::LargeBinary | DataType::BinaryView);
                let fit = append(Raw::Text(&shown));
                if damaged && shown.contains(char::REPLACEMENT_CHARACTER) { Fit::Repaired } else { fit }
            }
        };
        if fit == Fit::Repaired {
            unfit.push(row);
        }
    }
    Converted { array: builder.finish(), unfit }
}

/// A column of times as ticks, for what is known of whole parts of a file; nothing when the column is no time there.
pub(super) fn times(array: &ArrayRef, from: &Field) -> Option<Int64Array> {
    let timed = matches!(array.data_type(), DataType::Timestamp(..) | DataType::Date32 | DataType::Date64)
        || kql_type(from) == ScalarType::DateTime;
    if !timed {
        return None;
    }
    let converted = convert(array, from, ScalarType::DateTime, Adapt::Nothing).ok()?;
    converted.array.as_primitive_opt().cloned()
}
