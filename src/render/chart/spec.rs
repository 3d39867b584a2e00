//! What kind of chart, and its settings: `render`'s properties and the options resolved.

use super::super::{Options, RenderError, Theme, Visualization};
use super::color_book::ColorBook;
use super::palette::Palette;
use super::text_measure::Measure;
use super::zone::Zone;

/// The kinds of charts drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Lines over time.
    Time,
    /// Lines over the first column.
    Line,
    /// Filled lines.
    Area,
    /// Vertical bars.
    Column,
    /// Horizontal bars.
    Bar,
    /// A pie.
    Pie,
    /// A pie with a hole.
    Donut,
    /// Dots.
    Scatter,
    /// Values of the first row in large letters.
    Card,
    /// A card for each row.
    Tiles,
    /// Sums by two names, as a table.
    Pivot,
    /// Sums by name and time, as a table of shades.
    TimePivot,
    /// Lines over time with anomalies marked.
    Anomaly,
    /// Spans of time or numbers as bars.
    Ladder,
    /// Areas by value.
    Treemap,
    /// The rows themselves.
    Table,
}

impl Kind {
    /// Whether its series can stand on each other.
    const fn stacks(self) -> bool {
        matches!(self, Self::Area | Self::Column | Self::Bar)
    }
}

/// How the series of one place are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stacking {
    /// Side by side, or one behind another.
    None,
    /// On each other.
    Stacked,
    /// On each other, as shares of their sum.
    Shares,
}

/// How several value columns share the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// One axis for all.
    None,
    /// An axis each.
    Axes,
    /// A panel each.
    Panels,
}

/// A chart's settings.
pub struct Spec<'a> {
    /// The kind.
    pub kind: Kind,
    /// Stacking of bars and areas.
    pub stacking: Stacking,
    /// One axis or several.
    pub split: Split,
    /// Whether values add up along x.
    pub accumulate: bool,
    /// The title, or none.
    pub title: Option<String>,
    /// A line below it.
    pub subtitle: Option<String>,
    /// The x axis' title, if not the column's name.
    pub x_title: Option<String>,
    /// The y axis' title, if not the column's name.
    pub y_title: Option<String>,
    /// Whether there is a legend.
    pub legend: bool,
    /// Logarithmic x.
    pub x_log: bool,
    /// Logarithmic y.
    pub y_log: bool,
    /// Fixed ends of x and y.
    pub x_range: (Option<f64>, Option<f64>),
    /// Fixed ends of y.
    pub y_range: (Option<f64>, Option<f64>),
    /// The x column by name.
    pub x_column: Option<String>,
    /// The y columns by name.
    pub y_columns: Vec<String>,
    /// The series columns by name.
    pub series: Vec<String>,
    /// Columns that mark anomalies of the y columns, by name.
    pub anomalies: Vec<String>,
    /// Lines end at gaps.
    pub break_gaps: bool,
    /// The zone of time axes.
    pub zone: Zone,
    /// Colours.
    pub palette: &'static Palette,
    /// The colours of names, as other charts of the report have them.
    pub colors: &'a ColorBook,
    /// Measures text.
    pub measure: Measure<'a>,
    /// The picture's size, if asked for.
    pub size: Option<(f64, f64)>,
    /// Its width where only that is asked for.
    pub width: Option<f64>,
}

/// Kinds by their names in KQL.
fn kind_of(name: &str) -> Option<(Kind, Stacking)> {
    Some(match name {
        "timechart" | "timelinechart" => (Kind::Time, Stacking::None),
        "linechart" => (Kind::Line, Stacking::None),
        "areachart" | "timelineareachart" => (Kind::Area, Stacking::None),
        "stackedareachart" => (Kind::Area, Stacking::Stacked),
        "columnchart" => (Kind::Column, Stacking::None),
        "barchart" => (Kind::Bar, Stacking::None),
        "piechart" => (Kind::Pie, Stacking::None),
        "donutchart" | "donut" | "doughnutchart" => (Kind::Donut, Stacking::None),
        "scatterchart" => (Kind::Scatter, Stacking::None),
        "card" => (Kind::Card, Stacking::None),
        "tiles" => (Kind::Tiles, Stacking::None),
        "pivotchart" => (Kind::Pivot, Stacking::None),
        "timepivot" => (Kind::TimePivot, Stacking::None),
        "anomalychart" => (Kind::Anomaly, Stacking::None),
        "ladderchart" => (Kind::Ladder, Stacking::None),
        "treemap" => (Kind::Treemap, Stacking::None),
        "table" => (Kind::Table, Stacking::None),
        _ => return None,
    })
}

impl<'a> Spec<'a> {
    /// Resolves what `render` and the options ask for; what is not understood becomes a warning.
    pub fn new(asked: &Visualization, options: &'a Options, warnings: &mut Vec<String>) -> Result<Self, RenderError> {
        let name = asked.kind.to_ascii_lowercase();
        let (kind, mut stacking) = kind_of(&name).unwrap_or_else(|| {
            warnings.push(format!("`{}` is not drawn; shown as a table", asked.kind));
            (Kind::Table, Stacking::None)
        });
        let text = |name: &str| asked.property(name).map(str::trim).filter(|text| !text.is_empty());
        let list = |name: &str| -> Vec<String> {
            text(name).map_or_else(Vec::new, |names| names.split(',').map(|name| name.trim().to_owned()).collect())
        };
        match text("kind").map(str::to_ascii_lowercase).as_deref() {
            None | Some("default" | "unstacked") => {}
            Some("stacked") if kind.stacks() => stacking = Stacking::Stacked,
            Some("stacked100") if kind.stacks() => stacking = Stacking::Shares,
            Some(other) => warnings.push(format!("kind={other} is not drawn; the chart is shown without it")),
        }
        let mut number = |name: &str| {
            let text = text(name)?;
            let value = text.parse::<f64>().ok().filter(|n| n.is_finite());
            if value.is_none() && !text.eq_ignore_ascii_case("nan") {
                warnings.push(format!("{name}={text} is not a number; it is left out"));
            }
            value
        };
        let (x_range, y_range) = ((number("xmin"), number("xmax")), (number("ymin"), number("ymax")));
        let is = |name: &str, value: &str| text(name).is_some_and(|text| text.eq_ignore_ascii_case(value));
        Ok(Self {
            kind,
            stacking,
            split: match text("ysplit").map(str::to_ascii_lowercase).as_deref() {
                Some("axes") => Split::Axes,
                Some("panels") => Split::Panels,
                _ => Split::None,
            },
            accumulate: is("accumulate", "true"),
            title: options.title.clone().or_else(|| text("title").map(str::to_owned)),
            subtitle: options.subtitle.clone(),
            x_title: text("xtitle").map(str::to_owned),
            y_title: text("ytitle").map(str::to_owned),
            legend: !is("legend", "hidden"),
            x_log: is("xaxis", "log"),
            y_log: is("yaxis", "log"),
            x_range,
            y_range,
            x_column: text("xcolumn").map(str::to_owned),
            y_columns: list("ycolumns"),
            series: list("series"),
            anomalies: list("anomalycolumns"),
            break_gaps: options.break_gaps,
            zone: Zone::named(&options.timezone)?,
            palette: match options.theme {
                Theme::Light => Palette::of(Theme::Light),
                Theme::Dark => Palette::of(Theme::Dark),
            },
            colors: &options.colors,
            measure: Measure::new(options.font.as_deref())?,
            width: options.width_of_charts.map(f64::from),
            size: options.size.map(|(width, height)| (f64::from(width), f64::from(height))),
        })
    }
}
