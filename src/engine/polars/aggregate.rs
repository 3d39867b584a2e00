//! Aggregates to Polars.

use std::collections::BTreeSet;

use polars::prelude::{Column, Expr as PlExpr, Field, col, len, lit, when};

use super::adapt::{self, Over};
use super::convert::data_type;
use super::expression::lower;
use crate::ir::{AggregateCall, AggregateKind, Context, CoreAggregate, Expr, ExprKind};
use crate::types::{ScalarType, Value};

/// An aggregate in two steps: what is gathered of each group, and what is made of that afterwards.
pub(super) struct Lowered {
    /// The hidden names of the columns that are gathered.
    pub names: Vec<String>,
    /// What is gathered over the rows of a group, under these names.
    pub gathered: Vec<PlExpr>,
    /// How what several batches gathered becomes what one would have.
    pub way: Way,
    /// The answer, over the gathered columns.
    pub answer: PlExpr,
}

/// How the parts of a group are put together.
pub(super) enum Way {
    /// By these, in any order of the parts.
    Combined(Vec<PlExpr>),
    /// One after the other, in the order of the rows.
    Lists,
    /// As lists, of one value from each part: these are made of what a part gathered, under the same names.
    Selected(Vec<PlExpr>),
    /// The number of distinct values of this: they have to be told apart until the end.
    Distinct(PlExpr),
}

/// What calls gather, each column once.
pub(super) fn gathered<'l>(calls: impl IntoIterator<Item = &'l Lowered>) -> Vec<PlExpr> {
    let mut seen = BTreeSet::new();
    let columns = calls.into_iter().flat_map(|call| call.names.iter().zip(&call.gathered));
    columns.filter(|(name, _)| seen.insert(*name)).map(|(_, expr)| expr.clone()).collect()
}

/// Lowers one call. `any` is a column that the input is sure to have.
pub(super) fn lower_call(call: &AggregateCall, at: usize, context: &Context, any: &str) -> Lowered {
    if let AggregateKind::Core(core) = call.meaning
        && let Some(lowered) = native(core, call, at, context, any)
    {
        return lowered;
    }
    lower_lists(call, at, context, any)
}

