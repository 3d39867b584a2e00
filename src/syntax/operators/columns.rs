use crate::syntax::ast::OperatorKind;
use crate::syntax::parser::{Parsed, Parser};

impl Parser {
    /// `project-reorder a*, b asc`.
    pub(super) fn project_reorder(&mut self) -> Parsed<OperatorKind> {
        let items = self.list(|p| {
            let pattern = p.pattern()?;
            let how = if p.is_word("granny") && p.is_at(1, "-") {
                let start = p.span();
                p.advance();
                p.advance();
                let order = p.name()?;
                Some(crate::syntax::ast::Name { text: format!("granny-{}", order.text), span: p.since(start) })
            } else if p.is_word("asc") || p.is_word("desc") {
                Some(p.name()?)
            } else {
                None
            };
            Ok((pattern, how))
        })?;
        Ok(OperatorKind::ProjectReorder(items))
    }

    /// `project-by-names` takes names, wildcards, strings and arrays of strings.
    pub(super) fn project_by_names(&mut self) -> Parsed<OperatorKind> {
        let items = self.list(|p| {
            let wildcard = p.is("*") || (p.name_length(0).is_some() && p.is_at(1, "*"));
            if wildcard {
                return p.pattern();
            }
            p.expression()
        })?;
        Ok(OperatorKind::ProjectByNames(items))
    }
}
