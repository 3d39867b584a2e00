use std::fmt;

use super::Format;

/// Why an output could not be made.
#[derive(Debug)]
pub enum RenderError {
    /// There is no answer to render.
    NoAnswer,
    /// The format holds one table, and there are more.
    OneTableOnly(Format),
    /// No such time zone.
    TimeZone(String),
    /// The font given cannot be read.
    Font,
    /// A picture of this size cannot be made.
    Size(String),
    /// Arrow refused to write the batches.
    Arrow(arrow::error::ArrowError),
    /// The workbook could not be put together.
    Workbook(rust_xlsxwriter::XlsxError),
    /// The picture could not be drawn.
    Drawing(String),
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer => f.write_str("the query gave no table"),
            Self::OneTableOnly(format) => {
                write!(f, "{format} holds one table, and the query gave several; -o FILE writes a file for each")
            }
            Self::TimeZone(name) => {
                write!(f, "`{name}` is not the name of a time zone, such as `Europe/Rome` or `UTC`")
            }
            Self::Font => f.write_str("the font file cannot be read: it must be TrueType or OpenType"),
            Self::Size(what) => write!(f, "cannot draw a picture {what}"),
            Self::Arrow(error) => write!(f, "cannot write Arrow: {error}"),
            Self::Workbook(error) => write!(f, "cannot write the workbook: {error}"),
            Self::Drawing(what) => write!(f, "cannot draw: {what}"),
        }
    }
}

impl std::error::Error for RenderError {}

impl From<arrow::error::ArrowError> for RenderError {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::Arrow(error)
    }
}

impl From<rust_xlsxwriter::XlsxError> for RenderError {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        Self::Workbook(error)
    }
}
