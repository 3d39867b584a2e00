//! Every query over the logs of a period, and those of the period before that are compared.

use std::collections::{BTreeMap, BTreeSet};

use arrow::record_batch::RecordBatch;

use super::health::{self, Health};
use super::saved::compile;
use super::{Period, Saved, Verdict};
use crate::bind::{Bound, Environment, Tables};
use crate::diagnostics::draw;
use crate::engine::{Engine, EngineError, Rows};
use crate::ir::{Context, Plan, tables_read};
use crate::render::{Answer, ColorBook, Options, Reading};
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

/// How a query ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Its tables.
    Answers(Vec<Answer>),
    /// Why it has none, for the user.
    Failed(String),
}

/// A query that was run.
#[derive(Clone, Debug)]
pub struct Done<'a> {
    /// The query.
    pub saved: &'a Saved,
    /// How it ended.
    pub outcome: Outcome,
    /// Its tables for the period before, when it is compared with that.
    pub before: Vec<Answer>,
    /// What became of its alerts.
    pub verdicts: Vec<Verdict>,
    /// What may have been meant otherwise.
    pub notes: Vec<String>,
    /// The half-open ticks it looked at.
    pub span: (i64, i64),
}

impl Done<'_> {
    /// Its tables; none when it failed.
    pub fn answers(&self) -> &[Answer] {
        match &self.outcome {
            Outcome::Answers(answers) => answers,
            Outcome::Failed(_) => &[],
        }
    }

    /// Its alerts that are alarms.
    pub fn alarms(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().filter(|verdict| verdict.fired)
    }

    /// Whether its first table is a card of the summary.
    pub fn is_card(&self) -> bool {
        self.answers().first().is_some_and(is_card)
    }
}

fn is_card(answer: &Answer) -> bool {
    answer.visualization.as_ref().is_some_and(|asked| asked.kind == "card")
}

/// A report before it is written down.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// What it is called beside its period.
    pub title: Option<String>,
    /// The time it is about.
    pub period: &'a Period,
    /// Its queries.
    pub done: Vec<Done<'a>>,
    /// What is missing.
    pub health: Health,
    /// The files.
    pub inputs: Vec<&'a FoundFile>,
    /// What became of their rows, table by table.
    pub readings: Vec<Reading>,
    /// Whether more rows were rejected than is tolerated.
    pub is_beyond_tolerance: bool,
    /// What else its reader should know.
    pub notes: Vec<String>,
}

/// How a report ended; of several, the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All is well.
    Whole,
    /// A threshold was passed.
    Alarm,
    /// Too many bad rows, a day without rows, or no rows at all.
    Inputs,
    /// A query failed.
    Failures,
}

impl Status {
    /// Its name in the manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Alarm => "alarm",
            Self::Inputs => "inputs",
            Self::Failures => "failures",
        }
    }
}

impl Report<'_> {
    /// One colour for one name in all of its charts.
    pub fn colors(&self, options: &Options) -> ColorBook {
        let answers: Vec<Answer> = self.done.iter().flat_map(Done::answers).cloned().collect();
        ColorBook::of(&answers, options)
    }

    /// What is missing or broken, a line for each thing.
    pub fn lacks(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.health.is_empty() {
            lines.push("The logs have no row of this time".to_owned());
        } else {
            for table in self.health.tables.iter().filter(|table| !table.missing_days.is_empty()) {
                lines.push(format!("{} has no row of {}", table.table, days(&table.missing_days)));
            }
        }
        if self.is_beyond_tolerance {
            lines.push("More rows were rejected than is tolerated".to_owned());
        }
        lines
    }

    /// The worst of what happened.
    pub fn status(&self) -> Status {
        if self.done.iter().any(|done| matches!(done.outcome, Outcome::Failed(_))) {
            Status::Failures
        } else if self.is_beyond_tolerance || self.health.lacks_days() || self.health.is_empty() {
            Status::Inputs
        } else if self.done.iter().any(|done| done.alarms().next().is_some()) {
            Status::Alarm
        } else {
            Status::Whole
        }
    }
}

fn days(names: &[String]) -> String {
    const MOST: usize = 10;
    let shown = names.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > MOST { format!("{shown} and {} more days", names.len() - MOST) } else { shown }
}

/// A query and its plans, or why there are none.
type Compiled = Result<(Bound, Vec<String>), String>;

