use crate::syntax::ast::{Expr, OperatorKind, OrderKey, TopNestedLevel};
use crate::syntax::parser::{Parsed, Parser};

impl Parser {
    /// `x desc nulls last`.
    pub(super) fn order_key(&mut self) -> Parsed<OrderKey> {
        let value = self.named()?.value;
        let ascending = self.ascending()?;
        let nulls_first = if self.eat_word("nulls") {
            if self.eat_word("first") {
                Some(true)
            } else {
                self.expect_word("last")?;
                Some(false)
            }
        } else {
            None
        };
        Ok(OrderKey { value, ascending, nulls_first })
    }

    fn ascending(&mut self) -> Parsed<Option<bool>> {
        for (word, long, answer) in [("asc", "ascending", true), ("desc", "descending", false)] {
            if self.eat_word(word) {
                return Ok(Some(answer));
            }
            if self.is_word(long) {
                return self.miswritten(long, word);
            }
        }
        Ok(None)
    }

    /// `top 5 by x desc`.
    pub(super) fn top(&mut self) -> Parsed<OperatorKind> {
        let count = self.expression()?;
        self.expect_word("by")?;
        Ok(OperatorKind::Top { count, keys: self.list(Self::order_key)? })
    }

    /// `sample-distinct 3 of x`.
    pub(super) fn sample_distinct(&mut self) -> Parsed<OperatorKind> {
        let count = self.expression()?;
        self.expect_word("of")?;
        Ok(OperatorKind::SampleDistinct { count, of: self.expression()? })
    }

    /// `top-hitters 3 of x by y`.
    pub(super) fn top_hitters(&mut self) -> Parsed<OperatorKind> {
        let count = self.expression()?;
        self.expect_word("of")?;
        let of = self.named()?;
        let by: Option<Expr> = if self.eat_word("by") { Some(self.expression()?) } else { None };
        Ok(OperatorKind::TopHitters { count, of, by })
    }

    /// `top-nested 3 of x with others = "rest" by count() desc, …`.
    pub(super) fn top_nested(&mut self) -> Parsed<OperatorKind> {
        let mut levels = Vec::new();
        loop {
            let count = if self.is_word("of") { None } else { Some(self.expression()?) };
            self.expect_word("of")?;
            let of = self.named()?;
            let others = if self.eat_word("with") {
                self.expect_word("others")?;
                self.expect("=")?;
                Some(self.expression()?)
            } else {
                None
            };
            self.expect_word("by")?;
            let by = self.named()?;
            let ascending = self.ascending()?;
            levels.push(TopNestedLevel { count, of, others, by, ascending });
            if !self.eat(",") {
                return Ok(OperatorKind::TopNested(levels));
            }
            // Every level may be written with the keyword again.
            if self.is_word("top") && self.is_at(1, "-") && self.is_word_at(2, "nested") {
                self.advance();
                self.advance();
                self.advance();
            }
        }
    }
}
