//! Where rows come from: exported logs of any shape, read into Arrow with just the columns asked for.

pub mod apim;

mod bits;
mod blocks;
mod bodies;
mod capture;
mod catalog;
mod cell;
mod cells;
mod columnar;
mod companion;
mod csv;
mod discover;
mod documents;
mod error;
mod external;
mod feed;
mod headless;
mod json;
mod jsonl;
mod open;
mod read;
mod redact;
mod rejects;
mod rows;
mod seekable;
mod shared;
mod sniff;
mod stamp;
mod survey;
mod tally;
mod tsv;
mod walk;

pub use catalog::{Catalog, FoundFile, ReadOptions};
pub use error::{SourceError, SourceErrorKind};
pub use external::{ExternalFormat, read_external};
pub use read::{Position, ReadRequest, ReadResult, Sink};
pub use redact::{Addresses, KeyError, Pseudonyms, Redaction, is_body};
pub use rejects::RejectLog;
pub use sniff::{Records, Shape};
pub use survey::Holding;
pub use tally::{Reject, Tally};
