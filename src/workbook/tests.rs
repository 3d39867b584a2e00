use super::*;
use crate::types::parse_datetime;

fn values(given: &[(&str, &str)]) -> Values {
    let mut values = Values { now: parse_datetime("2025-02-26T00:00Z").unwrap(), ..Values::default() };
    for (name, value) in given {
        values.given.entry((*name).to_owned()).or_default().push((*value).to_owned());
    }
    values
}

fn filled(text: &str, given: &[(&str, &str)]) -> String {
    match fill(text, &values(given)) {
        Ok(filled) => filled.text,
        Err(findings) => panic!("{text}: {findings:?}"),
    }
}

#[test]
fn a_time_range_is_written_as_asked() {
    let day = [("TimeRange", "P1D")];
    for (text, want) in [
        ("where t {TimeRange}", "where t > ago(1d)"),
        ("where t {TimeRange:query}", "where t > ago(1d)"),
        ("bin(t, {TimeRange:grain})", "bin(t, 30m)"),
        ("print '{TimeRange:label}'", "print 'Last 24 hours'"),
        ("print {TimeRange:seconds}", "print 86400"),
        ("from {TimeRange:start} to", "from datetime(2025-02-25T00:00:00.0000000Z) to"),
        ("print datetime({TimeRange:start})", "print datetime(2025-02-25T00:00:00.0000000Z)"),
        ("todatetime('{TimeRange:endISO}')", "todatetime('2025-02-26T00:00:00.0000000Z')"),
    ] {
        assert_eq!(filled(text, &day), want);
    }
    let range = [("TimeRange", "2025-02-25T10:00Z/2025-02-25T12:00Z")];
    assert_eq!(
        filled("where t {TimeRange}", &range),
        "where t between (datetime(2025-02-25T10:00:00.0000000Z) .. datetime(2025-02-25T12:00:00.0000000Z))"
    );
    let kusto = [("TimeRange", ">= ago(4h)")];
    assert_eq!(filled("where t {TimeRange} | x {TimeRange:grain}", &kusto), "where t >= ago(4h) | x 5m");
    let told = [("TimeRange", "P1D"), ("TimeRange:grain", "1h")];
    assert_eq!(filled("{TimeRange:grain}", &told), "1h");
}

#[test]
fn the_run_s_timespan_is_a_time_range_s_default() {
    let given = Values { timespan: Some("PT6H".to_owned()), ..values(&[("TimeRange2", "P1D")]) };
    let text = |text: &str| fill(text, &given).map(|filled| filled.text);
    assert_eq!(text("t {TimeRange} {TimeRange2} {Other:query}").unwrap(), "t > ago(6h) > ago(1d) > ago(6h)");
    assert_eq!(text("t {Other}").unwrap_err()[0].code, "KQL020");
}

#[test]
fn several_values_are_a_quoted_list() {
    let two = [("Api", "a"), ("Api", "b'c")];
    assert_eq!(filled("where x in ({Api})", &two), "where x in ('a', 'b\\'c')");
    assert_eq!(filled("split('{Api}', ',')", &two), "split('a,b'c', ',')");
    assert_eq!(filled("dynamic([{Api}])", &two), "dynamic(['a', 'b\\'c'])");
    assert_eq!(filled("where '*' in ({Api})", &[("Api", "*")]), "where '*' in ('*')");
    assert_eq!(filled("where x in ({Api})", &[("Api", "'a','b'")]), "where x in ('a','b')");
    assert_eq!(filled("where x in ({Code})", &[("Code", "200")]), "where x in (200)");
    assert_eq!(filled("where x == '{Api}'", &[("Api", "a")]), "where x == 'a'");
    assert_eq!(filled("top {N} by {Column}", &[("N", "5"), ("Column", "x")]), "top 5 by x");
    assert_eq!(filled("ago({days}d)", &[("days", "7")]), "ago(7d)");
}

#[test]
fn values_have_forms() {
    let given = [
        ("App", "/subscriptions/s1/resourceGroups/g1/providers/Microsoft.ApiManagement/service/apim"),
        ("Json", "{\"series\": \"Failures\", \"n\": [5]}"),
        ("Name", "O'Neil"),
    ];
    for (text, want) in [
        ("{App:name}", "apim"),
        ("{App:resourceGroup}", "g1"),
        ("{App:subscription}", "s1"),
        ("{App:resourcetype}", "microsoft.apimanagement/service"),
        ("{Json:$.series}", "Failures"),
        ("{Json:$.n[0]}", "5"),
        ("'{Name:escape}'", "'O\\'Neil'"),
        ("{Name:base64}", "TydOZWls"),
    ] {
        assert_eq!(filled(text, &given), want);
    }
}

#[test]
fn braces_of_kusto_are_left_alone() {
    for text in [
        "let f = () {T}; f | count",
        "let f = (X:long) {X}; print f(1)",
        "T | partition by k {count}",
        "print dynamic({\"a\": {\"X\": 1}})",
        "print 'a{X}b', '{Y}' // {Z}",
        "print replace_regex('x', '[a-z]{2}', '')",
        "datatable(x:string)['{\"a\":1}']",
    ] {
        assert_eq!(filled(text, &[]), text);
    }
    assert_eq!(filled("let f = (X:long) {X}; print f({X})", &[("X", "1")]), "let f = (X:long) {X}; print f(1)");
    assert_eq!(fill("print '{Y}', 'a{X}'", &values(&[])).unwrap().notes.len(), 1);
}

#[test]
fn what_has_no_value_is_named() {
    let findings = fill("T | where t {TimeRange} and x in ({Api})", &values(&[])).unwrap_err();
    assert_eq!(
        findings.iter().map(|f| (f.code, f.span)).collect::<Vec<_>>(),
        [("KQL020", (12, 23)), ("KQL020", (34, 39))]
    );
    assert!(findings[0].help.as_deref().is_some_and(|help| help.contains("--param TimeRange=P1D")), "{findings:?}");
    assert!(findings[1].help.as_deref().is_some_and(|help| help.contains("--param Api=VALUE")), "{findings:?}");
    let code = |text: &str, given: &[(&str, &str)]| fill(text, &values(given)).unwrap_err()[0].code;
    assert_eq!(code("T | x {A:grain}", &[("A", "b")]), "KQL022");
    assert_eq!(code("T | x {A:graim}", &[("A", "P1D")]), "KQL021");
    assert_eq!(code("T | x {A:shape}", &[("A", "b")]), "KQL021");
}

#[test]
fn places_are_those_of_the_text_before() {
    let text = "T | where t {TimeRange} and {Api} == 1";
    let filled = fill(text, &values(&[("TimeRange", "P1D"), ("Api", "abcdefgh")])).unwrap();
    assert_eq!(filled.text, "T | where t > ago(1d) and abcdefgh == 1");
    let place = |of: &str| {
        let at = filled.text.find(of).unwrap();
        let found = filled.blame(vec![Diagnostic::new("KQL101", "no", (at, at + of.len()))]).remove(0);
        (text[found.span.0..found.span.1].to_owned(), found.help)
    };
    assert_eq!(place("== 1"), ("== 1".to_owned(), None));
    assert_eq!(place("T"), ("T".to_owned(), None));
    assert_eq!(place("abcdefgh"), ("{Api}".to_owned(), Some("{Api} stands for `abcdefgh`".to_owned())));
    assert_eq!(place("1d").0, "{TimeRange}");
    assert_eq!(place("where t > ago").0, "where t {TimeRange}");
}
