use crate::syntax::ast::{ExpandColumn, Expr, ExprKind, Name, OperatorKind, Pipeline};
use crate::syntax::parser::{Parsed, Parser};

impl Parser {
    fn expand_columns(&mut self) -> Parsed<Vec<ExpandColumn>> {
        self.list(|p| {
            let value = p.named()?;
            let to = if p.eat_word("to") {
                p.expect_word("typeof")?;
                p.expect("(")?;
                let scalar_type = p.scalar_type()?;
                p.expect(")")?;
                Some(scalar_type)
            } else {
                None
            };
            Ok(ExpandColumn { value, to })
        })
    }

    fn limit(&mut self) -> Parsed<Option<Expr>> {
        if self.eat_word("limit") { self.expression().map(Some) } else { Ok(None) }
    }

    /// `mv-expand a to typeof(long), b = c limit 5`.
    pub(super) fn mv_expand(&mut self, legacy: bool) -> Parsed<OperatorKind> {
        let columns = self.expand_columns()?;
        Ok(OperatorKind::MvExpand { columns, limit: self.limit()?, legacy })
    }

    /// `mv-apply a to typeof(long) limit 5 on (where a > 1 | count)`.
    pub(super) fn mv_apply(&mut self) -> Parsed<OperatorKind> {
        let columns = self.expand_columns()?;
        let limit = self.limit()?;
        self.expect_word("on")?;
        let body = self.enclosed("(", ")")?;
        Ok(OperatorKind::MvApply { columns, limit, body })
    }

    /// Operators between two marks, with or without a source of their own.
    pub(super) fn enclosed(&mut self, open: &str, close: &str) -> Parsed<Pipeline> {
        self.expect(open)?;
        let body = self.deeper(Self::body)?;
        self.expect(close)?;
        Ok(body)
    }

    /// `partition by k (…)`, or `{…}`.
    pub(super) fn partition(&mut self) -> Parsed<OperatorKind> {
        self.expect_word("by")?;
        // The parenthesis behind the key opens the body, not a call.
        let start = self.span();
        let by = match self.name_length(0) {
            Some(n) if self.is_at(n, "(") => {
                let name = self.name()?;
                Expr { kind: ExprKind::Name(name), span: self.since(start) }
            }
            _ => self.sum()?,
        };
        let body = if self.is("{") {
            self.expect("{")?;
            let whole = self.deeper(Self::table_or_scalar)?;
            self.expect("}")?;
            match whole.kind {
                ExprKind::Pipeline(pipeline) => *pipeline,
                _ => Pipeline { source: Some(whole), operators: Vec::new() },
            }
        } else {
            self.enclosed("(", ")")?
        };
        Ok(OperatorKind::Partition { by, body })
    }

    /// `fork name = (…) (…)`.
    pub(super) fn fork(&mut self) -> Parsed<OperatorKind> {
        let mut legs: Vec<(Option<Name>, Pipeline)> = Vec::new();
        loop {
            let name = match self.name_length(0) {
                Some(n) if self.is_at(n, "=") => {
                    let name = self.name()?;
                    self.expect("=")?;
                    Some(name)
                }
                _ => None,
            };
            legs.push((name, self.enclosed("(", ")")?));
            let more = self.is("(") || self.name_length(0).is_some_and(|n| self.is_at(n, "="));
            if !more {
                return Ok(OperatorKind::Fork(legs));
            }
        }
    }

    /// `facet by a, b with (…)`.
    pub(super) fn facet(&mut self) -> Parsed<OperatorKind> {
        self.expect_word("by")?;
        let columns = self.list(Self::expression)?;
        let with = if self.eat_word("with") {
            Some(if self.is("(") {
                self.enclosed("(", ")")?
            } else {
                Pipeline { source: None, operators: vec![self.operator()?] }
            })
        } else {
            None
        };
        Ok(OperatorKind::Facet { columns, with })
    }
}
