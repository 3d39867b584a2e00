//! Arithmetic. Whole numbers wrap around as they do in KQL: on Spark because the session is told so, on Sail by itself.

use super::literal::{literal, long, null, real};
use super::{Beyond, Said, Words};
use crate::ir::{Core, Expr};
use crate::types::{MAX_TICKS, ScalarType, TICKS_PER_DAY, Value};

/// From here on every real is a whole number.
const WHOLE_REALS: f64 = 4_503_599_627_370_496.0;

impl Words<'_> {
    pub(super) fn arithmetic(&self, core: Core, answer: ScalarType, a: &Expr, b: &Expr) -> Said {
        let beyond =
            || Beyond::new(format!("`{}` of a {} and a {} ", core.name(), a.scalar_type, b.scalar_type).trim_end());
        let ticks = |e: &Expr| matches!(e.scalar_type, ScalarType::DateTime | ScalarType::TimeSpan);
        match answer {
            ScalarType::Long if a.scalar_type.is_integer() && b.scalar_type.is_integer() => {
                let (x, y) = (self.widened(a, ScalarType::Long)?, self.widened(b, ScalarType::Long)?);
                Ok(whole(core, &x, &y, b))
            }
            ScalarType::Real => {
                let number = |e: &Expr| -> Said {
                    if e.scalar_type == ScalarType::TimeSpan {
                        Ok(format!("CAST({} AS DOUBLE)", self.expr(e)?))
                    } else {
                        self.widened(e, ScalarType::Real)
                    }
                };
                fractional(core, &number(a)?, &number(b)?, b).ok_or_else(beyond)
            }
            ScalarType::DateTime if ticks(a) && ticks(b) && matches!(core, Core::Add | Core::Subtract) => {
                Ok(in_calendar(&whole(core, &self.expr(a)?, &self.expr(b)?, b)))
            }
            ScalarType::TimeSpan => match core {
                Core::Add | Core::Subtract | Core::Modulo if ticks(a) && ticks(b) => {
                    Ok(whole(core, &self.expr(a)?, &self.expr(b)?, b))
                }
                Core::Multiply if ticks(a) != ticks(b) => {
                    let other = if ticks(a) { b } else { a };
                    match other.scalar_type {
                        t if t.is_integer() => Ok(whole(core, &self.expr(a)?, &self.expr(b)?, b)),
                        _ => Err(beyond()),
                    }
                }
                Core::Divide if ticks(a) && b.scalar_type.is_integer() => {
                    Ok(whole(core, &self.expr(a)?, &self.widened(b, ScalarType::Long)?, b))
                }
                _ => Err(beyond()),
            },
            _ => Err(beyond()),
        }
    }

    /// Unary minus; of an int it is a long.
    pub(super) fn negate(&self, a: &Expr) -> Said {
        match a.scalar_type {
            ScalarType::Int | ScalarType::Long => Ok(format!("(0L - {})", self.widened(a, ScalarType::Long)?)),
            ScalarType::TimeSpan => Ok(format!("(0L - {})", self.expr(a)?)),
            // Zero minus zero would lose its sign.
            ScalarType::Real => Ok(format!("(-1.0D * {})", self.expr(a)?)),
            other => Err(Beyond::new(format!("minus a {other}"))),
        }
    }

    /// `bin`, as whole-number arithmetic on ticks counted from year 1.
    pub(super) fn bin(&self, value: &Expr, size: &Expr, answer: ScalarType) -> Said {
        let beyond = || Beyond::new(format!("bin() of a {} by a {}", value.scalar_type, size.scalar_type));
        let constant = size.constant(self.context).ok_or_else(|| Beyond::new("bin() by a value of the row"))?;
        let said = self.expr(value)?;
        if constant.is_null() {
            return Ok(null(answer));
        }
        match value.scalar_type {
            ScalarType::DateTime | ScalarType::TimeSpan => {
                let days = || constant.as_f64().map(|days| (days * TICKS_PER_DAY as f64) as i64);
                let ticks = constant.as_ticks().or_else(days).ok_or_else(beyond)?;
                Ok(floored(&said, ticks, answer))
            }
            ScalarType::Int | ScalarType::Long if size.scalar_type.is_integer() => {
                let floored = floored(&said, constant.as_i64().ok_or_else(beyond)?, answer);
                Ok(if answer == ScalarType::Int { format!("CAST({floored} AS INT)") } else { floored })
            }
            ScalarType::Int | ScalarType::Long | ScalarType::Real if answer == ScalarType::Real => {
                let size = constant.as_f64().ok_or_else(beyond)?;
                let value = self.widened(value, ScalarType::Real)?;
                if size <= 0.0 || size.is_nan() {
                    return Ok(null(answer));
                }
                let (size, most) = (real(size), real(WHOLE_REALS));
                // floor() gives a whole number of 64 bits there, which NaN and the greatest reals do not fit.
                Ok(format!(
                    "CASE WHEN abs({value} / {size}) < {most} THEN CAST(floor({value} / {size}) AS DOUBLE) * {size} \
                     ELSE {value} / {size} * {size} END"
                ))
            }
            _ => Err(beyond()),
        }
    }
}

