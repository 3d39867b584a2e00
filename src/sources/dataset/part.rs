//! One file of a data set: the rows of a table and a day, by time.

use std::fs::File;
use std::path::Path;

use arrow::compute::{sort_to_indices, take_record_batch};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::super::error::SourceError;
use super::super::rows::TIME;
use super::failed;

/// Rows for which the file says between which times they are: the least that is read.
const GROUP: usize = 65_536;

/// Writes a part and waits until it is on the disk.
pub(super) fn write(path: &Path, rows: &RecordBatch) -> Result<(), SourceError> {
    let sorted = match rows.column_by_name(TIME) {
        Some(times) => take_record_batch(rows, &sort_to_indices(times, None, None)?)?,
        None => rows.clone(),
    };
    let fail = |error: std::io::Error| failed(path, &error);
    let wrong = |error: parquet::errors::ParquetError| failed(path, &std::io::Error::other(error));
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(GROUP))
        .set_created_by(concat!("kqlens ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    let file = File::create(path).map_err(fail)?;
    let mut writer = ArrowWriter::try_new(file, sorted.schema(), Some(properties)).map_err(wrong)?;
    writer.write(&sorted).map_err(wrong)?;
    writer.into_inner().map_err(wrong)?.sync_all().map_err(fail)
}
