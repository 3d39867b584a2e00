//! Conditions that one node or edge decides by itself, decided before the search.

use super::evaluate::{Element, Evaluator, Found};
use super::expressions::{Bound, WalkKind};
use super::pattern::{Pattern, VariableKind};

type Mask = Option<Vec<bool>>;

/// For each variable, the nodes or edges that may stand for it; no mask lets all pass.
pub(super) struct Masks<'r> {
    nodes: Vec<Mask>,
    edges: Vec<Mask>,
    /// The nodes that may stand between the edges of a path.
    inner: Vec<Mask>,
    /// The conditions that only a larger part of a match decides.
    pub rest: Vec<&'r Bound>,
}

impl<'r> Masks<'r> {
    pub fn new(evaluator: &Evaluator<'_>, pattern: &Pattern, conditions: &'r [Bound]) -> Self {
        let none = || vec![None; pattern.variables.len()];
        let mut masks = Self { nodes: none(), edges: none(), inner: none(), rest: Vec::new() };
        for condition in conditions {
            if !masks.take(evaluator, pattern, condition) {
                masks.rest.push(condition);
            }
        }
        masks
    }

    /// Whether a node may stand for a variable.
    pub fn node(&self, variable: usize, node: usize) -> bool {
        passes(&self.nodes[variable], node)
    }

    /// Whether an edge may be, or be part of, what a variable stands for.
    pub fn edge(&self, variable: usize, edge: usize) -> bool {
        passes(&self.edges[variable], edge)
    }

    /// Whether a node may stand between the edges of a path.
    pub fn inner(&self, variable: usize, node: usize) -> bool {
        passes(&self.inner[variable], node)
    }

    /// How many of some nodes may stand for a variable.
    pub fn count(&self, variable: usize, nodes: usize) -> usize {
        self.nodes[variable].as_ref().map_or(nodes, |mask| mask.iter().filter(|m| **m).count())
    }

    /// Makes a condition part of the masks; `false` when it is not of that kind.
    fn take(&mut self, evaluator: &Evaluator<'_>, pattern: &Pattern, condition: &'r Bound) -> bool {
        let mut needs = condition.needs.iter();
        let (Some(variable), None) = (needs.next(), needs.next()) else { return false };
        let variable = *variable;
        let size = pattern.variables.len();
        match pattern.variables[variable].kind {
            VariableKind::Node => {
                let test = |node| {
                    let mut found = Found::nothing(size);
                    found.nodes[variable] = Some(node);
                    evaluator.holds(condition, &found)
                };
                narrow(&mut self.nodes[variable], evaluator.network.nodes(), test);
                true
            }
            VariableKind::Edge => {
                let test = |edge| {
                    let mut found = Found::nothing(size);
                    found.edges[variable] = vec![edge];
                    evaluator.holds(condition, &found)
                };
                narrow(&mut self.edges[variable], evaluator.network.edges(), test);
                true
            }
            VariableKind::Path(..) => {
                let nothing = Found::nothing(size);
                let is_true =
                    |bound: &Bound, element| evaluator.value(bound, &nothing, Some(element)).as_bool() == Some(true);
                if let Some(walk) = condition.whole.map(|at| &evaluator.walks[at])
                    && walk.kind == WalkKind::All
                    && walk.body.needs.is_empty()
                {
                    if walk.inner {
                        let test = |node| is_true(&walk.body, Element::Node(node));
                        narrow(&mut self.inner[variable], evaluator.network.nodes(), test);
                    } else {
                        let test = |edge| is_true(&walk.body, Element::Edge(edge));
                        narrow(&mut self.edges[variable], evaluator.network.edges(), test);
                    }
                    return true;
                }
                let by_edge = condition.each == Some(variable) && condition.reads_no_walk();
                if by_edge {
                    let test = |edge| is_true(condition, Element::Edge(edge));
                    narrow(&mut self.edges[variable], evaluator.network.edges(), test);
                }
                by_edge
            }
        }
    }
}

fn passes(mask: &Mask, at: usize) -> bool {
    mask.as_ref().is_none_or(|mask| mask[at])
}

fn narrow(mask: &mut Mask, size: usize, test: impl Fn(usize) -> bool) {
    let before = mask.take();
    *mask = Some((0..size).map(|at| passes(&before, at) && test(at)).collect());
}
