//! Relational nodes: what every tabular operator of KQL is said in.

use std::fmt;
use std::sync::Arc;

use super::{AggregateKernel, Bar, Context, CoreAggregate, Expr, Hint};
use crate::types::{Column, ScalarType, Table, Value};

/// The columns of a table, in order; names are unique.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Name and type of each column.
    pub columns: Vec<(String, ScalarType)>,
}

impl Schema {
    /// The type of a column.
    pub fn get(&self, name: &str) -> Option<ScalarType> {
        self.columns.iter().find(|(n, _)| n == name).map(|(_, t)| *t)
    }

    /// The columns' names, in order.
    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(|(n, _)| n.clone()).collect()
    }

    /// The column that stands for all those nobody knows before the data is read. It is there only while a query is
    /// checked without data; a name that no other column has then means one of them.
    pub const UNKNOWN: &'static str = "$columns";

    /// Whether the table may have columns besides those told here.
    pub fn is_open(&self) -> bool {
        self.columns.iter().any(|(n, _)| n.starts_with(Self::UNKNOWN))
    }

    /// The columns with nothing in them yet, for a kernel to fill.
    pub fn empty_columns(&self) -> Vec<Column> {
        let columns = self.columns.iter();
        columns.map(|(name, t)| Column { name: name.clone(), scalar_type: *t, values: Vec::new() }).collect()
    }

    /// A name no column has yet: the wanted one, or with the smallest number after it.
    pub fn free_name(&self, wanted: &str) -> String {
        free_name(wanted, |name| self.get(name).is_some())
    }
}

/// A name that is not taken: the wanted one, or with the smallest number after it, as Kusto numbers duplicates.
pub fn free_name(wanted: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(wanted) {
        return wanted.to_owned();
    }
    (1..u32::MAX).map(|n| format!("{wanted}{n}")).find(|name| !taken(name)).unwrap_or_default()
}

impl FromIterator<(String, ScalarType)> for Schema {
    fn from_iter<I: IntoIterator<Item = (String, ScalarType)>>(columns: I) -> Self {
        Self { columns: columns.into_iter().collect() }
    }
}

/// A node of the plan with the columns it gives.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What it does.
    pub kind: PlanKind,
    /// The columns of its rows.
    pub schema: Schema,
}

/// The kinds of plan node.
#[derive(Clone, Debug)]
pub enum PlanKind {
    /// The rows of a table of the logs.
    Scan(Scan),
    /// Rows given in the query.
    Values(Arc<Table>),
    /// `range`: from, to (included) and step, all of the column's type or a timespan step.
    Range(Value<'static>, Value<'static>, Value<'static>),
    /// The rows of the part at hand, inside the body of [`PlanKind::ForEach`].
    Part,
    /// Rows for which the predicate is true.
    Filter(Box<Plan>, Expr),
    /// New columns from each row.
    Project(Box<Plan>, Vec<(String, Expr)>),
    /// Groups and their aggregates; keys first.
    Aggregate(Aggregate),
    /// Rows in order.
    Sort(Box<Plan>, Vec<SortKey>),
    /// The first rows.
    Take(Box<Plan>, u64),
    /// Two tables by equal keys.
    Join(Join),
    /// All rows of tables with the same columns, in order.
    Union(Vec<Plan>),
    /// A row for every element of dynamic columns.
    Expand(Expand),
    /// The body run over each part of the input, parts told by the values of some columns, in order of appearance.
    ForEach {
        /// The rows.
        input: Box<Plan>,
        /// The columns whose values tell the parts.
        keys: Vec<String>,
        /// What is done to each part.
        body: Box<Plan>,
    },
    /// A function on whole tables.
    Table {
        /// Its name, for printing.
        name: String,
        /// Its tables.
        inputs: Vec<Plan>,
        /// What it computes.
        kernel: TableKernel,
    },
}

/// A function on whole tables; an error is told to the user as it is.
#[derive(Clone)]
pub struct TableKernel(pub Arc<TableFunction>);

/// The type of the function in a [`TableKernel`].
pub type TableFunction = dyn Fn(&Context, Vec<Table>) -> Result<Table, String> + Send + Sync;

impl fmt::Debug for TableKernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TableKernel")
    }
}

