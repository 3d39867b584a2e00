use crate::syntax::ast::{Name, OperatorKind};
use crate::syntax::lexer::Token;
use crate::syntax::parser::{Parsed, Parser};
use crate::types::to_text;

impl Parser {
    /// `render kind with (a = x, b = y)`, or the same properties bare after the kind.
    pub(super) fn render(&mut self) -> Parsed<OperatorKind> {
        let kind = match self.peek() {
            // `3Dchart` begins with a digit.
            Token::Word(_) => self.name()?,
            _ => return self.unexpected("a kind of chart"),
        };
        let mut properties = Vec::new();
        if self.eat_word("with") {
            self.expect("(")?;
            while !self.is(")") {
                properties.push(self.property()?);
                if !self.eat(",") {
                    break;
                }
            }
            self.expect(")")?;
        } else {
            loop {
                if self.name_length(0).is_some_and(|n| self.is_at(n, "=")) {
                    properties.push(self.property()?);
                    self.eat(",");
                } else if self.is_word("by") {
                    let name = self.name()?;
                    let names = self.list(Self::name)?;
                    properties.push((Name { text: "series".to_owned(), span: name.span }, names));
                } else {
                    break;
                }
            }
        }
        Ok(OperatorKind::Render { kind, properties })
    }

    /// `name = value` or `name = a, b, c`.
    fn property(&mut self) -> Parsed<(Name, Vec<Name>)> {
        let name = self.name()?;
        self.expect("=")?;
        let mut values = vec![self.property_value()?];
        // A comma goes on with values unless a property follows it.
        while self.is(",") && !self.is_at(1, ")") {
            match self.name_length(1) {
                Some(n) if !self.is_at(1 + n, "=") => {
                    self.advance();
                    values.push(self.property_value()?);
                }
                _ => break,
            }
        }
        Ok((name, values))
    }

    /// A value is kept as its text.
    fn property_value(&mut self) -> Parsed<Name> {
        let start = self.span();
        let text = match self.peek().clone() {
            Token::Text(text) => {
                self.advance();
                text
            }
            Token::Literal(value, _) => {
                self.advance();
                to_text(&value)
            }
            Token::Mark("-") => {
                self.advance();
                format!("-{}", self.property_value()?.text)
            }
            _ => self.name()?.text,
        };
        Ok(Name { text, span: self.since(start) })
    }
}
