//! The query's text in colours.

use super::super::encode::html_text;
use super::super::{Ink, Piece};

/// A block with the text, open or folded, or nothing without one.
pub fn query(pieces: &[Piece], is_open: bool) -> String {
    if pieces.is_empty() {
        return String::new();
    }
    let mut code = String::new();
    for piece in pieces {
        let text = html_text(&piece.text);
        match class(piece.ink) {
            "" => code += &text,
            class => code += &format!("<b class=\"{class}\">{text}</b>"),
        }
    }
    let (open, name) = if is_open { (" open", "<h2>Query</h2>") } else { ("", "Query") };
    format!(
        "<details class=\"query\"{open}>\n<summary>{name}</summary>\n<pre><code>{}</code></pre>\n</details>\n",
        code.trim_end()
    )
}

const fn class(ink: Ink) -> &'static str {
    match ink {
        Ink::Plain => "",
        Ink::Keyword => "k",
        Ink::Function => "f",
        Ink::Type => "y",
        Ink::Text => "s",
        Ink::Literal => "l",
        Ink::Comment => "c",
    }
}
