use super::Place;
use crate::syntax::ast::{NamedExpr, OperatorKind};
use crate::syntax::print::layout::Layout;

impl Layout<'_> {
    /// Aggregates on lines of their own, then a line for the keys.
    pub(super) fn summarize(&mut self, place: Place, aggregates: &[NamedExpr], keys: &[NamedExpr]) {
        let mut parts: Vec<usize> = aggregates.iter().map(|aggregate| self.first(aggregate.span)).collect();
        parts.extend(self.keys(keys).filter(|_| !aggregates.is_empty()));
        aggregates.iter().for_each(|aggregate| self.named(aggregate));
        if parts.len() > 1 {
            self.parts(place.keyword, place.end, parts);
        }
    }

    /// Lays out keys; gives the `by` before them.
    fn keys(&mut self, keys: &[NamedExpr]) -> std::option::IntoIter<usize> {
        let by = keys.first().map(|key| self.first(key.span).saturating_sub(1));
        if let Some(by) = by {
            self.named_list(by, keys);
        }
        by.into_iter()
    }

    /// Aggregates, the axis and the keys on lines of their own.
    pub(super) fn make_series(&mut self, place: Place, kind: &OperatorKind) {
        let OperatorKind::MakeSeries { aggregates, on, from, to, step, keys, .. } = kind else { return };
        let mut parts = Vec::new();
        for (aggregate, default) in aggregates {
            parts.push(self.first(aggregate.span));
            self.named(aggregate);
            if let Some(default) = default {
                let word = self.behind(aggregate.span);
                self.glue(word + 1);
                self.glue(word + 2);
                self.expression(default);
            }
        }
        parts.push(self.first(on.span).saturating_sub(1));
        self.named(on);
        self.expressions(from.iter().chain(to).chain([step]));
        // `range(` is written as a call.
        if self.is_word(self.behind(on.span), "in") {
            let opening = self.behind(on.span) + 2;
            self.glue(opening);
        }
        parts.extend(self.keys(keys));
        self.parts(place.keyword, place.end, parts);
    }
}
