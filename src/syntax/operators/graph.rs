use crate::syntax::ast::{
    GraphDirection, GraphEdge, GraphMatch, GraphOutput, GraphPattern, MakeGraph, Name, OperatorKind, OperatorParameter,
};
use crate::syntax::parser::{Parsed, Parser};

impl Parser {
    /// `make-graph a --> b with nodes on key with_node_id = id partitioned-by c (…)`.
    pub(super) fn make_graph(&mut self) -> Parsed<OperatorKind> {
        let source = self.name()?;
        self.expect("-")?;
        self.expect("-")?;
        self.eat(">");
        let target = self.name()?;
        let mut nodes = Vec::new();
        let mut node_id = None;
        let mut partition = None;
        loop {
            if self.is_word("with_node_id") && self.is_at(1, "=") {
                self.advance();
                self.advance();
                node_id = Some(self.name()?);
            } else if self.eat_word("with") {
                nodes = self.list(|p| {
                    let table = p.table_operand()?;
                    p.expect_word("on")?;
                    Ok((table, p.name()?))
                })?;
            } else if self.is_word("partitioned") && self.is_at(1, "-") && self.is_word_at(2, "by") {
                self.advance();
                self.advance();
                self.advance();
                let by = self.name()?;
                self.expect("(")?;
                let body = self.deeper(Self::body)?;
                self.expect(")")?;
                partition = Some((by, body));
            } else {
                return Ok(OperatorKind::MakeGraph(MakeGraph { source, target, nodes, node_id, partition }));
            }
        }
    }

    /// `graph-match (a)-[e*1..3]->(b), … where … project …`.
    pub(super) fn graph_match(&mut self, shortest: bool) -> Parsed<OperatorKind> {
        let patterns = self.list(Self::graph_pattern)?;
        let predicate = if self.eat_word("where") { Some(self.expression()?) } else { None };
        let project = if self.eat_word("project") { self.list(Self::named)? } else { Vec::new() };
        Ok(OperatorKind::GraphMatch(GraphMatch { patterns, predicate, project, shortest }))
    }

    fn graph_pattern(&mut self) -> Parsed<GraphPattern> {
        let mut pattern = GraphPattern { nodes: vec![self.graph_node()?], edges: Vec::new() };
        while self.is("-") || self.is("<") {
            pattern.edges.push(self.graph_edge()?);
            pattern.nodes.push(self.graph_node()?);
        }
        Ok(pattern)
    }

    fn graph_node(&mut self) -> Parsed<Option<Name>> {
        self.expect("(")?;
        let name = if self.is(")") { None } else { Some(self.name()?) };
        self.expect(")")?;
        Ok(name)
    }

    fn graph_edge(&mut self) -> Parsed<GraphEdge> {
        let left = self.eat("<");
        self.expect("-")?;
        let mut name = None;
        let mut length = None;
        if self.eat("[") {
            if self.at_name() {
                name = Some(self.name()?);
            }
            if self.eat("*") {
                let least = self.sum()?;
                self.expect("..")?;
                length = Some((least, self.sum()?));
            }
            self.expect("]")?;
        }
        self.expect("-")?;
        let right = !left && self.eat(">");
        let direction = match (left, right) {
            (true, _) => GraphDirection::Left,
            (_, true) => GraphDirection::Right,
            _ => GraphDirection::Any,
        };
        Ok(GraphEdge { name, direction, length })
    }

    /// `graph-to-table nodes as N with_node_id = id, edges as E with_source_id = s`.
    pub(super) fn graph_to_table(&mut self) -> Parsed<OperatorKind> {
        let outputs = self.list(|p| {
            let nodes = if p.eat_word("nodes") {
                true
            } else {
                p.expect_word("edges")?;
                false
            };
            let name = if p.eat_word("as") { Some(p.name()?) } else { None };
            let mut parameters = Vec::new();
            while p.name_length(0).is_some_and(|n| p.is_at(n, "=")) {
                let parameter = p.name()?;
                p.expect("=")?;
                parameters.push(OperatorParameter { name: parameter, value: p.sum()? });
            }
            Ok(GraphOutput { nodes, name, parameters })
        })?;
        Ok(OperatorKind::GraphToTable(outputs))
    }
}
