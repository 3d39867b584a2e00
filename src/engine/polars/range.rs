//! The values of `range`.

use crate::types::Value;

/// The most rows of a `range`.
pub(super) const MAX_RANGE: usize = 50_000_000;

/// The values of a range; `None` when there are too many.
pub(super) fn range_values(
    from: &Value<'static>,
    to: &Value<'static>,
    step: &Value<'static>,
) -> Option<Vec<Value<'static>>> {
    let mut values = Vec::new();
    if from.is_null() || to.is_null() || step.is_null() {
        return Some(values);
    }
    let whole = |v: &Value<'_>| v.as_i64().or_else(|| v.as_ticks());
    if let (Some(start), Some(end), Some(pace)) = (whole(from), whole(to), whole(step)) {
        let count = if pace == 0 { -1 } else { (i128::from(end) - i128::from(start)) / i128::from(pace) };
        let inside = pace != 0 && ((pace > 0) == (end >= start) || end == start);
        if !inside {
            return Some(values);
        }
        if count >= MAX_RANGE as i128 {
            return None;
        }
        for n in 0..=count {
            let value = (i128::from(start) + n * i128::from(pace)) as i64;
            values.push(match from {
                Value::DateTime(_) => Value::DateTime(value),
                Value::TimeSpan(_) => Value::TimeSpan(value),
                // Every step lies between two ints, so it fits.
                Value::Int(_) => i32::try_from(value).map_or(Value::Null, Value::Int),
                _ => Value::Long(value),
            });
        }
        return Some(values);
    }
    if let (Value::Decimal(start), Value::Decimal(end), Value::Decimal(pace)) = (from, to, step) {
        let mut at = *start;
        while !pace.is_zero() && ((pace.is_sign_positive() && at <= *end) || (pace.is_sign_negative() && at >= *end)) {
            values.push(Value::Decimal(at));
            at = at.checked_add(*pace)?;
            if values.len() > MAX_RANGE {
                return None;
            }
        }
        return Some(values);
    }
    let (start, end, pace) = (from.as_f64()?, to.as_f64()?, step.as_f64()?);
    let count = ((end - start) / pace).floor();
    if !count.is_finite() || count < 0.0 {
        return Some(values);
    }
    if count >= MAX_RANGE as f64 {
        return None;
    }
    values.extend((0..=count as usize).map(|n| Value::Real(start + n as f64 * pace)));
    Some(values)
}
