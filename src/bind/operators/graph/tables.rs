//! `graph-to-table`: the nodes and the edges of a graph as tables.

use super::{Graph, HASH, NODE, TARGET_HASH, edge_column, node_column};
use crate::bind::names::Namer;
use crate::bind::operators::join::name_of;
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::ir::{Core, Expr};
use crate::syntax::Span;
use crate::syntax::ast::GraphOutput;
use crate::types::ScalarType;

impl Binder<'_> {
    /// One table is the answer itself. Two have names, under which later statements find them.
    pub(super) fn graph_to_table(&self, graph: Graph, outputs: &[GraphOutput], keyword: Span) -> Bind<Tabular> {
        if outputs.len() > 2 {
            return error("KQL280", "graph-to-table gives nodes and edges, each at most once", keyword);
        }
        let mut tables = Vec::new();
        for output in outputs {
            let mut table = Self::graph_table(&graph, output)?;
            if let Some(name) = &output.name {
                table.name = Some(name.text.clone());
                self.export(&name.text, &table);
            }
            tables.push((output.name.as_ref(), table));
        }
        if let [(Some(_), _), (Some(_), _)] = tables.as_slice() {
            let named = tables.iter().filter_map(|(name, table)| name.map(|n| (n.text.clone(), table.clone())));
            self.forks.borrow_mut().extend(named);
        } else if tables.len() > 1 {
            return Err(Box::new(
                Diagnostic::new("KQL280", "two tables need names", keyword)
                    .help("write `graph-to-table nodes as N, edges as E`"),
            ));
        }
        match tables.into_iter().next() {
            Some((_, table)) => Ok(table),
            None => error("KQL280", "graph-to-table gives nodes or edges", keyword),
        }
    }

    fn graph_table(graph: &Graph, output: &GraphOutput) -> Bind<Tabular> {
        let known: &[(&str, &str)] = if output.nodes {
            &[("with_node_id", HASH)]
        } else {
            &[("with_source_id", HASH), ("with_target_id", TARGET_HASH)]
        };
        for parameter in &output.parameters {
            let name = &parameter.name.text;
            if known.iter().all(|(n, _)| n != name) {
                let mut finding = Diagnostic::new(
                    "KQL215",
                    format!("graph-to-table has no property '{name}' here"),
                    parameter.name.span,
                );
                finding.help =
                    did_you_mean(name, known.iter().map(|(n, _)| *n)).map(|near| format!("did you mean '{near}'?"));
                return Err(Box::new(finding));
            }
        }
        let mut namer = Namer::default();
        let mut columns = Vec::new();
        for (property, hash) in known {
            if let Some(parameter) = output.parameters.iter().find(|p| p.name.text == *property) {
                let name = namer.unique(&name_of(&parameter.value));
                columns.push((name, Expr::column(*hash, ScalarType::Long)));
            }
        }
        let properties = if output.nodes { &graph.nodes } else { &graph.edges };
        for (name, t) in properties {
            let hidden = if output.nodes { node_column(name) } else { edge_column(name) };
            columns.push((namer.unique(name), Expr::column(hidden, *t)));
        }
        let is_edge = Expr::core(Core::IsNull, vec![Expr::column(NODE, ScalarType::Long)], ScalarType::Bool);
        let wanted = if output.nodes { Expr::core(Core::Not, vec![is_edge], ScalarType::Bool) } else { is_edge };
        Ok(Tabular::new(graph.plan.clone().filter(wanted).project(columns)))
    }
}
