//! Text taken apart by its format: URLs, paths, versions, CSV, XML, JSON by path.

use super::{Function, ResultName, checks, text};
use crate::types::{Json, ScalarType, Value, cast};

type Bag = serde_json::Map<String, Json>;

/// `a=1&b=2` as a bag.
fn query_parameters(query: &str) -> Json {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let bag: Bag = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (key.to_owned(), Json::from(value)))
        .collect();
    Json::Object(bag)
}

fn parse_url<'a>(url: &str) -> Value<'a> {
    let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (scheme, rest) = rest.split_once("://").map_or(("", rest), |(scheme, rest)| (scheme, rest));
    let (authority, path) = match rest.find('/') {
        _ if scheme.is_empty() => ("", rest.to_owned()),
        Some(at) => (&rest[..at], rest[at..].to_owned()),
        None => (rest, String::new()),
    };
    let (login, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    // An IPv6 address holds colons of its own, inside brackets.
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, port),
        _ => (place, ""),
    };
    let mut bag = Bag::new();
    for (key, value) in [
        ("Scheme", scheme),
        ("Host", host),
        ("Port", port),
        ("Path", path.as_str()),
        ("Username", user),
        ("Password", password),
    ] {
        bag.insert(key.to_owned(), Json::from(value));
    }
    bag.insert("Query Parameters".to_owned(), query_parameters(query));
    bag.insert("Fragment".to_owned(), Json::from(fragment));
    Value::dynamic(Json::Object(bag))
}

fn parse_path<'a>(path: &str) -> Value<'a> {
    let (scheme, rest) = match path.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        None => ("", path),
    };
    let is_slash = |c: char| c == '/' || c == '\\';
    let drive = rest.len() >= 2 && rest.as_bytes()[0].is_ascii_alphabetic() && rest.as_bytes()[1] == b':';
    let root_length = if drive {
        2 + rest[2..].chars().take_while(|c| is_slash(*c)).count().min(1)
    } else {
        rest.chars().take_while(|c| is_slash(*c)).count()
    };
    let (directory, file) = match rest.rfind(is_slash) {
        Some(at) => (&rest[..at.max(root_length.min(at + 1))], &rest[at + 1..]),
        None => ("", rest),
    };
    let (file, stream) = file.split_once(':').unwrap_or((file, ""));
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
    let name = directory.trim_end_matches(is_slash).rsplit(is_slash).next().unwrap_or_default();
    let root = &rest[..root_length.min(rest.len())];
    let fields = [
        ("Scheme", scheme),
        ("RootPath", if drive { root } else { "" }),
        ("DirectoryPath", directory),
        ("DirectoryName", name),
        ("Filename", file),
        ("Extension", extension),
        ("AlternateDataStreamName", stream),
    ];
    let bag: Bag = fields.into_iter().map(|(key, value)| (key.to_owned(), Json::from(value))).collect();
    Value::dynamic(Json::Object(bag))
}

/// Up to four numbers of eight digits each, side by side.
fn parse_version<'a>(version: &str) -> Value<'a> {
    const DIGITS: i128 = 100_000_000;
    let parts: Vec<&str> = version.split('.').collect();
    if parts.len() > 4 || parts.iter().any(|p| p.is_empty() || p.len() > 8 || p.bytes().any(|b| !b.is_ascii_digit())) {
        return Value::Null;
    }
    let mut number: i128 = 0;
    for at in 0..4 {
        number = number * DIGITS + parts.get(at).and_then(|p| p.parse().ok()).unwrap_or(0);
    }
    rust_decimal::Decimal::try_from_i128_with_scale(number, 0).map_or(Value::Null, Value::Decimal)
}

/// The fields of the first record.
fn parse_csv<'a>(record: &str) -> Value<'a> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut chars = record.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if field.is_empty() => quoted = true,
            ',' if !quoted => fields.push(Json::from(std::mem::take(&mut field))),
            '\r' if !quoted && chars.peek() == Some(&'\n') => break,
            '\n' if !quoted => break,
            other => field.push(other),
        }
    }
    fields.push(Json::from(field));
    Value::dynamic(Json::Array(fields))
}

