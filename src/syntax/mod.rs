//! Text to tree. Nothing here knows of tables, types of columns or engines.

pub mod ast;
mod escape;
mod expression;
mod lexer;
pub mod limits;
mod literal;
mod operators;
mod parser;
mod pattern_statement;
mod places;
mod reserved;
mod span;

pub use parser::parse;
pub use places::{Place, Places};
pub use span::Span;

impl From<Span> for (usize, usize) {
    fn from(span: Span) -> Self {
        (span.start, span.end)
    }
}
