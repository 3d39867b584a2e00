//! Shapes with fewer vertices: chains of short edges become long ones that stay near.

use s2::point::Point;

use super::real_or;
use super::shape::{Chain, Line, Part, Polygon, Ring};
use super::sphere::{EARTH_RADIUS, angle, distance_to_arc};
use crate::types::Value;

/// The tolerance of an optional argument, in radians.
pub(super) fn tolerance(arguments: &[Value<'_>], at: usize) -> Option<f64> {
    let metres = real_or(arguments, at, 10.0)?;
    (0.0..7_800_000.0).contains(&metres).then_some(metres / EARTH_RADIUS)
}

/// A line with fewer vertices; chains shorter than the tolerance are gone.
pub(super) fn simplify_line(line: &Line, tolerance: f64) -> Line {
    let chains = line.chains.iter().map(|chain| simplify_chain(chain, tolerance));
    Line { chains: chains.filter(|chain| chain.len() >= 2).collect() }
}

/// A polygon with fewer vertices; rings that shrink to nothing are gone.
pub(super) fn simplify_polygon(polygon: &Polygon, tolerance: f64) -> Polygon {
    let parts = polygon.parts.iter().filter_map(|part| {
        let shell = simplify_ring(&part.shell, tolerance)?;
        let holes = part.holes.iter().filter_map(|hole| simplify_ring(hole, tolerance)).collect();
        Some(Part { shell, holes })
    });
    Polygon { parts: parts.collect() }
}

fn simplify_ring(ring: &Ring, tolerance: f64) -> Option<Ring> {
    let first = *ring.vertices.first()?;
    let far = (0..ring.vertices.len())
        .max_by(|a, b| angle(&first, &ring.vertices[*a]).total_cmp(&angle(&first, &ring.vertices[*b])))?;
    let mut there = simplify_chain(&ring.vertices[..=far], tolerance);
    let back: Chain = ring.vertices[far..].iter().copied().chain([first]).collect();
    there.pop();
    there.extend(simplify_chain(&back, tolerance));
    there.pop();
    Ring::new(there).map(|(ring, _)| ring)
}

/// A chain without the vertices that are not needed: nothing lost is further than the tolerance from what is left, and no
/// two vertices are nearer to each other. Only one vertex when the chain is that short.
fn simplify_chain(chain: &[Point], tolerance: f64) -> Chain {
    let Some(last) = chain.len().checked_sub(1) else { return Vec::new() };
    let mut needed = vec![false; chain.len()];
    needed[0] = true;
    needed[last] = true;
    let mut spans = vec![(0, last)];
    while let Some((from, to)) = spans.pop() {
        let furthest = (from + 1..to)
            .map(|at| (distance_to_arc(&chain[at], &chain[from], &chain[to]), at))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((distance, at)) = furthest {
            if distance > tolerance {
                needed[at] = true;
                spans.extend([(from, at), (at, to)]);
            }
        }
    }
    let mut kept: Chain = Vec::new();
    for (point, _) in chain.iter().zip(needed).filter(|(_, needed)| *needed) {
        if kept.last().is_none_or(|before| angle(before, point) >= tolerance) {
            kept.push(*point);
        }
    }
    // The end stays where it is.
    if kept.len() > 1 && kept.last() != chain.last() {
        kept.pop();
        kept.extend(chain.last());
    }
    kept
}
