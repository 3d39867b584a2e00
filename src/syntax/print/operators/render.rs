use super::Place;
use crate::syntax::Span;
use crate::syntax::print::layout::Layout;

impl Layout<'_> {
    /// `render kind with (a=x, b=y)`: the properties without blanks.
    pub(super) fn render(&mut self, place: Place) {
        let mut names: Vec<Span> = Vec::new();
        for token in place.keyword..place.end {
            if self.is(token, "=") && token > 0 {
                self.glue(token);
                self.glue(token + 1);
                names.push(self.tokens[token - 1].1);
            }
            if self.is(token, "-") {
                self.glue(token + 1);
            }
        }
        self.property_list(&names);
    }
}
