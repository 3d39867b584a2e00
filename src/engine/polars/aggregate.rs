//! Aggregates to Polars.

use polars::prelude::{Column, Expr as PlExpr, Field, col, len, lit, when};

use super::adapt;
use super::convert::data_type;
use super::expression::lower;
use crate::ir::{AggregateCall, AggregateKernel, AggregateKind, Context, CoreAggregate, Expr};
use crate::types::{ScalarType, Value};

/// An aggregate in two steps: what is computed over each group, and what is made of that afterwards.
pub(super) struct Lowered {
    /// Columns to aggregate, under hidden names.
    pub gathered: Vec<PlExpr>,
    /// The answer, over the gathered columns.
    pub answer: PlExpr,
}

/// Lowers one call. `any` is a column that the input is sure to have.
pub(super) fn lower_call(call: &AggregateCall, at: usize, context: &Context, any: &str) -> Lowered {
    if let AggregateKind::Core(core) = call.meaning
        && let Some(expr) = native(core, call, context, any)
    {
        let hidden = format!("$gathered{at}");
        return Lowered {
            gathered: vec![expr.cast(data_type(call.scalar_type)).alias(hidden.as_str())],
            answer: col(hidden.as_str()).alias(call.name.as_str()),
        };
    }
    let kernel = match call.meaning {
        AggregateKind::Kernel(kernel) => kernel,
        AggregateKind::Core(core) => core_kernel(core),
    };
    let mut gathered = Vec::new();
    let mut hidden = Vec::new();
    let mut arguments: Vec<(ScalarType, Option<Value<'static>>)> = Vec::new();
    for argument in &call.arguments {
        if let Some(value) = argument.as_literal() {
            arguments.push((argument.scalar_type, Some(value.clone())));
            continue;
        }
        let name = format!("$gathered{at}_{}", hidden.len());
        gathered.push(lower(argument, context, any).implode(true).alias(name.as_str()));
        hidden.push(col(name.as_str()));
        arguments.push((argument.scalar_type, None));
    }
    if hidden.is_empty() {
        // All constants: the group's rows still have to be counted.
        let name = format!("$gathered{at}_0");
        gathered.push(col(any).is_null().implode(true).alias(name.as_str()));
        hidden.push(col(name.as_str()));
    }
    let (context, answer) = (context.clone(), call.scalar_type);
    let first = hidden.remove(0);
    let applied = first.map_many(
        move |columns: &mut [Column]| adapt::aggregate(kernel, &context, &arguments, answer, columns),
        &hidden,
        move |_, fields| Ok(Field::new(fields[0].name().clone(), data_type(answer))),
    );
    Lowered { gathered, answer: applied.alias(call.name.as_str()) }
}

/// The aggregate in Polars' own words, where they mean the same.
fn native(core: CoreAggregate, call: &AggregateCall, context: &Context, any: &str) -> Option<PlExpr> {
    let argument = call.arguments.first();
    let scalar_type = argument.map(|a| a.scalar_type);
    let value = || argument.map(|a| broadcast(a, lower(a, context, any), any));
    let long = data_type(ScalarType::Long);
    match core {
        CoreAggregate::Count => Some(len()),
        // A sum of ones: counting filtered rows inside groups has given wrong numbers when streamed.
        CoreAggregate::CountIf => Some(value()?.fill_null(lit(false)).cast(long).sum()),
        CoreAggregate::Sum => match scalar_type? {
            ScalarType::Int | ScalarType::Long | ScalarType::TimeSpan => Some(value()?.cast(long).sum()),
            ScalarType::Real => Some(value()?.sum()),
            _ => None,
        },
        CoreAggregate::Average => match scalar_type? {
            ScalarType::Int | ScalarType::Long | ScalarType::Real => {
                Some(value()?.cast(data_type(ScalarType::Real)).mean().fill_null(lit(f64::NAN)))
            }
            _ => None,
        },
        CoreAggregate::Min | CoreAggregate::Max => match scalar_type? {
            ScalarType::Int | ScalarType::Long | ScalarType::DateTime | ScalarType::TimeSpan | ScalarType::Bool => {
                let value = value()?;
                Some(if core == CoreAggregate::Min { value.min() } else { value.max() })
            }
            ScalarType::Real => {
                let value = value()?;
                let best = if core == CoreAggregate::Min { value.clone().min() } else { value.clone().max() };
                // One NaN makes the answer NaN.
                Some(when(value.is_nan().any(true)).then(lit(f64::NAN)).otherwise(best))
            }
            _ => None,
        },
        CoreAggregate::CountDistinct => match scalar_type? {
            ScalarType::Real | ScalarType::Decimal | ScalarType::Dynamic => None,
            _ => Some(value()?.drop_nulls().n_unique()),
        },
        CoreAggregate::TakeAny => None,
    }
}

/// A constant argument, once for every row.
fn broadcast(argument: &Expr, lowered: PlExpr, any: &str) -> PlExpr {
    if argument.columns().is_empty() {
        return when(col(any).is_null()).then(lowered.clone()).otherwise(lowered);
    }
    lowered
}

/// The same aggregates on plain values, for types that Polars aggregates otherwise than KQL.
fn core_kernel(core: CoreAggregate) -> AggregateKernel {
    match core {
        CoreAggregate::Count => |_, arguments| Value::Long(arguments.first().map_or(0, Vec::len) as i64),
        CoreAggregate::CountIf => |_, arguments| {
            Value::Long(arguments.first().map_or(0, |a| a.iter().filter(|v| v.as_bool() == Some(true)).count()) as i64)
        },
        CoreAggregate::Sum => |context, arguments| fold(context, arguments, |sum, v| add(&sum, v)),
        CoreAggregate::Average => average,
        CoreAggregate::Min => |context, arguments| {
            fold(context, arguments, |best, v| if v.order(&best).is_lt() { v.clone() } else { best })
        },
        CoreAggregate::Max => |context, arguments| {
            fold(context, arguments, |best, v| if v.order(&best).is_gt() { v.clone() } else { best })
        },
        CoreAggregate::CountDistinct => |_, arguments| {
            let mut seen: Vec<String> = present(arguments).map(|v| format!("{v:?}")).collect();
            seen.sort_unstable();
            seen.dedup();
            Value::Long(seen.len() as i64)
        },
        CoreAggregate::TakeAny => |_, arguments| {
            let values = || arguments.iter().take(1).flatten();
            let best = values().find(|v| !v.is_null() && v.as_str() != Some(""));
            best.or_else(|| values().next()).cloned().unwrap_or(Value::Null)
        },
    }
}

fn present<'a>(arguments: &'a [Vec<Value<'static>>]) -> impl Iterator<Item = &'a Value<'static>> {
    arguments.iter().take(1).flatten().filter(|v| !v.is_null())
}

fn fold(
    _: &Context,
    arguments: &[Vec<Value<'static>>],
    step: impl Fn(Value<'static>, &Value<'static>) -> Value<'static>,
) -> Value<'static> {
    let mut values = present(arguments);
    let Some(first) = values.next() else { return Value::Null };
    values.fold(first.clone(), step)
}

fn add(a: &Value<'static>, b: &Value<'static>) -> Value<'static> {
    let unwrapped = (crate::ir::unwrap_dynamic(a), crate::ir::unwrap_dynamic(b));
    match unwrapped {
        (Value::Decimal(a), Value::Decimal(b)) => a.checked_add(b).map_or(Value::Null, Value::Decimal),
        (Value::TimeSpan(a), Value::TimeSpan(b)) => Value::TimeSpan(a.wrapping_add(b)),
        (a, b) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => Value::Long(a.wrapping_add(b)),
            _ => match (a.as_f64(), b.as_f64()) {
                (Some(a), Some(b)) => Value::Real(a + b),
                _ => Value::Null,
            },
        },
    }
}

fn average(_: &Context, arguments: &[Vec<Value<'static>>]) -> Value<'static> {
    let mut ticks: i128 = 0;
    let mut count: i128 = 0;
    let mut sum = 0.0;
    let mut like = None;
    for value in present(arguments) {
        count += 1;
        ticks += i128::from(value.as_ticks().unwrap_or_default());
        sum += value.as_f64().unwrap_or_default();
        like = like.or_else(|| value.scalar_type());
        if let Value::Decimal(_) = value {
            like = Some(ScalarType::Decimal);
        }
    }
    match like {
        None => Value::Null,
        Some(ScalarType::TimeSpan) => Value::TimeSpan((ticks / count) as i64),
        Some(ScalarType::DateTime) => Value::DateTime((ticks / count) as i64),
        Some(ScalarType::Decimal) => {
            let total = fold(&Context { now: 0 }, arguments, |a, b| add(&a, b));
            match total {
                Value::Decimal(total) => {
                    total.checked_div(rust_decimal::Decimal::from(count as i64)).map_or(Value::Null, Value::Decimal)
                }
                _ => Value::Null,
            }
        }
        Some(_) => Value::Real(sum / count as f64),
    }
}
