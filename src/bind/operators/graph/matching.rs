//! `graph-match` and `graph-shortest-paths`: bound, and run over a graph.

use std::sync::Arc;

use super::Graph;
use super::evaluate::{Evaluator, Found};
use super::expressions::{Bound, Reader, Walk, is_pattern_function};
use super::masks::Masks;
use super::network::Network;
use super::pattern::Pattern;
use super::search::Search;
use super::shortest::shortest_paths;
use crate::bind::names::Namer;
use crate::bind::operators::join::parameter;
use crate::bind::scope::{Env, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::Diagnostic;
use crate::ir::{Context, Plan, Schema, SubqueryAnswer};
use crate::syntax::ast::{self, ExprKind, GraphMatch, NamedExpr, Operator};
use crate::types::{Column, Json, ScalarType, Table, Value};

/// How many steps along edges one operator may take.
const MOST_STEPS: u64 = 20_000_000;
/// How many nodes and edges its matches may have all together: they bound the memory that the rows take.
const MOST_PARTS: usize = 5_000_000;

/// Which repetitions a match may contain.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cycles {
    /// Any.
    All,
    /// No edge twice.
    UniqueEdges,
    /// No node twice.
    None,
}

/// Which of several shortest paths are given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shortest {
    Any,
    All,
}

/// A pattern with everything said of it.
pub(super) struct Question {
    pub pattern: Pattern,
    pub conditions: Vec<Bound>,
    pub walks: Vec<Walk>,
    pub cycles: Cycles,
    answers: Vec<SubqueryAnswer>,
    columns: Vec<Bound>,
    shortest: Option<Shortest>,
    nodes: Vec<(String, ScalarType)>,
    edges: Vec<(String, ScalarType)>,
}

/// What a search may still spend.
pub(super) struct Budget {
    steps: u64,
}

impl Budget {
    /// One more step along an edge.
    pub fn step(&mut self) -> Result<(), String> {
        self.steps(1)
    }

    /// So many more steps.
    pub fn steps(&mut self, count: usize) -> Result<(), String> {
        match self.steps.checked_sub(count as u64) {
            Some(less) => self.steps = less,
            None => {
                return Err(format!(
                    "the pattern fits too many paths: the search ended after {MOST_STEPS} steps along edges. \
                     Shorten the paths, say more in 'where', or set cycles=none"
                ));
            }
        }
        Ok(())
    }
}

/// The rows made of matches.
pub(super) struct Matches<'r> {
    evaluator: &'r Evaluator<'r>,
    columns: &'r [Bound],
    values: Vec<Vec<Value<'static>>>,
    rows: usize,
    parts: usize,
}

impl Matches<'_> {
    /// Adds the row of a match.
    pub fn add(&mut self, found: &Found) -> Result<(), String> {
        self.parts += 1 + found.edges.iter().map(|edges| 1 + edges.len()).sum::<usize>();
        if self.parts > MOST_PARTS {
            let rows = self.rows;
            return Err(format!(
                "the pattern fits too often: {rows} matches have more than {MOST_PARTS} nodes and edges. \
                 Say more in 'where', or shorten the paths"
            ));
        }
        for (values, column) in self.values.iter_mut().zip(self.columns) {
            values.push(self.evaluator.result(column, found));
        }
        self.rows += 1;
        Ok(())
    }
}

