//! Every query over the logs of a period, and those of the period before that are compared.

use std::collections::{BTreeMap, BTreeSet};

use arrow::record_batch::RecordBatch;

use super::compare::How;
use super::health::{self, Counted, Health};
use super::saved::compile;
use super::{Changed, Done, Input, Outcome, Period, Report, Saved};
use crate::bind::{Bound, Environment, Tables};
use crate::diagnostics::draw;
use crate::engine::{Engine, EngineError, Job, Rows};
use crate::ir::{Context, Plan, tables_read};
use crate::render::Answer;
use crate::sources::FoundFile;
use crate::types::{Table, format_datetime};
use crate::workbook::{TimeSpan, Values};

/// What a report is made of.
pub struct Run<'a> {
    /// The queries, in the order they are shown.
    pub queries: &'a [Saved],
    /// The time it is about.
    pub period: &'a Period,
    /// The clock: what lies behind it is not missing. Queries see the period's end as `now()`.
    pub now: i64,
    /// Values for parameters and placeholders.
    pub given: &'a BTreeMap<String, Vec<String>>,
    /// The tables of the logs.
    pub tables: &'a dyn Tables,
    /// Their rows.
    pub rows: &'a dyn Rows,
    /// What computes.
    pub engine: &'a dyn Engine,
    /// The files of the logs.
    pub inputs: Vec<&'a FoundFile>,
}

/// What is told while a report is made.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// So many things are to be done.
    Begun(usize),
    /// One is done: the query's id, and how it ended.
    Ran(&'a str, &'a str),
}

/// Who is told.
pub type Progress<'a> = dyn Fn(Event<'_>) + 'a;

/// A query and its plans, or why there are none.
type Compiled = Result<(Bound, Vec<String>), String>;

/// The answers of all plans, in order.
type Batches = std::vec::IntoIter<Result<RecordBatch, EngineError>>;

/// Runs every query, for the period and for the one before where the two are compared, all over one read of each table.
/// What is wrong with one query is its own outcome; what fails for the period before is compared with nothing.
pub fn run<'a>(run: &Run<'a>, progress: &Progress<'_>) -> Report<'a> {
    let before = run.period.before();
    let compiled: Vec<Compiled> = run.queries.iter().map(|saved| run.compile(saved, run.period)).collect();
    let hows: Vec<Option<How>> = run.queries.iter().zip(&compiled).map(|(saved, c)| how(saved, c)).collect();
    let earlier: Vec<Option<Compiled>> =
        run.queries.iter().zip(&hows).map(|(saved, how)| how.as_ref().map(|_| run.compile(saved, &before))).collect();
    let bound = compiled.iter().filter_map(|c| c.as_ref().ok()).flat_map(|(bound, _)| &bound.outputs);
    let read: BTreeSet<String> = bound.flat_map(|out| tables_read(&out.plan)).collect();
    let counts = |period: &Period| -> Vec<Compiled> {
        read.iter().map(|table| run.bind_text(&health::query(table), period)).collect()
    };
    let (counts, counts_before) = (counts(run.period), counts(&before));
    progress(Event::Begun(run.queries.len()));
    let (now, then) = (Context { now: run.period.end }, Context { now: before.end });
    let jobs: Vec<Job<'_>> = [
        jobs(&compiled, &now),
        jobs(earlier.iter().flatten(), &then),
        jobs(&counts, &now),
        jobs(&counts_before, &then),
    ]
    .concat();
    let mut batches = run.engine.run_all(&jobs, run.rows).into_iter();
    let mut done: Vec<Done<'a>> =
        run.queries.iter().zip(compiled).map(|(saved, compiled)| run.done(saved, compiled, &mut batches)).collect();
    for ((one, how), earlier) in done.iter_mut().zip(&hows).zip(earlier) {
        let found = earlier.and_then(|earlier| answers(earlier, &mut batches).ok());
        if let Some((how, (found, _))) = how.as_ref().zip(found) {
            compare(one, how, found, run.period, &before);
        }
        progress(Event::Ran(&one.saved.id, &told(one)));
    }
    Report {
        title: None,
        period: run.period,
        done,
        health: run.health(run.period, &read, counts, &mut batches),
        health_before: run.health(&before, &read, counts_before, &mut batches),
        inputs: run.inputs.iter().map(|file| Input { file, rows: Vec::new() }).collect(),
        damaged: Vec::new(),
        readings: Vec::new(),
        is_beyond_tolerance: false,
        notes: Vec::new(),
    }
}

/// How a query is compared with the period before.
fn how(saved: &Saved, compiled: &Compiled) -> Option<How> {
    let (header, (bound, _)) = (saved.header.as_ref().ok()?, compiled.as_ref().ok()?);
    How::of(header, bound.outputs.first()?)
}

/// The plans of what could be compiled.
fn jobs<'j>(compiled: impl IntoIterator<Item = &'j Compiled>, context: &'j Context) -> Vec<Job<'j>> {
    let bound = compiled.into_iter().filter_map(|c| c.as_ref().ok());
    bound.flat_map(|(bound, _)| bound.outputs.iter().map(|out| Job { plan: &out.plan, context })).collect()
}

