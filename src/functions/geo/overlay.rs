//! Shapes laid over each other: what they cover together, what they have in common.
//!
//! All arcs are cut where they meet, so that two pieces either are the same or have at most ends in common. Then each
//! piece is kept or dropped by what lies beside it, and the kept pieces are joined to rings. Rings begin where the engine
//! lets them begin: behind the piece of the last arc of the input.

use std::collections::{HashMap, VecDeque};

use s2::point::Point;

use super::arrangement::{Arrangement, Piece};
use super::shape::{Chain, Line, Part, Polygon, Ring, Turn};
use super::sphere::{MERGE, distance_to_arc, interpolate, normal};

/// What to keep of two polygons.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// What either covers.
    Union,
    /// What both cover.
    Intersection,
}

/// What polygons cover together. The two with the fewest vertices are joined first, as the engine does; a union counts as
/// many as its parts had.
pub(super) fn union_all(polygons: Vec<Polygon>) -> Option<Polygon> {
    let size = |p: &Polygon| p.rings().map(|ring| ring.vertices.len()).sum::<usize>();
    let mut queue: Vec<(usize, Polygon)> = polygons.into_iter().map(|p| (size(&p), p)).collect();
    queue.sort_by_key(|(size, _)| *size);
    let mut queue: VecDeque<_> = queue.into();
    while let Some((first_size, first)) = queue.pop_front() {
        let Some((second_size, second)) = queue.pop_front() else { return Some(first) };
        let size = first_size + second_size;
        let joined = polygon_of_two(&first, &second, Keep::Union)?;
        let at = queue.partition_point(|(other, _)| *other <= size);
        queue.insert(at, (size, joined));
    }
    None
}

/// What two polygons have in common: the polygon, and where they only touch, lines and points.
pub(super) fn common(a: &Polygon, b: &Polygon) -> Option<(Polygon, Vec<Chain>, Vec<Point>)> {
    let polygon = polygon_of_two(a, b, Keep::Intersection)?;
    let arrangement = Arrangement::new(&[a.edges().collect(), b.edges().collect()])?;
    let directions = Directions::of(arrangement.pieces(1));
    // Pieces where the two lie on opposite sides.
    let touching: Vec<Piece> = arrangement.pieces(0).iter().filter(|p| directions.has(p.to, p.from)).copied().collect();
    let lines = join_chains(&arrangement, &touching);
    let mut points = arrangement.shared_vertices();
    let on_polygon = |p: &Point| polygon.edges().any(|(a, b)| distance_to_arc(p, &a, &b) < 4.0 * MERGE);
    points.retain(|p| !on_polygon(p) && !lines.iter().flatten().any(|other| other == p));
    Some((polygon, lines, points))
}

/// The parts of a line inside a polygon, and the points where it only touches it.
pub(super) fn line_in_polygon(line: &Line, polygon: &Polygon) -> Option<(Vec<Chain>, Vec<Point>)> {
    let arrangement = Arrangement::new(&[line.edges().collect(), polygon.edges().collect()])?;
    let directions = Directions::of(arrangement.pieces(1));
    let inside: Vec<Piece> = arrangement
        .pieces(0)
        .iter()
        .filter(|p| {
            directions.has(p.from, p.to) || directions.has(p.to, p.from) || polygon.contains(&arrangement.middle(p))
        })
        .copied()
        .collect();
    let lines = join_chains(&arrangement, &inside);
    let mut points = arrangement.shared_vertices();
    points.retain(|p| !lines.iter().flatten().any(|other| other == p));
    Some((lines, points))
}

/// The parts two lines share, and the other points where they meet.
pub(super) fn line_in_line(a: &Line, b: &Line) -> Option<(Vec<Chain>, Vec<Point>)> {
    let arrangement = Arrangement::new(&[a.edges().collect(), b.edges().collect()])?;
    let directions = Directions::of(arrangement.pieces(1));
    let shared: Vec<Piece> = arrangement
        .pieces(0)
        .iter()
        .filter(|p| directions.has(p.from, p.to) || directions.has(p.to, p.from))
        .copied()
        .collect();
    let lines = join_chains(&arrangement, &shared);
    let mut points = arrangement.shared_vertices();
    points.retain(|p| !lines.iter().flatten().any(|other| other == p));
    Some((lines, points))
}

