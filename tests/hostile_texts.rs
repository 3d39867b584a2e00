//! Hostile texts in every place a log, a query or a file name can put them, through every output: nothing runs, nothing
//! is asked for, nothing is a formula, and the text reads as it was written.

#![allow(clippy::panic, clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "a test fails so")]

#[cfg(unix)]
#[path = "common/browser.rs"]
mod browser;
mod common;
mod payloads;
#[path = "common/sheets.rs"]
mod sheets;

use kqlens::render::{About, Answer, Format, Ink, Options, Piece, Reading, Visualization, encode, render};
use kqlens::types::{Column, ScalarType, Table, Value};
use payloads::{acts, payloads, spelt};
use resvg::usvg::roxmltree::Document;

fn answer(columns: Vec<Column>, kind: Option<&str>, title: &str) -> Answer {
    let rows = columns.first().map_or(0, |column| column.values.len());
    let batch = Table { columns, rows }.to_batch().expect("a batch");
    let visualization = kind.map(|kind| Visualization {
        kind: kind.to_owned(),
        properties: ["title", "xtitle", "ytitle"].map(|name| (name.to_owned(), title.to_owned())).to_vec(),
    });
    Answer { name: title.to_owned(), schema: batch.schema(), batches: vec![batch], visualization }
}

fn column(name: &str, scalar_type: ScalarType, values: Vec<Value<'static>>) -> Column {
    Column { name: name.to_owned(), scalar_type, values }
}

/// Every text in a cell, in a name in a bag, and as a series of a chart.
fn cells(kind: Option<&str>) -> Answer {
    let all = payloads();
    let text = |text: &String| Value::string(text.clone());
    let bag = |text: &String| Value::dynamic(serde_json::json!({ text.clone(): text }));
    let numbers = (0..all.len()).map(|n| Value::Long(n as i64 + 1)).collect();
    let columns = vec![
        column("text", ScalarType::String, all.iter().map(text).collect()),
        column("n", ScalarType::Long, numbers),
        column("bag", ScalarType::Dynamic, all.iter().map(bag).collect()),
    ];
    answer(columns, kind, "all of them")
}

/// Some of the texts as names of columns.
fn named(names: &[String]) -> Answer {
    let columns = names.iter().enumerate().map(|(n, name)| column(name, ScalarType::Long, vec![Value::Long(n as i64)]));
    answer(columns.collect(), None, "names")
}

/// A text in every place around a table.
fn around(text: &str) -> Options {
    let piece = |ink| Piece { text: text.to_owned(), ink };
    let about = About {
        title: None,
        description: Some(text.to_owned()),
        query: vec![piece(Ink::Plain), piece(Ink::Comment), piece(Ink::Text)],
        readings: vec![Reading { table: text.to_owned(), notes: vec![text.to_owned()], ..Reading::default() }],
        made: Some(638_000_000_000_000_000),
    };
    Options { title: Some(text.to_owned()), subtitle: Some(text.to_owned()), about, ..Options::default() }
}

fn text_of(answers: &[Answer], format: Format, options: &Options) -> String {
    String::from_utf8(render(answers, format, options).expect("it renders").bytes).expect("it is UTF-8")
}

#[test]
fn there_are_five_hundred() {
    let all = payloads();
    assert!(all.len() >= 500, "{}", all.len());
    assert!(!all.iter().any(|text| text.contains("{js}") || text.contains("{url}")));
}

#[test]
fn a_terminal_is_not_moved() {
    for width in [None, Some(40), Some(120)] {
        for kind in [None, Some("barchart"), Some("piechart"), Some("columnchart"), Some("card")] {
            let options = Options { width, color: width.is_some(), ..Options::default() };
            let mut shown = text_of(&[cells(kind)], Format::Table, &options);
            for chunk in payloads().chunks(25) {
                shown += &text_of(&[named(chunk)], Format::Table, &options);
            }
            // Only our own colours are left, and line ends.
            let mut rest = String::new();
            for (n, part) in shown.split("\u{1b}[").enumerate() {
                let code = part.find('m').filter(|end| part[..*end].bytes().all(|b| b.is_ascii_digit() || b == b';'));
                assert!(n == 0 || (options.color && code.is_some()), "{part:?}");
                rest += if n == 0 { part } else { &part[code.unwrap_or_default() + 1..] };
            }
            let bad = rest.lines().find(|line| line.contains(acts));
            assert_eq!(bad, None, "{width:?} {kind:?}");
        }
    }
    let all = text_of(&[cells(None)], Format::Table, &Options::default());
    assert_eq!(all.lines().count(), payloads().len() + 2, "a row is a line");
}

