//! Values as people read them in tables, CSV and Markdown.

use crate::types::{TICKS_PER_SECOND, Value, to_text};

use super::Answer;

/// The text of a cell: `true` and `false`, datetimes in ISO 8601, null empty.
pub fn cell(value: &Value<'_>) -> String {
    match value {
        Value::Bool(true) => "true".to_owned(),
        Value::Bool(false) => "false".to_owned(),
        other => to_text(other),
    }
}

/// The cells of an answer for reading, column by column: datetimes of a column that are all whole seconds lose
/// their fraction.
pub fn readable_cells(answer: &Answer, most: usize) -> Vec<Vec<String>> {
    let mut columns: Vec<Vec<String>> = vec![Vec::new(); answer.schema.fields().len()];
    let mut whole = vec![true; columns.len()];
    let mut seen = 0;
    answer.for_each_row(|row| {
        seen += 1;
        if seen > most {
            return;
        }
        for ((column, value), whole) in columns.iter_mut().zip(row).zip(&mut whole) {
            if let Value::DateTime(ticks) = value {
                *whole &= ticks % TICKS_PER_SECOND == 0;
            }
            column.push(cell(value));
        }
    });
    for ((column, whole), (_, scalar_type)) in columns.iter_mut().zip(whole).zip(answer.columns()) {
        if whole && scalar_type == crate::types::ScalarType::DateTime {
            for text in column {
                if let Some(kept) = text.strip_suffix(".0000000Z") {
                    *text = format!("{kept}Z");
                }
            }
        }
    }
    columns
}

/// The same with commas between the thousands of integers.
pub fn grouped_cells(answer: &Answer, most: usize) -> Vec<Vec<String>> {
    let mut columns = readable_cells(answer, most);
    for (column, (_, scalar_type)) in columns.iter_mut().zip(answer.columns()) {
        if scalar_type.is_integer() {
            for text in column {
                *text = text.parse().map_or_else(|_| std::mem::take(text), grouped);
            }
        }
    }
    columns
}

/// The most decimals of a column of reals for reading.
const DECIMALS: usize = 4;

/// Gives the cells of each column of reals the same number of decimals, as many as they need but at most four, and
/// commas between thousands. Very large and very small numbers stay as they are.
pub fn rounded(answer: &Answer, cells: &mut [Vec<String>]) {
    for (column, (_, scalar_type)) in cells.iter_mut().zip(answer.columns()) {
        if !scalar_type.is_numeric() || scalar_type.is_integer() {
            continue;
        }
        let needs = |text: &String| match text.split_once('.') {
            Some((_, "0")) | None => 0,
            Some((_, fraction)) => fraction.len().min(DECIMALS),
        };
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.'));
        let decimals = column.iter().filter(|text| plain(text)).map(needs).max().unwrap_or(0);
        for text in column {
            let number = text.parse::<f64>().ok().filter(|x| plain(text) && x.abs() < 1e15);
            if let Some(x) = number.filter(|x| *x == 0.0 || x.abs() >= 1e-4) {
                let fixed = format!("{:.decimals$}", x.abs());
                let (whole, fraction) = fixed.split_at(fixed.find('.').unwrap_or(fixed.len()));
                let sign = if x < 0.0 { "-" } else { "" };
                *text = format!("{sign}{}{fraction}", grouped(whole.parse().unwrap_or(0)));
            }
        }
    }
}

/// `1 row`, `2 rows`.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{} {noun}s", grouped(n as i64)) }
}

/// An integer with commas between thousands.
pub fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        out.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(-1_234_567), "-1,234,567");
        assert_eq!(grouped(999), "999");
        assert_eq!(count(1, "row"), "1 row");
        assert_eq!(count(0, "row"), "0 rows");
    }
}
