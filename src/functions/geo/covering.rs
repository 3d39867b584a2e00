//! Cells that cover a shape.

use std::collections::{HashSet, VecDeque};

use h3o::{CellIndex, LatLng, Resolution};
use s2::cell::Cell;
use s2::cellid::CellID;
use s2::edge_crossings::{Crossing, crossing_sign};
use s2::point::Point;

use super::hash_order::hash_order;
use super::shape::Polygon;
use super::sphere::{angle, degrees, distance_to_arc, interpolate};

/// The most S2 cells of a covering.
const MOST_S2: usize = 65_536;

/// The most H3 cells of a covering.
const MOST_H3: usize = 61_680;

type Edge = (Point, Point);

/// What is covered with S2 cells.
struct Covering<'s> {
    inside: &'s dyn Fn(&Point) -> bool,
    level: u8,
    /// Radians around the shape that are covered too.
    radius: f64,
    cells: Vec<String>,
}

/// The tokens of the S2 cells of a level that a shape, or what is within a radius of it, has a point in. `None` when there
/// are too many.
pub(super) fn s2_cells(edges: &[Edge], inside: &dyn Fn(&Point) -> bool, level: u8, radius: f64) -> Option<Vec<String>> {
    let mut covering = Covering { inside, level, radius, cells: Vec::new() };
    for face in 0..6 {
        covering.visit(CellID::from_face(face), edges)?;
    }
    Some(covering.cells)
}

impl Covering<'_> {
    /// Adds the cells inside `id`, given the edges that may be near it.
    fn visit(&mut self, id: CellID, edges: &[Edge]) -> Option<()> {
        let cell = Cell::from(id);
        let corners = cell.vertices();
        let near: Vec<Edge> = edges.iter().filter(|edge| self.near(&cell, &corners, edge)).copied().collect();
        let steps = u64::from(self.level).saturating_sub(id.level());
        if near.is_empty() {
            if !(self.inside)(&cell.center()) {
                return Some(());
            }
            // All of it, if there is room.
            (steps <= 8 && self.cells.len() + (1 << (2 * steps)) <= MOST_S2).then_some(())?;
            return self.whole(id, steps);
        }
        if steps == 0 {
            return self.add(id);
        }
        id.children().into_iter().try_for_each(|child| self.visit(child, &near))
    }

    fn whole(&mut self, id: CellID, steps: u64) -> Option<()> {
        if steps == 0 {
            return self.add(id);
        }
        id.children().into_iter().try_for_each(|child| self.whole(child, steps - 1))
    }

    fn add(&mut self, id: CellID) -> Option<()> {
        self.cells.push(id.to_token());
        (self.cells.len() <= MOST_S2).then_some(())
    }

    /// Whether an edge has a point in the cell, or within the radius of it.
    fn near(&self, cell: &Cell, corners: &[Point; 4], (a, b): &Edge) -> bool {
        /// What still counts as touching.
        const TOUCH: f64 = 1e-14;
        let reach = self.radius + TOUCH;
        let sides = || (0..4).map(|at| (&corners[at], &corners[(at + 1) % 4]));
        cell.contains_point(a)
            || cell.contains_point(b)
            || sides().any(|(c, d)| crossing_sign(a, b, c, d) != Crossing::DoNotCross)
            || corners.iter().any(|corner| distance_to_arc(corner, a, b) <= reach)
            || sides().any(|(c, d)| distance_to_arc(a, c, d) <= reach || distance_to_arc(b, c, d) <= reach)
    }
}

