//! What a page tells of a run: the query's title and text, what was read, and when.

use crate::ir::Context;
use crate::render::About;
use crate::syntax::paint;

use super::logs::Logs;

/// What there is to tell of a query that was run.
pub(super) fn about(text: &str, logs: &Logs, context: &Context) -> About {
    let (title, description) = heading(text);
    About { title, description, query: paint(text), readings: logs.readings(), made: Some(context.now) }
}

/// The comments at the head of a query: the first line is its title, the others describe it. Lines `// title: …` and
/// `// description: …` say so themselves, and other lines with a name and a colon are settings.
pub(super) fn heading(text: &str) -> (Option<String>, Option<String>) {
    let (mut title, mut description, mut told) = (None, None, Vec::new());
    for line in text.lines().map_while(|line| line.trim().strip_prefix("//")).map(str::trim) {
        match line.split_once(':') {
            Some(("title", given)) => title = Some(given.trim().to_owned()),
            Some(("description", given)) => description = Some(given.trim().to_owned()),
            Some((name, _)) if !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') => {}
            _ => told.push(line),
        }
    }
    if title.is_none() && !told.is_empty() {
        title = Some(told.remove(0).to_owned());
    }
    let told = told.join("\n").trim().to_owned();
    let filled = |text: &String| !text.is_empty();
    (title.filter(filled), description.or(Some(told)).filter(filled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_at_the_head_are_title_and_description() {
        let of = |text: &str| {
            let (title, description) = heading(text);
            (title.unwrap_or_default(), description.unwrap_or_default())
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(of("// Calls by key\n// Last day: all of it\nT // no"), pair("Calls by key", "Last day: all of it"));
        assert_eq!(of("// title: A: b\n// description: c\n// period: P1D\nT"), pair("A: b", "c"));
        assert_eq!(of("T\n// after"), pair("", ""));
    }
}
