//! The files of a report.

use sha2::{Digest, Sha256};

use super::saved::hex;
use super::{Done, MANIFEST, Report, manifest, page};
use crate::render::{Answer, Format, Options, render};

/// A file that was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its path in the report's folder, with `/`.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// Takes a file: its path in the report's folder, and its bytes.
pub type Take<'t, E> = dyn FnMut(&str, &[u8]) -> Result<(), E> + 't;

/// The folder of the answers.
const DATA: &str = "data";

/// Hands over every file of a report: each answer as CSV, JSON, SVG and PNG, all of them as one workbook, the page, and
/// last the manifest, which has the digests of all others. Gives the page. What cannot be drawn is a note of its query.
///
/// # Errors
/// The first error of `take`.
pub fn write<E>(report: &mut Report<'_>, options: &Options, take: &mut Take<'_, E>) -> Result<String, E> {
    let mut written = Vec::new();
    let mut add = |path: String, bytes: &[u8]| {
        take(&path, bytes)?;
        written.push(Written { bytes: bytes.len() as u64, sha256: hex(&Sha256::digest(bytes)), path });
        Ok(())
    };
    let mut links = Vec::new();
    for done in &mut report.done {
        let mut files = Vec::new();
        let mut notes = Vec::new();
        for (name, made) in parts(done, options, &mut notes) {
            let path = format!("{DATA}/{name}");
            add(path.clone(), &made)?;
            files.push(path);
        }
        for note in notes {
            if !done.notes.contains(&note) {
                done.notes.push(note);
            }
        }
        links.push(files);
    }
    let name = report.period.name();
    let sheets = sheets(report);
    let mut workbook = None;
    if !sheets.is_empty()
        && let Ok(rendered) = render(&sheets, Format::Xlsx, options)
    {
        let path = format!("{name}.xlsx");
        add(path.clone(), &rendered.bytes)?;
        report.notes.extend(rendered.warnings);
        workbook = Some(path);
    }
    let html = page(report, options, &links, workbook.as_deref());
    add("index.html".to_owned(), html.as_bytes())?;
    take(MANIFEST, manifest(report, &written).as_bytes())?;
    Ok(html)
}

/// The files of a query's answers, by name.
fn parts(done: &Done<'_>, options: &Options, notes: &mut Vec<String>) -> Vec<(String, Vec<u8>)> {
    let id = &done.saved.id;
    let answers = done.answers();
    let options = chart_options(done, options);
    let mut made = Vec::new();
    let mut add = |name: String, part: &[Answer], format| match render(part, format, &options) {
        Ok(rendered) => {
            rendered.warnings.into_iter().for_each(|note| {
                if !notes.contains(&note) {
                    notes.push(note);
                }
            });
            made.push((name, rendered.bytes));
        }
        Err(error) => notes.push(format!("{name} could not be made: {error}")),
    };
    for (at, answer) in answers.iter().enumerate() {
        let number = if at == 0 { String::new() } else { format!("-{}", at + 1) };
        add(format!("{id}{number}.csv"), std::slice::from_ref(answer), Format::Csv);
    }
    if !answers.is_empty() {
        add(format!("{id}.json"), answers, Format::Json);
    }
    if let Some(answer) = done.charts().into_iter().find(|answer| is_chart(answer)) {
        add(format!("{id}.svg"), std::slice::from_ref(answer), Format::Svg);
        add(format!("{id}.png"), std::slice::from_ref(answer), Format::Png);
    }
    made
}

pub(super) fn is_chart(answer: &Answer) -> bool {
    answer.visualization.as_ref().is_some_and(|asked| asked.kind != "table")
}

/// How a query's charts are drawn: in its own size, and with its title where `render` gives none.
pub(super) fn chart_options(done: &Done<'_>, options: &Options) -> Options {
    let asked = done.answers().iter().filter_map(|a| a.visualization.as_ref()).find_map(|v| v.property("title"));
    let title = asked.is_none().then(|| done.saved.title().to_owned());
    let size = done.saved.header.as_ref().ok().and_then(|header| header.size);
    Options { title, size: size.or(options.size), ..options.clone() }
}

/// The answers as sheets, each called what its query is called.
fn sheets(report: &Report<'_>) -> Vec<Answer> {
    let mut sheets = Vec::new();
    for done in &report.done {
        for (at, answer) in done.answers().iter().enumerate() {
            let name = if at == 0 { done.saved.title().to_owned() } else { answer.name.clone() };
            sheets.push(Answer { name, ..answer.clone() });
        }
    }
    sheets
}