/// Arguments as Windows programs take their command line apart: spaces between, quotes around, backslashes literal
/// unless a quote follows.
fn parse_command_line<'a>(line: &str) -> Value<'a> {
    let mut arguments = Vec::new();
    let mut argument: Option<String> = None;
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let mut slashes = 1;
                while chars.next_if_eq(&'\\').is_some() {
                    slashes += 1;
                }
                let argument = argument.get_or_insert_default();
                if chars.peek() == Some(&'"') {
                    argument.extend(std::iter::repeat_n('\\', slashes / 2));
                    if slashes % 2 == 1 {
                        chars.next();
                        argument.push('"');
                    }
                } else {
                    argument.extend(std::iter::repeat_n('\\', slashes));
                }
            }
            '"' => {
                argument.get_or_insert_default();
                quoted = !quoted;
            }
            c if c.is_whitespace() && !quoted => arguments.extend(argument.take().map(Json::from)),
            c => argument.get_or_insert_default().push(c),
        }
    }
    arguments.extend(argument.map(Json::from));
    Value::dynamic(Json::Array(arguments))
}

/// An element: its text alone, or a bag of attributes (`@name`), children and text (`#text`). Children of one name
/// make an array. `None` when elements nest deeper than some depth: more would be no dynamic, and the stack ends somewhere.
fn element(node: roxmltree::Node<'_, '_>, depth: usize) -> Option<Json> {
    let depth = depth.checked_sub(1)?;
    let mut bag = Bag::new();
    for attribute in node.attributes() {
        bag.insert(format!("@{}", attribute.name()), Json::from(attribute.value()));
    }
    let lone = !node.children().any(|child| child.is_element());
    let text: String = node.children().filter(roxmltree::Node::is_text).filter_map(|n| n.text()).collect();
    if lone && bag.is_empty() {
        return Some(if text.is_empty() { Json::Null } else { Json::from(text) });
    }
    for child in node.children() {
        if child.is_element() {
            let value = element(child, depth)?;
            match bag.get_mut(child.tag_name().name()) {
                Some(Json::Array(items)) => items.push(value),
                Some(first) => *first = Json::Array(vec![first.take(), value]),
                None => {
                    bag.insert(child.tag_name().name().to_owned(), value);
                }
            }
        } else if child.is_text() && !text.trim().is_empty() && !bag.contains_key("#text") {
            bag.insert("#text".to_owned(), Json::from(text.trim()));
        }
    }
    Some(Json::Object(bag))
}

fn parse_xml<'a>(source: &str) -> Value<'a> {
    /// Elements inside one another.
    const DEEPEST: usize = 120;
    let Ok(document) = roxmltree::Document::parse(source) else { return Value::Null };
    let root = document.root_element();
    let name = root.tag_name().name().to_owned();
    element(root, DEEPEST)
        .map_or(Value::Null, |content| Value::dynamic(Json::Object(Bag::from_iter([(name, content)]))))
}

/// A path like `$.a.b[0]['c d']`, step by step; `None` when it is none.
pub(super) fn steps(path: &str) -> Option<Vec<String>> {
    let mut rest = path.trim();
    rest = rest.strip_prefix('$').unwrap_or(rest);
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (step, after) = inner.split_once(']')?;
            steps.push(step.trim().trim_matches(['\'', '"']).to_owned());
            rest = after;
        } else {
            let name = rest.strip_prefix('.').unwrap_or(rest);
            let end = name.find(['.', '[']).unwrap_or(name.len());
            if end == 0 {
                return None;
            }
            steps.push(name[..end].to_owned());
            rest = &name[end..];
        }
    }
    Some(steps)
}