#[test]
fn no_cell_of_csv_is_a_formula() {
    for (format, delimiter) in [(Format::Csv, ','), (Format::Tsv, '\t')] {
        let mut rows = payloads::csv(&text_of(&[cells(None)], format, &Options::default()), delimiter);
        assert_eq!(rows.len(), payloads().len() + 1);
        for chunk in payloads().chunks(25) {
            let named = payloads::csv(&text_of(&[named(chunk)], format, &Options::default()), delimiter);
            assert_eq!(named[0].len(), chunk.len());
            rows.extend(named);
        }
        // The numbers of the second column may be negative; here none is.
        for cell in rows.concat() {
            for part in cell.split([';', '\t', '\r', '\n']) {
                assert!(!part.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']), "{cell:?}");
            }
        }
        let raw = Options { raw_csv: true, ..Options::default() };
        let raw = payloads::csv(&text_of(&[cells(None)], format, &raw), delimiter);
        for (row, text) in raw[1..].iter().zip(payloads()) {
            assert_eq!(row[0], text, "raw text is as it was written");
        }
    }
}

#[test]
fn no_cell_of_a_workbook_is_a_formula() {
    let mut answers = vec![cells(None)];
    answers.extend(payloads().chunks(25).map(named));
    answers.extend(payloads().iter().map(|text| answer(Vec::new(), None, text)));
    let sheets = sheets::read(&render(&answers, Format::Xlsx, &around("=1+1")).expect("it renders").bytes);
    assert_eq!(sheets.iter().map(|sheet| sheet.formulas).sum::<usize>(), 0);
    for (row, text) in sheets[0].rows[1..].iter().zip(payloads()) {
        let short: String = spelt(&text).chars().take(300).collect();
        assert!(row[0].starts_with(&format!("text {short}")), "{text:?}: {:?}", row[0]);
    }
    let mut names: Vec<String> = sheets.iter().map(|sheet| sheet.name.to_lowercase()).collect();
    for name in &names {
        let units = name.encode_utf16().count();
        assert!((1..=31).contains(&units) && !name.contains(['[', ']', ':', '*', '?', '/', '\\', '\'']), "{name}");
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), answers.len(), "no two sheets have one name");
}

#[test]
fn a_row_of_markdown_is_one_line_of_text() {
    let all = text_of(&[cells(None)], Format::Markdown, &Options::default());
    for line in all.lines() {
        let pipes = line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        assert_eq!(pipes, 4, "{line}");
        assert!(!line.contains('<') && !line.contains(acts), "{line:?}");
        let unescaped = line.replace("\\\\", "").replace("\\[", "").replace("\\]", "").replace("\\`", "");
        assert!(!unescaped.contains(['[', ']', '`']), "{line}");
    }
}

#[test]
fn json_gives_the_text_back() {
    let rows: Vec<serde_json::Value> =
        serde_json::from_str(&text_of(&[cells(None)], Format::Json, &Options::default())).expect("it is JSON");
    for (row, text) in rows.iter().zip(payloads()) {
        assert_eq!((&row["text"], &row["bag"][&text]), (&text.clone().into(), &text.clone().into()));
    }
    for line in text_of(&[cells(None)], Format::Jsonl, &Options::default()).lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("a line is JSON");
    }
}

#[test]
fn a_picture_is_shapes_and_letters() {
    const KNOWN: [&str; 11] =
        ["svg", "g", "rect", "line", "polyline", "polygon", "circle", "ellipse", "path", "text", "title"];
    let all = payloads();
    for (n, text) in all.iter().enumerate() {
        let kinds = ["columnchart", "barchart", "piechart", "timechart", "treemap", "card", "table", "scatterchart"];
        let columns = vec![
            column(text, ScalarType::String, vec![Value::string(text.clone()), Value::string("b")]),
            column(&format!("{text} "), ScalarType::Long, vec![Value::Long(1), Value::Long(2)]),
        ];
        let data = [answer(columns, Some(kinds[n % kinds.len()]), text)];
        let svg = text_of(&data, Format::Svg, &around(text));
        let document = Document::parse(&svg).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        for node in document.descendants().filter(resvg::usvg::roxmltree::Node::is_element) {
            assert!(KNOWN.contains(&node.tag_name().name()), "{text:?}: {}", node.tag_name().name());
            for attribute in node.attributes() {
                let name = attribute.name();
                assert!(!name.starts_with("on") && !name.contains("href") && name != "style", "{text:?}: {name}");
            }
        }
        if n % 50 == 0 {
            render(&data, Format::Png, &Options { scale: 1.0, ..around(text) }).expect("it is drawn");
        }
    }
}

#[test]
fn a_file_stays_in_its_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for text in payloads() {
        let name = encode::file_name(&text);
        assert!(!name.contains(['/', '\\', ':']) && !name.contains(acts) && !name.starts_with(['.', '-']), "{name:?}");
        let path = folder.path().join(&name);
        std::fs::write(&path, "x").unwrap_or_else(|error| panic!("{name:?}: {error}"));
        assert_eq!(path.canonicalize().unwrap().parent(), Some(folder.path().canonicalize().unwrap().as_path()));
    }
}

