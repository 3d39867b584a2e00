//! Reports that are sent, to real servers on this machine, and the configuration that says to whom.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod common;
#[path = "common/place.rs"]
mod place;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use common::{kqlens, text};
use place::{ALARM, BROKEN, BY_KEY, GLANCE, Place};

/// A mail that a server took.
#[derive(Debug, Default)]
struct Taken {
    login: String,
    from: String,
    to: Vec<String>,
    data: String,
}

/// A mail server for one mail: its address, and what it took.
fn mail_server(refuses: bool) -> (String, JoinHandle<Taken>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has one").to_string();
    let server = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("somebody calls");
        let mut out = stream.try_clone().expect("a stream clones");
        let mut lines = BufReader::new(stream).lines();
        let mut taken = Taken::default();
        let mut say = |line: &str| write!(out, "{line}\r\n").expect("it listens");
        say("220 test");
        while let Some(Ok(line)) = lines.next() {
            let word = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            match word.as_str() {
                "EHLO" => say("250-test\r\n250-8BITMIME\r\n250 AUTH PLAIN"),
                "AUTH" => {
                    taken.login = line;
                    say("235 welcome");
                }
                "MAIL" if refuses => say("550 5.7.1 not from you"),
                "MAIL" => {
                    taken.from = line;
                    say("250 ok");
                }
                "RCPT" => {
                    taken.to.push(line);
                    say("250 ok");
                }
                "DATA" => {
                    say("354 go on");
                    for line in lines.by_ref().map_while(Result::ok).take_while(|line| line != ".") {
                        taken.data += line.strip_prefix('.').unwrap_or(&line);
                        taken.data += "\r\n";
                    }
                    say("250 taken");
                }
                "QUIT" => {
                    say("221 bye");
                    break;
                }
                _ => say("250 ok"),
            }
        }
        taken
    });
    (address, server)
}

/// A part of a mail: its headers, and its body decoded, or the parts it holds.
#[derive(Debug)]
struct Part {
    headers: String,
    body: Vec<u8>,
    parts: Vec<Part>,
}

impl Part {
    fn parse(text: &str) -> Self {
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
    fn leaves(&self) -> Vec<&Part> {
        if self.parts.is_empty() { vec![self] } else { self.parts.iter().flat_map(Self::leaves).collect() }
    }

    fn is(&self, header: &str) -> bool {
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

fn config(place: &Place, text: &str) {
    std::fs::write(place.at("kqlens.toml"), text).expect("it is written");
}

#[test]
fn a_mail_arrives_whole_with_its_pictures() {
    let place = Place::new(&[GLANCE, BY_KEY, BROKEN, ALARM]);
    let (address, server) = mail_server(false);
    config(
        &place,
        &format!(
            "title = 'Gateway'\nnotify = 'always'\n[mail]\nserver = '{address}'\nsecurity = 'none'\n\
             from = 'Reports <reports@example.com>'\nto = ['one@example.com', 'two@example.com']\nuser = 'somebody'\n"
        ),
    );
    let mut command = place.command(&[]);
    let output = command.env("KQLENS_MAIL_PASSWORD", "canary-password").output().expect("kqlens starts");
    assert_eq!(output.status.code(), Some(5), "{}", text(&output.stderr));
    assert!(!text(&output.stderr).contains("canary"), "{}", text(&output.stderr));
    let taken = server.join().expect("the server ends well");
    assert_eq!(taken.login, format!("AUTH PLAIN {}", STANDARD.encode("\0somebody\0canary-password")));
    assert!(taken.from.contains("<reports@example.com>"), "{}", taken.from);
    assert_eq!(taken.to.len(), 2);
    let mail = Part::parse(&taken.data);
    assert!(mail.is("Subject: Gateway, Tuesday, 25 February 2025: queries failed"), "{}", mail.headers);
    assert!(mail.is("From: \"Reports\" <reports@example.com>") || mail.is("From: Reports <reports@example.com>"));
    let leaves = mail.leaves();
    let one = |header: &str| leaves.iter().find(|part| part.is(header)).unwrap_or_else(|| panic!("no {header}"));
    let plain = text(&one("Content-Type: text/plain").body);
    assert!(plain.contains("Requests: 6 (+50 % from 4)") && plain.contains("key-1"), "{plain}");
    assert!(plain.contains("* Alarm: Errors: rows > 0 is 1") && plain.contains("did you mean 'BackendId'?"), "{plain}");
    let html = text(&one("Content-Type: text/html").body);
    assert!(html.contains("cid:1@kqlens") && html.contains("Requests by key"), "{html}");
    let picture = one("Content-Type: image/png");
    assert!(picture.is("Content-ID: <1@kqlens>") && picture.is("Content-Disposition: inline"), "{}", picture.headers);
    let drawn = std::fs::read(place.at("reports/2025-02-25/data/2-by-key.png")).expect("it is there");
    assert!(picture.body == drawn, "the picture came otherwise");
    let attached = one("filename=\"2025-02-25.html\"");
    assert_eq!(text(&attached.body).replace("\r\n", "\n"), place.read("reports/2025-02-25/index.html"));
}

#[test]
fn a_mail_that_is_refused_is_told_and_the_report_stays() {
    let place = Place::new(&[GLANCE]);
    let (address, server) = mail_server(true);
    config(&place, "[mail]\nsecurity = 'none'\n");
    let output = place.run(&[
        "--notify",
        "--mail-server",
        &address,
        "--mail-from",
        "a@example.com",
        "--mail-to",
        "b@example.com",
    ]);
    server.join().expect("the server ends well");
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("not from you"), "{}", text(&output.stderr));
    assert!(place.at("reports/2025-02-25/index.html").exists());
}

/// A web server for one request: its address, and the request.
fn web_server(status: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = format!("http://{}/hook", listener.local_addr().expect("it has one"));
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody calls");
        let request = request(&mut stream);
        write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").expect("it listens");
        request
    });
    (address, server)
}

