use crate::syntax::ast::{Expr, ExprKind, Pipeline};
use crate::syntax::lexer::Token;
use crate::syntax::parser::{Parsed, Parser};

impl Parser {
    /// `(right) on a, $left.b == $right.c`, or `where` in place of `on`.
    pub(super) fn join(&mut self) -> Parsed<(Expr, Vec<Expr>)> {
        let right = self.table_operand()?;
        let on = if self.eat_word("on") || self.eat_word("where") { self.list(Self::expression)? } else { Vec::new() };
        Ok((right, on))
    }

    /// A table: `(T | where …)`, a name, a call.
    pub(super) fn table_operand(&mut self) -> Parsed<Expr> {
        let start = self.span();
        if self.at_source_operator() && !self.is_word("union") && !self.is_word("search") && !self.is_word("find") {
            let operators = vec![self.operator()?];
            let kind = ExprKind::Pipeline(Box::new(Pipeline { source: None, operators }));
            return Ok(Expr { kind, span: self.since(start) });
        }
        self.sum()
    }

    /// A table of a union: also a wildcard.
    pub(super) fn union_table(&mut self) -> Parsed<Expr> {
        let wildcard = match self.peek() {
            Token::Mark("*") => true,
            Token::Word(_) => self.is_at(1, "*") && self.adjacent(0),
            _ => false,
        };
        if wildcard { self.pattern() } else { self.table_operand() }
    }
}
