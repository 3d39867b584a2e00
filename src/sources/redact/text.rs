//! Secrets in any text, known by their looks or by the name before them.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex::{Captures, Regex};

use super::names::is_secret;
use super::pseudonym::Pseudonyms;

/// A token of three parts; one of its parts is enough to know it by, and a cut one as well.
const JWT: &str = r"eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)*";
/// The keys that model providers give.
const PROVIDER_KEY: &str = r"\bsk-[A-Za-z0-9_-]{16,}";
/// What stands between a name and its value: in JSON, in JSON within JSON or CSV, in a query, in a header line.
const BETWEEN: &str = r#"\\*"{0,2}(?:\s|%20)*(?:[:=]|%3[aAdD])(?:\s|%20)*\[?\s*\\*"{0,2}"#;

fn patterns() -> Option<&'static Regex> {
    static PATTERNS: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = || {
        let whole = format!(
            r#"(?P<token>{JWT}|{PROVIDER_KEY})|(?i:(?P<jar>\b(?:set-)?cookie{BETWEEN})(?P<cookies>[^"\\\r\n]+))|(?i:(?P<code_before>(?:%[0-9a-f]{{2}})?)(?P<name>[a-z0-9_.-]*(?:key|token|secret|password|passwd|pwd|signature|sig|sas|authorization|assertion|credentials?|jwt))(?P<between>{BETWEEN}(?:(?:bearer|basic|digest|negotiate|sharedaccesssignature)(?:\s|%20|\+)+)?)(?P<value>[^\s"'\\&;,}}\]<>]+))|(?i:(?P<scheme>\b(?:bearer|basic)(?:\s|%20|\+)+)(?P<credential>[a-z0-9._~+/=-]{{8,}}))|(?P<before>[?&](?i:code)=)(?P<code>[^\s"'\\&;#]+)"#
        );
        Regex::new(&whole).ok()
    };
    PATTERNS.get_or_init(pattern).as_ref()
}

/// Whether anything in a text could be the name or the beginning of a secret, or hide one behind a code: most texts have
/// none of these, and need no closer look.
pub(super) fn is_suspicious(text: &str) -> bool {
    static SIGNS: OnceLock<Option<Regex>> = OnceLock::new();
    let signs = SIGNS.get_or_init(|| {
        let words =
            "key|token|secret|pass|pwd|sig|sas|auth|cookie|credential|assertion|jwt|connectionstring|code|session";
        Regex::new(&format!("(?i){words}|bearer|basic|eyJ|sk-|[%@]")).ok()
    });
    signs.as_ref().is_none_or(|signs| signs.is_match(text))
}

/// The text with pseudonyms for its secrets; nothing when it has none.
pub(super) fn redact(text: &str, pseudonyms: &Pseudonyms) -> Option<String> {
    replaced(text, &|secret| pseudonyms.of(secret))
}

fn replaced(text: &str, stand_in: &dyn Fn(&str) -> String) -> Option<String> {
    if !is_suspicious(text) {
        return None;
    }
    // A pattern that cannot be compiled hides everything; a test sees that it can.
    let Some(patterns) = patterns() else { return Some("(hidden)".to_owned()) };
    match patterns.replace_all(text, |found: &Captures<'_>| one(found, stand_in)) {
        Cow::Borrowed(_) => None,
        Cow::Owned(new) if new == text => None,
        Cow::Owned(new) => Some(new),
    }
}

fn one(found: &Captures<'_>, stand_in: &dyn Fn(&str) -> String) -> String {
    let group = |name: &str| found.name(name).map_or("", |m| m.as_str());
    let whole = found.get(0).map_or("", |m| m.as_str());
    let (before, secret) = if !group("token").is_empty() {
        (String::new(), group("token"))
    } else if !group("cookies").is_empty() {
        (group("jar").to_owned(), group("cookies"))
    } else if !group("name").is_empty() {
        if !is_secret(group("name")) {
            return whole.to_owned();
        }
        (format!("{}{}{}", group("code_before"), group("name"), group("between")), group("value"))
    } else if !group("scheme").is_empty() {
        // Prose goes on after these words too: `basic authentication`.
        if group("credential").len() < 16 && !group("credential").contains(|c: char| c.is_ascii_digit()) {
            return whole.to_owned();
        }
        (group("scheme").to_owned(), group("credential"))
    } else {
        (group("before").to_owned(), group("code"))
    };
    if Pseudonyms::is_one(secret) {
        return whole.to_owned();
    }
    format!("{before}{}", stand_in(secret))
}

/// The beginning of a bad row without its secrets and without bodies. A row that cannot be read has no columns, so names
/// and looks are all there is to go by.
pub(in super::super) fn excerpt(text: &str) -> Cow<'_, str> {
    static BODY: OnceLock<Option<Regex>> = OnceLock::new();
    let body = BODY
        .get_or_init(|| Regex::new(&format!("(?i)(?:backend)?(?:request|response)(?:body|messages){BETWEEN}")).ok());
    let Some(body) = body else { return Cow::Borrowed("(hidden)") };
    let shown = match body.find(text) {
        Some(found) => Cow::Owned(format!("{}(body)", &text[..found.end()])),
        None => Cow::Borrowed(text),
    };
    match replaced(&shown, &|_| "(secret)".to_owned()) {
        Some(new) => Cow::Owned(new),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        replaced(text, &|secret| format!("<{secret}>")).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn secrets_are_known_by_looks_and_by_name() {
        for (text, want) in [
            ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc.", "token <eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc.>"),
            ("use sk-proj-0123456789abcdefgh now", "use <sk-proj-0123456789abcdefgh> now"),
            (r#"{"api_key":"abc","a":1}"#, r#"{"api_key":"<abc>","a":1}"#),
            (r#"{\"apiKey\":\"abc\"}"#, r#"{\"apiKey\":\"<abc>\"}"#),
            (r#"x,"{""api-key"":""abc""}""#, r#"x,"{""api-key"":""<abc>""}""#),
            (r#"{"Authorization": "Bearer abc"}"#, r#"{"Authorization": "Bearer <abc>"}"#),
            ("Cookie: a=b; c=d\r\nHost: h", "Cookie: <a=b; c=d>\r\nHost: h"),
            ("got Bearer 0123456789abcdef", "got Bearer <0123456789abcdef>"),
            ("https://h/f?code=abc&x=1", "https://h/f?code=<abc>&x=1"),
            ("AccountKey=abc==;EndpointSuffix=h", "AccountKey=<abc==>;EndpointSuffix=h"),
            ("back=%2F%3Fsig%3Dabc", "back=%2F%3Fsig%3D<abc>"),
        ] {
            assert_eq!(shown(text), want);
        }
    }

    #[test]
    fn every_name_of_a_secret_is_suspicious() {
        for name in crate::sources::redact::names::SECRET {
            assert!(is_suspicious(name), "{name}");
        }
        assert!(!is_suspicious("https://h/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"));
    }

    #[test]
    fn prose_and_numbers_stay() {
        for text in [
            "Access denied due to missing subscription key. Make sure to include it.",
            "Basic authentication failed",
            r#"{"error":{"code":"429","message":"Rate limit is exceeded"}}"#,
            r#"{"x-ratelimit-remaining-tokens":"1200","total_tokens":7}"#,
            "design=1&monkey=2",
        ] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn an_excerpt_stops_at_a_body() {
        assert_eq!(
            excerpt(r#"{"Url":"https://h/?key=abc","RequestBody":"my words","X":1"#),
            r#"{"Url":"https://h/?key=(secret)","RequestBody":"(body)"#
        );
        assert_eq!(excerpt("plain"), "plain");
    }
}
