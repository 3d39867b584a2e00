//! The values of `range`.

use polars::prelude::{NamedFrom, Series};

use super::convert::{data_type, series};
use crate::types::{ScalarType, Value};

/// The most rows of a `range`.
pub(super) const MAX_RANGE: usize = 50_000_000;
/// The most of decimals, which are kept as text.
const MAX_DECIMALS: usize = 5_000_000;

/// The values of a range, as a column of a type; `None` when there are too many. Whole numbers and reals go straight
/// into the column: as values of their own, millions of them would fill the memory.
pub(super) fn range_column(
    name: &str,
    scalar_type: ScalarType,
    [from, to, step]: [&Value<'static>; 3],
) -> Option<polars::error::PolarsResult<Series>> {
    let none = || Some(Ok(series(name, scalar_type, &[])));
    if from.is_null() || to.is_null() || step.is_null() {
        return none();
    }
    let whole = |v: &Value<'_>| v.as_i64().or_else(|| v.as_ticks());
    if let (Some(start), Some(end), Some(pace)) = (whole(from), whole(to), whole(step)) {
        let inside = pace != 0 && ((pace > 0) == (end >= start) || end == start);
        if !inside {
            return none();
        }
        let count = (i128::from(end) - i128::from(start)) / i128::from(pace);
        if count >= MAX_RANGE as i128 {
            return None;
        }
        let value = |n: i64| start.wrapping_add(n.wrapping_mul(pace));
        let values: Vec<i64> = (0..=count as i64).map(value).collect();
        return Some(Series::new(name.into(), values).cast(&data_type(scalar_type)));
    }
    if let (Value::Decimal(start), Value::Decimal(end), Value::Decimal(pace)) = (from, to, step) {
        let mut values = Vec::new();
        let mut at = *start;
        while !pace.is_zero() && ((pace.is_sign_positive() && at <= *end) || (pace.is_sign_negative() && at >= *end)) {
            if values.len() >= MAX_DECIMALS {
                return None;
            }
            values.push(Value::Decimal(at));
            let Some(next) = at.checked_add(*pace) else { break };
            at = next;
        }
        return Some(Ok(series(name, scalar_type, &values)));
    }
    let (start, end, pace) = (from.as_f64()?, to.as_f64()?, step.as_f64()?);
    let count = ((end - start) / pace).floor();
    if !count.is_finite() || count < 0.0 {
        return none();
    }
    if count >= MAX_RANGE as f64 {
        return None;
    }
    let values: Vec<f64> = (0..=count as usize).map(|n| start + n as f64 * pace).collect();
    Some(Series::new(name.into(), values).cast(&data_type(scalar_type)))
}
