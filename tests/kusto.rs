//! `--engine kusto` against a stub on this machine, which answers as the documented services do. No real workspace was
//! asked.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::thread::JoinHandle;

use common::{root, text};

/// Answers one request, and gives what was asked.
fn stub(status: &'static str, answer: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = format!("http://{}", listener.local_addr().expect("it listens somewhere"));
    let served = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("somebody asks");
        let mut input = BufReader::new(stream.try_clone().expect("a stream has two ends"));
        let mut asked = String::new();
        let mut length = 0;
        loop {
            let mut line = String::new();
            input.read_line(&mut line).expect("a header reads");
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length is a number");
            }
            asked += &line;
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        input.read_exact(&mut body).expect("a body reads");
        asked += &text(&body);
        let mut stream = stream;
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
            answer.len()
        )
        .expect("an answer is written");
        asked
    });
    (address, served)
}

fn kqlens(arguments: &[&str], base: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kqlens"))
        .args(arguments)
        .current_dir(root())
        .env("AZURE_ACCESS_TOKEN", "a-token")
        .env("KQLENS_LOG_ANALYTICS_URL", base)
        .output()
        .expect("kqlens starts")
}

const WORKSPACE: &str = r#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"TimeGenerated","type":"datetime"},
{"name":"BackendId","type":"string"},{"name":"count_","type":"long"}],
"rows":[["2025-02-25T10:00:00Z","apim-001",119],["2025-02-25T10:00:00Z","",16]]}]}"#;

const ID: &str = "11111111-1111-1111-1111-111111111111";

#[test]
fn a_workspace_gets_the_text_as_it_is_and_its_answer_is_drawn() {
    let (base, served) = stub("200 OK", WORKSPACE);
    let query =
        "ApiManagementGatewayLogs\n| summarize count() by bin(TimeGenerated, 1h), BackendId\n| render timechart";
    let ask = ["run", "-e", query, "--engine", "kusto", "--workspace", ID, "--timespan", "2025-02-25/2025-02-26"];
    let output = kqlens(&[&ask[..], &["--format", "svg"]].concat(), &base);
    let asked = served.join().expect("the stub answers");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("apim-001"), "the chart names its series");
    assert!(asked.starts_with(&format!("POST /v1/workspaces/{ID}/query HTTP/1.1")), "{asked}");
    assert!(asked.to_lowercase().contains("authorization: bearer a-token"), "{asked}");
    let body: serde_json::Value = serde_json::from_str(asked.rsplit("\r\n").next().unwrap_or_default()).expect("JSON");
    assert_eq!(body["query"], query);
    assert_eq!(body["timespan"], "2025-02-25T00:00:00.0000000Z/2025-02-26T00:00:00.0000000Z");
}

#[test]
fn a_cluster_is_asked_in_its_own_way() {
    let (base, served) = stub(
        "200 OK",
        r#"[{"FrameType":"DataSetHeader","Version":"v2.0"},{"FrameType":"DataTable","TableId":1,"TableKind":"PrimaryResult",
        "TableName":"PrimaryResult","Columns":[{"ColumnName":"n","ColumnType":"long"}],"Rows":[[1],[2]]},
        {"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}]"#,
    );
    let ask =
        ["run", "-e", "Mine | project n", "--engine", "kusto", "--cluster", &base, "--database", "Logs", "-f", "csv"];
    let output = kqlens(&ask, "");
    let asked = served.join().expect("the stub answers");
    // A table that only the cluster knows is no mistake.
    assert_eq!(
        (text(&output.stdout).as_str(), output.status.code()),
        ("n\r\n1\r\n2\r\n", Some(0)),
        "{}",
        text(&output.stderr)
    );
    assert!(asked.starts_with("POST /v2/rest/query HTTP/1.1"), "{asked}");
    assert!(asked.contains(r#""db":"Logs""#) && asked.contains(r#""csl":"Mine | project n""#), "{asked}");
}

#[test]
fn a_refusal_tells_the_innermost_reason() {
    let (base, served) = stub(
        "400 Bad Request",
        r#"{"error":{"message":"The request had some invalid properties","code":"BadArgumentError",
        "innererror":{"code":"SEM0100","message":"Failed to resolve table or column expression named 'Mine'"}}}"#,
    );
    let output = kqlens(&["run", "-e", "Mine", "--engine", "kusto", "--workspace", ID], &base);
    served.join().expect("the stub answers");
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).contains("expression named 'Mine'"), "{}", text(&output.stderr));
}

#[test]
fn a_query_that_is_wrong_is_not_sent() {
    let output =
        kqlens(&["run", "-e", "print 1 | wher x", "--engine", "kusto", "--workspace", ID], "http://127.0.0.1:9");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let output = kqlens(&["run", "-e", "print 1", "--engine", "kusto"], "http://127.0.0.1:9");
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    let output = kqlens(&["run", "-e", "print 1", "--engine", "kusto", "--workspace", ID], "http://logs.example");
    assert!(output.status.code() == Some(4) && text(&output.stderr).contains("unencrypted"));
}
