//! Answers of queries as bytes: tables, data files, pictures and pages.
//!
//! Ground floor: knows Arrow and KQL's types, nothing of queries or files. Every escape is in [`encode`].

pub mod encode;
pub mod page;

mod about;
mod answer;
mod arrow_file;
mod chart;
mod csv;
mod error;
mod format;
mod json;
mod markdown;
mod options;
mod query_api;
mod terminal;
mod text;
mod xlsx;

pub use about::{About, Ink, Piece, Reading};
pub use answer::{Answer, Visualization};
pub use chart::{ColorBook, Zone, cards as card_values};
pub use error::RenderError;
pub use format::Format;
pub use options::{Options, Theme};

/// What rendering gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The output, ready to be written.
    pub bytes: Vec<u8>,
    /// What the reader should know and the output does not say; for standard error.
    pub warnings: Vec<String>,
}

impl Rendered {
    fn text(text: String) -> Self {
        Self { bytes: text.into_bytes(), warnings: Vec::new() }
    }
}

/// Turns answers into bytes of a format. The same answers and options give the same bytes on every machine.
///
/// # Errors
/// When there is nothing to render, the format holds only one table, or an option cannot be met.
pub fn render(answers: &[Answer], format: Format, options: &Options) -> Result<Rendered, RenderError> {
    let charts = answers.iter().filter(|answer| answer.visualization.is_some()).count();
    let shared = (charts > 1 && options.colors.is_empty())
        .then(|| Options { colors: ColorBook::of(answers, options), ..options.clone() });
    let options = shared.as_ref().unwrap_or(options);
    Ok(match format {
        Format::Table => terminal::render(answers, options)?,
        Format::Csv => csv::render(answers, ',', options),
        Format::Tsv => csv::render(answers, '\t', options),
        Format::Json => Rendered::text(json::array(answers)),
        Format::Jsonl => Rendered::text(json::lines(answers)),
        Format::QueryApi => Rendered::text(query_api::document(answers)),
        Format::Markdown => Rendered::text(markdown::document(answers)),
        Format::Svg => chart::render_svg(answers, options)?,
        Format::Png => chart::render_png(answers, options)?,
        Format::Html => page::render(answers, options)?,
        Format::Arrow => arrow_file::render(answers)?,
        Format::Xlsx => xlsx::render(answers, options)?,
    })
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod pictures;
#[cfg(test)]
#[path = "../../tests/common/sheets.rs"]
mod sheets;
