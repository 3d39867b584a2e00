//! The quick walk against the slow one: the same verdict and the same values, whatever the line.

use super::super::jsonl::{Keys, Record, scan};
use super::super::rows::Wanted;
use super::super::sniff::Shape;
use super::Quick;
use crate::types::ScalarType;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % most
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

fn keys(shape: Shape, table: &str, columns: &[&str]) -> Keys {
    let columns = columns.iter().map(|name| ((*name).to_owned(), ScalarType::String)).collect();
    Keys::new(&Wanted { columns, period: Some((0, 1)), ..Wanted::default() }, shape, table)
}

/// Both walks on one line. Whether the quick one took it.
fn compare(line: &str, keys: &Keys, quick: &Quick) -> bool {
    let (mut slow, mut fast) = (Record::default(), Record::default());
    let verdict = scan(line, keys, &mut slow);
    fast.clear(keys.width());
    let taken = quick.scan(line, &mut fast);
    if taken {
        assert_eq!(verdict, Ok(()), "{line}");
        assert_eq!(fast, slow, "{line}");
    }
    taken
}

fn value(dice: &mut Dice, depth: usize, out: &mut String) {
    match dice.below(if depth > 3 { 6 } else { 9 }) {
        0 => out.push_str(dice.pick(&["0", "-12", "3.5e+7", "200", "1e9"])),
        1 => out.push_str(dice.pick(&["true", "false", "null"])),
        2..=5 => string(dice, out),
        6 => {
            out.push('[');
            for at in 0..dice.below(4) {
                out.push_str(if at > 0 { "," } else { "" });
                value(dice, depth + 1, out);
            }
            out.push(']');
        }
        _ => object(dice, depth + 1, out),
    }
}

fn string(dice: &mut Dice, out: &mut String) {
    out.push('"');
    for _ in 0..dice.below(12) {
        out.push_str(dice.pick(&[
            "a",
            "https://x/y?z=1",
            "\\\"",
            "\\\\",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\\\"Url\\\":\\\"evil\\\"",
            "\\u0041",
            "è",
            "\",\"Url\":\"",
            " ",
            "Y_y",
        ]));
        if out.ends_with("\"Url\":\"") && dice.below(8) > 0 {
            out.truncate(out.len() - "\",\"Url\":\"".len());
        }
    }
    out.push('"');
}

fn object(dice: &mut Dice, depth: usize, out: &mut String) {
    out.push('{');
    for at in 0..dice.below(if depth == 0 { 14 } else { 5 }) {
        out.push_str(if at > 0 { "," } else { "" });
        let key = dice.pick(&[
            "Url",
            "url",
            "TimeGenerated",
            "time",
            "properties",
            "lastError",
            "source",
            "Type",
            "category",
            "BackendId",
            "n",
            "B\\u0061ckendId",
            "RequestHeaders",
            "a\\\"b",
            "",
            "Category",
            "message",
        ]);
        *out += &format!("\"{key}\":");
        value(dice, depth, out);
    }
    out.push('}');
}

const SHAPES: [(Shape, &str); 4] = [
    (Shape::DataExport, "ApiManagementGatewayLogs"),
    (Shape::Diagnostic, "ApiManagementGatewayLogs"),
    (Shape::Diagnostic, "AzureDiagnostics"),
    (Shape::JsonLines, "Other"),
];

const COLUMNS: [&[&str]; 3] = [
    &[],
    &["Url", "n"],
    &["Url", "BackendId", "LastErrorSource", "url_s", "lastError_source_s", "Type", "RequestHeaders", "properties_s"],
];

#[test]
fn generated_lines_give_the_same() {
    let mut dice = Dice(4);
    let walks: Vec<(Keys, Quick)> = SHAPES
        .iter()
        .flat_map(|(shape, table)| COLUMNS.iter().map(|columns| keys(*shape, table, columns)))
        .map(|keys| {
            let quick = Quick::new(&keys);
            (keys, quick)
        })
        .collect();
    let (mut taken, mut spoiled_taken) = (0, 0);
    const LINES: usize = 3_000;
    for _ in 0..LINES {
        let mut line = String::new();
        object(&mut dice, 0, &mut line);
        taken += walks.iter().filter(|(keys, quick)| compare(&line, keys, quick)).count();
        // The same with a byte taken out, put in or changed.
        let at = dice.below(line.len() + 1);
        if !line.is_char_boundary(at) {
            continue;
        }
        let put =
            dice.pick(&["", "", "\"", ",", ":", "{", "}", "[", "]", "\\", " ", "1", "x", "\u{0}", "e", "-", "\t"]);
        let skip = if dice.below(2) == 0 { 0 } else { line[at..].chars().next().map_or(0, char::len_utf8) };
        let spoiled = [&line[..at], put, &line[at + skip..]].concat();
        spoiled_taken += walks.iter().filter(|(keys, quick)| compare(&spoiled, keys, quick)).count();
    }
    // It is of no use when it leaves everything to the slow walk.
    assert!(taken > LINES * walks.len() / 10 && spoiled_taken > 1000, "{taken} {spoiled_taken}");
}

