//! Logs in Azure Storage, as Azurite gives them. It runs when `azurite-blob` is on the path, or where
//! `KQLENS_AZURITE` says: `npm install -g azurite`.

#![allow(clippy::panic, clippy::expect_used, clippy::print_stderr, reason = "a test says what went wrong")]
#![cfg(feature = "cloud")]

mod common;
#[path = "common/server.rs"]
mod server;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Output;

use base64::Engine;
use common::{root, text};
use object_store::azure::MicrosoftAzureBuilder;
use server::{Server, files, kqlens_with};
use sha2::{Digest, Sha256};

const ACCOUNT: &str = "devstoreaccount1";
/// The emulator's key, the same everywhere.
const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const LOGS: &str = "insights-logs-gatewaylogs";
const TABLE: &str = "ApiManagementGatewayLogs";

/// The emulator, and where it keeps its own things.
struct Azurite {
    server: Server,
    _folder: tempfile::TempDir,
}

fn start() -> Option<Azurite> {
    const ARGUMENTS: [&str; 7] = [
        "--inMemoryPersistence",
        "--skipApiVersionCheck",
        "--disableTelemetry",
        "--silent",
        "--blobHost",
        "127.0.0.1",
        "--blobPort",
    ];
    let program = server::program("KQLENS_AZURITE", "azurite-blob", "npm install -g azurite")?;
    let folder = tempfile::tempdir().expect("a folder");
    Some(Azurite { server: server::start(&program, &ARGUMENTS, folder.path()), _folder: folder })
}

impl Azurite {
    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}/{ACCOUNT}", self.server.port)
    }

    fn connection(&self) -> String {
        format!("AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={}", self.endpoint())
    }

    /// Makes a container and puts blobs into it.
    fn put(&self, blobs: &[(String, Vec<u8>)]) {
        let store = MicrosoftAzureBuilder::new()
            .with_account(ACCOUNT)
            .with_access_key(KEY)
            .with_container_name(LOGS)
            .with_endpoint(self.endpoint())
            .with_allow_http(true)
            .build()
            .expect("a client");
        server::put(&store, blobs);
    }

    fn kqlens(&self, arguments: &[&str]) -> Output {
        kqlens_with(arguments, &[("AZURE_STORAGE_CONNECTION_STRING", &self.connection())])
    }
}

