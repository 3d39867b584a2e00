//! User agents taken apart: the browser, the system and the device that a request names.
//!
//! The patterns are those of the uap-core project, the ones that parsers of user agents share; the first that matches wins.

use std::sync::LazyLock;

use serde_json::Map;
use ua_parser::{Regexes, device, os, user_agent};

use super::{Function, Refusal, text};
use crate::ir::Expr;
use crate::types::{Json, Value};

const PATTERNS: &str = include_str!("user_agents.json");

/// What Kusto calls a user agent that no pattern knows.
const UNKNOWN: &str = "Other";

const PARTS: [&str; 3] = ["browser", "os", "device"];

fn patterns() -> Option<Regexes<'static>> {
    serde_json::from_str(PATTERNS).ok()
}

// To build one takes longer than thousands of look-ups, so each is built when first asked for, and alone.
static BROWSERS: LazyLock<Option<user_agent::Extractor<'static>>> =
    LazyLock::new(|| user_agent::Builder::new().push_all(patterns()?.user_agent_parsers).ok()?.build().ok());
static SYSTEMS: LazyLock<Option<os::Extractor<'static>>> =
    LazyLock::new(|| os::Builder::new().push_all(patterns()?.os_parsers).ok()?.build().ok());
static DEVICES: LazyLock<Option<device::Extractor<'static>>> =
    LazyLock::new(|| device::Builder::new().push_all(patterns()?.device_parsers).ok()?.build().ok());

fn bag(fields: &[(&str, Option<&str>)]) -> Json {
    let texts = fields.iter().map(|(name, value)| ((*name).to_owned(), Json::from(value.unwrap_or_default())));
    Json::Object(texts.collect())
}

fn browser(agent: &str) -> Json {
    let found = BROWSERS.as_ref().and_then(|all| all.extract(agent)).unwrap_or_default();
    bag(&[
        ("Family", Some(found.family.as_ref()).filter(|f| !f.is_empty()).or(Some(UNKNOWN))),
        ("MajorVersion", found.major),
        ("MinorVersion", found.minor),
        ("Patch", found.patch),
    ])
}

fn system(agent: &str) -> Json {
    let found = SYSTEMS.as_ref().and_then(|all| all.extract(agent)).unwrap_or_default();
    bag(&[
        ("Family", Some(found.os.as_ref()).filter(|f| !f.is_empty()).or(Some(UNKNOWN))),
        ("MajorVersion", found.major.as_deref()),
        ("MinorVersion", found.minor.as_deref()),
        ("Patch", found.patch.as_deref()),
        ("PatchMinor", found.patch_minor.as_deref()),
    ])
}

fn device(agent: &str) -> Json {
    let found = DEVICES.as_ref().and_then(|all| all.extract(agent)).unwrap_or_default();
    bag(&[
        ("Family", Some(found.device.as_ref()).filter(|f| !f.is_empty()).or(Some(UNKNOWN))),
        ("Brand", found.brand.as_deref()),
        ("Model", found.model.as_deref()),
    ])
}

/// The parts an argument names: one in a text, several in an array, all when it is left out.
fn wanted<'v>(look_for: Option<&'v Value<'_>>) -> Vec<&'v str> {
    let Some(value) = look_for else { return PARTS.to_vec() };
    match value.as_json() {
        Some(Json::Array(parts)) => parts.iter().filter_map(Json::as_str).collect(),
        Some(Json::String(part)) => vec![part],
        _ => value.as_str().into_iter().collect(),
    }
}

fn parse_user_agent<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let agent = text(arguments, 0);
    let wanted = wanted(arguments.get(1));
    let asked = |part: &str| wanted.iter().any(|w| w.eq_ignore_ascii_case(part));
    let mut found = Map::new();
    if asked("browser") {
        found.insert("Browser".to_owned(), browser(agent));
    }
    if asked("os") {
        found.insert("OperatingSystem".to_owned(), system(agent));
    }
    if asked("device") {
        found.insert("Device".to_owned(), device(agent));
    }
    Value::dynamic(Json::Object(found))
}

/// The parts must be ones there are.
fn known_parts(arguments: &[Expr]) -> Option<Refusal> {
    let wanted = wanted(Some(arguments.get(1)?.as_literal()?));
    let unknown = wanted.into_iter().find(|w| !PARTS.iter().any(|part| w.eq_ignore_ascii_case(part)))?;
    Some(Refusal {
        argument: 1,
        message: format!("'{unknown}' is no part of a user agent"),
        help: "write 'browser', 'os', 'device' or an array of them".to_owned(),
    })
}

/// The family.
pub const FUNCTIONS: &[Function] = &[Function::kernel(
    "parse_user_agent",
    &["(user_agent: string, [look_for: string|dynamic]) -> dynamic"],
    "The browser, the system and the device that a user agent names, each a bag.",
    &[
        ("parse_user_agent('curl/8.5.0', 'browser').Browser.Family", "curl"),
        (
            "parse_user_agent('Mozilla/5.0 (Windows NT 10.0; rv:128.0) Firefox/128.0', 'os').OperatingSystem.Family",
            "Windows",
        ),
        ("parse_user_agent('Mozilla/5.0 (iPhone; CPU iPhone OS 17_4)', dynamic(['device'])).Device.Brand", "Apple"),
        ("parse_user_agent('', 'browser').Browser.Family", "Other"),
    ],
    |_, a| parse_user_agent(a),
)
.checked(known_parts)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert!(BROWSERS.is_some() && SYSTEMS.is_some() && DEVICES.is_some());
    }
}
