//! Choosing between values, and asking whether there is one.

use super::datetime::instant;
use super::{Function, Meaning, ResultName, checks};
use crate::ir::{Core, Expr};
use crate::types::{ScalarType, Value};

use ScalarType::Bool;

fn not(expr: Expr) -> Expr {
    Expr::core(Core::Not, vec![expr], Bool)
}

fn is_empty(mut arguments: Vec<Expr>) -> Expr {
    let value = arguments.remove(0);
    if value.scalar_type == ScalarType::String {
        let empty = Expr::literal(Value::str(""), ScalarType::String);
        return Expr::core(Core::Equal, vec![value, empty], Bool);
    }
    if value.scalar_type == ScalarType::Dynamic {
        let empty = Expr::literal(Value::str(""), ScalarType::String);
        let text = value.cast(ScalarType::String);
        return Expr::core(Core::Equal, vec![text, empty], Bool);
    }
    Expr::core(Core::IsNull, vec![value], Bool)
}

fn is_null(mut arguments: Vec<Expr>) -> Expr {
    let value = arguments.remove(0);
    if value.scalar_type == ScalarType::String {
        return Expr::literal(Value::Bool(false), Bool);
    }
    Expr::core(Core::IsNull, vec![value], Bool)
}

/// `case(p1, v1, p2, v2, …, otherwise)` as nested choices; the branches share one type.
fn case(mut arguments: Vec<Expr>) -> Expr {
    let Some(mut answer) = arguments.pop() else { return Expr::literal(Value::Null, ScalarType::Dynamic) };
    while let (Some(value), Some(condition)) = (arguments.pop(), arguments.pop()) {
        answer = choose(condition, value, answer);
    }
    answer
}

fn choose(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
    let scalar_type = match (then.scalar_type, otherwise.scalar_type) {
        (a, b) if a == b => a,
        (a, b) if a.is_integer() && b.is_integer() => ScalarType::Long,
        (ScalarType::Dynamic, other) | (other, ScalarType::Dynamic) => other,
        (a, b) if a.is_numeric() && b.is_numeric() => ScalarType::Real,
        (a, _) => a,
    };
    Expr::core(Core::If, vec![condition.cast(Bool), then.cast(scalar_type), otherwise.cast(scalar_type)], scalar_type)
}

fn iff(arguments: Vec<Expr>) -> Expr {
    case(arguments)
}

fn coalesce(arguments: Vec<Expr>) -> Expr {
    let scalar_type = arguments.first().map_or(ScalarType::Dynamic, |a| a.scalar_type);
    Expr::core(Core::Coalesce, arguments, scalar_type)
}

fn extreme<'a>(arguments: &[Value<'a>], greatest: bool) -> Value<'a> {
    let mut best = Value::Null;
    for value in arguments.iter().filter(|v| !v.is_null()) {
        let nan = |v: &Value<'_>| matches!(v, Value::Real(x) if x.is_nan());
        let better = best.is_null()
            || nan(value)
            || (!nan(&best) && value.order(&best).is_gt() == greatest && value.order(&best).is_ne());
        if better {
            best = value.clone();
        }
    }
    best
}

