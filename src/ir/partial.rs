//! A plan in two: what is done to each batch of a read as it comes, and what is done once to all that was kept of them.
//!
//! Rows that a condition drops, columns that nothing reads and groups that are counted already need not wait in memory
//! for the end of a read. Each scan of the plan becomes a [`Feed`] with as much of the plan above it as means the same on
//! batches, and in the plan itself a scan of what the feed kept.

use super::{Aggregate, AggregateCall, Bar, Expand, Expr, ExprKind, Plan, PlanKind, Scan, Schema, SortKey, deep};
use crate::types::ScalarType;

/// A scan and what is done to its batches.
#[derive(Clone, Debug)]
pub struct Feed {
    /// What is read.
    pub scan: Scan,
    /// The columns that are read.
    pub schema: Schema,
    /// What is done to the rows of each batch, which are its [`PlanKind::Part`]. Rows have the column [`Feed::AT`].
    pub each: Plan,
    /// What is kept of the rows that this gives.
    pub keep: Keep,
    /// The columns of what is kept in the end.
    pub kept: Schema,
}

/// What is kept of the rows of all batches.
#[derive(Clone, Debug)]
pub enum Keep {
    /// All of them.
    All,
    /// The first.
    First(u64),
    /// The first in an order.
    Best(Vec<SortKey>, u64),
    /// Groups, told by keys, and their aggregates.
    Groups(Vec<(String, Expr)>, Vec<AggregateCall>),
}

/// A plan in two.
#[derive(Clone, Debug)]
pub struct Partial {
    /// The reads, each with its part of the plan.
    pub feeds: Vec<Feed>,
    /// The rest. Its scans name what the feeds kept, by [`Feed::name`].
    pub rest: Plan,
}

/// The most rows of an order that are kept while reading.
const MAX_BEST: u64 = 100_000;

impl Feed {
    /// The column that tells where a row stands among all rows of its table. Rows that [`PlanKind::Expand`] makes of one
    /// have it from that one.
    pub const AT: &'static str = "$at";

    /// A text that feeds have in common exactly when they keep the same; `None` when that cannot be told.
    pub fn likeness(&self) -> Option<String> {
        /// Deeper plans are not written out.
        const MODEST: usize = 100;
        let gathered: Vec<&Expr> = match &self.keep {
            Keep::All | Keep::First(_) => Vec::new(),
            Keep::Best(keys, _) => keys.iter().map(|key| &key.value).collect(),
            Keep::Groups(keys, calls) => {
                keys.iter().map(|(_, key)| key).chain(calls.iter().flat_map(|call| &call.arguments)).collect()
            }
        };
        let is_plain = self.each.depth() < MODEST && plain(&self.each) && gathered.into_iter().all(tells_all);
        is_plain.then(|| deep(|| format!("{self:?}")))
    }

    /// The name of what the feed at a place kept, as a table.
    pub fn name(at: usize) -> String {
        format!("$kept{at}")
    }
}

impl Partial {
    /// Cuts a narrowed plan as high above its scans as means the same.
    pub fn of(plan: Plan) -> Self {
        Self::cut(plan, true)
    }

    /// Cuts a plan right above its scans: nothing is done before all rows are there.
    pub fn whole(plan: Plan) -> Self {
        Self::cut(plan, false)
    }

    fn cut(plan: Plan, high: bool) -> Self {
        let mut cutter = Cutter { high, feeds: Vec::new() };
        let rest = cutter.closed(plan);
        Self { feeds: cutter.feeds, rest }
    }
}

/// Whether all that a plan means stands in it: no function made for it, and no other plan.
fn plain(plan: &Plan) -> bool {
    let simple = matches!(
        plan.kind,
        PlanKind::Part
            | PlanKind::Filter(..)
            | PlanKind::Project(..)
            | PlanKind::Aggregate(_)
            | PlanKind::Sort(..)
            | PlanKind::Take(..)
            | PlanKind::Expand(_)
    );
    simple && plan.expressions().into_iter().all(tells_all) && plan.inputs().into_iter().all(plain)
}

/// Whether an expression gives the same wherever it stands: nothing random, and no other plan.
fn tells_all(expr: &Expr) -> bool {
    let is_own = matches!(expr.kind, ExprKind::Subquery(..) | ExprKind::Kernel { volatile: true, .. });
    !is_own && expr.operands().iter().all(tells_all)
}

struct Cutter {
    /// Whether anything is done to batches at all.
    high: bool,
    feeds: Vec<Feed>,
}

/// A plan that has been walked through.
enum Cut {
    /// All of it can be done to the batches of one scan.
    Open(Rows),
    /// What remains above its feeds.
    Closed(Plan),
}

/// A scan and what is done to each row of it.
struct Rows {
    scan: Scan,
    schema: Schema,
    each: Plan,
    /// The columns that each gives, without [`Feed::AT`].
    given: Schema,
}

impl Cutter {
    /// The plan above its feeds.
    fn closed(&mut self, plan: Plan) -> Plan {
        match self.walk(plan) {
            Cut::Closed(plan) => plan,
            Cut::Open(rows) => {
                let given = rows.given.clone();
                self.feed(rows, Keep::All, given)
            }
        }
    }

    /// Adds a feed; the answer is the scan of what it keeps.
    fn feed(&mut self, rows: Rows, keep: Keep, kept: Schema) -> Plan {
        let Rows { mut scan, schema, each, .. } = rows;
        if matches!(keep, Keep::First(_)) && scan.limit.is_none() {
            // With a limit rows come in order, and so tell when there are enough.
            scan.limit = Some(u64::MAX);
        }
        if let Keep::Best(keys, count) = &keep {
            scan.bar = Bar::of(&each, keys, *count);
        }
        let table = Feed::name(self.feeds.len());
        self.feeds.push(Feed { scan, schema, each, keep, kept: kept.clone() });
        let scan = Scan::of(table);
        Plan { kind: PlanKind::Scan(scan), schema: kept }
    }