/// A read of a table of the logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The table's name.
    pub table: String,
    /// Half-open ticks of `TimeGenerated` outside of which no row matters.
    pub period: Option<(i64, i64)>,
    /// How many rows are enough, whichever they are.
    pub limit: Option<u64>,
    /// What is so of every row that matters.
    pub hints: Vec<Hint>,
    /// What a row must reach to matter, which rises while rows are read.
    pub bar: Option<Bar>,
}

impl Scan {
    /// A read of all of a table.
    pub const fn of(table: String) -> Self {
        Self { table, period: None, limit: None, hints: Vec::new(), bar: None }
    }
}

/// Groups and their aggregates. Without keys there is one group, even over no rows.
#[derive(Clone, Debug)]
pub struct Aggregate {
    /// The rows.
    pub input: Box<Plan>,
    /// The keys' names and values.
    pub keys: Vec<(String, Expr)>,
    /// The aggregates.
    pub calls: Vec<AggregateCall>,
}

/// One aggregate over a group.
#[derive(Clone, Debug)]
pub struct AggregateCall {
    /// The name of its column.
    pub name: String,
    /// The aggregate's name, for printing.
    pub function: &'static str,
    /// What it computes.
    pub meaning: AggregateKind,
    /// Its arguments.
    pub arguments: Vec<Expr>,
    /// The type of its answer.
    pub scalar_type: ScalarType,
}

/// What an aggregate call computes.
#[derive(Clone, Copy, Debug)]
pub enum AggregateKind {
    /// An aggregate every engine has.
    Core(CoreAggregate),
    /// One written for the rows of a group.
    Kernel(AggregateKernel),
}

/// One key of an order.
#[derive(Clone, Debug)]
pub struct SortKey {
    /// What to order by.
    pub value: Expr,
    /// Smallest first.
    pub ascending: bool,
    /// Nulls before everything else.
    pub nulls_first: bool,
}

/// Two tables by equal keys; null equals null.
#[derive(Clone, Debug)]
pub struct Join {
    /// The left side.
    pub left: Box<Plan>,
    /// The right side. Its columns already have the names they get in the answer.
    pub right: Box<Plan>,
    /// Which rows remain.
    pub kind: JoinKind,
    /// Pairs of a left and a right column.
    pub on: Vec<(String, String)>,
}

/// Which rows of a join remain, and whose columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinKind {
    /// Pairs, after the left side has lost all but one row of each key.
    InnerUnique,
    /// Pairs.
    Inner,
    /// Pairs, and left rows without one.
    LeftOuter,
    /// Pairs, and right rows without one.
    RightOuter,
    /// Pairs, and rows of both sides without one.
    FullOuter,
    /// Left rows that have a pair; left columns only.
    LeftSemi,
    /// Left rows without one.
    LeftAnti,
    /// Right rows that have a pair; right columns only.
    RightSemi,
    /// Right rows without one.
    RightAnti,
}

/// `mv-expand`: rows multiplied by the elements of dynamic columns, side by side.
#[derive(Clone, Debug)]
pub struct Expand {
    /// The rows.
    pub input: Box<Plan>,
    /// The columns and the type of their elements; a type other than dynamic converts each.
    pub columns: Vec<(String, ScalarType)>,
    /// Bags become `[key, value]` arrays instead of bags of one key.
    pub bags_as_arrays: bool,
    /// A column for the place of the element, from 0.
    pub index: Option<String>,
    /// The most rows made of one.
    pub limit: Option<u64>,
}

impl Plan {
    /// The tables a node reads.
    pub fn inputs(&self) -> Vec<&Plan> {
        match &self.kind {
            PlanKind::Scan(_) | PlanKind::Values(_) | PlanKind::Range(..) | PlanKind::Part => Vec::new(),
            PlanKind::Filter(input, _)
            | PlanKind::Project(input, _)
            | PlanKind::Sort(input, _)
            | PlanKind::Take(input, _) => vec![input],
            PlanKind::Aggregate(a) => vec![&a.input],
            PlanKind::Join(j) => vec![&j.left, &j.right],
            PlanKind::Union(inputs) | PlanKind::Table { inputs, .. } => inputs.iter().collect(),
            PlanKind::Expand(e) => vec![&e.input],
            PlanKind::ForEach { input, body, .. } => vec![input, body],
        }
    }

