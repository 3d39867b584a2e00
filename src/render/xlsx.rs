//! A workbook: a sheet for each table, numbers and dates as such, text that no spreadsheet runs.

use std::fmt::Write as _;

use crate::types::{TICKS_PER_DAY, Value, days_from_civil};

use super::encode::xml_text;
use super::zip::Zip;
use super::{Answer, RenderError, Rendered, text};

/// What Excel can hold.
const MOST_ROWS: usize = 1_048_575;
const MOST_CHARACTERS: usize = 32_767;
/// Integers beyond are no longer exact in a spreadsheet; they are written as text.
const EXACT: i64 = 1 << 53;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const SHEETS: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

pub fn render(answers: &[Answer]) -> Result<Rendered, RenderError> {
    if answers.is_empty() {
        return Err(RenderError::NoAnswer);
    }
    let mut warnings = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut zip = Zip::default();
    let mut types = format!(
        "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>\
         <Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>"
    );
    let (mut sheets, mut relations) = (String::new(), String::new());
    for (at, answer) in answers.iter().enumerate() {
        let n = at + 1;
        let name = sheet_name(&answer.name, &names);
        let _ = write!(sheets, "<sheet name=\"{}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>", xml_text(&name));
        names.push(name);
        let _ = write!(
            relations,
            "<Relationship Id=\"rId{n}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"
        );
        let _ = write!(
            types,
            "<Override PartName=\"/xl/worksheets/sheet{n}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
        );
    }
    let styles = answers.len() + 1;
    let _ = write!(relations, "<Relationship Id=\"rId{styles}\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/>");
    let mut add = |name: &str, content: String| zip.add(name, content.as_bytes()).map_err(RenderError::Write);
    add("[Content_Types].xml", types + "</Types>")?;
    add(
        "_rels/.rels",
        format!(
            "{HEAD}<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    )?;
    add(
        "xl/workbook.xml",
        format!("{HEAD}<workbook xmlns=\"{SHEETS}\" xmlns:r=\"{OFFICE}\"><sheets>{sheets}</sheets></workbook>"),
    )?;
    add(
        "xl/_rels/workbook.xml.rels",
        format!("{HEAD}<Relationships xmlns=\"{RELATIONS}\">{relations}</Relationships>"),
    )?;
    add("xl/styles.xml", style_sheet())?;
    for (at, answer) in answers.iter().enumerate() {
        add(&format!("xl/worksheets/sheet{}.xml", at + 1), sheet(answer, &mut warnings))?;
    }
    Ok(Rendered { bytes: zip.finish(), warnings })
}

/// Style 1 is bold, for the header; 2 is a date and time.
fn style_sheet() -> String {
    format!(
        "{HEAD}<styleSheet xmlns=\"{SHEETS}\">\
         <numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm:ss\"/></numFmts>\
         <fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font><font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>\
         <fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>\
         <borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
         <cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
         <cellXfs count=\"3\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>\
         <xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>\
         <xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/></cellXfs>\
         </styleSheet>"
    )
}

fn sheet(answer: &Answer, warnings: &mut Vec<String>) -> String {
    let columns = answer.columns();
    let mut widths: Vec<usize> = columns.iter().map(|(name, _)| name.chars().count()).collect();
    let mut rows = String::from("<row r=\"1\">");
    for (at, (name, _)) in columns.iter().enumerate() {
        rows += &text_cell(at, 1, name, " s=\"1\"");
    }
    rows += "</row>";
    let (mut row_number, mut cut) = (1, 0_usize);
    answer.for_each_row(|row| {
        row_number += 1;
        if row_number > MOST_ROWS + 1 {
            return;
        }
        let _ = write!(rows, "<row r=\"{row_number}\">");
        for (at, value) in row.iter().enumerate() {
            let shown = text::cell(value);
            widths[at] = widths[at].max(shown.chars().take(60).count());
            cut += usize::from(shown.chars().nth(MOST_CHARACTERS).is_some());
            rows += &cell(at, row_number, value, &shown);
        }
        rows += "</row>";
    });
    if row_number > MOST_ROWS + 1 {
        warnings.push(format!("a sheet holds {} rows; the rest is left out", text::grouped(MOST_ROWS as i64)));
    }
    if cut > 0 {
        warnings.push(format!("{} longer than {MOST_CHARACTERS} characters cut", text::count(cut, "cell")));
    }
    let mut cols = String::new();
    for (at, width) in widths.iter().enumerate() {
        let _ = write!(cols, "<col min=\"{0}\" max=\"{0}\" width=\"{1}\" customWidth=\"1\"/>", at + 1, width + 3);
    }
    let cols = if cols.is_empty() { cols } else { format!("<cols>{cols}</cols>") };
    // The header stays in sight and filters its columns.
    let last = format!("{}{}", letters(columns.len().saturating_sub(1)), row_number.min(MOST_ROWS + 1));
    format!(
        "{HEAD}<worksheet xmlns=\"{SHEETS}\"><sheetViews><sheetView workbookViewId=\"0\">\
         <pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>\
         {cols}<sheetData>{rows}</sheetData><autoFilter ref=\"A1:{last}\"/></worksheet>"
    )
}

fn cell(column: usize, row: usize, value: &Value<'_>, shown: &str) -> String {
    let place = || format!("{}{row}", letters(column));
    match value {
        Value::Null => String::new(),
        Value::Bool(b) => format!("<c r=\"{}\" t=\"b\"><v>{}</v></c>", place(), u8::from(*b)),
        Value::Int(n) => format!("<c r=\"{}\"><v>{n}</v></c>", place()),
        Value::Long(n) if (-EXACT..=EXACT).contains(n) => format!("<c r=\"{}\"><v>{n}</v></c>", place()),
        Value::Real(x) if x.is_finite() => format!("<c r=\"{}\"><v>{x:e}</v></c>", place()),
        Value::DateTime(ticks) => match serial(*ticks) {
            Some(days) => format!("<c r=\"{}\" s=\"2\"><v>{days}</v></c>", place()),
            None => text_cell(column, row, shown, ""),
        },
        Value::String(text) if text.is_empty() => String::new(),
        _ => text_cell(column, row, shown, ""),
    }
}

/// Text in place, typed as text: nothing in it is a formula.
fn text_cell(column: usize, row: usize, text: &str, style: &str) -> String {
    let kept: String = text.chars().take(MOST_CHARACTERS).collect();
    let kept = xml_text(&kept);
    format!(
        "<c r=\"{}{row}\"{style} t=\"inlineStr\"><is><t xml:space=\"preserve\">{kept}</t></is></c>",
        letters(column)
    )
}

/// A spreadsheet's day number; `None` before March 1900, where its calendar has a day too many.
fn serial(ticks: i64) -> Option<f64> {
    let first = days_from_civil(1899, 12, 30) * TICKS_PER_DAY;
    let from = days_from_civil(1900, 3, 1) * TICKS_PER_DAY;
    (ticks >= from).then(|| (ticks - first) as f64 / TICKS_PER_DAY as f64)
}

/// A, B, … Z, AA, ….
fn letters(mut column: usize) -> String {
    let mut out = String::new();
    loop {
        out.insert(0, char::from(b'A' + (column % 26) as u8));
        if column < 26 {
            return out;
        }
        column = column / 26 - 1;
    }
}

/// A name a sheet may have: at most 31 characters, none of `[]:*?/\`, not yet taken in any case.
fn sheet_name(name: &str, taken: &[String]) -> String {
    let kept: String = name.chars().filter(|c| !"[]:*?/\\'".contains(*c) && !c.is_control()).take(27).collect();
    let kept = if kept.trim().is_empty() { "Table".to_owned() } else { kept };
    let (mut candidate, mut n) = (kept.clone(), 1);
    while taken.iter().any(|other| other.to_lowercase() == candidate.to_lowercase()) {
        n += 1;
        candidate = format!("{kept}_{n}");
    }
    candidate
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{answer, kinds};
    use super::*;

    #[test]
    fn values_keep_their_types() {
        let xml = sheet(&kinds(), &mut Vec::new());
        for part in [
            "<c r=\"A2\" t=\"b\"><v>1</v></c>",
            "<c r=\"B2\"><v>1</v></c>",
            "<c r=\"C2\" t=\"inlineStr\"><is><t xml:space=\"preserve\">9007199254740993</t>",
            "<c r=\"F2\" s=\"2\"><v>43832.12784259259</v></c>",
            "<t xml:space=\"preserve\">a,&quot;b&quot;</t>",
        ] {
            assert!(xml.contains(part), "{part}\n{xml}");
        }
        resvg::usvg::roxmltree::Document::parse(&xml).unwrap();
        let evil = sheet(&answer("s:string", &[&["=1+1\u{1}<"]]), &mut Vec::new());
        assert!(evil.contains("t=\"inlineStr\"><is><t xml:space=\"preserve\">=1+1&lt;<"), "{evil}");
    }

    #[test]
    fn names_of_sheets_and_columns() {
        assert_eq!([0, 25, 26, 701, 702].map(letters), ["A", "Z", "AA", "ZZ", "AAA"]);
        assert_eq!(sheet_name("a/b", &["AB".to_owned()]), "ab_2");
        assert_eq!(sheet_name("[]", &[]), "Table");
        let two = render(&[answer("n:long", &[&["1"]]), answer("n:long", &[&["2"]])]).unwrap().bytes;
        assert_eq!(two[..4], *b"PK\x03\x04");
        assert_eq!(two, render(&[answer("n:long", &[&["1"]]), answer("n:long", &[&["2"]])]).unwrap().bytes);
    }
}
