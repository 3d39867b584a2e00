//! The shortest matches of a pattern between each pair of its ends: from each start, all walks that fit the pattern
//! are found layer by layer, and read back from the first layer in which they end at a node.

use std::collections::{HashMap, HashSet};

use super::evaluate::{Evaluator, Found};
use super::masks::Masks;
use super::matching::{Budget, Matches, Question, Shortest};
use super::network::Network;
use super::pattern::Pattern;
use crate::ir::deep;

/// Where a walk stands: in which link, after how many edges of it, at which node.
type Place = (usize, usize, usize);

/// A place in one layer, and the places of walks that lead to it: each with the edge between, or none when a link
/// just ended.
struct State {
    place: Place,
    before: Vec<(usize, Option<usize>)>,
}

/// The walks from one start.
struct Layers<'r> {
    pattern: &'r Pattern,
    masks: &'r Masks<'r>,
    network: &'r Network,
    states: Vec<State>,
    /// The states of the layer at hand, by place.
    here: HashMap<Place, usize>,
}

pub(super) fn shortest_paths(
    question: &Question,
    which: Shortest,
    evaluator: &Evaluator<'_>,
    masks: &Masks<'_>,
    budget: &mut Budget,
    matches: &mut Matches<'_>,
) -> Result<(), String> {
    let (pattern, network) = (&question.pattern, evaluator.network);
    let (Some(first), Some(last)) = (pattern.links.first(), pattern.links.last()) else { return Ok(()) };
    let goals = masks.count(last.right, network.nodes());
    for start in (0..network.nodes()).filter(|node| masks.node(first.left, *node)) {
        let mut layers = Layers { pattern, masks, network, states: Vec::new(), here: HashMap::new() };
        let mut done = HashSet::new();
        layers.enter((0, 0, start), None);
        while !layers.here.is_empty() && done.len() < goals {
            for (goal, state) in layers.close() {
                if done.contains(&goal) {
                    continue;
                }
                let mut ending = Ending { question, which, evaluator, masks, layers: &layers, any: false };
                ending.read_back(state, &mut Vec::new(), budget, matches)?;
                if ending.any {
                    done.insert(goal);
                }
            }
            layers.advance(budget)?;
        }
    }
    Ok(())
}

impl Layers<'_> {
    /// Adds a way to a place of the layer at hand; whether the place is new.
    fn enter(&mut self, place: Place, before: Option<(usize, Option<usize>)>) -> Option<usize> {
        if let Some(known) = self.here.get(&place) {
            self.states[*known].before.extend(before);
            return None;
        }
        let at = self.states.len();
        self.states.push(State { place, before: before.into_iter().collect() });
        self.here.insert(place, at);
        Some(at)
    }

    /// Lets walks that fill a link go on to the next one; the nodes at which the pattern ends in this layer.
    fn close(&mut self) -> Vec<(usize, usize)> {
        let mut ends = Vec::new();
        let mut open: Vec<usize> = self.here.values().copied().collect();
        open.sort_unstable();
        // Earlier links first, so that every way to a place is known before it is left.
        open.sort_by_key(|state| self.states[*state].place.0);
        let mut at = 0;
        while let Some(state) = open.get(at).copied() {
            at += 1;
            let (link, edges, node) = self.states[state].place;
            let Some(found) = self.pattern.links.get(link) else {
                ends.push((node, state));
                continue;
            };
            let (least, _) = self.pattern.length(found.edge);
            if edges >= least
                && self.masks.node(found.right, node)
                && let Some(new) = self.enter((link + 1, 0, node), Some((state, None)))
            {
                let later = open[at..].partition_point(|other| self.states[*other].place.0 <= link + 1);
                open.insert(at + later, new);
            }
        }
        ends
    }

    /// Goes one edge further from every place.
    fn advance(&mut self, budget: &mut Budget) -> Result<(), String> {
        let here = std::mem::take(&mut self.here);
        let mut open: Vec<usize> = here.into_values().collect();
        open.sort_unstable();
        for state in open {
            let (at, edges, node) = self.states[state].place;
            let Some(link) = self.pattern.links.get(at) else { continue };
            let (_, most) = self.pattern.length(link.edge);
            if edges >= most || (edges > 0 && !self.masks.inner(link.edge, node)) {
                continue;
            }
            let network = self.network;
            for (edge, next) in network.steps(node, link.direction) {
                budget.step()?;
                if self.masks.edge(link.edge, edge) {
                    self.enter((at, edges + 1, next), Some((state, Some(edge))));
                }
            }
        }
        Ok(())
    }
}

/// The walks that end at one node in one layer.
struct Ending<'r> {
    question: &'r Question,
    which: Shortest,
    evaluator: &'r Evaluator<'r>,
    masks: &'r Masks<'r>,
    layers: &'r Layers<'r>,
    /// Whether one of them was a match.
    any: bool,
}

impl Ending<'_> {
    /// Reads walks back from a state to the start. `walk` holds what follows the state, last first.
    fn read_back(
        &mut self,
        state: usize,
        walk: &mut Vec<(usize, Option<usize>)>,
        budget: &mut Budget,
        matches: &mut Matches<'_>,
    ) -> Result<(), String> {
        budget.step()?;
        let layers = self.layers;
        if layers.states[state].before.is_empty() {
            budget.steps(walk.len())?;
            return match self.found(state, walk) {
                Some(found) => {
                    self.any = true;
                    matches.add(&found)
                }
                None => Ok(()),
            };
        }
        for (before, edge) in &layers.states[state].before {
            // A match crosses no edge twice.
            let again = edge.is_some() && walk.iter().any(|(_, other)| other == edge);
            if !again {
                walk.push((state, *edge));
                deep(|| self.read_back(*before, walk, budget, matches))?;
                walk.pop();
            }
            if self.any && self.which == Shortest::Any {
                break;
            }
        }
        Ok(())
    }

    /// The match that a walk is, if it fits all conditions.
    fn found(&self, start: usize, walk: &[(usize, Option<usize>)]) -> Option<Found> {
        let pattern = &self.question.pattern;
        let mut found = Found::nothing(pattern.variables.len());
        let (_, _, mut node) = self.layers.states[start].place;
        found.nodes[pattern.links.first()?.left] = Some(node);
        let mut at = 0;
        for (state, edge) in walk.iter().rev() {
            let link = pattern.links.get(at)?;
            match edge {
                Some(edge) => {
                    if !found.edges[link.edge].is_empty() {
                        found.inner[link.edge].push(node);
                    }
                    found.edges[link.edge].push(*edge);
                    node = self.layers.states[*state].place.2;
                }
                None => {
                    if found.nodes[link.right].is_some_and(|known| known != node) {
                        return None;
                    }
                    found.nodes[link.right] = Some(node);
                    at += 1;
                }
            }
        }
        self.masks.rest.iter().all(|condition| self.evaluator.holds(condition, &found)).then_some(found)
    }
}