/// Lines as one, each arc once, ends that meet joined.
pub(super) fn union_lines(lines: &[Line]) -> Option<Line> {
    let arrangement = Arrangement::uncut(lines.iter().flat_map(Line::edges))?;
    let mut seen = Directions::default();
    let mut pieces = Vec::new();
    for piece in arrangement.pieces(0) {
        if !seen.has(piece.from, piece.to) && !seen.has(piece.to, piece.from) {
            seen.add(piece);
            pieces.push(*piece);
        }
    }
    Some(Line { chains: join_chains(&arrangement, &pieces) })
}

/// What closed curves go around at least once, counterclockwise: curves that cross themselves become a polygon.
pub(super) fn wound(curves: &[Vec<Point>]) -> Option<Polygon> {
    let edges = curves.iter().flat_map(|curve| curve.iter().copied().zip(curve.iter().copied().cycle().skip(1)));
    let arrangement = Arrangement::new(&[edges.collect()])?;
    let outside = arrangement.far_point();
    let pieces = arrangement.pieces(0);
    let directions = Directions::of(pieces);
    let mut seen = Directions::default();
    let mut kept = Vec::new();
    for piece in pieces {
        if seen.has(piece.from, piece.to) {
            continue;
        }
        seen.add(piece);
        let net = directions.count(piece.from, piece.to) - directions.count(piece.to, piece.from);
        let (left, right) = arrangement.windings(piece, net, &outside);
        if left > 0 && right <= 0 {
            kept.push(*piece);
        }
    }
    join_rings(&arrangement, kept)
}

fn polygon_of_two(a: &Polygon, b: &Polygon, keep: Keep) -> Option<Polygon> {
    let arrangement = Arrangement::new(&[a.edges().collect(), b.edges().collect()])?;
    let mut kept = Vec::new();
    for (side, other) in [(0, b), (1, a)] {
        let directions = Directions::of(arrangement.pieces(1 - side));
        for piece in arrangement.pieces(side) {
            let keeps = if directions.has(piece.from, piece.to) {
                side == 0
            } else if directions.has(piece.to, piece.from) {
                false
            } else {
                other.contains(&arrangement.middle(piece)) == (keep == Keep::Intersection)
            };
            if keeps {
                kept.push(*piece);
            }
        }
    }
    join_rings(&arrangement, kept)
}

/// How often each directed pair of vertices is a piece.
#[derive(Default)]
struct Directions(HashMap<(usize, usize), i32>);

impl Directions {
    fn of(pieces: &[Piece]) -> Self {
        let mut all = Self::default();
        pieces.iter().for_each(|piece| all.add(piece));
        all
    }

    fn add(&mut self, piece: &Piece) {
        *self.0.entry((piece.from, piece.to)).or_default() += 1;
    }

    fn count(&self, from: usize, to: usize) -> i32 {
        self.0.get(&(from, to)).copied().unwrap_or_default()
    }

    fn has(&self, from: usize, to: usize) -> bool {
        self.count(from, to) > 0
    }
}

