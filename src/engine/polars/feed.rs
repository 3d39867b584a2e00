//! What one feed of a plan keeps of the batches of its read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use polars::prelude::{DataFrame, DataType, Int64Chunked, IntoLazy, LazyFrame, col};

use super::EngineError;
use super::chosen::{Choice, Chosen};
use super::convert::compact;
use super::groups::Groups;
use super::guarded;
use super::held::{Budget, Held};
use super::lower::{Engine, Lowering, collect};
use crate::ir::{Context, Expr, ExprKind, Feed, Keep, Plan, PlanKind, SortKey, deep};
use crate::types::ScalarType;

/// The bits of [`Feed::AT`] that count the rows of a batch, and those that count the batches of a file; what is above
/// counts the files.
pub(super) const ROW_BITS: u32 = 17;
pub(super) const BLOCK_BITS: u32 = 28;

/// A feed while its table is read.
pub(super) struct Feeding<'a> {
    pub(super) feed: &'a Feed,
    context: &'a Context,
    /// Whether rows come in their order.
    in_order: bool,
    kept: Mutex<Kept<'a>>,
    /// Whether no more rows are wanted.
    done: AtomicBool,
    failure: Mutex<Option<EngineError>>,
}

enum Kept<'a> {
    /// By [`Feed::AT`] of the first row of each batch.
    Rows(Held<'a>),
    /// The best so far, by the number of the frame that gave them.
    Best(Held<'a>, i64),
    Groups(Box<Groups<'a>>),
    /// One row of each group.
    Chosen(Arc<Choice<'a>>, Chosen<'a>),
}

impl<'a> Feeding<'a> {
    pub(super) fn new(feed: &'a Feed, context: &'a Context, budget: &'a Budget, in_order: bool) -> Self {
        let kept = match &feed.keep {
            Keep::All | Keep::First(_) => Kept::Rows(Held::new(budget)),
            Keep::Best(..) => Kept::Best(Held::new(budget), 0),
            Keep::Groups(keys, calls) => match Choice::of(keys, calls, context) {
                Some(choice) => Kept::Chosen(Arc::new(choice), Chosen::new(budget)),
                None => Kept::Groups(Box::new(Groups::new(keys, calls, !multiplies(&feed.each), context, budget))),
            },
        };
        Self {
            feed,
            context,
            in_order,
            kept: Mutex::new(kept),
            done: AtomicBool::new(false),
            failure: Mutex::default(),
        }
    }

    /// Whether no more rows are wanted.
    pub(super) fn done(&self) -> bool {
        self.done.load(Ordering::Relaxed)
    }

    /// No more rows are wanted, for a reason.
    pub(super) fn fail(&self, error: EngineError) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.done.store(true, Ordering::Relaxed);
    }

    /// Takes some rows of the table, which has the feed's columns and [`Feed::AT`], and others.
    pub(super) fn take(&self, rows: &DataFrame) {
        if let Err(error) = guarded(&self.feed.each, || self.try_take(rows)) {
            self.fail(error);
        }
    }

    fn try_take(&self, rows: &DataFrame) -> Result<(), EngineError> {
        let names = self.feed.schema.columns.iter().map(|(name, _)| name.as_str()).chain([Feed::AT]);
        let part = rows.select(names)?;
        let lowering = Lowering::of_part(self.context, part);
        match &self.feed.keep {
            Keep::All => {
                let given = compact(lowering.collect(lowering.plan(&self.feed.each)?)?, rows.height())?;
                self.keep_rows(given, None)
            }
            Keep::First(count) => {
                let given = lowering.collect(lowering.plan(&self.feed.each)?)?;
                self.keep_rows(given, Some(usize::try_from(*count).unwrap_or(usize::MAX)))
            }
            Keep::Best(keys, count) => {
                let given = lowering.collect(lowering.plan(&best(self.feed.each.clone(), keys, *count))?)?;
                self.keep_best(compact(given, usize::MAX)?, keys, *count)
            }
            Keep::Groups(..) => {
                let lazy = lowering.plan(&self.feed.each)?;
                let (groups, choice) = match &*self.lock() {
                    Kept::Groups(groups) => (groups.of(lazy), None),
                    Kept::Chosen(choice, _) => (lazy, Some(Arc::clone(choice))),
                    Kept::Rows(_) | Kept::Best(..) => return Ok(()),
                };
                let given = match &choice {
                    Some(choice) => choice.of_rows(groups)?,
                    None => lowering.collect(groups)?,
                };
                match &mut *self.lock() {
                    Kept::Groups(groups) => groups.add(given),
                    Kept::Chosen(choice, chosen) => chosen.add(choice, given),
                    Kept::Rows(_) | Kept::Best(..) => Ok(()),
                }
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept<'a>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps rows, each batch's under its own key.
    fn keep_rows(&self, given: DataFrame, most: Option<usize>) -> Result<(), EngineError> {
        let pieces = by_batch(&given)?;
        let mut guard = self.lock();
        let Kept::Rows(held) = &mut *guard else { return Ok(()) };
        let given = if self.feed.kept.columns.is_empty() { given } else { given.drop(Feed::AT)? };
        if held.is_empty() && pieces.is_empty() {
            // It tells the columns.
            return held.add(-1, given);
        }
        for (key, from, rows) in pieces {
            held.add(key, given.slice(from as i64, rows.min(most.unwrap_or(usize::MAX))))?;
        }
        if let Some(most) = most
            && held.only_first(most) >= most
            && self.in_order
        {
            self.done.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    fn keep_best(&self, given: DataFrame, keys: &[SortKey], count: u64) -> Result<(), EngineError> {
        self.raise_bar(&given, keys, count)?;
        let mut guard = self.lock();
        let Kept::Best(held, number) = &mut *guard else { return Ok(()) };
        *number += 1;
        held.add(*number, given)?;
        let many = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(4).max(65_536);
        if held.rows() > many
            && let Some(all) = held.take_back()
        {
            let lowering = Lowering::of_part(self.context, all);
            let part = Plan { kind: PlanKind::Part, schema: self.feed.each.schema.clone() };
            let best = lowering.collect(lowering.plan(&best(part, keys, count))?)?;
            held.add(*number, compact(best, usize::MAX)?)?;
        }
        Ok(())
    }

    /// Rows that are worse than the last of so many as are wanted need not come.
    fn raise_bar(&self, best: &DataFrame, keys: &[SortKey], count: u64) -> Result<(), EngineError> {
        let (Some(bar), Some(last)) = (&self.feed.scan.bar, best.height().checked_sub(1)) else { return Ok(()) };
        if let Some(ExprKind::Column(name)) = keys.first().map(|key| &key.value.kind)
            && best.height() as u64 >= count
        {
            let ticks = best.column(name)?.slice(last as i64, 1).cast(&DataType::Int64)?;
            bar.raise(ticks.i64()?.get(0));
        }
        Ok(())
    }

    /// What was kept of all rows, once none comes any more; the feed has had rows, be it none of them.
    pub(super) fn finish(self) -> Result<LazyFrame, EngineError> {
        if let Some(error) = self.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        let names: Vec<_> = self.feed.kept.columns.iter().map(|(name, _)| col(name.as_str())).collect();
        match self.kept.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Kept::Rows(mut held) => {
                let lazy = held.lazy()?;
                Ok(match &self.feed.keep {
                    Keep::First(count) => lazy.slice(0, u32::try_from(*count).unwrap_or(u32::MAX)),
                    _ => lazy,
                })
            }
            Kept::Best(mut held, _) => {
                let Keep::Best(keys, count) = &self.feed.keep else { return held.lazy() };
                let all = collect(held.lazy()?, Engine::InMemory)?;
                let lowering = Lowering::of_part(self.context, all);
                let part = Plan { kind: PlanKind::Part, schema: self.feed.each.schema.clone() };
                let best = lowering.collect(lowering.plan(&best(part, keys, *count))?)?.lazy();
                Ok(if names.is_empty() { best } else { best.select(names) })
            }
            Kept::Groups(groups) => groups.finish(),
            Kept::Chosen(choice, chosen) => choice.finish(chosen),
        }
    }
}

/// Whether a plan may make several rows of one.
fn multiplies(plan: &Plan) -> bool {
    matches!(plan.kind, PlanKind::Expand(_)) || deep(|| plan.inputs().into_iter().any(multiplies))
}

/// The first rows of a plan in an order; among equal ones those that stand first in the table.
fn best(plan: Plan, keys: &[SortKey], count: u64) -> Plan {
    let place = SortKey { value: Expr::column(Feed::AT, ScalarType::Long), ascending: true, nulls_first: true };
    let schema = plan.schema.clone();
    let keys = keys.iter().cloned().chain([place]).collect();
    let sort = Plan { kind: PlanKind::Sort(Box::new(plan), keys), schema: schema.clone() };
    Plan { kind: PlanKind::Take(Box::new(sort), count), schema }
}

/// The batches that rows come from, which stand one after the other: [`Feed::AT`] of the batch, its first row and how
/// many it has.
pub(super) fn by_batch(rows: &DataFrame) -> Result<Vec<(i64, usize, usize)>, EngineError> {
    let column = rows.column(Feed::AT)?.as_materialized_series().rechunk();
    let at: &Int64Chunked = column.i64()?;
    let values: Vec<i64> = at.iter().map(|at| at.unwrap_or(0) >> ROW_BITS).collect();
    let mut pieces = Vec::new();
    let mut from = 0;
    for batch in values.chunk_by(|a, b| a == b) {
        pieces.push((batch[0] << ROW_BITS, from, batch.len()));
        from += batch.len();
    }
    Ok(pieces)
}
