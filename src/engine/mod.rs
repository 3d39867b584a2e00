//! Typed plan to Arrow. The seam between what a query means and what computes it.

mod kusto;
mod polars;
#[cfg(feature = "spark")]
mod spark;

use std::fmt;

use arrow::record_batch::RecordBatch;

use crate::ir::{Context, Plan, Scan};
use crate::sources::Sink;

pub use kusto::{Kusto, KustoTable};
pub use polars::{Execution, PolarsEngine};
#[cfg(feature = "spark")]
pub use spark::{Remote, SparkEngine, SparkOptions, wait_for_jobs};

/// Where an engine gets the rows of the logs.
pub trait Rows {
    /// Hands over the named columns of a table, in that order, as KQL's Arrow form ([`crate::types::field`]).
    ///
    /// # Errors
    /// A message for the user, when the files cannot be read.
    fn read(&self, scan: &Scan, columns: &[String], sink: &Sink<'_>) -> Result<(), EngineError>;
}

/// No rows anywhere: for queries that read no table.
#[derive(Clone, Copy, Debug)]
pub struct NoRows;

impl Rows for NoRows {
    fn read(&self, scan: &Scan, _: &[String], _: &Sink<'_>) -> Result<(), EngineError> {
        Err(EngineError::new(format!("there are no logs to read '{}' from", scan.table)))
    }
}

/// A plan to run, and the clock it runs by.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What its functions may know.
    pub context: &'a Context,
}

/// Something that computes plans.
pub trait Engine {
    /// The rows of a plan, with the plan's columns and KQL types in the schema's metadata.
    ///
    /// # Errors
    /// When the rows cannot be read or the machine gives out.
    fn run(&self, plan: &Plan, context: &Context, rows: &dyn Rows) -> Result<RecordBatch, EngineError>;

    /// The rows of several plans, each table read once for all of them: with the columns and the period that serve every
    /// plan. An answer stands at its plan's place; a plan that fails does not stop the others.
    fn run_all(&self, jobs: &[Job<'_>], rows: &dyn Rows) -> Vec<Result<RecordBatch, EngineError>> {
        jobs.iter().map(|job| self.run(job.plan, job.context, rows)).collect()
    }

    /// How the engine would compute a plan, as text, for `--explain`. Nothing is read.
    ///
    /// # Errors
    /// When the plan cannot be computed at all.
    fn explain(&self, plan: &Plan, context: &Context) -> Result<String, EngineError>;
}

/// Why a plan could not be computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineError {
    /// For the user: what happened and what to do.
    pub message: String,
    /// Whether the user asked for the end.
    pub interrupted: bool,
}

impl EngineError {
    /// An error with a message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), interrupted: false }
    }

    /// The error of a run that the user ended.
    pub fn interrupted(message: impl Into<String>) -> Self {
        Self { message: message.into(), interrupted: true }
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EngineError {}
