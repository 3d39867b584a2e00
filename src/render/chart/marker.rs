//! Marks on points: a shape for each series, so that colour is not all that tells them apart.

use super::palette::Rgb;
use super::scene::{Scene, Shape};

/// A mark's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// ●
    Circle,
    /// ◆
    Diamond,
    /// ■
    Square,
    /// ▲
    Triangle,
    /// ▼
    TriangleDown,
    /// ⬢
    Hexagon,
    /// ✚
    Plus,
    /// ★
    Star,
}

const ALL: [Marker; 8] = [
    Marker::Circle,
    Marker::Diamond,
    Marker::Square,
    Marker::Triangle,
    Marker::TriangleDown,
    Marker::Hexagon,
    Marker::Plus,
    Marker::Star,
];

/// The marker of the n-th series.
pub const fn of(n: usize) -> Marker {
    ALL[n % ALL.len()]
}

/// Draws a mark that looks as large as a circle of a radius.
pub fn draw(scene: &mut Scene, marker: Marker, (x, y): (f64, f64), radius: f64, color: Rgb) -> &mut Shape {
    let corners = |corners: &[(f64, f64)], size: f64| {
        corners.iter().map(|(dx, dy)| (x + dx * radius * size, y + dy * radius * size)).collect::<Vec<_>>()
    };
    let points = match marker {
        Marker::Circle => return scene.circle(x, y, radius, color),
        Marker::Diamond => corners(&[(0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)], 1.3),
        Marker::Square => return scene.rect(x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8, color),
        Marker::Triangle => corners(&[(0.0, -1.1), (1.0, 0.75), (-1.0, 0.75)], 1.15),
        Marker::TriangleDown => corners(&[(0.0, 1.1), (1.0, -0.75), (-1.0, -0.75)], 1.15),
        Marker::Hexagon => {
            corners(&[(0.5, -0.87), (1.0, 0.0), (0.5, 0.87), (-0.5, 0.87), (-1.0, 0.0), (-0.5, -0.87)], 1.1)
        }
        Marker::Plus => {
            const T: f64 = 0.36;
            let cross = [
                (-T, -1.0),
                (T, -1.0),
                (T, -T),
                (1.0, -T),
                (1.0, T),
                (T, T),
                (T, 1.0),
                (-T, 1.0),
                (-T, T),
                (-1.0, T),
                (-1.0, -T),
                (-T, -T),
            ];
            corners(&cross, 1.2)
        }
        Marker::Star => {
            let star = [
                (0.0, -1.0),
                (0.26, -0.36),
                (0.95, -0.31),
                (0.43, 0.14),
                (0.59, 0.81),
                (0.0, 0.45),
                (-0.59, 0.81),
                (-0.43, 0.14),
                (-0.95, -0.31),
                (-0.26, -0.36),
            ];
            corners(&star, 1.45)
        }
    };
    scene.polygon(points, color)
}
