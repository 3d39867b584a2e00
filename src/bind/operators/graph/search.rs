//! All matches of a pattern, found by walking from the rarest node outwards and back again at every dead end.

use super::evaluate::{Evaluator, Found};
use super::expressions::Bound;
use super::masks::Masks;
use super::matching::{Budget, Cycles, Matches, Question};
use super::pattern::{Link, Pattern, VariableKind};
use crate::ir::deep;
use crate::syntax::ast::GraphDirection;

/// A link as the search walks it.
#[derive(Clone, Copy)]
struct Leg {
    /// Where the walk starts, which is found already, and where it goes.
    from: usize,
    to: usize,
    edge: usize,
    direction: GraphDirection,
    /// Whether it is walked from left to right.
    forwards: bool,
    least: usize,
    most: usize,
}

pub(super) struct Search<'r> {
    evaluator: &'r Evaluator<'r>,
    masks: &'r Masks<'r>,
    cycles: Cycles,
    start: usize,
    route: Vec<Leg>,
    /// The conditions to test once the start and so many legs are found.
    tests: Vec<Vec<&'r Bound>>,
    found: Found,
    used_nodes: Vec<u32>,
    used_edges: Vec<bool>,
}

impl<'r> Search<'r> {
    pub fn new(question: &Question, evaluator: &'r Evaluator<'r>, masks: &'r Masks<'r>) -> Self {
        let (pattern, network) = (&question.pattern, evaluator.network);
        let nodes = (0..pattern.variables.len()).filter(|v| pattern.variables[*v].kind == VariableKind::Node);
        let start = nodes.min_by_key(|v| masks.count(*v, network.nodes())).unwrap_or(0);
        let (route, known) = route(pattern, start);
        let mut tests = vec![Vec::new(); known.len()];
        for condition in &masks.rest {
            let ready = known.iter().position(|known| condition.needs.iter().all(|v| known.contains(v)));
            if let Some(at) = ready {
                tests[at].push(*condition);
            }
        }
        Self {
            evaluator,
            masks,
            cycles: question.cycles,
            start,
            route,
            tests,
            found: Found::nothing(pattern.variables.len()),
            used_nodes: vec![0; network.nodes()],
            used_edges: vec![false; network.edges()],
        }
    }

    /// Finds every match.
    pub fn run(mut self, budget: &mut Budget, matches: &mut Matches<'_>) -> Result<(), String> {
        for node in 0..self.evaluator.network.nodes() {
            if !self.masks.node(self.start, node) {
                continue;
            }
            self.found.nodes[self.start] = Some(node);
            self.used_nodes[node] += 1;
            if self.holds(0) {
                self.leg(0, budget, matches)?;
            }
            self.used_nodes[node] -= 1;
        }
        Ok(())
    }

    fn holds(&self, stage: usize) -> bool {
        self.tests[stage].iter().all(|condition| self.evaluator.holds(condition, &self.found))
    }

    /// Walks a leg of the route, or takes the match when all are walked.
    fn leg(&mut self, at: usize, budget: &mut Budget, matches: &mut Matches<'_>) -> Result<(), String> {
        let Some(leg) = self.route.get(at).copied() else { return matches.add(&self.found) };
        let Some(from) = self.found.nodes[leg.from] else { return Ok(()) };
        self.walk(at, leg, from, &mut Vec::new(), &mut Vec::new(), budget, matches)
    }

    /// Goes on with a path that has come to a node: ends it there, and prolongs it by each edge.
    #[expect(clippy::too_many_arguments, reason = "the path so far is two lists, and the recursion hands all of it on")]
    fn walk(
        &mut self,
        at: usize,
        leg: Leg,
        node: usize,
        path: &mut Vec<usize>,
        inner: &mut Vec<usize>,
        budget: &mut Budget,
        matches: &mut Matches<'_>,
    ) -> Result<(), String> {
        if path.len() >= leg.least {
            self.arrive(at, leg, node, path, inner, budget, matches)?;
        }
        if path.len() == leg.most {
            return Ok(());
        }
        let between = !path.is_empty();
        if between {
            if !self.masks.inner(leg.edge, node) {
                return Ok(());
            }
            inner.push(node);
        }
        let network = self.evaluator.network;
        for (edge, next) in network.steps(node, leg.direction) {
            budget.step()?;
            let repeats = match self.cycles {
                Cycles::All => false,
                Cycles::UniqueEdges => self.used_edges[edge],
                Cycles::None => self.used_nodes[next] > 0,
            };
            if repeats || !self.masks.edge(leg.edge, edge) {
                continue;
            }
            let before = std::mem::replace(&mut self.used_edges[edge], true);
            self.used_nodes[next] += 1;
            path.push(edge);
            deep(|| self.walk(at, leg, next, path, inner, budget, matches))?;
            path.pop();
            self.used_nodes[next] -= 1;
            self.used_edges[edge] = before;
        }
        if between {
            inner.pop();
        }
        Ok(())
    }

    /// Ends a leg at a node, if the node fits.
    #[expect(clippy::too_many_arguments, reason = "as in walk")]
    fn arrive(
        &mut self,
        at: usize,
        leg: Leg,
        node: usize,
        path: &[usize],
        inner: &[usize],
        budget: &mut Budget,
        matches: &mut Matches<'_>,
    ) -> Result<(), String> {
        let before = self.found.nodes[leg.to];
        if before.is_some_and(|known| known != node) || !self.masks.node(leg.to, node) {
            return Ok(());
        }
        let written = |places: &[usize]| -> Vec<usize> {
            if leg.forwards { places.to_vec() } else { places.iter().rev().copied().collect() }
        };
        self.found.nodes[leg.to] = Some(node);
        self.found.edges[leg.edge] = written(path);
        self.found.inner[leg.edge] = written(inner);
        if self.holds(at + 1) {
            self.leg(at + 1, budget, matches)?;
        }
        self.found.nodes[leg.to] = before;
        Ok(())
    }
}

/// The order in which the links are walked from a start, and the variables known at the start and after each leg.
fn route(pattern: &Pattern, start: usize) -> (Vec<Leg>, Vec<Vec<usize>>) {
    let mut legs = Vec::new();
    let mut known = vec![vec![start]];
    let mut left: Vec<Link> = pattern.links.clone();
    while let Some(here) = known.last().cloned() {
        // What closes a circle comes first, then single edges, then paths.
        let cost = |link: &Link| {
            let ends = usize::from(here.contains(&link.left)) + usize::from(here.contains(&link.right));
            (ends == 0, 2 - ends.min(2), pattern.is_path(link.edge))
        };
        let Some(next) = (0..left.len()).min_by_key(|at| cost(&left[*at])) else { break };
        let link = left.remove(next);
        let forwards = here.contains(&link.left);
        let (from, to) = if forwards { (link.left, link.right) } else { (link.right, link.left) };
        let direction = if forwards { link.direction } else { reversed(link.direction) };
        let (least, most) = pattern.length(link.edge);
        legs.push(Leg { from, to, edge: link.edge, direction, forwards, least, most });
        known.push(here.into_iter().chain([link.edge, to]).collect());
    }
    (legs, known)
}

const fn reversed(direction: GraphDirection) -> GraphDirection {
    match direction {
        GraphDirection::Right => GraphDirection::Left,
        GraphDirection::Left => GraphDirection::Right,
        GraphDirection::Any => GraphDirection::Any,
    }
}
