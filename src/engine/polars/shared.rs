//! Feeds of plans that run together: those that keep the same of a table keep it once.

use std::collections::BTreeMap;

use polars::prelude::{IntoLazy, LazyFrame};

use super::feed::Feeding;
use super::held::Budget;
use super::lower::{Engine, collect};
use super::{EngineError, Rows, guarded, intake};
use crate::ir::{Context, Feed, Keep};

/// Feeds, and which of them do for which plans.
pub(super) struct Shared<'a> {
    /// Each once.
    feeds: Vec<(&'a Feed, &'a Context)>,
    /// For each feed of the plans, in their order, the place of the one that does for it.
    served_by: Vec<usize>,
}

impl<'a> Shared<'a> {
    /// The feeds of all plans, in order.
    pub(super) fn of(all: impl IntoIterator<Item = (&'a Feed, &'a Context)>) -> Self {
        let mut shared = Self { feeds: Vec::new(), served_by: Vec::new() };
        let mut known: BTreeMap<(i64, String), usize> = BTreeMap::new();
        for (feed, context) in all {
            let next = shared.feeds.len();
            let at = match feed.likeness() {
                Some(likeness) => *known.entry((context.now, likeness)).or_insert(next),
                None => next,
            };
            if at == next {
                shared.feeds.push((feed, context));
            }
            shared.served_by.push(at);
        }
        shared
    }

    /// Reads every table once. Gives what each feed of the plans kept, in their order.
    pub(super) fn read(&self, budget: &Budget, rows: &dyn Rows, batch: usize) -> Vec<Result<LazyFrame, EngineError>> {
        let in_order = |feed: &Feed| {
            let others = self.feeds.iter().map(|(other, _)| *other).filter(|other| other.scan.table == feed.scan.table);
            intake::scan(others).is_some_and(|(scan, _)| scan.limit.is_some())
        };
        let feedings: Vec<Feeding<'_>> =
            self.feeds.iter().map(|(feed, context)| Feeding::new(feed, context, budget, in_order(feed))).collect();
        intake::read(&feedings, rows, batch);
        let kept: Vec<_> = feedings.into_iter().enumerate().map(|(at, feeding)| self.kept(at, feeding)).collect();
        self.served_by.iter().map(|at| kept[*at].clone()).collect()
    }

    /// What a feed kept. Groups that several plans want are put together once.
    fn kept(&self, at: usize, feeding: Feeding<'_>) -> Result<LazyFrame, EngineError> {
        let feed = feeding.feed;
        let several = self.served_by.iter().filter(|by| **by == at).count() > 1;
        let frame = feeding.finish()?;
        if several && matches!(feed.keep, Keep::Groups(..)) {
            return guarded(&feed.each, || Ok(collect(frame, Engine::InMemory)?.lazy()));
        }
        Ok(frame)
    }
}