    /// The same node over other inputs, in the order of [`Plan::inputs`], and with other expressions: each is handed to a
    /// map, and what that gives takes its place.
    ///
    /// # Errors
    /// The first error of a map.
    pub fn try_map_parts<E>(
        self,
        input: &mut dyn FnMut(Plan) -> Result<Plan, E>,
        expr: &mut dyn FnMut(Expr) -> Result<Expr, E>,
    ) -> Result<Self, E> {
        let mut boxed = |plan: Box<Plan>| input(*plan).map(Box::new);
        let kind = match self.kind {
            leaf @ (PlanKind::Scan(_) | PlanKind::Values(_) | PlanKind::Range(..) | PlanKind::Part) => leaf,
            PlanKind::Filter(below, predicate) => PlanKind::Filter(boxed(below)?, expr(predicate)?),
            PlanKind::Project(below, columns) => {
                let below = boxed(below)?;
                let columns = columns.into_iter().map(|(name, e)| Ok((name, expr(e)?)));
                PlanKind::Project(below, columns.collect::<Result<_, E>>()?)
            }
            PlanKind::Aggregate(a) => {
                let below = boxed(a.input)?;
                let keys = a.keys.into_iter().map(|(name, e)| Ok((name, expr(e)?))).collect::<Result<_, E>>()?;
                let mut calls = a.calls;
                for call in &mut calls {
                    let arguments = std::mem::take(&mut call.arguments);
                    call.arguments = arguments.into_iter().map(&mut *expr).collect::<Result<_, E>>()?;
                }
                PlanKind::Aggregate(Aggregate { input: below, keys, calls })
            }
            PlanKind::Sort(below, keys) => {
                let below = boxed(below)?;
                let keys = keys.into_iter().map(|key| Ok(SortKey { value: expr(key.value)?, ..key }));
                PlanKind::Sort(below, keys.collect::<Result<_, E>>()?)
            }
            PlanKind::Take(below, count) => PlanKind::Take(boxed(below)?, count),
            PlanKind::Join(j) => {
                PlanKind::Join(Join { left: boxed(j.left)?, right: boxed(j.right)?, kind: j.kind, on: j.on })
            }
            PlanKind::Union(inputs) => PlanKind::Union(inputs.into_iter().map(input).collect::<Result<_, E>>()?),
            PlanKind::Expand(e) => PlanKind::Expand(Expand { input: boxed(e.input)?, ..e }),
            PlanKind::ForEach { input: below, keys, body } => {
                PlanKind::ForEach { input: boxed(below)?, keys, body: boxed(body)? }
            }
            PlanKind::Table { name, inputs, kernel } => {
                PlanKind::Table { name, inputs: inputs.into_iter().map(input).collect::<Result<_, E>>()?, kernel }
            }
        };
        Ok(Self { kind, schema: self.schema })
    }

    /// How many nodes stand upon one another.
    pub fn depth(&self) -> usize {
        1 + super::deep(|| self.inputs().into_iter().map(Self::depth).max().unwrap_or(0))
    }