fn extract_json<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let wanted = arguments.get(2).and_then(Value::as_str).and_then(ScalarType::from_name).unwrap_or(ScalarType::String);
    let parsed = match &arguments[1] {
        Value::Dynamic(json) => Some(json.as_ref().clone()),
        other => serde_json::from_str(other.as_str().unwrap_or_default()).ok(),
    };
    let found = parsed.zip(steps(text(arguments, 0))).and_then(|(json, steps)| {
        steps.iter().try_fold(json, |at, step| match at {
            Json::Object(mut bag) => bag.remove(step),
            Json::Array(mut items) => step.parse().ok().filter(|n| *n < items.len()).map(|n| items.swap_remove(n)),
            _ => None,
        })
    });
    found.map_or(Value::null_of(wanted), |json| cast(&Value::dynamic(json), wanted).into_owned())
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "parse_url",
        &["(url: string) -> dynamic"],
        "The parts of a URL: Scheme, Host, Port, Path, Username, Password, Query Parameters, Fragment.",
        &[("tostring(parse_url('https://a.com:8080/x?k=v')['Query Parameters'])", "{\"k\":\"v\"}")],
        |_, a| parse_url(text(a, 0)),
    )
    .also(&["parseurl"]),
    Function::kernel(
        "parse_urlquery",
        &["(query: string) -> dynamic"],
        "The parameters of a URL's query, in a bag under `Query Parameters`.",
        &[("parse_urlquery('a=1&b=2')", "{\"Query Parameters\":{\"a\":\"1\",\"b\":\"2\"}}")],
        |_, a| {
            let query = text(a, 0);
            let query = query.strip_prefix('?').unwrap_or(query);
            Value::dynamic(Json::Object(Bag::from_iter([("Query Parameters".to_owned(), query_parameters(query))])))
        },
    )
    .also(&["parseurlquery"]),
    Function::kernel(
        "parse_path",
        &["(path: string) -> dynamic"],
        "The parts of a file's path, of Windows or Unix.",
        &[("tostring(parse_path('/var/log/a.txt').Extension)", "txt")],
        |_, a| parse_path(text(a, 0)),
    ),
    Function::kernel(
        "parse_version",
        &["(version: string) -> decimal"],
        "A version of up to four parts as a decimal that orders like it; null when it is none.",
        &[("parse_version('1.2') < parse_version('1.10')", "True")],
        |_, a| parse_version(text(a, 0)),
    ),
    Function::kernel(
        "parse_csv",
        &["(record: string) -> dynamic"],
        "The fields of one record of comma-separated values; of several records, the first.",
        &[("parse_csv('a,\"b,c\",d')", "[\"a\",\"b,c\",\"d\"]")],
        |_, a| parse_csv(text(a, 0)),
    )
    .naming(ResultName::FirstArgument),
    Function::kernel(
        "parse_command_line",
        &["(line: text, parser: const string) -> dynamic"],
        "The arguments of a command line, taken apart as Windows does it.",
        &[("parse_command_line('run \"a b\" c', 'windows')", "[\"run\",\"a b\",\"c\"]")],
        |_, a| parse_command_line(text(a, 0)),
    )
    .checked(checks::command_parser),
    Function::kernel(
        "parse_xml",
        &["(xml: string) -> dynamic"],
        "XML as a bag: attributes as `@name`, text beside them as `#text`; null when it is none.",
        &[("parse_xml('<a x=\"1\"><b>2</b></a>')", "{\"a\":{\"@x\":\"1\",\"b\":\"2\"}}")],
        |_, a| parse_xml(text(a, 0)),
    )
    .naming(ResultName::FirstArgument),
    Function::kernel(
        "extract_json",
        &["(path: const string, source: string|dynamic, [type: type]) -> typeof(type)"],
        "What stands at a path inside JSON, converted to a type.",
        &[("extract_json('$.a[1]', '{\"a\":[1,2]}', typeof(long))", "2")],
        |_, a| extract_json(a),
    )
    .also(&["extractjson"]),
];
