//! Arrow's own files and streams. Both are read as streams of messages, so that a file that is cut short gives the
//! rows before the cut, and a length that lies takes no memory.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::buffer::Buffer;
use arrow::datatypes::SchemaRef;
use arrow::ipc::convert::try_fb_to_schema;
use arrow::ipc::reader::{read_dictionary, read_record_batch};
use arrow::ipc::{MessageHeader, root_as_message};
use arrow::record_batch::RecordBatch;

use super::guarded;
use super::projection::Projection;
use crate::sources::error::SourceError;
use crate::sources::open::{Stream, open};
use crate::sources::rows::{Place, Rows};

/// How an Arrow file begins; a stream begins with its first message.
pub(in super::super) const ARROW_MAGIC: &[u8] = b"ARROW1";

/// The longest message that is read.
const MOST_BYTES: u64 = 2 << 30;

/// How many times 8 bytes a gap before the first message has at most.
const MOST_GAP: usize = 64;

/// The most that a batch unpacks to.
const MOST_UNPACKED: u64 = 1 << 30;

/// The columns of a file.
///
/// # Errors
/// When its first message, which tells them, cannot be read.
pub(in super::super) fn schema(path: &Path) -> Result<SchemaRef, String> {
    Ok(Messages::new(open(path).map_err(|e| e.to_string())?.stream)?.schema)
}

/// Reads a file or stream.
pub(in super::super) fn read(
    stream: Stream,
    source: &str,
    table: &str,
    rows: &mut Rows<'_>,
) -> Result<(), SourceError> {
    let mut place = Place { source, line: 1, byte: 0 };
    let told = |problem: String| format!("the Arrow file is cut short or damaged here: {problem}");
    let mut messages = match Messages::new(stream) {
        Ok(messages) => messages,
        Err(problem) => {
            rows.reject_rest(1, place, &told(problem));
            return Ok(());
        }
    };
    let projection = Projection::new(&messages.schema, rows.wanted(), table);
    while !rows.full() {
        match messages.next(&projection.needed) {
            Ok(Some(batch)) => {
                projection.take(&batch, source, place.line, &|row| row, rows)?;
                place.line += batch.num_rows() as u64;
                rows.tally.bytes += messages.bytes;
            }
            Ok(None) => return Ok(()),
            Err(problem) => {
                rows.reject_rest(1, place, &told(problem));
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The messages of a stream, after the one with the schema.
struct Messages {
    stream: Stream,
    schema: SchemaRef,
    dictionaries: HashMap<i64, ArrayRef>,
    /// The length of the message read last.
    bytes: u64,
}

impl Messages {
    fn new(mut stream: Stream) -> Result<Self, String> {
        let mut head = bytes(&mut stream, 8)?;
        if head.starts_with(ARROW_MAGIC) {
            // Behind it some writers leave a gap, up to a place that their alignment likes.
            for _ in 0..MOST_GAP {
                head = bytes(&mut stream, 8)?;
                if head != [0; 8] {
                    break;
                }
            }
        }
        let length = head_length(&head).ok_or("it does not begin as an Arrow stream does")?;
        let metadata = bytes(&mut stream, length)?;
        let schema = guarded(|| {
            let message = root_as_message(&metadata).map_err(|e| e.to_string())?;
            let schema = message.header_as_schema().ok_or("its schema is missing")?;
            try_fb_to_schema(schema).map_err(|e| e.to_string())
        })?;
        Ok(Self { stream, schema: Arc::new(schema), dictionaries: HashMap::new(), bytes: 0 })
    }

    /// The next batch, of some of the columns.
    fn next(&mut self, needed: &[usize]) -> Result<Option<RecordBatch>, String> {
        loop {
            let mut head = Vec::new();
            (&mut self.stream).take(8).read_to_end(&mut head).map_err(|e| e.to_string())?;
            // A stream may simply end; a file has a mark and its table of contents behind.
            if head.is_empty() || head == [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0] {
                return Ok(None);
            }
            let length = head_length(&head).ok_or("a message was due here")?;
            let metadata = bytes(&mut self.stream, length)?;
            let message = guarded(|| root_as_message(&metadata))?;
            let body_length = u64::try_from(message.bodyLength()).map_err(|e| e.to_string())?;
            let body = Buffer::from_vec(bytes(&mut self.stream, body_length)?);
            self.bytes = length + body_length;
            let (schema, version) = (&self.schema, message.version());
            match message.header_type() {
                MessageHeader::DictionaryBatch => {
                    let batch = message.header_as_dictionary_batch().ok_or("a dictionary was due here")?;
                    batch.data().map_or(Ok(()), |data| unpacks(&body, data))?;
                    let dictionaries = &mut self.dictionaries;
                    guarded(|| read_dictionary(&body, batch, schema, dictionaries, &version))?;
                }
                MessageHeader::RecordBatch => {
                    let batch = message.header_as_record_batch().ok_or("a batch was due here")?;
                    unpacks(&body, batch)?;
                    let dictionaries = &self.dictionaries;
                    return guarded(|| {
                        read_record_batch(&body, batch, SchemaRef::clone(schema), dictionaries, Some(needed), &version)
                    })
                    .map(Some);
                }
                _ => {}
            }
        }
    }
}

/// Whether what a compressed batch says that it unpacks to may be had. Memory is set aside for it before it is there.
fn unpacks(body: &[u8], batch: arrow::ipc::RecordBatch<'_>) -> Result<(), String> {
    if batch.compression().is_none() {
        return Ok(());
    }
    let length = |buffer: &arrow::ipc::Buffer| {
        let prefix = usize::try_from(buffer.offset()).ok().and_then(|at| body.get(at..)?.first_chunk::<8>());
        // What is not packed says -1.
        let promised = prefix.filter(|_| buffer.length() > 8).map_or(0, |bytes| i64::from_le_bytes(*bytes));
        u64::try_from(promised).unwrap_or(0)
    };
    let all = batch.buffers().iter().flatten().map(length).fold(0, u64::saturating_add);
    if all > MOST_UNPACKED {
        return Err(format!("a batch that unpacks to {all} bytes is longer than 1 GiB"));
    }
    Ok(())
}

fn head_length(head: &[u8]) -> Option<u64> {
    let length = head.strip_prefix(&[0xff, 0xff, 0xff, 0xff])?;
    Some(u64::from(u32::from_le_bytes(length.try_into().ok()?))).filter(|length| *length > 0)
}

/// So many bytes, or why there are fewer. Memory grows with what is there, not with what is promised.
fn bytes(stream: &mut Stream, length: u64) -> Result<Vec<u8>, String> {
    if length > MOST_BYTES {
        return Err(format!("a message of {length} bytes is longer than 2 GiB"));
    }
    let mut out = Vec::new();
    let got = stream.take(length).read_to_end(&mut out).map_err(|e| e.to_string())?;
    if (got as u64) < length { Err("it ends within a message".to_owned()) } else { Ok(out) }
}
