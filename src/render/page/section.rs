//! One answer: its heading, its chart, its table.

use super::super::encode::html_text;
use super::super::{Answer, Options, RenderError, Theme, chart};
use super::table;

/// Charts are drawn at the width they are shown at, so that their text has its size: once for pages, once for phones.
const WIDE: u32 = 900;
const NARROW: u32 = 380;

/// A table of more rows than this is folded away beneath its chart.
const FOLDED: usize = 50;

/// The title that `render` gives an answer.
pub fn title(answer: &Answer) -> Option<String> {
    answer.visualization.as_ref()?.property("title").filter(|title| !title.is_empty()).map(str::to_owned)
}

/// An answer: as its chart, if it has one, and as its table, which may say more than the chart draws.
pub fn section(
    answer: &Answer,
    rows: &Answer,
    heading: Option<&str>,
    options: &Options,
    warnings: &mut Vec<String>,
) -> Result<String, RenderError> {
    let mut out = "<section>\n".to_owned();
    if let Some(heading) = heading {
        out += &format!("<h2>{}</h2>\n", html_text(heading));
    }
    let mut folded = false;
    match answer.visualization.as_ref().map(|asked| asked.kind.as_str()) {
        None | Some("table") => {}
        Some("card") if answer.rows() > 0 => {
            // A card is text: it needs no table to be read.
            return Ok(out + &cards(answer, options)? + "</section>\n");
        }
        Some(_) => {
            out += &figure(answer, options, warnings)?;
            folded = rows.rows() > FOLDED;
        }
    }
    let mut table = table(rows, options);
    if folded {
        // The chart says it; who wants the numbers opens them.
        table = format!("<details>\n<summary>Table, {} rows</summary>\n{table}</details>\n", rows.rows());
    }
    Ok(out + &table + "</section>\n")
}

/// The chart without its titles, which the page has as text. Always in light colours; the page's style turns them dark.
fn figure(answer: &Answer, options: &Options, warnings: &mut Vec<String>) -> Result<String, RenderError> {
    let mut answer = answer.clone();
    if let Some(asked) = &mut answer.visualization {
        asked.properties.retain(|(name, _)| name != "title");
    }
    let options = Options { title: None, subtitle: None, theme: Theme::Light, ..options.clone() };
    if options.size.is_some() {
        let picture = chart::inline_svg(&answer, &options, warnings)?;
        return Ok(format!("<figure>\n{picture}</figure>\n"));
    }
    let drawn = |width: u32, warnings: &mut Vec<String>| {
        chart::inline_svg(&answer, &Options { width_of_charts: Some(width), ..options.clone() }, warnings)
    };
    let wide = drawn(WIDE, warnings)?;
    // The same data: what there is to say of it was said.
    let narrow = drawn(NARROW, &mut Vec::new())?;
    Ok(format!("<figure class=\"wide\">\n{wide}</figure>\n<figure class=\"narrow\">\n{narrow}</figure>\n"))
}

/// The values of the first row in large letters.
fn cards(answer: &Answer, options: &Options) -> Result<String, RenderError> {
    let mut out = "<dl class=\"cards\">\n".to_owned();
    for (name, value) in chart::cards(answer, options)? {
        out += &format!("<div><dt>{}</dt><dd>{}</dd></div>\n", html_text(&name), html_text(&value));
    }
    Ok(out + "</dl>\n")
}
