//! A workbook: a sheet for each table with its chart beside it, numbers, times and spans as such, text that no
//! spreadsheet runs.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format as Style, FormatAlign, FormatBorder, Image, Workbook, Worksheet, XlsxError,
};
use unicode_width::UnicodeWidthStr;

use crate::types::{MAX_TICKS, ScalarType, TICKS_PER_DAY, TICKS_PER_SECOND, Value, civil_from_ticks, days_from_civil};

use super::{Answer, Options, RenderError, Rendered, chart, encode, text};

/// What a sheet can hold.
const MOST_ROWS: usize = 1_048_575;
const MOST_COLUMNS: usize = 16_384;
const MOST_UNITS: usize = 32_767;
/// Integers beyond are no longer exact in a spreadsheet; they are written as text.
const EXACT: i64 = 1 << 53;
/// A double has so many digits that are all its own.
const DIGITS: usize = 15;
/// Widths of columns, in characters.
const NARROWEST: usize = 8;
const WIDEST: usize = 60;
/// How times are shown.
const TIME: &str = "yyyy-mm-dd hh:mm:ss";
const FINE_TIME: &str = "yyyy-mm-dd hh:mm:ss.000";
/// Pixels of the chart for each of its size: sharp when printed.
const SCALE: f32 = 2.0;

/// A sheet for each answer.
pub fn render(answers: &[Answer], options: &Options) -> Result<Rendered, RenderError> {
    if answers.is_empty() {
        return Err(RenderError::NoAnswer);
    }
    let mut warnings = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_creation_datetime(&made(options)?));
    for answer in answers {
        let name = encode::sheet_name(&answer.name, &names);
        let sheet = book.add_worksheet();
        sheet.set_name(&name)?;
        names.push(name);
        fill(sheet, answer, &mut warnings)?;
        picture(sheet, answer, options, &mut warnings)?;
    }
    Ok(Rendered { bytes: book.save_to_buffer()?, warnings })
}

/// The time in the file's properties: the run's clock, so that the same clock gives the same bytes.
fn made(options: &Options) -> Result<ExcelDateTime, XlsxError> {
    let earliest = days_from_civil(2000, 1, 1) * TICKS_PER_DAY;
    let c = civil_from_ticks(options.about.made.unwrap_or(earliest).max(earliest));
    ExcelDateTime::from_ymd(c.year as u16, c.month as u8, c.day as u8)?.and_hms(
        c.hour as u16,
        c.minute as u8,
        c.second as u8,
    )
}

/// The chart beside the table.
fn picture(
    sheet: &mut Worksheet,
    answer: &Answer,
    options: &Options,
    warnings: &mut Vec<String>,
) -> Result<(), RenderError> {
    let Some(asked) = answer.visualization.as_ref().filter(|asked| asked.kind != "table") else { return Ok(()) };
    let options = Options { scale: SCALE, ..options.clone() };
    let drawn = chart::render_png(std::slice::from_ref(answer), &options)?;
    warnings.extend(drawn.warnings);
    let shrink = f64::from(1.0 / SCALE);
    let alt = asked.property("title").map_or_else(|| asked.kind.clone(), encode::label);
    let image =
        Image::new_from_buffer(&drawn.bytes)?.set_scale_width(shrink).set_scale_height(shrink).set_alt_text(alt);
    let column = answer.schema.fields().len().min(MOST_COLUMNS - 2) + 1;
    sheet.insert_image(1, column as u16, &image)?;
    Ok(())
}

/// The styles of cells.
struct Styles {
    time: Style,
    fine_time: Style,
    span: Style,
    fine_span: Style,
    formula: Style,
}

impl Styles {
    fn new() -> Self {
        let numbers = |format: &str| Style::new().set_num_format(format);
        Self {
            time: numbers(TIME),
            fine_time: numbers(FINE_TIME),
            span: numbers("[h]:mm:ss"),
            fine_span: numbers("[h]:mm:ss.000"),
            // Text that looks like a formula stays text when its cell is edited.
            formula: Style::new().set_quote_prefix(),
        }
    }
}

