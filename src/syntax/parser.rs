//! Tokens to tree: the cursor over tokens.

use super::Span;
use super::ast::{Name, Query};
use super::deep::deep;
use super::lexer::{Token, tokens};
use super::limits::{MAX_BYTES, MAX_NESTING, MAX_TOKENS};
use super::reserved::{is_reserved_as_new, is_reserved_in_use};
use crate::diagnostics::Diagnostic;

/// The outcome of reading one construct.
pub(super) type Parsed<T> = Result<T, Box<Diagnostic>>;

/// A cursor over the tokens of a query.
pub(super) struct Parser {
    /// The words and marks of the text, an end after them.
    pub(super) tokens: Vec<(Token, Span)>,
    /// The place of the next one.
    pub(super) at: usize,
    depth: usize,
    /// The height of the expression read last: how many operators stand above its deepest operand.
    pub(super) height: usize,
    /// Findings the parser went on after.
    pub(super) findings: Vec<Diagnostic>,
    /// How often a token was looked at.
    #[cfg(test)]
    visited: std::cell::Cell<usize>,
}

/// Reads a query.
///
/// # Errors
/// What is wrong with the text: the parser goes on at the next `|` or `;`, so one call can find several mistakes.
pub fn parse(text: &str) -> Result<Query, Vec<Diagnostic>> {
    let mut parser = Parser::new(text)?;
    let query = parser.query();
    if parser.findings.is_empty() { Ok(query) } else { Err(parser.findings) }
}

/// Reads a query and tells how often the parser looked at a token.
#[cfg(test)]
pub(super) fn parse_counting(text: &str) -> (Result<Query, Vec<Diagnostic>>, usize) {
    match Parser::new(text) {
        Ok(mut parser) => {
            let query = parser.query();
            let visited = parser.visited.get();
            (if parser.findings.is_empty() { Ok(query) } else { Err(parser.findings) }, visited)
        }
        Err(findings) => (Err(findings), 0),
    }
}

