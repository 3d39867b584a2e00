//! One colour for one name throughout a report.

use std::collections::{HashMap, HashSet};

use super::super::{Answer, Options};
use super::palette::status_class;

/// Colours to deal.
const COLORS: usize = 8;

/// Which colour each name has, as its place in a palette.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColorBook {
    places: HashMap<String, usize>,
}

impl ColorBook {
    /// The book of charts that are shown together.
    pub fn of(answers: &[Answer], options: &Options) -> Self {
        let charts: Vec<Vec<String>> = answers.iter().map(|answer| super::names(answer, options)).collect();
        Self::dealt(&charts)
    }

    /// Deals colours to the names of charts: two names of one chart never share one while there are enough, and names
    /// of different charts share one only when there is none left.
    pub fn dealt(charts: &[Vec<String>]) -> Self {
        let mut book = Self::default();
        let mut used = [0_usize; COLORS];
        let mut seen: [usize; 5] = [0; 5];
        // The one series of a chart needs no colour to be told by; it has one only where it stands beside others.
        let several: Vec<&Vec<String>> = charts.iter().filter(|names| names.len() > 1).collect();
        for name in several.iter().copied().flatten() {
            if book.places.contains_key(name) {
                continue;
            }
            if let Some(class) = status_class(name) {
                book.places.insert(name.clone(), seen[class]);
                seen[class] += 1;
                continue;
            }
            let beside: HashSet<usize> = several
                .iter()
                .filter(|names| names.contains(name))
                .flat_map(|names| names.iter().filter(|other| status_class(other).is_none()))
                .filter_map(|other| book.place(other))
                .collect();
            let free = (0..COLORS).filter(|place| !beside.contains(place));
            if let Some(place) = free.min_by_key(|place| used[*place]) {
                used[place] += 1;
                book.places.insert(name.clone(), place);
            }
        }
        book
    }

    /// The place of a name's colour.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// Whether no name has a colour yet.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn names_keep_their_colours_and_neighbours_differ() {
        let book =
            ColorBook::dealt(&[names(&["a", "b"]), names(&["c", "b"]), names(&["d"]), names(&["200", "404", "201"])]);
        assert_eq!([book.place("a"), book.place("b"), book.place("c")], [Some(0), Some(1), Some(2)]);
        assert_eq!(book.place("d"), None);
        assert_eq!([book.place("200"), book.place("404"), book.place("201")], [Some(0), Some(0), Some(1)]);
    }

    #[test]
    fn more_names_than_colours_share_them_across_charts_only() {
        let first: Vec<String> = (0..8).map(|n| format!("a{n}")).collect();
        let second: Vec<String> = (0..8).map(|n| format!("b{n}")).collect();
        let book = ColorBook::dealt(&[first.clone(), second.clone()]);
        for chart in [first, second] {
            let places: HashSet<_> = chart.iter().filter_map(|name| book.place(name)).collect();
            assert_eq!(places.len(), 8);
        }
    }
}
