//! The portal's own charts of the seed's three queries, drawn here at the same sizes from the same numbers, and golden
//! texts of charts. `KQLENS_BLESS=1` writes both anew.

use std::fs;
use std::path::Path;

use super::fixtures::{answer, charted};
use super::{Answer, Format, Options, Theme, render};

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

fn portal() -> Vec<(&'static str, Answer, (u32, u32))> {
    vec![("pie", pie(), (660, 496)), ("usage-over-time", usage(), (855, 491)), ("stacked", stacked(), (940, 600))]
}

/// `cargo test --lib pictures -- --ignored` writes `docs/pictures/`.
#[test]
#[ignore = "writes docs/pictures"]
fn draw_the_portals_charts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
    fs::create_dir_all(&folder).unwrap();
    for (name, answer, size) in portal() {
        let options = Options { size: Some(size), scale: 1.0, ..Options::default() };
        for format in [Format::Svg, Format::Png] {
            let rendered = render(std::slice::from_ref(&answer), format, &options).unwrap();
            assert!(rendered.warnings.is_empty(), "{:?}", rendered.warnings);
            fs::write(folder.join(format!("{name}.{format}")), rendered.bytes).unwrap();
        }
    }
}

/// Draws a gallery of everything into the folder of `KQLENS_GALLERY`, to be looked at.
#[test]
#[ignore = "for the eye"]
fn draw_a_gallery() {
    let Some(folder) = std::env::var_os("KQLENS_GALLERY") else { return };
    for (name, answer, size) in portal() {
        let options = Options { size: Some(size), scale: 1.0, ..Options::default() };
        let rendered = render(&[answer], Format::Png, &options).unwrap();
        fs::write(Path::new(&folder).join(format!("{name}.png")), rendered.bytes).unwrap();
    }
    for (name, answer) in gallery() {
        for (theme, suffix) in [(Theme::Light, ""), (Theme::Dark, "-dark")] {
            let dark = ["columns", "pie-many", "time-long"];
            if theme == Theme::Dark && !dark.contains(&name) {
                continue;
            }
            let options = Options { theme, scale: 1.5, timezone: "Europe/Rome".to_owned(), ..Options::default() };
            let rendered = render(std::slice::from_ref(&answer), Format::Png, &options).unwrap();
            fs::write(Path::new(&folder).join(format!("{name}{suffix}.png")), rendered.bytes).unwrap();
            for warning in rendered.warnings {
                println!("{name}: {warning}");
            }
        }
    }
}

