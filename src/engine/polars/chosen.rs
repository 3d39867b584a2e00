//! The one row of each group that `arg_max` or `arg_min` looks for, chosen whole: where a query asks for many columns of
//! it, it is looked for once, and only that row of a batch is kept.

use polars::prelude::{
    Column, DataFrame, Expr as PlExpr, Field, IDX_DTYPE, IntoColumn, IntoLazy, LazyFrame, SortMultipleOptions, col,
};

use super::EngineError;
use super::adapt::{self, Over};
use super::convert::{compact, data_type, series};
use super::expression::lower;
use super::groups::{computed_keys, grouped, key_columns, named_keys};
use super::held::{Budget, Held};
use super::lower::{Engine, collect};
use crate::ir::{AggregateCall, AggregateKernel, AggregateKind, Context, Expr, ExprKind, Feed};
use crate::types::{ScalarType, Value};

/// What tells the row.
const TOLD: &str = "$told";
/// [`Feed::AT`] of the first row of a row's group.
const FIRST: &str = "$first";
/// Where a row stands among those that are chosen from.
const ROW: &str = "$row";

/// The rows that are let grow before they are chosen from again.
const MANY: usize = 65_536;

/// How rows are chosen.
pub(super) struct Choice<'a> {
    keys: &'a [(String, Expr)],
    calls: &'a [AggregateCall],
    /// The keys and what tells the row, over the rows of a batch.
    computed: Vec<PlExpr>,
    /// What is returned of the row.
    values: Vec<PlExpr>,
    /// The number of the row, over lists of what tells it and of the rows' numbers.
    picked: PlExpr,
}

/// The row that each group has so far.
pub(super) struct Chosen<'a> {
    held: Held<'a>,
    number: i64,
    /// How many rows there were when they were chosen last.
    groups: usize,
}

fn value(at: usize) -> String {
    format!("$value{at}")
}

impl<'a> Choice<'a> {
    /// When all calls look for the same row, by one column.
    pub(super) fn of(keys: &'a [(String, Expr)], calls: &'a [AggregateCall], context: &Context) -> Option<Self> {
        let (function, told, kernel) = looked_for(calls.first()?)?;
        let same = |call| looked_for(call).is_some_and(|(f, t, _)| f == function && t.columns() == told.columns());
        if !calls.iter().all(same) {
            return None;
        }
        let mut computed = computed_keys(keys, context);
        computed.push(lower(told, context, Feed::AT).alias(TOLD));
        computed.push(col(Feed::AT).alias(FIRST));
        let values = calls
            .iter()
            .enumerate()
            .filter_map(|(at, call)| Some(lower(call.arguments.get(1)?, context, Feed::AT).alias(value(at).as_str())));
        let (context, arguments) = (context.clone(), [(told.scalar_type, None), (ScalarType::Long, None)]);
        let picked = col(TOLD).map_many(
            move |columns: &mut [Column]| {
                adapt::aggregate(Over::Values(kernel), &context, &arguments, ScalarType::Long, columns)
            },
            &[col(ROW)],
            |_, _| Ok(Field::new(ROW.into(), data_type(ScalarType::Long))),
        );
        Some(Self { keys, calls, values: values.collect(), computed, picked: picked.alias(ROW) })
    }

    /// The chosen rows among those of a batch.
    pub(super) fn of_rows(&self, rows: LazyFrame) -> Result<DataFrame, EngineError> {
        let rows = collect(rows.with_columns(&self.computed), Engine::InMemory)?;
        let kept = key_columns(self.keys).into_iter().chain([col(TOLD), col(Feed::AT), col(FIRST)]);
        let kept: Vec<PlExpr> = kept.chain(self.values.iter().cloned()).collect();
        compact(collect(self.among(&rows)?.lazy().select(kept), Engine::InMemory)?, usize::MAX)
    }

    /// The chosen rows among some, which stand in the order of the table.
    fn among(&self, rows: &DataFrame) -> Result<DataFrame, EngineError> {
        if rows.height() == 0 {
            return Ok(rows.clone());
        }
        let numbered =
            rows.with_row_index(ROW.into(), None)?.lazy().with_column(col(ROW).cast(data_type(ScalarType::Long)));
        let lists = [col(TOLD).implode(true), col(ROW).implode(true), col(FIRST).min()];
        let groups = grouped(numbered, &key_columns(self.keys), lists.into(), false);
        let groups = groups.select([self.picked.clone().cast(IDX_DTYPE), col(FIRST)]).sort([ROW], in_order());
        let groups = collect(groups, Engine::InMemory)?;
        let mut chosen = rows.take(groups.column(ROW)?.idx()?)?;
        chosen.with_column(groups.column(FIRST)?.clone())?;
        Ok(chosen)
    }

    /// The chosen rows among those chosen of several batches.
    fn again(&self, rows: LazyFrame) -> Result<DataFrame, EngineError> {
        self.among(&collect(rows.sort([Feed::AT], in_order()), Engine::InMemory)?)
    }

    /// The groups, with their keys' names and their answers.
    pub(super) fn finish(&self, chosen: Chosen<'_>) -> Result<LazyFrame, EngineError> {
        let Chosen { mut held, .. } = chosen;
        let rows = self.again(held.lazy()?)?;
        if rows.height() == 0 && self.keys.is_empty() {
            // Without keys there is one group, even over no rows.
            let nulls = self.calls.iter().map(|c| series(&c.name, c.scalar_type, &[Value::Null]).into_column());
            return Ok(DataFrame::new(1, nulls.collect())?.lazy());
        }
        let values = self.calls.iter().enumerate().map(|(at, call)| col(value(at).as_str()).alias(call.name.as_str()));
        Ok(rows.lazy().sort([FIRST], in_order()).select(named_keys(self.keys).chain(values).collect::<Vec<_>>()))
    }
}

impl<'a> Chosen<'a> {
    pub(super) fn new(budget: &'a Budget) -> Self {
        Self { held: Held::new(budget), number: 0, groups: 0 }
    }

    /// Adds rows that were chosen of a batch.
    pub(super) fn add(&mut self, choice: &Choice<'_>, rows: DataFrame) -> Result<(), EngineError> {
        self.number += 1;
        self.held.add(self.number, rows)?;
        if self.held.rows() > MANY + 2 * self.groups
            && let Some(all) = self.held.take_back()
        {
            let all = compact(choice.again(all.lazy())?, usize::MAX)?;
            self.groups = all.height();
            self.held.add(self.number, all)?;
        }
        Ok(())
    }
}

/// Equal ones stay as they stand.
fn in_order() -> SortMultipleOptions {
    SortMultipleOptions::default().with_maintain_order(true)
}

/// The function, what tells the row, and its meaning, when a call returns something of the row of a group that has most
/// or least in a column.
fn looked_for(call: &AggregateCall) -> Option<(&'static str, &Expr, AggregateKernel)> {
    match (call.meaning, call.arguments.as_slice()) {
        (AggregateKind::Kernel(kernel), [told, value])
            if matches!(call.function, "arg_max" | "arg_min")
                && matches!(told.kind, ExprKind::Column(_))
                && !value.columns().is_empty() =>
        {
            Some((call.function, told, kernel))
        }
        _ => None,
    }
}
