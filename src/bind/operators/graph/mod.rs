//! `make-graph` and the operators that read the graph it makes.
//!
//! A graph travels through the plan as one table, so that it can be named by a `let`, read twice and parted as any
//! other: the rows of the nodes first, then those of the edges. [`Graph`] tells such a table by its hidden columns.

mod build;
mod components;
mod evaluate;
mod expressions;
mod masks;
mod matching;
mod network;
mod pattern;
mod search;
mod shortest;
mod tables;

use crate::bind::scope::{Env, Tabular};
use crate::bind::{Bind, Binder};
use crate::diagnostics::Diagnostic;
use crate::ir::Plan;
use crate::syntax::Span;
use crate::syntax::ast::{Operator, OperatorKind};
use crate::types::ScalarType;

/// The number of a node, in its row; null in the row of an edge.
const NODE: &str = "$node";
/// The node's identity as text.
const IDENTITY: &str = "$identity";
/// The hash of the node's identity; in the row of an edge, that of its source.
const HASH: &str = "$hash";
/// In the row of an edge, the hash of its target's identity.
const TARGET_HASH: &str = "$target_hash";
/// The numbers of the nodes an edge joins; null in the row of a node.
const SOURCE: &str = "$source";
const TARGET: &str = "$target";
/// What the graph is parted by, when it is.
const PART: &str = "$part";

/// The name in the table of a property of nodes.
fn node_column(name: &str) -> String {
    format!("$node.{name}")
}

/// The name in the table of a property of edges.
fn edge_column(name: &str) -> String {
    format!("$edge.{name}")
}

/// A graph, as the binder knows it.
struct Graph {
    plan: Plan,
    /// The properties of nodes.
    nodes: Vec<(String, ScalarType)>,
    /// The properties of edges.
    edges: Vec<(String, ScalarType)>,
}

impl Graph {
    /// The graph in a table; `None` when the table is just a table.
    fn of(tabular: &Tabular) -> Option<Self> {
        if !is_graph(tabular) {
            return None;
        }
        let properties = |prefix: &str| {
            let columns = tabular.plan.schema.columns.iter();
            columns.filter_map(|(n, t)| n.strip_prefix(prefix).map(|n| (n.to_owned(), *t))).collect()
        };
        Some(Self { plan: tabular.plan.clone(), nodes: properties("$node."), edges: properties("$edge.") })
    }
}

/// Whether what a pipeline gives is a graph.
pub(in crate::bind) fn is_graph(tabular: &Tabular) -> bool {
    tabular.plan.schema.columns.first().is_some_and(|(name, _)| name == NODE)
}

/// What to say where a table is needed and a graph stands.
pub(in crate::bind) fn not_a_table(span: Span) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::new("KQL270", "a table is needed here, and this is a graph", span)
            .help("make rows of it with `graph-match … project …` or `graph-to-table nodes`"),
    )
}

impl Binder<'_> {
    /// Binds an operator that makes or reads a graph; `None` for all others.
    pub(super) fn graph_operator(&self, operator: &Operator, input: &Tabular, env: &Env) -> Bind<Option<Tabular>> {
        let graph = || match Graph::of(input) {
            Some(graph) => Ok(graph),
            None => Err(Box::new(
                Diagnostic::new("KQL271", "this operator reads a graph, and this is a table", operator.keyword)
                    .help("make a graph of it: `| make-graph source --> target`"),
            )),
        };
        Ok(Some(match &operator.kind {
            OperatorKind::GraphMatch(tree) => self.graph_match(operator, graph()?, tree, env)?,
            OperatorKind::GraphToTable(outputs) => self.graph_to_table(graph()?, outputs, operator.keyword)?,
            OperatorKind::GraphMarkComponents => self.mark_components(operator, graph()?)?,
            _ if is_graph(input) => return Err(not_a_table(operator.keyword)),
            OperatorKind::MakeGraph(tree) => self.make_graph(input, tree, env)?,
            _ => return Ok(None),
        }))
    }
}