/// Makes the container, which the client that puts blobs cannot.
fn make_container(azurite: &Azurite) {
    let date = chrono::Utc::now().format("%a, %d %b %Y %H:%M:%S GMT");
    let headers = format!("x-ms-date:{date}\nx-ms-version:2021-08-06");
    let signed = format!("PUT{}{headers}\n/{ACCOUNT}/{ACCOUNT}/{LOGS}\nrestype:container", "\n".repeat(12));
    let request = format!(
        "PUT /{ACCOUNT}/{LOGS}?restype=container HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Length: 0\r\n\
         Connection: close\r\n{}\r\nAuthorization: SharedKey {ACCOUNT}:{}\r\n\r\n",
        azurite.server.port,
        headers.replace('\n', "\r\n"),
        signature(&signed)
    );
    let mut stream = TcpStream::connect(("127.0.0.1", azurite.server.port)).expect("azurite answers");
    stream.write_all(request.as_bytes()).expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

/// HMAC-SHA256 with the emulator's key.
fn signature(text: &str) -> String {
    let engine = base64::engine::general_purpose::STANDARD;
    let mut key = engine.decode(KEY).expect("the key is base64");
    key.resize(64, 0);
    let pad = |with: u8| key.iter().map(|b| b ^ with).collect::<Vec<_>>();
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    engine.encode(Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize())
}

#[test]
fn logs_in_a_container_are_those_of_the_folder() {
    let Some(azurite) = start() else { return };
    make_container(&azurite);
    let folder = root().join("sample-logs/diagnostic").join(LOGS);
    let name = |path: &Path| path.strip_prefix(&folder).expect("below it").display().to_string();
    let mut blobs: Vec<(String, Vec<u8>)> =
        files(&folder).iter().map(|path| (name(path), fs::read(path).expect("it reads"))).collect();
    // Of several blocks, and empty.
    let line = "{\"time\":\"2025-03-01T00:00:00Z\",\"category\":\"GatewayLogs\",\"correlationId\":\"b\",\"properties\":{\"url\":\"U\"}}\n";
    let big = line.replace('U', &"u".repeat(2000)).repeat(6000);
    blobs.push(("big/y=2025/m=03/d=01/h=00/m=00/PT1H.json".to_owned(), big.into_bytes()));
    blobs.push(("big/y=2025/m=03/d=01/h=01/m=00/PT1H.json".to_owned(), Vec::new()));
    azurite.put(&blobs);
    let at = format!("az://{ACCOUNT}/{LOGS}");
    let logs = format!("{at}/resourceId=");
    let local = folder.display().to_string();
    let query = "queries/usage-by-key.kql";
    let output = azurite.kqlens(&["run", query, "--logs", &logs, "--format", "csv"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let here = azurite.kqlens(&["run", query, "--logs", &local, "--format", "csv"]);
    assert_eq!(text(&output.stdout), text(&here.stdout));
    assert_eq!(text(&output.stderr), text(&here.stderr));
    // A cluster is sent to the slots of the period alone.
    #[cfg(feature = "spark")]
    {
        let there = format!("abfss://{LOGS}@{ACCOUNT}.dfs.core.windows.net/");
        let query = format!("{TABLE} | where TimeGenerated between (datetime(2025-03-01) .. 1m) | count");
        let spark = ["--engine", "spark", "--remote", "sc://cluster", "--explain"];
        let output = azurite.kqlens(&[&["run", "-e", &query, "--logs", &there], &spark[..]].concat());
        let told = text(&output.stdout);
        let slot = format!("path '{there}big/y=2025/m=03/d=01/h=00/m=00'");
        assert!(told.contains(&slot) && !told.contains("m=02"), "{told}{}", text(&output.stderr));
    }
    // Slots, a pattern, a single blob, several blocks.
    let run = |query: &str, logs: &str| {
        let output = azurite.kqlens(&["run", "-e", query, "--logs", logs, "--format", "csv"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        (text(&output.stdout), text(&output.stderr))
    };
    let hour = format!("{TABLE} | where TimeGenerated < datetime(2025-02-24T09:30) | count");
    assert!(run(&hour, &at).1.contains("12 file(s) of other hours not opened"), "{}", run(&hour, &at).1);
    let count = format!("{TABLE} | count");
    assert_eq!(run(&count, &format!("{at}/big")).0, "Count\r\n6000\r\n");
    assert_eq!(run(&count, &format!("{at}/**/h=00/m=00/*.json")).0, "Count\r\n6000\r\n");
    assert_eq!(run(&count, &format!("{at}/big/y=2025/m=03/d=01/h=00/m=00/PT1H.json")).0, "Count\r\n6000\r\n");
    // Imported, and grown.
    let folder = tempfile::tempdir().expect("a folder");
    let lake = folder.path().join("lake").display().to_string();
    let import = || {
        let output = azurite.kqlens(&["import", "--logs", &logs, "--to", &lake]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stderr)
    };
    assert!(import().contains("278 row(s) are new"));
    assert!(import().contains("0 row(s) are new"));
    let plain = |(_, bytes): &&(String, Vec<u8>)| !bytes.starts_with(&[0x1f, 0x8b]);
    let (name, mut bytes) = blobs.iter().find(plain).expect("a file that is not packed").clone();
    bytes.extend_from_slice(line.as_bytes());
    azurite.put(&[(name, bytes)]);
    let told = import();
    assert!(told.contains("1 row(s) are new") && told.contains("read 1 rows"), "{told}");
    troubles(&azurite, &at);
}

/// What goes wrong is told with what to do, and without secrets.
fn troubles(azurite: &Azurite, at: &str) {
    let wrong = "d3Jvbmcga2V5IHRoYXQgaXMgbG9uZyBlbm91Z2g=";
    let connection = format!("AccountName={ACCOUNT};AccountKey={wrong};BlobEndpoint={}", azurite.endpoint());
    let sas = format!(
        "AccountName={ACCOUNT};SharedAccessSignature=sv=2021-08-06&sig=hush%3D;BlobEndpoint={}",
        azurite.endpoint()
    );
    let clear = format!("AccountName={ACCOUNT};AccountKey={wrong};BlobEndpoint=http://example.invalid/{ACCOUNT}");
    let nowhere = format!("az://{ACCOUNT}/no-such-container/x");
    let nothing = format!("{at}/nothing");
    for (logs, connection, what) in [
        (at, connection.as_str(), "(403)"),
        (at, sas.as_str(), "(403)"),
        (at, clear.as_str(), "does not begin with https://"),
        (nowhere.as_str(), &azurite.connection(), "404"),
        (nothing.as_str(), &azurite.connection(), "no blob has this name"),
    ] {
        let query = format!("{TABLE} | count");
        let output =
            kqlens_with(&["run", "-e", &query, "--logs", logs], &[("AZURE_STORAGE_CONNECTION_STRING", connection)]);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{told}");
        assert!(told.contains(what) && told.contains(logs), "{told}");
        for secret in [wrong, "hush", KEY] {
            assert!(!told.contains(secret), "{told}");
        }
    }
}