    /// The expressions a node evaluates itself.
    pub fn expressions(&self) -> Vec<&Expr> {
        match &self.kind {
            PlanKind::Filter(_, predicate) => vec![predicate],
            PlanKind::Project(_, columns) => columns.iter().map(|(_, e)| e).collect(),
            PlanKind::Aggregate(a) => {
                a.keys.iter().map(|(_, e)| e).chain(a.calls.iter().flat_map(|c| &c.arguments)).collect()
            }
            PlanKind::Sort(_, keys) => keys.iter().map(|k| &k.value).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether it reads rows that it does not make itself, be it in a subquery.
    pub fn reads(&self) -> bool {
        matches!(self.kind, PlanKind::Scan(_) | PlanKind::Part)
            || self.expressions().into_iter().any(Expr::reads)
            || super::deep(|| self.inputs().into_iter().any(Self::reads))
    }

    /// Whether two computations of it may differ.
    pub fn is_volatile(&self) -> bool {
        self.expressions().into_iter().any(Expr::is_volatile)
            || super::deep(|| self.inputs().into_iter().any(Self::is_volatile))
    }

    /// The same node over other tables: each it reads is handed to `map`, and what that gives takes its place.
    #[must_use]
    pub fn map_inputs(self, map: &mut dyn FnMut(Plan) -> Plan) -> Self {
        let mut boxed = |input: Box<Plan>| Box::new(map(*input));
        let kind = match self.kind {
            leaf @ (PlanKind::Scan(_) | PlanKind::Values(_) | PlanKind::Range(..) | PlanKind::Part) => leaf,
            PlanKind::Filter(input, predicate) => PlanKind::Filter(boxed(input), predicate),
            PlanKind::Project(input, columns) => PlanKind::Project(boxed(input), columns),
            PlanKind::Sort(input, keys) => PlanKind::Sort(boxed(input), keys),
            PlanKind::Take(input, count) => PlanKind::Take(boxed(input), count),
            PlanKind::Aggregate(a) => PlanKind::Aggregate(Aggregate { input: boxed(a.input), ..a }),
            PlanKind::Join(j) => PlanKind::Join(Join { left: boxed(j.left), right: boxed(j.right), ..j }),
            PlanKind::Union(inputs) => PlanKind::Union(inputs.into_iter().map(map).collect()),
            PlanKind::Expand(e) => PlanKind::Expand(Expand { input: boxed(e.input), ..e }),
            PlanKind::ForEach { input, keys, body } => {
                PlanKind::ForEach { input: boxed(input), keys, body: boxed(body) }
            }
            PlanKind::Table { name, inputs, kernel } => {
                PlanKind::Table { name, inputs: inputs.into_iter().map(map).collect(), kernel }
            }
        };
        Self { kind, schema: self.schema }
    }

    /// The same node with other expressions, as [`Plan::map_inputs`].
    #[must_use]
    pub fn map_expressions(self, map: &mut dyn FnMut(Expr) -> Expr) -> Self {
        let kind = match self.kind {
            PlanKind::Filter(input, predicate) => PlanKind::Filter(input, map(predicate)),
            PlanKind::Project(input, columns) => {
                PlanKind::Project(input, columns.into_iter().map(|(name, e)| (name, map(e))).collect())
            }
            PlanKind::Aggregate(a) => {
                let keys = a.keys.into_iter().map(|(name, e)| (name, map(e))).collect();
                let call = |mut call: AggregateCall| {
                    call.arguments = call.arguments.into_iter().map(&mut *map).collect();
                    call
                };
                PlanKind::Aggregate(Aggregate { input: a.input, keys, calls: a.calls.into_iter().map(call).collect() })
            }
            PlanKind::Sort(input, keys) => {
                let key = |key: SortKey| SortKey { value: map(key.value), ..key };
                PlanKind::Sort(input, keys.into_iter().map(key).collect())
            }
            other => other,
        };
        Self { kind, schema: self.schema }
    }

    /// The rows for which a predicate is true.
    #[must_use]
    pub fn filter(self, predicate: Expr) -> Self {
        let schema = self.schema.clone();
        Self { kind: PlanKind::Filter(Box::new(self), predicate), schema }
    }

    /// New columns from each row.
    #[must_use]
    pub fn project(self, columns: Vec<(String, Expr)>) -> Self {
        let schema = columns.iter().map(|(name, e)| (name.clone(), e.scalar_type)).collect();
        Self { kind: PlanKind::Project(Box::new(self), columns), schema }
    }

    /// Each column as an expression, to build a projection from.
    pub fn all_columns(&self) -> Vec<(String, Expr)> {
        self.schema.columns.iter().map(|(name, t)| (name.clone(), Expr::column(name, *t))).collect()
    }

    /// A function on the whole table, giving these columns.
    #[must_use]
    pub fn table_kernel(
        name: &str,
        inputs: Vec<Plan>,
        schema: Schema,
        kernel: impl Fn(&Context, Vec<Table>) -> Result<Table, String> + Send + Sync + 'static,
    ) -> Self {
        let kernel = TableKernel(Arc::new(kernel));
        Self { kind: PlanKind::Table { name: name.to_owned(), inputs, kernel }, schema }
    }
}
