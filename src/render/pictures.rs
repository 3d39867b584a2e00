//! Charts of awkward data, and what a terminal shows of charts. How pictures look is tested by the gallery.

use super::fixtures::{answer, charted};
use super::{Answer, Format, Options, render};

fn pie() -> Answer {
    let rows: &[&[&str]] = &[&["test-Key", "48"], &["master", "11"], &["key-for-closedapi", "5"]];
    charted(answer("ApimSubscriptionId:string, count_:long", rows), "piechart")
}

const USAGE: &[&[&str]] = &[
    &["2025-02-25 12:00", "", "1"],
    &["2025-02-25 12:00", "apim-001", "3"],
    &["2025-02-25 15:00", "apim-001", "2"],
    &["2025-02-26 09:00", "", "3"],
    &["2025-02-26 09:00", "apim-001", "6"],
    &["2025-02-26 12:00", "apim-002", "9"],
    &["2025-02-26 12:00", "apim-001", "4"],
    &["2025-02-26 12:00", "", "1"],
    &["2025-02-25 12:00", "root-api-openai-endpoint", "2"],
    &["2025-02-26 15:00", "", "17"],
    &["2025-02-26 15:00", "apim-001", "12"],
    &["2025-02-26 15:00", "apim-002", "4"],
];

fn usage() -> Answer {
    charted(answer("TimeGenerated:datetime, BackendId:string, count_:long", USAGE), "timechart")
}

fn stacked() -> Answer {
    let rows: &[&[&str]] = &[
        &["2025-02-25 12:00", "", "1"],
        &["2025-02-25 12:00", "apim-001", "5"],
        &["2025-02-26 12:00", "apim-002", "13"],
        &["2025-02-25 12:00", "root-api-openai-endpoint", "2"],
        &["2025-02-26 00:00", "apim-001", "6"],
        &["2025-02-26 00:00", "", "3"],
        &["2025-02-26 12:00", "apim-001", "16"],
        &["2025-02-26 12:00", "", "18"],
        &["2025-02-27 12:00", "apim-001", "13"],
        &["2025-02-27 12:00", "", "2"],
        &["2025-02-28 00:00", "apim-002", "12"],
        &["2025-02-28 00:00", "apim-001", "16"],
    ];
    charted(answer("TimeGenerated:datetime, BackendId:string, count_:long", rows), "columnchart kind=stacked")
}

/// A cheap generator of the same numbers everywhere.
fn noise(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |most| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % most
    }
}

