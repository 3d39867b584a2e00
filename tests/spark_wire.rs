//! What goes over the wire to a Spark Connect server, seen by a stub on this machine: the token and the other headers,
//! only over TLS or to this machine itself, and the message that stops a job. The certificates under `tests/tls` are the
//! tests' own.

#![cfg(feature = "spark")]
#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod common;

use std::net::SocketAddr;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::ipc::writer::StreamWriter;
use common::{root, text};
use prost::Message;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tonic::codegen::Bytes;
use tonic::codegen::http::{HeaderMap, HeaderValue, Response};

/// One call of the client's.
#[derive(Clone)]
struct Call {
    method: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Call {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The session, which is the first field of every message.
    fn session(&self) -> &[u8] {
        &self.body[7..43]
    }
}

#[derive(Clone, PartialEq, Message)]
struct ArrowBatch {
    #[prost(int64, tag = "1")]
    rows: i64,
    #[prost(bytes = "vec", tag = "2")]
    data: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Answer {
    #[prost(message, optional, tag = "2")]
    batch: Option<ArrowBatch>,
}

/// A server that gives the same row to every query, or none at all.
struct Stub {
    address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
    _runtime: Runtime,
}

impl Stub {
    fn start(encrypted: bool, answers: bool) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let calls = Arc::new(Mutex::new(Vec::new()));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port is free");
        let address = listener.local_addr().expect("it listens somewhere");
        let seen = calls.clone();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let seen = seen.clone();
                tokio::spawn(async move {
                    if !encrypted {
                        serve(stream, seen, answers).await;
                    } else if let Ok(stream) = acceptor().accept(stream).await {
                        serve(stream, seen, answers).await;
                    }
                });
            }
        });
        Self { address, calls, _runtime: runtime }
    }

    fn calls(&self) -> MutexGuard<'_, Vec<Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The command that asks it for a row.
    fn ask(&self, parameters: &str, token: Option<&str>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kqlens"));
        let remote = format!("sc://localhost:{}/;{parameters}", self.address.port());
        command
            .args(["run", "-e", "print x = 1", "-f", "csv", "-q", "--engine", "spark", "--remote", &remote])
            .current_dir(root())
            .env_remove("SSL_CERT_FILE")
            .env_remove("KQLENS_TOKEN");
        if let Some(token) = token {
            command.env("KQLENS_TOKEN", token);
        }
        command
    }

    fn asked(&self, parameters: &str, token: Option<&str>, trusted: bool) -> Output {
        let mut command = self.ask(parameters, token);
        if trusted {
            command.env("SSL_CERT_FILE", root().join("tests/tls/ca.pem"));
        }
        command.output().expect("kqlens starts")
    }
}

fn acceptor() -> TlsAcceptor {
    let folder = root().join("tests/tls");
    let certificate = CertificateDer::from_pem_file(folder.join("server.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).expect("a key");
    let mut config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).expect("they fit");
    config.alpn_protocols = vec![b"h2".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, seen: Arc<Mutex<Vec<Call>>>, answers: bool) {
    let Ok(mut connection) = h2::server::handshake(stream).await else { return };
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        let seen = seen.clone();
        tokio::spawn(async move {
            let method = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
            let headers = request.headers().clone();
            let mut stream = request.into_body();
            let mut body = Vec::new();
            while let Some(Ok(chunk)) = stream.data().await {
                body.extend_from_slice(&chunk);
            }
            let is_query = String::from_utf8_lossy(&body).contains("SELECT");
            seen.lock().unwrap_or_else(PoisonError::into_inner).push(Call { method, headers, body });
            if is_query && !answers {
                // The job goes on until the connection does not.
                let () = std::future::pending().await;
            }
            let mut response = Response::new(());
            response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
            let mut stream = respond.send_response(response, false).expect("the client listens");
            stream.send_data(Bytes::from(frame(is_query)), false).expect("the client listens");
            let trailers =
                HeaderMap::from_iter([("grpc-status".parse().expect("a name"), HeaderValue::from_static("0"))]);
            stream.send_trailers(trailers).expect("the client listens");
        });
    }
}

/// An answer as it stands on the wire: one row for a query, an empty message for all else.
fn frame(is_query: bool) -> Vec<u8> {
    let mut answer = Answer { batch: None };
    if is_query {
        let column: ArrayRef = Arc::new(Int64Array::from(vec![42]));
        let batch = RecordBatch::try_from_iter([("x", column)]).expect("a batch");
        let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).expect("a writer");
        writer.write(&batch).expect("it is written");
        answer.batch = Some(ArrowBatch { rows: 1, data: writer.into_inner().expect("it ends") });
    }
    let message = answer.encode_to_vec();
    let length = u32::try_from(message.len()).expect("it is short");
    [&[0][..], &length.to_be_bytes(), &message].concat()
}

