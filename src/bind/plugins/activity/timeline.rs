//! Instants, numbers and their steps as whole numbers, and rows in the order of time.

use std::collections::{BTreeMap, HashMap};

use crate::bind::{Bind, error};
use crate::ir::{Expr, Schema};
use crate::syntax::Span;
use crate::types::{Column, ScalarType, TICKS_PER_DAY, Table, Value, civil_from_ticks, days_from_civil};

/// The most bins that one call looks at.
const MOST: usize = 1_000_000;

/// The type of a column that rows can be ordered along.
pub(in crate::bind::plugins) fn timeline_type(column: &Expr, span: Span) -> Bind<ScalarType> {
    use ScalarType::{DateTime, Dynamic, Int, Long, TimeSpan};
    match column.scalar_type {
        at @ (DateTime | TimeSpan | Long | Int) => Ok(at),
        // A guess, while only checking.
        Dynamic => Ok(DateTime),
        other => error("KQL240", format!("time runs along a datetime or whole numbers, not along a {other}"), span),
    }
}

/// The type of the distance between two values on a timeline.
pub(in crate::bind::plugins) const fn distance(timeline: ScalarType) -> ScalarType {
    match timeline {
        ScalarType::DateTime | ScalarType::TimeSpan => ScalarType::TimeSpan,
        _ => ScalarType::Long,
    }
}

/// A value on a timeline, or a distance, as a whole number.
pub(in crate::bind::plugins) fn number(value: &Value<'_>) -> Option<i64> {
    value.as_ticks().or_else(|| value.as_i64())
}

/// A whole number as a value of a timeline.
pub(in crate::bind::plugins) fn instant(at: i64, timeline: ScalarType) -> Value<'static> {
    match timeline {
        ScalarType::DateTime => Value::DateTime(at),
        ScalarType::TimeSpan => Value::TimeSpan(at),
        ScalarType::Int => i32::try_from(at).map_or(Value::Null, Value::Int),
        _ => Value::Long(at),
    }
}

/// How long a bin is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bind::plugins) enum Step {
    /// Always the same.
    Size(i64),
    /// From Sunday to Saturday.
    Week,
    /// As the calendar has it.
    Month,
    /// As the calendar has it.
    Year,
}

impl Step {
    /// A step from a positive distance, or from `week`, `month` or `year`.
    pub fn of(value: &Value<'_>) -> Option<Self> {
        match value.as_str() {
            Some("week") => Some(Self::Week),
            Some("month") => Some(Self::Month),
            Some("year") => Some(Self::Year),
            _ => number(value).filter(|size| *size > 0).map(Self::Size),
        }
    }

    /// The start of the bin that holds a value; bins of one size are counted from the origin.
    pub fn floor(self, at: i64, origin: i64) -> i64 {
        let day = at.div_euclid(TICKS_PER_DAY);
        let civil = |at| civil_from_ticks(at);
        match self {
            Self::Size(size) => {
                let offset = i128::from(at) - i128::from(origin);
                let floor = offset.div_euclid(i128::from(size)) * i128::from(size) + i128::from(origin);
                i64::try_from(floor).unwrap_or(at)
            }
            // Day 0 was a Monday.
            Self::Week => (day - (day + 1).rem_euclid(7)).saturating_mul(TICKS_PER_DAY),
            Self::Month => {
                let c = civil(at);
                days_from_civil(c.year, c.month, 1).saturating_mul(TICKS_PER_DAY)
            }
            Self::Year => days_from_civil(civil(at).year, 1, 1).saturating_mul(TICKS_PER_DAY),
        }
    }

    /// The start of the bin after one that starts here.
    pub fn next(self, bin: i64) -> i64 {
        match self {
            Self::Size(size) => bin.saturating_add(size),
            Self::Week => bin.saturating_add(7 * TICKS_PER_DAY),
            Self::Month => self.floor(bin.saturating_add(31 * TICKS_PER_DAY), 0),
            Self::Year => self.floor(bin.saturating_add(366 * TICKS_PER_DAY), 0),
        }
    }

    /// The start of the bin some bins before one that starts here.
    pub fn back(self, bin: i64, bins: usize) -> i64 {
        match self {
            Self::Size(size) => bin.saturating_sub(size.saturating_mul(i64::try_from(bins).unwrap_or(i64::MAX))),
            _ => (0..bins.min(MOST)).fold(bin, |bin, _| self.floor(bin.saturating_sub(1), 0)),
        }
    }

