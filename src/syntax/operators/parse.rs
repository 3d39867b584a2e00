use crate::syntax::ast::{OperatorKind, ParsePiece};
use crate::syntax::lexer::Token;
use crate::syntax::parser::{Parsed, Parser};
use crate::types::ScalarType;

impl Parser {
    /// `parse x with * "a" b:long "c" d`.
    pub(super) fn parse_pattern(&mut self, matching_only: bool) -> Parsed<OperatorKind> {
        let value = self.expression()?;
        self.expect_word("with")?;
        let mut pattern = Vec::new();
        loop {
            match self.peek().clone() {
                Token::Mark("*") => pattern.push(ParsePiece::Star(self.advance().1)),
                Token::Text(text) => {
                    let (_, span) = self.advance();
                    pattern.push(ParsePiece::Text(text, span));
                }
                _ if self.at_name() => {
                    let name = self.new_name()?;
                    let scalar_type = if self.eat(":") { self.scalar_type()? } else { ScalarType::String };
                    pattern.push(ParsePiece::Column(name, scalar_type));
                }
                _ if pattern.is_empty() => return self.unexpected("a pattern"),
                _ => return Ok(OperatorKind::Parse { value, pattern, matching_only }),
            }
        }
    }

    /// `parse-kv x as (a:long, b:string) with (…)`.
    pub(super) fn parse_kv(&mut self) -> Parsed<OperatorKind> {
        let value = self.expression()?;
        self.expect_word("as")?;
        self.expect("(")?;
        let columns = self.list(Self::column_declaration)?;
        self.expect(")")?;
        let properties = self.with_properties()?;
        Ok(OperatorKind::ParseKv { value, columns, properties })
    }
}
