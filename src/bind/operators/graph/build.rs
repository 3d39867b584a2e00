//! `make-graph`: the table of a graph from tables of edges and of nodes.

use std::collections::HashMap;

use super::{HASH, IDENTITY, NODE, PART, SOURCE, TARGET, TARGET_HASH, edge_column, is_graph, node_column, not_a_table};
use crate::bind::scope::{Env, Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::Diagnostic;
use crate::functions::{self, Meaning};
use crate::ir::{Context, Plan, PlanKind, ScalarKernel, Schema};
use crate::syntax::ast::{MakeGraph, Name};
use crate::types::{Column, ScalarType, Table, Value, cast, to_text};

/// What the kernel needs to know of its tables.
struct Shape {
    /// The places of the source and the target in the table of edges.
    ends: (usize, usize),
    /// For each table of nodes, the place of the identity and of the column the graph is parted by.
    keys: Vec<(usize, Option<usize>)>,
    /// The place in the table of edges of the column the graph is parted by.
    part: Option<(usize, ScalarType)>,
    /// The properties of nodes.
    properties: Vec<(String, ScalarType)>,
    /// Which properties hold the identity of a node that no table of nodes knows.
    identities: Vec<usize>,
    /// Which property holds the part of such a node.
    part_property: Option<usize>,
    hash: ScalarKernel,
}

impl Binder<'_> {
    pub(super) fn make_graph(&self, edges: &Tabular, tree: &MakeGraph, env: &Env) -> Bind<Tabular> {
        let source = self.identity_column(edges, &tree.source, env)?;
        let target = self.identity_column(edges, &tree.target, env)?;
        let part = tree.partition.as_ref().map(|(name, _)| self.identity_column(edges, name, env)).transpose()?;
        let mut inputs = vec![edges.plan.clone()];
        let mut keys = Vec::new();
        let mut properties: Vec<(String, ScalarType)> = Vec::new();
        for (table, key) in &tree.nodes {
            let nodes = self.tabular(table, env)?;
            if is_graph(&nodes) {
                return Err(not_a_table(table.span));
            }
            let (place, _) = self.identity_column(&nodes, key, env)?;
            let part = tree.partition.as_ref().map(|(name, _)| self.identity_column(&nodes, name, env)).transpose()?;
            keys.push((place, part.map(|(place, _)| place)));
            for column in &nodes.plan.schema.columns {
                if properties.iter().all(|(known, _)| *known != column.0) {
                    properties.push(column.clone());
                }
            }
            inputs.push(nodes.plan);
        }
        properties.extend(tree.node_id.iter().map(|name| (name.text.clone(), source.1)));
        let place = |name: &Name| properties.iter().position(|(n, _)| *n == name.text);
        let identities = tree.nodes.iter().map(|(_, key)| key).chain(&tree.node_id).filter_map(place).collect();
        let part_property = tree.partition.as_ref().and_then(|(name, _)| place(name));
        let Some(Meaning::Kernel(hash)) = functions::find("hash").map(|f| f.meaning) else {
            return error("KQL151", "hash is missing", tree.source.span);
        };
        let mut schema = Schema {
            columns: [(NODE, ScalarType::Long), (IDENTITY, ScalarType::String)]
                .into_iter()
                .chain([HASH, TARGET_HASH, SOURCE, TARGET].map(|name| (name, ScalarType::Long)))
                .map(|(name, t)| (name.to_owned(), t))
                .collect(),
        };
        schema.columns.extend(part.map(|(_, t)| (PART.to_owned(), t)));
        schema.columns.extend(properties.iter().map(|(name, t)| (node_column(name), *t)));
        schema.columns.extend(edges.plan.schema.columns.iter().map(|(name, t)| (edge_column(name), *t)));
        let shape = Shape { ends: (source.0, target.0), keys, part, properties, identities, part_property, hash };
        let columns = schema.clone();
        let kernel = move |context: &Context, tables: Vec<Table>| {
            let mut tables = tables.into_iter();
            let edges = tables.next().ok_or("make-graph reads a table of edges")?;
            Ok(Build::new(&shape).table(context, &edges, &tables.collect::<Vec<_>>(), &columns))
        };
        let plan = Plan::table_kernel("make-graph", inputs, schema, kernel);
        match (&tree.partition, part) {
            (Some((_, body)), Some((_, part_type))) => {
                let inside = Tabular::new(Plan { kind: PlanKind::Part, schema: plan.schema.clone() });
                let answer = self.pipeline(body, Some(inside), env)?;
                if is_graph(&answer) {
                    let span = tree.partition.as_ref().map_or(tree.source.span, |(name, _)| name.span);
                    return Err(not_a_table(span));
                }
                let mut schema = Schema { columns: vec![(PART.to_owned(), part_type)] };
                schema.columns.extend(answer.plan.schema.columns.iter().cloned());
                let shown = answer.plan.all_columns();
                let (keys, body) = (vec![PART.to_owned()], Box::new(answer.plan));
                let kind = PlanKind::ForEach { input: Box::new(plan), keys, body };
                Ok(Tabular::new(Plan { kind, schema }.project(shown)))
            }
            _ => Ok(Tabular::new(plan)),
        }
    }

    /// The place and type of a column whose values tell nodes or parts apart.
    fn identity_column(&self, table: &Tabular, name: &Name, env: &Env) -> Bind<(usize, ScalarType)> {
        let columns = &table.plan.schema.columns;
        match columns.iter().position(|(n, _)| *n == name.text) {
            None => Err(Box::new(self.unknown_column(name, &Row::of(table), env))),
            Some(at) if columns[at].1 == ScalarType::Dynamic => Err(Box::new(
                Diagnostic::new(
                    "KQL272",
                    format!("'{}' is a dynamic, which tells no nodes apart", name.text),
                    name.span,
                )
                .help("convert it first: `| extend id = tostring(…)`"),
            )),
            Some(at) => Ok((at, columns[at].1)),
        }
    }
}