#[test]
fn the_token_and_the_cluster_arrive_over_tls() {
    let stub = Stub::start(true, true);
    let output = stub.asked("use_ssl=true;x-databricks-cluster-id=0301-abc", Some("a-secret"), true);
    assert_eq!(text(&output.stdout), "x\r\n42\r\n", "{}", text(&output.stderr));
    let calls = stub.calls();
    assert!(calls.iter().any(|c| c.method == "ExecutePlan") && calls.iter().any(|c| c.method == "ReleaseSession"));
    for call in calls.iter() {
        assert_eq!(call.header("authorization"), "Bearer a-secret", "{}", call.method);
        assert_eq!(call.header("x-databricks-cluster-id"), "0301-abc", "{}", call.method);
        assert!(call.header("user-agent").starts_with("kqlens/"), "{}", call.header("user-agent"));
    }
}

#[test]
fn a_server_that_nobody_vouches_for_gets_nothing() {
    let stub = Stub::start(true, true);
    let output = stub.asked("use_ssl=true;x-databricks-cluster-id=0301-abc", Some("a-secret"), false);
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("certificate"), "{}", text(&output.stderr));
    assert!(stub.calls().is_empty() && !text(&output.stderr).contains("a-secret"));
}

#[test]
fn in_the_clear_secrets_go_to_this_machine_only() {
    let stub = Stub::start(false, true);
    let output = stub.asked("x-databricks-cluster-id=0301-abc", Some("a-secret"), false);
    assert_eq!(text(&output.stdout), "x\r\n42\r\n", "{}", text(&output.stderr));
    assert!(stub.calls().iter().all(|call| call.header("authorization") == "Bearer a-secret"));
    for parameters in ["use_ssl=false;token=a-secret", "use_ssl=false;x-api-key=a-secret"] {
        let output = Command::new(env!("CARGO_BIN_EXE_kqlens"))
            .args(["run", "-e", "print 1", "--engine", "spark", "--remote"])
            .arg(format!("sc://cluster.example:443/;{parameters}"))
            .env_remove("KQLENS_TOKEN")
            .output()
            .expect("kqlens starts");
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains("use_ssl") && !text(&output.stderr).contains("a-secret"));
    }
}

/// The session in which a query runs was told to stop.
fn was_stopped(stub: &Stub) -> bool {
    let calls = stub.calls();
    let query = calls.iter().rfind(|c| c.method == "ExecutePlan").expect("a query was asked");
    calls.iter().any(|call| call.method == "Interrupt" && call.session() == query.session())
}

#[test]
fn a_job_that_takes_too_long_is_stopped_there() {
    let stub = Stub::start(false, false);
    let output = stub.ask("", None).args(["--timeout", "1s"]).output().expect("kqlens starts");
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("--timeout; the job on the server was stopped"), "{}", text(&output.stderr));
    assert!(was_stopped(&stub));
}

#[cfg(unix)]
#[test]
fn an_interrupt_stops_the_job_there() {
    let stub = Stub::start(false, false);
    let child = stub.ask("", None).stderr(Stdio::piped()).spawn().expect("kqlens starts");
    let until = Instant::now() + Duration::from_mins(1);
    while !stub.calls().iter().any(|call| String::from_utf8_lossy(&call.body).contains("SELECT")) {
        assert!(Instant::now() < until, "no query came");
        std::thread::sleep(Duration::from_millis(20));
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill starts");
    assert!(sent.success());
    let output = child.wait_with_output().expect("kqlens ends");
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    assert!(was_stopped(&stub), "{}", text(&output.stderr));
}
