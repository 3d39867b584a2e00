//! A picture that says why there is no chart.

use super::layout::header;
use super::scene::{Anchor, Scene, Style};
use super::spec::Spec;

/// Draws the message in the middle.
pub fn draw(spec: &Spec<'_>, message: &str, scene: &mut Scene) {
    let area = header(spec, scene, None);
    let style = Style { size: 14.0, bold: false, color: spec.palette.secondary };
    let middle = (f64::midpoint(area.left, area.right), f64::midpoint(area.top, area.bottom));
    let message = spec.measure.fit(message, area.width(), style.size, false);
    scene.text(middle, message, style, Anchor::Middle);
}