/// The multiple of a constant at or below a whole number.
fn floored(value: &str, size: i64, answer: ScalarType) -> String {
    if size > 0 { format!("({value} - pmod({value}, {}))", long(size)) } else { null(answer) }
}

/// A moment, null when it lies outside the calendar.
pub(super) fn in_calendar(ticks: &str) -> String {
    format!("CASE WHEN {ticks} BETWEEN 0L AND {} THEN {ticks} END", long(MAX_TICKS))
}

/// An operation on whole numbers of 64 bits.
fn whole(core: Core, a: &str, b: &str, divisor: &Expr) -> String {
    let constant = divisor.as_literal().and_then(|v| v.as_i64().or_else(|| v.as_ticks()));
    match core {
        Core::Add => format!("({a} + {b})"),
        Core::Subtract => format!("({a} - {b})"),
        Core::Multiply => format!("({a} * {b})"),
        // The quotient of the least number and -1 does not exist.
        Core::Divide => match constant {
            Some(0) => literal(&Value::Null, ScalarType::Long),
            Some(n) if n != -1 => format!("({a} div {b})"),
            _ => format!(
                "CASE WHEN {b} = 0L OR ({b} = -1L AND {a} = {}) THEN {} ELSE {a} div nullif({b}, 0L) END",
                long(i64::MIN),
                null(ScalarType::Long)
            ),
        },
        // Never negative, whatever the signs.
        _ => match constant {
            Some(0) => literal(&Value::Null, ScalarType::Long),
            Some(n) if n > 0 => format!("pmod({a}, {b})"),
            _ => format!("pmod({a}, abs(nullif({b}, 0L)))"),
        },
    }
}

/// An operation on reals; a quotient by zero is infinite or NaN, where SQL has null.
fn fractional(core: Core, a: &str, b: &str, divisor: &Expr) -> Option<String> {
    Some(match core {
        Core::Add => format!("({a} + {b})"),
        Core::Subtract => format!("({a} - {b})"),
        Core::Multiply => format!("({a} * {b})"),
        Core::Divide => {
            let constant = divisor.as_literal().and_then(|v| v.as_f64().or_else(|| v.as_ticks().map(|t| t as f64)));
            if constant.is_some_and(|x| x != 0.0) {
                return Some(format!("({a} / {b})"));
            }
            let (nan, infinity, minus) = (real(f64::NAN), real(f64::INFINITY), real(f64::NEG_INFINITY));
            format!(
                "CASE WHEN {a} IS NULL OR {b} IS NULL THEN CAST(NULL AS DOUBLE) WHEN {b} <> 0.0D THEN {a} / {b} \
                 WHEN isnan({a}) OR {a} = 0.0D THEN {nan} \
                 WHEN ({a} > 0.0D) = (CAST({b} AS STRING) <> '-0.0') THEN {infinity} ELSE {minus} END"
            )
        }
        _ => return None,
    })
}
