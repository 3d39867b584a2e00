//! Numbers.

use super::{Function, Meaning, ResultName};
use crate::types::{ScalarType, Value, cast};

fn real<'a>(arguments: &[Value<'a>], compute: fn(f64) -> f64) -> Value<'a> {
    arguments[0].as_f64().map_or(Value::Null, |x| Value::Real(compute(x)))
}

fn test<'a>(arguments: &[Value<'a>], of: fn(f64) -> bool) -> Value<'a> {
    arguments[0].as_f64().map_or(Value::Null, |x| Value::Bool(of(x)))
}

/// A logarithm of what has none is null.
fn logarithm<'a>(arguments: &[Value<'a>], compute: fn(f64) -> f64) -> Value<'a> {
    match arguments[0].as_f64() {
        Some(x) if x > 0.0 => Value::Real(compute(x)),
        _ => Value::Null,
    }
}

/// Halves go away from zero, as in .NET's `MidpointRounding.AwayFromZero`.
fn round<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let digits = arguments.get(1).map_or(Some(0), Value::as_i64);
    let Some(digits) = digits.and_then(|d| i32::try_from(d).ok()) else { return Value::Null };
    match &arguments[0] {
        Value::Real(x) => {
            let factor = 10_f64.powi(digits.clamp(-300, 300));
            let scaled = x * factor;
            Value::Real(if scaled.is_finite() { scaled.round() / factor } else { *x })
        }
        Value::Decimal(d) => Value::Decimal(
            d.round_dp_with_strategy(digits.max(0) as u32, rust_decimal::RoundingStrategy::MidpointAwayFromZero),
        ),
        Value::Int(_) | Value::Long(_) if digits < 0 => {
            // In 128 bits, so that nothing is lost or overflows; a result beyond `long` is null.
            let unit = 10_i128.checked_pow(digits.unsigned_abs());
            match (arguments[0].as_i64().map(i128::from), unit) {
                (Some(n), Some(unit)) if unit / 2 <= i128::from(i64::MAX) => {
                    let rounded = (n + n.signum() * unit / 2) / unit * unit;
                    let rounded = i64::try_from(rounded).map_or(Value::Null, Value::Long);
                    cast(&rounded, arguments[0].scalar_type().unwrap_or(ScalarType::Long)).into_owned()
                }
                (Some(_), _) => {
                    cast(&Value::Long(0), arguments[0].scalar_type().unwrap_or(ScalarType::Long)).into_owned()
                }
                _ => Value::Null,
            }
        }
        other => other.clone(),
    }
}

fn abs<'a>(value: &Value<'a>) -> Value<'a> {
    match value {
        Value::Int(n) => Value::Long(i64::from(*n).abs()),
        Value::Long(n) => Value::Long(n.wrapping_abs()),
        Value::Real(x) => Value::Real(x.abs()),
        Value::Decimal(d) => Value::Decimal(d.abs()),
        Value::TimeSpan(t) => Value::TimeSpan(t.wrapping_abs()),
        other => other.clone(),
    }
}

