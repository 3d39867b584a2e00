//! Groups and their aggregates, batch by batch.
//!
//! Each batch gives a frame of its groups: the keys, what was gathered of each ([`super::aggregate`]), and where the
//! group stands in the table. What the frames gathered is combined at the end, and before that when it grows, where the
//! order of the rows does not matter.

use std::collections::BTreeSet;

use polars::prelude::{
    Column, DataFrame, DataType, Expr as PlExpr, Field, IntoLazy, LazyFrame, SortMultipleOptions, col, cols, lit,
};

use super::EngineError;
use super::aggregate::{Lowered, Way, gathered, lower_call, lower_lists};
use super::convert::{compact, data_type};
use super::distinct::{Distinct, is_numbered, together};
use super::expression::lower;
use super::feed::{ROW_BITS, by_batch};
use super::held::{Budget, Held};
use super::lower::{Engine, collect};
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
    /// The distinct values, when nothing else is asked of the groups, and their values can be numbered.
    told_apart: Option<Distinct>,
    /// Whether values of all that tells groups apart can be numbered.
    numbered: bool,
    /// The names and types of the columns that tell its rows.
    types: Vec<(String, DataType)>,
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

/// The hidden name of a key.
fn key(at: usize) -> String {
    format!("$key{at}")
}

/// The keys over the rows of a batch, under their hidden names.
pub(super) fn computed_keys(keys: &[(String, Expr)], context: &Context) -> Vec<PlExpr> {
    let computed = |(at, (_, expr)): (usize, &(String, Expr))| lower(expr, context, Feed::AT).alias(key(at).as_str());
    keys.iter().enumerate().map(computed).collect()
}

/// The same, once they were computed.
pub(super) fn key_columns(keys: &[(String, Expr)]) -> Vec<PlExpr> {
    (0..keys.len()).map(|at| col(key(at).as_str())).collect()
}

/// The keys under their own names, for an answer.
pub(super) fn named_keys(keys: &[(String, Expr)]) -> impl Iterator<Item = PlExpr> {
    keys.iter().enumerate().map(|(at, (name, _))| col(key(at).as_str()).alias(name.as_str()))
}