impl Binder<'_> {
    pub(super) fn graph_match(&self, operator: &Operator, graph: Graph, tree: &GraphMatch, env: &Env) -> Bind<Tabular> {
        let pattern = self.pattern(&tree.patterns, operator.keyword, env)?;
        let shortest = if tree.shortest { Some(shortest_output(operator)?) } else { None };
        if tree.shortest && (pattern.sequences > 1 || !pattern.links.iter().any(|l| pattern.is_path(l.edge))) {
            return Err(Box::new(
                Diagnostic::new("KQL278", "this needs one sequence with an edge of variable length", operator.keyword)
                    .help("write (a)-[path*1..5]->(b)"),
            ));
        }
        if tree.project.is_empty() {
            return Err(Box::new(
                Diagnostic::new("KQL279", "a match gives the columns that project names, and none is", operator.span)
                    .help("end it with project, as in `project from = a.name, to = b.name`"),
            ));
        }
        let mut reader = Reader::new(self, &graph, &pattern, env);
        let mut conditions = Vec::new();
        if let Some(predicate) = &tree.predicate {
            reader.conditions(predicate, &mut conditions)?;
        }
        let mut columns = Vec::new();
        let mut schema = Schema::default();
        let mut namer = Namer::default();
        for item in &tree.project {
            let bound = reader.read(&item.value)?;
            let scalar_type = if bound.each.is_some() { ScalarType::Dynamic } else { bound.scalar_type };
            schema.columns.push((self.match_column(item, &pattern, env, &mut namer), scalar_type));
            columns.push(bound);
        }
        let (walks, queries) = (reader.walks, reader.queries);
        let (plans, answers): (Vec<Plan>, Vec<SubqueryAnswer>) = queries.into_iter().unzip();
        let inputs = std::iter::once(graph.plan).chain(plans).collect();
        let cycles = cycles(operator)?;
        let (nodes, edges) = (graph.nodes, graph.edges);
        let question = Question { pattern, conditions, walks, cycles, answers, columns, shortest, nodes, edges };
        let question = Arc::new(question);
        let shown = schema.clone();
        let name = if tree.shortest { "graph-shortest-paths" } else { "graph-match" };
        let kernel = move |context: &Context, tables: Vec<Table>| question.answer(context, tables, &shown);
        Ok(Tabular::new(Plan::table_kernel(name, inputs, schema, kernel)))
    }

    /// The name of a column of `project`. A path gives its whole name, as in `a_name`; a function that passes a name
    /// on sees the property only.
    fn match_column(&self, item: &NamedExpr, pattern: &Pattern, env: &Env, namer: &mut Namer) -> String {
        if let Some(name) = item.names.first() {
            namer.take(&name.text);
            return name.text.clone();
        }
        let own = match &item.value.kind {
            _ if is_pattern_function(&item.value) => None,
            ExprKind::Call(..) => self.own_name(&without_owners(&item.value, pattern), env),
            _ => self.own_name(&item.value, env),
        };
        match own {
            Some(own) => namer.unique(&own),
            None => namer.column(),
        }
    }
}

/// The tree with the name of each property in place of its path.
fn without_owners(tree: &ast::Expr, pattern: &Pattern) -> ast::Expr {
    if let ExprKind::Member(object, property) = &tree.kind
        && let ExprKind::Name(owner) = &object.kind
        && pattern.variable(&owner.text).is_some()
    {
        return ast::Expr { kind: ExprKind::Name(property.clone()), span: tree.span };
    }
    match tree.try_map(|operand| Ok::<_, std::convert::Infallible>(without_owners(operand, pattern))) {
        Ok(tree) => tree,
    }
}

fn cycles(operator: &Operator) -> Bind<Cycles> {
    match parameter(operator, "cycles") {
        None => Ok(Cycles::UniqueEdges),
        Some((text, value)) => match text.as_str() {
            "all" => Ok(Cycles::All),
            "none" => Ok(Cycles::None),
            "unique_edges" => Ok(Cycles::UniqueEdges),
            _ => error("KQL219", format!("cycles is all, none or unique_edges, not '{text}'"), value.span),
        },
    }
}

fn shortest_output(operator: &Operator) -> Bind<Shortest> {
    match parameter(operator, "output") {
        None => Ok(Shortest::Any),
        Some((text, value)) => match text.as_str() {
            "any" => Ok(Shortest::Any),
            "all" => Ok(Shortest::All),
            _ => error("KQL219", format!("output is any or all, not '{text}'"), value.span),
        },
    }
}

impl Question {
    fn answer(&self, context: &Context, tables: Vec<Table>, schema: &Schema) -> Result<Table, String> {
        let mut tables = tables.into_iter();
        let network = Network::new(tables.next().ok_or("a graph is missing")?, &self.nodes, &self.edges)?;
        let queries = tables.zip(&self.answers).map(|(table, answer)| taken(table, *answer)).collect();
        let evaluator = Evaluator { context, network: &network, walks: &self.walks, queries };
        let masks = Masks::new(&evaluator, &self.pattern, &self.conditions);
        let mut budget = Budget { steps: MOST_STEPS };
        let values = vec![Vec::new(); self.columns.len()];
        let mut matches = Matches { evaluator: &evaluator, columns: &self.columns, values, rows: 0, parts: 0 };
        match self.shortest {
            None => Search::new(self, &evaluator, &masks).run(&mut budget, &mut matches)?,
            Some(which) => shortest_paths(self, which, &evaluator, &masks, &mut budget, &mut matches)?,
        }
        let named = schema.columns.iter().zip(matches.values);
        let columns = named.map(|((name, t), values)| Column { name: name.clone(), scalar_type: *t, values });
        Ok(Table { columns: columns.collect(), rows: matches.rows })
    }
}

/// What an expression takes from the answer of a plan.
fn taken(table: Table, answer: SubqueryAnswer) -> Value<'static> {
    let values = table.columns.into_iter().next().map_or_else(Vec::new, |c| c.values);
    match answer {
        SubqueryAnswer::Scalar => values.into_iter().next().unwrap_or(Value::Null),
        SubqueryAnswer::List => Value::dynamic(Json::Array(values.iter().map(Value::to_json).collect())),
    }
}
