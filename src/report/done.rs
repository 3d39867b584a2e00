//! What a run of queries came to: each query's outcome, and the whole report before it is written down.

use super::health::Health;
use super::{Changed, Period, Saved, Verdict};
use crate::render::{Answer, ColorBook, Options, Reading};
use crate::sources::{FileTally, FoundFile};

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
    /// The values of its cards in the period before, when there are any.
    pub before: Vec<Answer>,
    /// Its first table beside the one of the period before, when the two are compared.
    pub changed: Option<Changed>,
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

    /// Its tables as a reader is shown them: with what changed.
    pub fn tables(&self) -> Vec<&Answer> {
        self.shown(self.changed.as_ref().map(|changed| &changed.table))
    }

    /// Its tables as charts draw them.
    pub fn charts(&self) -> Vec<&Answer> {
        self.shown(self.changed.as_ref().and_then(|changed| changed.chart.as_ref()))
    }

    fn shown<'s>(&'s self, first: Option<&'s Answer>) -> Vec<&'s Answer> {
        let skipped = usize::from(first.is_some());
        first.into_iter().chain(self.answers().iter().skip(skipped)).collect()
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

/// A file of the logs, and what became of its rows.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    /// The file.
    pub file: &'a FoundFile,
    /// What became of its rows, by the table they are of; none when it was not opened.
    pub rows: Vec<(String, FileTally)>,
}

impl Input<'_> {
    /// Why rows of the report's period are missing in the file. `concerned` is whether its folders say that it has some;
    /// one that is no log at all is missed only where logs of those hours stand.
    pub fn damage(&self, concerned: Option<bool>) -> Option<String> {
        let while_reading = self.rows.iter().find_map(|(_, rows)| rows.damage.as_ref());
        let left_out = self.file.problem.as_ref().filter(|_| concerned == Some(true) && self.file.size > 0);
        let reason = while_reading.or(left_out).filter(|_| concerned != Some(false))?;
        Some(format!("{}: {reason}", self.file.path.display()))
    }
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
    /// What is missing of the period before.
    pub health_before: Health,
    /// The files.
    pub inputs: Vec<Input<'a>>,
    /// Files that may hold rows of the period and are damaged, with what is wrong.
    pub damaged: Vec<String>,
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
        let answers: Vec<Answer> = self.done.iter().flat_map(Done::charts).cloned().collect();
        ColorBook::of(&answers, options)
    }

    /// What is missing or broken, a line for each thing.
    pub fn lacks(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.health.is_empty() {
            lines.push("The logs have no row of this time".to_owned());
        } else {
            for table in self.health.tables.iter().filter(|table| !table.missing_days.is_empty()) {
                lines.push(format!("{} has no row, or next to none, of {}", table.table, days(&table.missing_days)));
            }
        }
        match self.damaged.as_slice() {
            [] => {}
            [one] => lines.push(format!("A file is damaged, and rows of it are missing: {one}")),
            [first, ..] => lines.push(format!(
                "{} files are damaged, and rows of them are missing, the first is {first}",
                self.damaged.len()
            )),
        }
        if self.is_beyond_tolerance {
            lines.push("More rows were rejected than is tolerated".to_owned());
        }
        lines
    }

    /// What it is compared with, in words: the period before, and what the logs lack of that.
    pub fn compared_with(&self) -> String {
        let label = self.period.before().label();
        let mut missing: Vec<&String> = self.health_before.tables.iter().flat_map(|t| &t.missing_days).collect();
        missing.sort();
        missing.dedup();
        if self.health_before.is_empty() {
            format!("Nothing to compare with: the logs have no row of {label}")
        } else if missing.is_empty() {
            format!("Compared with {label}")
        } else {
            let missing: Vec<String> = missing.into_iter().cloned().collect();
            format!("Compared with {label}, of which rows are missing: {}", days(&missing))
        }
    }

    /// The worst of what happened.
    pub fn status(&self) -> Status {
        if self.done.iter().any(|done| matches!(done.outcome, Outcome::Failed(_))) {
            Status::Failures
        } else if self.is_beyond_tolerance
            || !self.damaged.is_empty()
            || self.health.lacks_days()
            || self.health.is_empty()
        {
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
