//! The engine on Spark Connect: as much of a plan as SQL says exactly runs on the cluster, the rest here on what it
//! gives.

mod answer;
mod codec;
mod connect;
mod messages;
mod places;
mod prepare;
mod remote;
mod slots;
mod sql;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use arrow::record_batch::RecordBatch;

use self::connect::Session;
use self::prepare::{columns_of, once_name, shared, with_table};
use self::sql::{Logs, Piece, Place, Pull, Writer};
use super::{Engine, EngineError, PolarsEngine, Rows};
use crate::ir::{Context, Plan, PlanKind, Scan, Schema, deep, explain, prune};
use crate::sources::{Position, Sink};
use crate::types::Table;

pub use connect::wait_for_jobs;
pub use remote::Remote;

/// What a run on a cluster is told.
#[derive(Clone, Debug)]
pub struct SparkOptions {
    /// The server.
    pub remote: Remote,
    /// Files and folders of logs, as the server names them.
    pub logs: Vec<String>,
    /// Tables that are not there but here, read through [`Rows`].
    pub beside: BTreeSet<String>,
    /// Whether to fetch rows that the answer has fewer of, when SQL cannot say what makes them fewer.
    pub allow_fetch: bool,
    /// How long a run may take.
    pub timeout: Option<Duration>,
    /// How many ticks after its time a row may have been received, and so lie in a later folder; without it any row may
    /// lie anywhere.
    pub late: Option<i64>,
}

/// Computes plans on a Spark Connect server.
pub struct SparkEngine {
    options: SparkOptions,
    /// What finishes here.
    local: PolarsEngine,
    /// Opened when the first statement is due.
    session: RefCell<Option<Session>>,
    places: RefCell<Option<Vec<Place>>>,
}

/// A plan, said in part in SQL.
struct Halves {
    /// What is run there, and the columns of each answer.
    fetched: Vec<(String, Schema)>,
    /// What is run here over the answers; `None` when the only answer is that of the plan.
    here: Option<Plan>,
    /// Statements that define what the queries read.
    views: Vec<String>,
    /// Which files are read although the period has no row in them, and why.
    unlisted: Vec<String>,
    pulls: Vec<Pull>,
    /// Whether the answer has few rows whatever the logs hold.
    bounded: bool,
}

impl SparkEngine {
    /// An engine that has not spoken to its server yet.
    pub fn new(options: SparkOptions, local: PolarsEngine) -> Self {
        Self { options, local, session: RefCell::default(), places: RefCell::default() }
    }

    /// Runs a statement, in the one session of the run.
    fn statement(&self, sql: &str) -> Result<Vec<RecordBatch>, EngineError> {
        let mut session = self.session.borrow_mut();
        if session.is_none() {
            let opened = Session::open(&self.options.remote, self.options.timeout)?;
            // Whole numbers wrap around, casts give null, and times are UTC; nanoseconds of Parquet are read as numbers. A
            // server that knows no such settings is like that by itself.
            let settings = ["ansi.enabled=false", "session.timeZone=UTC", "legacy.parquet.nanosAsLong=true"];
            for setting in settings.map(|setting| format!("spark.sql.{setting}")) {
                match opened.run(&format!("SET {setting}")) {
                    Err(error) if error.interrupted => return Err(error),
                    _ => {}
                }
            }
            *session = Some(opened);
        }
        match session.as_ref() {
            Some(session) => session.run(sql),
            None => Ok(Vec::new()),
        }
    }

    /// Writes a plan that is narrowed and reads no other plan's answer.
    fn halves(&self, plan: &Plan, context: &Context) -> Result<Halves, EngineError> {
        let places = if reads_logs(plan) { self.places()? } else { Vec::new() };
        if reads_logs(plan) && places.is_empty() {
            return Err(EngineError::new("name the logs with --logs PATH, as the server names it"));
        }
        let logs = Logs::new(&places);
        let mut writer = Writer::new(context, &logs);
        let (here, pulls, bounded) = match writer.plan(plan.clone()) {
            Piece::There(relation) => {
                let sql = writer.query(&relation, &plan.schema);
                writer.fetched.push((sql, plan.schema.clone()));
                (None, Vec::new(), relation.bounded)
            }
            Piece::Here { plan, pulls } => {
                let bounded = pulls.is_empty();
                (Some(plan), pulls, bounded)
            }
        };
        let mut left = BTreeSet::new();
        here.iter().for_each(|plan| tables(plan, &mut left));
        left.retain(|table| !table.starts_with('$') && !self.options.beside.contains(table));
        if let Some(table) = left.first() {
            return Err(EngineError::new(format!(
                "the table {table} is not read on a cluster: it is none of the API Management tables"
            )));
        }
        Ok(Halves {
            fetched: writer.fetched,
            here,
            views: logs.definitions(),
            unlisted: logs.unlisted(),
            pulls,
            bounded,
        })
    }

