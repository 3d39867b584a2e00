//! Arcs cut where they meet.

use std::collections::HashMap;
use std::f64::consts::TAU;

use s2::edge_crossings::{Crossing, crossing_sign, get_intersection};
use s2::point::Point;
use s2::predicates::{Direction, robust_sign};
use s2::r3::vector::Vector;

use super::sphere::{MERGE, angle, distance_to_arc, interpolate, unit};

/// How many arcs are laid over each other at most.
const MOST: usize = 200_000;

/// A part of an arc between two meeting points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The number of the arc it is part of.
    pub(super) input: usize,
}

/// Groups of arcs, cut.
pub(super) struct Arrangement {
    pub(super) vertices: Vec<Point>,
    grid: HashMap<[i64; 3], Vec<usize>>,
    groups: Vec<Vec<Piece>>,
}

/// An arc before it is cut.
struct Arc {
    from: usize,
    to: usize,
    group: usize,
    low: [f64; 3],
    high: [f64; 3],
    cuts: Vec<usize>,
}

impl Arrangement {
    /// Arcs of all groups cut where they meet. `None` when there are too many.
    pub(super) fn new(groups: &[Vec<(Point, Point)>]) -> Option<Self> {
        let mut all = Self { vertices: Vec::new(), grid: HashMap::new(), groups: vec![Vec::new(); groups.len()] };
        let mut arcs = all.arcs(groups)?;
        all.cut(&mut arcs);
        for (input, arc) in arcs.iter_mut().enumerate() {
            let start = all.vertices[arc.from];
            arc.cuts.sort_by(|a, b| angle(&start, &all.vertices[*a]).total_cmp(&angle(&start, &all.vertices[*b])));
            arc.cuts.dedup();
            let mut from = arc.from;
            for to in arc.cuts.iter().copied().chain([arc.to]) {
                if from != to {
                    all.groups[arc.group].push(Piece { from, to, input });
                }
                from = to;
            }
        }
        Some(all)
    }

    /// One group of arcs, not cut at all.
    pub(super) fn uncut(edges: impl Iterator<Item = (Point, Point)>) -> Option<Self> {
        let mut all = Self { vertices: Vec::new(), grid: HashMap::new(), groups: vec![Vec::new()] };
        let arcs = all.arcs(&[edges.collect()])?;
        all.groups[0] = arcs.iter().enumerate().map(|(input, a)| Piece { from: a.from, to: a.to, input }).collect();
        Some(all)
    }

    fn arcs(&mut self, groups: &[Vec<(Point, Point)>]) -> Option<Vec<Arc>> {
        if groups.iter().map(Vec::len).sum::<usize>() > MOST {
            return None;
        }
        let mut arcs = Vec::new();
        for (group, edges) in groups.iter().enumerate() {
            for (a, b) in edges {
                let (from, to) = (self.vertex(a), self.vertex(b));
                if from != to {
                    let (low, high) = bounds(a, b);
                    arcs.push(Arc { from, to, group, low, high, cuts: Vec::new() });
                }
            }
        }
        Some(arcs)
    }

    /// The number of the vertex at a point: of one that is as good as there, when there is one.
    fn vertex(&mut self, point: &Point) -> usize {
        let cell = [point.0.x, point.0.y, point.0.z].map(|c| (c / (4.0 * MERGE)).round() as i64);
        let range = || -1..=1;
        for (x, y, z) in range().flat_map(|x| range().flat_map(move |y| range().map(move |z| (x, y, z)))) {
            let near = self.grid.get(&[cell[0] + x, cell[1] + y, cell[2] + z]).into_iter().flatten();
            if let Some(found) = near.copied().find(|at| (self.vertices[*at].0 - point.0).norm() <= MERGE) {
                return found;
            }
        }
        self.vertices.push(*point);
        self.grid.entry(cell).or_default().push(self.vertices.len() - 1);
        self.vertices.len() - 1
    }

    fn cut(&mut self, arcs: &mut [Arc]) {
        let mut order: Vec<usize> = (0..arcs.len()).collect();
        order.sort_by(|a, b| arcs[*a].low[0].total_cmp(&arcs[*b].low[0]));
        for (at, &one) in order.iter().enumerate() {
            for &two in &order[at + 1..] {
                if arcs[two].low[0] > arcs[one].high[0] {
                    break;
                }
                let apart = |axis: usize| {
                    arcs[one].low[axis] > arcs[two].high[axis] || arcs[two].low[axis] > arcs[one].high[axis]
                };
                if !apart(1) && !apart(2) {
                    self.cut_pair(arcs, one, two);
                }
            }
        }
    }

