//! Every escape for every output. Log data is hostile text: a URL or a header can hold terminal escapes, markup,
//! formulas and letters that run backwards.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Characters that reorder the text around them or hide in it.
const fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that act instead of being shown: C0, DEL, C1, line and paragraph separators, bidi controls, the
/// byte-order mark and non-characters.
const fn is_active(c: char) -> bool {
    c.is_ascii_control()
        || matches!(c, '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
        || is_bidi_control(c)
}

/// Text in which what would act is spelt out, `\u{1b}`, but for the characters of `kept`.
fn spelt<'t>(text: &'t str, kept: &[char]) -> Cow<'t, str> {
    let acts = |c: char| is_active(c) && !kept.contains(&c);
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if acts(c) {
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Text for a terminal or a plain-text table: one line, and nothing in it acts. What would act is spelt out.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.contains(is_active) {
        return Cow::Borrowed(text);
    }
    let lines = text.replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
    Cow::Owned(spelt(&lines, &[]).into_owned())
}

/// A whole output of text that goes to a terminal after all: its lines stay, what would act is spelt out.
pub fn terminal_lines(text: &str) -> String {
    spelt(&text.replace("\r\n", "\n"), &['\n', '\t']).into_owned()
}

/// Text for a label in a picture: one line, without characters that XML forbids or that reorder text. The markup
/// itself is escaped when the picture is written.
pub fn label(text: &str) -> String {
    let shown = text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c });
    shown.filter(|c| !is_active(*c)).collect()
}

/// Text between tags, in HTML and in SVG. What would act, or reorder the text, is spelt out.
pub fn html_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in spelt(text, &['\n', '\t']).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A value between double quotes in a tag, in HTML and in SVG.
pub fn html_attribute(text: &str) -> String {
    html_text(text).replace('\n', "&#10;").replace('\t', "&#9;")
}

/// A cell of a CSV or TSV file (RFC 4180).
pub fn csv_cell(text: &str, delimiter: char) -> Cow<'_, str> {
    let quoted = text.contains([delimiter, '"', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ');
    if quoted { Cow::Owned(format!("\"{}\"", text.replace('"', "\"\""))) } else { Cow::Borrowed(text) }
}

/// Makes text inert that a spreadsheet would run as a formula: an apostrophe goes before it, and before every part of
/// it that would be a cell of its own where semicolons, tabs and line ends separate. Plain numbers stay.
pub fn inert(text: &str) -> Cow<'_, str> {
    const STARTS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    const ENDS: [char; 4] = [';', '\t', '\r', '\n'];
    let number = |part: &str| part.bytes().all(|b| b"0123456789+-.eE".contains(&b)) && part.parse::<f64>().is_ok();
    if !text.contains(STARTS) && !text.starts_with(ENDS) || number(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 1);
    for part in text.split_inclusive(ENDS) {
        let first = out.is_empty();
        // Spreadsheets look behind blanks as well.
        let runs = part.trim_start_matches(' ').starts_with(STARTS) && !number(part.trim_end_matches(ENDS));
        if runs || first && part.starts_with(['\t', '\r', '\n']) {
            out.push('\'');
        }
        out.push_str(part);
    }
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

/// Text in a cell of a workbook, where its type says that it is text: what would act is spelt out.
pub fn sheet_cell(text: &str) -> Cow<'_, str> {
    spelt(text, &['\n', '\t'])
}

/// A name a sheet may have: at most 31 units of UTF-16, none of `[]:*?/\'`, not one a spreadsheet keeps for itself,
/// not yet taken in any case.
pub fn sheet_name(text: &str, taken: &[String]) -> String {
    let mut units = 0;
    let kept: String = label(text)
        .chars()
        .filter(|c| !"[]:*?/\\'".contains(*c))
        .take_while(|c| {
            units += c.len_utf16();
            units <= 26
        })
        .collect();
    let kept = match kept.trim() {
        "" => "Table",
        kept if kept.eq_ignore_ascii_case("history") => "History_1",
        kept => kept,
    };
    let (mut candidate, mut n) = (kept.to_owned(), 1);
    while taken.iter().any(|other| other.to_lowercase() == candidate.to_lowercase()) {
        n += 1;
        candidate = format!("{kept}_{n}");
    }
    candidate
}

