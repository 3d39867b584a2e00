use crate::syntax::ast::OperatorKind;
use crate::syntax::lexer::Token;
use crate::syntax::parser::{Parsed, Parser};

impl Parser {
    /// `summarize a = count(), … by k, …`.
    pub(super) fn summarize(&mut self) -> Parsed<OperatorKind> {
        let empty = |p: &Self| p.is_word("by") || matches!(p.peek(), Token::End | Token::Mark("|" | ";" | ")"));
        let aggregates = if empty(self) { Vec::new() } else { self.list(Self::named)? };
        let keys = if self.eat_word("by") { self.list(Self::named)? } else { Vec::new() };
        if aggregates.is_empty() && keys.is_empty() {
            return self.unexpected("an aggregate or 'by'");
        }
        Ok(OperatorKind::Summarize { aggregates, keys })
    }

    /// `make-series n = count() default = 0 on t from a to b step s by k`, or `in range(a, b, s)`.
    pub(super) fn make_series(&mut self) -> Parsed<OperatorKind> {
        let aggregates = self.list(|p| {
            let aggregate = p.named()?;
            let default = if p.is_word("default") && p.is_at(1, "=") {
                p.advance();
                p.advance();
                Some(p.expression()?)
            } else {
                None
            };
            Ok((aggregate, default))
        })?;
        self.expect_word("on")?;
        let on = self.named_with(Self::sum)?;
        let keys = |p: &mut Self| if p.eat_word("by") { p.list(Self::named) } else { Ok(Vec::new()) };
        if self.eat_word("in") {
            self.expect_word("range")?;
            self.expect("(")?;
            let from = Some(self.expression()?);
            self.expect(",")?;
            let to = Some(self.expression()?);
            self.expect(",")?;
            let step = self.expression()?;
            self.expect(")")?;
            return Ok(OperatorKind::MakeSeries { aggregates, on, from, to, step, in_range: true, keys: keys(self)? });
        }
        let from = if self.eat_word("from") { Some(self.expression()?) } else { None };
        let to = if self.eat_word("to") { Some(self.expression()?) } else { None };
        self.expect_word("step")?;
        let step = self.expression()?;
        Ok(OperatorKind::MakeSeries { aggregates, on, from, to, step, in_range: false, keys: keys(self)? })
    }
}
