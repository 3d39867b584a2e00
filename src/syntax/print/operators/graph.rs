use super::Place;
use crate::syntax::ast::{Expr, GraphOutput, Name, NamedExpr};
use crate::syntax::lexer::Token;
use crate::syntax::print::layout::Layout;

impl Layout<'_> {
    /// `make-graph a --> b with nodes on key`.
    pub(super) fn make_graph(&mut self, source: &Name, target: &Name, nodes: &[(Expr, Name)]) {
        let arrow = self.behind(source.span);
        for token in arrow + 1..self.first(target.span) {
            self.glue(token);
        }
        for (table, _) in nodes {
            self.expression(table);
        }
    }

    /// Patterns without blanks, then lines for the condition and the columns.
    pub(super) fn graph_match(
        &mut self,
        place: Place,
        patterns: usize,
        predicate: Option<&Expr>,
        project: &[NamedExpr],
    ) {
        // The first pattern begins at the first parenthesis behind the keyword and its parameters.
        let mut at = (place.keyword..place.end).find(|at| self.is(*at, "(")).unwrap_or(place.end);
        let mut parts = Vec::new();
        for _ in 0..patterns {
            let first = at;
            parts.push(first);
            while at < place.end && !matches!(self.tokens[at].0, Token::Word(_) | Token::Mark(",")) {
                // Over brackets and what they hold.
                let to = self.partner(at).max(at);
                (at.max(first + 1)..=to).for_each(|token| self.glue(token));
                at = to + 1;
            }
            at += usize::from(self.is(at, ","));
        }
        if let Some(predicate) = predicate {
            parts.push(self.first(predicate.span).saturating_sub(1));
            self.expression(predicate);
        }
        if let Some(first) = project.first() {
            let keyword = self.first(first.span).saturating_sub(1);
            parts.push(keyword);
            self.named_list(keyword, project);
        }
        self.parts(place.keyword, place.end, parts);
    }

    /// `graph-to-table nodes as N with_node_id=id`.
    pub(super) fn graph_to_table(&mut self, outputs: &[GraphOutput]) {
        for parameter in outputs.iter().flat_map(|output| &output.parameters) {
            self.glue_equals(parameter.name.span);
            self.expression(&parameter.value);
        }
    }
}
