//! One file per tabular operator (or close family): its tree to plan nodes.

mod aggregate;
mod columns;
mod expand;
mod external;
mod graph;
mod join;
mod nested;
mod order;
mod parse;
mod parse_kv;
mod parts;
mod reduce;
mod render;
mod rows;
mod scan;
mod search;
mod series;
mod sources;
mod union;

pub(super) use self::aggregate::grouped;
pub(super) use self::graph::{is_graph, not_a_table};
pub(super) use self::rows::values;
use self::series::Axis;
use super::plugins::{Call, Declared, opened};
use super::scope::{Env, Tabular};
use super::{Bind, Binder, error};
use crate::syntax::ast::{Operator, OperatorKind};

/// The findings about types: no findings where a type is only guessed.
const OF_TYPES: [&str; 15] = [
    "KQL124", "KQL130", "KQL136", "KQL137", "KQL139", "KQL140", "KQL141", "KQL142", "KQL161", "KQL162", "KQL170",
    "KQL171", "KQL183", "KQL200", "KQL235",
];

impl Binder<'_> {
    /// Binds one operator over its input. Once a query that is only checked has named a column that the data alone can
    /// tell, a finding about types says nothing any more: the operator then gives whatever columns come after it.
    pub(super) fn operator(&self, operator: &Operator, input: Option<Tabular>, env: &Env) -> Bind<Tabular> {
        let unknown = if self.environment.evaluate.is_none() { input.clone() } else { None };
        match (self.bound(operator, input, env), unknown) {
            (Err(finding), Some(input)) if self.guessed.get() && OF_TYPES.contains(&finding.code) => Ok(opened(input)),
            (answer, _) => answer,
        }
    }

    fn bound(&self, operator: &Operator, input: Option<Tabular>, env: &Env) -> Bind<Tabular> {
        if let Some(source) = self.source_operator(operator, env)? {
            return Ok(source);
        }
        if let OperatorKind::Union(tables) = &operator.kind {
            return self.union(operator, tables, input, env);
        }
        if let OperatorKind::Search { tables, predicate } = &operator.kind {
            return self.search(operator, tables, predicate, input, env);
        }
        if let OperatorKind::Find { tables, predicate, project, .. } = &operator.kind {
            return self.find(operator, tables, predicate, project, input, env);
        }
        if let OperatorKind::Evaluate { plugin, arguments, schema, schema_star } = &operator.kind {
            let declared = schema.as_deref().map(|columns| Declared { columns, star: *schema_star });
            return self.evaluate(&Call { plugin, arguments, declared, input, env, span: operator.span });
        }
        let Some(input) = input else {
            return error("KQL115", "this operator needs a table before it", operator.keyword);
        };
        if let Some(answer) = self.graph_operator(operator, &input, env)? {
            return Ok(answer);
        }
        match &operator.kind {
            OperatorKind::Where(predicate) => self.filter(input, predicate, env),
            OperatorKind::Extend(items) => self.extend(input, items, env),
            OperatorKind::Project(items) => self.project(input, items, env),
            OperatorKind::ProjectAway(patterns) => self.project_away(input, patterns),
            OperatorKind::ProjectKeep(patterns) => self.project_keep(input, patterns),
            OperatorKind::ProjectRename(items) => self.project_rename(input, items, env),
            OperatorKind::ProjectReorder(items) => self.project_reorder(input, items),
            OperatorKind::ProjectByNames(items) => self.project_by_names(input, items, env),
            OperatorKind::Summarize { aggregates, keys } => self.summarize(input, aggregates, keys, env),
            OperatorKind::Distinct(items) => self.distinct(input, items, env),
            OperatorKind::Count(name) => self.count(input, name.as_ref()),
            OperatorKind::Sort(keys) => self.sort(input, keys, env),
            OperatorKind::Top { count, keys } => self.top(input, count, keys, env),
            OperatorKind::Take(count) => self.take(input, count, env),
            OperatorKind::Sample(count) => self.sample(input, count, env),
            OperatorKind::SampleDistinct { count, of } => self.sample_distinct(input, count, of, env),
            OperatorKind::Serialize(items) => self.serialize(input, items, env),
            OperatorKind::GetSchema => self.get_schema(operator, &input),
            OperatorKind::Consume => self.take_rows(input, 0),
            OperatorKind::Render { kind, properties } => self.render(input, kind, properties, env),
            OperatorKind::Join { right, on } => self.join(operator, input, right, on, env),
            OperatorKind::Lookup { right, on } => self.lookup(operator, input, right, on, env),
            OperatorKind::MvExpand { columns, limit, legacy } => {
                self.mv_expand(operator, input, columns, limit.as_ref(), *legacy, env)
            }
            OperatorKind::MvApply { columns, limit, body } => {
                self.mv_apply(operator, input, columns, limit.as_ref(), body, env)
            }
            OperatorKind::Parse { value, pattern, matching_only } => {
                self.parse(operator, input, value, pattern, *matching_only, env)
            }
            OperatorKind::ParseKv { value, columns, properties } => {
                self.parse_kv(input, value, columns, properties, env)
            }
            OperatorKind::MakeSeries { aggregates, on, from, to, step, in_range, keys } => {
                let axis = Axis { on, from: from.as_ref(), to: to.as_ref(), step, in_range: *in_range };
                self.make_series(operator, input, aggregates, &axis, keys, env)
            }
            OperatorKind::Scan(scan) => self.scan(operator, input, scan, env),
            OperatorKind::TopNested(levels) => self.top_nested(input, levels, env),
            OperatorKind::TopHitters { count, of, by } => self.top_hitters(input, count, of, by.as_ref(), env),
            OperatorKind::Partition { by, body } => self.partition(operator, input, by, body, env),
            OperatorKind::Fork(bodies) => self.fork(input, bodies, env),
            OperatorKind::Facet { columns, with } => self.facet(input, columns, with.as_ref(), env),
            OperatorKind::Invoke(call) => self.invoke(input, call, env),
            OperatorKind::Reduce { by, properties } => self.reduce(operator, input, by, properties, env),
            _ => error("KQL109", "kqlens reads this operator but cannot run it yet", operator.keyword),
        }
    }
}
