//! Distinct values of groups, told apart as they come: each value gets a number, and what is kept of a row is the pair of
//! its group's number and its value's. Polars would write the columns of each row as bytes and group those, batch by
//! batch and again at the end, which takes many times as long.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use foldhash::fast::RandomState;
use polars::error::PolarsResult;
use polars::prelude::{
    Column, DataFrame, DataType, Int64Chunked, IntoColumn, NewChunkedArray, StringChunked, UInt32Chunked,
};

use super::EngineError;
use crate::ir::Feed;

/// Whether values of a type can be numbered.
pub(super) const fn is_numbered(data_type: &DataType) -> bool {
    matches!(data_type, DataType::String | DataType::Int64 | DataType::Int32 | DataType::Boolean)
}

/// For each row the number of what its columns say together, of types that can be numbered. Polars would write each row as
/// bytes to tell rows apart by several columns.
pub(super) fn together(columns: &[Column]) -> PolarsResult<Column> {
    let mut all: Option<Vec<u32>> = None;
    for column in columns {
        let column = column.as_materialized_series();
        let next = match column.str() {
            Ok(texts) => number(texts.iter()),
            Err(_) => number(column.cast(&DataType::Int64)?.i64()?.iter()),
        };
        all = Some(match all {
            Some(before) => number(std::iter::zip(before, next)),
            None => next,
        });
    }
    Ok(UInt32Chunked::from_vec("".into(), all.unwrap_or_default()).into_column())
}

fn number<T: Hash + Eq>(values: impl Iterator<Item = T>) -> Vec<u32> {
    let mut numbers = Numbers(HashMap::default());
    values.map(|value| numbers.of(value)).collect()
}

/// The distinct values of groups.
pub(super) struct Distinct {
    /// The keys' columns, then that of the value.
    columns: Vec<Numbered>,
    /// For each key after the first: the numbers of what the keys up to it say together.
    together: Vec<Numbers<(u32, u32)>>,
    groups: Vec<Group>,
    /// The numbers of each group's keys, one group after the other.
    members: Vec<u32>,
    /// Groups and values.
    pairs: HashSet<(u32, u32), RandomState>,
}

#[derive(Clone, Copy)]
struct Group {
    /// The least [`Feed::AT`] of its rows.
    at: i64,
    /// How many distinct values it has, besides nulls.
    values: i64,
}

impl Distinct {
    /// `columns` are the names and types of the keys and, last, of the value.
    pub(super) fn new(columns: &[(String, DataType)]) -> Self {
        let keys = columns.len() - 1;
        let mut groups = Vec::new();
        if keys == 0 {
            // Without keys there is one group, even over no rows.
            groups.push(Group { at: i64::MAX, values: 0 });
        }
        Self {
            columns: columns.iter().map(|(name, data_type)| Numbered::new(name, data_type)).collect(),
            together: (1..keys).map(|_| Numbers::default()).collect(),
            groups,
            members: Vec::new(),
            pairs: HashSet::default(),
        }
    }

    fn keys(&self) -> usize {
        self.columns.len() - 1
    }

    /// Takes rows of these columns and [`Feed::AT`].
    pub(super) fn add(&mut self, rows: &DataFrame) -> Result<(), EngineError> {
        let keys = self.keys();
        let mut numbers = Vec::with_capacity(keys + 1);
        for column in &mut self.columns {
            numbers.push(column.numbers(rows)?);
        }
        let values = numbers.pop().unwrap_or_default();
        let mut of_rows = match numbers.first() {
            Some(first) => first.clone(),
            None => vec![0; rows.height()],
        };
        for (together, next) in self.together.iter_mut().zip(numbers.iter().skip(1)) {
            of_rows.iter_mut().zip(next).for_each(|(group, next)| *group = together.of((*group, *next)));
        }
        let null = self.columns[keys].null;
        let at = rows.column(Feed::AT)?.as_materialized_series().rechunk();
        for (row, at) in at.i64()?.iter().enumerate() {
            let (at, group) = (at.unwrap_or(0), of_rows[row]);
            if group as usize == self.groups.len() {
                self.groups.push(Group { at, values: 0 });
                self.members.extend(numbers.iter().map(|column| column[row]));
            }
            let known = &mut self.groups[group as usize];
            known.at = known.at.min(at);
            if Some(values[row]) != null && self.pairs.insert((group, values[row])) {
                known.values += 1;
            }
        }
        Ok(())
    }

    /// About how many bytes all of this takes.
    pub(super) fn bytes(&self) -> usize {
        const OF_A_PAIR: usize = 12;
        let columns: usize = self.columns.iter().map(Numbered::bytes).sum();
        columns + self.pairs.capacity() * OF_A_PAIR + self.groups.capacity() * size_of::<Group>()
    }

