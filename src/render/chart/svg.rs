//! A scene as SVG, each shape drawn by plotters.
//!
//! plotters' coordinates are integers, so it draws at ten units a pixel into a viewBox. What repeats on every element
//! (font, opacity 1) moves to the root; tooltips are added.

use std::fmt::Write as _;

use plotters::prelude::{BLACK, Color, DrawingBackend, FontStyle, FontTransform, RGBAColor, RGBColor, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontFamily, ShapeStyle, TextStyle};

use super::super::RenderError;
use super::super::encode::{html_attribute, html_text, label};
use super::scene::{Anchor, Form, Scene, Shape};

/// Units a pixel.
const UNIT: f64 = 10.0;
const FAMILY: &str = "Noto Sans, Segoe UI, Helvetica, Arial, sans-serif";
/// plotters moves text drawn at its top down by this share of its size; taking it off again gives the baseline.
const TOP_TO_BASELINE: f64 = 0.76;
/// plotters divides a font size by this.
const SIZE_FACTOR: f64 = 1.24;
/// Shapes that are only pointed at: plotters drops what is fully transparent.
const INVISIBLE: f64 = 0.001;

/// The SVG text of a scene.
pub fn write(scene: &Scene) -> Result<String, RenderError> {
    let units = |pixels: f64| (pixels * UNIT).round() as i64;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" role=\"img\" \
         aria-label=\"{}\" font-family=\"{FAMILY}\" stroke-linejoin=\"round\" stroke-linecap=\"round\">\n",
        scene.width,
        scene.height,
        units(scene.width),
        units(scene.height),
        html_attribute(&label(&scene.description)),
    );
    for shape in &scene.shapes {
        out.push_str(&element(shape)?);
    }
    out.push_str("</svg>\n");
    Ok(out)
}

fn point((x, y): (f64, f64)) -> (i32, i32) {
    ((x * UNIT).round() as i32, (y * UNIT).round() as i32)
}

/// One shape as plotters writes it, tidied.
fn element(shape: &Shape) -> Result<String, RenderError> {
    if let Form::Dots(at, radius) = &shape.form {
        return Ok(dots(shape, at, *radius));
    }
    let mut drawn = String::new();
    {
        let mut backend = SVGBackend::with_string(&mut drawn, (1, 1));
        draw(&mut backend, shape).map_err(|error| RenderError::Drawing(error.to_string()))?;
    }
    // The element stands between the root's tags.
    let element = drawn.split_once(">\n").map_or("", |(_, rest)| rest).trim_end();
    let element = element.strip_suffix("</svg>").unwrap_or(element).trim_end();
    let mut element = element
        .replace(" opacity=\"1\"", "")
        .replace(" stroke=\"none\"", "")
        .replace(&format!(" opacity=\"{INVISIBLE}\""), " opacity=\"0\"")
        .replace(&format!(" font-family=\"{FAMILY}\""), "")
        .replace(" \"/>", "\"/>");
    if let Form::Text { turn, .. } = shape.form {
        element = element.replace(">\n", ">").replace("\n</text", "</text");
        if turn == 45 {
            element = element.replace("\"rotate(270,", "\"rotate(315,");
        }
    }
    if let Form::Circle(..) = shape.form {
        element = element.replace(" stroke-width=\"1\"", "");
    }
    if let (Some(tip), Some((head, _))) = (&shape.tip, element.split_once("/>")) {
        let name = head.trim_start_matches('<').split(' ').next().unwrap_or_default();
        let lines: Vec<String> = tip.split('\n').map(|line| html_text(&label(line))).collect();
        element = format!("{head}><title>{}</title></{name}>", lines.join("\n"));
    }
    Ok(element + "\n")
}