/// Header and rows.
fn fill(sheet: &mut Worksheet, answer: &Answer, warnings: &mut Vec<String>) -> Result<(), XlsxError> {
    let styles = Styles::new();
    let all = answer.columns();
    let columns = &all[..all.len().min(MOST_COLUMNS)];
    let mut widths: Vec<usize> = columns.iter().map(|(name, _)| name.width() + 3).collect();
    let mut cut = 0_usize;
    for (at, (name, scalar_type)) in columns.iter().enumerate() {
        let align = if scalar_type.is_summable() { FormatAlign::Right } else { FormatAlign::Left };
        let head = Style::new()
            .set_bold()
            .set_align(align)
            .set_background_color(0x00f6_f8fa)
            .set_border_bottom(FormatBorder::Thin)
            .set_border_bottom_color(0x009a_9a9a);
        sheet.write_string_with_format(0, at as u16, short(&encode::sheet_cell(name), &mut cut), &head)?;
    }
    let fine = fractions(answer);
    let (mut row, mut outcome) = (0, Ok(()));
    answer.for_each_row(|values| {
        row += 1;
        if row > MOST_ROWS || outcome.is_err() {
            return;
        }
        for (at, value) in values.iter().take(columns.len()).enumerate() {
            let shown = text::cell(value);
            widths[at] = widths[at].max(width(value, &shown, fine[at]));
            let place = (row as u32, at as u16);
            if let Err(error) = cell(sheet, place, value, &shown, fine[at], &styles, &mut cut) {
                outcome = Err(error);
            }
        }
    });
    outcome?;
    for (at, width) in widths.iter().enumerate() {
        sheet.set_column_width(at as u16, (*width).clamp(NARROWEST, WIDEST) as f64 + 2.0)?;
    }
    if !columns.is_empty() {
        // The header stays in sight and filters its columns.
        sheet.set_freeze_panes(1, 0)?;
        sheet.autofilter(0, 0, row.min(MOST_ROWS) as u32, columns.len() as u16 - 1)?;
    }
    if row > MOST_ROWS {
        warnings.push(format!("a sheet holds {} rows; the rest is left out", text::grouped(MOST_ROWS as i64)));
    }
    if columns.len() < all.len() {
        warnings.push(format!("a sheet holds {} columns; the rest is left out", text::grouped(MOST_COLUMNS as i64)));
    }
    if cut > 0 {
        let cells = text::count(cut, "cell");
        warnings.push(format!("{cells} longer than {} characters cut", text::grouped(MOST_UNITS as i64)));
    }
    Ok(())
}

/// How many characters a cell shows.
fn width(value: &Value<'_>, shown: &str, fine: bool) -> usize {
    match value {
        Value::DateTime(_) => if fine { FINE_TIME } else { TIME }.len(),
        // The general format shows no more than eleven digits.
        Value::Real(_) => shown.len().min(12),
        _ => shown.lines().map(UnicodeWidthStr::width).max().unwrap_or(0),
    }
}

/// Which columns have times or spans with fractions of a second.
fn fractions(answer: &Answer) -> Vec<bool> {
    let mut fine = vec![false; answer.schema.fields().len()];
    if answer.columns().iter().any(|(_, t)| matches!(t, ScalarType::DateTime | ScalarType::TimeSpan)) {
        answer.for_each_row(|row| {
            for (fine, value) in fine.iter_mut().zip(row) {
                *fine |= matches!(value, Value::DateTime(t) | Value::TimeSpan(t) if t % TICKS_PER_SECOND != 0);
            }
        });
    }
    fine
}

/// One cell, as what it is where a spreadsheet can say it exactly, else as text.
fn cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    value: &Value<'_>,
    shown: &str,
    fine: bool,
    styles: &Styles,
    cut: &mut usize,
) -> Result<(), XlsxError> {
    match value {
        Value::Bool(b) => sheet.write_boolean(row, column, *b)?,
        Value::Int(n) => sheet.write_number(row, column, *n)?,
        Value::Long(n) if (-EXACT..=EXACT).contains(n) => sheet.write_number(row, column, *n as f64)?,
        Value::Real(x) if x.is_finite() => sheet.write_number(row, column, *x)?,
        Value::Decimal(_) if shown.bytes().filter(u8::is_ascii_digit).count() <= DIGITS => {
            sheet.write_number(row, column, shown.parse::<f64>().unwrap_or_default())?
        }
        Value::DateTime(ticks) if serial(*ticks).is_some() => {
            let style = if fine { &styles.fine_time } else { &styles.time };
            sheet.write_number_with_format(row, column, serial(*ticks).unwrap_or_default(), style)?
        }
        // Spreadsheets show no negative spans.
        Value::TimeSpan(ticks) if (0..MAX_TICKS - first_day()).contains(ticks) => {
            let style = if fine { &styles.fine_span } else { &styles.span };
            sheet.write_number_with_format(row, column, *ticks as f64 / TICKS_PER_DAY as f64, style)?
        }
        _ => {
            let safe = encode::sheet_cell(shown);
            let text = short(&safe, cut);
            if encode::inert(&text) == text {
                sheet.write_string(row, column, text)?
            } else {
                sheet.write_string_with_format(row, column, text, &styles.formula)?
            }
        }
    };
    Ok(())
}

