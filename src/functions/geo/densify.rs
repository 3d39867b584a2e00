//! Edges that are straight on a map, as geodesics: with points between, so near that the difference is small.

use s2::point::Point;

use super::real_or;
use super::shape::Chain;
use super::sphere::{EARTH_RADIUS, angle, degrees, interpolate, normal, wrapped};
use crate::types::Value;

/// The most points a densified shape has.
const MOST: usize = 10_485_760;

/// The tolerance in metres of an optional argument.
pub(super) fn tolerance(arguments: &[Value<'_>], at: usize) -> Option<f64> {
    real_or(arguments, at, 10.0).filter(|metres| (0.1..=10_000.0).contains(metres))
}

/// Chains of positions in degrees with points between, as points.
pub(super) fn densify(chain: &[[f64; 2]], tolerance: f64) -> Option<Chain> {
    let first = chain.first()?;
    let mut points = vec![wrapped(first[0], first[1])?];
    for pair in chain.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let ends = (wrapped(from[0], from[1])?, wrapped(to[0], to[1])?);
        if ends.0 != ends.1 {
            between(from, &ends.0, to, &ends.1, tolerance / EARTH_RADIUS, &mut points)?;
        }
    }
    Some(points)
}

/// Adds points from behind the first to the second.
fn between(from: [f64; 2], a: &Point, to: [f64; 2], b: &Point, tolerance: f64, points: &mut Chain) -> Option<()> {
    /// The error is measured at the fraction where it is greatest, and that is this much of the true one.
    const SCALE: f64 = 0.838_299_925_698_885_1;
    if deviation(from, a, to, b)? <= (SCALE * tolerance).max(1e-13) {
        points.push(*b);
        return (points.len() <= MOST).then_some(());
    }
    let middle = mix(0.5, from, to);
    let point = wrapped(middle[0], middle[1])?;
    between(from, a, middle, &point, tolerance, points)?;
    between(middle, &point, to, b, tolerance, points)
}

/// How far the straight line on the map runs from the geodesic.
fn deviation(from: [f64; 2], a: &Point, to: [f64; 2], b: &Point) -> Option<f64> {
    /// Where to measure.
    const FRACTION: f64 = 0.312_156_910_822_483_1;
    // Beyond a quarter of the Earth the estimate does not hold.
    if a.0.dot(&b.0) < -1e-14 {
        return Some(f64::INFINITY);
    }
    let at = |fraction: f64| {
        let [longitude, latitude] = mix(fraction, from, to);
        Some(angle(&interpolate(fraction, a, b), &wrapped(longitude, latitude)?))
    };
    Some(at(FRACTION)?.max(at(1.0 - FRACTION)?))
}

fn mix(fraction: f64, from: [f64; 2], to: [f64; 2]) -> [f64; 2] {
    [0, 1].map(|axis| (1.0 - fraction) * from[axis] + fraction * to[axis])
}

/// A chain cut where it crosses the antimeridian, in degrees.
pub(super) fn cut_at_antimeridian(chain: &[Point]) -> Vec<Vec<[f64; 2]>> {
    /// As near to the antimeridian as the engine goes.
    const EDGE: f64 = 179.999_999_999_999;
    let mut pieces = Vec::new();
    let mut piece: Vec<[f64; 2]> = Vec::new();
    let mut before: Option<&Point> = None;
    for point in chain {
        let [longitude, latitude] = degrees(point);
        if let (Some(last), Some([last_longitude, _])) = (before, piece.last().copied()) {
            if (longitude - last_longitude).abs() > 180.0 {
                let normal = normal(last, point);
                // Where the geodesic meets the half plane of the antimeridian.
                let crossing = (normal.x / normal.z).atan().to_degrees();
                let crossing = if crossing.is_finite() { crossing } else { latitude };
                piece.push([EDGE.copysign(last_longitude), crossing]);
                pieces.push(std::mem::take(&mut piece));
                piece.push([EDGE.copysign(longitude), crossing]);
            }
        }
        piece.push([longitude, latitude]);
        before = Some(point);
    }
    pieces.push(piece);
    pieces
}