impl Parser {
    /// A cursor before the first token of a text.
    fn new(text: &str) -> Result<Self, Vec<Diagnostic>> {
        if text.len() > MAX_BYTES {
            let message = format!("the query has {} bytes, and at most {MAX_BYTES} are read", text.len());
            let end = (0..=MAX_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            return Err(vec![Diagnostic::new("KQL090", message, (end, end))]);
        }
        let tokens = tokens(text)?;
        // The end is no word.
        if tokens.len() > MAX_TOKENS + 1 {
            let message = format!("the query has more than {MAX_TOKENS} words and marks");
            return Err(vec![Diagnostic::new("KQL091", message, tokens[MAX_TOKENS].1)]);
        }
        Ok(Self {
            tokens,
            at: 0,
            depth: 0,
            height: 0,
            findings: Vec::new(),
            #[cfg(test)]
            visited: std::cell::Cell::default(),
        })
    }

    pub(super) fn peek(&self) -> &Token {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> &Token {
        #[cfg(test)]
        self.visited.set(self.visited.get() + 1);
        self.tokens.get(self.at + ahead).map_or(&Token::End, |(token, _)| token)
    }

    pub(super) fn span(&self) -> Span {
        self.span_at(0)
    }

    pub(super) fn span_at(&self, ahead: usize) -> Span {
        self.tokens.get(self.at + ahead).or(self.tokens.last()).map_or(Span::default(), |(_, span)| *span)
    }

    /// The end of what was read last.
    pub(super) fn end(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |(_, span)| span.end)
    }

    pub(super) fn since(&self, start: Span) -> Span {
        Span::new(start.start, self.end().max(start.start))
    }

    pub(super) fn advance(&mut self) -> (Token, Span) {
        let token = self.tokens.get(self.at).cloned().unwrap_or((Token::End, self.span()));
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    pub(super) fn is(&self, mark: &str) -> bool {
        matches!(self.peek(), Token::Mark(m) if *m == mark)
    }

    pub(super) fn is_at(&self, ahead: usize, mark: &str) -> bool {
        matches!(self.peek_at(ahead), Token::Mark(m) if *m == mark)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.is_word_at(0, word)
    }

    pub(super) fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        matches!(self.peek_at(ahead), Token::Word(w) if w == word)
    }

    pub(super) fn eat(&mut self, mark: &str) -> bool {
        let found = self.is(mark);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect(&mut self, mark: &str) -> Parsed<Span> {
        if self.is(mark) {
            return Ok(self.advance().1);
        }
        self.unexpected(&format!("'{mark}'"))
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Parsed<Span> {
        if self.is_word(word) {
            return Ok(self.advance().1);
        }
        self.unexpected(&format!("'{word}'"))
    }

    /// A finding about the token at hand, where something else was expected.
    pub(super) fn unexpected<T>(&self, wanted: &str) -> Parsed<T> {
        let found = match self.peek() {
            Token::Word(word) => format!("'{word}'"),
            Token::Text(_) => "a string".to_owned(),
            Token::Literal(..) | Token::Beyond => "a literal".to_owned(),
            Token::Mark(mark) => format!("'{mark}'"),
            Token::End => "the end of the query".to_owned(),
        };
        let message = format!("{wanted} is expected here, and {found} stands there");
        let mut finding = Diagnostic::new("KQL010", message, self.span()).label(format!("expected {wanted}"));
        if let (Token::Mark("{"), Token::Word(name), true) =
            (self.peek(), self.peek_at(1), self.is_at(2, "}") || self.is_at(2, ":"))
        {
            finding.help = Some(format!("a placeholder of a workbook is filled with --param {name}=…"));
        } else {
            finding.help = self.advice(wanted);
        }
        Err(Box::new(finding))
    }

    /// The token read last.
    fn before(&self) -> &Token {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(&Token::End, |(token, _)| token)
    }

    /// Whether a word was read last.
    pub(super) fn after(&self, word: &str) -> bool {
        matches!(self.before(), Token::Word(w) if w.eq_ignore_ascii_case(word))
    }

    /// Whether a mark was read last.
    pub(super) fn is_after(&self, mark: &str) -> bool {
        matches!(self.before(), Token::Mark(m) if *m == mark)
    }

    /// Whether a number was read last.
    pub(super) fn after_number(&self) -> bool {
        matches!(self.before(), Token::Literal(..))
    }

    /// Whether the text begins with a word.
    pub(super) fn begins_with(&self, word: &str) -> bool {
        matches!(self.tokens.first(), Some((Token::Word(w), _)) if w.eq_ignore_ascii_case(word))
    }

    /// The finding that KQL has another word for what is written here.
    pub(super) fn miswritten<T>(&self, wrong: &str, right: &str) -> Parsed<T> {
        let message = format!("'{wrong}' is not how KQL writes this");
        Err(Box::new(Diagnostic::new("KQL016", message, self.span()).help(format!("write {right}"))))
    }

    /// Whether two tokens stand side by side with nothing between them.
    pub(super) fn adjacent(&self, ahead: usize) -> bool {
        self.span_at(ahead).end == self.span_at(ahead + 1).start
    }

    /// Reads something one level deeper.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_NESTING {
            return Err(Box::new(Diagnostic::new(
                "KQL092",
                format!("more than {MAX_NESTING} levels inside one another"),
                self.span(),
            )));
        }
        self.depth += 1;
        let answer = deep(|| read(self));
        self.depth -= 1;
        answer
    }

    /// A name: a bare word, or one in `['…']`.
    pub(super) fn name(&mut self) -> Parsed<Name> {
        if let Token::Word(word) = self.peek()
            && !word.starts_with('!')
        {
            let text = word.clone();
            let (_, span) = self.advance();
            return Ok(Name { text, span });
        }
        if self.is("[")
            && let Token::Text(text) = self.peek_at(1)
            && self.is_at(2, "]")
        {
            let text = text.clone();
            let start = self.span();
            self.advance();
            self.advance();
            self.advance();
            return Ok(Name { text, span: self.since(start) });
        }
        self.unexpected("a name")
    }

    /// A name given to something new. Words of the language are none unless written in `['…']`.
    pub(super) fn new_name(&mut self) -> Parsed<Name> {
        match self.peek() {
            Token::Word(word) if is_reserved_as_new(word) => self.reserved(word),
            _ => self.name(),
        }
    }

    /// The name of a `let` or an `as`, which must be usable everywhere.
    pub(super) fn defined_name(&mut self) -> Parsed<Name> {
        match self.peek() {
            Token::Word(word) if is_reserved_in_use(word) => self.reserved(word),
            _ => self.new_name(),
        }
    }

    /// The finding that a word of the language stands where a name is expected.
    fn reserved<T>(&self, word: &str) -> Parsed<T> {
        Err(Box::new(
            Diagnostic::new("KQL015", format!("'{word}' is a word of the language, not a name"), self.span())
                .label("taken")
                .help(format!("write ['{word}'], or choose another name")),
        ))
    }

    /// Whether a name stands at this place.
    pub(super) fn at_name(&self) -> bool {
        self.name_length(0).is_some()
    }

    /// How many tokens the name at a place takes up.
    pub(super) fn name_length(&self, ahead: usize) -> Option<usize> {
        match self.peek_at(ahead) {
            Token::Word(word) if !word.starts_with('!') => Some(1),
            Token::Mark("[") if matches!(self.peek_at(ahead + 1), Token::Text(_)) && self.is_at(ahead + 2, "]") => {
                Some(3)
            }
            _ => None,
        }
    }

    /// A comma-separated list of at least one.
    pub(super) fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut items = vec![one(self)?];
        while self.eat(",") {
            items.push(one(self)?);
        }
        Ok(items)
    }
}
