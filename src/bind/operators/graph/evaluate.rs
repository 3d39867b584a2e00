//! The values of expressions over what has been found of a pattern.

use super::expressions::{Aspect, Bound, Owner, Slot, Walk, WalkKind};
use super::network::Network;
use crate::ir::Context;
use crate::types::{Json, Value};

/// What has been found of a pattern so far, by variable.
#[derive(Clone)]
pub(super) struct Found {
    /// The node of a node's variable.
    pub nodes: Vec<Option<usize>>,
    /// The edges of an edge's variable, in the order the pattern is written.
    pub edges: Vec<Vec<usize>>,
    /// The nodes between those edges.
    pub inner: Vec<Vec<usize>>,
}

impl Found {
    pub fn nothing(variables: usize) -> Self {
        Self { nodes: vec![None; variables], edges: vec![Vec::new(); variables], inner: vec![Vec::new(); variables] }
    }
}

/// A node or an edge that an expression is computed for.
#[derive(Clone, Copy)]
pub(super) enum Element {
    Node(usize),
    Edge(usize),
}

/// Computes expressions.
pub(super) struct Evaluator<'r> {
    pub context: &'r Context,
    pub network: &'r Network,
    pub walks: &'r [Walk],
    /// The answers of the plans inside expressions.
    pub queries: Vec<Value<'static>>,
}

impl Evaluator<'_> {
    /// Whether a condition is true: for every edge of the path that it reads, if it reads one.
    pub fn holds(&self, condition: &Bound, found: &Found) -> bool {
        let is_true = |value: &Value<'static>| value.as_bool() == Some(true);
        match condition.each {
            None => is_true(&self.value(condition, found, None)),
            Some(path) => {
                let mut edges = found.edges[path].iter();
                edges.all(|edge| is_true(&self.value(condition, found, Some(Element::Edge(*edge)))))
            }
        }
    }

    /// The value of an expression: an array of one for each edge of the path that it reads, if it reads one.
    pub fn result(&self, expression: &Bound, found: &Found) -> Value<'static> {
        match expression.each {
            None => self.value(expression, found, None),
            Some(path) => {
                let value = |edge: &usize| self.value(expression, found, Some(Element::Edge(*edge))).to_json();
                Value::dynamic(Json::Array(found.edges[path].iter().map(value).collect()))
            }
        }
    }

    /// The value of an expression for one element of a path.
    pub fn value(&self, expression: &Bound, found: &Found, element: Option<Element>) -> Value<'static> {
        let row: Vec<Value<'static>> =
            expression.slots().iter().map(|slot| self.slot(*slot, expression.each, found, element)).collect();
        expression.program().run(self.context, &row).into_owned()
    }

    fn slot(&self, slot: Slot, each: Option<usize>, found: &Found, element: Option<Element>) -> Value<'static> {
        match slot {
            Slot::Query(at) => self.queries.get(at).cloned().unwrap_or(Value::Null),
            Slot::Walk(at) => self.walk(&self.walks[at], found),
            Slot::Of(Owner::Element, aspect) => element.map_or(Value::Null, |e| self.aspect(e, aspect)),
            Slot::Of(Owner::Variable(variable), aspect) => {
                let edge = || found.edges[variable].first().map(|edge| Element::Edge(*edge));
                let one = match found.nodes[variable] {
                    Some(node) => Some(Element::Node(node)),
                    None if each == Some(variable) => element,
                    None => edge(),
                };
                one.map_or(Value::Null, |e| self.aspect(e, aspect))
            }
        }
    }

    fn aspect(&self, element: Element, aspect: Aspect) -> Value<'static> {
        let count = |n: usize| Value::Long(i64::try_from(n).unwrap_or(i64::MAX));
        match (element, aspect) {
            (Element::Node(node), Aspect::Property(at)) => self.network.node_value(node, at),
            (Element::Edge(edge), Aspect::Property(at)) => self.network.edge_value(edge, at),
            (Element::Node(node), Aspect::Identity) => self.network.identity(node),
            (Element::Node(node), Aspect::DegreeIn) => count(self.network.degree_in(node)),
            (Element::Node(node), Aspect::DegreeOut) => count(self.network.degree_out(node)),
            (Element::Edge(_), _) => Value::Null,
        }
    }

    fn walk(&self, walk: &Walk, found: &Found) -> Value<'static> {
        let elements: Vec<Element> = if walk.inner {
            found.inner[walk.over].iter().copied().map(Element::Node).collect()
        } else {
            found.edges[walk.over].iter().copied().map(Element::Edge).collect()
        };
        let mut values = elements.into_iter().map(|element| self.value(&walk.body, found, Some(element)));
        match walk.kind {
            WalkKind::All => Value::Bool(values.all(|v| v.as_bool() == Some(true))),
            WalkKind::Any => Value::Bool(values.any(|v| v.as_bool() == Some(true))),
            WalkKind::Map => Value::dynamic(Json::Array(values.map(|v| v.to_json()).collect())),
        }
    }
}
