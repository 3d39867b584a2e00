//! Canonical layout of a query: the same words and comments, other blanks and line ends.
//!
//! The tree says where a text may be broken ([`layout`]), the tokens and the comments between them are then written in
//! their own order ([`writer`]). So no word and no comment can get lost, and the printed text is the same query.

mod comments;
mod expression;
mod layout;
mod operators;
mod spacing;
mod statements;
mod writer;

use super::lexer::tokens;
use super::limits::MAX_BYTES;
use super::parser::parse;
use crate::diagnostics::Diagnostic;

/// How wide a line may get before it is broken.
const WIDTH: usize = 100;
/// How far what is broken out of a line is moved in.
const INDENT: usize = 4;
/// What is deeper than this is not moved in further: depth would make a text longer than may be read.
const MOST_INDENT: usize = 60;

/// The query in its canonical layout.
///
/// # Errors
/// What is wrong with a text that is no query, or that its layout would be too long to be read again.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let query = parse(text)?;
    let tokens = tokens(text)?;
    let mut layout = layout::Layout::new(&tokens);
    layout.query(&query);
    let laid_out = writer::write(text, &tokens, layout.finish());
    if laid_out.len() > MAX_BYTES {
        let message = format!("laid out, the query has {} bytes, and at most {MAX_BYTES} are read", laid_out.len());
        return Err(vec![Diagnostic::new("KQL090", message, (0, 0))]);
    }
    Ok(laid_out)
}
