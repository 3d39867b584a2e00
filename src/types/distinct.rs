//! Texts told apart once: where few differ, what is done to each need not be done to every row.

use std::collections::HashMap;

use foldhash::fast::RandomState;

/// The texts of a column, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distinct {
    /// The row that has a text first, for each text.
    pub firsts: Vec<usize>,
    /// For each row, which of the texts it has.
    pub of_rows: Vec<u32>,
}

impl Distinct {
    /// Fewer rows are not worth it.
    const FEWEST: usize = 64;
    /// After so many rows it is seen whether it is worth it.
    const SAMPLE: usize = 1024;

    /// Tells texts apart; nothing when so many differ that it would cost more than it saves.
    pub fn of<'t>(texts: impl ExactSizeIterator<Item = &'t str>) -> Option<Self> {
        let rows = texts.len();
        if rows < Self::FEWEST {
            return None;
        }
        let mut distinct = Self { firsts: Vec::new(), of_rows: Vec::with_capacity(rows) };
        let mut known: HashMap<&str, u32, RandomState> = HashMap::default();
        for (row, text) in texts.enumerate() {
            if row % Self::SAMPLE == Self::FEWEST && distinct.firsts.len() > row / 2 {
                return None;
            }
            let new = u32::try_from(known.len()).ok()?;
            let number = *known.entry(text).or_insert(new);
            if number == new {
                distinct.firsts.push(row);
            }
            distinct.of_rows.push(number);
        }
        Some(distinct)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_text_have_one_number() {
        let texts: Vec<String> = (0..3000).map(|row| format!("text {}", row % 7)).collect();
        let distinct = Distinct::of(texts.iter().map(String::as_str)).unwrap();
        assert_eq!(distinct.firsts, [0, 1, 2, 3, 4, 5, 6]);
        for (row, number) in distinct.of_rows.iter().enumerate() {
            assert_eq!(texts[distinct.firsts[*number as usize]], texts[row]);
        }
    }

    #[test]
    fn texts_that_all_differ_are_given_up() {
        let texts: Vec<String> = (0..200).map(|row| row.to_string()).collect();
        assert_eq!(Distinct::of(texts.iter().map(String::as_str)), None);
        assert_eq!(Distinct::of(texts.iter().map(String::as_str).take(3)), None, "so few are no work");
    }
}
