//! What is around every page: head, policy, style and script.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::super::chart;
use super::super::encode::html_text;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A whole page around a body of escaped markup. `title` is plain text.
pub fn shell(title: &str, body: &str) -> String {
    let style = format!("{STYLE}{}}}\n", dark_colours(body));
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; \
         script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>{}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}\
         <footer>kqlens {}</footer>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        hash(&style),
        hash(SCRIPT),
        html_text(title),
        env!("CARGO_PKG_VERSION"),
    )
}

/// For each light colour of charts that occurs in the page, the dark one.
fn dark_colours(body: &str) -> String {
    let mut out = String::new();
    for (light, dark) in chart::dark_colours() {
        for attribute in ["fill", "stroke"] {
            let selector = format!("{attribute}=\"{light}\"");
            if body.contains(&selector) {
                let _ = writeln!(out, "svg [{selector}]{{{attribute}:{dark}}}");
            }
        }
    }
    out
}
