//! Text to tree. Nothing here knows of tables, types of columns or engines.

pub mod ast;
mod span;

pub use span::Span;

impl From<Span> for (usize, usize) {
    fn from(span: Span) -> Self {
        (span.start, span.end)
    }
}
