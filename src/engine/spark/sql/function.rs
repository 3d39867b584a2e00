//! Functions of the catalogue that SQL has with the very same meaning. All others stay here, on this machine.

use super::literal::{long, null};
use super::{Beyond, Said, Words, calendar, cast, dynamic, literal, pattern};
use crate::ir::Expr;
use crate::types::{
    ScalarType, TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MILLISECOND, TICKS_PER_MINUTE, TICKS_PER_SECOND, Value,
};

/// The text of a constant argument.
fn constant(arguments: &[Expr], at: usize) -> Option<String> {
    Some(arguments.get(at)?.as_literal()?.as_str()?.to_owned())
}

/// A constant whole number.
fn number(arguments: &[Expr], at: usize) -> Option<i64> {
    arguments.get(at)?.as_literal()?.as_i64()
}

impl Words<'_> {
    /// A call of the function named so.
    pub(super) fn function(&self, name: &str, arguments: &[Expr], answer: ScalarType) -> Said {
        let beyond = || Beyond::new(format!("{name}()"));
        let is = |at: usize, t: ScalarType| arguments.get(at).is_some_and(|a| a.scalar_type == t);
        let text = |at: usize| -> Said {
            match arguments.get(at) {
                Some(a) if a.scalar_type == ScalarType::String => self.expr(a),
                _ => Err(beyond()),
            }
        };
        let ticks = |at: usize| -> Said {
            match arguments.get(at) {
                Some(a) if a.scalar_type == ScalarType::DateTime => self.expr(a),
                _ => Err(beyond()),
            }
        };
        let whole = |said: String| Ok(format!("CAST({said} AS BIGINT)"));
        match (name, arguments.len()) {
            ("strcat", 1..) => {
                let parts =
                    arguments.iter().map(|a| self.cast(a, ScalarType::String)).collect::<Result<Vec<_>, _>>()?;
                Ok(format!("concat({})", parts.join(", ")))
            }
            ("strlen", 1) => whole(format!("char_length({})", text(0)?)),
            ("string_size", 1) => whole(format!("octet_length({})", text(0)?)),
            ("tolower", 1) => Ok(format!("lower({})", text(0)?)),
            ("toupper", 1) => Ok(format!("upper({})", text(0)?)),
            ("substring", 2 | 3) => {
                let start = number(arguments, 1).filter(|n| (0..i64::from(i32::MAX)).contains(n)).ok_or_else(beyond)?;
                let source = text(0)?;
                if arguments.len() == 2 {
                    return Ok(format!("substring({source}, {})", start + 1));
                }
                let length = number(arguments, 2).ok_or_else(beyond)?.clamp(0, i64::from(i32::MAX));
                Ok(format!("substring({source}, {}, {length})", start + 1))
            }
            ("replace_string", 3) => match constant(arguments, 1) {
                Some(wanted) if wanted.is_empty() => text(0),
                Some(wanted) => Ok(format!("replace({}, {}, {})", text(0)?, literal::text(&wanted), text(2)?)),
                None => Err(beyond()),
            },
            ("indexof", 2) if is(0, ScalarType::String) => match constant(arguments, 1) {
                Some(wanted) if !wanted.is_empty() => {
                    whole(format!("locate({}, {}) - 1", literal::text(&wanted), text(0)?))
                }
                _ => Err(beyond()),
            },
            ("split", 2 | 3) => {
                let delimiter = constant(arguments, 1).filter(|d| !d.is_empty()).ok_or_else(beyond)?;
                let parts = format!("split({}, {}, -1)", text(0)?, literal::text(&pattern::exactly(&delimiter)));
                if arguments.len() == 2 {
                    return Ok(format!("to_json({parts})"));
                }
                let at = number(arguments, 2).filter(|n| (0..i64::from(i32::MAX)).contains(n)).ok_or_else(beyond)?;
                Ok(format!("CASE WHEN size({parts}) > {at} THEN to_json(slice({parts}, {}, 1)) END", at + 1))
            }
            ("parse_json", 1) if is(0, ScalarType::String) => Ok(dynamic::parsed(&text(0)?)),
            ("parse_json", 1) if is(0, ScalarType::Dynamic) => self.expr(&arguments[0]),
            ("array_length", 1) if is(0, ScalarType::Dynamic) => Ok(dynamic::length(&self.expr(&arguments[0])?)),
            ("extract", 3 | 4) => self.extract(arguments, answer),
            ("replace_regex", 3) => {
                let found = pattern::portable(&constant(arguments, 1).ok_or_else(beyond)?)?;
                let rewrite = constant(arguments, 2).filter(|r| !r.contains(['\\', '$'])).ok_or_else(beyond)?;
                match found {
                    Some(found) if found.may_be_empty => Err(beyond()),
                    Some(found) => Ok(format!(
                        "regexp_replace({}, {}, {})",
                        text(0)?,
                        literal::text(&found.text),
                        literal::text(&rewrite)
                    )),
                    None => text(0),
                }
            }
            ("startofday" | "startofweek" | "startofmonth" | "startofyear", 1) => {
                let at = ticks(0)?;
                let date = calendar::date(&at);
                Ok(match name {
                    "startofday" => format!("({at} - pmod({at}, {}))", long(TICKS_PER_DAY)),
                    // Day 0 was a Monday, and weeks begin on Sundays.
                    "startofweek" => {
                        let (day, week) = (long(TICKS_PER_DAY), long(7 * TICKS_PER_DAY));
                        let start = format!("({at} - pmod({at} + {day}, {week}))");
                        super::arithmetic::in_calendar(&start)
                    }
                    "startofmonth" => calendar::midnight(&format!("trunc({date}, 'MONTH')")),
                    _ => calendar::midnight(&format!("trunc({date}, 'YEAR')")),
                })
            }
            ("getyear", 1) => whole(format!("year({})", calendar::date(&ticks(0)?))),
            ("monthofyear", 1) => whole(format!("month({})", calendar::date(&ticks(0)?))),
            ("dayofmonth", 1) => whole(format!("day({})", calendar::date(&ticks(0)?))),
            ("dayofyear", 1) => whole(format!("dayofyear({})", calendar::date(&ticks(0)?))),
            ("hourofday", 1) => Ok(calendar::clock(&ticks(0)?, TICKS_PER_HOUR, TICKS_PER_DAY)),
            ("dayofweek", 1) => {
                let (at, day) = (ticks(0)?, long(TICKS_PER_DAY));
                Ok(format!("(pmod({at} div {day} + 1L, 7L) * {day})"))
            }
            ("datetime_part", 2) => {
                let at = ticks(1)?;
                match constant(arguments, 0).ok_or_else(beyond)?.to_ascii_lowercase().as_str() {
                    "year" => whole(format!("year({})", calendar::date(&at))),
                    "month" => whole(format!("month({})", calendar::date(&at))),
                    "day" => whole(format!("day({})", calendar::date(&at))),
                    "dayofyear" => whole(format!("dayofyear({})", calendar::date(&at))),
                    "hour" => Ok(calendar::clock(&at, TICKS_PER_HOUR, TICKS_PER_DAY)),
                    "minute" => Ok(calendar::clock(&at, TICKS_PER_MINUTE, TICKS_PER_HOUR)),
                    "second" => Ok(calendar::clock(&at, TICKS_PER_SECOND, TICKS_PER_MINUTE)),
                    "millisecond" => Ok(calendar::clock(&at, TICKS_PER_MILLISECOND, TICKS_PER_SECOND)),
                    part => Err(Beyond::new(format!("datetime_part('{part}', …)"))),
                }
            }
            ("format_datetime", 2) => calendar::formatted(&ticks(0)?, &constant(arguments, 1).ok_or_else(beyond)?),
            // The place of a moment on the axis of `make-series`, counted in steps from its origin.
            ("$place", 3) => {
                let tick = |at: usize| arguments[at].as_literal().and_then(Value::as_ticks).ok_or_else(beyond);
                let (origin, step) = (tick(1)?, long(Some(tick(2)?).filter(|step| *step > 0).ok_or_else(beyond)?));
                let since = format!("({} - {})", ticks(0)?, long(origin));
                Ok(format!("(({since} - pmod({since}, {step})) div {step})"))
            }
            ("abs", 1) if is(0, ScalarType::Real) => Ok(format!("abs({})", self.expr(&arguments[0])?)),
            ("isnan", 1) if is(0, ScalarType::Real) => {
                Ok(format!("coalesce(isnan({}), false)", self.expr(&arguments[0])?))
            }
            ("max_of" | "min_of", 2..) if comparable(answer) => {
                let said = arguments.iter().map(|a| self.widened(a, answer)).collect::<Result<Vec<_>, _>>()?;
                Ok(format!("{}({})", if name == "max_of" { "greatest" } else { "least" }, said.join(", ")))
            }
            _ => Err(beyond()),
        }
    }

    /// A group of the first match, as text or as a value of a type.
    fn extract(&self, arguments: &[Expr], answer: ScalarType) -> Said {
        let beyond = |what: &str| Beyond::new(format!("extract() {what}"));
        let pattern = constant(arguments, 0).ok_or_else(|| beyond("with a pattern of the row"))?;
        let group = number(arguments, 1).ok_or_else(|| beyond("of a group of the row"))?;
        let Some(pattern) = pattern::portable(&pattern)? else { return Ok(null(answer)) };
        if usize::try_from(group).map_or(true, |group| group > pattern.groups) {
            return Ok(null(answer));
        }
        let text = format!("regexp_extract({}, {}, {group})", self.expr(&arguments[2])?, literal::text(&pattern.text));
        match answer {
            ScalarType::String => Ok(text),
            // No match is the empty text there, which is no number either.
            ScalarType::Long | ScalarType::Int | ScalarType::Real => Ok(cast::number(&text, answer)),
            other => Err(beyond(&format!("of a {other}"))),
        }
    }
}

/// Types that SQL finds the greatest of as KQL does.
const fn comparable(scalar_type: ScalarType) -> bool {
    matches!(scalar_type, ScalarType::Int | ScalarType::Long | ScalarType::DateTime | ScalarType::TimeSpan)
}