macro_rules! of_real {
    ($name:literal, $naming:expr, $doc:literal, $example:literal, $answer:literal, $compute:expr) => {
        Function {
            name: $name,
            signatures: &["(x: real) -> real"],
            doc: $doc,
            examples: &[($example, $answer)],
            naming: $naming,
            meaning: Meaning::Kernel(|_, a| real(a, $compute)),
            ..Function::NEW
        }
    };
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "round",
        signatures: &["(value: number, [digits: const long]) -> value"],
        doc: "The number rounded to some digits after the point, halves away from zero.",
        examples: &[("round(2.675, 1)", "2.7"), ("round(2.5)", "3.0")],
        naming: ResultName::FirstArgument,
        meaning: Meaning::Kernel(|_, a| round(a)),
        ..Function::NEW
    },
    Function {
        name: "abs",
        signatures: &[
            "(value: long) -> long",
            "(value: real) -> real",
            "(value: decimal) -> decimal",
            "(value: timespan) -> timespan",
        ],
        doc: "The size of a number or timespan, without its sign.",
        examples: &[("abs(-5)", "5")],
        naming: ResultName::FirstArgument,
        meaning: Meaning::Kernel(|_, a| abs(&a[0])),
        ..Function::NEW
    },
    Function {
        name: "ceiling",
        signatures: &["(value: real) -> real", "(value: decimal) -> decimal"],
        doc: "The smallest whole number at or above a number.",
        examples: &[("ceiling(1.2)", "2.0")],
        naming: ResultName::FirstArgument,
        meaning: Meaning::Kernel(|_, a| match &a[0] {
            Value::Real(x) => Value::Real(x.ceil()),
            Value::Decimal(d) => Value::Decimal(d.ceil()),
            other => other.clone(),
        }),
        ..Function::NEW
    },
    Function {
        name: "pow",
        signatures: &["(base: real, exponent: real) -> real"],
        doc: "A base raised to an exponent.",
        examples: &[("pow(2, 10)", "1024.0")],
        meaning: Meaning::Kernel(|_, a| match (a[0].as_f64(), a[1].as_f64()) {
            (Some(base), Some(exponent)) => Value::Real(base.powf(exponent)),
            _ => Value::Null,
        }),
        ..Function::NEW
    },
    Function {
        name: "sqrt",
        signatures: &["(x: real) -> real"],
        doc: "The square root; null of a negative number.",
        examples: &[("sqrt(16)", "4.0")],
        naming: ResultName::FirstArgument,
        meaning: Meaning::Kernel(|_, a| match a[0].as_f64() {
            Some(x) if x >= 0.0 => Value::Real(x.sqrt()),
            _ => Value::Null,
        }),
        ..Function::NEW
    },
    of_real!("exp", ResultName::FirstArgument, "e raised to a number.", "exp(0)", "1.0", f64::exp),
    of_real!("exp2", ResultName::FirstArgument, "2 raised to a number.", "exp2(3)", "8.0", f64::exp2),
    of_real!("exp10", ResultName::None, "10 raised to a number.", "exp10(2)", "100.0", |x| 10_f64.powf(x)),
    Function {
        name: "log",
        signatures: &["(x: real) -> real"],
        doc: "The natural logarithm; null of what is not positive.",
        examples: &[("log(1)", "0.0")],
        naming: ResultName::FirstArgument,
        meaning: Meaning::Kernel(|_, a| logarithm(a, f64::ln)),
        ..Function::NEW
    },
    Function {
        name: "log10",
        signatures: &["(x: real) -> real"],
        doc: "The decimal logarithm; null of what is not positive.",
        examples: &[("log10(1000)", "3.0")],
        naming: ResultName::FirstArgument,
        meaning: Meaning::Kernel(|_, a| logarithm(a, f64::log10)),
        ..Function::NEW
    },
    Function {
        name: "log2",
        signatures: &["(x: real) -> real"],
        doc: "The binary logarithm; null of what is not positive.",
        examples: &[("log2(8)", "3.0")],
        naming: ResultName::FirstArgument,
        meaning: Meaning::Kernel(|_, a| logarithm(a, f64::log2)),
        ..Function::NEW
    },
    Function {
        name: "sign",
        signatures: &["(value: real) -> real"],
        doc: "-1, 0 or 1 as the number is negative, zero or positive.",
        examples: &[("sign(-3)", "-1.0")],
        meaning: Meaning::Kernel(|_, a| real(a, |x| if x == 0.0 || x.is_nan() { 0.0 } else { x.signum() })),
        ..Function::NEW
    },
    Function {
        name: "isnan",
        signatures: &["(value: real) -> bool"],
        doc: "Whether a real is not a number.",
        examples: &[("isnan(0.0 / 0.0)", "True")],
        meaning: Meaning::Kernel(|_, a| test(a, f64::is_nan)),
        ..Function::NEW
    },
    Function {
        name: "isinf",
        signatures: &["(value: real) -> bool"],
        doc: "Whether a real is infinite.",
        examples: &[("isinf(1.0 / 0.0)", "True")],
        meaning: Meaning::Kernel(|_, a| test(a, f64::is_infinite)),
        ..Function::NEW
    },
    Function {
        name: "isfinite",
        signatures: &["(value: real) -> bool"],
        doc: "Whether a real is neither infinite nor not a number.",
        examples: &[("isfinite(1.5)", "True")],
        meaning: Meaning::Kernel(|_, a| test(a, f64::is_finite)),
        ..Function::NEW
    },
    Function {
        name: "pi",
        signatures: &["() -> real"],
        doc: "The ratio of a circle's circumference to its diameter.",
        examples: &[("pi()", "3.141592653589793")],
        meaning: Meaning::Kernel(|_, _| Value::Real(std::f64::consts::PI)),
        ..Function::NEW
    },
    Function {
        name: "rand",
        signatures: &["([below: long]) -> real"],
        doc: "A random real in [0, 1), or a random whole number below a bound; another for every row.",
        examples: &[("rand(1)", "0.0")],
        naming: ResultName::FirstArgument,
        meaning: Meaning::Volatile(|_, a| {
            // The low 64 bits of a random identifier are as random as any.
            let random = (uuid::Uuid::new_v4().as_u128() as u64 >> 11) as f64 / (1_u64 << 53) as f64;
            match a.first().and_then(Value::as_i64) {
                Some(below) if below > 0 => Value::Real((random * below as f64).floor()),
                _ => Value::Real(random),
            }
        }),
        ..Function::NEW
    },
    of_real!("sin", ResultName::FirstArgument, "The sine of an angle in radians.", "sin(0)", "0.0", f64::sin),
    of_real!("cos", ResultName::FirstArgument, "The cosine of an angle in radians.", "cos(0)", "1.0", f64::cos),
    of_real!("tan", ResultName::FirstArgument, "The tangent of an angle in radians.", "tan(0)", "0.0", f64::tan),
    of_real!("cot", ResultName::None, "The cotangent of an angle in radians.", "round(cot(1), 4)", "0.6421", |x| 1.0
        / x.tan()),
    of_real!("asin", ResultName::FirstArgument, "The angle whose sine is a number.", "asin(0)", "0.0", f64::asin),
    of_real!("acos", ResultName::FirstArgument, "The angle whose cosine is a number.", "acos(1)", "0.0", f64::acos),
    of_real!("atan", ResultName::FirstArgument, "The angle whose tangent is a number.", "atan(0)", "0.0", f64::atan),
    of_real!("radians", ResultName::None, "Degrees as radians.", "round(radians(180), 4)", "3.1416", f64::to_radians),
    of_real!("degrees", ResultName::None, "Radians as degrees.", "degrees(pi())", "180.0", f64::to_degrees),
    Function {
        name: "atan2",
        signatures: &["(y: real, x: real) -> real"],
        doc: "The angle of the point (x, y).",
        examples: &[("atan2(0, 1)", "0.0")],
        naming: ResultName::FirstArgument,
        meaning: Meaning::Kernel(|_, a| match (a[0].as_f64(), a[1].as_f64()) {
            (Some(y), Some(x)) => Value::Real(y.atan2(x)),
            _ => Value::Null,
        }),
        ..Function::NEW
    },
];
