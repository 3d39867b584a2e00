use super::Place;
use crate::syntax::ast::{Expr, NamedExpr};
use crate::syntax::print::layout::Layout;

impl Layout<'_> {
    /// `search in (T) "a" and b:"c"`.
    pub(super) fn search(&mut self, tables: &[Expr], predicate: &Expr) {
        self.tables(tables);
        self.expression(predicate);
    }

    /// `find in (T) where x project a, b:long`.
    pub(super) fn find(&mut self, place: Place, tables: &[Expr], predicate: &Expr, project: &[NamedExpr]) {
        self.tables(tables);
        self.expression(predicate);
        let behind = self.behind(predicate.span);
        match project.first() {
            Some(first) => self.named_list(self.first(first.span).saturating_sub(1), project),
            // `project-smart`.
            None => (behind + 1..place.end).for_each(|token| self.glue(token)),
        }
    }

    fn tables(&mut self, tables: &[Expr]) {
        self.expressions(tables);
        if let Some(first) = tables.first() {
            self.bracketed(self.first(first.span).saturating_sub(1), tables.iter().map(|table| table.span));
        }
    }
}