/// The H3 cells whose centres are inside a polygon with edges that are straight on a map. `None` when there are too many.
pub(super) fn h3_cells(polygon: &Polygon, resolution: u8) -> Option<Vec<String>> {
    let resolution = Resolution::try_from(resolution).ok()?;
    let rings: Vec<Vec<[f64; 2]>> = polygon.rings().map(|ring| unwrapped(&ring.vertices)).collect();
    let inside = |cell: CellIndex| {
        let centre = LatLng::from(cell);
        let at = |turn: f64| [centre.lng() + turn, centre.lat()];
        [0.0, 360.0, -360.0]
            .into_iter()
            .any(|turn| rings.iter().filter(|ring| crossings_are_odd(ring, at(turn))).count() % 2 == 1)
    };
    let step = resolution.edge_length_rads() * 0.5;
    let mut seen: HashSet<CellIndex> = HashSet::new();
    let mut queue: VecDeque<CellIndex> = VecDeque::new();
    let mut start = |point: Point| {
        let [longitude, latitude] = degrees(&point);
        let Ok(place) = LatLng::new(latitude, longitude) else { return };
        for cell in place.to_cell(resolution).grid_disk::<Vec<_>>(1) {
            if seen.insert(cell) {
                queue.push_back(cell);
            }
        }
    };
    // Whatever lies inside is reached from cells along the edges, those on the map and the geodesics near them.
    let mut walked = 0.0;
    for (a, b) in polygon.edges() {
        let count = (angle(&a, &b) / step).ceil();
        walked += count;
        if walked > 40.0 * MOST_H3 as f64 {
            return None;
        }
        let ends = unwrapped(&[a, b]);
        for at in 0..=count as usize {
            let fraction = at as f64 / count.max(1.0);
            start(interpolate(fraction, &a, &b));
            let [longitude, latitude] = [0, 1].map(|axis| ends[0][axis] + (ends[1][axis] - ends[0][axis]) * fraction);
            if let Some(point) = super::sphere::wrapped(longitude, latitude) {
                start(point);
            }
        }
    }
    let mut cells = Vec::new();
    while let Some(cell) = queue.pop_front() {
        if inside(cell) {
            cells.push(cell);
            if cells.len() > MOST_H3 {
                return None;
            }
            for near in cell.grid_disk::<Vec<_>>(1) {
                if seen.insert(near) {
                    queue.push_back(near);
                }
            }
        }
    }
    cells.sort_unstable();
    let table = table_size(&rings, resolution)?;
    Some(hash_order(in_table(&cells, table).iter().map(ToString::to_string).collect()))
}

/// How many places H3 reserves for the cells of a polygon: as many as the polygon's box may hold.
fn table_size(rings: &[Vec<[f64; 2]>], resolution: Resolution) -> Option<usize> {
    /// The area of a hexagon whose corners are at a distance of 1.
    const HEXAGON: f64 = 2.598_076_211_35;
    /// What H3 adds for safety.
    const ROOM: usize = 12;
    let pentagon = resolution.pentagons().next()?;
    let radius = LatLng::from(pentagon).distance_km(*pentagon.boundary().first()?);
    let shell = rings.first()?;
    let axis = |axis: usize| shell.iter().map(move |position| position[axis]);
    let ends = |at: usize| (axis(at).fold(f64::MAX, f64::min), axis(at).fold(f64::MIN, f64::max));
    let ((west, east), (south, north)) = (ends(0), ends(1));
    let diagonal = LatLng::new(north, east).ok()?.distance_km(LatLng::new(south, west).ok()?);
    let (width, height) = (east - west, north - south);
    let ratio = (width.max(height) / width.min(height)).min(3.0);
    let estimate = (diagonal * diagonal / ratio / (0.8 * HEXAGON * radius * radius)).ceil().max(1.0);
    Some((estimate as usize).max(rings.iter().map(Vec::len).sum()).saturating_add(ROOM))
}

/// Cells in the order of H3's table: each at its number modulo the size, or the next place that is free.
fn in_table(cells: &[CellIndex], size: usize) -> Vec<CellIndex> {
    /// Beyond this many places, for a thin shape across a wide box, the order is that of the cells.
    const LARGEST: usize = 4_000_000;
    if size > LARGEST {
        return cells.to_vec();
    }
    let size = size.max(cells.len());
    let mut table: Vec<Option<CellIndex>> = vec![None; size];
    for cell in cells {
        let first = (u64::from(*cell) % size as u64) as usize;
        if let Some(at) = (first..size).chain(0..first).find(|at| table[*at].is_none()) {
            table[at] = Some(*cell);
        }
    }
    table.into_iter().flatten().collect()
}

/// Positions in degrees whose longitudes run on across the antimeridian.
fn unwrapped(points: &[Point]) -> Vec<[f64; 2]> {
    let mut before: Option<f64> = None;
    points
        .iter()
        .map(|point| {
            let [mut longitude, latitude] = degrees(point);
            if let Some(before) = before {
                longitude -= 360.0 * ((longitude - before) / 360.0_f64).round();
            }
            before = Some(longitude);
            [longitude, latitude]
        })
        .collect()
}

/// Whether a ray from a position crosses a ring an odd number of times.
fn crossings_are_odd(ring: &[[f64; 2]], [x, y]: [f64; 2]) -> bool {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .filter(|(a, b)| (a[1] > y) != (b[1] > y) && x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0])
        .count()
        % 2
        == 1
}