    fn cut_pair(&mut self, arcs: &mut [Arc], one: usize, two: usize) {
        let ends = |arc: &Arc| (arc.from, arc.to);
        let (a, b) = (ends(&arcs[one]), ends(&arcs[two]));
        let mut touched = false;
        for (arc, (from, to), (p, q)) in [(one, a, b), (two, b, a)] {
            for vertex in [p, q] {
                if vertex != from && vertex != to {
                    let v = &self.vertices;
                    if distance_to_arc(&v[vertex], &v[from], &v[to]) <= MERGE {
                        arcs[arc].cuts.push(vertex);
                        touched = true;
                    }
                }
            }
        }
        let [a0, a1, b0, b1] = [a.0, a.1, b.0, b.1].map(|at| self.vertices[at]);
        if !touched && crossing_sign(&a0, &a1, &b0, &b1) == Crossing::Cross {
            let vertex = self.vertex(&get_intersection(&a0, &a1, &b0, &b1));
            for (arc, ends) in [(one, a), (two, b)] {
                if vertex != ends.0 && vertex != ends.1 {
                    arcs[arc].cuts.push(vertex);
                }
            }
        }
    }

    /// The pieces of a group, in the order of their arcs.
    pub(super) fn pieces(&self, group: usize) -> &[Piece] {
        self.groups.get(group).map_or(&[], Vec::as_slice)
    }

    pub(super) fn middle(&self, piece: &Piece) -> Point {
        interpolate(0.5, &self.vertices[piece.from], &self.vertices[piece.to])
    }

    /// Vertices that the first group and the second have in common.
    pub(super) fn shared_vertices(&self) -> Vec<Point> {
        let mut groups = vec![0_u8; self.vertices.len()];
        for (group, pieces) in self.groups.iter().take(2).enumerate() {
            for piece in pieces {
                groups[piece.from] |= 1 << group;
                groups[piece.to] |= 1 << group;
            }
        }
        (0..groups.len()).filter(|at| groups[*at] == 3).map(|at| self.vertices[at]).collect()
    }

    /// A point a quarter of the way around the Earth from all there is.
    pub(super) fn far_point(&self) -> Point {
        let sum = self.vertices.iter().fold(Vector::new(0.0, 0.0, 0.0), |sum, p| sum + p.0);
        if sum.norm() > 0.0 { unit(sum.ortho()) } else { s2::point::ORIGIN }
    }

    /// How often the pieces of the first group go around what is on the left and the right of one of them. `net` is how
    /// often the piece itself occurs, less how often its reverse does.
    pub(super) fn windings(&self, piece: &Piece, net: i32, outside: &Point) -> (i32, i32) {
        let middle = self.middle(piece);
        let (from, to) = (&self.vertices[piece.from], &self.vertices[piece.to]);
        let mut around = 0;
        for other in self.pieces(0) {
            let same = (other.from, other.to) == (piece.from, piece.to);
            if same || (other.to, other.from) == (piece.from, piece.to) {
                continue;
            }
            let (c, d) = (&self.vertices[other.from], &self.vertices[other.to]);
            if crossing_sign(&middle, outside, c, d) == Crossing::Cross {
                around += if robust_sign(c, d, &middle) == Direction::CounterClockwise { 1 } else { -1 };
            }
        }
        if robust_sign(from, to, outside) == Direction::CounterClockwise {
            (around, around - net)
        } else {
            (around + net, around)
        }
    }

    /// Which of the pieces that leave where `last` ends turns left the most.
    pub(super) fn leftmost(&self, last: &Piece, options: &[Piece]) -> Option<usize> {
        let at = self.vertices[last.to];
        let flat = |to: usize| {
            let to = self.vertices[to];
            to.0 - at.0 - at.0 * (to.0 - at.0).dot(&at.0)
        };
        let back = flat(last.from);
        let clockwise = |piece: &Piece| {
            let next = flat(piece.to);
            let turn = (-at.0.dot(&back.cross(&next))).atan2(back.dot(&next)).rem_euclid(TAU);
            // Straight back is the last choice.
            if piece.to == last.from { TAU } else { turn }
        };
        (0..options.len()).min_by(|a, b| clockwise(&options[*a]).total_cmp(&clockwise(&options[*b])))
    }
}

/// A box around an arc, with room for its bulge.
fn bounds(a: &Point, b: &Point) -> ([f64; 3], [f64; 3]) {
    let room = (a.0 - b.0).norm2() + 4.0 * MERGE;
    let (a, b) = ([a.0.x, a.0.y, a.0.z], [b.0.x, b.0.y, b.0.z]);
    (std::array::from_fn(|axis| a[axis].min(b[axis]) - room), std::array::from_fn(|axis| a[axis].max(b[axis]) + room))
}