    /// The starts of all bins from one instant to another, both included.
    pub fn bins(self, start: i64, end: i64) -> Result<Vec<i64>, String> {
        let mut bins = Vec::new();
        let mut bin = self.floor(start, start);
        while bin <= end {
            if bins.len() >= MOST {
                return Err(format!("there are more than {MOST} bins between start and end"));
            }
            bins.push(bin);
            let next = self.next(bin);
            if next <= bin {
                break;
            }
            bin = next;
        }
        Ok(bins)
    }
}

/// The rows of one combination of the dimensions.
pub(in crate::bind::plugins) struct Part {
    pub dimensions: Vec<Value<'static>>,
    /// The instant and the number of each row, in the order of time.
    pub rows: Vec<(i64, usize)>,
}

/// Rows in the order of time, apart for each combination of the dimensions. Rows without a time are left out.
pub(in crate::bind::plugins) struct Times {
    pub parts: Vec<Part>,
}

impl Times {
    /// Reads a table whose time stands in one column, and whose dimensions stand in those from another place on.
    pub fn of(table: &Table, time: usize, dimensions: usize) -> Self {
        let keys: Vec<&Column> = table.columns.iter().skip(dimensions).collect();
        let parts = table.parts(&keys).into_iter().map(|members| {
            let first = members.first().copied().unwrap_or(0);
            let mut rows: Vec<(i64, usize)> =
                members.iter().filter_map(|row| Some((number(&table.columns[time].values[*row])?, *row))).collect();
            rows.sort_by_key(|(at, _)| *at);
            Part { dimensions: keys.iter().map(|c| c.values[first].clone()).collect(), rows }
        });
        Self { parts: parts.collect() }
    }
}

/// Each value as the number of its first like.
pub(in crate::bind::plugins) fn identities(values: &[Value<'static>]) -> Vec<usize> {
    let mut known: HashMap<String, usize> = HashMap::new();
    values
        .iter()
        .map(|value| {
            let next = known.len();
            *known.entry(format!("{value:?}")).or_insert(next)
        })
        .collect()
}

/// How often each of some things is there, and how many there are.
#[derive(Default)]
pub(in crate::bind::plugins) struct Tally {
    counts: BTreeMap<usize, usize>,
    pub total: i64,
}

impl Tally {
    pub fn add(&mut self, id: usize) {
        *self.counts.entry(id).or_default() += 1;
        self.total += 1;
    }

    pub fn remove(&mut self, id: usize) {
        if let Some(count) = self.counts.get_mut(&id) {
            *count -= 1;
            self.total -= 1;
            if *count == 0 {
                self.counts.remove(&id);
            }
        }
    }

    pub fn distinct(&self) -> i64 {
        self.counts.len() as i64
    }
}

/// The answer, row after row.
pub(in crate::bind::plugins) struct Out<'s> {
    schema: &'s Schema,
    rows: Vec<Vec<Value<'static>>>,
}

impl<'s> Out<'s> {
    pub fn new(schema: &'s Schema) -> Self {
        Self { schema, rows: Vec::new() }
    }

    /// A row of the answer: when, the dimensions, and what was counted.
    pub fn push(&mut self, at: i64, part: &Part, counted: impl IntoIterator<Item = Value<'static>>) {
        let timeline = self.schema.columns.first().map_or(ScalarType::Long, |(_, t)| *t);
        let mut row = vec![instant(at, timeline)];
        row.extend(part.dimensions.iter().cloned());
        row.extend(counted);
        self.rows.push(row);
    }

    /// A row of the answer as it stands.
    pub fn push_row(&mut self, row: Vec<Value<'static>>) {
        self.rows.push(row);
    }

    /// The rows in the order of their first column.
    pub fn table(mut self) -> Table {
        self.rows.sort_by(|a, b| match (a.first(), b.first()) {
            (Some(a), Some(b)) => a.total_order(b),
            _ => std::cmp::Ordering::Equal,
        });
        self.unsorted()
    }

    /// The rows as they were pushed.
    pub fn unsorted(self) -> Table {
        let columns = self.schema.columns.iter().enumerate().map(|(at, (name, scalar_type))| Column {
            name: name.clone(),
            scalar_type: *scalar_type,
            values: self.rows.iter().map(|row| row.get(at).cloned().unwrap_or(Value::Null)).collect(),
        });
        Table { columns: columns.collect(), rows: self.rows.len() }
    }
}
