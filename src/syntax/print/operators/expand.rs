use super::Place;
use crate::syntax::Span;
use crate::syntax::ast::{ExpandColumn, Expr, Name, Pipeline};
use crate::syntax::print::layout::{Layout, inside};

impl Layout<'_> {
    /// `mv-expand` and `mv-apply`: columns, and what is done to each row's table.
    pub(super) fn expand(
        &mut self,
        place: Place,
        columns: &[ExpandColumn],
        limit: Option<&Expr>,
        body: Option<&Pipeline>,
    ) {
        let mut spans = Vec::new();
        for column in columns {
            self.named(&column.value);
            let mut span = column.value.span;
            if column.to.is_some() {
                let opening = self.behind(span) + 2;
                self.glue(opening);
                let closing = self.partner(opening);
                span = span.to(self.tokens[closing].1);
            }
            spans.push(span);
        }
        self.list(place.keyword, &spans);
        self.expressions(limit);
        if let Some(body) = body {
            self.enclosed(body);
        }
    }

    /// Every leg begins a line.
    pub(super) fn fork(&mut self, place: Place, legs: &[(Option<Name>, Pipeline)]) {
        let mut breaks = Vec::new();
        let mut at = place.keyword + 1;
        for (name, body) in legs {
            breaks.push(inside(at));
            let opening = name.as_ref().map_or(at, |name| self.behind(name.span) + 1);
            self.enclosed(body);
            at = self.partner(opening) + 1;
        }
        self.group(place.keyword, place.end, breaks, legs.len() > 1);
    }

    /// `facet by a, b with (…)`.
    pub(super) fn facet(&mut self, place: Place, columns: &[Expr], with: Option<&Pipeline>) {
        let spans: Vec<Span> = columns.iter().map(|column| column.span).collect();
        self.list(place.keyword + 1, &spans);
        self.expressions(columns);
        if let Some(body) = with {
            self.enclosed(body);
        }
    }
}
