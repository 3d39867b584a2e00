//! The page of a report: what is wrong, the summary, every query's chart and table, and what was read.

use std::fmt::Write as _;

use super::{Done, Header, Outcome, Report, TableHealth, cards};
use crate::render::encode::{html_attribute, html_text};
use crate::render::{Options, RenderError, page as parts};
use crate::types::format_datetime;

/// How many spans without rows are told of a table.
const MOST_GAPS: usize = 8;

/// The page. `links` are the files of each query's answers, `workbook` is the one of all.
pub fn page(report: &Report<'_>, options: &Options, links: &[Vec<String>], workbook: Option<&str>) -> String {
    let label = report.period.label();
    let title = report.title.as_ref().map_or_else(|| label.clone(), |title| format!("{title}: {label}"));
    let mut body = format!("<header>\n<h1>{}</h1>\n", html_text(&title));
    let mut facts = vec![report.compared_with()];
    if report.period.zone().name != "UTC" {
        facts.push(format!("Days of {}", report.period.zone().name));
    }
    let mut told: Vec<String> = facts.iter().map(|fact| html_text(fact)).collect();
    if let Some(workbook) = workbook {
        told.push(format!("<a href=\"{}\">All tables as a workbook</a>", html_attribute(workbook)));
    }
    told.push("<a href=\"../index.html\">All reports</a>".to_owned());
    let _ = writeln!(body, "<p class=\"facts\">{}</p>\n</header>\n<main>", told.join(" · "));
    body += &remarks(report);
    // What is told at a glance comes first.
    let all = report.done.iter().zip(links);
    let (glance, rest): (Vec<_>, Vec<_>) = all.partition(|(done, _)| done.is_card());
    glance.iter().for_each(|(done, files)| body += &query(done, options, files));
    body += &contents(&rest);
    rest.iter().for_each(|(done, files)| body += &query(done, options, files));
    body += &health(report);
    body += "</main>\n";
    parts::shell(&title, &body)
}

/// What is wrong, in words, with links to where it is.
fn remarks(report: &Report<'_>) -> String {
    let mut lines = Vec::new();
    for done in &report.done {
        let link = format!("<a href=\"#{}\">{}</a>", anchor(done), html_text(done.saved.title()));
        for alarm in done.alarms() {
            lines.push(format!("Alarm: {link}: {} is {}", html_text(&alarm.text), html_text(&alarm.value)));
        }
        if matches!(done.outcome, Outcome::Failed(_)) {
            lines.push(format!("{link} failed"));
        }
    }
    let lacks = report.lacks();
    lines.extend(lacks.iter().map(|lack| format!("<a href=\"#data\">{}</a>", html_text(lack))));
    if lines.is_empty() {
        return String::new();
    }
    format!("<ul class=\"remarks\">\n<li>{}</li>\n</ul>\n", lines.join("</li>\n<li>"))
}

