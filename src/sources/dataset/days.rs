//! Rows on their way into a data set, by table and day.

use std::collections::{BTreeMap, HashSet};

use arrow::array::{AsArray, BooleanArray, UInt32Array};
use arrow::compute::{concat_batches, filter_record_batch, take_record_batch};
use arrow::datatypes::Int64Type;
use arrow::record_batch::RecordBatch;

use super::super::error::SourceError;
use super::super::rows::TIME;
use super::keys;
use super::store::Store;
use crate::types::{TICKS_PER_DAY, format_datetime};

/// Rows held in memory, in bytes, before they are written.
const BUDGET: usize = 64 << 20;

/// Identities held in memory before those of days at rest are forgotten; the files have them.
const MOST_KEYS: usize = 4_000_000;

/// A table and a day, which is `none` for rows without a time.
type Day = (String, String);

/// Rows that are not written yet.
#[derive(Debug, Default)]
pub(super) struct Days {
    waiting: BTreeMap<Day, Vec<RecordBatch>>,
    bytes: usize,
    keys: BTreeMap<Day, HashSet<u128>>,
    /// Rows that were there before.
    pub(super) duplicates: u64,
    /// Rows written.
    pub(super) written: u64,
}

impl Days {
    /// Takes rows whose last column is their identity.
    pub(super) fn add(&mut self, table: &str, rows: &RecordBatch, store: &mut Store) -> Result<(), SourceError> {
        for (day, rows) in by_day(rows)? {
            self.bytes += rows.get_array_memory_size();
            self.waiting.entry((table.to_owned(), day)).or_default().push(rows);
        }
        if self.bytes > BUDGET { self.write(store) } else { Ok(()) }
    }

    /// Writes all rows that are new into parts.
    pub(super) fn write(&mut self, store: &mut Store) -> Result<(), SourceError> {
        self.bytes = 0;
        let waiting = std::mem::take(&mut self.waiting);
        if self.keys.values().map(HashSet::len).sum::<usize>() > MOST_KEYS {
            self.keys.retain(|day, _| waiting.contains_key(day));
        }
        for (day, mut batches) in waiting {
            if !self.keys.contains_key(&day) {
                self.keys.insert(day.clone(), store.keys(&day.0, &day.1)?);
            }
            // A table's columns may differ from file to file; each set of them has a part of its own.
            while let Some(first) = batches.first() {
                let schema = first.schema();
                let (same, others) = batches.into_iter().partition(|batch| batch.schema() == schema);
                batches = others;
                let rows: RecordBatch = concat_batches(&schema, &same)?;
                let new = self.new_rows(&day, &rows)?;
                if new.num_rows() > 0 {
                    self.written += new.num_rows() as u64;
                    store.write(&day.0, &day.1, &new)?;
                }
            }
        }
        Ok(())
    }

    fn new_rows(&mut self, day: &Day, rows: &RecordBatch) -> Result<RecordBatch, SourceError> {
        let known = self.keys.entry(day.clone()).or_default();
        let identities = rows.columns().last().map_or_else(Vec::new, |column| keys::of_column(column).collect());
        let new: Vec<bool> = identities.into_iter().map(|key| known.insert(key)).collect();
        self.duplicates += new.iter().filter(|new| !**new).count() as u64;
        Ok(filter_record_batch(rows, &BooleanArray::from(new))?)
    }
}

/// Rows parted by the day of their time.
fn by_day(rows: &RecordBatch) -> Result<Vec<(String, RecordBatch)>, SourceError> {
    let times = rows.column_by_name(TIME).and_then(|column| column.as_primitive_opt::<Int64Type>());
    let mut days: BTreeMap<Option<i64>, Vec<u32>> = BTreeMap::new();
    for row in 0..rows.num_rows() {
        let day = times.and_then(|times| {
            use arrow::array::Array;
            times.is_valid(row).then(|| times.value(row).div_euclid(TICKS_PER_DAY))
        });
        days.entry(day).or_default().push(row as u32);
    }
    days.into_iter()
        .map(|(day, numbers)| {
            let name = day.map_or_else(
                || "none".to_owned(),
                |day| format_datetime(day * TICKS_PER_DAY).get(..10).unwrap_or("none").to_owned(),
            );
            Ok((name, take_record_batch(rows, &UInt32Array::from(numbers))?))
        })
        .collect()
}
