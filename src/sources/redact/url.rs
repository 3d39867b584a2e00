//! Secrets in URLs: in the query and the fragment, in a URL within them, and before the host.

use std::borrow::Cow;

use super::names::is_secret_parameter;
use super::pseudonym::Pseudonyms;
use super::text;

/// How many URLs one within another are looked at.
const WITHIN: usize = 3;

/// The URL with pseudonyms for its secrets; nothing when it has none.
pub(super) fn redact(url: &str, pseudonyms: &Pseudonyms) -> Option<String> {
    within(url, pseudonyms, WITHIN)
}

fn within(url: &str, pseudonyms: &Pseudonyms, left: usize) -> Option<String> {
    if !text::is_suspicious(url) {
        return None;
    }
    let cut = url.find(['?', '#', ';']).unwrap_or(url.len());
    let (before, query) = url.split_at(cut);
    let mut out = String::new();
    let mut changed = false;
    let head = user(before, pseudonyms);
    changed |= head.is_some();
    out.push_str(head.as_deref().unwrap_or(before));
    let mut rest = query;
    while !rest.is_empty() {
        let (separator, after) = rest.split_at(rest.chars().next().map_or(0, char::len_utf8));
        let end = after.find(['&', ';', '#', '?']).unwrap_or(after.len());
        let (pair, next) = after.split_at(end);
        out.push_str(separator);
        match parameter(pair, pseudonyms, left) {
            Some(new) => {
                changed = true;
                out.push_str(&new);
            }
            None => out.push_str(pair),
        }
        rest = next;
    }
    // Tokens are known by their looks wherever they stand: in the path too.
    match text::redact(&out, pseudonyms) {
        Some(text) => Some(text),
        None => changed.then_some(out),
    }
}

/// `name=value`, when the value must not be seen.
fn parameter(pair: &str, pseudonyms: &Pseudonyms, left: usize) -> Option<String> {
    let (name, value) = pair.split_once('=')?;
    if value.is_empty() || Pseudonyms::is_one(value) {
        return None;
    }
    if is_secret_parameter(&decoded(name)) {
        return Some(format!("{name}={}", pseudonyms.of(&decoded(value))));
    }
    let inner = decoded(value);
    if left == 0 || !inner.contains('=') {
        return None;
    }
    let inner = within(&inner, pseudonyms, left - 1)?;
    Some(format!("{name}={}", encoded(&inner)))
}

/// `https://user:password@host`: the user stays.
fn user(before: &str, pseudonyms: &Pseudonyms) -> Option<String> {
    let start = before.find("://")? + 3;
    let host_end = before[start..].find('/').map_or(before.len(), |at| start + at);
    let at = before[start..host_end].rfind('@')? + start;
    let (name, secret) = before[start..at].split_once(':')?;
    Some(format!("{}{name}:{}{}", &before[..start], pseudonyms.of(&decoded(secret)), &before[at..]))
}

/// The text behind `%41` and `+`; what is no such code stays.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let code = (byte == b'%').then(|| {
            let mut ahead = rest.clone();
            let digit = |b: Option<u8>| char::from(b?).to_digit(16);
            Some((digit(ahead.next())? * 16 + digit(ahead.next())?) as u8)
        });
        match code.flatten() {
            Some(code) => {
                bytes.push(code);
                rest.nth(1);
            }
            None => bytes.push(if byte == b'+' { b' ' } else { byte }),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// The text as the value of a parameter.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(url: &str) -> Option<String> {
        redact(url, &Pseudonyms::with_key("k"))
    }

    #[test]
    fn secrets_in_queries_are_replaced_and_the_rest_stays() {
        let p = Pseudonyms::with_key("k");
        let secret = p.of("s3cr3t");
        for (url, want) in [
            ("https://h/a?subscription-key=s3cr3t&x=1", format!("https://h/a?subscription-key={secret}&x=1")),
            ("https://h/a?x=1&Subscription%2DKey=s3cr3t", format!("https://h/a?x=1&Subscription%2DKey={secret}")),
            ("https://h/f?code=s3cr3t#t", format!("https://h/f?code={secret}#t")),
            ("https://h/b?sv=1&sig=s3cr3t", format!("https://h/b?sv=1&sig={secret}")),
            ("https://h/b?a=1;token=s3cr3t", format!("https://h/b?a=1;token={secret}")),
            ("https://h/#access_token=s3cr3t", format!("https://h/#access_token={secret}")),
            ("https://me:s3cr3t@h/a", format!("https://me:{secret}@h/a")),
            ("/relative?api-key=s3%63r3t", format!("/relative?api-key={secret}")),
            (
                "https://h/?back=https%3A%2F%2Fb%2F%3Fcode%3Ds3cr3t",
                format!("https://h/?back=https%3A%2F%2Fb%2F%3Fcode%3D{secret}"),
            ),
        ] {
            assert_eq!(redacted(url), Some(want), "{url}");
        }
    }

    #[test]
    fn a_url_without_secrets_is_untouched() {
        for url in [
            "",
            "https://h/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
            "https://h/?key=",
            "https://h/a%2?%",
            "https://h/?q=%zz+%",
        ] {
            assert_eq!(redacted(url), None, "{url}");
        }
        let once = redacted("https://h/?key=a").unwrap();
        assert_eq!(redacted(&once), None, "a second time changes nothing");
    }
}
