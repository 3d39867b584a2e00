//! Columns without their names above them: Azure Data Explorer's `.export to csv`, and what `az … -o tsv` prints.

use std::io::{self, Read};

use super::apim::{self, TABLES};
use super::cell::{boolean, integer, is_missing, real};
use super::external::records;
use super::open::Stream;
use super::sniff::{Found, Shape};
use super::stamp::Stamps;
use crate::types::ScalarType;

/// The column that the command line tool adds before the others.
pub(super) const TABLE_NAME: &str = "TableName";

/// How the line begins that PowerShell's `Export-Csv` may put first.
const TYPE_LINE: &[u8] = b"#TYPE ";

/// Which known table the first row of a text fits, column by column.
pub(super) fn detect(head: &str) -> Option<Found> {
    [(',', Shape::Csv), ('\t', Shape::RawTsv)].into_iter().find_map(|(delimiter, shape)| {
        let cells = first_row(head, delimiter)?;
        let named = cells.first().is_some_and(|cell| is_result(cell));
        let plain = if named { &cells[1..] } else { &cells[..] };
        let table = TABLES.iter().find_map(|table| {
            let shown = table.columns.iter().filter(|(name, _)| !apim::is_hidden(name));
            let columns: Vec<&(&str, ScalarType)> = shown.collect();
            let fits = columns.len() == plain.len()
                && columns.iter().zip(plain).all(|((name, t), cell)| match *name {
                    "TimeGenerated" => Stamps::default().parse(cell).is_some(),
                    "Type" => {
                        cell.is_empty() || apim::proper_name(cell).is_some_and(|known| apim::is_like(known, table.name))
                    }
                    _ => fits(*t, cell),
                });
            fits.then_some((table.name, columns))
        });
        let (name, columns) = table?;
        let mut header: Vec<String> = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        if named {
            header.insert(0, TABLE_NAME.to_owned());
        }
        let kind = header.iter().position(|name| name == "Type").and_then(|at| cells.get(at));
        let table = kind.and_then(|kind| apim::proper_name(kind)).unwrap_or(name);
        Some(Found { header: Some(header), ..Found::new(shape, vec![table.to_owned()]) })
    })
}

/// The shape and header of a text whose columns are declared; `None` when its first row names one of them, or has
/// another number of cells.
pub(super) fn declared(head: &str, columns: &[(String, ScalarType)]) -> Option<(Shape, Vec<String>)> {
    [(',', Shape::Csv), ('\t', Shape::RawTsv)].into_iter().find_map(|(delimiter, shape)| {
        let cells = first_row(head, delimiter)?;
        if delimiter == '\t' && cells.len() < 2 {
            return None;
        }
        let named = cells.len() == columns.len() + 1 && is_result(&cells[0]);
        let names =
            |cell: &String| columns.iter().any(|(name, _)| super::csv::plain_name(cell).eq_ignore_ascii_case(name));
        if cells.iter().any(names) || !named && cells.len() != columns.len() {
            return None;
        }
        let before = named.then(|| TABLE_NAME.to_owned());
        Some((shape, before.into_iter().chain(columns.iter().map(|(name, _)| name.clone())).collect()))
    })
}

/// A text without the line that PowerShell's `Export-Csv` may put first.
pub(super) fn without_type_line(head: &[u8]) -> &[u8] {
    if !head.starts_with(TYPE_LINE) {
        return head;
    }
    memchr::memchr(b'\n', head).map_or(&[][..], |end| &head[end + 1..])
}

/// A file's text with the columns' names above it, once; what PowerShell puts there is left out.
pub(super) struct Headed {
    pub(super) stream: Stream,
    /// The byte at which the text begins.
    pub(super) skipped: u64,
    /// How many lines and bytes there are more (or fewer) before the rows than in the file.
    pub(super) added: (i64, i64),
}

impl Headed {
    /// Puts names above a text that has none.
    pub(super) fn new(stream: Stream, skipped: u64, header: Option<&[String]>) -> io::Result<Self> {
        let Some(names) = header else { return Self::without_type_line(stream, skipped) };
        let cells = names.iter().map(|name| format!("\"{}\"", name.replace('"', "\"\"")));
        let line = format!("{}\n", cells.collect::<Vec<_>>().join(","));
        let length = line.len() as i64;
        Ok(Self { stream: Box::new(io::Cursor::new(line).chain(stream)), skipped, added: (1, length) })
    }

    fn without_type_line(mut stream: Stream, skipped: u64) -> io::Result<Self> {
        let mut head = Vec::new();
        (&mut stream).take(TYPE_LINE.len() as u64).read_to_end(&mut head).or_else(|error| {
            // What is read on tells it again.
            if head.is_empty() { Err(error) } else { Ok(0) }
        })?;
        if head != TYPE_LINE {
            return Ok(Self { stream: Box::new(io::Cursor::new(head).chain(stream)), skipped, added: (0, 0) });
        }
        let mut byte = [0];
        let mut length = head.len() as u64;
        while stream.read(&mut byte)? == 1 {
            length += 1;
            if byte == *b"\n" {
                break;
            }
        }
        Ok(Self { stream, skipped: skipped + length, added: (-1, 0) })
    }
}

fn is_result(cell: &str) -> bool {
    cell.starts_with("PrimaryResult") || cell.starts_with("Table_")
}

fn first_row(head: &str, delimiter: char) -> Option<Vec<String>> {
    if delimiter == '\t' {
        // The tool quotes nothing.
        return head.lines().next().map(|line| line.split('\t').map(ToOwned::to_owned).collect());
    }
    records(head, delimiter).next()
}

fn fits(scalar_type: ScalarType, cell: &str) -> bool {
    is_missing(cell)
        || match scalar_type {
            ScalarType::Bool => boolean(cell).is_some(),
            ScalarType::Int | ScalarType::Long => integer(cell).is_some(),
            ScalarType::Real => real(cell).is_some(),
            ScalarType::DateTime => Stamps::default().parse(cell).is_some(),
            _ => true,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_columns_are_a_header_unless_the_first_row_names_one() {
        let columns = [("a".to_owned(), ScalarType::Long), ("b".to_owned(), ScalarType::String)];
        let header = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        assert_eq!(declared("1,x\n", &columns), Some((Shape::Csv, header(&["a", "b"]))));
        assert_eq!(declared("PrimaryResult\t1\tx\n", &columns), Some((Shape::RawTsv, header(&[TABLE_NAME, "a", "b"]))));
        assert_eq!(declared("b,a\n", &columns), None);
        assert_eq!(declared("1,2,3\n", &columns), None);
    }
}
