//! Text to tree. Nothing here knows of tables, types of columns or engines.

mod advice;
pub mod ast;
mod deep;
mod escape;
mod expression;
#[cfg(test)]
mod hostile;
mod lexer;
pub mod limits;
mod literal;
mod operators;
mod paint;
mod parser;
mod pattern_statement;
mod places;
mod print;
mod reserved;
mod span;
mod statements;

pub use deep::deep;
pub use lexer::words;
pub use paint::paint;
pub use parser::parse;
pub use places::{Place, Places};
pub use print::format;
pub use span::Span;

impl From<Span> for (usize, usize) {
    fn from(span: Span) -> Self {
        (span.start, span.end)
    }
}