/// A cell of a Markdown table: one line, and no markup of its own.
pub fn markdown_cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for c in spelt(text, &['\n', '\r', '\t']).chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '\\' | '|' | '`' | '*' | '[' | ']' | '~' => {
                out.push('\\');
                out.push(c);
            }
            // Inside a word and at its end an underscore is only an underscore.
            '_' if !before.is_alphanumeric() => out.push_str("\\_"),
            c => out.push(c),
        }
        before = c;
    }
    out
}

/// A JSON string with its quotes.
pub fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A file name made of any text: no separators, nothing that acts, no name Windows reserves, at most 100 characters.
pub fn file_name(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|c| if is_active(c) || "/\\:*?\"<>|".contains(c) || c.is_whitespace() { '-' } else { c })
        .take(100)
        .collect();
    let kept = kept.trim_matches(['.', '-', ' ']);
    let stem = kept.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = |prefix: &str| stem.strip_prefix(prefix).is_some_and(|n| n.len() == 1 && n != "0");
    let reserved = matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt");
    match kept {
        "" => "unnamed".to_owned(),
        name if reserved => format!("_{name}"),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts_in_a_terminal() {
        assert_eq!(terminal("plain ünïcode 日本"), "plain ünïcode 日本");
        assert_eq!(terminal("a\u{1b}[31mb\nc\u{202e}gnp.exe\u{9b}"), "a\\u{1b}[31mb\\nc\\u{202e}gnp.exe\\u{9b}");
    }

    #[test]
    fn labels_lose_what_xml_forbids() {
        assert_eq!(label("a\u{1}b\u{fffe}c\td\u{202e}e<"), "abc de<");
    }

    #[test]
    fn markup_is_text() {
        assert_eq!(html_text("<script>'\"&\u{1b}"), "&lt;script&gt;&#39;&quot;&amp;\\u{1b}");
        assert_eq!(html_attribute("a\nb"), "a&#10;b");
        assert_eq!(markdown_cell("a|b [x](y) <b> _i_ count_ a_b\nc"), "a\\|b \\[x\\](y) &lt;b> \\_i_ count_ a_b c");
    }

    #[test]
    fn spreadsheets_run_nothing() {
        for (text, shown) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-5", "-5"),
            ("+1.5e3", "+1.5e3"),
            ("-cmd", "'-cmd"),
            ("a=b", "a=b"),
            (" =1", "' =1"),
            ("-inf", "'-inf"),
            ("\n=1", "'\n'=1"),
            ("a;=1", "a;'=1"),
            ("a;-5", "a;-5"),
            ("a\t＝1", "a\t'＝1"),
            ("", ""),
        ] {
            assert_eq!(inert(text), shown);
        }
        assert_eq!(csv_cell("a,\"b\"\n", ','), "\"a,\"\"b\"\"\n\"");
        assert_eq!(csv_cell("a,b", '\t'), "a,b");
    }

    #[test]
    fn sheets_have_names_of_their_own() {
        for (text, taken, shown) in [
            ("a/b", &["AB".to_owned()][..], "ab_2"),
            ("[]\u{202e}'", &[], "Table"),
            ("history", &[], "History_1"),
            (&"😀".repeat(40), &[], &"😀".repeat(13)),
        ] {
            assert_eq!(sheet_name(text, taken), shown);
        }
    }

    #[test]
    fn file_names_stay_in_their_folder() {
        for (text, shown) in [
            ("../../etc/passwd", "etc-passwd"),
            ("con", "_con"),
            ("COM1.txt", "_COM1.txt"),
            ("", "unnamed"),
            ("a b\n?", "a-b"),
            ("Grüße", "Grüße"),
        ] {
            assert_eq!(file_name(text), shown);
        }
    }
}
