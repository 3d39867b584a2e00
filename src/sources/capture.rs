//! What Event Hubs capture writes: Avro, each record a message whose body is JSON.

use std::io::{self, Cursor};

use apache_avro::Reader;
use apache_avro::types::Value;

use super::columnar::guarded;
use super::documents::{At, Visitor, walk};
use super::error::SourceError;
use super::open::Stream;

/// How an Avro file begins.
pub(super) const AVRO_MAGIC: &[u8] = b"Obj\x01";

/// Walks through the bodies of a file's messages. What is told of a piece's place is the message, counted from 1, and
/// the byte in its body.
pub(super) fn walk_bodies(stream: Stream, visitor: &mut dyn Visitor) -> Result<(), SourceError> {
    let mut at = At { line: 1, byte: 0 };
    let damaged = |problem: String| format!("the Avro file is cut short or damaged here: {problem}");
    let mut reader = match guarded(|| Reader::new(io::BufReader::new(stream))) {
        Ok(reader) => reader,
        Err(problem) => {
            visitor.cut(b"", at, Some(&damaged(problem)));
            return Ok(());
        }
    };
    loop {
        match guarded(|| reader.next().transpose()) {
            Ok(None) => return Ok(()),
            Err(problem) => {
                visitor.cut(b"", at, Some(&damaged(problem)));
                return Ok(());
            }
            Ok(Some(message)) => match body(message) {
                Some(body) => {
                    let mut within = Within { visitor, line: at.line, enough: false };
                    walk(Box::new(Cursor::new(body)), 0, &mut within)?;
                    if within.enough {
                        return Ok(());
                    }
                }
                None => visitor.broken(b"", at, "the Avro record has no Body: it is no message of Event Hubs capture"),
            },
        }
        at.line += 1;
    }
}

/// The body of a message.
fn body(message: Value) -> Option<Vec<u8>> {
    let Value::Record(fields) = message else { return None };
    let (_, mut value) = fields.into_iter().find(|(name, _)| name == "Body")?;
    while let Value::Union(_, inner) = value {
        value = *inner;
    }
    match value {
        Value::Bytes(bytes) => Some(bytes),
        Value::String(text) => Some(text.into_bytes()),
        // A message without a body.
        Value::Null => Some(Vec::new()),
        _ => None,
    }
}

/// Tells the pieces of one body, at the place of its message.
struct Within<'v> {
    visitor: &'v mut dyn Visitor,
    line: u64,
    enough: bool,
}

impl Within<'_> {
    const fn here(&self, at: At) -> At {
        At { line: self.line, byte: at.byte }
    }
}

impl Visitor for Within<'_> {
    fn record(&mut self, text: &[u8], at: At) -> Result<bool, SourceError> {
        let more = self.visitor.record(text, self.here(at))?;
        self.enough |= !more;
        Ok(more)
    }

    fn columns(&mut self, names: Vec<String>) {
        self.visitor.columns(names);
    }

    fn row(&mut self, text: &[u8], at: At) -> Result<bool, SourceError> {
        let more = self.visitor.row(text, self.here(at))?;
        self.enough |= !more;
        Ok(more)
    }

    fn error(&mut self, text: &str) {
        self.visitor.error(text);
    }

    fn broken(&mut self, text: &[u8], at: At, reason: &str) {
        self.visitor.broken(text, self.here(at), reason);
    }

    /// A message was sent whole: nobody is still writing it.
    fn cut(&mut self, text: &[u8], at: At, reason: Option<&str>) {
        let reason = reason.unwrap_or("the message stops within a record");
        self.visitor.cut(text, self.here(at), Some(reason));
    }
}
