//! Conversions: what does not fit becomes null, never an error.

use super::arithmetic::in_calendar;
use super::calendar;
use super::dynamic::boxed;
use super::literal::{long, null, real};
use super::{Beyond, Said, Words, literal};
use crate::ir::Expr;
use crate::types::ScalarType;

/// What KQL trims from a text that is to become a number.
const SPACE: &str = "[\\p{IsWhite_Space}]*";

/// The part of a text that a pattern with one group finds; the empty text when it does not match.
fn found(text: &str, pattern: &str) -> String {
    format!("regexp_extract({text}, {}, 1)", literal::text(pattern))
}

/// A text as a whole number: decimal digits with a sign, or hexadecimal digits after `0x`.
fn whole(text: &str) -> String {
    let decimal = found(text, &format!("\\A{SPACE}([+-]?[0-9]+){SPACE}\\z"));
    let hexadecimal = found(text, &format!("\\A{SPACE}0[xX]0*([0-9a-fA-F]{{1,16}}){SPACE}\\z"));
    // conv() counts to 2^64, and what is above half of that is negative.
    let unsigned = format!("try_cast(conv({hexadecimal}, 16, 10) AS DECIMAL(20, 0))");
    let signed = format!(
        "CASE WHEN {unsigned} > 9223372036854775807 THEN CAST({unsigned} - 18446744073709551616 AS BIGINT) \
         ELSE try_cast({unsigned} AS BIGINT) END"
    );
    format!("CASE WHEN {hexadecimal} = '' THEN try_cast({decimal} AS BIGINT) ELSE {signed} END")
}

/// A text as a real.
fn fractional(text: &str) -> String {
    let number = found(text, &format!("\\A{SPACE}([+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?){SPACE}\\z"));
    let word = |words: &str| format!("{text} RLIKE {}", literal::text(&format!("\\A{SPACE}{words}{SPACE}\\z")));
    let infinite = "[iI][nN][fF](?:[iI][nN][iI][tT][yY])?";
    format!(
        "CASE WHEN {} THEN {} WHEN {} THEN {} WHEN {} THEN {} ELSE try_cast({number} AS DOUBLE) END",
        word("[+-]?[nN][aA][nN]"),
        real(f64::NAN),
        word(&format!("\\+?{infinite}")),
        real(f64::INFINITY),
        word(&format!("-{infinite}")),
        real(f64::NEG_INFINITY)
    )
}

/// A text as an int, a long or a real; null when it is none.
pub(super) fn number(text: &str, to: ScalarType) -> String {
    match to {
        ScalarType::Real => fractional(text),
        ScalarType::Int => format!("try_cast({} AS INT)", whole(text)),
        _ => whole(text),
    }
}

/// A text as a truth; null when it is none.
pub(super) fn truth(text: &str) -> String {
    format!(
        "CASE WHEN {text} RLIKE {} THEN true WHEN {text} RLIKE {} THEN false ELSE try_cast({} AS BIGINT) <> 0L END",
        literal::text(&format!("\\A{SPACE}[tT][rR][uU][eE]{SPACE}\\z")),
        literal::text(&format!("\\A{SPACE}[fF][aA][lL][sS][eE]{SPACE}\\z")),
        found(text, &format!("\\A{SPACE}([+-]?[0-9]+){SPACE}\\z"))
    )
}

/// A real as a whole number: toward zero, at most the greatest there is.
pub(super) fn truncated(value: &str) -> String {
    let (most, least) = (real(9_223_372_036_854_775_807.0), real(-9_223_372_036_854_775_808.0));
    format!(
        "CASE WHEN isnan({value}) OR abs({value}) = {} THEN CAST(NULL AS BIGINT) WHEN {value} >= {most} THEN {} \
         WHEN {value} <= {least} THEN {} ELSE try_cast({value} AS BIGINT) END",
        real(f64::INFINITY),
        long(i64::MAX),
        long(i64::MIN)
    )
}

impl Words<'_> {
    pub(super) fn cast(&self, value: &Expr, to: ScalarType) -> Said {
        use ScalarType::{Bool, DateTime, Dynamic, Guid, Int, Long, Real, String, TimeSpan};
        let from = value.scalar_type;
        if from == to {
            return self.expr(value);
        }
        if from == Dynamic {
            return self.out_of_dynamic(value, to);
        }
        let said = self.expr(value)?;
        Ok(match (from, to) {
            (Int, Long | Real) | (Long, Real) => self.widened(value, to)?,
            (Int | Long, String) => format!("coalesce(CAST({said} AS STRING), '')"),
            (Guid, String) => format!("coalesce({said}, '')"),
            (Bool, String) => format!("CASE WHEN {said} THEN 'True' WHEN NOT {said} THEN 'False' ELSE '' END"),
            (DateTime, String) => calendar::text(&said),
            (Int | Long, DateTime) => in_calendar(&self.widened(value, Long)?),
            (Int | Long, TimeSpan) => self.widened(value, Long)?,
            (DateTime | TimeSpan, Long) => said,
            (DateTime | TimeSpan, Real) => format!("CAST({said} AS DOUBLE)"),
            (Bool, Int) => format!("CAST({said} AS INT)"),
            (Bool, Long) => format!("CAST({said} AS BIGINT)"),
            (Bool, Real) => format!("CAST(CAST({said} AS INT) AS DOUBLE)"),
            (Int | Long, Bool) => format!("({said} <> 0L)"),
            (Real, Bool) => format!("({said} <> 0.0D)"),
            // Around the corner of 32 bits.
            (Long, Int) => format!("CAST(pmod({said} + 2147483648L, 4294967296L) - 2147483648L AS INT)"),
            (Real, Long) => truncated(&said),
            (Real, Int) => format!("CAST(least(greatest({}, -2147483648L), 2147483647L) AS INT)", truncated(&said)),
            (String, Int | Long | Real) => number(&said, to),
            (String, Bool) => truth(&said),
            _ => return Err(Beyond::new(format!("to{to}() of a {from}"))),
        })
    }
}

/// A JSON text that a column of the logs may hold: null stays null.
pub(super) fn json_of(text: &str) -> String {
    let is_json = literal::text("\\A\\s*(?:[\\[{]|-?[0-9]|true\\z|false\\z)");
    format!(
        "CASE WHEN {text} IN ('', 'None', 'null') THEN {} WHEN {text} RLIKE {is_json} THEN {text} \
         ELSE {} END",
        null(ScalarType::Dynamic),
        boxed(text)
    )
}
