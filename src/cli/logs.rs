//! The logs of a run (none yet).
use super::arguments::LogsArguments;
use super::exit::Failure;
use crate::bind::Tables;
use crate::engine::{EngineError, Rows};
use crate::ir::{Scan, Schema};
use arrow::record_batch::RecordBatch;

pub(super) struct Logs;

pub(super) fn open(_: &LogsArguments) -> Result<Logs, Failure> {
    Ok(Logs)
}

impl Tables for Logs {
    fn schema(&self, _: &str) -> Option<Schema> {
        None
    }
    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Rows for Logs {
    fn read(&self, scan: &Scan, _: &[String]) -> Result<Vec<RecordBatch>, EngineError> {
        Err(EngineError::new(scan.table.clone()))
    }
}

impl Logs {
    pub fn failure(&self, e: EngineError) -> Failure {
        Failure::new(super::exit::Exit::Environment, e.message)
    }
    pub fn report(&self, _: bool) -> Result<super::exit::Exit, Failure> {
        Ok(super::exit::Exit::Whole)
    }
}
