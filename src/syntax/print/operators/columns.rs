use super::Place;
use crate::syntax::Span;
use crate::syntax::ast::{Expr, Name};
use crate::syntax::print::layout::Layout;

impl Layout<'_> {
    /// Names, each with its order.
    pub(super) fn project_reorder(&mut self, place: Place, items: &[(Expr, Option<Name>)]) {
        let spans: Vec<Span> =
            items.iter().map(|(item, how)| how.as_ref().map_or(item.span, |how| item.span.to(how.span))).collect();
        self.list(place.keyword, &spans);
        for (item, how) in items {
            self.expression(item);
            if let Some(how) = how {
                self.glue_all(how.span);
            }
        }
    }
}