/// The value rounded down to a whole number of sizes away from a fixed point.
fn bin_at<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let [value, size, fixed] = arguments else { return Value::Null };
    let whole = |v: &Value<'_>| v.as_ticks().or_else(|| v.as_i64());
    match (whole(value), whole(size), whole(fixed)) {
        (Some(v), Some(size), Some(fixed)) if size > 0 => {
            let at = v.saturating_sub(v.saturating_sub(fixed).rem_euclid(size));
            match value {
                Value::DateTime(_) => instant(at),
                Value::TimeSpan(_) => Value::TimeSpan(at),
                _ => Value::Long(at),
            }
        }
        _ => match (value.as_f64(), size.as_f64(), fixed.as_f64()) {
            (Some(v), Some(size), Some(fixed)) if size > 0.0 => {
                Value::Real(fixed + ((v - fixed) / size).floor() * size)
            }
            _ => Value::Null,
        },
    }
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "iff",
        aliases: &["iif"],
        signatures: &["(condition: bool, then: any, otherwise: any) -> then"],
        doc: "`then` where the condition is true, `otherwise` where it is false or null. Both must be of one type.",
        examples: &[("iff(1 < 2, 'yes', 'no')", "yes")],
        meaning: Meaning::Rewrite(iff),
        ..Function::NEW
    },
    Function {
        name: "case",
        signatures: &["(condition: bool, then: any, *more: any) -> then"],
        doc: "The value behind the first condition that is true, else the last argument.",
        examples: &[("case(1 > 2, 'a', 2 > 1, 'b', 'c')", "b")],
        check: checks::branches,
        meaning: Meaning::Rewrite(case),
        ..Function::NEW
    },
    Function {
        name: "coalesce",
        signatures: &["(first: any, *more: any) -> common"],
        doc: "The first value that is not null (for strings: not empty).",
        examples: &[("coalesce(long(null), 7)", "7"), ("coalesce('', 'x')", "x")],
        meaning: Meaning::Rewrite(coalesce),
        ..Function::NEW
    },
    Function {
        name: "max_of",
        signatures: &["(first: number, *more: number) -> widest", "(first: scalar, *more: scalar) -> common"],
        doc: "The greatest of its arguments; nulls do not count.",
        examples: &[("max_of(3, 7, 5)", "7")],
        meaning: Meaning::Kernel(|_, a| extreme(a, true)),
        ..Function::NEW
    },
    Function {
        name: "min_of",
        signatures: &["(first: number, *more: number) -> widest", "(first: scalar, *more: scalar) -> common"],
        doc: "The least of its arguments; nulls do not count.",
        examples: &[("min_of(3, 7, 5)", "3")],
        meaning: Meaning::Kernel(|_, a| extreme(a, false)),
        ..Function::NEW
    },
    Function {
        name: "not",
        signatures: &["(condition: bool) -> bool"],
        doc: "True for false, false for true, null for null.",
        examples: &[("not(1 == 2)", "True")],
        meaning: Meaning::Rewrite(|mut a| not(a.remove(0))),
        ..Function::NEW
    },
    Function {
        name: "isnull",
        signatures: &["(value: any) -> bool"],
        doc: "Whether the value is null. A string never is.",
        examples: &[("isnull(tolong('x'))", "True"), ("isnull('')", "False")],
        meaning: Meaning::Rewrite(is_null),
        ..Function::NEW
    },
    Function {
        name: "isnotnull",
        aliases: &["notnull"],
        signatures: &["(value: any) -> bool"],
        doc: "Whether the value is not null.",
        examples: &[("isnotnull(1)", "True")],
        meaning: Meaning::Rewrite(|a| not(is_null(a))),
        ..Function::NEW
    },
    Function {
        name: "isempty",
        signatures: &["(value: any) -> bool"],
        doc: "Whether the value is an empty string or null.",
        examples: &[("isempty('')", "True"), ("isempty(5)", "False")],
        meaning: Meaning::Rewrite(is_empty),
        ..Function::NEW
    },
    Function {
        name: "isnotempty",
        aliases: &["notempty"],
        signatures: &["(value: any) -> bool"],
        doc: "Whether the value is neither null nor an empty string.",
        examples: &[("isnotempty('a')", "True")],
        meaning: Meaning::Rewrite(|a| not(is_empty(a))),
        ..Function::NEW
    },
    Function {
        name: "bin",
        aliases: &["floor"],
        signatures: &[
            "(value: datetime, size: timespan) -> value",
            "(value: timespan, size: timespan) -> value",
            "(value: number, size: number) -> widest",
        ],
        doc: "The value rounded down to a multiple of the size; datetimes are counted from year 1, so a bin of 7 days starts on a Monday. Null unless the size is positive.",
        examples: &[("bin(-7, 5)", "-10"), ("bin(datetime(2025-02-25 10:18), 1h)", "2025-02-25T10:00:00.0000000Z")],
        naming: ResultName::FirstArgument,
        meaning: Meaning::Rewrite(|a| {
            let scalar_type = a[0].scalar_type;
            Expr::core(Core::Bin, a, scalar_type)
        }),
        ..Function::NEW
    },
    Function::kernel(
        "bin_at",
        &[
            "(value: datetime, size: timespan, fixed: datetime) -> datetime",
            "(value: timespan, size: timespan, fixed: timespan) -> timespan",
            "(value: long, size: long, fixed: long) -> long",
            "(value: real, size: real, fixed: real) -> real",
        ],
        "The value rounded down to a whole number of sizes away from a fixed point.",
        &[
            ("bin_at(6.5, 2.5, 7)", "4.5"),
            ("bin_at(datetime(2025-02-25 10:18), 1h, datetime(2025-02-25 00:15))", "2025-02-25T10:15:00.0000000Z"),
        ],
        |_, a| bin_at(a),
    )
    .naming(ResultName::FirstArgument),
    Function::kernel(
        "around",
        &[
            "(value: datetime, center: datetime, delta: timespan) -> bool",
            "(value: timespan, center: timespan, delta: timespan) -> bool",
            "(value: long, center: long, delta: long) -> bool",
            "(value: real, center: real, delta: real) -> bool",
        ],
        "Whether a value lies no further than a distance from another.",
        &[("around(100, 99, 2)", "True")],
        |_, a| {
            let number = |at: usize| a[at].as_ticks().map(|t| t as f64).or_else(|| a[at].as_f64());
            match (number(0), number(1), number(2)) {
                (Some(value), Some(center), Some(delta)) => Value::Bool((value - center).abs() <= delta),
                _ => Value::Null,
            }
        },
    ),
];
