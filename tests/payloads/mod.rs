//! The texts of `families.txt`, and what is allowed of them.

use std::collections::BTreeMap;

const FAMILIES: &str = include_str!("families.txt");
const URL: &str = "http://canary.invalid/x";

/// Every text, each once.
pub fn payloads() -> Vec<String> {
    let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut list = None;
    let mut all: Vec<String> = Vec::new();
    for line in FAMILIES.lines().skip_while(|line| line.starts_with('#')) {
        match (line.strip_prefix(": "), list) {
            (Some(name), _) => list = Some(name),
            _ if line.starts_with('[')
                && line.ends_with(']')
                && line[1..].bytes().all(|b| b.is_ascii_lowercase() || b == b']') =>
            {
                list = None;
            }
            _ if line.is_empty() => {}
            (None, Some(name)) => lists.entry(name).or_default().push(line),
            (None, None) => {
                let mut texts = vec![line.to_owned()];
                for (name, words) in &lists {
                    let place = format!("{{{name}}}");
                    if line.contains(&place) {
                        texts =
                            texts.iter().flat_map(|text| words.iter().map(|word| text.replace(&place, word))).collect();
                    }
                }
                all.extend(
                    texts.iter().map(|text| unescaped(&text.replace("{url}", URL).replace("{long}", &"x".repeat(300)))),
                );
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|text| seen.insert(text.clone()));
    all
}

fn unescaped(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (c, length) = match after.chars().next() {
            Some('n') => ('\n', 1),
            Some('r') => ('\r', 1),
            Some('t') => ('\t', 1),
            Some('u') => {
                let end = after.find('}').expect("a closed brace");
                let code = u32::from_str_radix(&after[2..end], 16).expect("a code");
                (char::from_u32(code).expect("a character"), end + 1)
            }
            Some('\\') => ('\\', 1),
            other => panic!("{text}: {other:?}"),
        };
        out.push(c);
        rest = &after[length..];
    }
    out + rest
}

/// Whether a character does something where it is only to be shown: controls, and what reorders or hides text.
pub fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// The text as it reads: what would act is spelt out, but for line ends and tabs.
pub fn spelt(text: &str) -> String {
    let spell =
        |c: char| if acts(c) && c != '\n' && c != '\t' { format!("\\u{{{:x}}}", c as u32) } else { c.to_string() };
    text.chars().map(spell).collect()
}

/// The cells of a CSV text.
pub fn csv(text: &str, delimiter: char) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                cell.push('"');
                chars.next();
            }
            '"' => quoted = !quoted,
            c if c == delimiter && !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted && chars.peek() == Some(&'\n') => {
                chars.next();
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    rows
}
