//! KQL's ten scalar types, their values, and how both are written as Arrow and as text.
//!
//! Ground floor: nothing here knows of queries, files or pictures.

mod arrow;
mod cast;
mod datetime;
mod distinct;
mod format;
mod scalar;
mod timespan;
mod value;

pub use arrow::{Column, TYPE_KEY, Table, field, kql_type, value_at};
pub use cast::{cast, moment_in_dynamic};
pub use datetime::{
    Civil, DateTimeError, MAX_TICKS, TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MILLISECOND, TICKS_PER_MINUTE,
    TICKS_PER_SECOND, UNIX_EPOCH_TICKS, civil_from_ticks, days_from_civil, format_datetime, parse_datetime,
    ticks_from_civil,
};
pub use distinct::Distinct;
pub use format::{format_real, to_text};
pub use scalar::ScalarType;
pub use timespan::{format_timespan, parse_timespan, parse_timespan_literal};
pub use value::{Json, Value};
