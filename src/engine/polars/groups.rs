//! Groups and their aggregates, batch by batch.
//!
//! Each batch gives a frame of its groups: the keys, what was gathered of each ([`super::aggregate`]), and where the
//! group stands in the table. What the frames gathered is combined at the end, and before that when it grows, where the
//! order of the rows does not matter.

use std::collections::BTreeSet;

use polars::prelude::{DataFrame, Expr as PlExpr, IntoLazy, LazyFrame, SortMultipleOptions, col, lit};

use super::EngineError;
use super::aggregate::{Lowered, Way, gathered, lower_call, lower_lists};
use super::convert::{compact, data_type};
use super::expression::lower;
use super::feed::{ROW_BITS, by_batch};
use super::held::{Budget, Held};
use super::lower::{Engine, collect};
use super::once::{is_told_apart, once_each};
use crate::ir::{AggregateCall, Context, Expr, Feed};
use crate::types::ScalarType;

/// The rows of partial groups that are let grow before they are combined.
const MANY: usize = 131_072;

pub(super) struct Groups<'a> {
    keys: &'a [(String, Expr)],
    /// The keys over the rows of a batch, under their hidden names.
    computed: Vec<PlExpr>,
    calls: Vec<Lowered>,
    /// The one value whose distinct ones are counted, which is a key until the end.
    distinct: Option<PlExpr>,
    /// Whether something is gathered in the order of the rows.
    in_order: bool,
    /// Whether nothing but distinct values is counted, in any order, and they and the keys are told apart by ourselves.
    once: bool,
    held: Held<'a>,
    /// The frames so far.
    number: i64,
    /// How many rows the groups had when they were combined last.
    combined: usize,
}

/// Whether a call gathers something in the order of the rows.
fn is_in_order(call: &Lowered) -> bool {
    matches!(call.way, Way::Lists | Way::Selected(_))
}

fn key(at: usize) -> String {
    format!("$key{at}")
}

/// The column of the value whose distinct ones are counted.
const DISTINCT: &str = "$distinct";

impl<'a> Groups<'a> {
    /// `unique`: whether each row has a [`Feed::AT`] of its own.
    pub(super) fn new(
        keys: &'a [(String, Expr)],
        calls: &'a [AggregateCall],
        unique: bool,
        context: &Context,
        budget: &'a Budget,
    ) -> Self {
        let all = |lists: bool| -> Vec<Lowered> {
            let lower = |(at, call): (usize, &AggregateCall)| {
                let lowered = lower_call(call, at, context, Feed::AT);
                match lowered.way {
                    Way::Distinct(_) if lists => lower_lists(call, at, context, Feed::AT),
                    _ => lowered,
                }
            };
            calls.iter().enumerate().map(lower).collect()
        };
        let mut lowered = all(false);
        let mut distinct = None;
        let values = lowered.iter().filter(|l| matches!(l.way, Way::Distinct(_))).count();
        let mut in_order = !unique || lowered.iter().any(is_in_order);
        if values > 1 || (values == 1 && in_order) {
            lowered = all(true);
            in_order = true;
        }
        let mut once = !in_order;
        for (call, lowered) in calls.iter().zip(&lowered) {
            match (&lowered.way, call.arguments.first()) {
                (Way::Distinct(value), Some(argument)) => {
                    distinct = Some(value.clone().alias(DISTINCT));
                    once &= is_told_apart(&data_type(argument.scalar_type));
                }
                _ => once = false,
            }
        }
        once &= distinct.is_some() && keys.iter().all(|(_, key)| is_told_apart(&data_type(key.scalar_type)));
        Self {
            keys,
            computed: keys
                .iter()
                .enumerate()
                .map(|(at, (_, expr))| lower(expr, context, Feed::AT).alias(key(at).as_str()))
                .collect(),
            in_order,
            once,
            calls: lowered,
            distinct,
            held: Held::new(budget),
            number: 0,
            combined: 0,
        }
    }

    fn keys(&self) -> Vec<PlExpr> {
        (0..self.keys.len()).map(|at| col(key(at).as_str())).collect()
    }

    /// The columns that tell groups apart until the end, when that is done by [`once_each`] after [`Groups::of`].
    pub(super) fn told_by(&self) -> Option<Vec<String>> {
        let columns = (0..self.keys.len()).map(key).chain(self.distinct.as_ref().map(|_| DISTINCT.to_owned()));
        self.once.then(|| columns.collect())
    }

