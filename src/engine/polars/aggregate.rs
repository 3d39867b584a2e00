//! Aggregates to Polars.

use polars::prelude::{Column, Expr as PlExpr, Field, col, len, lit, when};

use super::adapt;
use super::convert::data_type;
use super::expression::lower;
use crate::ir::{AggregateCall, AggregateKind, Context, CoreAggregate, Expr};
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
        AggregateKind::Core(core) => core.kernel(),
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
            ScalarType::Int | ScalarType::Long | ScalarType::TimeSpan | ScalarType::DateTime => {
                Some(value()?.cast(long).sum())
            }
            ScalarType::Real => Some(value()?.sum()),
            _ => None,
        },
        CoreAggregate::Average => match scalar_type? {
            ScalarType::Real => Some(value()?.mean().fill_null(lit(f64::NAN))),
            // The sum of whole numbers wraps around; 0 / 0 is NaN.
            ScalarType::Int | ScalarType::Long => {
                let real = data_type(ScalarType::Real);
                let value = value()?.cast(long.clone());
                let count = value.clone().is_not_null().cast(long).sum().cast(real.clone());
                Some(value.sum().cast(real) / count)
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
