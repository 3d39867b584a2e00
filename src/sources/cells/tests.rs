//! The quick way to the cells against the one that looks at every character.

use super::super::cell::Raw;
use super::super::csv::cells;
use super::*;

/// Where records end: at line ends with an even number of quotes before them.
fn records(text: &str) -> Vec<&str> {
    let (mut from, mut quoted, mut all) = (0, false, Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        quoted ^= byte == b'"';
        if byte == b'\n' && !quoted {
            all.push(&text[from..=at]);
            from = at + 1;
        }
    }
    all.extend((from < text.len()).then(|| &text[from..]));
    all
}

/// How many records of a text were plain.
fn compare(text: &str) -> usize {
    let mut quick = Cells::new(text.as_bytes(), 0, b',');
    let mut plain = 0;
    for slow in records(text) {
        let record = quick.next().unwrap();
        let place = (record.start(), record.length(), record.lines);
        let start = slow.as_ptr() as usize - text.as_ptr() as usize;
        assert_eq!(place, (start, slow.len(), slow.matches('\n').count().max(1) as u64), "{text:?}");
        let trimmed = slow.trim_end_matches(['\r', '\n']);
        assert_eq!(record.text(), trimmed.as_bytes());
        if record.plain && !trimmed.is_empty() {
            let got: Vec<String> = (0..record.width())
                .map(|at| match record.cell(at, text).unwrap() {
                    Raw::Text(cell) => cell.to_owned(),
                    Raw::Quoted(cell) => cell.replace("\"\"", "\""),
                    Raw::Json(_) => unreachable!(),
                })
                .collect();
            assert_eq!(Some(got), cells(trimmed, ',').map(|c| c.iter().map(ToString::to_string).collect()), "{text:?}");
            plain += 1;
        }
    }
    assert!(quick.next().is_none());
    plain
}

#[test]
fn every_way_to_quote_gives_the_same_cells() {
    let pieces = [
        "a,b\n",
        "\"a\",b\r\n",
        "\"a\"\"b\",\n",
        ",,\"\"\n",
        "\"x\ny\",2\n",
        "\r\n",
        "\n",
        "\"\"\"\",\"é,\"\r\n",
        "1,\"a\"\r\r\n",
        "z",
    ];
    let odd = ["a\"b,c\n", "\"a\"b,c\n", "\"a\"\r,b\n", "a,\"b\"c\"\n", "\"a", "x\"\"y,\"z\"\n", "\"a\" ,b\n"];
    let (mut plain, mut all) = (0, 0);
    for padding in 0..66 {
        for first in pieces.iter().chain(&odd) {
            for second in pieces.iter().chain(&odd) {
                plain += compare(&format!("{}{first}{second}a,\"b\"\n", "p".repeat(padding)));
                plain += compare(&format!("\"{}\",{first}{second}", "\"\"".repeat(padding)));
                all += 1;
            }
        }
    }
    assert!(2 * plain > all, "{plain} of {all}");
}
