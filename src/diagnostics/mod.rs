//! What the user is told about a query: a code, a message, a place, and what to write instead.

mod suggest;

pub use suggest::did_you_mean;

/// One finding in a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable code, `KQL` and three digits: 0xx of the text, 1xx and 2xx of its meaning.
    pub code: &'static str,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The bytes of the query text it is about.
    pub span: (usize, usize),
    /// A few words under the caret.
    pub label: String,
    /// What to do next.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding at a place.
    pub fn new(code: &'static str, message: impl Into<String>, span: impl Into<(usize, usize)>) -> Self {
        Self { code, message: message.into(), span: span.into(), label: String::new(), help: None }
    }

    /// The same with words under the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Draws findings under the lines of the query they are about.
///
/// ```text
/// error[KQL101]: no column named 'BackendID'
///   --> usage.kql:2:22
///    |
///  2 | | summarize count() by BackendID
///    |                        ^^^^^^^^^ not a column of ApiManagementGatewayLogs
///    = help: did you mean 'BackendId'?
/// ```
pub fn draw(source: &str, name: &str, diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|d| draw_one(source, name, d)).collect::<Vec<_>>().join("\n")
}

/// How many bytes of a line are shown at most on either side of what is told.
const SHOWN: usize = 120;

/// The part of a line that is shown around a place in it.
fn window(line: &str, at: usize) -> (usize, usize) {
    if line.len() <= 2 * SHOWN {
        return (0, line.len());
    }
    let boundary = |at: usize| (0..=at.min(line.len())).rev().find(|i| line.is_char_boundary(*i)).unwrap_or(0);
    (boundary(at.saturating_sub(SHOWN)), boundary(at + SHOWN))
}

fn draw_one(source: &str, name: &str, d: &Diagnostic) -> String {
    let floor = |at: usize| (0..=at.min(source.len())).rev().find(|i| source.is_char_boundary(*i)).unwrap_or(0);
    let (start, end) = (floor(d.span.0), floor(d.span.1.max(d.span.0)));
    let line_start = source[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = source[start..].find('\n').map_or(source.len(), |at| start + at);
    let number = source[..start].matches('\n').count() + 1;
    let column = source[line_start..start].chars().count() + 1;
    // A tab is as wide as the reader's terminal likes: one space keeps the caret right.
    let shown = |text: &str| text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let line = source[line_start..line_end].trim_end();
    let width = |text: &str| unicode_width::UnicodeWidthStr::width(shown(text).as_str());
    // Of a very long line only the surroundings are shown.
    let (from, to) = window(line, start - line_start);
    let before = if from > 0 { "…" } else { "" };
    let after = if to < line.len() { "…" } else { "" };
    let shown_line = format!("{before}{}{after}", shown(&line[from..to]));
    let pad = " ".repeat(width(before) + width(source.get(line_start + from..start).unwrap_or_default()));
    let marked = source.get(start..end.min(line_start + to)).unwrap_or_default();
    let carets = "^".repeat(width(marked).max(1));
    let gutter = " ".repeat(number.to_string().len());
    let mut out = format!("error[{}]: {}\n", d.code, shown(&d.message));
    out += &format!(
        " {gutter}--> {name}:{number}:{column}\n {gutter} |\n {number} | {shown_line}\n {gutter} | {pad}{carets}"
    );
    if !d.label.is_empty() {
        out += &format!(" {}", shown(&d.label));
    }
    out.push('\n');
    if let Some(help) = &d.help {
        out += &format!(" {gutter} = help: {}\n", shown(help));
    }
    out
}