    /// The groups of some rows, which have [`Feed::AT`].
    pub(super) fn of(&self, rows: LazyFrame) -> LazyFrame {
        if self.once {
            let columns = self.computed.iter().chain(&self.distinct).cloned().chain([col(Feed::AT)]);
            return rows.select(columns.collect::<Vec<_>>());
        }
        let mut rows = rows.with_columns(&self.computed);
        if let Some(value) = &self.distinct {
            rows = rows.with_columns([value.clone()]);
        }
        let mut gathered = gathered(self.calls.iter().filter(|c| !matches!(c.way, Way::Distinct(_))));
        let mut keys = self.keys();
        if self.in_order {
            // Each batch has groups of its own, so that they can be put in order.
            let at = col(Feed::AT);
            rows = rows.with_columns([(at.clone() - at % lit(1_i64 << ROW_BITS)).alias(Feed::AT)]);
            keys.insert(0, col(Feed::AT));
        } else {
            gathered.push(col(Feed::AT).min());
        }
        keys.extend(self.distinct.as_ref().map(|_| col(DISTINCT)));
        let groups = self.grouped(rows, &keys, gathered);
        let selected = self.calls.iter().flat_map(|c| match &c.way {
            Way::Selected(selected) => selected.clone(),
            Way::Combined(_) | Way::Lists | Way::Distinct(_) => Vec::new(),
        });
        groups.with_columns(selected.collect::<Vec<_>>())
    }

    /// Adds the groups of some rows.
    pub(super) fn add(&mut self, groups: DataFrame) -> Result<(), EngineError> {
        if self.in_order {
            for (key, from, rows) in by_batch(&groups)? {
                self.held.add(key, groups.slice(from as i64, rows))?;
            }
            if self.held.is_empty() {
                // It tells the columns.
                self.held.add(-1, groups)?;
            }
            return Ok(());
        }
        self.number += 1;
        self.held.add(self.number, groups)?;
        if self.held.rows() > MANY + 2 * self.combined
            && let Some(all) = self.held.take_back()
        {
            let all = compact(collect(self.combined(all.lazy(), false)?, Engine::InMemory)?, usize::MAX)?;
            self.combined = all.height();
            self.held.add(self.number, all)?;
        }
        Ok(())
    }

    /// Groups of several batches as one.
    fn combined(&self, groups: LazyFrame, streamed: bool) -> Result<LazyFrame, EngineError> {
        // What is in files is streamed, and does not have to fit into memory.
        if let Some(columns) = self.told_by().filter(|_| !streamed) {
            return Ok(once_each(&collect(groups, Engine::InMemory)?, &columns)?.lazy());
        }
        let mut combined = self.combinations();
        let mut keys = self.keys();
        if !self.in_order {
            combined.push(col(Feed::AT).min());
        }
        keys.extend(self.distinct.as_ref().map(|_| col(DISTINCT)));
        Ok(self.grouped(groups, &keys, combined))
    }

    fn combinations(&self) -> Vec<PlExpr> {
        let mut combined = Vec::new();
        let mut lists = BTreeSet::new();
        for call in &self.calls {
            match &call.way {
                Way::Combined(expressions) => combined.extend(expressions.iter().cloned()),
                Way::Lists | Way::Selected(_) => lists.extend(&call.names),
                Way::Distinct(_) => {}
            }
        }
        combined.extend(lists.into_iter().map(|name| col(name.as_str()).implode(true)));
        combined
    }

    /// The groups of all batches, with their keys' names and their answers.
    pub(super) fn finish(mut self) -> Result<LazyFrame, EngineError> {
        let spilled = self.held.spilled();
        let held = self.held.lazy()?;
        let mut groups = self.combined(held, spilled)?;
        if self.distinct.is_some() {
            // The distinct values are there once each; now they are counted.
            let mut counted = self.combinations();
            let long = data_type(ScalarType::Long);
            for call in self.calls.iter().filter(|c| matches!(c.way, Way::Distinct(_))) {
                for name in &call.names {
                    counted.push(col(DISTINCT).is_not_null().cast(long.clone()).sum().alias(name.as_str()));
                }
            }
            counted.push(col(Feed::AT).min());
            groups = self.grouped(groups, &self.keys(), counted);
        }
        if !self.in_order && !self.keys.is_empty() {
            groups = groups.sort([Feed::AT], SortMultipleOptions::default().with_maintain_order(true));
        }
        let keys = self.keys.iter().enumerate().map(|(at, (name, _))| col(key(at).as_str()).alias(name.as_str()));
        Ok(groups.select(keys.chain(self.calls.iter().map(|c| c.answer.clone())).collect::<Vec<_>>()))
    }

    /// Groups in the order of their first rows; where they are put in order later in any order, which is quicker.
    fn grouped(&self, rows: LazyFrame, keys: &[PlExpr], gathered: Vec<PlExpr>) -> LazyFrame {
        match keys {
            [] => rows.select(gathered),
            _ if self.in_order => rows.group_by_stable(keys).agg(gathered),
            _ => rows.group_by(keys).agg(gathered),
        }
    }
}
