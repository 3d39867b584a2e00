//! One file per tabular operator or close family, as in [`crate::syntax::operators`]: how it is laid out.

mod aggregate;
mod columns;
mod expand;
mod graph;
mod join;
mod parse;
mod render;
mod rows;
mod scan;
mod search;
mod sources;

use super::layout::Layout;
use crate::syntax::Span;
use crate::syntax::ast::{Expr, Name, Operator, OperatorKind};

/// An operator whose words are laid out.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The last token of its keyword.
    pub keyword: usize,
    /// The token behind its last.
    pub end: usize,
}

impl Layout<'_> {
    pub(super) fn operator(&mut self, operator: &Operator) {
        self.glue_all(operator.keyword);
        for parameter in &operator.parameters {
            self.glue_all(parameter.name.span);
            self.glue_equals(parameter.name.span);
            self.glue_all(parameter.value.span);
        }
        let place = Place { keyword: self.behind(operator.keyword).saturating_sub(1), end: self.behind(operator.span) };
        crate::syntax::deep(|| self.operator_kind(operator, place));
    }

    fn operator_kind(&mut self, operator: &Operator, place: Place) {
        use OperatorKind as K;
        match &operator.kind {
            K::Where(expr) | K::Take(expr) | K::Sample(expr) | K::Invoke(expr) => self.expression(expr),
            K::Extend(items)
            | K::Project(items)
            | K::ProjectRename(items)
            | K::Distinct(items)
            | K::Print(items)
            | K::Serialize(items) => self.named_list(place.keyword, items),
            K::ProjectAway(items) | K::ProjectKeep(items) | K::ProjectByNames(items) | K::Union(items) => {
                self.plain_list(place.keyword, items);
            }
            K::ProjectReorder(items) => self.project_reorder(place, items),
            K::Summarize { aggregates, keys } => self.summarize(place, aggregates, keys),
            K::MakeSeries { .. } => self.make_series(place, &operator.kind),
            K::Sort(keys) => self.order_keys(place.keyword + 1, keys),
            K::Top { count, keys } => self.top(count, keys),
            K::SampleDistinct { count, of } => self.expressions([count, of]),
            K::TopNested(levels) => self.top_nested(place, levels),
            K::TopHitters { count, of, by } => self.expressions([count, &of.value].into_iter().chain(by)),
            K::Count(_) | K::As(_) | K::Consume | K::GetSchema | K::GraphMarkComponents => {}
            K::Render { .. } => self.render(place),
            K::DataTable { columns, values } => self.datatable(place, columns, values),
            K::ExternalData { columns, uris, properties } => self.external_data(place, columns, uris, properties),
            K::Range { from, to, step, .. } => self.expressions([from, to, step]),
            K::Evaluate { plugin, arguments, schema, .. } => self.evaluate(place, plugin, arguments, schema.as_deref()),
            K::Join { right, on } | K::Lookup { right, on } => self.join(right, on),
            K::MvExpand { columns, limit, .. } => self.expand(place, columns, limit.as_ref(), None),
            K::MvApply { columns, limit, body } => self.expand(place, columns, limit.as_ref(), Some(body)),
            K::Partition { by, body } => {
                self.expression(by);
                self.enclosed(body);
            }
            K::Fork(legs) => self.fork(place, legs),
            K::Facet { columns, with } => self.facet(place, columns, with.as_ref()),
            K::Parse { value, pattern, .. } => self.parse(place, value, pattern),
            K::ParseKv { value, columns, properties } => self.parse_kv(value, columns, properties),
            K::Search { tables, predicate } => self.search(tables, predicate),
            K::Find { tables, predicate, project, .. } => self.find(place, tables, predicate, project),
            K::Reduce { by, properties } => {
                self.expression(by);
                self.properties(properties);
            }
            K::Scan(scan) => self.scan(place, scan),
            K::MakeGraph(graph) => self.make_graph(graph),
            K::GraphMatch(graph) => self.graph_match(place, graph),
            K::GraphToTable(outputs) => self.graph_to_table(outputs),
        }
    }

    /// `with (a=x, b=y)`.
    fn properties(&mut self, properties: &[(Name, Expr)]) {
        for (name, value) in properties {
            self.glue_equals(name.span);
            self.expression(value);
        }
        self.property_list(&properties.iter().map(|(name, _)| name.span).collect::<Vec<_>>());
    }

    /// The parentheses around properties, if there are any.
    fn property_list(&mut self, names: &[Span]) {
        if let Some(first) = names.first() {
            let opening = self.first(*first).saturating_sub(1);
            if self.is(opening, "(") {
                self.bracketed(opening, names.iter().copied());
            }
        }
    }
}
