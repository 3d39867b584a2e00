//! How KQL looks for text in text.

/// The case-folded form of a character, one to one, as Kusto's case-insensitive operators compare.
pub fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// A text in the case that texts are compared in.
pub(super) fn folded(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().map(fold).collect() }
}

/// `=~`.
pub fn equal_ignore_case(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    a.chars().map(fold).eq(b.chars().map(fold))
}

/// `contains`.
pub fn contains_ignore_case(text: &str, needle: &str) -> bool {
    if needle.is_empty() {
        return true;
    }
    if text.is_ascii() && needle.is_ascii() {
        let (text, needle) = (text.as_bytes(), needle.as_bytes());
        let (low, up) = (needle[0].to_ascii_lowercase(), needle[0].to_ascii_uppercase());
        return memchr::memchr2_iter(low, up, text)
            .any(|at| text.get(at..at + needle.len()).is_some_and(|part| part.eq_ignore_ascii_case(needle)));
    }
    folded(text).contains(&folded(needle))
}

/// `startswith`.
pub(super) fn starts_ignore_case(text: &str, start: &str) -> bool {
    let mut text = text.chars().map(fold);
    start.chars().map(fold).all(|c| text.next() == Some(c))
}

/// `endswith`.
pub(super) fn ends_ignore_case(text: &str, end: &str) -> bool {
    let mut text = text.chars().rev().map(fold);
    end.chars().rev().map(fold).all(|c| text.next() == Some(c))
}

/// At which ends of a needle a term must end: both for `has`, one for `hasprefix` and `hassuffix`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermEdges {
    /// `has`.
    Both,
    /// `hasprefix`: the term may go on after the needle.
    Start,
    /// `hassuffix`: the term may begin before the needle.
    End,
}

/// Whether the needle stands in the text as a term. A term is a run of letters and digits; `_` separates. An edge of
/// the needle counts only where the needle's own character there is a letter or digit.
pub fn has_term(text: &str, needle: &str, edges: TermEdges, ignore_case: bool) -> bool {
    if needle.is_empty() {
        return true;
    }
    if ignore_case && !(text.is_ascii() && needle.is_ascii()) {
        return has_term(&folded(text), &folded(needle), edges, false);
    }
    let starts_term = needle.chars().next().is_some_and(char::is_alphanumeric) && edges != TermEdges::End;
    let ends_term = needle.chars().next_back().is_some_and(char::is_alphanumeric) && edges != TermEdges::Start;
    let stands = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + needle.len()..].chars().next();
        let runs_on = |edge: bool, neighbour: Option<char>| edge && neighbour.is_some_and(char::is_alphanumeric);
        !runs_on(starts_term, before) && !runs_on(ends_term, after)
    };
    let (hay, pin) = (text.as_bytes(), needle.as_bytes());
    let found = |at: usize| {
        hay.get(at..at + pin.len())
            .is_some_and(|part| if ignore_case { part.eq_ignore_ascii_case(pin) } else { part == pin })
            && stands(at)
    };
    if ignore_case {
        let (low, up) = (pin[0].to_ascii_lowercase(), pin[0].to_ascii_uppercase());
        memchr::memchr2_iter(low, up, hay).any(found)
    } else {
        memchr::memchr_iter(pin[0], hay).any(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_ends_where_letters_and_digits_end() {
        let has = |text, needle| has_term(text, needle, TermEdges::Both, true);
        assert!(has("a_b", "A"));
        assert!(!has("ab", "a"));
        assert!(!has("éa", "a"));
        assert!(!has("xa b", "a "));
        assert!(has("x a-b y", "a-b"));
        assert!(has("anything", "") && has("a b", " "));
        assert!(has("straße CAFÉ", "café"));
        assert!(
            has_term("kusto", "kus", TermEdges::Start, false) && !has_term("kusto", "sto", TermEdges::Start, false)
        );
        assert!(has_term("kusto", "sto", TermEdges::End, false) && !has_term("kusto", "kus", TermEdges::End, false));
    }

    #[test]
    fn case_is_ignored_beyond_ascii() {
        assert!(contains_ignore_case("GRÜN", "rün") && starts_ignore_case("ÉA", "é") && ends_ignore_case("aÉ", "é"));
        assert!(equal_ignore_case("Straße", "STRAßE") && !equal_ignore_case("a", "ab"));
    }
}
