//! Arithmetic and comparison, element by element.

use std::cmp::Ordering;

use super::numbers::{Number, array, list, real};
use crate::functions::Function;
use crate::types::{Json, Value};

/// One side of an operation: a series, or one number that stands for every element.
enum Side<'v> {
    Series(&'v [Json]),
    Same(Number),
}

impl<'v> Side<'v> {
    fn of(value: &'v Value<'_>) -> Option<Self> {
        match value.as_json() {
            Some(Json::Array(items)) => Some(Self::Series(items)),
            Some(one) => Number::of(one).map(Self::Same),
            None => value.as_i64().map(Number::Whole).or(value.as_f64().map(Number::Real)).map(Self::Same),
        }
    }

    fn at(&self, place: usize) -> Option<Number> {
        match self {
            Self::Series(items) => items.get(place).and_then(Number::of),
            Self::Same(number) => Some(*number),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Series(items) => items.len(),
            Self::Same(_) => 0,
        }
    }

    /// Whether no number of the side is a real.
    fn is_whole(&self) -> bool {
        let whole = |number: Option<Number>| !matches!(number, Some(Number::Real(_)));
        match self {
            Self::Series(items) => items.iter().all(|item| whole(Number::of(item))),
            Self::Same(number) => whole(Some(*number)),
        }
    }
}

/// Both sides of a call; `None` when neither is a series.
fn sides<'v>(arguments: &'v [Value<'_>]) -> Option<(Side<'v>, Side<'v>)> {
    let (a, b) = (Side::of(&arguments[0])?, Side::of(&arguments[1])?);
    (!matches!((&a, &b), (Side::Same(_), Side::Same(_)))).then_some((a, b))
}

/// The longer side says how many elements there are; where one side has no number, the element is null.
fn combine<'a>(a: &Side<'_>, b: &Side<'_>, with: impl Fn(Number, Number) -> Json) -> Value<'a> {
    let element = |at| match (a.at(at), b.at(at)) {
        (Some(a), Some(b)) => with(a, b),
        _ => Json::Null,
    };
    list((0..a.len().max(b.len())).map(element).collect())
}

/// An operation that keeps whole numbers whole when both sides have no others.
fn keeping<'a>(arguments: &[Value<'a>], whole: fn(i64, i64) -> i64, or: fn(f64, f64) -> f64) -> Value<'a> {
    let Some((a, b)) = sides(arguments) else { return Value::Null };
    let keeps = a.is_whole() && b.is_whole();
    combine(&a, &b, |a, b| match (a, b) {
        (Number::Whole(a), Number::Whole(b)) if keeps => Json::from(whole(a, b)),
        _ => real(or(a.real(), b.real())),
    })
}

/// An operation that gives reals.
fn reals<'a>(arguments: &[Value<'a>], with: fn(f64, f64) -> f64) -> Value<'a> {
    let Some((a, b)) = sides(arguments) else { return Value::Null };
    combine(&a, &b, |a, b| real(with(a.real(), b.real())))
}

/// A comparison; NaN is only ever not equal.
fn compared<'a>(arguments: &[Value<'a>], holds: fn(Option<Ordering>) -> bool) -> Value<'a> {
    let Some((a, b)) = sides(arguments) else { return Value::Null };
    combine(&a, &b, |a, b| {
        Json::Bool(holds(match (a, b) {
            (Number::Whole(a), Number::Whole(b)) => Some(a.cmp(&b)),
            _ => a.real().partial_cmp(&b.real()),
        }))
    })
}

/// A function of each number; what is no number becomes null.
fn each<'a>(arguments: &[Value<'a>], of: fn(f64) -> f64) -> Value<'a> {
    let Some(items) = array(arguments, 0) else { return Value::Null };
    list(items.iter().map(|item| Number::of(item).map_or(Json::Null, |n| real(of(n.real())))).collect())
}

/// As [`each`], but a series of whole numbers stays one.
fn each_keeping<'a>(arguments: &[Value<'a>], whole: fn(i64) -> i64, or: fn(f64) -> f64) -> Value<'a> {
    let Some(items) = array(arguments, 0) else { return Value::Null };
    let keeps = Side::Series(items).is_whole();
    let element = |item: &Json| match Number::of(item) {
        Some(Number::Whole(n)) if keeps => Json::from(whole(n)),
        Some(number) => real(or(number.real())),
        None => Json::Null,
    };
    list(items.iter().map(element).collect())
}

const OF_ONE: &[&str] = &["(series: dynamic) -> dynamic"];
const OF_TWO: &[&str] = &[
    "(series1: dynamic, series2: dynamic) -> dynamic",
    "(series: dynamic, number: number) -> dynamic",
    "(number: number, series: dynamic) -> dynamic",
];

type Examples = &'static [(&'static str, &'static str)];

const fn one(name: &'static str, doc: &'static str, examples: Examples, kernel: crate::ir::ScalarKernel) -> Function {
    Function::kernel(name, OF_ONE, doc, examples, kernel)
}