#[test]
fn hostile_lines_give_the_same() {
    let mut lines: Vec<String> = [
        r#"{"Url":"a","Url":"b"}"#,
        r#"{"x":"\"Url\":\"evil\"","Url":"good"}"#,
        r#"{"h":{"Url":"evil"},"Url":"good"}"#,
        r#"{"h":[{"Url":"evil"},",\"Url\":1"],"Url":"good"}"#,
        r#"{"U\u0072l":"escaped"}"#,
        r#"{"Url":"a\\","n":1}"#,
        r#"{"Url":"a\\\",\"n\":2","n":1}"#,
        r#"{"properties":{"url":"x","lastError":{"source":"s","source":"t"}},"time":"2025"}"#,
        r#"{"properties":"{\"url\":\"x\"}","time":"2025"}"#,
        r#"{"properties":{"headers":{"url":"evil"},"url":"good"}}"#,
        r#"{"properties":null,"properties":{"url":"late"}}"#,
        r#"{"properties":{},"time":"2025"}"#,
        r#"{"properties":[{"url":"no"}],"lastError":{"source":"top"}}"#,
        "{}",
        "{",
        "}",
        "",
        "{}}",
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a":1,}"#,
        r#"{,"a":1}"#,
        r#"{"a":1 "b":2}"#,
        r#"{"a":1,,"b":2}"#,
        r#"{"a":1:2}"#,
        r#"{"a","b":1}"#,
        r#"{"a":"b":"c"}"#,
        r#"{"a":tru}"#,
        r#"{"a":12x}"#,
        r#"{"a":truefalse}"#,
        r#"{"a":--1}"#,
        r#"{"a":[}]}"#,
        r#"{"a":[\]}"#,
        r#"{"a":{"b"}}"#,
        r#"{"a":1}x"#,
        r#"{"a":1}{"b":2}"#,
        r#"["a",1]"#,
        r#"{"a":"b}"#,
        r#"{"a":"b\"#,
        r#"{"a":"b"}""#,
        r#"{"a":{"b":[1,{"c":"]"}]},"Url":"x"}"#,
        r#"{ "Url" : "x" }"#,
        r#"{"Url": "x"}"#,
        r"{1:2}",
        r"{a:1}",
        r#"{"a":_}"#,
        r#"{"a":Y}"#,
        "{\"a\":\u{7f}}",
        "{\"Url\":\"\u{0}\u{1}\"}",
        r#"{"Url":{"a":1},"n":[2]}"#,
        r#"{"":1,"n":2}"#,
        r#"{"a":1]"#,
        r#"{"a":[1}}"#,
        r#"{"a":"x""b":1}"#,
        r#"{"a":{}"b":1}"#,
        r#"{"a":[]]"#,
        r#"{"a":1}}"#,
        r#"{"a""b":1}"#,
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    lines.push(format!("{{\"a\":{}{}}}", "[".repeat(120), "]".repeat(120)));
    lines.push(format!("{{\"a\":{}{}}}", "[".repeat(140), "]".repeat(140)));
    let mut taken = 0;
    for (shape, table) in SHAPES {
        for columns in COLUMNS {
            let keys = keys(shape, table, columns);
            let quick = Quick::new(&keys);
            for line in &lines {
                // So that every token meets every place of a window, and its edges.
                for padding in 0..70 {
                    let padded = line.replacen('{', &format!("{{\"p\":\"{}\",", "p".repeat(padding)), 1);
                    taken += usize::from(compare(&padded, &keys, &quick));
                }
                taken += usize::from(compare(line, &keys, &quick));
            }
        }
    }
    assert!(taken > 5_000, "{taken}");
}

#[test]
fn lines_as_exporters_write_them_are_taken() {
    let export = r#"{"ApiId":"api","BackendResponseCode":200,"BackendResponseHeaders":{"Content-Type":"application/json","x":["a","b"]},"IsTraceAllowed":false,"LastErrorReason":null,"RequestBody":"{\"messages\":[{\"role\":\"user\",\"content\":\"a \\\"b\\\"\"}]}","TimeGenerated":"2025-02-28T02:01:02.8641966Z","Type":"ApiManagementGatewayLogs","Url":"https://x/y?z=1,2:3"}"#;
    let setting = r#"{"time":"2025-02-25T12:00:00Z","category":"GatewayLogs","resourceId":"/SUBSCRIPTIONS/X","properties":{"url":"https://x","errors":[],"requestHeaders":{},"lastError":{"source":"s","elapsed":3},"responseCode":200},"location":"West Europe"}"#;
    for (line, shape) in [(export, Shape::DataExport), (setting, Shape::Diagnostic)] {
        let keys = keys(shape, "ApiManagementGatewayLogs", &["Url", "LastErrorSource", "ResponseCode"]);
        assert!(compare(line, &keys, &Quick::new(&keys)), "{line}");
    }
}