/// Prints the gallery as a terminal shows it, and writes it as one page.
#[test]
#[ignore = "for the eye"]
fn print_a_gallery() {
    for (name, answer) in gallery().into_iter().chain(portal().into_iter().map(|(name, answer, _)| (name, answer))) {
        let options = Options { width: Some(90), color: false, max_rows: Some(2), ..Options::default() };
        let rendered = render(&[answer], Format::Table, &options).unwrap();
        println!("=== {name}\n{}", String::from_utf8(rendered.bytes).unwrap());
    }
    let Some(folder) = std::env::var_os("KQLENS_GALLERY") else { return };
    let answers: Vec<Answer> = gallery().into_iter().map(|(_, answer)| answer).collect();
    let options = Options { max_rows: Some(20), ..Options::default() };
    fs::write(Path::new(&folder).join("page.html"), render(&answers, Format::Html, &options).unwrap().bytes).unwrap();
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

fn table(columns: &str, rows: Vec<Vec<String>>) -> Answer {
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    answer(columns, &rows)
}

fn hourly(hours: u64, names: &[&str], start: &str) -> Vec<Vec<String>> {
    let mut noise = noise(7);
    let from = crate::types::parse_datetime(start).unwrap();
    let mut rows = Vec::new();
    for hour in 0..hours {
        for (n, name) in names.iter().enumerate() {
            let wave = ((hour as f64 / 24.0 * std::f64::consts::TAU - 2.0).sin() + 1.4) * 4000.0 / (n + 1) as f64;
            let at = from + hour as i64 * crate::types::TICKS_PER_HOUR;
            let value = wave as u64 + noise(900);
            rows.push(vec![crate::types::format_datetime(at), (*name).to_owned(), value.to_string()]);
        }
    }
    rows
}

fn gallery() -> Vec<(&'static str, Answer)> {
    let apis = ["orders-api", "payments-api", "catalog-api", "identity-api", "Größenberatung (日本) Žluťoučký"];
    let long = |kind: &str| {
        charted(table("TimeGenerated:datetime, ApiId:string, Calls:long", hourly(72, &apis, "2026-09-28")), kind)
    };
    let statuses = ["200", "304", "401", "404", "500", "502"];
    let many: Vec<Vec<String>> =
        (0..40).map(|n| vec![format!("op-{n:02}"), (4000 / (n * n + 3)).to_string()]).collect();
    let nasty: &[&[&str]] = &[
        &["POST /payments/v2/accounts/{accountId}/transactions/{transactionId}/refunds", "1300000"],
        &["GET /search?q=<script>alert(1)</script>", "912000"],
        &["日本語のラベル 😀", "88100"],
        &["evil\u{1b}[31m\u{202e}gnp.exe", "12300"],
        &["", "310"],
        &["negative", "-50000"],
    ];
    let series200: Vec<Vec<String>> = {
        let names: Vec<String> = (0..200).map(|n| format!("series {n}")).collect();
        hourly(20, &names.iter().map(String::as_str).collect::<Vec<_>>(), "2025-10-26")
    };
    let mut noise = noise(3);
    let dots: Vec<Vec<String>> = (0..480)
        .map(|n| vec![noise(380).to_string(), (noise(1500) + 20).to_string(), apis[n % 3].to_owned()])
        .collect();
    let days: Vec<Vec<String>> = (0..7)
        .map(|n| {
            vec![
                format!("2026-09-{:02}", 22 + n),
                (40 + noise(60)).to_string(),
                (250 + noise(90)).to_string(),
                (600 + noise(250)).to_string(),
            ]
        })
        .collect();
    vec![
        ("time-long", long("timechart title=Requests per hour by API")),
        ("area-stacked", long("areachart kind=stacked; title=Bandwidth by API")),
        ("area", long("areachart title=Areas one behind another")),
        ("area-shares", long("areachart kind=stacked100")),
        (
            "columns",
            charted(
                table("TimeGenerated:datetime, Status:string, Calls:long", hourly(48, &statuses, "2026-09-28")),
                "columnchart kind=stacked; title=Responses by status; ytitle=calls",
            ),
        ),
        (
            "columns-grouped",
            charted(
                table("Day:datetime, P50:long, P95:long, P99:long", days.clone()),
                "columnchart title=Latency; ytitle=ms",
            ),
        ),
        (
            "panels",
            charted(table("Day:datetime, P50:long, P95:long, P99:long", days.clone()), "timechart ysplit=panels"),
        ),
        (
            "axes",
            charted(
                table("Day:datetime, P50:long, P95:long, P99:long", days),
                "timechart ysplit=axes; title=Three axes",
            ),
        ),
        ("bars", charted(answer("Operation:string, count_:long", nasty), "barchart title=Hard labels")),
        ("columns-names", charted(answer("Operation:string, count_:long", nasty), "columnchart")),
        (
            "bars-stacked",
            charted(
                answer(
                    "Region:string, Status:string, n:long",
                    &[&["EU", "200", "50"], &["EU", "500", "5"], &["US", "200", "70"], &["US", "404", "20"]],
                ),
                "barchart kind=stacked",
            ),
        ),
        ("pie-many", charted(table("op:string, n:long", many.clone()), "piechart title=Forty operations")),
        ("donut", charted(table("op:string, n:long", many.clone()), "donutchart")),
        ("columns-many", charted(table("op:string, n:long", many), "columnchart")),
        ("series-200", charted(table("t:datetime, s:string, n:long", series200), "timechart")),
        (
            "scatter",
            charted(
                table("KiB:long, TotalTime:long, Api:string", dots),
                "scatterchart title=Backend time; xtitle=response size (KiB)",
            ),
        ),
        (
            "card",
            charted(
                answer(
                    "Requests:long, Failed:long, P95:real, Last:datetime",
                    &[&["1300000", "3214", "312.44", "2025-01-02 10:00"]],
                ),
                "card",
            ),
        ),
        ("one-point", charted(answer("t:datetime, n:long", &[&["2025-01-01 10:00", "5"]]), "timechart")),
        ("one-bin", charted(answer("t:datetime, n:long", &[&["2025-01-01 10:00", "5"]]), "columnchart")),
        (
            "log",
            charted(
                answer(
                    "t:datetime, n:real",
                    &[
                        &["2025-01-01 10:00", "0.5"],
                        &["2025-01-01 10:01", "70000"],
                        &["2025-01-01 10:02", "0"],
                        &["2025-01-01 10:03", "20"],
                    ],
                ),
                "timechart yaxis=log",
            ),
        ),
        (
            "ladder",
            charted(
                answer(
                    "name:string, start:datetime, end:datetime",
                    &[
                        &["deploy", "2025-01-01 10:00", "2025-01-01 10:20"],
                        &["test", "2025-01-01 10:15", "2025-01-01 11:00"],
                        &["deploy", "2025-01-01 11:30", "2025-01-01 11:40"],
                    ],
                ),
                "ladderchart title=Runs",
            ),
        ),
        (
            "treemap",
            charted(
                answer(
                    "op:string, n:long",
                    &[
                        &["orders", "500"],
                        &["payments", "300"],
                        &["catalog", "200"],
                        &["identity", "90"],
                        &["health", "12"],
                    ],
                ),
                "treemap",
            ),
        ),
        ("table", charted(answer("Operation:string, count_:long", nasty), "table title=A table")),
        ("empty", charted(answer("t:datetime, n:real", &[]), "timechart title=No rows")),
        ("hundred", charted(answer("x:string", &[&["a"]]), "piechart")),
        (
            "anomalies",
            charted(
                answer(
                    "t:datetime, n:real, flag:int",
                    &[
                        &["2025-01-01 10:00", "5", "0"],
                        &["2025-01-01 10:01", "7", "0"],
                        &["2025-01-01 10:02", "40", "1"],
                        &["2025-01-01 10:03", "6", "0"],
                    ],
                ),
                "anomalychart anomalycolumns=flag",
            ),
        ),
    ]
}

/// Charts of awkward data in every kind and size: none may fail, and every SVG is well-formed.
#[test]
fn nothing_breaks_a_chart() {
    const KINDS: [&str; 18] = [
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
                render(&[data], Format::Html, &options).unwrap();
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
    for kind in ["timechart", "areachart kind=stacked", "scatterchart"] {
        let started = std::time::Instant::now();
        let svg = render(&[charted(data.clone(), kind)], Format::Svg, &Options::default()).unwrap();
        println!("{kind}: {} bytes, {:?}", svg.bytes.len(), started.elapsed());
        let most = if kind == "scatterchart" { 12_000_000 } else { 200_000 };
        assert!(svg.bytes.len() < most, "{kind}: {}", svg.bytes.len());
    }
}

/// The pictures in the documentation are what is drawn today.
#[test]
fn pictures_are_golden() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
    for (name, answer, size) in portal() {
        let options = Options { size: Some(size), ..Options::default() };
        let drawn = String::from_utf8(render(&[answer], Format::Svg, &options).unwrap().bytes).unwrap();
        let path = folder.join(format!("{name}.svg"));
        if std::env::var_os("KQLENS_BLESS").is_some() {
            fs::write(&path, &drawn).unwrap();
        }
        let known = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert!(known == drawn, "{} has changed: look at it, then set KQLENS_BLESS=1", path.display());
    }
}

/// Writes the gallery as a workbook and an Arrow file, to be opened elsewhere.
#[test]
#[ignore = "for the eye"]
fn write_files() {
    let Some(folder) = std::env::var_os("KQLENS_GALLERY") else { return };
    let data = super::fixtures::kinds();
    for format in [Format::Xlsx, Format::Arrow] {
        let bytes = render(std::slice::from_ref(&data), format, &Options::default()).unwrap().bytes;
        fs::write(Path::new(&folder).join(format!("kinds.{format}")), bytes).unwrap();
    }
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
