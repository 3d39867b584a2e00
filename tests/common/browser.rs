//! A headless Chromium, driven over the pipe of its DevTools protocol: one process, one page.

#![cfg(unix)]
#![allow(dead_code, reason = "not every test file does everything")]

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};

/// How long an answer may take: a loaded machine is slow.
const PATIENCE: Duration = Duration::from_mins(1);

pub struct Browser {
    child: Child,
    folder: tempfile::TempDir,
    to: File,
    from: Receiver<Value>,
    /// The attached page.
    session: String,
    next: u64,
    /// What the browser told without being asked, oldest first.
    pub events: Vec<Value>,
}

/// The program's name, where there is one.
fn program() -> Option<&'static str> {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()))
}

impl Browser {
    /// Starts the browser. Without one the test is skipped, and says so.
    pub fn start() -> Option<Self> {
        let Some(program) = program() else {
            println!("SKIPPED: no chromium, chromium-browser or google-chrome on the path; `apt install chromium`");
            return None;
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (to, from) = (folder.path().join("to"), folder.path().join("from"));
        for pipe in [&to, &from] {
            assert!(Command::new("mkfifo").arg(pipe).status().is_ok_and(|s| s.success()), "a named pipe is made");
        }
        // Nothing outside this machine can be reached: every name leads to a closed port.
        let script = "exec \"$0\" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
                      --disable-background-networking --disable-component-update --disable-sync --disable-extensions \
                      --disable-dev-shm-usage --proxy-server=127.0.0.1:9 --user-data-dir=\"$1\" \
                      --remote-debugging-pipe about:blank 3<\"$2\" 4>\"$3\"";
        let child = Command::new("sh")
            .args(["-c", script, program])
            .args([folder.path().join("profile"), to.clone(), from.clone()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell starts");
        let to = File::options().write(true).open(&to).expect("the browser listens");
        let lines = BufReader::new(File::open(&from).expect("the browser speaks"));
        let (sender, from) = channel();
        std::thread::spawn(move || {
            for message in lines.split(0).map_while(Result::ok) {
                if serde_json::from_slice(&message).is_ok_and(|message| sender.send(message).is_err()) {
                    break;
                }
            }
        });
        let session = String::new();
        let mut browser = Self { child, folder, to, from, session, next: 0, events: Vec::new() };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}))["targetId"].clone();
        let attached = browser.call("Target.attachToTarget", json!({"targetId": target, "flatten": true}));
        attached["sessionId"].as_str().unwrap_or_default().clone_into(&mut browser.session);
        for domain in ["Page", "Runtime", "Network", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        Some(browser)
    }

    /// Calls a method and gives its result.
    pub fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.next += 1;
        let id = self.next;
        let mut message = json!({"id": id, "method": method, "params": parameters});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.to.write_all(format!("{message}\0").as_bytes()).expect("the browser listens");
        loop {
            let answer = self.receive(&format!("the answer to {method}"));
            if answer["id"] == json!(id) {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
        }
    }

    fn receive(&mut self, what: &str) -> Value {
        let message = self.from.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("the browser does not give {what}"));
        if message["id"].is_null() {
            self.events.push(message.clone());
        }
        message
    }

    /// Opens a page and waits until it is loaded; events of earlier pages are forgotten.
    pub fn open(&mut self, html: &[u8]) {
        let path = self.folder.path().join("page.html");
        std::fs::write(&path, html).expect("the page is written");
        self.open_file(&path);
    }

    /// Opens a file.
    pub fn open_file(&mut self, path: &Path) {
        self.events.clear();
        self.call("Page.navigate", json!({"url": format!("file://{}", path.display())}));
        let since = Instant::now();
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            assert!(since.elapsed() < PATIENCE, "the page does not load");
            self.receive("the loaded page");
        }
    }

    /// The value of an expression.
    pub fn value(&mut self, expression: &str) -> Value {
        let told = self.call("Runtime.evaluate", json!({"expression": expression, "returnByValue": true}));
        assert!(told["exceptionDetails"].is_null(), "{expression}: {told}");
        told["result"]["value"].clone()
    }

    /// The text an expression gives.
    pub fn text(&mut self, expression: &str) -> String {
        self.value(expression).as_str().unwrap_or_default().to_owned()
    }

    /// Moves the pointer there and, if asked, presses.
    pub fn point(&mut self, x: f64, y: f64, click: bool) {
        let mut act = |kind: &str| {
            let button = if kind == "mouseMoved" { "none" } else { "left" };
            self.call(
                "Input.dispatchMouseEvent",
                json!({"type": kind, "x": x, "y": y, "button": button, "clickCount": 1}),
            );
        };
        act("mouseMoved");
        if click {
            act("mousePressed");
            act("mouseReleased");
        }
    }

    /// Points at the middle of the element an expression gives.
    pub fn point_at(&mut self, element: &str, click: bool) {
        let expression = format!(
            "(() => {{ const e = {element}; e.scrollIntoView({{block: 'center'}}); const b = e.getBoundingClientRect(); \
             return [b.x + b.width / 2, b.y + b.height / 2]; }})()"
        );
        let place = self.value(&expression);
        self.point(place[0].as_f64().unwrap_or_default(), place[1].as_f64().unwrap_or_default(), click);
    }

    /// The screen's width and height, the reader's colours, and whether it is a phone's.
    pub fn screen(&mut self, width: u32, height: u32, scheme: &str) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", json!({"media": "", "features": features}));
    }

    /// The whole page as PNG.
    pub fn picture(&mut self) -> Vec<u8> {
        let told = self.call("Page.captureScreenshot", json!({"format": "png", "captureBeyondViewport": true}));
        decoded(&told["data"])
    }

    /// The page as it is printed.
    pub fn pdf(&mut self) -> Vec<u8> {
        let told = self.call(
            "Page.printToPDF",
            json!({"preferCSSPageSize": false, "paperWidth": 8.27, "paperHeight": 11.69, "printBackground": true}),
        );
        decoded(&told["data"])
    }

    /// What went wrong in the page: errors and warnings of the console, violations of the policy, exceptions, dialogs.
    pub fn complaints(&self) -> Vec<String> {
        let bad = |event: &&Value| {
            let level = |at: &str| event["params"][at]["level"].as_str().unwrap_or_default().to_owned();
            match event["method"].as_str().unwrap_or_default() {
                "Runtime.exceptionThrown" | "Page.javascriptDialogOpening" => true,
                "Runtime.consoleAPICalled" => true,
                "Log.entryAdded" => matches!(level("entry").as_str(), "error" | "warning"),
                _ => false,
            }
        };
        self.events.iter().filter(bad).map(|event| event["params"].to_string()).collect()
    }

    /// Everything the page asked for, itself left out.
    pub fn requests(&self) -> Vec<String> {
        let asked = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        let addresses = asked.filter_map(|event| event["params"]["request"]["url"].as_str());
        addresses
            .filter(|address| !address.starts_with("file://") && !address.starts_with("data:,"))
            .map(str::to_owned)
            .collect()
    }
}

fn decoded(data: &Value) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(data.as_str().unwrap_or_default()).expect("base64")
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.session.clear();
        let _ = self.to.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        let since = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if since.elapsed() > Duration::from_secs(5) {
                let _ = self.child.kill();
                let _ = self.child.wait();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
