//! A mail server for one mail, and how to take a mail apart.

#![allow(dead_code, reason = "not every test file uses all of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How a server keeps its connections secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// Not at all.
    Plain,
    /// TLS after `STARTTLS`.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

/// A mail that a server took.
#[derive(Debug, Default)]
pub struct Taken {
    /// Whether the login and the mail came over TLS.
    pub secret: bool,
    pub login: String,
    pub from: String,
    pub to: Vec<String>,
    pub data: String,
}

/// A mail server for one mail: its address, and what it took. Its certificate is for `localhost`.
pub fn mail_server(wire: Wire, refuses: bool) -> (String, JoinHandle<Taken>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it has one").port();
    let server = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("somebody calls");
        let mut taken = Taken { secret: wire == Wire::Tls, ..Taken::default() };
        if wire == Wire::Tls {
            talk(secret(stream), true, true, refuses, &mut taken);
        } else if talk(&stream, wire == Wire::Plain, true, refuses, &mut taken) {
            taken.secret = true;
            talk(secret(stream), true, false, refuses, &mut taken);
        }
        taken
    });
    (format!("localhost:{port}"), server)
}

/// The server's side of TLS.
fn secret(stream: TcpStream) -> StreamOwned<ServerConnection, TcpStream> {
    let certificate = CertificateDer::from_pem_file("tests/mail/server.pem").expect("a certificate");
    let key = PrivateKeyDer::from_pem_file("tests/mail/server.key").expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("they belong together");
    StreamOwned::new(ServerConnection::new(Arc::new(config)).expect("a connection"), stream)
}

/// Talks until the other side leaves, or asks for TLS, which is true. A client that trusts no such server just leaves.
fn talk(stream: impl Read + Write, login: bool, greets: bool, refuses: bool, taken: &mut Taken) -> bool {
    let mut both = BufReader::new(stream);
    let mut answer = if greets { "220 test" } else { "" };
    loop {
        if !answer.is_empty() && write!(both.get_mut(), "{answer}\r\n").and_then(|()| both.get_mut().flush()).is_err() {
            return false;
        }
        let mut line = String::new();
        if both.read_line(&mut line).is_err() || line.is_empty() {
            return false;
        }
        let line = line.trim_end().to_owned();
        answer = match line.split(' ').next().unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" if login => "250-test\r\n250-8BITMIME\r\n250 AUTH PLAIN",
            "EHLO" => "250-test\r\n250-8BITMIME\r\n250 STARTTLS",
            "STARTTLS" => {
                write!(both.get_mut(), "220 go on\r\n").expect("it listens");
                return true;
            }
            "AUTH" => {
                taken.login = line;
                "235 welcome"
            }
            "MAIL" if refuses => "550 5.7.1 not from you",
            "MAIL" => {
                taken.from = line;
                "250 ok"
            }
            "RCPT" => {
                taken.to.push(line);
                "250 ok"
            }
            "DATA" => {
                write!(both.get_mut(), "354 go on\r\n").and_then(|()| both.get_mut().flush()).expect("it listens");
                for line in both.by_ref().lines().map_while(Result::ok).take_while(|line| line != ".") {
                    taken.data += line.strip_prefix('.').unwrap_or(&line);
                    taken.data += "\r\n";
                }
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
    }
}

/// A part of a mail: its headers, and its body decoded, or the parts it holds.
#[derive(Debug)]
pub struct Part {
    pub headers: String,
    pub body: Vec<u8>,
    pub parts: Vec<Part>,
}

impl Part {
    pub fn parse(text: &str) -> Self {
        let (headers, body) = text.split_once("\r\n\r\n").expect("headers end with an empty line");
        let headers = headers.replace("\r\n ", " ").replace("\r\n\t", " ");
        let lower = headers.to_ascii_lowercase();
        if let Some(at) = lower.find("boundary=\"") {
            let boundary = headers[at + 10..].split('"').next().expect("it is quoted");
            let mark = format!("--{boundary}");
            let end = format!("\r\n{mark}--");
            let inside = body.split_once(&end).expect("the last part ends").0;
            let parts = inside.split(&format!("{mark}\r\n")).skip(1).map(Self::parse).collect();
            return Self { headers, body: Vec::new(), parts };
        }
        let bytes = if lower.contains("content-transfer-encoding: base64") {
            STANDARD.decode(body.replace("\r\n", "")).expect("it is base64")
        } else if lower.contains("content-transfer-encoding: quoted-printable") {
            quoted_printable(body)
        } else {
            body.as_bytes().to_vec()
        };
        Self { headers, body: bytes, parts: Vec::new() }
    }

    /// Every part that holds no others.
    pub fn leaves(&self) -> Vec<&Part> {
        if self.parts.is_empty() { vec![self] } else { self.parts.iter().flat_map(Self::leaves).collect() }
    }

    pub fn is(&self, header: &str) -> bool {
        self.headers.to_ascii_lowercase().contains(&header.to_ascii_lowercase())
    }
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let joined = text.replace("=\r\n", "");
    let mut bytes = joined.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'=' {
            let digits: Vec<u8> = bytes.by_ref().take(2).collect();
            let digits = String::from_utf8(digits).expect("two digits");
            out.push(u8::from_str_radix(&digits, 16).expect("hexadecimal"));
        } else {
            out.push(byte);
        }
    }
    out
}
