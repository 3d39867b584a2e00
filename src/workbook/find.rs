//! Where a text has `{Name}` or `{Name:format}`; `${path.name}` as templates of infrastructure write it, too.

use std::ops::Range;

/// A placeholder as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placeholder<'t> {
    /// The parameter's name.
    pub name: &'t str,
    /// How its value is to be written, if it says so.
    pub format: Option<&'t str>,
    /// Its bytes, braces included.
    pub span: Range<usize>,
}

impl Placeholder<'_> {
    /// What stands between its braces, and them.
    pub fn whole(&self) -> String {
        self.format.map_or_else(|| format!("{{{}}}", self.name), |format| format!("{{{}:{format}}}", self.name))
    }
}

/// Everything in a text that is written like a placeholder.
pub(super) fn placeholders(text: &str) -> Vec<Placeholder<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('{').map(|n| at + n) {
        at = open + 1;
        let inner = &text[at..];
        let Some((name, rest)) = name(inner) else { continue };
        let (format, rest) = match rest.strip_prefix(':') {
            Some(after) => match format(after) {
                Some((format, rest)) => (Some(format), rest),
                None => continue,
            },
            None => (None, rest),
        };
        if rest.starts_with('}') {
            let end = text.len() - rest.len() + 1;
            let open = open - usize::from(text[..open].ends_with('$'));
            found.push(Placeholder { name, format, span: open..end });
            at = end;
        }
    }
    found
}

fn name(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))).unwrap_or(text.len());
    let begins = text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    begins.then(|| text.split_at(end))
}

/// A word, or a path into JSON such as `$.series`.
fn format(text: &str) -> Option<(&str, &str)> {
    let path = text.starts_with('$');
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || path && matches!(c, '$' | '.' | '_' | '[' | ']' | '\'')))
        .unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_between_braces_are_placeholders() {
        let text = "{A} {b_1:grain} { c } {\"d\":1} {2} {e:} {f:$.x['y'][0]} {{g}} {h:i j} {";
        let found: Vec<String> = placeholders(text).iter().map(Placeholder::whole).collect();
        assert_eq!(found, ["{A}", "{b_1:grain}", "{f:$.x['y'][0]}", "{g}"]);
        assert_eq!(placeholders("é{A}")[0].span, 2..5);
        assert_eq!(
            placeholders("a ${each.value}").iter().map(|p| (p.name, p.span.clone())).next(),
            Some(("each.value", 2..15))
        );
    }
}
