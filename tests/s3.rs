//! Logs in S3, as moto gives them: whatever speaks S3 has buckets, keys and signed requests. It runs when `moto_server` is
//! on the path, or where `KQLENS_MOTO` says: `pip install 'moto[server]'`.

#![allow(clippy::panic, clippy::expect_used, clippy::print_stderr, reason = "a test says what went wrong")]
#![cfg(feature = "cloud")]

mod common;
#[path = "common/server.rs"]
mod server;

use std::fs;
use std::path::Path;
use std::process::Output;

use common::{root, text};
use object_store::aws::AmazonS3Builder;
use server::{Server, files, kqlens_with};

const BUCKET: &str = "exports";
const KEY: &str = "AKIAEXAMPLE";
const SECRET: &str = "s3cret-that-nobody-prints";
const TABLE: &str = "ApiManagementGatewayLogs";

/// The server.
struct Moto(Server);

fn start() -> Option<Moto> {
    let program = server::program("KQLENS_MOTO", "moto_server", "pip install 'moto[server]'")?;
    Some(Moto(server::start(&program, &["-H", "127.0.0.1", "-p"], &root())))
}

impl Moto {
    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.0.port)
    }

    /// Puts blobs into the bucket, which is made first.
    fn put(&self, blobs: &[(String, Vec<u8>)]) {
        let made = ureq::put(format!("{}/{BUCKET}", self.endpoint())).send_empty().expect("the bucket is made");
        assert!(made.status().is_success());
        let store = AmazonS3Builder::new()
            .with_access_key_id(KEY)
            .with_secret_access_key(SECRET)
            .with_bucket_name(BUCKET)
            .with_region("us-east-1")
            .with_endpoint(self.endpoint())
            .with_allow_http(true)
            .build()
            .expect("a client");
        server::put(&store, blobs);
    }

    fn kqlens(&self, arguments: &[&str]) -> Output {
        let endpoint = self.endpoint();
        let variables = [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_REGION", "us-east-1"),
        ];
        kqlens_with(arguments, &variables)
    }
}

#[test]
fn logs_in_a_bucket_are_those_of_the_folder() {
    let Some(moto) = start() else { return };
    let folder = root().join("sample-logs/diagnostic/insights-logs-gatewaylogs");
    let name = |path: &Path| format!("logs/{}", path.strip_prefix(&folder).expect("below it").display());
    let mut blobs: Vec<(String, Vec<u8>)> =
        files(&folder).iter().map(|path| (name(path), fs::read(path).expect("it reads"))).collect();
    // Of several blocks.
    let line = "{\"time\":\"2025-03-01T00:00:00Z\",\"category\":\"GatewayLogs\",\"correlationId\":\"b\",\"properties\":{\"url\":\"U\"}}\n";
    let big = line.replace('U', &"u".repeat(2000)).repeat(6000);
    blobs.push(("big/y=2025/m=03/d=01/h=00/m=00/PT1H.json".to_owned(), big.into_bytes()));
    moto.put(&blobs);
    let at = format!("s3://{BUCKET}");
    let query = "queries/usage-by-key.kql";
    let there = moto.kqlens(&["run", query, "--logs", &format!("{at}/logs"), "--format", "csv"]);
    assert_eq!(there.status.code(), Some(0), "{}", text(&there.stderr));
    let here = moto.kqlens(&["run", query, "--logs", &folder.display().to_string(), "--format", "csv"]);
    assert_eq!(text(&there.stdout), text(&here.stdout));
    assert_eq!(text(&there.stderr), text(&here.stderr));
    let run = |query: &str, logs: &str| {
        let output = moto.kqlens(&["run", "-e", query, "--logs", logs, "--format", "csv"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        (text(&output.stdout), text(&output.stderr))
    };
    let count = format!("{TABLE} | count");
    assert_eq!(run(&count, &format!("{at}/big")).0, "Count\r\n6000\r\n");
    assert_eq!(run(&count, &format!("{at}/**/h=00/m=00/*.json")).0, "Count\r\n6000\r\n");
    let hour = format!("{TABLE} | where TimeGenerated < datetime(2025-02-24T09:30) | count");
    assert!(run(&hour, &at).1.contains("file(s) of other hours not opened"), "{}", run(&hour, &at).1);
    let folder = tempfile::tempdir().expect("a folder");
    let lake = folder.path().join("lake").display().to_string();
    for new in ["278 row(s) are new", "0 row(s) are new"] {
        let output = moto.kqlens(&["import", "--logs", &format!("{at}/logs"), "--to", &lake]);
        assert!(text(&output.stderr).contains(new), "{}", text(&output.stderr));
    }
    for (logs, what) in
        [(format!("{at}/nothing"), "no blob has this name"), ("s3://no-such-bucket/x".to_owned(), "404")]
    {
        let output = moto.kqlens(&["run", "-e", &count, "--logs", &logs]);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{told}");
        assert!(told.contains(what) && told.contains(&logs) && !told.contains(SECRET), "{told}");
    }
}
