//! `kqlens tables`.
use super::arguments::TablesArguments;
use super::exit::{Exit, Failure};

pub(super) fn tables(_: &TablesArguments) -> Result<Exit, Failure> {
    Ok(Exit::Whole)
}
