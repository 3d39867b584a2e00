//! Logs in S3, as moto gives them: whatever speaks S3 has buckets, keys and signed requests. It runs when `moto_server` is
//! on the path, or where `KQLENS_MOTO` says: `pip install 'moto[server]'`.

#![allow(clippy::panic, clippy::expect_used, clippy::print_stderr, reason = "a test says what went wrong")]
#![cfg(feature = "cloud")]

mod common;

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use common::{root, text};
use object_store::aws::AmazonS3Builder;
use object_store::{ObjectStoreExt, PutPayload};

const BUCKET: &str = "exports";
const KEY: &str = "AKIAEXAMPLE";
const SECRET: &str = "s3cret-that-nobody-prints";
const TABLE: &str = "ApiManagementGatewayLogs";

/// The server, ended when it is dropped.
struct Moto {
    child: Child,
    port: u16,
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> Option<PathBuf> {
    let told = std::env::var_os("KQLENS_MOTO").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    told.or_else(|| std::env::split_paths(&path).map(|folder| folder.join("moto_server")).find(|path| path.exists()))
}

fn start() -> Option<Moto> {
    let Some(program) = program() else {
        eprintln!("skipped: moto_server is not installed (pip install 'moto[server]', or KQLENS_MOTO=PATH)");
        return None;
    };
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    let child = Command::new(program)
        .args(["-H", "127.0.0.1", "-p", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("moto starts");
    let moto = Moto { child, port };
    for _ in 0..600 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some(moto);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("moto does not answer");
}

impl Moto {
    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
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
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            for (name, bytes) in blobs {
                let name = object_store::path::Path::parse(name).expect("a name");
                store.put(&name, PutPayload::from(bytes.clone())).await.expect("a blob is put");
            }
        });
    }

    fn kqlens(&self, arguments: &[&str]) -> Output {
        let endpoint = self.endpoint();
        let variables = [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_REGION", "us-east-1"),
        ];
        let mut command = Command::new(env!("CARGO_BIN_EXE_kqlens"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        command.args(arguments).current_dir(root()).envs(variables).output().expect("kqlens starts")
    }
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, into) } else { into.push(path) }
    }
}

#[test]
fn logs_in_a_bucket_are_those_of_the_folder() {
    let Some(moto) = start() else { return };
    let folder = root().join("sample-logs/diagnostic/insights-logs-gatewaylogs");
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let name = |path: &Path| format!("logs/{}", path.strip_prefix(&folder).expect("below it").display());
    let mut blobs: Vec<(String, Vec<u8>)> =
        paths.iter().map(|path| (name(path), fs::read(path).expect("it reads"))).collect();
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
