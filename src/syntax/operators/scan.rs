use crate::syntax::ast::{OperatorKind, Scan, ScanStep};
use crate::syntax::parser::{Parsed, Parser};

impl Parser {
    /// `scan … declare (…) with (step s1: condition => a = x; step s2: …;)`.
    pub(super) fn scan(&mut self) -> Parsed<OperatorKind> {
        let order = if self.eat_word("order") {
            self.expect_word("by")?;
            self.list(Self::order_key)?
        } else {
            Vec::new()
        };
        let partition = if self.eat_word("partition") {
            self.expect_word("by")?;
            self.list(Self::expression)?
        } else {
            Vec::new()
        };
        let declare = if self.eat_word("declare") { self.parameters()? } else { Vec::new() };
        self.expect_word("with")?;
        self.expect("(")?;
        let mut steps = Vec::new();
        while self.is_word("step") {
            steps.push(self.step()?);
            while self.eat(";") {}
        }
        if steps.is_empty() {
            return self.unexpected("'step'");
        }
        self.expect(")")?;
        Ok(OperatorKind::Scan(Scan { order, partition, declare, steps }))
    }

    fn step(&mut self) -> Parsed<ScanStep> {
        self.expect_word("step")?;
        let name = self.name()?;
        let optional = self.eat_word("optional");
        let output = if self.eat_word("output") {
            self.expect("=")?;
            Some(self.name()?)
        } else {
            None
        };
        self.expect(":")?;
        let condition = self.expression()?;
        let assignments = if self.eat("=>") { self.list(Self::named)? } else { Vec::new() };
        Ok(ScanStep { name, optional, output, condition, assignments })
    }
}