/// As much of a text as a cell holds, counted in units of UTF-16.
fn short(text: &str, cut: &mut usize) -> String {
    let mut units = 0;
    let kept: String = text
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= MOST_UNITS
        })
        .collect();
    *cut += usize::from(kept.len() < text.len());
    kept
}

/// The tick of a spreadsheet's day 0.
fn first_day() -> i64 {
    days_from_civil(1899, 12, 30) * TICKS_PER_DAY
}

/// A spreadsheet's day number; `None` before March 1900, where its calendar has a day too many.
fn serial(ticks: i64) -> Option<f64> {
    let from = days_from_civil(1900, 3, 1) * TICKS_PER_DAY;
    (ticks >= from).then(|| (ticks - first_day()) as f64 / TICKS_PER_DAY as f64)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{answer, charted, kinds};
    use super::super::sheets::{Sheet, read};
    use super::*;

    fn sheets(answers: &[Answer]) -> Vec<Sheet> {
        read(&render(answers, &Options::default()).unwrap().bytes)
    }

    #[test]
    fn values_keep_their_types() {
        let sheets = sheets(&[kinds()]);
        let shown = [
            "bool 1",
            "number 1",
            "text 9007199254740993",
            "number 1.5",
            "number 1.5",
            "number[yyyy-mm-dd hh:mm:ss.000] 43832.12784259259",
            "text a,\"b\"",
            "text 74be27de-1e4e-49d9-b579-fe0b331d3642",
            "number[[h]:mm:ss] 1.085462962962963",
            "text {\"a\":[1,null]}",
        ];
        assert_eq!(sheets[0].rows[1], shown);
        assert!(sheets[0].rows.get(2).is_none(), "{:?}", sheets[0].rows);
        assert_eq!((sheets[0].frozen, sheets[0].filter.as_str()), (1, "A1:J3"));
    }

    #[test]
    fn what_a_sheet_cannot_say_is_text() {
        let rows: &[&[&str]] = &[
            &["1850-01-01", "-1.00:00:00", "NaN", "12345678901234567.8"],
            &["9999-12-31T23:59:59.9999999", "00:00:01.5", "inf", "0.1"],
        ];
        let sheets = sheets(&[answer("t:datetime, s:timespan, r:real, d:decimal", rows)]);
        let shown = ["text 1850-01-01T00:00:00.0000000Z", "text -1.00:00:00", "text NaN", "text 12345678901234567.8"];
        assert_eq!(sheets[0].rows[1], shown);
        assert_eq!(sheets[0].rows[2][1], "number[[h]:mm:ss.000] 0.00001736111111111111");
        assert_eq!(sheets[0].rows[2][3], "number 0.1");
    }

    #[test]
    fn no_text_is_a_formula() {
        let sheets = sheets(&[answer("=1+1:string", &[&["=1+1\u{1}<"], &["_x0041_"]])]);
        assert_eq!(sheets[0].formulas, 0);
        assert_eq!(sheets[0].rows.concat(), ["text =1+1", "text =1+1\\u{1}<", "text _x0041_"]);
    }

    #[test]
    fn every_answer_has_a_sheet_and_its_chart() {
        let data = charted(answer("s:string, n:long", &[&["a", "1"]]), "piechart");
        let both = [data.clone(), data];
        let sheets = sheets(&both);
        assert_eq!(
            sheets.iter().map(|sheet| sheet.name.as_str()).collect::<Vec<_>>(),
            ["PrimaryResult", "PrimaryResult_2"]
        );
        assert!(sheets.iter().all(|sheet| sheet.pictures == 1));
        let bytes = || render(&both, &Options::default()).unwrap().bytes;
        assert_eq!(bytes(), bytes());
    }

    #[test]
    fn long_text_is_cut_and_told() {
        let rendered = render(&[answer("s:string", &[&[&"😀".repeat(20_000)]])], &Options::default()).unwrap();
        assert_eq!(rendered.warnings, ["1 cell longer than 32,767 characters cut"]);
    }
}
