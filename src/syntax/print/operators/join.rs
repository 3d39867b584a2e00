use crate::syntax::Span;
use crate::syntax::ast::Expr;
use crate::syntax::print::layout::Layout;

impl Layout<'_> {
    /// The right side in its parentheses, then the conditions behind `on`.
    pub(super) fn join(&mut self, right: &Expr, on: &[Expr]) {
        self.expression(right);
        if let Some(first) = on.first() {
            let word = self.first(first.span).saturating_sub(1);
            let spans: Vec<Span> = on.iter().map(|condition| condition.span).collect();
            self.list(word, &spans);
        }
        self.expressions(on);
    }
}