    /// The groups: the keys' columns, how many values each has, under all of some names, and [`Feed::AT`].
    pub(super) fn counts(&self, names: &[String]) -> Result<DataFrame, EngineError> {
        let groups: Vec<usize> = (0..self.groups.len()).collect();
        let mut columns = self.key_columns(&groups)?;
        let counts: Vec<i64> = self.groups.iter().map(|group| group.values).collect();
        columns.extend(
            names.iter().map(|name| Int64Chunked::from_vec(name.as_str().into(), counts.clone()).into_column()),
        );
        columns.push(self.at(&groups));
        Ok(DataFrame::new(groups.len(), columns)?)
    }

    /// The pairs as rows of the keys' and the value's columns and [`Feed::AT`], and a row for each group besides, with a
    /// null, for those that have no values.
    pub(super) fn rows(&self) -> Result<DataFrame, EngineError> {
        let pairs = self.pairs.iter().map(|(group, value)| (*group as usize, Some(*value)));
        let (groups, values): (Vec<usize>, Vec<Option<u32>>) =
            pairs.chain((0..self.groups.len()).map(|group| (group, None))).unzip();
        let mut columns = self.key_columns(&groups)?;
        columns.push(self.columns[self.keys()].column(values.into_iter())?);
        columns.push(self.at(&groups));
        Ok(DataFrame::new(groups.len(), columns)?)
    }

    fn key_columns(&self, groups: &[usize]) -> Result<Vec<Column>, EngineError> {
        let keys = self.keys();
        let of_key = |(at, column): (usize, &Numbered)| {
            column.column(groups.iter().map(|group| Some(self.members[group * keys + at])))
        };
        self.columns.iter().take(keys).enumerate().map(of_key).collect()
    }

    fn at(&self, groups: &[usize]) -> Column {
        let at: Vec<i64> = groups.iter().map(|group| self.groups[*group].at).collect();
        Int64Chunked::from_vec(Feed::AT.into(), at).into_column()
    }
}

/// Values, numbered as they come.
#[derive(Default)]
struct Numbers<T>(HashMap<T, u32, RandomState>);

impl<T: Hash + Eq> Numbers<T> {
    fn of(&mut self, value: T) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(value).or_insert(next)
    }
}

/// A column whose values are numbered.
struct Numbered {
    name: String,
    data_type: DataType,
    texts: HashMap<Box<str>, u32, RandomState>,
    /// What is no text is a whole number here.
    whole: Numbers<i64>,
    /// The number of null, once there was one.
    null: Option<u32>,
    /// How many bytes the texts have.
    bytes: usize,
}

impl Numbered {
    fn new(name: &str, data_type: &DataType) -> Self {
        Self {
            name: name.to_owned(),
            data_type: data_type.clone(),
            texts: HashMap::default(),
            whole: Numbers::default(),
            null: None,
            bytes: 0,
        }
    }

    fn len(&self) -> usize {
        self.texts.len() + self.whole.0.len() + usize::from(self.null.is_some())
    }

    fn bytes(&self) -> usize {
        const OF_AN_ENTRY: usize = 48;
        self.bytes + OF_AN_ENTRY * (self.texts.capacity() + self.whole.0.capacity())
    }

    fn numbers(&mut self, rows: &DataFrame) -> Result<Vec<u32>, EngineError> {
        let column = rows.column(&self.name)?.as_materialized_series();
        if let Ok(texts) = column.str() {
            let number = |text| match text {
                Some(text) => self.of_text(text),
                None => self.of_null(),
            };
            return Ok(texts.iter().map(number).collect());
        }
        let whole = column.cast(&DataType::Int64)?;
        let number = |value: Option<i64>| match value {
            None => self.of_null(),
            Some(value) => {
                let next = self.len() as u32;
                *self.whole.0.entry(value).or_insert(next)
            }
        };
        Ok(whole.i64()?.iter().map(number).collect())
    }

    fn of_null(&mut self) -> u32 {
        let next = self.len() as u32;
        *self.null.get_or_insert(next)
    }

    fn of_text(&mut self, text: &str) -> u32 {
        if let Some(number) = self.texts.get(text) {
            return *number;
        }
        let next = self.len() as u32;
        self.bytes += text.len();
        self.texts.insert(text.into(), next);
        next
    }

    /// A column of the values of some numbers.
    fn column(&self, numbers: impl Iterator<Item = Option<u32>>) -> Result<Column, EngineError> {
        let name = self.name.as_str();
        if self.data_type == DataType::String {
            let mut values = vec![None; self.len()];
            self.texts.iter().for_each(|(text, number)| values[*number as usize] = Some(text.as_ref()));
            let values = numbers.map(|number| number.and_then(|number| values[number as usize]));
            return Ok(StringChunked::from_iter_options(name.into(), values).into_column());
        }
        let mut values = vec![None; self.len()];
        self.whole.0.iter().for_each(|(value, number)| values[*number as usize] = Some(*value));
        let values = numbers.map(|number| number.and_then(|number| values[number as usize]));
        Ok(Int64Chunked::from_iter_options(name.into(), values).into_column().cast(&self.data_type)?)
    }
}
