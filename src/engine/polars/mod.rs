//! The engine on Polars: the only folder that names it.

mod adapt;
mod aggregate;
mod convert;
mod expand;
mod expression;
mod lower;
mod native;
mod parts;
mod range;

use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow::record_batch::RecordBatch;

use self::lower::Lowering;
use super::{Engine, EngineError, Rows};
use crate::ir::{Context, Plan, prune};

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

/// How Polars runs a plan. Both give the same answers; tests run every case on both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Execution {
    /// In pieces, with memory bounded by what the operators keep.
    #[default]
    Streaming,
    /// Whole columns at a time.
    InMemory,
}

/// Computes plans with Polars.
#[derive(Clone, Copy, Debug, Default)]
pub struct PolarsEngine {
    /// How plans are run.
    pub execution: Execution,
}

impl Engine for PolarsEngine {
    fn run(&self, plan: &Plan, context: &Context, rows: &dyn Rows) -> Result<RecordBatch, EngineError> {
        let plan = prune(plan);
        guarded(&plan, || {
            let lowering = Lowering::new(&plan, context, rows, self.execution);
            let frame = lowering.collect(lowering.plan(&plan)?)?;
            convert::to_batch(frame, &plan.schema)
        })
    }

    fn explain(&self, plan: &Plan, context: &Context, rows: &dyn Rows) -> Result<String, EngineError> {
        let plan = prune(plan);
        guarded(&plan, || {
            let lowering = Lowering::new(&plan, context, rows, self.execution);
            Ok(format!("Polars\n{}", lowering.plan(&plan)?.describe_optimized_plan()?))
        })
    }
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
