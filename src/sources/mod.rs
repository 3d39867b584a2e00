//! Where rows come from: exported logs of any shape, read into Arrow with just the columns asked for.

pub mod apim;

mod array;
mod catalog;
mod cell;
mod columnar;
mod companion;
mod csv;
mod dataset;
mod discover;
mod entry;
mod error;
mod external;
mod json;
mod jsonl;
mod location;
mod open;
mod read;
mod rows;
mod seekable;
mod slot;
mod sniff;
mod stamp;
mod tally;

pub use catalog::{Catalog, FoundFile, ReadOptions};
pub use dataset::{Imported, import};
pub use error::{SourceError, SourceErrorKind};
pub use external::{ExternalFormat, read_external};
pub use read::{Position, ReadRequest, ReadResult, Sink};
pub use sniff::Shape;
pub use tally::{Reject, Tally};