    /// The rows of an input that a plan has several times, with the columns that it reads of it anywhere.
    fn once(
        &self,
        at: usize,
        input: Plan,
        plan: &Plan,
        context: &Context,
        rows: &dyn Rows,
    ) -> Result<Table, EngineError> {
        let mut read = BTreeSet::new();
        columns_of(plan, &once_name(at), &mut read);
        let columns = input.all_columns().into_iter().filter(|(name, _)| read.contains(name)).collect();
        let narrowed = prune(&input.project(columns));
        let halves = self.halves(&self.prepared(narrowed.clone(), context, Some(rows))?, context)?;
        if !halves.bounded {
            let beyond = "a query on each part of a table".to_owned();
            self.permit(&[Pull { beyond, excess: true }])?;
        }
        let batch = self.run(&narrowed, context, rows)?;
        Ok(Table::from_batches(&batch.schema(), &[batch]))
    }

    /// Stops before all rows come over.
    fn permit(&self, pulls: &[Pull]) -> Result<(), EngineError> {
        match pulls.iter().find(|pull| pull.excess) {
            Some(pull) if !self.options.allow_fetch => Err(EngineError::new(format!(
                "{} has no form in SQL that means exactly the same, so every row before it would have to be fetched; \
                 summarize before it, or fetch them with --allow-fetch",
                pull.beyond
            ))),
            _ => Ok(()),
        }
    }
}

impl Engine for SparkEngine {
    fn run(&self, plan: &Plan, context: &Context, rows: &dyn Rows) -> Result<RecordBatch, EngineError> {
        let (plan, once) = shared(plan);
        let mut plan = prune(&plan);
        for (at, input) in once.into_iter().enumerate() {
            let table = self.once(at, input, &plan, context, rows)?;
            plan = with_table(plan, &once_name(at), &Arc::new(table));
        }
        let plan = self.prepared(plan, context, Some(rows))?;
        let halves = self.halves(&plan, context)?;
        self.permit(&halves.pulls)?;
        for view in &halves.views {
            self.statement(view)?;
        }
        let mut answers = HashMap::new();
        for (at, (sql, schema)) in halves.fetched.iter().enumerate() {
            answers.insert(sql::fetched_name(at), answer::table(&self.statement(sql)?, schema)?);
        }
        match halves.here {
            Some(here) => self.local.run(&here, context, &Fetched { answers }),
            None => answers
                .remove(&sql::fetched_name(0))
                .ok_or_else(|| EngineError::new("the server was asked for nothing")),
        }
    }

    fn explain(&self, plan: &Plan, context: &Context) -> Result<String, EngineError> {
        let plan = self.prepared(prune(plan), context, None)?;
        let halves = self.halves(&plan, context)?;
        // Writing to a string cannot fail.
        let mut text = format!("On {:?}\n", self.options.remote);
        for what in &halves.unlisted {
            let _ = writeln!(text, "-- {what}");
        }
        for view in &halves.views {
            let _ = writeln!(text, "{view};");
        }
        for (at, (sql, _)) in halves.fetched.iter().enumerate() {
            let _ = writeln!(text, "-- {}\n{sql};", sql::fetched_name(at));
        }
        if let Some(here) = &halves.here {
            let beyond: BTreeSet<&str> = halves.pulls.iter().map(|pull| pull.beyond.as_str()).collect();
            let _ = writeln!(text, "\nHere\n{}", explain(here).trim_end());
            for what in beyond {
                let _ = writeln!(text, "beyond SQL: {what}");
            }
            if halves.pulls.iter().any(|pull| pull.excess) {
                let _ = writeln!(text, "every row would be fetched, which only --allow-fetch permits");
            }
        }
        Ok(text)
    }
}

/// The answers of a run, as the tables that the rest of the plan scans.
struct Fetched {
    answers: HashMap<String, RecordBatch>,
}

impl Rows for Fetched {
    fn read(&self, scan: &Scan, columns: &[String], sink: &Sink<'_>) -> Result<(), EngineError> {
        let batch = self
            .answers
            .get(&scan.table)
            .ok_or_else(|| EngineError::new(format!("'{}' was not fetched", scan.table)))?;
        let schema = batch.schema();
        let places = columns.iter().map(|name| schema.index_of(name)).collect::<Result<Vec<_>, _>>()?;
        // One batch is all there is: whether more is wanted does not matter.
        let _ = sink(Position { file: 0, block: 0 }, batch.project(&places)?);
        Ok(())
    }
}

/// The tables that a plan scans.
fn tables(plan: &Plan, into: &mut BTreeSet<String>) {
    if let PlanKind::Scan(scan) = &plan.kind {
        into.insert(scan.table.clone());
    }
    deep(|| plan.inputs().into_iter().for_each(|input| tables(input, into)));
}

/// Whether any row of the logs is read.
fn reads_logs(plan: &Plan) -> bool {
    matches!(plan.kind, PlanKind::Scan(_)) || deep(|| plan.inputs().into_iter().any(reads_logs))
}
