//! The query's text in colours.

use super::super::encode::html_text;
use super::super::{Ink, Piece};

/// A block with the text, or nothing without one.
pub fn query(pieces: &[Piece]) -> String {
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
    format!(
        "<details class=\"query\" open>\n<summary><h2>Query</h2></summary>\n<pre><code>{}</code></pre>\n</details>\n",
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
