use unicode_width::UnicodeWidthStr;

use super::super::super::fixtures::{answer, charted};
use super::super::super::{Answer, Options};
use super::super::render_text;

fn show(answer: &Answer, width: usize) -> String {
    let options = Options { width: Some(width), ..Options::default() };
    render_text(answer, width, &options, &mut Vec::new()).unwrap()
}

#[test]
fn negative_columns_hang_from_the_axis() {
    let rows: &[&[&str]] = &[&["2025-01-01", "8"], &["2025-01-02", "-8"], &["2025-01-03", "4"], &["2025-01-04", "-1"]];
    let shown = show(&charted(answer("t:datetime, n:long", rows), "columnchart"), 30);
    assert_eq!(
        shown,
        concat!(
            " 10 ┤\n",
            "    │▆▆▆▆▆\n",
            "    │█████\n",
            "    │█████        ▃▃▃▃▃\n",
            "    │█████        █████\n",
            "    │█████        █████\n",
            "  0 ┤      ██████       ▀▀▀▀▀\n",
            "    │      ██████\n",
            "    │      ██████\n",
            "    │      ██████\n",
            "    │      ██████\n",
            "−10 ┤\n",
            "    └─────────┬───────────┬───\n",
            "            2 Jan       4 Jan\n",
            "            2025\n"
        )
    );
}

#[test]
fn columns_of_several_series_stand_side_by_side() {
    let rows: &[&[&str]] = &[&["2025-01-01", "8", "4"], &["2025-01-02", "4", "8"]];
    let shown = show(&charted(answer("t:datetime, a:long, b:long", rows), "columnchart"), 24);
    assert!(shown.contains("│████▒▒▒▒▒ ████▒▒▒▒▒"), "{shown}");
    // Without room each series has a chart of its own.
    let rows: Vec<Vec<String>> = (1..29).map(|n| vec![format!("2025-01-{n:02}"), "5".into(), "5".into()]).collect();
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let shown = show(&charted(answer("t:datetime, a:long, b:long", &rows), "columnchart"), 40);
    assert!(shown.starts_with("a\n") && shown.contains("\nb\n"), "{shown}");
}

#[test]
fn every_line_fits_the_terminal() {
    let names = ["日本語のとても長い名前 😀👩‍👩‍👧", "naïve e\u{301}", "x", ""];
    let rows: Vec<[&str; 2]> = names.iter().map(|name| [*name, "12345"]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(<[&str; 2]>::as_slice).collect();
    for kind in ["barchart", "columnchart", "piechart", "linechart", "card", "barchart kind=stacked"] {
        for width in [20, 40, 80, 200] {
            let shown = show(&charted(answer("name:string, n:long", &rows), kind), width);
            let widest = shown.lines().map(UnicodeWidthStr::width).max();
            assert!(widest.is_some_and(|widest| widest <= width), "{kind} {width} {widest:?}\n{shown}");
        }
    }
}

#[test]
fn a_card_is_large() {
    let data = charted(answer("Calls:long, Share:real", &[&["1234", "12.5"]]), "card");
    assert_eq!(
        show(&data, 60),
        concat!(
            "Calls                Share\n",
            "▄█    ▀▀█ ▀▀█ █ █    ▄█  ▀▀█   █▀▀\n",
            " █    █▀▀ ▀▀█ ▀▀█     █  █▀▀   ▀▀█\n",
            "▀▀▀ █ ▀▀▀ ▀▀▀   ▀    ▀▀▀ ▀▀▀ ▀ ▀▀▀\n"
        )
    );
}