const fn two(name: &'static str, doc: &'static str, examples: Examples, kernel: crate::ir::ScalarKernel) -> Function {
    Function::kernel(name, OF_TWO, doc, examples, kernel)
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    one(
        "series_abs",
        "The absolute value of each element.",
        &[("series_abs(dynamic([-1.5, 2]))", "[1.5,2.0]"), ("series_abs(dynamic([-3, null]))", "[3,null]")],
        |_, a| each_keeping(a, i64::wrapping_abs, f64::abs),
    ),
    one(
        "series_sign",
        "The sign of each element: -1, 0 or 1.",
        &[("series_sign(dynamic([-7, 0, 3]))", "[-1,0,1]")],
        |_, a| each_keeping(a, i64::signum, |x| if x == 0.0 { 0.0 } else { x.signum() }),
    ),
    one(
        "series_floor",
        "Each element, rounded down.",
        &[("series_floor(dynamic([-1.5, 2.5]))", "[-2.0,2.0]")],
        |_, a| each(a, f64::floor),
    ),
    one(
        "series_ceiling",
        "Each element, rounded up.",
        &[("series_ceiling(dynamic([-1.5, 2.5]))", "[-1.0,3.0]")],
        |_, a| each(a, f64::ceil),
    ),
    one("series_exp", "e to the power of each element.", &[("series_exp(dynamic([0]))", "[1.0]")], |_, a| {
        each(a, f64::exp)
    }),
    one("series_log", "The natural logarithm of each element.", &[("series_log(dynamic([1]))", "[0.0]")], |_, a| {
        each(a, f64::ln)
    }),
    one("series_sin", "The sine of each element.", &[("series_sin(dynamic([0]))", "[0.0]")], |_, a| each(a, f64::sin)),
    one("series_cos", "The cosine of each element.", &[("series_cos(dynamic([0]))", "[1.0]")], |_, a| {
        each(a, f64::cos)
    }),
    one("series_tan", "The tangent of each element.", &[("series_tan(dynamic([0]))", "[0.0]")], |_, a| {
        each(a, f64::tan)
    }),
    one(
        "series_asin",
        "The arc sine of each element.",
        &[("series_asin(dynamic([0, 2]))", "[0.0,\"NaN\"]")],
        |_, a| each(a, f64::asin),
    ),
    one("series_acos", "The arc cosine of each element.", &[("series_acos(dynamic([1]))", "[0.0]")], |_, a| {
        each(a, f64::acos)
    }),
    one("series_atan", "The arc tangent of each element.", &[("series_atan(dynamic([0]))", "[0.0]")], |_, a| {
        each(a, f64::atan)
    }),
    two(
        "series_add",
        "The sums of elements of two series, or of one and a number. Where one series is shorter, or has no number, the \
         element is null.",
        &[
            ("series_add(dynamic([1, 2, 3]), dynamic([10, 20]))", "[11,22,null]"),
            ("series_add(dynamic([1, 2.5]), 1)", "[2.0,3.5]"),
        ],
        |_, a| keeping(a, i64::wrapping_add, |x, y| x + y),
    ),
    two(
        "series_subtract",
        "The differences of elements of two series, or of one and a number.",
        &[("series_subtract(dynamic([5, 7]), dynamic([1, 2]))", "[4,5]")],
        |_, a| keeping(a, i64::wrapping_sub, |x, y| x - y),
    ),
    two(
        "series_multiply",
        "The products of elements of two series, or of one and a number.",
        &[("series_multiply(10, dynamic([1, 2]))", "[10,20]")],
        |_, a| keeping(a, i64::wrapping_mul, |x, y| x * y),
    ),
    two(
        "series_divide",
        "The quotients of elements of two series, or of one and a number; always reals.",
        &[("series_divide(dynamic([1, 2, 1]), dynamic([4, 2, 0]))", "[0.25,1.0,\"inf\"]")],
        |_, a| reals(a, |x, y| x / y),
    ),
    two(
        "series_pow",
        "The elements of one series to the powers in another; always reals.",
        &[("series_pow(dynamic([2, 9]), dynamic([3, 0.5]))", "[8.0,3.0]")],
        |_, a| reals(a, f64::powf),
    ),
    two(
        "series_equals",
        "Which elements of two series are equal.",
        &[("series_equals(dynamic([1, 2]), dynamic([1.0, 3]))", "[true,false]")],
        |_, a| compared(a, |o| o == Some(Ordering::Equal)),
    ),
    two(
        "series_not_equals",
        "Which elements of two series are not equal.",
        &[("series_not_equals(dynamic([1, 2]), dynamic([1, 3]))", "[false,true]")],
        |_, a| compared(a, |o| o != Some(Ordering::Equal)),
    ),
    two(
        "series_less",
        "Which elements of the first series are less than those of the second.",
        &[("series_less(dynamic([1, 2, 4]), 2)", "[true,false,false]")],
        |_, a| compared(a, |o| o == Some(Ordering::Less)),
    ),
    two(
        "series_less_equals",
        "Which elements of the first series are at most those of the second.",
        &[("series_less_equals(dynamic([1, 2, 4]), 2)", "[true,true,false]")],
        |_, a| compared(a, |o| matches!(o, Some(Ordering::Less | Ordering::Equal))),
    ),
    two(
        "series_greater",
        "Which elements of the first series are greater than those of the second.",
        &[("series_greater(dynamic([1, 2, 4]), 2)", "[false,false,true]")],
        |_, a| compared(a, |o| o == Some(Ordering::Greater)),
    ),
    two(
        "series_greater_equals",
        "Which elements of the first series are at least those of the second.",
        &[("series_greater_equals(dynamic([1, 2, 4]), 2)", "[false,true,true]")],
        |_, a| compared(a, |o| matches!(o, Some(Ordering::Greater | Ordering::Equal))),
    ),
];