/// Puts the answers for the period before beside those of a query.
fn compare(done: &mut Done<'_>, how: &How, found: Vec<Answer>, period: &Period, before: &Period) {
    match (how, done.answers().first(), found.first()) {
        (How::Card, ..) => done.before = found,
        (_, Some(answer), Some(then)) => done.changed = Changed::of(how, answer, then, period, before),
        _ => {}
    }
}

fn told(done: &Done<'_>) -> String {
    match &done.outcome {
        Outcome::Failed(error) => error.lines().next().unwrap_or_default().to_owned(),
        Outcome::Answers(answers) => {
            let rows: usize = answers.iter().map(Answer::rows).sum();
            let alarms: Vec<_> = done.alarms().map(|v| format!("; alarm: {} is {}", v.text, v.value)).collect();
            format!("{rows} row{}{}", if rows == 1 { "" } else { "s" }, alarms.concat())
        }
    }
}

/// The answers of a compiled query, taken from those of all plans in order.
fn answers(compiled: Compiled, batches: &mut Batches) -> Result<(Vec<Answer>, Vec<String>), String> {
    let (bound, notes) = compiled?;
    let mut answers = Vec::new();
    let mut failed = None;
    for out in bound.outputs {
        match batches.next() {
            Some(Ok(batch)) => answers.push(Answer {
                name: out.name,
                schema: batch.schema(),
                batches: vec![batch],
                visualization: out.visualization,
            }),
            Some(Err(error)) => failed = failed.or(Some(error.message)),
            None => {}
        }
    }
    failed.map_or(Ok((answers, notes)), Err)
}

impl<'a> Run<'a> {
    fn done(&self, saved: &'a Saved, compiled: Compiled, batches: &mut Batches) -> Done<'a> {
        let span = self.span(saved, self.period);
        let (outcome, notes) = match answers(compiled, batches) {
            Ok((answers, notes)) => (Outcome::Answers(answers), notes),
            Err(error) => (Outcome::Failed(error), Vec::new()),
        };
        let mut done = Done { saved, outcome, before: Vec::new(), changed: None, verdicts: Vec::new(), notes, span };
        let first = done.answers().first().map(|answer| Table::from_batches(&answer.schema, &answer.batches));
        if let (Some(table), Ok(header)) = (first, &saved.header) {
            done.verdicts = header.alerts.iter().map(|alert| alert.verdict(&table)).collect();
        }
        done
    }

    /// What the tables have and lack of a period.
    fn health(&self, period: &Period, read: &BTreeSet<String>, counts: Vec<Compiled>, batches: &mut Batches) -> Health {
        let held: BTreeSet<&String> = self.inputs.iter().flat_map(|file| &file.tables).collect();
        let counted = read.iter().zip(counts).map(|(table, compiled)| {
            let answers = answers(compiled, batches).map(|(answers, _)| answers).unwrap_or_default();
            Counted { table: table.clone(), is_held: held.contains(table), answers }
        });
        health::of(period, self.now, &counted.collect::<Vec<_>>())
    }

    /// The half-open ticks a query looks at.
    fn span(&self, saved: &Saved, period: &Period) -> (i64, i64) {
        let own = saved.header.as_ref().ok().and_then(|header| header.timespan.as_deref());
        let own = own.and_then(|text| TimeSpan::parse(text, period.end));
        own.map_or((period.start, period.end), |span| (span.start, span.end))
    }

    fn compile(&self, saved: &Saved, period: &Period) -> Compiled {
        let span = self.span(saved, period);
        self.bind(period, span, |values, environment| compile(saved, values, environment))
            .map_err(|findings| draw(&saved.text, &saved.file, &findings).trim_end().to_owned())
    }

    /// The plans of a query of the report's own.
    fn bind_text(&self, text: &str, period: &Period) -> Compiled {
        self.bind(period, (period.start, period.end), |values, environment| {
            crate::workbook::compile(text, values, environment)
        })
        .map_err(|findings| draw(text, "health", &findings))
    }

    fn bind<T>(&self, period: &Period, span: (i64, i64), with: impl Fn(&Values, &Environment<'_>) -> T) -> T {
        let context = Context { now: period.end };
        let evaluate = |plan: &Plan| {
            let batch = self.engine.run(plan, &context, self.rows).map_err(|e| e.message)?;
            Ok(Table::from_batches(&batch.schema(), std::slice::from_ref(&batch)))
        };
        let last = |(name, values): (&String, &Vec<String>)| Some((name.clone(), values.last()?.clone()));
        let parameters: BTreeMap<String, String> = self.given.iter().filter_map(last).collect();
        let environment = Environment {
            tables: self.tables,
            context: context.clone(),
            parameters: &parameters,
            period: Some(span),
            evaluate: Some(&evaluate),
        };
        let timespan = format!("{}/{}", format_datetime(span.0), format_datetime(span.1));
        with(&Values { given: self.given.clone(), timespan: Some(timespan), now: period.end }, &environment)
    }
}
