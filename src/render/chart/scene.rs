//! What is to be drawn, in pixels, before any format.

use super::palette::Rgb;

/// Where a text's position is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// At its left end.
    Start,
    /// At its middle.
    Middle,
    /// At its right end.
    End,
}

/// A form.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// A filled rectangle: left, top, width, height.
    Rect(f64, f64, f64, f64),
    /// A line through points, of a width.
    Line(Vec<(f64, f64)>, f64),
    /// A filled polygon.
    Polygon(Vec<(f64, f64)>),
    /// A filled circle: centre and radius.
    Circle(f64, f64, f64),
    /// Many circles of one radius.
    Dots(Vec<(f64, f64)>, f64),
    /// One line of text on a baseline.
    Text {
        /// Where.
        at: (f64, f64),
        /// The text itself.
        text: String,
        /// Its size in pixels.
        size: f64,
        /// Whether it is bold.
        bold: bool,
        /// Where `at` is in the text.
        anchor: Anchor,
        /// Turned by 45 or 90 degrees, to read upwards.
        turn: u16,
    },
}

/// A form with its colour and what is told about it when pointed at.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// The form.
    pub form: Form,
    /// Its colour.
    pub color: Rgb,
    /// 0 invisible (but can be pointed at) to 1 opaque.
    pub alpha: f64,
    /// Shown when pointed at.
    pub tip: Option<String>,
}

/// A picture as shapes, first at the bottom.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// What the picture shows, for those who cannot see it.
    pub description: String,
    /// The shapes.
    pub shapes: Vec<Shape>,
}

/// The style of a text.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Size in pixels.
    pub size: f64,
    /// Bold or regular.
    pub bold: bool,
    /// The colour.
    pub color: Rgb,
}

impl Scene {
    /// An empty picture.
    pub const fn new(width: f64, height: f64) -> Self {
        Self { width, height, description: String::new(), shapes: Vec::new() }
    }

    fn push(&mut self, form: Form, color: Rgb) -> &mut Shape {
        self.shapes.push(Shape { form, color, alpha: 1.0, tip: None });
        let last = self.shapes.len() - 1;
        &mut self.shapes[last]
    }

    /// Adds a rectangle.
    pub fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, color: Rgb) -> &mut Shape {
        self.push(Form::Rect(x, y, width, height), color)
    }

    /// Adds a line.
    pub fn line(&mut self, points: Vec<(f64, f64)>, width: f64, color: Rgb) -> &mut Shape {
        self.push(Form::Line(points, width), color)
    }

    /// Adds a polygon.
    pub fn polygon(&mut self, points: Vec<(f64, f64)>, color: Rgb) -> &mut Shape {
        self.push(Form::Polygon(points), color)
    }

    /// Adds a circle.
    pub fn circle(&mut self, x: f64, y: f64, radius: f64, color: Rgb) -> &mut Shape {
        self.push(Form::Circle(x, y, radius), color)
    }

    /// Adds many circles.
    pub fn dots(&mut self, at: Vec<(f64, f64)>, radius: f64, color: Rgb) -> &mut Shape {
        self.push(Form::Dots(at, radius), color)
    }

    /// Adds a text.
    pub fn text(&mut self, at: (f64, f64), text: impl Into<String>, style: Style, anchor: Anchor) -> &mut Shape {
        let Style { size, bold, color } = style;
        self.push(Form::Text { at, text: text.into(), size, bold, anchor, turn: 0 }, color)
    }
}

impl Shape {
    /// Makes it translucent.
    pub const fn alpha(&mut self, alpha: f64) -> &mut Self {
        self.alpha = alpha;
        self
    }

    /// Says what is told when it is pointed at.
    pub fn tip(&mut self, tip: impl Into<String>) -> &mut Self {
        self.tip = Some(tip.into());
        self
    }

    /// Turns a text.
    pub const fn turned(&mut self, degrees: u16) -> &mut Self {
        if let Form::Text { turn, .. } = &mut self.form {
            *turn = degrees;
        }
        self
    }
}
