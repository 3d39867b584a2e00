//! What usually stands between two tokens.

use crate::syntax::lexer::Token;
use crate::types::ScalarType;

/// Whether a blank stands between two tokens of one line.
pub(super) fn blank_between(before: &Token, after: &Token) -> bool {
    match (before, after) {
        (Token::Mark("(" | "["), _) | (_, Token::Mark(")" | "]" | "," | ";")) => false,
        // `{}`.
        (Token::Mark("{"), Token::Mark("}")) => false,
        // `5 .x`: without the blank the point would belong to the number.
        (Token::Literal(_, ScalarType::Long | ScalarType::Real), Token::Mark(".")) => true,
        (Token::Mark("."), _) | (_, Token::Mark(".")) => false,
        (Token::Mark(":"), _) | (_, Token::Mark(":")) => false,
        _ => true,
    }
}