/// A graph in the making.
struct Build<'s> {
    shape: &'s Shape,
    places: HashMap<String, usize>,
    identities: Vec<Value<'static>>,
    parts: Vec<Value<'static>>,
    /// The nodes' properties, column by column.
    properties: Vec<Vec<Value<'static>>>,
}

impl<'s> Build<'s> {
    fn new(shape: &'s Shape) -> Self {
        let properties = shape.properties.iter().map(|_| Vec::new()).collect();
        Self { shape, places: HashMap::new(), identities: Vec::new(), parts: Vec::new(), properties }
    }

    /// The number of a node, and whether it is new.
    fn node(&mut self, identity: &Value<'static>, part: &Value<'static>) -> (usize, bool) {
        let key = format!("{}\u{1f}{}", key(part), key(identity));
        if let Some(known) = self.places.get(&key) {
            return (*known, false);
        }
        let number = self.identities.len();
        self.places.insert(key, number);
        self.identities.push(identity.clone());
        self.parts.push(part.clone());
        for (values, (_, t)) in self.properties.iter_mut().zip(&self.shape.properties) {
            values.push(Value::null_of(*t));
        }
        (number, true)
    }

    /// Gives a node a property that it has not yet.
    fn set(&mut self, node: usize, property: usize, value: &Value<'static>) {
        let cell = &mut self.properties[property][node];
        if cell.is_null() || cell.as_str() == Some("") {
            *cell = cast(value, self.shape.properties[property].1).into_owned();
        }
    }

    fn add_nodes(&mut self, table: &Table, key: usize, part: Option<usize>) {
        let places: Vec<Option<usize>> =
            table.columns.iter().map(|c| self.shape.properties.iter().position(|(n, _)| *n == c.name)).collect();
        for row in 0..table.rows {
            let part = part.map_or(Value::Null, |place| table.columns[place].values[row].clone());
            let (node, _) = self.node(&table.columns[key].values[row], &part);
            for (column, place) in table.columns.iter().zip(&places) {
                if let Some(place) = place {
                    self.set(node, *place, &column.values[row]);
                }
            }
        }
    }

    /// The node an edge ends at: one that no table of nodes knows has its identity and no other property.
    fn end(&mut self, identity: &Value<'static>, part: &Value<'static>) -> usize {
        let (node, new) = self.node(identity, part);
        if new {
            for property in self.shape.identities.clone() {
                self.set(node, property, identity);
            }
            if let Some(property) = self.shape.part_property {
                self.set(node, property, part);
            }
        }
        node
    }

    fn table(mut self, context: &Context, edges: &Table, nodes: &[Table], schema: &Schema) -> Table {
        for (table, (key, part)) in nodes.iter().zip(&self.shape.keys) {
            self.add_nodes(table, *key, *part);
        }
        let (source, target) = self.shape.ends;
        let part_of = |row: usize| self.shape.part.map_or(Value::Null, |(at, _)| edges.columns[at].values[row].clone());
        let parts: Vec<Value<'static>> = (0..edges.rows).map(part_of).collect();
        let mut ends = Vec::new();
        for (row, part) in parts.iter().enumerate() {
            let from = self.end(&edges.columns[source].values[row], part);
            ends.push((from, self.end(&edges.columns[target].values[row], part)));
        }
        let hashes: Vec<Value<'static>> = self
            .identities
            .iter()
            .map(|id| (self.shape.hash)(context, std::slice::from_ref(id)).into_owned())
            .collect();
        let known = self.identities.len();
        let number = |n: usize| Value::Long(i64::try_from(n).unwrap_or(i64::MAX));
        let none = |count: usize| std::iter::repeat_n(Value::Null, count);
        let mut columns: Vec<Vec<Value<'static>>> = vec![
            (0..known).map(number).chain(none(edges.rows)).collect(),
            self.identities.iter().map(|id| Value::string(to_text(id))).chain(none(edges.rows)).collect(),
            hashes.iter().cloned().chain(ends.iter().map(|(from, _)| hashes[*from].clone())).collect(),
            none(known).chain(ends.iter().map(|(_, to)| hashes[*to].clone())).collect(),
            none(known).chain(ends.iter().map(|(from, _)| number(*from))).collect(),
            none(known).chain(ends.iter().map(|(_, to)| number(*to))).collect(),
        ];
        if self.shape.part.is_some() {
            columns.push(self.parts.into_iter().chain(parts).collect());
        }
        columns.extend(self.properties.into_iter().zip(&self.shape.properties).map(|(mut values, (_, t))| {
            values.resize(known + edges.rows, Value::null_of(*t));
            values
        }));
        columns.extend(edges.columns.iter().map(|column| {
            let nothing = std::iter::repeat_n(Value::null_of(column.scalar_type), known);
            nothing.chain(column.values.iter().cloned()).collect()
        }));
        let named = schema.columns.iter().zip(columns);
        let columns = named.map(|((name, t), values)| Column { name: name.clone(), scalar_type: *t, values }).collect();
        Table { columns, rows: known + edges.rows }
    }
}

/// A text that two identities share when they are equal: whole numbers of any width compare by value.
fn key(value: &Value<'_>) -> String {
    match value.as_i64() {
        Some(number) => number.to_string(),
        None => format!("{value:?}"),
    }
}
