//! What stands at a byte of a text that need not be a whole query yet: code, a literal, a comment.

use super::Span;
use super::lexer::{Token, lex};
use super::limits::MAX_BYTES;

/// What stands at a byte of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A keyword, a name or a mark.
    Code,
    /// The inside of a string or of another literal.
    Literal,
    /// A literal that cannot be read as it stands, such as `datetime({Start})`.
    Unread,
    /// A comment or a blank.
    Nothing,
}

/// The tokens of a text, to ask what stands where.
#[derive(Debug)]
pub struct Places {
    tokens: Vec<(Token, Span)>,
    unread: Vec<(usize, usize)>,
}

impl Places {
    /// Reads a text, whatever is wrong with it. One that is too long to be a query is nothing but blanks.
    pub fn new(text: &str) -> Self {
        let (tokens, findings) = if text.len() > MAX_BYTES { Default::default() } else { lex(text) };
        let unread =
            findings.into_iter().filter(|finding| finding.code == "KQL004").map(|finding| finding.span).collect();
        Self { tokens, unread }
    }

    /// What stands at a byte.
    pub fn at(&self, byte: usize) -> Place {
        match self.token_at(byte).map(|at| &self.tokens[at].0) {
            Some(Token::Text(_) | Token::Literal(..)) => Place::Literal,
            Some(_) => Place::Code,
            None if self.unread.iter().any(|(from, to)| (*from..*to).contains(&byte)) => Place::Unread,
            None => Place::Nothing,
        }
    }

    /// Whether the brace at a byte opens the body of a function or of a `partition`.
    pub fn opens_body(&self, byte: usize) -> bool {
        let Some(at) = self.token_at(byte) else { return false };
        let before = &self.tokens[..at];
        match before.last().map(|(token, _)| token) {
            Some(Token::Mark(")")) if after_parameters(before) => true,
            Some(Token::Word(word)) if word == "by" => false,
            Some(Token::Mark("=") | Token::Mark("|")) | None => false,
            _ => {
                let start = before.iter().rposition(|(token, _)| matches!(token, Token::Mark("|" | ";" | "{")));
                let operator = start.and_then(|at| before.get(at + 1));
                matches!(operator, Some((Token::Word(word), _)) if word == "partition")
            }
        }
    }

    /// Whether a byte stands in a list of values: `in (…)`, `has_any (…)`, between parentheses after such a word.
    pub fn in_list(&self, byte: usize) -> bool {
        let Some(at) = self.token_at(byte) else { return false };
        let before = &self.tokens[..at];
        let alone = matches!(before.last(), Some((Token::Mark("(" | ","), _)));
        let Some(open) = before.iter().rposition(|(token, _)| matches!(token, Token::Mark("(" | ")" | "|"))) else {
            return false;
        };
        let word = open.checked_sub(1).and_then(|at| before.get(at));
        alone
            && matches!(before[open].0, Token::Mark("("))
            && matches!(word, Some((Token::Word(word), _))
                if matches!(word.as_str(), "in" | "in~" | "!in" | "!in~" | "has_any" | "has_all"))
    }

    fn token_at(&self, byte: usize) -> Option<usize> {
        let at = self.tokens.partition_point(|(_, span)| span.end <= byte);
        self.tokens.get(at).filter(|(token, span)| span.start <= byte && *token != Token::End).map(|_| at)
    }
}

/// Whether tokens end in the parameters of a function: `let f = (…)`, `view (…)`.
fn after_parameters(tokens: &[(Token, Span)]) -> bool {
    let mut open = 0_usize;
    for (at, (token, _)) in tokens.iter().enumerate().rev() {
        match token {
            Token::Mark(")") => open += 1,
            Token::Mark("(") => open = open.saturating_sub(1),
            _ => {}
        }
        if open == 0 {
            let before = at.checked_sub(1).map(|before| &tokens[before].0);
            return match before {
                Some(Token::Mark("=")) => true,
                Some(Token::Word(word)) => word == "view",
                _ => false,
            };
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, mark: &str) -> (Place, bool) {
        let places = Places::new(text);
        let byte = text.find(mark).unwrap();
        (places.at(byte), places.opens_body(byte))
    }

    #[test]
    fn braces_of_every_kind_are_told_apart() {
        assert_eq!(at("T | where t {X}", "{"), (Place::Code, false));
        assert_eq!(at("T | where x in ({X})", "{"), (Place::Code, false));
        assert_eq!(at("let f = (a:long = int(5)) {a}; print f(1)", "{a"), (Place::Code, true));
        assert_eq!(at("let f = view () {T}; f", "{"), (Place::Code, true));
        assert_eq!(at("T | where a in (1) {X}", "{"), (Place::Code, false));
        assert_eq!(at("T | partition by k {count}", "{"), (Place::Code, true));
        assert_eq!(at("T | partition by {X} (count)", "{"), (Place::Code, false));
        assert_eq!(at("print 'a {X}'", "{"), (Place::Literal, false));
        assert_eq!(at("print dynamic({\"a\": 1})", "{"), (Place::Literal, false));
        assert_eq!(at("print datetime({X})", "{").0, Place::Unread);
        assert_eq!(at("// {X}\nprint 1", "{").0, Place::Nothing);
    }

    #[test]
    fn lists_of_values_are_known() {
        for (text, is) in [
            ("T | where a in ({X})", true),
            ("T | where a !in~ ('b', {X})", true),
            ("T | where '*' in ({X}) or a == {Y}", true),
            ("T | where f({X})", false),
            ("T | where a == {X}", false),
            ("T | where a in (f({X}))", false),
        ] {
            assert_eq!(Places::new(text).in_list(text.find("{X").unwrap()), is, "{text}");
        }
    }
}
