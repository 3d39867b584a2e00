//! One page: charts and sortable tables. Nothing is loaded from elsewhere, the policy allows only the page's own style
//! and script by their hashes, and log data is only ever text. Without scripts it is a whole page too.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::types::{ScalarType, Value};

use super::encode::{html_attribute, html_text};
use super::text::{count, grouped};
use super::{Answer, Options, RenderError, Rendered, Theme, chart, text};

const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");
/// The most rows of a table unless asked for more: browsers get slow beyond.
const MOST_ROWS: usize = 5000;

pub fn render(answers: &[Answer], options: &Options) -> Result<Rendered, RenderError> {
    let first = answers.first().ok_or(RenderError::NoAnswer)?;
    let asked = |answer: &Answer| -> Option<String> {
        answer.visualization.as_ref()?.property("title").filter(|title| !title.is_empty()).map(str::to_owned)
    };
    let title = options.title.clone().or_else(|| asked(first)).unwrap_or_else(|| first.name.clone());
    let mut warnings = Vec::new();
    let mut body = format!("<h1>{}</h1>\n", html_text(&title));
    if let Some(subtitle) = &options.subtitle {
        let _ = writeln!(body, "<p>{}</p>", html_text(subtitle));
    }
    for (n, answer) in answers.iter().enumerate() {
        body += "<section>\n";
        if answers.len() > 1 && (n > 0 || options.title.is_some()) {
            let _ = writeln!(body, "<h2>{}</h2>", html_text(&asked(answer).unwrap_or_else(|| answer.name.clone())));
        }
        if answer.visualization.as_ref().is_some_and(|asked| asked.kind != "table") {
            let _ = write!(body, "<figure>\n{}</figure>\n", picture(answer, options, &mut warnings)?);
        }
        body += &table(answer, options);
        body += "</section>\n";
    }
    let style = format!("{STYLE}{}}}\n", dark_colours(&body));
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; \
         script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}<script>{SCRIPT}</script>\n</body>\n</html>\n",
        hash(&style),
        hash(SCRIPT),
        html_text(&title),
    );
    Ok(Rendered { bytes: page.into_bytes(), warnings })
}

/// The chart without its titles: the page has them as text. Always in light colours; the page's style turns them dark.
fn picture(answer: &Answer, options: &Options, warnings: &mut Vec<String>) -> Result<String, RenderError> {
    let mut answer = answer.clone();
    if let Some(asked) = &mut answer.visualization {
        asked.properties.retain(|(name, _)| name != "title");
    }
    let options = Options { title: None, subtitle: None, theme: Theme::Light, ..options.clone() };
    chart::inline_svg(&answer, &options, warnings)
}

/// For each light colour that occurs in the page, the dark one.
fn dark_colours(body: &str) -> String {
    let mut out = String::new();
    for (light, dark) in chart::dark_colours() {
        for attribute in ["fill", "stroke"] {
            let selector = format!("{attribute}=\"{light}\"");
            if body.contains(&selector) {
                let _ = writeln!(out, "svg [{selector}]{{{attribute}:{dark}}}");
            }
        }
    }
    out
}

fn table(answer: &Answer, options: &Options) -> String {
    let rows = answer.rows();
    let shown = rows.min(options.max_rows.unwrap_or(MOST_ROWS));
    let columns = answer.columns();
    let class = |scalar_type: ScalarType| {
        if scalar_type.is_summable() { " class=\"n\"" } else { "" }
    };
    let heads: Vec<String> = columns
        .iter()
        .map(|(name, scalar_type)| format!("<th scope=\"col\"{}>{}</th>", class(*scalar_type), html_text(name)))
        .collect();
    let mut out = format!("<div class=\"scroll\"><table>\n<thead><tr>{}</tr></thead>\n<tbody>\n", heads.concat());
    let readable = text::grouped_cells(answer, shown);
    let mut at = 0;
    answer.for_each_row(|values| {
        if at == shown {
            return;
        }
        out += "<tr>";
        for ((value, (_, scalar_type)), column) in values.iter().zip(&columns).zip(&readable) {
            // A timespan sorts by its ticks, a dynamic or text by what it says.
            let key = match value {
                Value::TimeSpan(ticks) => format!(" data-v=\"{}\"", html_attribute(&ticks.to_string())),
                _ => String::new(),
            };
            let _ = write!(out, "<td{}{key}>{}</td>", class(*scalar_type), html_text(&column[at]));
        }
        out += "</tr>\n";
        at += 1;
    });
    out += "</tbody>\n</table></div>\n";
    let note = if shown < rows {
        format!("First {} of {}", grouped(shown as i64), count(rows, "row"))
    } else {
        count(rows, "row")
    };
    out + &format!("<p>{note}</p>\n")
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{answer, charted};
    use super::*;

    fn page(answers: &[Answer]) -> String {
        String::from_utf8(render(answers, &Options::default()).unwrap().bytes).unwrap()
    }

    #[test]
    fn log_data_is_only_text() {
        let evil = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
        let data = answer("name:string, n:long", &[&[evil, "1234567"], &["b", "2"]]);
        for kind in ["piechart", "columnchart", "barchart", "timechart", "treemap", "card", "table"] {
            let page = page(&[charted(data.clone(), &format!("{kind} title={evil}"))]);
            assert_eq!(page.matches("<script").count(), 1, "{kind}");
            assert!(!page.contains("<img") && !page.contains("style=\""), "{kind}");
        }
        assert!(page(&[data]).contains("<td class=\"n\">1,234,567</td>"));
    }

    #[test]
    fn the_policy_names_the_pages_own_style_and_script() {
        let page = page(&[charted(answer("name:string, n:long", &[&["a", "1"]]), "piechart")]);
        let between = |from: &str, to: &str| page.split_once(from).unwrap().1.split_once(to).unwrap().0.to_owned();
        for (tag, end) in [("<style>", "</style>"), ("<script>", "</script>")] {
            let hash = STANDARD.encode(Sha256::digest(between(tag, end).as_bytes()));
            assert!(page.contains(&format!("'sha256-{hash}'")), "{tag}");
        }
        assert!(
            !page.contains("http://") || page.matches("http://").count() == page.matches("http://www.w3.org").count()
        );
        assert!(page.contains("svg [fill=\"#0078D4\"]{fill:#3B9CF6}"));
    }
}
