//! Reports that are sent, to real servers on this machine, and the configuration that says to whom.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod common;
#[path = "common/mail.rs"]
mod mail;
#[path = "common/place.rs"]
mod place;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use common::{kqlens, text};
use mail::{Part, Wire, mail_server};
use place::{ALARM, BROKEN, BY_KEY, GLANCE, Place};

fn config(place: &Place, text: &str) {
    std::fs::write(place.at("kqlens.toml"), text).expect("it is written");
}

#[test]
fn a_mail_arrives_whole_with_its_pictures() {
    let place = Place::new(&[GLANCE, BY_KEY, BROKEN, ALARM]);
    let (address, server) = mail_server(Wire::Plain, false);
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

/// A configuration for a server at an address, with a login.
fn mail_config(address: &str, security: &str) -> String {
    format!(
        "[mail]\nserver = '{address}'\nsecurity = '{security}'\nfrom = 'a@example.com'\nto = ['b@example.com']\n\
         user = 'somebody'\npassword = 'word'\n"
    )
}

#[test]
fn a_mail_goes_over_tls_with_a_login() {
    let authority = std::path::absolute("tests/mail/authority.pem").expect("a path").display().to_string();
    let place = Place::new(&[GLANCE, BY_KEY]);
    for (security, wire) in [("tls", Wire::Tls), ("starttls", Wire::StartTls)] {
        let (address, server) = mail_server(wire, false);
        config(&place, &format!("{}ca = '{authority}'\n", mail_config(&address, security)));
        let output = place.run(&["--notify"]);
        assert_eq!(output.status.code(), Some(0), "{security}: {}", text(&output.stderr));
        let taken = server.join().expect("the server ends well");
        assert!(taken.secret, "{security}");
        assert_eq!(taken.login, format!("AUTH PLAIN {}", STANDARD.encode("\0somebody\0word")));
        let mail = Part::parse(&taken.data);
        assert_eq!(mail.leaves().iter().filter(|part| part.is("Content-Type: image/png")).count(), 1);
    }
}

#[test]
fn a_server_nobody_vouches_for_gets_neither_login_nor_mail() {
    let place = Place::new(&[GLANCE]);
    for (security, wire) in [("tls", Wire::Tls), ("starttls", Wire::StartTls)] {
        let (address, server) = mail_server(wire, false);
        config(&place, &mail_config(&address, security));
        let output = place.run(&["--notify"]);
        assert_eq!(output.status.code(), Some(4), "{security}: {}", text(&output.stderr));
        assert!(text(&output.stderr).to_lowercase().contains("certificate"), "{}", text(&output.stderr));
        let taken = server.join().expect("the server ends well");
        assert_eq!((taken.login.as_str(), taken.data.as_str()), ("", ""), "{security}");
    }
    // One that offers no TLS at all is no better.
    let (address, server) = mail_server(Wire::Plain, false);
    config(&place, &mail_config(&address, "starttls"));
    let output = place.run(&["--notify"]);
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    assert_eq!(server.join().expect("the server ends well").login, "");
    let mut command = place.command(&["--notify"]);
    let output = command.env("KQLENS_MAIL_CA", "nowhere.pem").output().expect("kqlens starts");
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("cannot read nowhere.pem"), "{}", text(&output.stderr));
}

#[test]
fn a_mail_that_is_refused_is_told_and_the_report_stays() {
    let place = Place::new(&[GLANCE]);
    let (address, server) = mail_server(Wire::Plain, true);
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