/// Many dots as one path of strokes without length, whose round ends are the dots: a tenth of as many circles.
fn dots(shape: &Shape, at: &[(f64, f64)], radius: f64) -> String {
    let mut out =
        format!("<path fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"", shape.color.css(), radius * 2.0 * UNIT);
    if shape.alpha < 1.0 {
        let _ = write!(out, " opacity=\"{}\"", shape.alpha);
    }
    out.push_str(" d=\"");
    let mut before: Option<(i32, i32)> = None;
    for (x, y) in at.iter().map(|at| point(*at)) {
        let _ = match before {
            None => write!(out, "M{x} {y}h0"),
            Some((x0, y0)) => write!(out, "m{} {}h0", x - x0, y - y0),
        };
        before = Some((x, y));
    }
    out + "\"/>\n"
}

fn draw(
    backend: &mut SVGBackend<'_>,
    shape: &Shape,
) -> Result<(), plotters::drawing::DrawingAreaErrorKind<std::io::Error>> {
    let wrap = plotters::drawing::DrawingAreaErrorKind::BackendError;
    let color = RGBColor(shape.color.0, shape.color.1, shape.color.2);
    let color: RGBAColor = color.mix(shape.alpha.max(INVISIBLE));
    let filled = ShapeStyle { color, filled: true, stroke_width: 1 };
    match &shape.form {
        Form::Rect(x, y, width, height) => {
            backend.draw_rect(point((*x, *y)), point((x + width, y + height)), &filled, true).map_err(wrap)
        }
        Form::Line(points, width) => {
            let style = ShapeStyle { color, filled: false, stroke_width: (width * UNIT).round() as u32 };
            // A hairline along a row or column of pixels lies in their middle: sharp at every scale.
            let hair = |(x, y): (f64, f64), along: bool| if along { (x, y + 0.5) } else { (x + 0.5, y) };
            match points[..] {
                [from, to] if *width == 1.0 && (from.0 == to.0 || from.1 == to.1) => {
                    let along = from.1 == to.1;
                    backend.draw_line(point(hair(from, along)), point(hair(to, along)), &style).map_err(wrap)
                }
                [from, to] => backend.draw_line(point(from), point(to), &style).map_err(wrap),
                _ => backend.draw_path(points.iter().map(|p| point(*p)), &style).map_err(wrap),
            }
        }
        Form::Polygon(points) => backend.fill_polygon(points.iter().map(|p| point(*p)), &filled).map_err(wrap),
        Form::Circle(x, y, radius) => {
            let radius = (radius * UNIT).round() as u32;
            backend.draw_circle(point((*x, *y)), radius, &filled, true).map_err(wrap)
        }
        // Written as a path above.
        Form::Dots(..) => Ok(()),
        Form::Text { at, text, size, bold, anchor, turn } => {
            let h_pos = match anchor {
                Anchor::Start => HPos::Left,
                Anchor::Middle => HPos::Center,
                Anchor::End => HPos::Right,
            };
            let down = TOP_TO_BASELINE * size;
            // Turned, "down" is to the right (90 degrees), or down and to the right.
            let at = match turn {
                0 => (at.0, at.1 - down),
                45 => (at.0 - down * std::f64::consts::FRAC_1_SQRT_2, at.1 - down * std::f64::consts::FRAC_1_SQRT_2),
                _ => (at.0 - down, at.1),
            };
            let font = plotters::style::FontDesc::new(
                FontFamily::Name(FAMILY),
                divided_to(size * UNIT),
                if *bold { FontStyle::Bold } else { FontStyle::Normal },
            );
            let font = if *turn == 0 { font } else { font.transform(FontTransform::Rotate270) };
            let mut style = TextStyle::from(font).pos(Pos::new(h_pos, VPos::Top)).color(&BLACK);
            style.color = color.to_backend_color();
            backend.draw_text(&label(text), &style, point(at)).map_err(wrap)
        }
    }
}

/// The number that plotters' division turns into `size` exactly, for short texts of numbers.
fn divided_to(size: f64) -> f64 {
    let near = size * SIZE_FACTOR;
    [near, near.next_up(), near.next_down()].into_iter().find(|n| n / SIZE_FACTOR == size).unwrap_or(near)
}

#[cfg(test)]
mod tests {
    use super::super::palette::Rgb;
    use super::super::scene::Style;
    use super::*;

    #[test]
    fn shapes_are_short_and_text_is_harmless() {
        let mut scene = Scene::new(80.0, 40.5);
        scene.description = "a \"b\"".to_owned();
        let red = Rgb(255, 0, 0);
        scene.rect(1.0, 2.0, 3.0, 4.5, red).tip("<b>\n2");
        scene.circle(1.0, 1.0, 2.0, red).alpha(0.0);
        scene.line(vec![(0.0, 0.0), (1.0, 1.0), (2.0, 0.0)], 2.0, red);
        scene.dots(vec![(1.0, 2.0), (0.0, 2.5)], 1.5, red).alpha(0.5);
        let style = Style { size: 11.0, bold: true, color: red };
        scene.text((10.0, 20.0), "</text>\u{1b}", style, Anchor::Middle).turned(45);
        assert_eq!(
            write(&scene).unwrap(),
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"80\" height=\"40.5\" viewBox=\"0 0 800 405\" role=\"img\" \
             aria-label=\"a &quot;b&quot;\" font-family=\"Noto Sans, Segoe UI, Helvetica, Arial, sans-serif\" \
             stroke-linejoin=\"round\" stroke-linecap=\"round\">\n\
             <rect x=\"10\" y=\"20\" width=\"30\" height=\"45\" fill=\"#FF0000\"><title>&lt;b&gt;\n2</title></rect>\n\
             <circle cx=\"10\" cy=\"10\" r=\"20\" opacity=\"0\" fill=\"#FF0000\"/>\n\
             <polyline fill=\"none\" stroke=\"#FF0000\" stroke-width=\"20\" points=\"0,0 10,10 20,0\"/>\n\
             <path fill=\"none\" stroke=\"#FF0000\" stroke-width=\"30\" opacity=\"0.5\" d=\"M10 20h0m-10 5h0\"/>\n\
             <text x=\"41\" y=\"141\" dy=\"0.76em\" text-anchor=\"middle\" font-size=\"110\" fill=\"#FF0000\" \
             font-weight=\"bold\" transform=\"rotate(315, 41, 141)\">&lt;/text&gt;</text>\n\
             </svg>\n"
        );
    }
}
