//! `graph-mark-components`: which nodes hang together.

use super::network::Network;
use super::{Graph, PART, SOURCE, node_column};
use crate::bind::operators::join::parameter;
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder, error};
use crate::ir::{Context, Plan};
use crate::syntax::ast::{GraphDirection, Operator};
use crate::types::{Column, ScalarType, Table, Value};

impl Binder<'_> {
    pub(super) fn mark_components(&self, operator: &Operator, graph: Graph) -> Bind<Tabular> {
        let strong = match parameter(operator, "kind") {
            None => false,
            Some((text, value)) => match text.as_str() {
                "weak" => false,
                "strong" => true,
                _ => return error("KQL219", format!("components are weak or strong, not '{text}'"), value.span),
            },
        };
        let name = parameter(operator, "with_component_id").map_or_else(|| "ComponentId".to_owned(), |(text, _)| text);
        let column = node_column(&name);
        let mut schema = graph.plan.schema.clone();
        match schema.columns.iter_mut().find(|(n, _)| *n == column) {
            Some(known) => known.1 = ScalarType::Long,
            None => {
                // The properties of nodes stand before those of edges.
                let after = schema.columns.iter().rposition(|(n, _)| {
                    n == PART || n == SOURCE || graph.nodes.iter().any(|(property, _)| *n == node_column(property))
                });
                let place = after.map_or(schema.columns.len(), |at| at + 1);
                schema.columns.insert(place, (column.clone(), ScalarType::Long));
            }
        }
        let shown = schema.clone();
        let kernel = move |_: &Context, tables: Vec<Table>| {
            let table = tables.into_iter().next().ok_or("a graph is missing")?;
            marked(table, strong, &column, &shown)
        };
        Ok(Tabular::new(Plan::table_kernel("graph-mark-components", vec![graph.plan], schema, kernel)))
    }
}

/// The table of the graph with the number of each node's component in a column.
fn marked(table: Table, strong: bool, column: &str, schema: &crate::ir::Schema) -> Result<Table, String> {
    let network = Network::new(table, &[], &[])?;
    let components = if strong { strong_components(&network) } else { weak_components(&network) };
    let numbers = consecutive(&components);
    let table = network.into_table();
    let mut numbers = numbers.into_iter();
    let node = table.column(super::NODE).ok_or("the graph has lost its nodes")?;
    let marks: Vec<Value<'static>> = node
        .values
        .iter()
        .map(|n| if n.is_null() { Value::Null } else { numbers.next().map_or(Value::Null, Value::Long) })
        .collect();
    let columns = schema.columns.iter().map(|(name, scalar_type)| {
        let values =
            if name == column { marks.clone() } else { table.column(name).map_or_else(Vec::new, |c| c.values.clone()) };
        Column { name: name.clone(), scalar_type: *scalar_type, values }
    });
    Ok(Table { columns: columns.collect(), rows: table.rows })
}

/// The components numbered from 0 in the order of their first nodes.
fn consecutive(components: &[usize]) -> Vec<i64> {
    let mut numbers = std::collections::HashMap::new();
    let number = |component: &usize| {
        let next = i64::try_from(numbers.len()).unwrap_or(i64::MAX);
        *numbers.entry(*component).or_insert(next)
    };
    components.iter().map(number).collect()
}

/// For each node, one node of its component, whichever way edges point.
fn weak_components(network: &Network) -> Vec<usize> {
    let mut component = vec![usize::MAX; network.nodes()];
    for first in 0..network.nodes() {
        if component[first] != usize::MAX {
            continue;
        }
        component[first] = first;
        let mut open = vec![first];
        while let Some(node) = open.pop() {
            for (_, next) in network.steps(node, GraphDirection::Any) {
                if component[next] == usize::MAX {
                    component[next] = first;
                    open.push(next);
                }
            }
        }
    }
    component
}

/// For each node, one node of the largest set around it in which every node can be reached from every other: Kosaraju's
/// two passes, along the edges and then against them.
fn strong_components(network: &Network) -> Vec<usize> {
    let mut seen = vec![false; network.nodes()];
    let mut finished = Vec::new();
    for first in 0..network.nodes() {
        if std::mem::replace(&mut seen[first], true) {
            continue;
        }
        let mut open = vec![(first, network.steps(first, GraphDirection::Right))];
        while let Some((node, steps)) = open.last_mut() {
            match steps.next() {
                Some((_, next)) => {
                    if !std::mem::replace(&mut seen[next], true) {
                        open.push((next, network.steps(next, GraphDirection::Right)));
                    }
                }
                None => {
                    finished.push(*node);
                    open.pop();
                }
            }
        }
    }
    let mut component = vec![usize::MAX; network.nodes()];
    for first in finished.into_iter().rev() {
        if component[first] != usize::MAX {
            continue;
        }
        component[first] = first;
        let mut open = vec![first];
        while let Some(node) = open.pop() {
            for (_, next) in network.steps(node, GraphDirection::Left) {
                if component[next] == usize::MAX {
                    component[next] = first;
                    open.push(next);
                }
            }
        }
    }
    component
}
