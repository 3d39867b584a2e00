//! A body run over each part of a table.

use std::ops::Range;

use polars::prelude::{Column, DataFrame, IdxCa, IntoLazy, LazyFrame, NamedFrom, Series};

use super::EngineError;
use super::convert::{to_frame, to_table};
use super::lower::Lowering;
use crate::ir::{Plan, Schema, Together};
use crate::types::{Column as KqlColumn, Table, Value};

/// The rows of all parts, gathered part by part.
struct Answer<'t> {
    columns: Vec<KqlColumn>,
    rows: usize,
    /// The columns that tell the parts, of the table that is cut into them.
    keys: Vec<&'t KqlColumn>,
}

impl<'t> Answer<'t> {
    fn new(schema: &Schema, keys: Vec<&'t KqlColumn>) -> Self {
        let column = |(name, scalar_type): &(String, _)| KqlColumn {
            name: name.clone(),
            scalar_type: *scalar_type,
            values: Vec::new(),
        };
        Self { columns: schema.columns.iter().map(column).collect(), rows: 0, keys }
    }

    /// Adds some rows of a table, as what a part gives whose first row is `first`.
    fn add(&mut self, table: &Table, rows: Range<usize>, first: usize) {
        self.rows += rows.len();
        for column in &mut self.columns {
            match table.column(&column.name) {
                Some(found) => column.values.extend(found.values[rows.clone()].iter().cloned()),
                None => {
                    let key = self.keys.iter().find(|c| c.name == column.name);
                    let value = key.map_or(Value::Null, |c| c.values[first].clone());
                    column.values.extend(std::iter::repeat_n(value, rows.len()));
                }
            }
        }
    }
}

impl Lowering<'_> {
    pub(super) fn for_each(
        &self,
        schema: &Schema,
        input: &Plan,
        keys: &[String],
        body: &Plan,
    ) -> Result<LazyFrame, EngineError> {
        let frame = self.collect(self.plan(input)?)?;
        let table = to_table(&frame, &input.schema)?;
        let keys: Vec<&KqlColumn> = table.columns.iter().filter(|c| keys.contains(&c.name)).collect();
        let parts = table.parts(&keys);
        let mut answer = Answer::new(schema, keys);
        match Together::of(body) {
            Some(together) if parts.len() > 1 => self.all_parts(&together, body, &frame, &parts, &mut answer)?,
            _ => {
                for part in &parts {
                    let given = self.part(body, &frame, part)?;
                    answer.add(&given, 0..given.rows, part[0]);
                }
            }
        }
        Ok(to_frame(&Table { columns: answer.columns, rows: answer.rows })?.lazy())
    }

    /// What the body gives of one part.
    fn part(&self, body: &Plan, frame: &DataFrame, members: &[usize]) -> Result<Table, EngineError> {
        self.over(body, rows_of(frame, members.iter().copied())?)
    }

    /// What a body gives of some rows.
    fn over(&self, body: &Plan, rows: DataFrame) -> Result<Table, EngineError> {
        self.parts.borrow_mut().push(rows);
        let given = self.plan(body).and_then(|lazy| to_table(&self.collect(lazy)?, &body.schema));
        self.parts.borrow_mut().pop();
        given
    }

    /// One run for all parts.
    fn all_parts(
        &self,
        together: &Together,
        body: &Plan,
        frame: &DataFrame,
        parts: &[Vec<usize>],
        answer: &mut Answer<'_>,
    ) -> Result<(), EngineError> {
        let mut rows = rows_of(frame, parts.iter().flatten().copied())?;
        let numbers = parts.iter().enumerate().flat_map(|(n, part)| std::iter::repeat_n(n as i64, part.len()));
        let numbers = Series::new(Together::NUMBER.into(), numbers.collect::<Vec<i64>>());
        rows.with_column(Column::from(numbers))?;
        let given = in_order(self.over(&together.plan, rows)?);
        let numbers = given.column(Together::NUMBER).map(|c| c.values.as_slice()).unwrap_or_default();
        let mut at = 0;
        let mut of_no_rows: Option<Table> = None;
        for (number, part) in parts.iter().enumerate() {
            let from = at;
            while numbers.get(at).and_then(Value::as_i64) == Some(number as i64) {
                at += 1;
            }
            if from < at || together.lost == 0 {
                answer.add(&given, from..at, part[0]);
                continue;
            }
            // Parts that lost their rows to one condition all give what the body gives of no rows.
            if together.lost > 1 || body.is_volatile() || of_no_rows.is_none() {
                of_no_rows = Some(self.part(body, frame, part)?);
            }
            if let Some(table) = &of_no_rows {
                answer.add(table, 0..table.rows, part[0]);
            }
        }
        Ok(())
    }
}

/// The rows part after part, which they are unless the engine has moved some.
fn in_order(table: Table) -> Table {
    let Some(numbers) = table.column(Together::NUMBER).map(|c| &c.values) else { return table };
    if numbers.is_sorted_by_key(Value::as_i64) {
        return table;
    }
    let mut order: Vec<usize> = (0..table.rows).collect();
    order.sort_by_key(|row| numbers[*row].as_i64());
    table.rows_at(&order)
}

fn rows_of(frame: &DataFrame, rows: impl Iterator<Item = usize>) -> Result<DataFrame, EngineError> {
    Ok(frame.take(&IdxCa::from_vec("".into(), rows.map(|row| row as u32).collect()))?)
}
