//! `declare pattern`: tables told by constants.

use super::ast::{Pattern, PatternCase};
use super::lexer::Token;
use super::parser::{Parsed, Parser};

impl Parser {
    /// What follows `declare pattern`: a name, and with `=` the cases.
    pub(super) fn pattern_statement(&mut self) -> Parsed<Pattern> {
        let name = self.new_name()?;
        let mut pattern = Pattern { name, parameters: Vec::new(), path: None, cases: Vec::new() };
        if !self.eat("=") {
            return Ok(pattern);
        }
        pattern.parameters = self.parameters()?;
        if self.eat("[") {
            pattern.path = Some(self.column_declaration()?.name);
            self.expect("]")?;
        }
        self.expect("{")?;
        while !self.is("}") {
            pattern.cases.push(self.pattern_case()?);
            if !self.eat(";") {
                break;
            }
        }
        self.expect("}")?;
        Ok(pattern)
    }

    /// `("a", "b").["path"] = { body }`.
    fn pattern_case(&mut self) -> Parsed<PatternCase> {
        let start = self.span();
        self.expect("(")?;
        let arguments = if self.is(")") { Vec::new() } else { self.list(Self::pattern_text)? };
        self.expect(")")?;
        let path = if self.eat(".") { Some(self.name()?.text) } else { None };
        self.expect("=")?;
        let body = self.block(false, Vec::new(), start)?;
        Ok(PatternCase { arguments, path, body })
    }

    fn pattern_text(&mut self) -> Parsed<String> {
        match self.peek().clone() {
            Token::Text(text) => {
                self.advance();
                Ok(text)
            }
            _ => self.unexpected("a string"),
        }
    }
}
