//! Rows as codes: the value of each column by its number, equal rows once with their weight, and the patterns that
//! fit many of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::types::{Table, Value, to_text};

/// The weights of the rows of two sets, A and B; where there is one set only, B is 0.
pub(super) type Weights = [f64; 2];

/// The most columns a pattern looks at.
const MOST_COLUMNS: usize = 128;
/// The most patterns looked at.
const MOST_PATTERNS: usize = 50_000;

/// Rows as codes.
pub(super) struct Discrete {
    /// The codes of each distinct row; none for a value that is null or empty, which no pattern asks for.
    pub rows: Vec<Vec<Option<usize>>>,
    /// The weight of each distinct row.
    pub weights: Vec<Weights>,
    /// The values of each column, by code.
    pub values: Vec<Vec<Value<'static>>>,
    pub total: Weights,
}

/// What some columns hold, and how much has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pattern {
    /// The code wanted of each column; none is a wildcard.
    pub codes: Vec<Option<usize>>,
    pub weight: Weights,
}

impl Pattern {
    /// How many columns it says something of.
    pub fn size(&self) -> usize {
        self.codes.iter().flatten().count()
    }

    /// Whether it asks for all that another one asks for.
    pub fn implies(&self, other: &Self) -> bool {
        self.codes.iter().zip(&other.codes).all(|(mine, theirs)| theirs.is_none() || mine == theirs)
    }
}

fn add(a: Weights, b: Weights) -> Weights {
    [a[0] + b[0], a[1] + b[1]]
}

impl Discrete {
    /// Codes some columns of a table, each row with its weight.
    pub fn of(table: &Table, columns: std::ops::Range<usize>, weight: impl Fn(usize) -> Weights) -> Self {
        let columns = table.columns.get(columns).unwrap_or_default();
        let mut values: Vec<Vec<Value<'static>>> = vec![Vec::new(); columns.len()];
        let mut codes: Vec<HashMap<String, usize>> = vec![HashMap::new(); columns.len()];
        let mut known: HashMap<Vec<Option<usize>>, usize> = HashMap::new();
        let mut all = Self { rows: Vec::new(), weights: Vec::new(), values: Vec::new(), total: [0.0; 2] };
        for row in 0..table.rows {
            let weight = weight(row);
            if weight == [0.0; 2] {
                continue;
            }
            let coded: Vec<Option<usize>> = columns
                .iter()
                .enumerate()
                .take(MOST_COLUMNS)
                .map(|(at, column)| {
                    let text = to_text(&column.values[row]);
                    if text.is_empty() {
                        return None;
                    }
                    Some(*codes[at].entry(text).or_insert_with(|| {
                        values[at].push(column.values[row].clone());
                        values[at].len() - 1
                    }))
                })
                .collect();
            let next = all.rows.len();
            let place = *known.entry(coded.clone()).or_insert(next);
            if place == next {
                all.rows.push(coded);
                all.weights.push([0.0; 2]);
            }
            all.weights[place] = add(all.weights[place], weight);
            all.total = add(all.total, weight);
        }
        all.values = values;
        all
    }

    fn columns(&self) -> usize {
        self.values.len().min(MOST_COLUMNS)
    }

    fn weigh(&self, rows: &[usize]) -> Weights {
        rows.iter().fold([0.0; 2], |sum, row| add(sum, self.weights[*row]))
    }

    /// What all of some rows have in common.
    fn closure(&self, rows: &[usize]) -> Vec<Option<usize>> {
        let Some(first) = rows.first() else { return vec![None; self.columns()] };
        let mut common = self.rows[*first].clone();
        for row in rows {
            for (mine, theirs) in common.iter_mut().zip(&self.rows[*row]) {
                if mine != theirs {
                    *mine = None;
                }
            }
        }
        common
    }

    /// All patterns that are frequent and say all that their rows have in common, of at most so many columns that do
    /// not follow from one another. The search is T. Uno's LCM: each pattern is met once.
    pub fn closed(&self, depth: usize, frequent: &dyn Fn(Weights) -> bool) -> Vec<Pattern> {
        let rows: Vec<usize> = (0..self.rows.len()).collect();
        let mut found = Vec::new();
        if !rows.is_empty() {
            let codes = self.closure(&rows);
            self.extend(&rows, codes, None, depth, frequent, &mut found);
        }
        found
    }

    fn extend(
        &self,
        rows: &[usize],
        codes: Vec<Option<usize>>,
        core: Option<(usize, usize)>,
        depth: usize,
        frequent: &dyn Fn(Weights) -> bool,
        found: &mut Vec<Pattern>,
    ) {
        if found.len() >= MOST_PATTERNS {
            return;
        }
        let weight = self.weigh(rows);
        if codes.iter().any(Option::is_some) {
            found.push(Pattern { codes: codes.clone(), weight });
        }
        if depth == 0 {
            return;
        }
        for column in 0..self.columns() {
            if codes[column].is_some() {
                continue;
            }
            let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for row in rows {
                if let Some(code) = self.rows[*row][column] {
                    members.entry(code).or_default().push(*row);
                }
            }
            for (code, members) in members {
                if Some((column, code)) <= core || !frequent(self.weigh(&members)) {
                    continue;
                }
                let next = self.closure(&members);
                // A pattern that fills an earlier column is met from there.
                if (0..column).all(|c| next[c] == codes[c]) {
                    self.extend(&members, next, Some((column, code)), depth - 1, frequent, found);
                }
            }
        }
    }

    /// Of some patterns, the best first, those that neither imply nor follow from a better one.
    pub fn independent(patterns: Vec<Pattern>) -> Vec<Pattern> {
        let mut kept: Vec<Pattern> = Vec::new();
        for pattern in patterns {
            if kept.len() >= MOST_KEPT {
                break;
            }
            if kept.iter().all(|k| !k.implies(&pattern) && !pattern.implies(k)) {
                kept.push(pattern);
            }
        }
        kept
    }

    /// Every column's text of a pattern, for comparing patterns of equal weight in an order that never changes.
    pub fn text(&self, pattern: &Pattern) -> Vec<String> {
        let text = |(at, code): (usize, &Option<usize>)| code.map(|c| to_text(&self.values[at][c])).unwrap_or_default();
        pattern.codes.iter().enumerate().map(text).collect()
    }

    /// The rows that fit a pattern.
    pub fn fitting(&self, pattern: &Pattern) -> BTreeSet<usize> {
        let fits = |row: &Vec<Option<usize>>| row.iter().zip(&pattern.codes).all(|(r, p)| p.is_none() || r == p);
        (0..self.rows.len()).filter(|row| fits(&self.rows[*row])).collect()
    }
}

/// The most independent patterns.
const MOST_KEPT: usize = 1_000;
