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

/// Text for a terminal or a plain-text table: one line, and nothing in it acts. What would act is spelt out.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_active) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_active(c) => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Text for a label in a picture: one line, without characters that XML forbids or that reorder text. The markup
/// itself is escaped when the picture is written.
pub fn label(text: &str) -> String {
    let shown = text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c });
    shown.filter(|c| !is_active(*c)).collect()
}

/// Text between tags, in HTML and in SVG.
pub fn html_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            c if is_active(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// Text in an XML file that others read: like [`html_text`], and without the non-characters XML forbids.
pub fn xml_text(text: &str) -> String {
    html_text(text).replace(['\u{fffe}', '\u{ffff}'], "")
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

/// Makes text inert that a spreadsheet would run as a formula: an apostrophe goes before it. Plain numbers stay.
pub fn inert(text: &str) -> Cow<'_, str> {
    let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    if runs && text.parse::<f64>().is_err() { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// A cell of a Markdown table: one line, and no markup of its own.
pub fn markdown_cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(' '),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '\\' | '|' | '`' | '*' | '[' | ']' | '~' => {
                out.push('\\');
                out.push(c);
            }
            // Inside a word and at its end an underscore is only an underscore.
            '_' if !before.is_alphanumeric() => out.push_str("\\_"),
            c if is_active(c) => {}
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
        assert_eq!(html_text("<script>'\"&\u{1b}"), "&lt;script&gt;&#39;&quot;&amp;");
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
            ("", ""),
        ] {
            assert_eq!(inert(text), shown);
        }
        assert_eq!(csv_cell("a,\"b\"\n", ','), "\"a,\"\"b\"\"\n\"");
        assert_eq!(csv_cell("a,b", '\t'), "a,b");
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
