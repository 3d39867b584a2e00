//! The table for people: cut to the terminal's width there, whole when piped.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::types::ScalarType;

use super::text::{count, readable_cells};
use super::{Answer, Options, RenderError, Rendered, chart, encode};

/// Columns narrower than this are not worth showing; more of them are left out instead.
const LEAST_WIDTH: usize = 4;
const GAP: usize = 2;

pub fn render(answers: &[Answer], options: &Options) -> Result<Rendered, RenderError> {
    if answers.is_empty() {
        return Err(RenderError::NoAnswer);
    }
    let mut out = String::new();
    let mut warnings = Vec::new();
    for (at, answer) in answers.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        if answers.len() > 1 {
            out.push_str(&encode::terminal(&answer.name));
            out.push('\n');
        }
        if let (Some(width), Some(_)) = (options.width, &answer.visualization) {
            let picture = chart::render_text(answer, width, options, &mut warnings)?;
            if !picture.is_empty() {
                out.push_str(&picture);
                out.push('\n');
            }
        }
        table(answer, options, &mut out);
    }
    Ok(Rendered { bytes: out.into_bytes(), warnings })
}

fn table(answer: &Answer, options: &Options, out: &mut String) {
    let rows = answer.rows();
    let shown = options.max_rows.unwrap_or(usize::MAX).min(rows);
    let columns = answer.columns();
    let cells: Vec<Vec<String>> = readable_cells(answer, shown)
        .into_iter()
        .map(|column| column.into_iter().map(|cell| encode::terminal(&cell).into_owned()).collect())
        .collect();
    let names: Vec<String> = columns.iter().map(|(name, _)| encode::terminal(name).into_owned()).collect();
    let natural: Vec<usize> = names
        .iter()
        .zip(&cells)
        .map(|(name, column)| column.iter().map(|cell| cell.width()).max().unwrap_or(0).max(name.width()).max(1))
        .collect();
    let widths = options.width.map_or_else(|| natural.clone(), |width| fit(&natural, width));
    let right: Vec<bool> = columns.iter().map(|(_, t)| t.is_numeric() || matches!(t, ScalarType::TimeSpan)).collect();

    let mut line = |cell: &dyn Fn(usize) -> String, style: Option<&str>| {
        let mut text = String::new();
        for (at, width) in widths.iter().enumerate() {
            if at > 0 {
                text.push_str(&" ".repeat(GAP));
            }
            let cell = cut(&cell(at), *width);
            let space = " ".repeat(width.saturating_sub(cell.width()));
            if right[at] {
                text.push_str(&space);
                text.push_str(&cell);
            } else {
                text.push_str(&cell);
                text.push_str(&space);
            }
        }
        let text = text.trim_end();
        match style.filter(|_| options.color) {
            Some(style) => {
                let _ = write!(out, "\u{1b}[{style}m{text}\u{1b}[0m");
            }
            None => out.push_str(text),
        }
        out.push('\n');
    };
    if !widths.is_empty() {
        line(&|at| names[at].clone(), Some("1"));
        line(&|at| "-".repeat(widths[at]), Some("2"));
        (0..shown).for_each(|row| line(&|at| cells[at][row].clone(), None));
    }
    let mut notes = Vec::new();
    if shown < rows {
        notes.push(format!("first {} of {}", super::text::grouped(shown as i64), count(rows, "row")));
    } else if options.width.is_some() {
        notes.push(count(rows, "row"));
    }
    if widths.len() < natural.len() {
        notes.push(format!("{} to the right not shown", count(natural.len() - widths.len(), "column")));
    }
    if !notes.is_empty() {
        let _ = writeln!(out, "({})", notes.join(", "));
    }
}

/// The widths of the columns that fit: the widest give way first; when even that is not enough, the last are dropped.
fn fit(natural: &[usize], total: usize) -> Vec<usize> {
    let mut shown = natural.len();
    let least =
        |n: usize| natural[..n].iter().map(|w| (*w).min(LEAST_WIDTH)).sum::<usize>() + GAP * n.saturating_sub(1);
    while shown > 1 && least(shown) > total {
        shown -= 1;
    }
    let natural = &natural[..shown];
    let space = total.saturating_sub(GAP * shown.saturating_sub(1)).max(1);
    let sum_under = |cap: usize| natural.iter().map(|w| (*w).min(cap)).sum::<usize>();
    let widest = natural.iter().copied().max().unwrap_or(0);
    let mut cap = widest.min(space);
    while cap > 1 && sum_under(cap) > space {
        cap -= 1;
    }
    let mut widths: Vec<usize> = natural.iter().map(|w| (*w).min(cap)).collect();
    let mut spare = space.saturating_sub(widths.iter().sum());
    for (width, natural) in widths.iter_mut().zip(natural) {
        let more = spare.min(natural - *width);
        *width += more;
        spare -= more;
    }
    widths
}

/// The text in at most `width` columns, ending in … when cut.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{answer, kinds};
    use super::*;

    fn show(answer: &Answer, options: &Options) -> String {
        String::from_utf8(render(std::slice::from_ref(answer), options).unwrap().bytes).unwrap()
    }

    #[test]
    fn piped_tables_are_whole() {
        let shown = show(&kinds(), &Options::default());
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines[0].starts_with("b     i                 l    r    d  t  "), "{shown}");
        assert!(lines[1].starts_with("----  -  ----------------  ---  ---  ---"), "{shown}");
        assert!(lines[2].starts_with("true  1  9007199254740993  1.5  1.5  2020"), "{shown}");
        assert!(shown.contains("2020-01-02T03:04:05.6000000Z"), "{shown}");
        assert!(!shown.contains("rows)"));
    }

    #[test]
    fn a_terminal_cuts_and_counts() {
        let data = answer("name:string, n:long", &[&["a very long name indeed", "1"], &["日本語日本語日本語", "20"]]);
        let options = Options { width: Some(20), ..Options::default() };
        assert_eq!(
            show(&data, &options),
            "name               n\n----------------  --\na very long nam…   1\n日本語日本語日…   20\n(2 rows)\n"
        );
        let options = Options { max_rows: Some(1), ..Options::default() };
        assert!(show(&data, &options).ends_with("(first 1 of 2 rows)\n"));
    }

    #[test]
    fn columns_that_do_not_fit_are_named() {
        assert_eq!(fit(&[10, 10, 10], 20), [6, 5, 5]);
        assert_eq!(fit(&[10, 10, 10], 8), [8]);
        assert_eq!(fit(&[3, 50, 4], 40), [3, 29, 4]);
    }
}