    fn walk(&mut self, plan: Plan) -> Cut {
        deep(|| {
            let plan = below_projections(plan);
            let plain = self.high && plan.expressions().into_iter().all(of_a_row);
            let schema = plan.schema;
            match plan.kind {
                PlanKind::Scan(scan) => {
                    let each = Plan { kind: PlanKind::Part, schema: with_at(&schema) };
                    Cut::Open(Rows { scan, schema: schema.clone(), each, given: schema })
                }
                PlanKind::Filter(input, predicate) if plain => {
                    self.row_wise(*input, schema, |input| PlanKind::Filter(input, predicate))
                }
                PlanKind::Expand(expand) if plain => {
                    let Expand { input, columns, bags_as_arrays, index, limit } = expand;
                    self.row_wise(*input, schema, |input| {
                        PlanKind::Expand(Expand { input, columns, bags_as_arrays, index, limit })
                    })
                }
                PlanKind::Project(input, mut columns) if plain => match self.walk(*input) {
                    Cut::Open(rows) => {
                        columns.push((Feed::AT.to_owned(), Expr::column(Feed::AT, ScalarType::Long)));
                        Cut::Open(Rows { each: rows.each.project(columns), given: schema, ..rows })
                    }
                    Cut::Closed(input) => Cut::Closed(input.project(columns)),
                },
                PlanKind::Aggregate(Aggregate { input, keys, calls })
                    if plain && !(keys.is_empty() && calls.is_empty()) =>
                {
                    Cut::Closed(match self.walk(*input) {
                        Cut::Open(rows) => self.feed(rows, Keep::Groups(keys, calls), schema),
                        Cut::Closed(input) => {
                            let aggregate = Aggregate { input: Box::new(input), keys, calls };
                            Plan { kind: PlanKind::Aggregate(aggregate), schema }
                        }
                    })
                }
                PlanKind::Take(input, count) if plain => self.take(*input, count, schema),
                kind => {
                    let plan = Plan { kind, schema }.map_inputs(&mut |input| self.closed(input));
                    Cut::Closed(plan.map_expressions(&mut |expr| self.subqueries(expr)))
                }
            }
        })
    }

    fn row_wise(&mut self, input: Plan, schema: Schema, node: impl FnOnce(Box<Plan>) -> PlanKind) -> Cut {
        match self.walk(input) {
            Cut::Open(rows) => {
                let each = Plan { schema: with_at(&schema), kind: node(Box::new(rows.each)) };
                Cut::Open(Rows { each, given: schema, ..rows })
            }
            Cut::Closed(input) => Cut::Closed(Plan { schema, kind: node(Box::new(input)) }),
        }
    }

    fn take(&mut self, input: Plan, count: u64, schema: Schema) -> Cut {
        let take = |input: Plan, schema: Schema| Plan { kind: PlanKind::Take(Box::new(input), count), schema };
        Cut::Closed(match input.kind {
            PlanKind::Sort(below, keys) if count <= MAX_BEST && keys.iter().all(|k| of_a_row(&k.value)) => {
                match self.walk(*below) {
                    Cut::Open(rows) => self.feed(rows, Keep::Best(keys, count), schema),
                    Cut::Closed(below) => {
                        take(Plan { kind: PlanKind::Sort(Box::new(below), keys), schema: schema.clone() }, schema)
                    }
                }
            }
            kind => match self.walk(Plan { kind, schema: input.schema }) {
                Cut::Open(rows) => self.feed(rows, Keep::First(count), schema),
                Cut::Closed(input) => take(input, schema),
            },
        })
    }

    fn subqueries(&mut self, expr: Expr) -> Expr {
        match expr.kind {
            ExprKind::Subquery(plan, answer) => {
                let plan = Box::new(self.closed(*plan));
                Expr { kind: ExprKind::Subquery(plan, answer), scalar_type: expr.scalar_type }
            }
            kind => Expr { kind, ..expr }.map_operands(|operand| self.subqueries(operand)),
        }
    }
}

fn with_at(schema: &Schema) -> Schema {
    schema.columns.iter().cloned().chain([(Feed::AT.to_owned(), ScalarType::Long)]).collect()
}

/// Whether the value of an expression depends on nothing but its row.
pub(super) fn of_a_row(expr: &Expr) -> bool {
    !matches!(expr.kind, ExprKind::Window { .. } | ExprKind::Subquery(..)) && expr.operands().iter().all(of_a_row)
}

/// The plan; a `take` above projections of an order stands below them, right above the order.
fn below_projections(plan: Plan) -> Plan {
    let PlanKind::Take(input, count) = plan.kind else { return plan };
    let mut above = Vec::new();
    let mut input = *input;
    loop {
        match input.kind {
            PlanKind::Project(inner, columns) if columns.iter().all(|(_, e)| !e.has_window()) => {
                above.push((columns, input.schema));
                input = *inner;
            }
            kind => {
                input = Plan { kind, schema: input.schema };
                break;
            }
        }
    }
    let sorted = matches!(input.kind, PlanKind::Sort(..));
    if sorted {
        let schema = input.schema.clone();
        input = Plan { kind: PlanKind::Take(Box::new(input), count), schema };
    }
    while let Some((columns, schema)) = above.pop() {
        input = Plan { kind: PlanKind::Project(Box::new(input), columns), schema };
    }
    if sorted { input } else { Plan { kind: PlanKind::Take(Box::new(input), count), schema: plan.schema } }
}