/// Links to every query, a line for each section.
fn contents(shown: &[(&Done<'_>, &Vec<String>)]) -> String {
    if shown.len() < 3 {
        return String::new();
    }
    let mut sections: Vec<(&str, Vec<String>)> = Vec::new();
    for (done, _) in shown {
        let of = done.saved.header.as_ref().ok().and_then(|header| header.section.as_deref()).unwrap_or("");
        let link = format!("<a href=\"#{}\">{}</a>", anchor(done), html_text(done.saved.title()));
        match sections.last_mut() {
            Some((section, links)) if *section == of => links.push(link),
            _ => sections.push((of, vec![link])),
        }
    }
    let mut out = "<nav aria-label=\"Contents\">\n".to_owned();
    for (section, links) in sections {
        let name = if section.is_empty() { String::new() } else { format!("<b>{}</b> ", html_text(section)) };
        let _ = writeln!(out, "<p>{name}{}</p>", links.join(" · "));
    }
    out + "</nav>\n"
}

/// The values of a card's query at a glance, each with its change against the period before.
fn at_a_glance(done: &Done<'_>, options: &Options) -> Result<String, RenderError> {
    let mut out = "<dl class=\"cards\">\n".to_owned();
    for card in cards(done, options)? {
        let _ = write!(out, "<div><dt>{}</dt><dd>{}</dd>", html_text(&card.name), html_text(&card.value));
        if let Some(change) = &card.change {
            let from = card.before.map(|before| format!(" <span>from {}</span>", html_text(&before)));
            let _ = write!(out, "<dd class=\"change\">{}{}</dd>", html_text(change), from.unwrap_or_default());
        }
        out += "</div>\n";
    }
    Ok(out + "</dl>\n")
}

fn anchor(done: &Done<'_>) -> String {
    html_attribute(&format!("query-{}", done.saved.id))
}

/// A query: what it is, its alarms, its chart and table or why it has none, and its files.
fn query(done: &Done<'_>, options: &Options, files: &[String]) -> String {
    let class = if done.alarms().next().is_some() { "query alarm" } else { "query" };
    let mut out = format!("<article class=\"{class}\" id=\"{}\">\n", anchor(done));
    let _ = writeln!(out, "<h2>{}</h2>", html_text(done.saved.title()));
    if let Some(description) = done.saved.header.as_ref().ok().and_then(Header::about) {
        let _ = writeln!(out, "<p>{}</p>", html_text(&description));
    }
    for alarm in done.alarms() {
        let _ = writeln!(out, "<p class=\"bad\">Alarm: {} is {}</p>", html_text(&alarm.text), html_text(&alarm.value));
    }
    match &done.outcome {
        Outcome::Failed(error) => {
            let _ = writeln!(out, "<p class=\"bad\">This query failed.</p>\n<pre>{}</pre>", html_text(error));
        }
        Outcome::Answers(_) => {
            // The page draws for its own width and for phones; the files have the query's own size.
            let options = Options { title: None, size: None, ..options.clone() };
            for (at, (chart, table)) in done.charts().into_iter().zip(done.tables()).enumerate() {
                let heading = (at > 0).then_some(table.name.as_str());
                let shown = if at == 0 && done.is_card() && table.rows() > 0 {
                    at_a_glance(done, &options)
                } else {
                    parts::section(chart, table, heading, &options, &mut Vec::new())
                };
                match shown {
                    Ok(shown) => out += &shown,
                    Err(error) => {
                        let _ = writeln!(out, "<p class=\"bad\">{}</p>", html_text(&error.to_string()));
                    }
                }
            }
        }
    }
    if let Some(changed) = &done.changed {
        let _ = writeln!(out, "<p class=\"rows\">{}</p>", html_text(&changed.note));
    }
    for note in &done.notes {
        let _ = writeln!(out, "<p>Note: {}</p>", html_text(note));
    }
    out += &parts::query(&crate::syntax::paint(&done.saved.text), false);
    if !files.is_empty() {
        let links = files.iter().map(|path| {
            let name = path.rsplit_once('/').map_or(path.as_str(), |(_, name)| name);
            format!("<a href=\"{}\">{}</a>", html_attribute(path), html_text(name))
        });
        let _ = writeln!(out, "<p class=\"facts\">{}</p>", links.collect::<Vec<_>>().join(" · "));
    }
    out + "</article>\n"
}

/// What was read, and what the tables lack.
fn health(report: &Report<'_>) -> String {
    let mut out = "<div id=\"data\">\n".to_owned();
    out += &parts::health(&report.readings);
    let mut lines: Vec<String> = report.health.tables.iter().filter_map(gaps).collect();
    let files = report.inputs.iter().map(|input| input.file);
    let broken = files.filter_map(|file| Some((file.path.display().to_string(), file.problem.as_ref()?)));
    lines.extend(broken.map(|(path, problem)| format!("{path} was left out: {problem}")));
    lines.extend(report.notes.iter().cloned());
    if !lines.is_empty() {
        let items: Vec<String> = lines.iter().map(|line| format!("<li>{}</li>\n", html_text(line))).collect();
        let _ = writeln!(out, "<ul>\n{}</ul>", items.concat());
    }
    out + "</div>\n"
}

fn gaps(table: &TableHealth) -> Option<String> {
    if !table.is_held {
        return Some(format!("No file holds rows of {}", table.table));
    }
    let more = table.gaps.len().saturating_sub(MOST_GAPS);
    let minute = |ticks: i64| format_datetime(ticks).get(..16).unwrap_or_default().replace('T', " ");
    let spans: Vec<String> =
        table.gaps.iter().take(MOST_GAPS).map(|(from, to)| format!("{} to {}", minute(*from), minute(*to))).collect();
    let more = if more > 0 { format!(", and {more} more times") } else { String::new() };
    (!spans.is_empty()).then(|| format!("{} has no row from {}{more} (UTC)", table.table, spans.join(", from ")))
}
