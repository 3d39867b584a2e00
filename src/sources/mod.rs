//! Where rows come from: exported logs of any shape, read into Arrow with just the columns asked for.

pub mod apim;

mod bodies;
mod capture;
mod catalog;
mod cell;
mod cloud;
mod columnar;
mod companion;
mod csv;
mod dataset;
mod discover;
mod documents;
mod entry;
mod error;
mod external;
mod feed;
mod headless;
mod json;
mod jsonl;
mod location;
mod open;
mod read;
mod redact;
mod rows;
mod seekable;
mod slot;
mod sniff;
mod stamp;
mod survey;
mod tally;
mod tsv;

pub use catalog::{Catalog, FoundFile, ReadOptions};
pub use dataset::{Imported, import};
pub use error::{SourceError, SourceErrorKind};
pub use external::{ExternalFormat, read_external};
pub use read::{Position, ReadRequest, ReadResult, Sink};
pub use redact::{Addresses, KeyError, Pseudonyms, Redaction, is_body};
pub use sniff::{Records, Shape};
pub use survey::Holding;
pub use tally::{Reject, Tally};
