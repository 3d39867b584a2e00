//! Reads a workbook back, for the tests: what a spreadsheet would see.

use std::collections::BTreeMap;
use std::io::Read as _;

use resvg::usvg::roxmltree::{Document, Node};

/// A sheet as it is read.
#[derive(Debug, Default)]
#[allow(dead_code, reason = "not every test looks at everything")]
pub struct Sheet {
    pub name: String,
    /// Cells as `type value`; empty ones are left out.
    pub rows: Vec<Vec<String>>,
    pub formulas: usize,
    pub pictures: usize,
    /// How many rows stay in sight.
    pub frozen: usize,
    /// The range that is filtered.
    pub filter: String,
}

/// The sheets of a workbook.
pub fn read(bytes: &[u8]) -> Vec<Sheet> {
    let files = unzip(bytes);
    let text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
    let strings: Vec<String> = files.get("xl/sharedStrings.xml").map_or_else(Vec::new, |bytes| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let document = Document::parse(&text).unwrap();
        let items = document.descendants().filter(|node| node.has_tag_name_of("si"));
        items.map(|item| decoded(&item.text_below())).collect()
    });
    let styles = text("xl/styles.xml");
    let formats = formats(&Document::parse(&styles).unwrap());
    let book = text("xl/workbook.xml");
    let book = Document::parse(&book).unwrap();
    let names = book.descendants().filter(|node| node.has_tag_name_of("sheet"));
    let sheet = |(at, name): (usize, Node<'_, '_>)| {
        let text = text(&format!("xl/worksheets/sheet{}.xml", at + 1));
        let document = Document::parse(&text).unwrap();
        let of = |tag: &str| document.descendants().filter(|node| node.has_tag_name_of(tag)).collect::<Vec<_>>();
        let row = |row: &Node<'_, '_>| row.children().filter_map(|cell| shown(&cell, &strings, &formats)).collect();
        Sheet {
            name: name.attribute("name").unwrap().to_owned(),
            rows: of("row").iter().map(row).collect(),
            formulas: of("f").len(),
            pictures: of("drawing").len(),
            frozen: of("pane").first().map_or(0, |pane| pane.attribute("ySplit").unwrap().parse().unwrap()),
            filter: of("autoFilter").first().map_or_else(String::new, |f| f.attribute("ref").unwrap().to_owned()),
        }
    };
    names.enumerate().map(sheet).collect()
}

fn shown(cell: &Node<'_, '_>, strings: &[String], formats: &[String]) -> Option<String> {
    let value = cell.children().find(|node| node.has_tag_name_of("v"))?.text_below();
    let format = cell.attribute("s").map_or("", |style| &formats[style.parse::<usize>().unwrap()]);
    Some(match cell.attribute("t") {
        None | Some("n") if format.is_empty() => format!("number {value}"),
        None | Some("n") => format!("number[{format}] {value}"),
        Some("b") => format!("bool {value}"),
        Some("s") => format!("text {}", strings[value.parse::<usize>().unwrap()]),
        Some(other) => panic!("a cell of type {other}"),
    })
}

/// The number format of each style; empty for the general one.
fn formats(styles: &Document<'_>) -> Vec<String> {
    let known: BTreeMap<&str, &str> = styles
        .descendants()
        .filter(|node| node.has_tag_name_of("numFmt"))
        .map(|node| (node.attribute("numFmtId").unwrap(), node.attribute("formatCode").unwrap()))
        .collect();
    let cells = styles.descendants().find(|node| node.has_tag_name_of("cellXfs")).unwrap();
    let of = |node: Node<'_, '_>| known.get(node.attribute("numFmtId").unwrap()).map_or("", |code| *code).to_owned();
    cells.children().filter(Node::is_element).map(of).collect()
}

trait Local {
    fn has_tag_name_of(&self, name: &str) -> bool;
    fn text_below(&self) -> String;
}

impl Local for Node<'_, '_> {
    fn has_tag_name_of(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }

    fn text_below(&self) -> String {
        self.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect()
    }
}

/// `_x0041_` stands for the character U+0041.
fn decoded(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 6).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        match code.and_then(char::from_u32).filter(|_| rest[at + 6..].starts_with('_')) {
            Some(c) => {
                out.push_str(&rest[..at]);
                out.push(c);
                rest = &rest[at + 7..];
            }
            None => {
                out.push_str(&rest[..at + 2]);
                rest = &rest[at + 2..];
            }
        }
    }
    out + rest
}

/// The files of a zip archive, by its central directory.
fn unzip(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let number = |at: usize, size: usize| bytes[at..at + size].iter().rev().fold(0, |n, b| n << 8 | usize::from(*b));
    let end = bytes.windows(4).rposition(|four| four == b"PK\x05\x06").unwrap();
    let mut at = number(end + 16, 4);
    let mut files = BTreeMap::new();
    for _ in 0..number(end + 10, 2) {
        let (method, packed, name) = (number(at + 10, 2), number(at + 20, 4), number(at + 28, 2));
        let local = number(at + 42, 4);
        let start = local + 30 + number(local + 26, 2) + number(local + 28, 2);
        let data = &bytes[start..start + packed];
        let mut content = Vec::new();
        match method {
            0 => content.extend_from_slice(data),
            8 => {
                flate2::read::DeflateDecoder::new(data).read_to_end(&mut content).unwrap();
            }
            other => panic!("method {other}"),
        }
        files.insert(String::from_utf8(bytes[at + 46..at + 46 + name].to_vec()).unwrap(), content);
        at += 46 + name + number(at + 30, 2) + number(at + 32, 2);
    }
    files
}
