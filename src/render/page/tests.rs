use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::super::fixtures::{answer, charted};
use super::super::{About, Ink, Piece, Reading};
use super::*;

fn page(answers: &[Answer]) -> String {
    page_with(answers, &Options::default())
}

fn page_with(answers: &[Answer], options: &Options) -> String {
    String::from_utf8(render(answers, options).unwrap().bytes).unwrap()
}

#[test]
fn log_data_is_only_text() {
    let evil = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let data = answer("name:string, n:long", &[&[evil, "1234567"], &["b", "2"]]);
    for kind in ["piechart", "columnchart", "barchart", "timechart", "treemap", "card", "table"] {
        let page = page(&[charted(data.clone(), &format!("{kind} title={evil}"))]);
        assert_eq!(page.matches("<script").count(), 1, "{kind}");
        assert!(!page.contains("<img") && !page.contains("style=\""), "{kind}");
    }
    assert!(page(&[data]).contains("<td class=\"n\">1,234,567</td>"));
}

#[test]
fn the_policy_names_the_pages_own_style_and_script() {
    let page = page(&[charted(answer("name:string, n:long", &[&["a", "1"]]), "piechart")]);
    let between = |from: &str, to: &str| page.split_once(from).unwrap().1.split_once(to).unwrap().0.to_owned();
    for (tag, end) in [("<style>", "</style>"), ("<script>", "</script>")] {
        let hash = STANDARD.encode(Sha256::digest(between(tag, end).as_bytes()));
        assert!(page.contains(&format!("'sha256-{hash}'")), "{tag}");
    }
    assert_eq!(page.matches("http://").count(), page.matches("http://www.w3.org").count());
    assert!(page.contains("svg [fill=\"#0078D4\"]{fill:#3B9CF6}"));
}

#[test]
fn a_page_tells_of_its_query_and_its_logs() {
    let about = About {
        title: Some("Calls <by> key".to_owned()),
        description: Some("One line.".to_owned()),
        query: vec![
            Piece { text: "T | ".to_owned(), ink: Ink::Plain },
            Piece { text: "count".to_owned(), ink: Ink::Keyword },
        ],
        readings: vec![Reading {
            table: "T".to_owned(),
            files: 2,
            read: 1279,
            kept: 1278,
            rejected: 1,
            range: Some((638_000_000_000_000_000, 638_000_100_000_000_000)),
            notes: vec!["rejected a<b:2".to_owned()],
            ..Reading::default()
        }],
        made: Some(638_000_864_000_000_000),
    };
    let page = page_with(&[answer("n:long", &[&["1"]])], &Options { about, ..Options::default() });
    for part in [
        "<title>Calls &lt;by&gt; key</title>",
        "<p>One line.</p>",
        "Logs from 2022-09-28 22:13:20 to 2022-09-29 01:00:00 UTC · Made 2022-09-29 22:13:20 UTC",
        "<code>T | <b class=\"k\">count</b></code>",
        "<td class=\"n\" data-h=\"Rows\">1,279</td><td class=\"n\" data-h=\"Kept\">1,278</td>",
        "<td class=\"n bad\" data-h=\"Rejected\">1</td>",
        "<li>rejected a&lt;b:2</li>",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[test]
fn numbers_of_a_column_have_the_same_decimals_and_sort_by_what_they_are() {
    let page = page(&[answer("r:real", &[&["1234.5"], &["0.333333333"], &["inf"], &[""]])]);
    assert!(
        page.contains(
            "<tr><td class=\"n\" data-v=\"1234.5\">1,234.5000</td></tr>\n\
             <tr><td class=\"n\" data-v=\"0.333333333\">0.3333</td></tr>\n\
             <tr><td class=\"n\" data-v=\"Infinity\">inf</td></tr>\n<tr><td class=\"n\"></td></tr>\n"
        ),
        "{page}"
    );
}
