//! Functions of other languages, and what KQL has for them.

/// Names as others have them, in lower case, and what to write instead.
const NAMES: &[(&str, &str)] = &[
    ("array_agg", "make_list(…)"),
    ("average", "avg(…)"),
    ("cast", "tostring(…), tolong(…), todatetime(…)"),
    ("char_length", "strlen(…)"),
    ("concat", "strcat(…)"),
    ("contains", "it between its operands: text contains \"part\""),
    ("convert", "tostring(…), tolong(…), todatetime(…)"),
    ("current_timestamp", "now()"),
    ("date_trunc", "bin(time, 1h), or startofday(time)"),
    ("dateadd", "datetime_add('day', n, time), or time + 1d"),
    ("datediff", "datetime_diff('day', later, earlier)"),
    ("endswith", "it between its operands: text endswith \"part\""),
    ("getdate", "now()"),
    ("greatest", "max_of(…)"),
    ("group_concat", "strcat_array(make_list(…), \",\")"),
    ("has", "it between its operands: text has \"word\""),
    ("if", "iff(condition, then, otherwise)"),
    ("ifnull", "coalesce(…, …)"),
    ("isnull_or_empty", "isempty(…)"),
    ("isnullorempty", "isempty(…)"),
    ("least", "min_of(…)"),
    ("len", "strlen(…)"),
    ("length", "strlen(…), or array_length(…)"),
    ("like", "text contains \"part\", or text matches regex \"pattern\""),
    ("lower", "tolower(…)"),
    ("mean", "avg(…)"),
    ("median", "percentile(value, 50)"),
    ("nvl", "coalesce(…, …)"),
    ("p50", "percentile(value, 50)"),
    ("p90", "percentile(value, 90)"),
    ("p95", "percentile(value, 95)"),
    ("p99", "percentile(value, 99)"),
    ("regex_match", "text matches regex \"pattern\""),
    ("regexp_like", "text matches regex \"pattern\""),
    ("startswith", "it between its operands: text startswith \"part\""),
    ("stddev", "stdev(…)"),
    ("str", "tostring(…)"),
    ("string_agg", "strcat_array(make_list(…), \",\")"),
    ("substr", "substring(text, start, length)"),
    ("to_char", "format_datetime(time, 'yyyy-MM-dd')"),
    ("upper", "toupper(…)"),
];

/// What KQL has for a function of another language.
pub fn of_other_languages(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    NAMES.iter().find(|(known, _)| *known == lower).map(|(_, instead)| *instead)
}
