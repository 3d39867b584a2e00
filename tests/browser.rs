//! The page in a real browser: it sorts, it shows tooltips, it is dark and printed when wanted, asks for nothing and
//! complains of nothing. Without Chromium these tests are skipped, and say so.

#![cfg(unix)]
#![allow(clippy::panic, clippy::expect_used, clippy::print_stdout, reason = "a test says what went wrong by failing")]

#[path = "common/browser.rs"]
mod browser;
mod common;

use browser::Browser;
use common::{kqlens, text};
use serde_json::json;

/// The page of a query over the sample logs.
fn page(query: &str) -> Vec<u8> {
    let output = kqlens(&[
        "run",
        "-e",
        query,
        "--logs",
        "sample-logs/diagnostic",
        "--format",
        "html",
        "--now",
        "2025-02-26T00:00Z",
        "--quiet",
    ]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    output.stdout
}

const HOURS: &str = "// Calls by hour
ApiManagementGatewayLogs | summarize Calls=count(), P95=percentile(TotalTime, 95) by bin(TimeGenerated, 1h) \
| render timechart with (ycolumns=Calls)";

/// The text of a column of the first table.
fn column(browser: &mut Browser, at: usize) -> Vec<String> {
    let cells = browser.value(&format!(
        "[...document.querySelector('table.data').tBodies[0].rows].map(row => row.cells[{at}].textContent)"
    ));
    let cells = cells.as_array().cloned().unwrap_or_default();
    cells.iter().filter_map(|cell| cell.as_str().map(str::to_owned)).collect()
}

#[test]
fn the_page_does_what_it_says() {
    let Some(mut browser) = Browser::start() else { return };
    let hours = page(HOURS);
    browser.screen(1100, 900, "light");
    browser.open(&hours);
    sorts(&mut browser);
    shows_tips(&mut browser);
    is_for_phones(&mut browser, &hours);
    is_dark_when_the_reader_is(&mut browser, &hours);
    prints_light(&mut browser, &hours);
    empty_cells_come_last(&mut browser);
    needs_no_script(&mut browser, &hours);
    sees_what_is_wrong(&mut browser);
}

fn sorts(browser: &mut Browser) {
    let stood = column(browser, 1);
    let mut up = stood.clone();
    up.sort_by_key(|calls| calls.parse::<u32>().unwrap_or_default());
    assert!(stood != up && stood.len() == 13, "{stood:?}");
    let head = "document.querySelector('table.data').tHead.rows[0].cells[1]";
    browser.point_at(head, true);
    assert_eq!(column(browser, 1), up);
    assert_eq!(browser.text(&format!("{head}.ariaSort")), "ascending");
    browser.point_at(head, true);
    assert_eq!(column(browser, 1).first(), up.last());
    browser.point_at(head, true);
    assert_eq!(column(browser, 1), stood, "the third click gives the order of the answer back");
    browser.value(&format!("{head}.focus()"));
    for kind in ["keyDown", "keyUp"] {
        browser.call("Input.dispatchKeyEvent", json!({"type": kind, "key": "Enter"}));
    }
    assert_eq!(column(browser, 1), up, "Enter sorts as a click does");
}

fn shows_tips(browser: &mut Browser) {
    let shape = "[...document.querySelectorAll('figure.wide svg title')][3].parentNode";
    let told = browser.text(&format!("{shape}.querySelector('title').textContent"));
    assert!(told.contains("Calls") && told.contains("10:00"), "{told}");
    browser.value(&format!("window.shape = {shape}"));
    browser.point_at("window.shape", false);
    let shown = browser.value("(() => { const t = document.getElementById('tip'); const b = t.getBoundingClientRect(); \
                               return [t.hidden, t.textContent, b.left >= 0 && b.right <= innerWidth && b.top >= 0]; })()");
    assert_eq!(shown, json!([false, told, true]));
    browser.point(2.0, 2.0, false);
    assert_eq!(browser.value("document.getElementById('tip').hidden"), json!(true));
    is_quiet(browser);
}

/// Nothing was asked of any other place, and nothing went wrong.
fn is_quiet(browser: &Browser) {
    assert_eq!(browser.requests(), Vec::<String>::new());
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

fn is_for_phones(browser: &mut Browser, page: &[u8]) {
    browser.screen(390, 844, "light");
    browser.open(page);
    let shown = browser.value(
        "[document.documentElement.scrollWidth, getComputedStyle(document.querySelector('figure.wide')).display, \
         document.querySelector('figure.narrow svg').getBoundingClientRect().width > 350]",
    );
    assert_eq!(shown, json!([390, "none", true]), "the page is as wide as the screen, and so is its chart");
    is_quiet(browser);
}

const COLOURS: &str = "(() => { const s = e => getComputedStyle(e); return [s(document.body).backgroundColor, \
                       s(document.querySelector('figure svg rect')).fill, s(document.querySelector('figure svg text')).fill, \
                       s(document.querySelector('.k')).color]; })()";

fn is_dark_when_the_reader_is(browser: &mut Browser, page: &[u8]) {
    browser.screen(1100, 900, "dark");
    browser.open(page);
    let dark = browser.value(COLOURS);
    assert_eq!(dark[0], json!("rgb(31, 31, 31)"));
    assert_eq!(dark[1], dark[0], "the chart's ground is the page's");
    assert_eq!(dark[3], json!("rgb(124, 192, 255)"));
    let light_ink = browser.value(
        "[...document.querySelectorAll('figure svg [fill]')].map(e => getComputedStyle(e).fill) \
                                   .filter(fill => fill === 'rgb(36, 36, 36)').length",
    );
    assert_eq!(light_ink, json!(0), "no dark ink on a dark ground");
    is_quiet(browser);
}

fn prints_light(browser: &mut Browser, page: &[u8]) {
    browser.open(page);
    browser.call(
        "Emulation.setEmulatedMedia",
        json!({"media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]}),
    );
    let light = browser.value(COLOURS);
    assert_eq!((&light[0], &light[1]), (&json!("rgb(255, 255, 255)"), &json!("rgb(255, 255, 255)")));
    browser.screen(1100, 900, "light");
    let pdf = browser.pdf();
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 10_000, "{} bytes", pdf.len());
    is_quiet(browser);
}

fn empty_cells_come_last(browser: &mut Browser) {
    browser.open(&page(
        "datatable(r:real, s:string)[1.5, 'b10', real(null), 'b9', real(nan), '', real(+inf), 'a', -1234.25, 'c'] | project r, s",
    ));
    let head = |at: usize| format!("document.querySelector('table.data').tHead.rows[0].cells[{at}]");
    let expect = |browser: &mut Browser, at: usize, want: [&str; 5]| {
        browser.point_at(&head(at), true);
        assert_eq!(column(browser, at), want);
    };
    expect(browser, 0, ["-1,234.25", "1.50", "inf", "", "NaN"]);
    expect(browser, 0, ["inf", "1.50", "-1,234.25", "", "NaN"]);
    expect(browser, 1, ["a", "b9", "b10", "c", ""]);
    expect(browser, 1, ["c", "b10", "b9", "a", ""]);
}

fn needs_no_script(browser: &mut Browser, page: &[u8]) {
    browser.call("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    browser.open(page);
    browser.call("Emulation.setScriptExecutionDisabled", json!({"value": false}));
    assert_eq!(browser.value("document.querySelectorAll('.sort, #tip').length"), json!(0), "scripts are off");
    assert_eq!(column(browser, 1).len(), 13);
    assert_eq!(browser.text("document.querySelector('h1').textContent"), "Calls by hour");
    let tips = browser.value("document.querySelectorAll('figure.wide svg title').length");
    assert!(tips.as_u64().is_some_and(|tips| tips >= 13), "{tips}: shapes have titles of their own");
    is_quiet(browser);
}

/// The tests above would see a request, a script that runs and a style that is refused.
fn sees_what_is_wrong(browser: &mut Browser) {
    let evil =
        b"<!doctype html><meta charset=utf-8><img src=http://example.invalid/a.png><script>console.log(1)</script>";
    browser.open(evil);
    assert_eq!(browser.requests(), ["http://example.invalid/a.png"]);
    assert!(!browser.complaints().is_empty());
    browser.open(&[page("print 1"), b"<script>1</script>".to_vec()].concat());
    assert!(
        browser.complaints().iter().any(|told| told.contains("Content Security Policy")),
        "{:?}",
        browser.complaints()
    );
}

/// Pictures of a page on several screens, for the eye: `KQLENS_PAGE=a.html KQLENS_GALLERY=folder cargo test --test
/// browser -- --ignored`.
#[test]
#[ignore = "for the eye"]
fn pictures_of_a_page() {
    let (Some(page), Some(folder)) = (std::env::var_os("KQLENS_PAGE"), std::env::var_os("KQLENS_GALLERY")) else {
        return;
    };
    let Some(mut browser) = Browser::start() else { return };
    let (page, folder) = (std::path::PathBuf::from(page), std::path::PathBuf::from(folder));
    let name = page.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    for (suffix, width, scheme) in
        [("light", 1100, "light"), ("dark", 1100, "dark"), ("phone", 390, "light"), ("phone-dark", 390, "dark")]
    {
        browser.screen(width, 900, scheme);
        browser.open_file(&page);
        std::fs::write(folder.join(format!("{name}-{suffix}.png")), browser.picture()).expect("a picture is written");
    }
    std::fs::write(folder.join(format!("{name}.pdf")), browser.pdf()).expect("a print is written");
}
