//! The engine on Polars: the only folder that names it.

mod adapt;
mod aggregate;
mod chosen;
mod convert;
mod distinct;
mod expand;
mod expression;
mod feed;
mod groups;
mod held;
mod intake;
mod lower;
mod native;
mod parts;
mod range;
mod shared;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow::record_batch::RecordBatch;
use polars::prelude::LazyFrame;

use self::feed::Feeding;
use self::held::Budget;
use self::lower::Lowering;
use self::shared::Shared;
use super::{Engine, EngineError, Job, Rows};
use crate::ir::{Context, Feed, Partial, Plan, explain_partial, prune};

impl From<polars::error::PolarsError> for EngineError {
    fn from(error: polars::error::PolarsError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<arrow::error::ArrowError> for EngineError {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::new(error.to_string())
    }
}

/// When a plan is run. Both give the same answers; tests run every case on both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Execution {
    /// As much of it as can be on each batch while the logs are read, and the rest over what was kept.
    #[default]
    Streaming,
    /// All of it when everything is read.
    InMemory,
}

/// Computes plans with Polars.
#[derive(Clone, Copy, Debug)]
pub struct PolarsEngine {
    /// When plans are run.
    pub execution: Execution,
    /// How many bytes the rows that are kept of the logs may take in memory; more go to temporary files.
    pub memory: usize,
    /// How many rows are worth a run over them: fewer wait for others.
    pub batch: usize,
}

impl Default for PolarsEngine {
    fn default() -> Self {
        Self { execution: Execution::default(), memory: 1 << 30, batch: 65_536 }
    }
}

impl Engine for PolarsEngine {
    fn run(&self, plan: &Plan, context: &Context, rows: &dyn Rows) -> Result<RecordBatch, EngineError> {
        let mut answers = self.run_all(&[Job { plan, context }], rows);
        answers.pop().unwrap_or_else(|| Err(EngineError::new("one plan has one answer")))
    }

    fn run_all(&self, jobs: &[Job<'_>], rows: &dyn Rows) -> Vec<Result<RecordBatch, EngineError>> {
        let partial: Vec<Result<Partial, EngineError>> =
            jobs.iter().map(|job| self.partial(job.plan, job.context)).collect();
        let budget = Budget::new(self.memory);
        let all = jobs.iter().zip(&partial).filter_map(|(job, partial)| Some((job.context, partial.as_ref().ok()?)));
        let shared =
            Shared::of(all.flat_map(|(context, partial)| partial.feeds.iter().map(move |feed| (feed, context))));
        let mut kept = shared.read(&budget, rows, self.batch).into_iter();
        jobs.iter()
            .zip(&partial)
            .map(|(job, partial)| {
                let Partial { feeds, rest } = partial.as_ref().map_err(Clone::clone)?;
                let kept: Vec<_> = kept.by_ref().take(feeds.len()).collect();
                guarded(rest, || self.finish(rest, tables(kept)?, job.context, &budget))
            })
            .collect()
    }

    fn explain(&self, plan: &Plan, context: &Context) -> Result<String, EngineError> {
        let partial = self.partial(plan, context)?;
        let budget = Budget::new(self.memory);
        let kept: Vec<Feeding<'_>> =
            partial.feeds.iter().map(|feed| Feeding::new(feed, context, &budget, false)).collect();
        // The columns are known without rows.
        kept.iter().for_each(intake::no_rows);
        guarded(&partial.rest, || {
            let kept = tables(kept.into_iter().map(Feeding::finish))?;
            let lowering = Lowering::new(context, kept, lower::Engine::InMemory);
            let below = lowering.plan(&partial.rest)?.describe_optimized_plan()?;
            Ok(format!("{}\nPolars\n{below}", explain_partial(&partial)))
        })
    }
}

impl PolarsEngine {
    /// The plan in two: what is done while reading, and the rest.
    fn partial(&self, plan: &Plan, context: &Context) -> Result<Partial, EngineError> {
        let plan = prune(plan);
        if self.execution == Execution::InMemory {
            return Ok(Partial::whole(plan));
        }
        let lowering = Lowering::new(context, HashMap::new(), lower::Engine::InMemory);
        Ok(Partial::of(guarded(&plan, || lowering.answered(plan.clone()))?))
    }

    /// The rest of a plan, over what its feeds kept.
    fn finish(
        &self,
        rest: &Plan,
        kept: HashMap<String, LazyFrame>,
        context: &Context,
        budget: &Budget,
    ) -> Result<RecordBatch, EngineError> {
        // To start a stream takes longer than to go through what is in memory.
        let engine = if budget.spilled() { lower::Engine::Streaming } else { lower::Engine::InMemory };
        let lowering = Lowering::new(context, kept, engine);
        let frame = lowering.collect(lowering.plan(rest)?)?;
        convert::to_batch(frame, &rest.schema)
    }
}

/// What feeds kept, by name.
fn tables(
    kept: impl IntoIterator<Item = Result<LazyFrame, EngineError>>,
) -> Result<HashMap<String, LazyFrame>, EngineError> {
    kept.into_iter().enumerate().map(|(at, frame)| Ok((Feed::name(at), frame?))).collect()
}

/// A plan of this depth fits any stack.
const MODEST: usize = 200;
/// Enough for the deepest plan that is bound: Polars walks plans recursively, and not all of its walks take more stack.
const DEEP_STACK: usize = 512 * 1024 * 1024;

/// Polars reports some conditions (a full disk, an interrupt) as panics; here they become errors like all others.
fn guarded<T>(plan: &Plan, run: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
    let run = || catch_unwind(AssertUnwindSafe(run));
    let outcome = if plan.depth() > MODEST { stacker::grow(DEEP_STACK, run) } else { run() };
    outcome.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(EngineError::new(format!("the engine gave up: {}", text.unwrap_or("for a reason it did not tell"))))
    })
}
