//! Secrets in the logs reach no output: canaries in headers, URLs and bodies, through every format.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test fails loudly")]

use std::fs;
use std::path::Path;
use std::process::Command;

/// A secret that only a leak could show.
fn canary(n: usize) -> String {
    format!("canary{n:03}f7Qx{:x}", n * 7_919 + 104_729)
}

/// Records of a diagnostic setting with a canary wherever a secret may stand; the last line is broken.
fn logs(folder: &Path) -> usize {
    let places: [fn(&str) -> String; 10] = [
        |c| format!(r#""url":"https://h/openai?subscription-key={c}","method":"GET""#),
        |c| format!(r#""url":"https://h/f?x=1&code={c}&sig={c}""#),
        |c| format!(r#""backendUrl":"https://u:{c}@h/b?api%2Dkey={c}""#),
        |c| format!(r#""requestHeaders":{{"Api-Key":"{c}","Ocp-Apim-Subscription-Key":["{c}"]}}"#),
        |c| format!(r#""requestHeaders":{{"Authorization":"Bearer {c}","Cookie":"a=1; s={c}"}}"#),
        |c| format!(r#""backendResponseHeaders":{{"Set-Cookie":"s={c}; Path=/","Location":"https://h/?token={c}"}}"#),
        |c| format!(r#""requestBody":"{{\"messages\":[{{\"content\":\"{c}\"}}]}}""#),
        |c| format!(r#""responseBody":"my words {c}","backendRequestBody":"{c}""#),
        |c| format!(r#""lastError":{{"reason":"r","message":"bad key=eyJhbGciOiJub25lIn0.{c}.x"}}"#),
        |c| format!(r#""traceRecords":[{{"source":"s","message":"{{\"password\":\"{c}\"}}"}}]"#),
    ];
    let mut text = String::new();
    for n in 0..100 {
        let fields = places[n % places.len()](&canary(n));
        text += &format!(
            r#"{{"time":"2025-02-25T12:{:02}:00Z","category":"GatewayLogs","callerIpAddress":"203.0.113.{n}","properties":{{"responseCode":200,{fields}}}}}"#,
            n % 60
        );
        text.push('\n');
    }
    // Too broken to have columns, and yet to be told of.
    text +=
        &format!(r#"{{"time":"2025-02-25T12:00:00Z","properties":{{"url":"https://h/?key={}","x" 1}}}}"#, canary(7));
    text.push('\n');
    text += &format!(r#"{{"properties":{{"requestBody":"{}","x" 1}}}}"#, canary(8));
    text.push('\n');
    fs::write(folder.join("PT1H.json"), text).unwrap();
    100
}

fn run(folder: &Path, arguments: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kqlens"))
        .args(arguments)
        .args(["--logs", &folder.join("PT1H.json").display().to_string(), "--now", "2025-02-26"])
        .env("KQLENS_REDACTION_KEY", "a key of the test")
        .output()
        .unwrap();
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn no_canary_reaches_any_output() {
    let folder = tempfile::tempdir().unwrap();
    let count = logs(folder.path());
    let queries = [
        "ApiManagementGatewayLogs",
        "search 'GET' | take 5",
        "ApiManagementGatewayLogs | summarize count() by Url, tostring(RequestHeaders), LastErrorMessage",
        "ApiManagementGatewayLogs | project pack_all()",
        "ApiManagementGatewayLogs | extend k = extract(@'key=([^&]+)', 1, Url) | summarize count() by k | render piechart",
    ];
    for query in queries {
        for format in ["table", "csv", "json", "query-api", "markdown", "html", "svg"] {
            let rejects = folder.path().join("rejects.jsonl");
            let rejects_path = rejects.display().to_string();
            let (out, err) = run(folder.path(), &["run", "-e", query, "--format", format, "--rejects", &rejects_path]);
            let told = fs::read_to_string(&rejects).unwrap_or_default();
            assert!(!told.is_empty(), "the broken lines are told of");
            for n in 0..count {
                for text in [&out, &err, &told] {
                    assert!(!text.contains(&canary(n)), "canary {n} in {format} of {query}");
                }
            }
        }
    }
}

#[test]
fn the_same_secret_can_be_counted_by() {
    let folder = tempfile::tempdir().unwrap();
    logs(folder.path());
    let query = "ApiManagementGatewayLogs | extend k = tostring(RequestHeaders['Api-Key']) | where k != '' \
                 | summarize Keys = dcount(k), Long = countif(strlen(k) != 12)";
    let (out, err) = run(folder.path(), &["run", "-e", query, "--format", "csv", "--quiet"]);
    assert_eq!(out, "Keys,Long\r\n10,0\r\n", "{err}");
    let shown = run(folder.path(), &["run", "-e", query, "--format", "csv", "--quiet", "--no-redact"]).0;
    assert_eq!(shown, "Keys,Long\r\n10,10\r\n");
}

#[test]
fn a_body_is_shown_when_a_query_names_it() {
    let folder = tempfile::tempdir().unwrap();
    logs(folder.path());
    let named = "ApiManagementGatewayLogs | where ResponseBody has 'words' | summarize count() by substring(ResponseBody, 0, 8)";
    assert!(run(folder.path(), &["run", "-e", named, "--format", "csv", "--quiet"]).0.contains("my words,10"));
    let not_named = "ApiManagementGatewayLogs | take 10 | project-keep Respons*Body";
    let (out, _) = run(folder.path(), &["run", "-e", not_named, "--format", "csv", "--quiet"]);
    assert!(out.contains("(shown when the query names the column)"), "{out}");
}

#[test]
fn addresses_in_rejected_rows_are_masked_or_replaced_too() {
    let folder = tempfile::tempdir().unwrap();
    let rejects = folder.path().join("rejects.jsonl");
    let row =
        |ip: &str| format!(r#"{{"time":"2025-02-25T12:00:00Z","callerIpAddress":"{ip}","properties":{{"x" 1}}}}"#);
    let good =
        r#"{"time":"2025-02-25T12:00:00Z","category":"GatewayLogs","properties":{"responseCode":200}}"#.to_owned();
    // The second stands where the excerpt is cut.
    let cut = format!(
        r#"{{"time":"2025-02-25T12:00:00Z","pad":"{}","callerIpAddress":"203.0.113.78","x" 1}}"#,
        "-".repeat(49)
    );
    fs::write(
        folder.path().join("PT1H.json"),
        [good, row("203.0.113.77"), cut, row("2001:db8:7::1")].join("\n") + "\n",
    )
    .unwrap();
    for (how, shown) in [("keep", "203.0.113.77"), ("mask", "203.0.113.0"), ("pseudonym", "\"~")] {
        let path = rejects.display().to_string();
        let query = "ApiManagementGatewayLogs | count";
        let (_, err) = run(folder.path(), &["run", "-e", query, "--ip", how, "--rejects", &path]);
        let told = fs::read_to_string(&rejects).unwrap();
        assert_eq!(told.lines().count(), 3, "{err}");
        assert!(told.replace("\\\"", "\"").contains(shown), "{how}: {told}");
        for address in ["203.0.113.7", "2001:db8:7::1"] {
            assert_eq!(told.contains(address), how == "keep", "{how}: {told}");
            assert!(how == "keep" || !err.contains(address), "{how}: {err}");
        }
        assert!(how != "pseudonym" || !told.contains("203.0"), "{told}");
    }
}

#[test]
fn addresses_are_kept_masked_or_replaced() {
    let folder = tempfile::tempdir().unwrap();
    logs(folder.path());
    let query = "ApiManagementGatewayLogs | summarize dcount(CallerIpAddress), take_any(CallerIpAddress)";
    let with = |how: &str| run(folder.path(), &["run", "-e", query, "--format", "csv", "--quiet", "--ip", how]).0;
    assert!(with("keep").contains("100,203.0.113.0"));
    assert!(with("mask").contains("\r\n1,203.0.113.0"));
    assert!(with("pseudonym").contains("\r\n100,~"));
}
