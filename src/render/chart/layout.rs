//! What every chart has around its plot: title, subtitle, legend; and the room that is left.

use super::scene::{Anchor, Scene, Style};
use super::spec::Spec;

/// The empty border of a picture.
pub const MARGIN: f64 = 16.0;
/// The size of tick labels.
pub const TICK: f64 = 11.0;
/// The size of a legend's names.
pub const LEGEND: f64 = 12.0;

/// A rectangle of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Bottom edge.
    pub bottom: f64,
}

impl Area {
    /// Its width.
    pub const fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Its height.
    pub const fn height(&self) -> f64 {
        self.bottom - self.top
    }
}

/// An empty picture with its ground.
pub fn canvas(spec: &Spec<'_>, default: (f64, f64)) -> Scene {
    let (width, height) = spec.size.unwrap_or((spec.width.unwrap_or(default.0), default.1));
    let mut scene = Scene::new(width, height);
    scene.rect(0.0, 0.0, width, height, spec.palette.ground);
    scene
}

/// Draws title and subtitle; the answer is what remains of the picture inside its margins.
pub fn header(spec: &Spec<'_>, scene: &mut Scene, note: Option<&str>) -> Area {
    let area =
        Area { left: MARGIN, top: MARGIN - 2.0, right: scene.width - MARGIN, bottom: scene.height - MARGIN + 4.0 };
    let mut top = area.top;
    if let Some(title) = &spec.title {
        let style = Style { size: 15.0, bold: true, color: spec.palette.ink };
        let title = spec.measure.fit(title, area.width(), style.size, true);
        scene.description.clone_from(&title);
        scene.text((area.left, top + 14.0), title, style, Anchor::Start);
        top += 22.0;
    }
    let parts: Vec<&str> = spec.subtitle.as_deref().into_iter().chain(note).collect();
    if !parts.is_empty() {
        let style = Style { size: 11.5, bold: false, color: spec.palette.secondary };
        let subtitle = spec.measure.fit(&parts.join(" · "), area.width(), style.size, false);
        scene.text((area.left, top + 11.0), subtitle, style, Anchor::Start);
        top += 19.0;
    }
    Area { top, ..area }
}
