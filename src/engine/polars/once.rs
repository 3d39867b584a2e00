//! Rows that differ in some columns, once each: what is counted when distinct values are.

use std::collections::HashMap;
use std::hash::Hash;

use foldhash::fast::RandomState;
use polars::prelude::{Column, DataFrame, DataType, IdxCa, IdxSize, Int64Chunked, IntoColumn};

use super::EngineError;
use crate::ir::Feed;

/// Whether the values of such columns can be told apart here.
pub(super) fn is_told_apart(data_type: &DataType) -> bool {
    matches!(data_type, DataType::String | DataType::Int64 | DataType::Int32 | DataType::Boolean)
}

/// One row for each combination of values in some columns, with the least [`Feed::AT`] of the rows that have it. Polars
/// writes the columns of each row as bytes and groups those, which takes several times as long.
pub(super) fn once_each(frame: &DataFrame, columns: &[String]) -> Result<DataFrame, EngineError> {
    let mut numbers: Option<Vec<u32>> = None;
    for name in columns {
        let of_column = numbered(frame.column(name)?)?;
        numbers = Some(match numbers {
            None => of_column,
            Some(before) => number(before.into_iter().zip(of_column).map(|(a, b)| u64::from(a) << 32 | u64::from(b))),
        });
    }
    let numbers = numbers.unwrap_or_else(|| vec![0; frame.height()]);
    let at = frame.column(Feed::AT)?.as_materialized_series().rechunk();
    let mut firsts: Vec<IdxSize> = Vec::new();
    let mut least: Vec<i64> = Vec::new();
    for (row, (number, at)) in numbers.into_iter().zip(at.i64()?.iter()).enumerate() {
        let at = at.unwrap_or(0);
        match least.get_mut(number as usize) {
            Some(least) => *least = at.min(*least),
            None => {
                firsts.push(row as IdxSize);
                least.push(at);
            }
        }
    }
    let mut rows = frame.take(&IdxCa::from_vec("".into(), firsts))?;
    rows.with_column(Int64Chunked::from_vec(Feed::AT.into(), least).into_column())?;
    Ok(rows)
}

/// For each row the number of its value; values are numbered as they come.
fn numbered(column: &Column) -> Result<Vec<u32>, EngineError> {
    let column = column.as_materialized_series();
    Ok(match column.dtype() {
        DataType::String => number(column.str()?.iter()),
        DataType::Int64 => number(column.i64()?.iter()),
        DataType::Int32 => number(column.i32()?.iter()),
        DataType::Boolean => number(column.bool()?.iter()),
        other => return Err(EngineError::new(format!("values of type {other} cannot be told apart"))),
    })
}

fn number<T: Hash + Eq>(values: impl Iterator<Item = T>) -> Vec<u32> {
    let mut known: HashMap<T, u32, RandomState> = HashMap::default();
    values
        .map(|value| {
            let next = known.len() as u32;
            *known.entry(value).or_insert(next)
        })
        .collect()
}
