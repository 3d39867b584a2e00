//! Comma- and tab-separated values.

use std::borrow::Cow;

use crate::types::ScalarType;

use super::{Answer, Options, Rendered, encode, text};

/// Tables with a header each; text is made inert unless the options say otherwise.
pub fn render(answers: &[Answer], delimiter: char, options: &Options) -> Rendered {
    let safe = |text: &str| if options.raw_csv { text.to_owned() } else { encode::inert(text).into_owned() };
    let mut out = String::new();
    let mut inert = 0_usize;
    for (at, answer) in answers.iter().enumerate() {
        if at > 0 {
            out.push_str("\r\n");
        }
        let columns = answer.columns();
        let header = columns.iter().map(|(name, _)| Cow::Owned(safe(name)));
        line(&mut out, header, delimiter);
        answer.for_each_row(|row| {
            let cells = row.iter().zip(&columns).map(|(value, (_, scalar_type))| {
                let cell = text::cell(value);
                // Only text can be a formula, also text in a dynamic; numbers and times cannot.
                if !matches!(scalar_type, ScalarType::String | ScalarType::Dynamic) {
                    return Cow::Owned(cell);
                }
                let kept = safe(&cell);
                inert += usize::from(kept != cell);
                Cow::Owned(kept)
            });
            line(&mut out, cells, delimiter);
        });
    }
    let mut warnings = Vec::new();
    if inert > 0 {
        let cells = text::count(inert, "cell");
        warnings.push(format!(
            "{cells} a spreadsheet would run as a formula: an apostrophe was put before (--raw-csv leaves them)"
        ));
    }
    if answers.len() > 1 {
        warnings.push("several tables, an empty line between them; -o FILE writes a file for each".to_owned());
    }
    Rendered { bytes: out.into_bytes(), warnings }
}

fn line<'a>(out: &mut String, cells: impl Iterator<Item = Cow<'a, str>>, delimiter: char) {
    let mut n = 0;
    let start = out.len();
    for cell in cells {
        if n > 0 {
            out.push(delimiter);
        }
        out.push_str(&encode::csv_cell(&cell, delimiter));
        n += 1;
    }
    // One empty cell alone would read as an empty line.
    if n == 1 && out.len() == start {
        out.push_str("\"\"");
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{answer, kinds};
    use super::*;

    fn csv(answer: Answer) -> String {
        String::from_utf8(render(&[answer], ',', &Options::default()).bytes).unwrap()
    }

    #[test]
    fn every_type_is_written() {
        assert_eq!(
            csv(kinds()),
            "b,i,l,r,d,t,s,g,ts,j\r\n\
             true,1,9007199254740993,1.5,1.5,2020-01-02T03:04:05.6000000Z,\"a,\"\"b\"\"\",\
             74be27de-1e4e-49d9-b579-fe0b331d3642,1.02:03:04,\"{\"\"a\"\":[1,null]}\"\r\n\
             ,,,,,,,,,\r\n"
        );
    }

    #[test]
    fn formulas_are_inert_and_reported() {
        let evil = [answer("s:string, n:long", &[&["=cmd()", "-5"], &["-7", "1"]])];
        let raw = render(&evil, ',', &Options { raw_csv: true, ..Options::default() });
        assert_eq!(String::from_utf8(raw.bytes).unwrap(), "s,n\r\n=cmd(),-5\r\n-7,1\r\n");
        let rendered = render(&evil, ',', &Options::default());
        assert_eq!(String::from_utf8(rendered.bytes).unwrap(), "s,n\r\n'=cmd(),-5\r\n-7,1\r\n");
        assert_eq!(rendered.warnings.len(), 1);
    }

    #[test]
    fn a_lone_empty_cell_is_a_row() {
        assert_eq!(csv(answer("s:string", &[&[""]])), "s\r\n\"\"\r\n");
    }
}
