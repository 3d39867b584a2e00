//! Where rows come from: exported logs of any shape, read into Arrow with just the columns asked for.

pub mod apim;

mod array;
mod bits;
mod blocks;
mod catalog;
mod cell;
mod cells;
mod companion;
mod csv;
mod discover;
mod error;
mod external;
mod json;
mod jsonl;
mod open;
mod read;
mod rows;
mod shared;
mod sniff;
mod stamp;
mod tally;
mod walk;

pub use catalog::{Catalog, FoundFile, ReadOptions};
pub use error::{SourceError, SourceErrorKind};
pub use external::{ExternalFormat, read_external};
pub use read::{Position, ReadRequest, ReadResult, Sink};
pub use sniff::Shape;
pub use tally::{Reject, Tally};