/// Runs every query. What is wrong with one is its own outcome.
pub fn run<'a>(run: &Run<'a>, progress: &Progress<'_>) -> Report<'a> {
    let compiled: Vec<Compiled> = run.queries.iter().map(|saved| run.compile(saved, run.period)).collect();
    let bound = compiled.iter().filter_map(|c| c.as_ref().ok()).flat_map(|(bound, _)| &bound.outputs);
    let read: BTreeSet<String> = bound.flat_map(|out| tables_read(&out.plan)).collect();
    let held: BTreeSet<&String> = run.inputs.iter().flat_map(|file| &file.tables).collect();
    let counts: Vec<_> = read.iter().map(|table| run.bind_text(&health::query(table), run.period)).collect();
    let plans = |compiled: &'_ [Compiled]| -> Vec<Plan> {
        let bound = compiled.iter().filter_map(|c| c.as_ref().ok());
        bound.flat_map(|(bound, _)| bound.outputs.iter().map(|out| out.plan.clone())).collect()
    };
    let wanted = [plans(&compiled), plans(&counts)].concat();
    progress(Event::Begun(run.queries.len()));
    let mut batches = run.all(&wanted, run.period).into_iter();
    let mut done: Vec<Done<'a>> = Vec::new();
    for (saved, compiled) in run.queries.iter().zip(compiled) {
        let one = run.done(saved, compiled, &mut batches);
        progress(Event::Ran(&saved.id, &told(&one)));
        done.push(one);
    }
    let mut counted = Vec::new();
    for (table, compiled) in read.iter().zip(counts) {
        let answers = answers(compiled, &mut batches).map(|(answers, _)| answers).unwrap_or_default();
        counted.push(health::Counted { table: table.clone(), is_held: held.contains(table), answers });
    }
    let health = health::of(run.period, run.now, &counted);
    Report {
        title: None,
        period: run.period,
        done,
        health,
        inputs: run.inputs.clone(),
        readings: Vec::new(),
        is_beyond_tolerance: false,
        notes: Vec::new(),
    }
}

/// Runs the cards' queries for the period before. One that fails there has nothing to be compared with.
pub fn compare<'a>(run: &Run<'a>, report: &mut Report<'a>) {
    run.compare(&mut report.done);
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
fn answers(
    compiled: Compiled,
    batches: &mut impl Iterator<Item = Result<RecordBatch, EngineError>>,
) -> Result<(Vec<Answer>, Vec<String>), String> {
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
    fn done(
        &self,
        saved: &'a Saved,
        compiled: Compiled,
        batches: &mut impl Iterator<Item = Result<RecordBatch, EngineError>>,
    ) -> Done<'a> {
        let span = self.span(saved, self.period);
        let (outcome, notes) = match answers(compiled, batches) {
            Ok((answers, notes)) => (Outcome::Answers(answers), notes),
            Err(error) => (Outcome::Failed(error), Vec::new()),
        };
        let mut done = Done { saved, outcome, before: Vec::new(), verdicts: Vec::new(), notes, span };
        let first = done.answers().first().map(|answer| Table::from_batches(&answer.schema, &answer.batches));
        if let (Some(table), Ok(header)) = (first, &saved.header) {
            done.verdicts = header.alerts.iter().map(|alert| alert.verdict(&table)).collect();
        }
        done
    }

    fn compare(&self, done: &mut [Done<'a>]) {
        let before = self.period.before();
        let mut of: Vec<(usize, Compiled)> = Vec::new();
        for (at, one) in done.iter().enumerate().filter(|(_, one)| one.is_card()) {
            of.push((at, self.compile(one.saved, &before)));
        }
        let bound = of.iter().filter_map(|(_, c)| c.as_ref().ok());
        let plans: Vec<Plan> = bound.flat_map(|(b, _)| b.outputs.iter().map(|out| out.plan.clone())).collect();
        let mut batches = self.all(&plans, &before).into_iter();
        for (at, compiled) in of {
            let found = answers(compiled, &mut batches);
            if let (Some(one), Ok((found, _))) = (done.get_mut(at), found) {
                one.before = found;
            }
        }
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

    /// Every plan over the rows of a period.
    fn all(&self, plans: &[Plan], period: &Period) -> Vec<Result<RecordBatch, EngineError>> {
        let context = Context { now: period.end };
        let plans: Vec<&Plan> = plans.iter().collect();
        self.engine.run_all(&plans, &context, self.rows)
    }
}
