use super::Place;
use crate::syntax::ast::{GraphMatch, GraphOutput, MakeGraph};
use crate::syntax::lexer::Token;
use crate::syntax::print::layout::Layout;

impl Layout<'_> {
    /// `make-graph a --> b with nodes on key`.
    pub(super) fn make_graph(&mut self, graph: &MakeGraph) {
        let arrow = self.behind(graph.source.span);
        for token in arrow + 1..self.first(graph.target.span) {
            self.glue(token);
        }
        for (table, _) in &graph.nodes {
            self.expression(table);
        }
        if let Some((by, body)) = &graph.partition {
            // `partitioned-by`.
            let by = self.first(by.span);
            self.glue(by.saturating_sub(2));
            self.glue(by.saturating_sub(1));
            self.enclosed(body);
        }
    }

    /// Patterns without blanks, then lines for the condition and the columns.
    pub(super) fn graph_match(&mut self, place: Place, graph: &GraphMatch) {
        // The first pattern begins at the first parenthesis behind the keyword and its parameters.
        let mut at = (place.keyword..place.end).find(|at| self.is(*at, "(")).unwrap_or(place.end);
        let mut parts = Vec::new();
        for _ in &graph.patterns {
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
        if let Some(predicate) = &graph.predicate {
            parts.push(self.first(predicate.span).saturating_sub(1));
            self.expression(predicate);
        }
        if let Some(first) = graph.project.first() {
            let keyword = self.first(first.span).saturating_sub(1);
            parts.push(keyword);
            self.named_list(keyword, &graph.project);
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
