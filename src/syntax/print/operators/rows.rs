use super::Place;
use crate::syntax::Span;
use crate::syntax::ast::{Expr, OrderKey, TopNestedLevel};
use crate::syntax::print::layout::Layout;

impl Layout<'_> {
    /// The keys behind `by`.
    pub(super) fn order_keys(&mut self, by: usize, keys: &[OrderKey]) {
        let spans: Vec<Span> = keys.iter().map(|key| key.value.span).collect();
        self.list(by, &spans);
        keys.iter().for_each(|key| self.expression(&key.value));
    }

    /// `top n by a, b`.
    pub(super) fn top(&mut self, count: &Expr, keys: &[OrderKey]) {
        self.expression(count);
        self.order_keys(self.behind(count.span), keys);
    }

    /// Every level begins a line.
    pub(super) fn top_nested(&mut self, place: Place, levels: &[TopNestedLevel]) {
        let mut starts = Vec::new();
        for level in levels {
            let of = self.first(level.of.span).saturating_sub(1);
            let mut start = level.count.as_ref().map_or(of, |count| self.first(count.span));
            // The keyword may be repeated before a level.
            if start >= 3 && start - 1 != place.keyword && self.is_word(start - 1, "nested") {
                start -= 3;
                self.glue(start + 1);
                self.glue(start + 2);
            }
            starts.push(start);
            self.expressions(level.count.iter().chain([&level.of.value]).chain(&level.others).chain([&level.by.value]));
        }
        if starts.len() > 1 {
            self.parts(place.keyword, place.end, starts);
        }
    }
}
