//! One page: charts, sortable tables, the query, and what was read. Nothing is loaded from elsewhere, the policy allows
//! only the page's own style and script by their hashes, and log data is only ever text. Without scripts it is a whole
//! page too. The parts are functions of their own, so that other pages are made of the same ones.

mod health;
mod query;
mod section;
mod shell;
mod table;

pub use health::health;
pub use query::query;
pub use section::section;
pub use shell::shell;
pub use table::table;

use std::fmt::Write as _;

use super::encode::html_text;
use super::{Answer, Options, RenderError, Rendered};

/// The page of a query's answers.
pub fn render(answers: &[Answer], options: &Options) -> Result<Rendered, RenderError> {
    let first = answers.first().ok_or(RenderError::NoAnswer)?;
    let about = &options.about;
    let given = options.title.clone().or_else(|| about.title.clone());
    let title = given.clone().or_else(|| section::title(first)).unwrap_or_else(|| "Query result".to_owned());
    let mut warnings = Vec::new();
    let mut body = header(&title, options);
    body += "<main>\n";
    for (n, answer) in answers.iter().enumerate() {
        // The page's title stands for the first answer, unless it is one given for all of them.
        let own = section::title(answer).filter(|own| *own != title);
        let heading = match own {
            None if answers.len() > 1 && (n > 0 || given.is_some()) => Some(answer.name.clone()),
            own => own,
        };
        body += &section(answer, answer, heading.as_deref(), options, &mut warnings)?;
    }
    body += &query(&about.query, true);
    body += &health(&about.readings);
    body += "</main>\n";
    Ok(Rendered { bytes: shell(&title, &body).into_bytes(), warnings })
}

/// Title, description, and when the page was made.
fn header(title: &str, options: &Options) -> String {
    let about = &options.about;
    let mut out = format!("<header>\n<h1>{}</h1>\n", html_text(title));
    for text in [&options.subtitle, &about.description].into_iter().flatten() {
        let _ = writeln!(out, "<p>{}</p>", html_text(text));
    }
    let spans = about.readings.iter().filter_map(|reading| reading.range);
    let range = spans.reduce(|(a, b), (c, d)| (a.min(c), b.max(d)));
    let mut facts = Vec::new();
    if let Some((from, to)) = range {
        facts.push(format!("Logs from {} to {} UTC", health::time(from), health::time(to)));
    }
    if let Some(made) = about.made {
        facts.push(format!("Made {} UTC", health::time(made)));
    }
    if !facts.is_empty() {
        let _ = writeln!(out, "<p class=\"facts\">{}</p>", facts.join(" · "));
    }
    out + "</header>\n"
}

#[cfg(test)]
mod tests;