/// Files named so, with a broken row each, so that their names are told.
#[cfg(unix)]
#[test]
fn names_of_files_do_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let row = r#"{"TimeGenerated":"2025-02-25T12:00:00Z","Type":"ApiManagementGatewayLogs","ResponseCode":200}"#;
    let mut files = 0;
    for text in payloads() {
        let name: String = format!("{text}.json").chars().filter(|c| !matches!(c, '/' | '\0')).collect();
        let fits = name.len() <= 255 && name != ".json";
        if fits && std::fs::write(folder.path().join(&name), format!("{row}\nnot json\n{row}\n")).is_ok() {
            files += 1;
        }
    }
    assert!(files > 400, "{files}");
    let logs = folder.path().display().to_string();
    let run = |format: &str| {
        let query = "ApiManagementGatewayLogs | count";
        common::kqlens(&["run", "-e", query, "--logs", &logs, "--format", format, "--max-rejects", "100%"])
    };
    for output in [run("table"), common::kqlens(&["tables", "--logs", &logs])] {
        assert!(output.status.success(), "{}", common::text(&output.stderr));
        for stream in [&output.stdout, &output.stderr] {
            let bad = common::text(stream).lines().find(|line| line.contains(acts)).map(str::to_owned);
            assert_eq!(bad, None);
        }
    }
    let Some(mut browser) = browser::Browser::start() else { return };
    let page = run("html").stdout;
    assert!(common::text(&page).contains("not a JSON object"));
    browser.open(&page);
    is_quiet(&mut browser);
}

#[cfg(unix)]
fn is_quiet(browser: &mut browser::Browser) {
    assert_eq!(browser.requests(), Vec::<String>::new());
    assert_eq!(browser.complaints(), Vec::<String>::new());
    let marks = "[typeof window.hit, document.title === 'hit', document.querySelectorAll('script').length, \
                 document.querySelectorAll('img, iframe, object, embed, base, form, video, audio, a').length, location.protocol]";
    assert_eq!(browser.value(marks), serde_json::json!(["undefined", false, 1, 0, "file:"]));
}

#[cfg(unix)]
#[test]
fn nothing_runs_in_a_page() {
    let Some(mut browser) = browser::Browser::start() else { return };
    let all = payloads();
    let texts = |browser: &mut browser::Browser, selector: &str| -> Vec<String> {
        let told = browser.value(&format!("[...document.querySelectorAll('{selector}')].map(e => e.textContent)"));
        serde_json::from_value(told).expect("texts")
    };
    let written: Vec<String> = all.iter().map(|text| spelt(text)).collect();
    // Every text in a cell and on a chart, every text pointed at.
    for kind in ["barchart", "piechart", "treemap"] {
        browser.open(text_of(&[cells(Some(kind))], Format::Html, &Options::default()).as_bytes());
        assert_eq!(texts(&mut browser, "table.data td:first-child"), written, "{kind}");
        browser.value(
            "document.querySelectorAll('svg title').forEach(t => t.parentNode.dispatchEvent( \
                       new PointerEvent('pointermove', {bubbles: true})))",
        );
        is_quiet(&mut browser);
    }
    // Every text as the name of a column, of a table, and as a title.
    browser.open(text_of(&[named(&all)], Format::Html, &Options::default()).as_bytes());
    assert_eq!(texts(&mut browser, "th"), written);
    is_quiet(&mut browser);
    let titled: Vec<Answer> = all
        .iter()
        .map(|text| answer(vec![column("n", ScalarType::Long, vec![Value::Long(1)])], Some("table"), text))
        .collect();
    let options = Options { title: Some("all".to_owned()), ..Options::default() };
    browser.open(text_of(&titled, Format::Html, &options).as_bytes());
    assert_eq!(texts(&mut browser, "section h2"), written);
    is_quiet(&mut browser);
    // Every text in every place around a table.
    let mut page = about_all(&all);
    browser.open(page.as_bytes());
    assert_eq!(texts(&mut browser, ".read li"), written);
    is_quiet(&mut browser);
    // The title of the page itself ends the head if anything can.
    for text in all.iter().filter(|text| text.contains("</title>") || text.contains("<script")).step_by(9) {
        page = text_of(&[answer(Vec::new(), None, "t")], Format::Html, &around(text));
        browser.open(page.as_bytes());
        assert_eq!(browser.text("document.querySelector('h1').textContent"), spelt(text));
        is_quiet(&mut browser);
    }
}

/// A page with every text in its query and its notes.
#[cfg(unix)]
fn about_all(all: &[String]) -> String {
    let inks = [Ink::Plain, Ink::Keyword, Ink::Function, Ink::Type, Ink::Text, Ink::Literal, Ink::Comment];
    let pieces = all.iter().enumerate().map(|(n, text)| Piece { text: text.clone(), ink: inks[n % inks.len()] });
    let about = About {
        description: Some(all.join("\n")),
        query: pieces.collect(),
        readings: vec![Reading { table: all.concat(), notes: all.to_vec(), ..Reading::default() }],
        ..About::default()
    };
    text_of(&[cells(None)], Format::Html, &Options { about, subtitle: Some(all.concat()), ..Options::default() })
}
