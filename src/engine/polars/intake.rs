//! The reads of one or more plans: each table once, its batches handed to every feed that wants them.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use arrow::record_batch::RecordBatch;

use super::convert::from_batches;
use super::feed::Feeding;
use super::{EngineError, Rows};
use crate::ir::{Feed, Scan, Schema, join_scans};
use crate::sources::Position;

/// Reads every table that feeds want, for all of them at once.
pub(super) fn read(feeds: &[Feeding<'_>], rows: &dyn Rows, batch: usize) {
    let mut tables: BTreeMap<&str, Vec<&Feeding<'_>>> = BTreeMap::new();
    for feeding in feeds {
        tables.entry(feeding.feed.scan.table.as_str()).or_default().push(feeding);
    }
    for feeds in tables.into_values() {
        let Some((scan, schema)) = scan(feeds.iter().map(|f| f.feed)) else { continue };
        if let Err(error) = one(&feeds, &scan, &schema, rows, batch) {
            feeds.iter().for_each(|feed| feed.fail(error.clone()));
        }
    }
}

/// Tells a feed that no row comes.
pub(super) fn no_rows(feed: &Feeding<'_>) {
    match from_batches(&feed.feed.schema, &BTreeMap::new()) {
        Ok(frame) => feed.take(&frame),
        Err(error) => feed.fail(error),
    }
}

/// The one scan of a table for all feeds of it.
pub(super) fn scan<'f>(feeds: impl IntoIterator<Item = &'f Feed>) -> Option<(Scan, Schema)> {
    join_scans(feeds.into_iter().map(|feed| (&feed.scan, &feed.schema)))
}

/// Batches that wait until there are enough: a run over few rows costs as much as one over many.
#[derive(Default)]
struct Waiting {
    batches: BTreeMap<Position, RecordBatch>,
    rows: usize,
    bytes: usize,
}

/// So many bytes are not let wait for more rows.
const MOST_BYTES: usize = 16 << 20;

fn one(
    feeds: &[&Feeding<'_>],
    scan: &Scan,
    schema: &Schema,
    rows: &dyn Rows,
    enough: usize,
) -> Result<(), EngineError> {
    let waiting = Mutex::new(Waiting::default());
    let hand_over = |batches: BTreeMap<Position, RecordBatch>| {
        let frame = from_batches(schema, &batches);
        for feed in feeds.iter().filter(|feed| !feed.done()) {
            match &frame {
                Ok(frame) => feed.take(frame),
                Err(error) => feed.fail(error.clone()),
            }
        }
        if feeds.iter().all(|feed| feed.done()) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    rows.read(scan, &schema.names(), &|position, batch| {
        let full = {
            let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.rows += batch.num_rows();
            waiting.bytes += batch.get_array_memory_size();
            waiting.batches.insert(position, batch);
            if waiting.rows < enough && waiting.bytes < MOST_BYTES {
                return ControlFlow::Continue(());
            }
            std::mem::take(&mut *waiting)
        };
        hand_over(full.batches)
    })?;
    // The last rows; without any, each feed still learns that there are none.
    let last = waiting.into_inner().unwrap_or_else(PoisonError::into_inner);
    let _ = hand_over(last.batches);
    Ok(())
}