/// The rings of pieces that have the inside on their left, as a polygon. Where several pieces leave a vertex, a ring takes
/// the leftmost, so that its inside is one piece.
fn join_rings(arrangement: &Arrangement, pieces: Vec<Piece>) -> Option<Polygon> {
    let mut leaving: HashMap<usize, Vec<Piece>> = HashMap::new();
    for piece in &pieces {
        leaving.entry(piece.from).or_default().push(*piece);
    }
    let mut loops: Vec<Vec<Piece>> = Vec::new();
    for first in pieces {
        let Some(place) = leaving.get_mut(&first.from).and_then(|l| {
            let at = l.iter().position(|p| p.input == first.input && p.to == first.to)?;
            Some(l.swap_remove(at))
        }) else {
            continue;
        };
        let mut path = vec![place];
        let mut last = place;
        while last.to != first.from {
            let Some(options) = leaving.get_mut(&last.to) else { break };
            let Some(at) = arrangement.leftmost(&last, options) else { break };
            last = options.swap_remove(at);
            path.push(last);
            // A vertex met again closes a ring of its own.
            if let Some(start) = path.iter().position(|p| p.from == last.to).filter(|start| *start > 0) {
                loops.push(path.split_off(start));
                match path.last() {
                    Some(end) => last = *end,
                    None => break,
                }
            }
        }
        if path.last().is_some_and(|p| p.to == first.from) {
            loops.push(path);
        }
    }
    for path in &mut loops {
        begin_behind_last(path);
    }
    loops.sort_by_key(|path| path.first().map(|p| p.input));
    let mut parts: Vec<Part> = Vec::new();
    let mut holes = Vec::new();
    for path in loops {
        match Ring::new(path.iter().map(|p| arrangement.vertices[p.from]).collect()) {
            Some((ring, Turn::Left)) => parts.push(Part { shell: ring, holes: Vec::new() }),
            Some((ring, Turn::Right)) => holes.push(ring),
            None => {}
        }
    }
    for hole in holes {
        let inner = interpolate(0.5, hole.vertices.first()?, hole.vertices.get(1)?);
        let around = parts
            .iter_mut()
            .filter(|part| part.shell.contains(&inner))
            .min_by(|a, b| a.shell.area().total_cmp(&b.shell.area()));
        if let Some(part) = around {
            part.holes.push(hole);
        }
    }
    Some(Polygon { parts })
}

/// Turns a loop so that it ends with the piece of the highest input arc; of several, the last of them in a row.
fn begin_behind_last(path: &mut [Piece]) {
    let Some(highest) = path.iter().map(|p| p.input).max() else { return };
    let count = path.len();
    let end = (0..count)
        .rev()
        .find(|at| path[*at].input == highest && path[(at + 1) % count].input != highest)
        .unwrap_or(count - 1);
    path.rotate_left((end + 1) % count);
}

/// Pieces joined end to end where exactly one comes in and one goes out.
fn join_chains(arrangement: &Arrangement, pieces: &[Piece]) -> Vec<Chain> {
    let mut leaving: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut coming: HashMap<usize, usize> = HashMap::new();
    for (at, piece) in pieces.iter().enumerate() {
        leaving.entry(piece.from).or_default().push(at);
        *coming.entry(piece.to).or_default() += 1;
    }
    let through = |vertex: usize| leaving.get(&vertex).map_or(0, Vec::len) == 1 && coming.get(&vertex) == Some(&1);
    let mut used = vec![false; pieces.len()];
    let mut chains = Vec::new();
    let starts = (0..pieces.len()).filter(|at| !through(pieces[*at].from));
    // Then those that only go around.
    for start in starts.chain(0..pieces.len()) {
        if used[start] {
            continue;
        }
        let mut at = start;
        let mut chain = vec![arrangement.vertices[pieces[at].from]];
        loop {
            used[at] = true;
            chain.push(arrangement.vertices[pieces[at].to]);
            let next = leaving.get(&pieces[at].to).and_then(|l| l.first()).copied();
            match next.filter(|next| through(pieces[at].to) && !used[*next]) {
                Some(next) => at = next,
                None => break,
            }
        }
        chains.push((pieces[start].input, chain));
    }
    chains.sort_by_key(|(input, _)| *input);
    chains.into_iter().map(|(_, chain)| chain).collect()
}

/// Whether two sets of arcs have a point in common.
pub(super) fn meet(a: &[(Point, Point)], b: &[(Point, Point)]) -> bool {
    use s2::edge_crossings::{Crossing, crossing_sign};
    a.iter().any(|(a0, a1)| {
        let length = normal(a0, a1).norm();
        b.iter().any(|(b0, b1)| {
            // Cheap first: arcs further apart than both are long never meet.
            let reach = length + (b1.0 - b0.0).norm() + 1e-9;
            if length < 0.5 && (a0.0 - b0.0).norm() > 2.0 * reach {
                return false;
            }
            matches!(crossing_sign(a0, a1, b0, b1), Crossing::Cross | Crossing::MaybeCross)
                || [(a0, b0, b1), (a1, b0, b1), (b0, a0, a1), (b1, a0, a1)]
                    .into_iter()
                    .any(|(p, from, to)| distance_to_arc(p, from, to) < MERGE)
        })
    })
}
