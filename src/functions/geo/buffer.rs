//! What lies within a distance of a shape.
//!
//! Around a corner that points outward goes an arc of a circle, and beside an edge a parallel curve; both as chords that
//! are nowhere nearer to the shape than the radius less the tolerance.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use s2::point::Point;
use s2::predicates::{Direction, robust_sign};

use super::overlay;
use super::real_or;
use super::shape::{Line, Polygon};
use super::sphere::{EARTH_RADIUS, along, angle, normal, unit};
use crate::types::Value;

/// The smallest tolerance, as a part of the radius.
const FINEST: f64 = 1e-6;

/// The tolerance in metres when none is given.
const TOLERANCE: f64 = 10.0;

/// How far, in radians, and how finely.
#[derive(Clone, Copy)]
pub(super) struct Buffer {
    radius: f64,
    /// The longest chord around a corner, as an angle.
    turn: f64,
    /// The longest chord beside an edge, as an angle.
    advance: f64,
}

impl Buffer {
    /// From metres. `None` when they are out of range.
    pub(super) fn new(radius: f64, tolerance: f64) -> Option<Self> {
        let part = tolerance / radius;
        let radius = radius / EARTH_RADIUS;
        if !(radius > 0.0 && radius < FRAC_PI_2 && part >= FINEST) {
            return None;
        }
        let error = part.min(1.0) * radius;
        let chord = |ratio: f64| (2.0 * ratio.clamp(0.0, 1.0).acos()).min(TAU / 3.0);
        let turn = chord((radius - error).tan() / radius.tan());
        let advance = chord(radius.tan() / (radius + error).min(FRAC_PI_2).tan());
        (turn > 0.0 && advance > 0.0).then_some(Self { radius, turn, advance })
    }

    /// From an argument for the radius and an optional one for the tolerance.
    pub(super) fn read(arguments: &[Value<'_>], at: usize) -> Option<Self> {
        Self::new(super::real(arguments, at)?, real_or(arguments, at + 1, TOLERANCE)?)
    }

    /// The vertices of a circle.
    pub(super) fn circle(&self, centre: &Point) -> Vec<Point> {
        let count = (TAU / self.turn - 1e-9).ceil().max(3.0);
        let start = unit(centre.0.ortho());
        let side = unit(centre.0.cross(&start.0));
        (0..count as usize)
            .map(|at| {
                let turn = TAU * at as f64 / count;
                let direction = Point(start.0 * turn.cos() + side.0 * turn.sin());
                along(centre, &direction, self.radius)
            })
            .collect()
    }

    /// What lies within the radius of a line.
    pub(super) fn around_line(&self, line: &Line) -> Option<Polygon> {
        let curves: Vec<Vec<Point>> = line.chains.iter().filter_map(|chain| self.around_chain(chain)).collect();
        overlay::wound(&curves)
    }

    /// What lies within the radius of a polygon.
    pub(super) fn around_polygon(&self, polygon: &Polygon) -> Option<Polygon> {
        let mut curves = Vec::new();
        for part in &polygon.parts {
            curves.push(self.beside_ring(&part.shell.vertices));
            for hole in &part.holes {
                let vertices: Vec<Point> = hole.vertices.iter().rev().copied().collect();
                curves.push(self.beside_ring(&vertices));
            }
        }
        overlay::wound(&curves)
    }

    /// The curve on the right of a ring.
    fn beside_ring(&self, ring: &[Point]) -> Vec<Point> {
        let mut curve = Vec::new();
        let count = ring.len();
        for at in 0..count {
            self.edge_and_corner(&mut curve, &ring[at], &ring[(at + 1) % count], &ring[(at + 2) % count]);
        }
        curve
    }

    /// The curve around a chain: a half circle at its start, along its right, a half circle at its end, and back.
    fn around_chain(&self, chain: &[Point]) -> Option<Vec<Point>> {
        let ([first, second, ..], [.., before, last]) = (chain, chain) else { return None };
        let mut curve = Vec::new();
        let axis = right_of(first, second);
        self.corner(&mut curve, first, &Point(axis.0 * -1.0), PI);
        for corner in chain.windows(3) {
            self.edge_and_corner(&mut curve, &corner[0], &corner[1], &corner[2]);
        }
        self.edge(&mut curve, before, last);
        self.corner(&mut curve, last, &right_of(before, last), PI);
        for corner in chain.windows(3).rev() {
            self.edge_and_corner(&mut curve, &corner[2], &corner[1], &corner[0]);
        }
        self.edge(&mut curve, second, first);
        Some(curve)
    }

    fn edge_and_corner(&self, curve: &mut Vec<Point>, a: &Point, b: &Point, c: &Point) {
        self.edge(curve, a, b);
        let axis = right_of(a, b);
        if robust_sign(a, b, c) == Direction::Clockwise {
            // The corner points inward: by way of the corner itself, so that the curve stays on the right.
            curve.push(along(b, &axis, self.radius));
            curve.push(*b);
        } else {
            self.corner(curve, b, &axis, angle(&axis, &right_of(b, c)));
        }
    }

    /// Points beside an arc, without its end.
    fn edge(&self, curve: &mut Vec<Point>, a: &Point, b: &Point) {
        let axis = right_of(a, b);
        let forward = unit(axis.0.cross(&a.0) * -1.0);
        let length = angle(a, b);
        let mut done = 0.0;
        while done == 0.0 || done < length {
            curve.push(along(&along(a, &forward, done), &axis, self.radius));
            done += self.advance;
        }
    }

    /// Points around a vertex, counterclockwise from a direction, without the last.
    fn corner(&self, curve: &mut Vec<Point>, vertex: &Point, start: &Point, span: f64) {
        let side = unit(vertex.0.cross(&start.0));
        let mut done = 0.0;
        while done == 0.0 || done < span {
            let direction = Point(start.0 * done.cos() + side.0 * done.sin());
            curve.push(along(vertex, &direction, self.radius));
            done += self.turn;
        }
    }
}

/// The direction to the right of an arc.
fn right_of(a: &Point, b: &Point) -> Point {
    unit(normal(a, b) * -1.0)
}
