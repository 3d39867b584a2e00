//! Logs in Azure Storage by the token of `az login`: the tool is asked for it, and it alone is sent.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]
#![cfg(all(feature = "cloud", unix))]

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use common::{root, text};

const TOKEN: &str = "token-of-a-login";
const BLOB: &str = "a/y=2025/m=03/d=01/h=00/m=00/PT1H.json";
const LINE: &str = "{\"time\":\"2025-03-01T00:00:00Z\",\"category\":\"GatewayLogs\",\"correlationId\":\"b\",\"properties\":{\"url\":\"u\"}}\n";

/// A storage account of one blob that knows the token. Gives its port and where requests are kept.
fn account() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let kept = Arc::new(Mutex::new(Vec::new()));
    let asked = Arc::clone(&kept);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let asked = Arc::clone(&asked);
            std::thread::spawn(move || answer(stream, &asked));
        }
    });
    (port, kept)
}

fn answer(mut stream: TcpStream, asked: &Mutex<Vec<String>>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    loop {
        let mut request = Vec::new();
        for line in lines.by_ref() {
            let line = line.ok()?;
            if line.is_empty() {
                break;
            }
            request.push(line);
        }
        let first = request.first()?.clone();
        let known = request.iter().any(|line| line.eq_ignore_ascii_case(&format!("authorization: Bearer {TOKEN}")));
        asked.lock().ok()?.push(first.clone());
        let about = format!(
            "Last-Modified: Sat, 01 Mar 2025 01:00:00 GMT\r\nETag: \"0x1\"\r\nContent-Range: bytes 0-{}/{}\r\n",
            LINE.len() - 1,
            LINE.len()
        );
        let (status, headers, body) = if !known {
            ("403 Forbidden", String::new(), String::new())
        } else if first.contains("comp=list") {
            let body = format!(
                "<?xml version=\"1.0\"?><EnumerationResults><Blobs><Blob><Name>{BLOB}</Name><Properties>\
                 <Last-Modified>Sat, 01 Mar 2025 01:00:00 GMT</Last-Modified><Etag>0x1</Etag><Content-Length>{}</Content-Length>\
                 <Content-Type>application/json</Content-Type></Properties></Blob></Blobs><NextMarker /></EnumerationResults>",
                LINE.len()
            );
            ("200 OK", String::new(), body)
        } else {
            ("206 Partial Content", about, LINE.to_owned())
        };
        write!(stream, "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len()).ok()?;
    }
}

/// Runs a query with this script as `az` before all else on the path.
fn run(port: u16, script: &str) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let az = folder.path().join("az");
    fs::write(&az, format!("#!/bin/sh\n{script}\n")).expect("a script is written");
    fs::set_permissions(&az, fs::Permissions::from_mode(0o755)).expect("it may run");
    let mut command = Command::new(env!("CARGO_BIN_EXE_kqlens"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if ["AZURE_", "IDENTITY_", "MSI_"].iter().any(|begin| name.starts_with(begin)) {
            command.env_remove(name);
        }
    }
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .args(["run", "-e", "ApiManagementGatewayLogs | project CorrelationId", "--format", "csv"])
        .args(["--logs", "az://acc/insights-logs-gatewaylogs"])
        .env("PATH", format!("{}:{path}", folder.path().display()))
        .env("AZURE_STORAGE_CONNECTION_STRING", format!("AccountName=acc;BlobEndpoint=http://127.0.0.1:{port}/acc"))
        .current_dir(root())
        .output()
        .expect("kqlens starts")
}

#[test]
fn the_token_of_az_login_opens_a_container() {
    let (port, asked) = account();
    let script = format!(
        "[ \"$1 $2\" = 'account get-access-token' ] || exit 9\n\
         case \"$*\" in *https://storage.azure.com/*) ;; *) exit 8;; esac\n\
         echo '{{\"accessToken\":\"{TOKEN}\",\"expiresOn\":\"2099-01-01 00:00:00.000000\",\"expires_on\":4070908800,\
         \"subscription\":\"s\",\"tenant\":\"t\",\"tokenType\":\"Bearer\"}}'"
    );
    let output = run(port, &script);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "CorrelationId\r\nb\r\n");
    let asked = asked.lock().expect("no thread failed");
    assert!(asked.iter().any(|line| line.contains("comp=list")) && asked.iter().any(|line| line.contains("PT1H.json")));
}

#[test]
fn without_a_login_it_is_told_what_to_do() {
    let (port, asked) = account();
    for script in ["echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1", "echo 'no json'"] {
        let output = run(port, script);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{told}");
        assert!(told.contains("az login"), "{told}");
    }
    assert!(asked.lock().expect("no thread failed").is_empty(), "nothing is asked without a token");
}
