//! A graph at run time: who is joined to whom.

use std::collections::HashMap;

use super::{IDENTITY, NODE, SOURCE, TARGET, edge_column, node_column};
use crate::syntax::ast::GraphDirection;
use crate::types::{ScalarType, Table, Value};

/// Nodes and edges by number, with the edges at every node.
pub(super) struct Network {
    table: Table,
    /// The rows of the nodes and of the edges in the table.
    node_rows: Vec<usize>,
    edge_rows: Vec<usize>,
    /// The nodes each edge joins.
    ends: Vec<(usize, usize)>,
    outgoing: Vec<Vec<usize>>,
    incoming: Vec<Vec<usize>>,
    identity: usize,
    /// The places of the properties of nodes and of edges.
    node_places: Vec<usize>,
    edge_places: Vec<usize>,
}

impl Network {
    /// Reads the table of a graph; the properties are looked up in the order given.
    pub fn new(table: Table, nodes: &[(String, ScalarType)], edges: &[(String, ScalarType)]) -> Result<Self, String> {
        let place = |name: &str| {
            let found = table.columns.iter().position(|c| c.name == name);
            found.ok_or_else(|| format!("the graph has lost its column {name}"))
        };
        let (number, identity, source, target) = (place(NODE)?, place(IDENTITY)?, place(SOURCE)?, place(TARGET)?);
        let node_places = nodes.iter().map(|(n, _)| place(&node_column(n))).collect::<Result<_, _>>()?;
        let edge_places = edges.iter().map(|(n, _)| place(&edge_column(n))).collect::<Result<_, _>>()?;
        let mut numbers = HashMap::new();
        let (mut node_rows, mut edge_rows) = (Vec::new(), Vec::new());
        for (row, value) in table.columns[number].values.iter().enumerate() {
            match value.as_i64() {
                Some(number) => {
                    numbers.insert(number, node_rows.len());
                    node_rows.push(row);
                }
                None => edge_rows.push(row),
            }
        }
        let end = |column: usize, row: usize| {
            let number = table.columns[column].values[row].as_i64();
            let node = number.and_then(|n| numbers.get(&n).copied());
            node.ok_or_else(|| "an edge of the graph has lost its node".to_owned())
        };
        let mut ends = Vec::new();
        let mut outgoing = vec![Vec::new(); node_rows.len()];
        let mut incoming = vec![Vec::new(); node_rows.len()];
        for (edge, row) in edge_rows.iter().enumerate() {
            let (from, to) = (end(source, *row)?, end(target, *row)?);
            ends.push((from, to));
            outgoing[from].push(edge);
            incoming[to].push(edge);
        }
        Ok(Self { table, node_rows, edge_rows, ends, outgoing, incoming, identity, node_places, edge_places })
    }

    /// How many nodes there are.
    pub const fn nodes(&self) -> usize {
        self.node_rows.len()
    }

    /// How many edges there are.
    pub const fn edges(&self) -> usize {
        self.ends.len()
    }

    /// How many edges end at a node.
    pub fn degree_in(&self, node: usize) -> usize {
        self.incoming[node].len()
    }

    /// How many edges start at a node.
    pub fn degree_out(&self, node: usize) -> usize {
        self.outgoing[node].len()
    }

    /// The edges that can be walked from a node, each with the node behind it.
    pub fn steps(&self, node: usize, direction: GraphDirection) -> impl Iterator<Item = (usize, usize)> + '_ {
        let any = direction == GraphDirection::Any;
        let out = self.outgoing[node].iter().filter(move |_| any || direction == GraphDirection::Right);
        // An edge from a node to itself is one step, though it stands in both lists.
        let back = self.incoming[node].iter();
        let back = back.filter(move |e| if any { !self.loops(**e) } else { direction == GraphDirection::Left });
        out.map(|e| (*e, self.ends[*e].1)).chain(back.map(|e| (*e, self.ends[*e].0)))
    }

    fn loops(&self, edge: usize) -> bool {
        self.ends[edge].0 == self.ends[edge].1
    }

    /// A property of a node.
    pub fn node_value(&self, node: usize, property: usize) -> Value<'static> {
        self.table.columns[self.node_places[property]].values[self.node_rows[node]].clone()
    }

    /// A property of an edge.
    pub fn edge_value(&self, edge: usize, property: usize) -> Value<'static> {
        self.table.columns[self.edge_places[property]].values[self.edge_rows[edge]].clone()
    }

    /// A node's identity as text.
    pub fn identity(&self, node: usize) -> Value<'static> {
        self.table.columns[self.identity].values[self.node_rows[node]].clone()
    }

    /// The table it was read from.
    pub fn into_table(self) -> Table {
        self.table
    }
}