/// Lowers one call to lists of what it reads, in the order of the rows.
pub(super) fn lower_lists(call: &AggregateCall, at: usize, context: &Context, any: &str) -> Lowered {
    let over = match call.meaning {
        AggregateKind::Kernel(kernel) => Over::Values(kernel),
        AggregateKind::Core(core) => {
            let read = call.arguments.first().filter(|argument| argument.as_literal().is_none());
            Over::core(core, read.map(|argument| argument.scalar_type))
        }
    };
    let selects = selects(call);
    let mut gathered = Vec::new();
    let mut names = Vec::new();
    let mut arguments: Vec<(ScalarType, Option<Value<'static>>)> = Vec::new();
    for argument in &call.arguments {
        if let Some(value) = argument.as_literal() {
            arguments.push((argument.scalar_type, Some(value.clone())));
            continue;
        }
        let name = match (&argument.kind, selects) {
            // Calls that read the same column share its list.
            (ExprKind::Column(column), false) => format!("$list_{column}"),
            _ => hidden(at, names.len()),
        };
        gathered.push(lower(argument, context, any).implode(true).alias(name.as_str()));
        names.push(name);
        arguments.push((argument.scalar_type, None));
    }
    if names.is_empty() {
        // All constants: the group's rows still have to be counted.
        let name = hidden(at, 0);
        gathered.push(col(any).is_null().implode(true).alias(name.as_str()));
        names.push(name);
    }
    let apply = |names: &[&String], arguments: Vec<(ScalarType, Option<Value<'static>>)>, answer: ScalarType| {
        let context = context.clone();
        let mut columns: Vec<PlExpr> = names.iter().map(|name| col(name.as_str())).collect();
        let first = columns.remove(0);
        first.map_many(
            move |columns: &mut [Column]| adapt::aggregate(over, &context, &arguments, answer, columns),
            &columns,
            move |_, fields| Ok(Field::new(fields[0].name().clone(), data_type(answer))),
        )
    };
    let way = if selects {
        let told = call.arguments.len() - 1;
        let one = |(name, argument): (&String, &Expr)| {
            // What tells the row, as often as the call has it before what it returns, then this column of the row.
            let names: Vec<&String> = names.iter().take(told).chain([name]).collect();
            let types = call.arguments.iter().take(told).chain([argument]).map(|a| (a.scalar_type, None));
            apply(&names, types.collect(), argument.scalar_type).alias(name.as_str())
        };
        Way::Selected(names.iter().zip(&call.arguments).map(one).collect())
    } else {
        Way::Lists
    };
    let answer = apply(&names.iter().collect::<Vec<_>>(), arguments, call.scalar_type).alias(call.name.as_str());
    Lowered { names, gathered, way, answer }
}

/// Whether a call looks for one row of the group and gives a value of it, so that of each part of the group only the
/// row that it would find there matters.
fn selects(call: &AggregateCall) -> bool {
    let columns = call.arguments.iter().all(|argument| argument.as_literal().is_none());
    match (call.meaning, call.arguments.len()) {
        (AggregateKind::Core(CoreAggregate::TakeAny | CoreAggregate::Min | CoreAggregate::Max), 1) => columns,
        (AggregateKind::Kernel(_), 2) => columns && matches!(call.function, "arg_max" | "arg_min"),
        _ => false,
    }
}

fn hidden(at: usize, part: usize) -> String {
    format!("$gathered{at}_{part}")
}

/// The aggregate in Polars' own words, where they mean the same.
fn native(core: CoreAggregate, call: &AggregateCall, at: usize, context: &Context, any: &str) -> Option<Lowered> {
    let argument = call.arguments.first();
    let scalar_type = argument.map(|a| a.scalar_type);
    let value = || argument.map(|a| broadcast(a, lower(a, context, any), any));
    let long = data_type(ScalarType::Long);
    let (own, second) = (hidden(at, 0), hidden(at, 1));
    // One column, put together by a function of itself.
    let one = |gathered: PlExpr, combine: &dyn Fn(PlExpr) -> PlExpr| {
        let typed = data_type(call.scalar_type);
        Some(Lowered {
            names: vec![own.clone()],
            gathered: vec![gathered.cast(typed.clone()).alias(own.as_str())],
            way: Way::Combined(vec![combine(col(own.as_str())).cast(typed).alias(own.as_str())]),
            answer: col(own.as_str()).alias(call.name.as_str()),
        })
    };
    match core {
        CoreAggregate::Count => one(len(), &PlExpr::sum),
        // A sum of ones: counting filtered rows inside groups has given wrong numbers when streamed.
        CoreAggregate::CountIf => one(value()?.fill_null(lit(false)).cast(long).sum(), &PlExpr::sum),
        CoreAggregate::Sum => match scalar_type? {
            ScalarType::Int | ScalarType::Long | ScalarType::TimeSpan | ScalarType::DateTime => {
                one(value()?.cast(long).sum(), &PlExpr::sum)
            }
            // Reals are added in the order of the rows: another order gives other last digits.
            _ => None,
        },
        CoreAggregate::Average => match scalar_type? {
            // The sum of whole numbers wraps around; 0 / 0 is NaN.
            ScalarType::Int | ScalarType::Long => {
                let real = data_type(ScalarType::Real);
                let value = value()?.cast(long.clone());
                let count = value.clone().is_not_null().cast(long).sum();
                let gathered = vec![value.sum().alias(own.as_str()), count.alias(second.as_str())];
                let average = col(own.as_str()).cast(real.clone()) / col(second.as_str()).cast(real);
                Some(Lowered {
                    way: Way::Combined(vec![col(own.as_str()).sum(), col(second.as_str()).sum()]),
                    names: vec![own, second],
                    gathered,
                    answer: average.alias(call.name.as_str()),
                })
            }
            _ => None,
        },
        CoreAggregate::Min | CoreAggregate::Max => {
            let least = core == CoreAggregate::Min;
            let best = move |value: PlExpr| if least { value.min() } else { value.max() };
            match scalar_type? {
                ScalarType::Int | ScalarType::Long | ScalarType::DateTime | ScalarType::TimeSpan | ScalarType::Bool => {
                    one(best(value()?), &best)
                }
                // One NaN makes the answer NaN.
                ScalarType::Real => {
                    let best = move |value: PlExpr| {
                        when(value.clone().is_nan().any(true)).then(lit(f64::NAN)).otherwise(best(value))
                    };
                    one(best(value()?), &best)
                }
                _ => None,
            }
        }
        CoreAggregate::CountDistinct => match scalar_type? {
            ScalarType::Real | ScalarType::Decimal | ScalarType::Dynamic => None,
            _ => {
                let value = value()?;
                let lowered = one(value.clone().drop_nulls().n_unique(), &PlExpr::sum)?;
                Some(Lowered { way: Way::Distinct(value), ..lowered })
            }
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
