//! The comments between tokens.

/// A comment, and how it stood in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Comment<'t> {
    /// Its text, from its slashes on.
    pub text: &'t str,
    /// Whether it began a line.
    pub own_line: bool,
    /// Whether an empty line stood before it.
    pub after_empty_line: bool,
}

/// The comments of a gap between two tokens, and whether an empty line stands before what follows it.
pub(super) fn comments(gap: &str, at_start: bool) -> (Vec<Comment<'_>>, bool) {
    let mut found = Vec::new();
    let mut line_ends = usize::from(at_start);
    let mut rest = gap;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("//") || (c == '#' && line_ends > 0) {
            let end = rest.find('\n').unwrap_or(rest.len());
            let text = rest[..end].trim_end();
            found.push(Comment { text, own_line: line_ends > 0, after_empty_line: line_ends > 1 });
            line_ends = 0;
            rest = &rest[end..];
            continue;
        }
        line_ends += usize::from(c == '\n');
        rest = &rest[c.len_utf8()..];
    }
    (found, line_ends > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_remember_their_lines() {
        let (found, empty) = comments(" // a  \n\n  // b\n\n", false);
        let told: Vec<_> = found.iter().map(|c| (c.text, c.own_line, c.after_empty_line)).collect();
        assert_eq!(told, [("// a", false, false), ("// b", true, true)]);
        assert!(empty);
    }
}
