use super::{About, ColorBook};

/// Colours on white or on a dark ground.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// White ground.
    #[default]
    Light,
    /// Dark ground.
    Dark,
}

/// How to render.
#[derive(Clone, Debug)]
pub struct Options {
    /// The terminal's columns; `None` when piped: then nothing is cut.
    pub width: Option<usize>,
    /// Whether the terminal shows colours.
    pub color: bool,
    /// The most rows a table shows.
    pub max_rows: Option<usize>,
    /// A picture's size in pixels; by the kind of chart if not set.
    pub size: Option<(u32, u32)>,
    /// A picture's width in pixels where its height may suit its kind.
    pub width_of_charts: Option<u32>,
    /// Pixels of a PNG for each pixel of the size.
    pub scale: f32,
    /// The ground of pictures.
    pub theme: Theme,
    /// The IANA name of the zone in which charts show time.
    pub timezone: String,
    /// A title instead of the query's own.
    pub title: Option<String>,
    /// A second, smaller line below the title, such as the table and its time range.
    pub subtitle: Option<String>,
    /// What a page tells beside the tables.
    pub about: About,
    /// Whether text in CSV stays as it is even where a spreadsheet would run it.
    pub raw_csv: bool,
    /// A TrueType font for characters the built-in one lacks, such as Chinese.
    pub font: Option<Vec<u8>>,
    /// Whether lines end where bins without data begin, instead of going straight over them as the portal's do.
    pub break_gaps: bool,
    /// The colours of names, so that one keeps its colour in every chart of a report. Answers that are rendered
    /// together share a book without being given one.
    pub colors: ColorBook,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            width: None,
            color: false,
            max_rows: None,
            size: None,
            width_of_charts: None,
            scale: 2.0,
            theme: Theme::Light,
            timezone: "UTC".to_owned(),
            title: None,
            subtitle: None,
            about: About::default(),
            raw_csv: false,
            font: None,
            break_gaps: false,
            colors: ColorBook::default(),
        }
    }
}
