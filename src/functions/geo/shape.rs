//! Lines and polygons on the sphere.

use std::collections::HashSet;
use std::f64::consts::PI;

use s2::edge_crossings::{EdgeCrosser, angle_contains_vertex};
use s2::point::{ORIGIN, Point};
use s2::r3::vector::Vector;

use super::sphere::{angle, distance_to_arc, nearest, normal, unit};

/// A chain of arcs: at least two points.
pub(super) type Chain = Vec<Point>;

/// A closed curve that goes counterclockwise around the smaller part of the sphere.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    pub(super) vertices: Vec<Point>,
    /// Whether the fixed point from which crossings are counted lies inside.
    origin_inside: bool,
}

/// What a ring around a region is, seen along its direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// The smaller part is on its left.
    Left,
    /// The smaller part is on its right.
    Right,
}

impl Ring {
    /// The ring through these vertices, the first not repeated, and the way it went. `None` when they are fewer than
    /// three, not distinct, or enclose nothing.
    pub(super) fn new(mut vertices: Vec<Point>) -> Option<(Self, Turn)> {
        let key = |p: &Point| (p.0.x.to_bits(), p.0.y.to_bits(), p.0.z.to_bits());
        let distinct: HashSet<_> = vertices.iter().map(key).collect();
        if vertices.len() < 3 || distinct.len() < vertices.len() {
            return None;
        }
        let area = signed_area(&vertices);
        if area == 0.0 {
            return None;
        }
        let turn = if area > 0.0 { Turn::Left } else { Turn::Right };
        if turn == Turn::Right {
            vertices.reverse();
        }
        let mut ring = Self { vertices, origin_inside: false };
        let [first, second, third] = [0, 1, 2].map(|at| ring.vertices[at]);
        ring.origin_inside = angle_contains_vertex(&first, &second, &third) != ring.contains(&second);
        Some((ring, turn))
    }

    /// Its arcs, from and to.
    pub(super) fn edges(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        let next = self.vertices.iter().cycle().skip(1);
        self.vertices.iter().zip(next).map(|(a, b)| (*a, *b))
    }

    pub(super) fn contains(&self, point: &Point) -> bool {
        let mut crosser = EdgeCrosser::new(&ORIGIN, point);
        self.edges().fold(self.origin_inside, |inside, (a, b)| inside ^ crosser.edge_or_vertex_crossing(&a, &b))
    }

    pub(super) fn area(&self) -> f64 {
        signed_area(&self.vertices).abs()
    }

    /// The integral of the position over the inside: its direction is the centroid's.
    fn moment(&self) -> Vector {
        self.edges().fold(Vector::new(0.0, 0.0, 0.0), |sum, (a, b)| {
            let normal = normal(&a, &b);
            let length = normal.norm();
            if length > 0.0 { sum + normal * (0.5 * angle(&a, &b) / length) } else { sum }
        })
    }
}

/// The area on the left of a closed curve, in steradians; less than nothing when the smaller part is on its right.
fn signed_area(vertices: &[Point]) -> f64 {
    let Some((first, rest)) = vertices.split_first() else { return 0.0 };
    let sum: f64 = rest
        .windows(2)
        .map(|pair| {
            let (b, c) = (pair[0], pair[1]);
            let volume = first.0.dot(&(b.0 - first.0).cross(&(c.0 - first.0)));
            2.0 * volume.atan2(1.0 + first.0.dot(&b.0) + b.0.dot(&c.0) + c.0.dot(&first.0))
        })
        .sum();
    // The sum is right up to whole spheres.
    let sum = sum.rem_euclid(4.0 * PI);
    if sum > 2.0 * PI { sum - 4.0 * PI } else { sum }
}

/// One ring and the holes in it.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) shell: Ring,
    pub(super) holes: Vec<Ring>,
}

impl Part {
    fn contains(&self, point: &Point) -> bool {
        self.shell.contains(point) && !self.holes.iter().any(|hole| hole.contains(point))
    }
}

/// A polygon, or several that have no inside in common.
#[derive(Clone, Debug, Default)]
pub(crate) struct Polygon {
    pub(super) parts: Vec<Part>,
}

impl Polygon {
    /// Shells and holes.
    pub(super) fn rings(&self) -> impl Iterator<Item = &Ring> {
        self.parts.iter().flat_map(|part| std::iter::once(&part.shell).chain(&part.holes))
    }

    /// All arcs with the inside on their left.
    pub(super) fn edges(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        self.parts.iter().flat_map(|part| {
            let holes = part.holes.iter().flat_map(|hole| {
                let mut edges: Vec<_> = hole.edges().map(|(a, b)| (b, a)).collect();
                edges.reverse();
                edges
            });
            part.shell.edges().chain(holes)
        })
    }

    /// Whether a point is inside.
    pub(crate) fn contains(&self, point: &Point) -> bool {
        self.parts.iter().any(|part| part.contains(point))
    }

    /// Steradians inside.
    pub(super) fn area(&self) -> f64 {
        self.parts.iter().map(|p| p.shell.area() - p.holes.iter().map(Ring::area).sum::<f64>()).sum()
    }

    /// Radians around, holes included.
    pub(super) fn perimeter(&self) -> f64 {
        self.edges().map(|(a, b)| angle(&a, &b)).sum()
    }

    pub(super) fn centroid(&self) -> Option<Point> {
        let mut sum = Vector::new(0.0, 0.0, 0.0);
        for part in &self.parts {
            sum = sum + part.shell.moment();
            for hole in &part.holes {
                sum = sum - hole.moment();
            }
        }
        (sum.norm() > 0.0).then(|| unit(sum))
    }

    /// The point of the polygon nearest to another: that one itself when it is inside.
    pub(super) fn nearest(&self, point: &Point) -> Option<Point> {
        if self.contains(point) { Some(*point) } else { nearest_of(point, self.edges()) }
    }

    /// Radians to the polygon; nothing for a point inside.
    pub(crate) fn distance(&self, point: &Point) -> Option<f64> {
        self.nearest(point).map(|near| angle(point, &near))
    }
}

/// A line, or several.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pub(super) chains: Vec<Chain>,
}

impl Line {
    pub(super) fn edges(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        self.chains.iter().flat_map(|chain| chain.windows(2).map(|pair| (pair[0], pair[1])))
    }

    /// Radians along it.
    pub(super) fn length(&self) -> f64 {
        self.edges().map(|(a, b)| angle(&a, &b)).sum()
    }

    pub(super) fn centroid(&self) -> Option<Point> {
        let sum = self.edges().fold(Vector::new(0.0, 0.0, 0.0), |sum, (a, b)| {
            let (across, middle) = ((a.0 - b.0).norm(), a.0 + b.0);
            let length = middle.norm();
            if length > 0.0 { sum + middle * (across / length) } else { sum }
        });
        (sum.norm() > 0.0).then(|| unit(sum))
    }

    pub(super) fn nearest(&self, point: &Point) -> Option<Point> {
        nearest_of(point, self.edges())
    }

    /// Radians to the line.
    pub(crate) fn distance(&self, point: &Point) -> Option<f64> {
        self.edges().map(|(a, b)| distance_to_arc(point, &a, &b)).min_by(f64::total_cmp)
    }
}

fn nearest_of(point: &Point, edges: impl Iterator<Item = (Point, Point)>) -> Option<Point> {
    edges
        .map(|(a, b)| nearest(point, &a, &b))
        .map(|near| (angle(point, &near), near))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, near)| near)
}
