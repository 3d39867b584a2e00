//! Records of JSON lines, of a data export or of a diagnostic setting, read as text so that no engine guesses a type.

use super::literal::text as quoted_text;
use super::source::Named;
use super::typed::typed;
use super::{pattern, quoted};
use crate::sources::apim::{self, ENVELOPE_NAMES, KnownTable, LAST_ERROR_NAMES, Source};

/// A key of a map.
fn key(map: &str, name: &str) -> String {
    format!("{map}[{}]", quoted_text(name))
}

/// Maps that the text of a record is read as: `m` is the record, `p` its properties, `l` its last error.
const BAG: &str = "'MAP<STRING,STRING>'";

/// Where a column of one of the tables may be: under its name, or under those that an envelope and its properties have
/// for it.
fn of_table(name: &str) -> String {
    let camel = apim::name_in_properties(name);
    let mut found = vec![key("m", name), key("m", &camel)];
    found.extend(ENVELOPE_NAMES.iter().filter(|(_, c)| *c == name).map(|(n, _)| key("m", n)));
    found.extend([key("p", &camel), key("p", name)]);
    found.extend(LAST_ERROR_NAMES.iter().filter(|(_, c)| *c == name).map(|(n, _)| key("l", n)));
    format!("coalesce({})", found.join(", "))
}

/// Where a record of a diagnostic setting has a column of the older table that Azure fills from the same records.
fn of_older_table(name: &str) -> String {
    match apim::diagnostics_source(name) {
        Some(Source::Constant(text)) => quoted_text(text),
        Some(Source::Envelope(name)) => key("m", name),
        Some(Source::ResourceId(word)) => {
            let after = format!("(?:\\A|/){}/([^/]*)", pattern::any_case(word));
            format!("regexp_extract({}, {}, 1)", key("m", "resourceId"), quoted_text(&after))
        }
        None => {
            let field = name.rsplit_once('_').map_or(name, |(field, _)| field);
            match field.strip_prefix("lastError_") {
                Some(field) => key("l", field),
                None => format!("coalesce({}, {})", key("p", field), key("m", field)),
            }
        }
    }
}

/// Records of either shape as rows of a table.
pub(super) fn json_lines(table: &KnownTable, columns: &[Named], values: &str) -> String {
    let older = table.name == apim::AZURE_DIAGNOSTICS;
    let diagnostic = format!("({} IS NULL)", key("m", "TimeGenerated"));
    let texts = columns.iter().map(|(name, sql, _)| {
        let value = of_table(name);
        let value = match name.as_str() {
            _ if older => {
                format!("CASE WHEN {diagnostic} THEN {} ELSE {} END", of_older_table(name), key("m", name))
            }
            "_ResourceId" => format!("CASE WHEN {diagnostic} THEN lower({value}) ELSE {value} END"),
            "SourceSystem" => format!("coalesce({value}, CASE WHEN {diagnostic} THEN 'Azure' END)"),
            "Type" => format!("coalesce({value}, CASE WHEN {diagnostic} THEN {} END)", quoted_text(table.name)),
            _ => value,
        };
        format!("{value} AS {}", quoted(sql))
    });
    let texts = super::operator::listed(texts.collect());
    let selected = columns.iter().map(|(_, sql, t)| format!("{} AS {}", typed(&quoted(sql), *t), quoted(sql)));
    let selected = super::operator::listed(selected.collect());
    let of = |value: String, wanted: &str| {
        format!("lower(coalesce({value}, {})) = {}", quoted_text(wanted), quoted_text(&wanted.to_lowercase()))
    };
    let exported = of(key("m", "Type"), table.name);
    let sent = of(format!("{}, {}", key("m", "category"), key("m", "Category")), table.category);
    // Records of every category are rows of the older table.
    let sent = if older { "true".to_owned() } else { sent };
    let time = key("m", "time");
    let last = format!("coalesce({}, {})", key("p", "lastError"), key("p", "LastError"));
    format!(
        "SELECT {selected} FROM (SELECT {texts} FROM (SELECT m, p, from_json({last}, {BAG}) AS l FROM \
         (SELECT m, from_json({}, {BAG}) AS p FROM (SELECT from_json(value, {BAG}) AS m FROM ({values})))) \
         WHERE CASE WHEN {diagnostic} THEN {time} IS NOT NULL AND {sent} ELSE {exported} END)",
        key("m", "properties")
    )
}