/// A whole request, headers and body.
fn request(stream: &mut TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = n.trim().parse().expect("a number");
        }
        head += &line;
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body is as long as said");
    head + &text(&body)
}

#[test]
fn a_webhook_gets_what_there_is_to_tell() {
    let place = Place::new(&[GLANCE, ALARM]);
    let (address, server) = web_server("204 No Content");
    let output = place
        .command(&["--notify=problems", "--title", "Gateway"])
        .env("KQLENS_WEBHOOK_URL", &address)
        .env("KQLENS_WEBHOOK_TOKEN", "canary-token")
        .output()
        .expect("kqlens starts");
    assert_eq!(output.status.code(), Some(6), "{}", text(&output.stderr));
    let request = server.join().expect("the server ends well");
    let (head, body) = request.split_once("\r\n\r\n").expect("an empty line");
    assert!(head.starts_with("POST /hook HTTP/1.1\r\n"), "{head}");
    assert!(head.to_ascii_lowercase().contains("authorization: bearer canary-token"), "{head}");
    assert!(head.to_ascii_lowercase().contains("content-type: application/json"), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["text"], "Gateway, Tuesday, 25 February 2025: alarm\nAlarm: Errors: rows > 0 is 1");
    assert_eq!((&body["status"], &body["glance"][0]["change"]), (&"alarm".into(), &"+50 %".into()));
    assert_eq!(body["queries"][1]["alarms"][0]["alert"], "rows > 0");
}

#[test]
fn a_webhook_that_fails_is_told_without_its_address() {
    let place = Place::new(&[GLANCE]);
    let (address, server) = web_server("500 Oh");
    let run = |url: &str| {
        let output = place.command(&["--notify"]).env("KQLENS_WEBHOOK_URL", url).output().expect("kqlens starts");
        (output.status.code(), text(&output.stderr))
    };
    let (code, told) = run(&format!("{address}/canary"));
    server.join().expect("the server ends well");
    assert_eq!(code, Some(4), "{told}");
    assert!(told.contains("the webhook answered with status 500") && !told.contains("canary"), "{told}");
    // Nobody listens there any more.
    let (code, told) = run(&format!("{address}/canary"));
    assert_eq!(code, Some(4), "{told}");
    assert!(told.contains("cannot be reached") && !told.contains("canary"), "{told}");
    // A report without problems is not sent then.
    let output =
        place.command(&["--notify=problems"]).env("KQLENS_WEBHOOK_URL", &address).output().expect("kqlens starts");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn a_configuration_says_everything_and_flags_win() {
    let place = Place::new(&[GLANCE, BY_KEY]);
    config(
        &place,
        "queries = ['queries/1-glance.kql']\nlogs = 'logs'\nout = 'there'\nperiod = '2025-02-24'\ntimezone = 'Europe/Rome'\n",
    );
    let run = |more: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_kqlens"));
        let output = command.current_dir(place.at("")).arg("report").args(more).output().expect("kqlens starts");
        (output.status.code(), text(&output.stderr))
    };
    let (code, told) = run(&[]);
    assert_eq!(code, Some(0), "{told}");
    assert!(place.read("there/2025-02-24/index.html").contains("Days of Europe/Rome"));
    assert!(!place.at("there/2025-02-24/data/2-by-key.csv").exists());
    let (code, told) = run(&["queries", "--period", "2025-02-25", "--timezone", "UTC"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(place.at("there/2025-02-25/data/2-by-key.csv").exists());
    assert!(!place.read("there/2025-02-25/index.html").contains("Days of"));
    config(&place, "logs = 'logs'\nperoid = 'yesterday'\n");
    let (code, told) = run(&["queries"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("kqlens.toml:2:1") && told.contains("did you mean 'period'?"), "{told}");
    let (code, told) = run(&["queries", "--logs", "logs", "--notify", "--config", "other.toml"]);
    assert_eq!(code, Some(4), "{told}");
    config(&place, "logs = 'logs'\n");
    let (code, told) = run(&["queries", "--notify"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("needs a mail server or a webhook"), "{told}");
}

#[test]
fn init_writes_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("kqlens.toml").display().to_string();
    let output = kqlens(&["init", &path]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let written = std::fs::read_to_string(&path).expect("it is there");
    assert!(written.contains("\nperiod = \"yesterday\"\n"), "{written}");
    std::fs::write(&path, "mine").expect("it is written");
    let output = kqlens(&["init", &path]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "mine");
}