/// Groups in the order of their first rows; where they are put in order later in any order, which is quicker.
pub(super) fn grouped(rows: LazyFrame, keys: &[PlExpr], gathered: Vec<PlExpr>, in_order: bool) -> LazyFrame {
    match keys {
        [] => rows.select(gathered),
        _ if in_order => rows.group_by_stable(keys).agg(gathered),
        _ => rows.group_by(keys).agg(gathered),
    }
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
        let mut types: Vec<_> =
            keys.iter().enumerate().map(|(at, (_, e))| (key(at), data_type(e.scalar_type))).collect();
        let mut only = !in_order;
        for (call, lowered) in calls.iter().zip(&lowered) {
            match (&lowered.way, call.arguments.first()) {
                (Way::Distinct(value), Some(argument)) => {
                    distinct = Some(value.clone().alias(DISTINCT));
                    types.push((DISTINCT.to_owned(), data_type(argument.scalar_type)));
                }
                _ => only = false,
            }
        }
        let numbered = types.iter().all(|(_, data_type)| is_numbered(data_type));
        only &= types.len() == keys.len() + 1 && numbered;
        let told_apart = only.then(|| Distinct::new(&types));
        Self {
            keys,
            computed: computed_keys(keys, context),
            in_order,
            told_apart,
            numbered,
            types,
            calls: lowered,
            distinct,
            held: Held::new(budget),
            number: 0,
            combined: 0,
        }
    }

    /// The groups of some rows, which have [`Feed::AT`].
    pub(super) fn of(&self, rows: LazyFrame) -> LazyFrame {
        if self.told_apart.is_some() {
            let columns = self.computed.iter().chain(&self.distinct).cloned().chain([col(Feed::AT)]);
            return rows.select(columns.collect::<Vec<_>>());
        }
        let mut rows = rows.with_columns(&self.computed);
        if let Some(value) = &self.distinct {
            rows = rows.with_columns([value.clone()]);
        }
        let mut gathered = gathered(self.calls.iter().filter(|c| !matches!(c.way, Way::Distinct(_))));
        let mut keys = key_columns(self.keys);
        if self.in_order {
            // Each batch has groups of its own, so that they can be put in order.
            let at = col(Feed::AT);
            rows = rows.with_columns([(at.clone() - at % lit(1_i64 << ROW_BITS)).alias(Feed::AT)]);
            keys.insert(0, col(Feed::AT));
        } else {
            gathered.push(col(Feed::AT).min());
        }
        keys.extend(self.distinct.as_ref().map(|_| col(DISTINCT)));
        let groups = if self.numbered && keys.len() > 1 {
            by_number(rows, &keys, gathered, self.in_order)
        } else {
            grouped(rows, &keys, gathered, self.in_order)
        };
        let selected = self.calls.iter().flat_map(|c| match &c.way {
            Way::Selected(selected) => selected.clone(),
            Way::Combined(_) | Way::Lists | Way::Distinct(_) => Vec::new(),
        });
        groups.with_columns(selected.collect::<Vec<_>>())
    }

    /// Adds the groups of some rows.
    pub(super) fn add(&mut self, groups: DataFrame) -> Result<(), EngineError> {
        if let Some(distinct) = &mut self.told_apart {
            distinct.add(&groups)?;
            if distinct.bytes() > self.held.budget() {
                let rows = distinct.rows()?;
                *distinct = Distinct::new(&self.types);
                self.number += 1;
                self.held.add(self.number, rows)?;
            }
            return Ok(());
        }
        let groups = compact(groups, usize::MAX)?;
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
            let all = compact(collect(self.combined(all.lazy()), Engine::InMemory)?, usize::MAX)?;
            self.combined = all.height();
            self.held.add(self.number, all)?;
        }
        Ok(())
    }

    /// Groups of several batches as one.
    fn combined(&self, groups: LazyFrame) -> LazyFrame {
        let mut combined = self.combinations();
        let mut keys = key_columns(self.keys);
        if !self.in_order {
            combined.push(col(Feed::AT).min());
        }
        keys.extend(self.distinct.as_ref().map(|_| col(DISTINCT)));
        grouped(groups, &keys, combined, self.in_order)
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
        let groups = self.answers()?;
        let answers = self.calls.iter().map(|c| c.answer.clone());
        Ok(groups.select(named_keys(self.keys).chain(answers).collect::<Vec<_>>()))
    }

    /// The groups of all batches, in their order, with what was gathered.
    fn answers(&mut self) -> Result<LazyFrame, EngineError> {
        let mut groups = match self.told_apart.take() {
            Some(distinct) if self.held.is_empty() => {
                let names: Vec<String> = self.calls.iter().flat_map(|call| call.names.iter().cloned()).collect();
                distinct.counts(&names)?.lazy()
            }
            rest => {
                if let Some(distinct) = rest {
                    self.held.add(self.number + 1, distinct.rows()?)?;
                }
                self.counted()?
            }
        };
        if !self.in_order && !self.keys.is_empty() {
            groups = groups.sort([Feed::AT], SortMultipleOptions::default().with_maintain_order(true));
        }
        Ok(groups)
    }

    /// The groups of all that is held.
    fn counted(&mut self) -> Result<LazyFrame, EngineError> {
        let held = self.held.lazy()?;
        let mut groups = self.combined(held);
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
            groups = grouped(groups, &key_columns(self.keys), counted, self.in_order);
        }
        Ok(groups)
    }
}

/// The column of the numbers of groups.
const NUMBER: &str = "$number";

/// The same, of the rows of a batch that is in memory, told apart by the number of what the keys say together.
fn by_number(rows: LazyFrame, keys: &[PlExpr], gathered: Vec<PlExpr>, in_order: bool) -> LazyFrame {
    let Some((first, more)) = keys.split_first() else { return grouped(rows, keys, gathered, in_order) };
    let number = first.clone().apply_many(
        |columns: &mut [Column]| together(columns),
        more,
        |_, _| Ok(Field::new(NUMBER.into(), DataType::UInt32)),
    );
    let gathered = keys.iter().map(|key| key.clone().first()).chain(gathered).collect();
    grouped(rows.with_columns([number.alias(NUMBER)]), &[col(NUMBER)], gathered, in_order).drop(cols([NUMBER]))
}