/// Charts of awkward data in every kind and size: none may fail, and every SVG is well-formed.
#[test]
fn nothing_breaks_a_chart() {
    const KINDS: [&str; 21] = [
        "timechart",
        "linechart",
        "areachart",
        "areachart kind=stacked",
        "stackedareachart",
        "columnchart",
        "columnchart kind=stacked",
        "columnchart kind=stacked100",
        "barchart",
        "barchart kind=stacked100",
        "piechart",
        "donutchart",
        "scatterchart",
        "card",
        "anomalychart",
        "ladderchart",
        "treemap",
        "timepivot",
        "pivotchart",
        "tiles",
        "donut",
    ];
    let long = "x".repeat(300);
    let rows: Vec<(&str, Vec<Vec<&str>>)> = vec![
        ("t:datetime, s:string, n:real", vec![]),
        ("t:datetime, s:string, n:real", vec![vec!["2025-01-01", "a", "1"]]),
        ("t:datetime, s:string, n:real", vec![vec!["", "", ""], vec!["2025-01-01", &long, "NaN"]]),
        ("t:datetime, s:string, n:real", vec![vec!["0001-01-01", "a", "1e300"], vec!["9999-12-31", "b", "-1e300"]]),
        (
            "t:datetime, s:string, n:real",
            vec![vec!["2025-01-01", "\u{1}\u{fffe}\u{202e}<&\"'>", "inf"], vec!["2025-01-02", "日本 😀 עברית", "0"]],
        ),
        (
            "t:datetime, s:string, n:real",
            vec![vec!["2025-01-01T00:00:00.0000001", "", "1e-300"], vec!["2025-01-01T00:00:00.0000002", "", "2e-300"]],
        ),
        ("n:long", vec![vec!["9223372036854775807"], vec!["-9223372036854775808"]]),
        ("s:string", vec![vec!["a"]]),
        ("s:string, n:long, m:long", vec![vec!["a", "0", "0"], vec!["b", "0", "0"]]),
        ("d:dynamic, e:dynamic", vec![vec!["[1,2,3]", r#"["2025-01-01","2025-01-02"]"#], vec!["{}", "[]"]]),
        ("a:timespan, b:decimal, c:guid, d:bool", vec![vec!["1h", "1.5", "", "true"], vec!["2h", "2.5", "", ""]]),
    ];
    for (columns, rows) in rows {
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        for kind in KINDS {
            for size in [None, Some((100, 60)), Some((300, 1200))] {
                let data = charted(answer(columns, &rows), kind);
                let options = Options { size, title: Some(long.clone()), ..Options::default() };
                let svg = render(std::slice::from_ref(&data), Format::Svg, &options).unwrap();
                let text = String::from_utf8(svg.bytes).unwrap();
                assert!(!text.contains("NaN") || text.contains(">NaN"), "{kind} {columns}");
                resvg::usvg::roxmltree::Document::parse(&text).unwrap();
                let narrow = Options { width: Some(20), color: true, ..Options::default() };
                render(std::slice::from_ref(&data), Format::Table, &narrow).unwrap();
                // A page draws a chart of any size as this one was drawn.
                if size.is_none() {
                    render(&[data], Format::Html, &options).unwrap();
                }
            }
        }
    }
}

/// A hundred thousand points are drawn as what a screen can show.
#[test]
fn many_points_stay_few() {
    let mut noise = noise(5);
    let from = crate::types::parse_datetime("2025-01-01").unwrap();
    let values = |of: &mut dyn FnMut(i64) -> crate::types::Value<'static>| (0..100_000).map(of).collect::<Vec<_>>();
    let column = |name: &str, scalar_type, values| crate::types::Column { name: name.to_owned(), scalar_type, values };
    let times = values(&mut |n| crate::types::Value::DateTime(from + n * crate::types::TICKS_PER_SECOND));
    let numbers = values(&mut |_| crate::types::Value::Long(noise(1000) as i64));
    let columns = vec![
        column("t", crate::types::ScalarType::DateTime, times),
        column("n", crate::types::ScalarType::Long, numbers),
    ];
    let batch = crate::types::Table { columns, rows: 100_000 }.to_batch().unwrap();
    let data =
        Answer { name: "PrimaryResult".to_owned(), schema: batch.schema(), batches: vec![batch], visualization: None };
    for kind in ["timechart", "areachart kind=stacked", "scatterchart", "columnchart", "timepivot"] {
        let started = std::time::Instant::now();
        let svg = render(&[charted(data.clone(), kind)], Format::Svg, &Options::default()).unwrap();
        println!("{kind}: {} bytes, {:?}", svg.bytes.len(), started.elapsed());
        assert!(svg.bytes.len() < 100_000, "{kind}: {}", svg.bytes.len());
    }
}

/// The charts of a page give one name one colour, whatever else each shows.
#[test]
fn a_name_has_one_colour_in_a_page() {
    let chart = |names: &[&str]| {
        let rows: Vec<Vec<String>> = names.iter().map(|name| vec![(*name).to_owned(), "5".to_owned()]).collect();
        let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        charted(answer("name:string, n:long", &rows), "piechart")
    };
    let answers = [chart(&["orders", "payments"]), chart(&["catalog", "payments", "orders"])];
    let page = String::from_utf8(render(&answers, Format::Html, &Options::default()).unwrap().bytes).unwrap();
    // A page may hold a chart in several sizes.
    let colors = |name: &str| -> Vec<&str> {
        let title = format!("><title>{name}\n");
        let fills = page.match_indices(&title).filter_map(|(at, _)| page[..at].rsplit("fill=\"").next()?.get(..7));
        let mut fills: Vec<&str> = fills.collect();
        fills.dedup();
        fills
    };
    assert_eq!(colors("orders"), ["#0078D4"]);
    assert_eq!(colors("payments"), ["#D1570A"]);
    assert_eq!(colors("catalog"), ["#5B199C"]);
}

/// What a terminal shows, with and without colours.
#[test]
fn terminal_charts() {
    let show = |answer: Answer, color: bool| {
        let options = Options { width: Some(60), color, max_rows: Some(0), ..Options::default() };
        String::from_utf8(render(&[answer], Format::Table, &options).unwrap().bytes).unwrap()
    };
    let chart = |text: String| text.split("\n\n").next().unwrap_or_default().to_owned();
    assert_eq!(
        chart(show(pie(), false)),
        concat!(
            "         test-Key █████████████████████████████ 48 (75%)\n",
            "           master ██████▋ 11 (17.19%)\n",
            "key-for-closedapi ███ 5 (7.81%)"
        )
    );
    let stack = chart(show(stacked(), false));
    let rows: Vec<&str> = stack.lines().collect();
    assert_eq!(rows[0], "60 ┤");
    assert_eq!(rows[11], " 0 ┤▒▒▒▒▒▒▒▒ ▒▒▒▒▒▒▒▒▒ ▓▓▓▓▓▓▓▓          ▒▒▒▒▒▒▒▒▒ ▓▓▓▓▓▓▓▓", "{stack}");
    assert!(stack.contains("12:00") && stack.contains("Tue 25 Feb 2025"), "{stack}");
    let lines = show(usage(), true);
    assert!(lines.contains("\u{1b}[38;2;0;120;212m"), "{lines}");
    assert!(!show(usage(), false).contains('\u{1b}'));
}
