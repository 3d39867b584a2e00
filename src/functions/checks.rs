//! What functions refuse of constant arguments: patterns that are none, parts and formats that Kusto does not know.

use super::Refusal;
use crate::ir::{Expr, ExprKind, compile_regex};
use crate::types::ScalarType;

/// The constant text at a place; `None` when it is a column, or no text.
fn constant(arguments: &[Expr], at: usize) -> Option<&str> {
    arguments.get(at)?.as_literal()?.as_str()
}

fn refusal(argument: usize, message: String, help: &str) -> Option<Refusal> {
    Some(Refusal { argument, message, help: help.to_owned() })
}

fn pattern(arguments: &[Expr], at: usize) -> Option<Refusal> {
    let problem = compile_regex(constant(arguments, at)?).err()?.to_string();
    let last = problem.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let message = format!("not a regular expression of RE2's dialect: {last}");
    refusal(at, message, "write a backslash before characters that mean themselves")
}

/// The first argument must be a pattern.
pub(super) fn pattern_first(arguments: &[Expr]) -> Option<Refusal> {
    pattern(arguments, 0)
}

/// The first argument must be a pattern with groups, whose texts are what the function gives.
pub(super) fn groups_first(arguments: &[Expr]) -> Option<Refusal> {
    const MOST: usize = 16;
    if let Some(refusal) = pattern(arguments, 0) {
        return Some(refusal);
    }
    let groups = compile_regex(constant(arguments, 0)?).ok()?.captures_len() - 1;
    if (1..=MOST).contains(&groups) {
        return None;
    }
    let message = format!("the pattern has {groups} groups, and needs one to {MOST}");
    refusal(0, message, "put parentheses around each part to extract, and (?:…) around the others")
}

/// The second argument must be a pattern.
pub(super) fn pattern_second(arguments: &[Expr]) -> Option<Refusal> {
    pattern(arguments, 1)
}

/// The second argument must be a pattern if the third says `regex`.
pub(super) fn counted(arguments: &[Expr]) -> Option<Refusal> {
    match constant(arguments, 2) {
        None | Some("normal") => None,
        Some("regex") => pattern(arguments, 1),
        Some(other) => refusal(2, format!("'{other}' is no kind of search"), "write 'normal' or 'regex'"),
    }
}

fn part(arguments: &[Expr], known: &[&str]) -> Option<Refusal> {
    let name = constant(arguments, 0)?;
    if known.iter().any(|k| k.eq_ignore_ascii_case(name)) {
        return None;
    }
    refusal(0, format!("'{name}' is no part of a datetime here"), &format!("write one of {}", known.join(", ")))
}

/// The first argument must name a part that `datetime_part` gives.
pub(super) fn part_of(arguments: &[Expr]) -> Option<Refusal> {
    part(
        arguments,
        &[
            "year",
            "quarter",
            "month",
            "week_of_year",
            "day",
            "dayofyear",
            "hour",
            "minute",
            "second",
            "millisecond",
            "microsecond",
            "nanosecond",
        ],
    )
}

/// The first argument must name a part that can be added and counted.
pub(super) fn part_to_count(arguments: &[Expr]) -> Option<Refusal> {
    part(
        arguments,
        &[
            "year",
            "quarter",
            "month",
            "week",
            "day",
            "hour",
            "minute",
            "second",
            "millisecond",
            "microsecond",
            "nanosecond",
        ],
    )
}

/// The longest run that a letter of a format may have.
type Run = fn(char, usize) -> bool;

fn format(arguments: &[Expr], fits: Run, letters: &str) -> Option<Refusal> {
    let format = constant(arguments, 1)?;
    let help = format!("write runs of {letters}, and between them '/', '-', ':', ',', '.', '_', '[', ']' or spaces");
    if format.is_empty() {
        return refusal(1, "the format is empty".to_owned(), &help);
    }
    let mut rest = format;
    while let Some(letter) = rest.chars().next() {
        let after = rest.trim_start_matches(letter);
        let run = (rest.len() - after.len()) / letter.len_utf8();
        if !"/-:,._[] ".contains(letter) && !fits(letter, run) {
            let run = &rest[..rest.len() - after.len()];
            return refusal(1, format!("'{run}' means nothing in a format"), &help);
        }
        rest = after;
    }
    None
}

/// The second argument must be a format of datetimes.
pub(super) fn datetime_format(arguments: &[Expr]) -> Option<Refusal> {
    let fits: Run = |letter, run| match letter {
        'd' | 'M' | 'h' | 'H' | 'm' | 's' => run <= 2,
        'y' => matches!(run, 1 | 2 | 4),
        'f' | 'F' => run <= 7,
        't' => run == 2,
        _ => false,
    };
    format(arguments, fits, "d M y h H m s f F tt")
}

/// The second argument must be a format of timespans.
pub(super) fn timespan_format(arguments: &[Expr]) -> Option<Refusal> {
    let fits: Run = |letter, run| match letter {
        'd' => run <= 8,
        'h' | 'H' | 'm' | 's' => run <= 2,
        'f' | 'F' => run <= 7,
        _ => false,
    };
    format(arguments, fits, "d h H m s f F")
}

/// The first argument must be a column, the second a distance of at least one row.
pub(super) fn rows_away(arguments: &[Expr]) -> Option<Refusal> {
    if !matches!(arguments.first()?.kind, ExprKind::Column(_)) {
        let help = "compute it before: | extend a = … | extend b = prev(a)";
        return refusal(0, "prev() and next() read a column, and this is an expression".to_owned(), help);
    }
    let rows = arguments.get(1)?.as_literal()?.as_i64()?;
    if rows >= 1 {
        return None;
    }
    refusal(1, format!("{rows} rows away is not another row"), "write 1 or more; prev() looks back, next() ahead")
}

/// The second argument must name a way to take command lines apart.
pub(super) fn command_parser(arguments: &[Expr]) -> Option<Refusal> {
    let parser = constant(arguments, 1)?;
    if parser.eq_ignore_ascii_case("windows") {
        return None;
    }
    refusal(1, format!("there is no parser '{parser}'"), "write 'windows'")
}

/// Keys and values come in pairs, and keys are texts.
pub(super) fn pairs(arguments: &[Expr]) -> Option<Refusal> {
    let is_key = |expr: &Expr| matches!(expr.scalar_type, ScalarType::String | ScalarType::Dynamic);
    if let Some(at) = (0..arguments.len()).step_by(2).find(|at| !is_key(&arguments[*at])) {
        let message = format!("a key is a text, and this is a {}", arguments[at].scalar_type);
        return refusal(at, message, "make it one with tostring(…)");
    }
    if arguments.len().is_multiple_of(2) {
        return None;
    }
    let last = arguments.len().saturating_sub(1);
    refusal(last, "the last key has no value".to_owned(), "write a value behind each key")
}

/// Conditions and values come in pairs, with one more value at the end.
pub(super) fn branches(arguments: &[Expr]) -> Option<Refusal> {
    let last = arguments.len().saturating_sub(1);
    if arguments.len().is_multiple_of(2) {
        let message = "no value is left for when no condition holds".to_owned();
        return refusal(last, message, "write a condition and a value in turn, and one value at the end");
    }
    let at = (0..last).step_by(2).find(|at| arguments[*at].scalar_type != ScalarType::Bool)?;
    refusal(
        at,
        format!("a condition is a bool, and this is a {}", arguments[at].scalar_type),
        "compare it with a value",
    )
}
