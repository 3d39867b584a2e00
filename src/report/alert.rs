//! When an answer is an alarm: `rows > 0`, `max(ErrorRate) > 5`, `any(State) == 'down'`.
//!
//! The texts are read by KQL's own parser, so names and literals are written as in a query.

use std::cmp::Ordering;

use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::ir::Schema;
use crate::syntax::ast::{BinaryOperator, Expr, ExprKind, Name, Query, Statement, UnaryOperator};
use crate::syntax::parse;
use crate::types::{Column, ScalarType, Table, Value, to_text};

/// What a query's answer is compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// As it is written.
    pub text: String,
    subject: Subject,
    comparison: Comparison,
    /// What it is compared with.
    threshold: Value<'static>,
    /// Where the subject stands in the query's text.
    span: (usize, usize),
}

/// What an alert came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The alert as it is written.
    pub text: String,
    /// Whether it is an alarm.
    pub fired: bool,
    /// What was compared, as text; empty for null.
    pub value: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Subject {
    /// `rows`, how many there are.
    Rows,
    /// One value made of a column, or `any`: each of its values.
    Of(Aggregate, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aggregate {
    Min,
    Max,
    Sum,
    Avg,
    First,
    Any,
}

const AGGREGATES: [(&str, Aggregate); 6] = [
    ("min", Aggregate::Min),
    ("max", Aggregate::Max),
    ("sum", Aggregate::Sum),
    ("avg", Aggregate::Avg),
    ("first", Aggregate::First),
    ("any", Aggregate::Any),
];

/// Which outcomes of a comparison are an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Comparison {
    less: bool,
    equal: bool,
    greater: bool,
}

impl Comparison {
    const fn of(operator: BinaryOperator) -> Option<Self> {
        let (less, equal, greater) = match operator {
            BinaryOperator::Less => (true, false, false),
            BinaryOperator::LessOrEqual => (true, true, false),
            BinaryOperator::Equal => (false, true, false),
            BinaryOperator::NotEqual => (true, false, true),
            BinaryOperator::GreaterOrEqual => (false, true, true),
            BinaryOperator::Greater => (false, false, true),
            _ => return None,
        };
        Some(Self { less, equal, greater })
    }

    const fn orders(self) -> bool {
        self.less != self.greater
    }

    const fn holds(self, ordering: Ordering) -> bool {
        match ordering {
            Ordering::Less => self.less,
            Ordering::Equal => self.equal,
            Ordering::Greater => self.greater,
        }
    }
}

const HELP: &str = "write e.g. rows > 0, max(ErrorRate) > 5 or any(State) == 'down'";

fn wrong(message: impl Into<String>, span: (usize, usize)) -> Diagnostic {
    Diagnostic::new("KQL033", message, span)
}

impl Alert {
    /// Reads an alert that begins at a byte of the query's text.
    ///
    /// # Errors
    /// What is wrong with it, at its place in the query's text.
    pub fn parse(text: &str, at: usize) -> Result<Self, Diagnostic> {
        let whole = (at, at + text.len());
        let place = |expr: &Expr| (at + expr.span.start, at + expr.span.end);
        let statements = match parse(text) {
            Ok(Query { statements, .. }) => statements,
            Err(findings) => {
                let Some(first) = findings.into_iter().next() else { return Err(wrong("this is no alert", whole)) };
                let span = (at + first.span.0, (at + first.span.1).min(whole.1).max(at + first.span.0));
                return Err(wrong(first.message, span).label(first.label).help(HELP));
            }
        };
        let [Statement::Tabular(Expr { kind: ExprKind::Binary(operator, left, right), span })] = statements.as_slice()
        else {
            return Err(wrong("an alert compares one thing with a constant", whole).help(HELP));
        };
        let Some(comparison) = Comparison::of(*operator) else {
            return Err(
                wrong("an alert compares by <, <=, ==, !=, >= or >", (at + span.start, at + span.end)).help(HELP)
            );
        };
        let subject = subject(left, at)?;
        let Some(threshold) = constant(right) else {
            return Err(wrong("this must be a constant", place(right)).help(HELP));
        };
        if subject == Subject::Rows && threshold.as_f64().is_none() {
            return Err(wrong("rows are compared with a number", place(right)).help("write e.g. rows > 0"));
        }
        Ok(Self { text: text.to_owned(), subject, comparison, threshold, span: place(left) })
    }

    /// Whether an answer with these columns can be compared.
    ///
    /// # Errors
    /// A column that is not there, or that is of another type.
    pub fn check(&self, schema: &Schema) -> Result<(), Diagnostic> {
        let Subject::Of(aggregate, name) = &self.subject else { return Ok(()) };
        let Some(scalar_type) = schema.get(name) else {
            if schema.is_open() {
                return Ok(());
            }
            let names = schema.names();
            let finding = wrong(format!("the answer has no column '{name}'"), self.span);
            return Err(finding.help(match did_you_mean(name, names.iter().map(String::as_str)) {
                Some(near) => format!("did you mean '{near}'?"),
                None => format!("it has {}", names.join(", ")),
            }));
        };
        if matches!(aggregate, Aggregate::Sum | Aggregate::Avg) && !scalar_type.is_summable() {
            return Err(wrong(format!("a column of type {scalar_type} has no sum"), self.span));
        }
        let threshold = self.threshold.scalar_type();
        let alike = scalar_type.is_numeric() && self.threshold.as_f64().is_some() || threshold == Some(scalar_type);
        if !alike {
            let other = threshold.map_or("null", ScalarType::name);
            return Err(wrong(format!("'{name}' is of type {scalar_type} and is compared with a {other}"), self.span));
        }
        let ordered = scalar_type.is_summable() || scalar_type == ScalarType::DateTime;
        if self.comparison.orders() && !ordered {
            return Err(
                wrong(format!("a column of type {scalar_type} has no order"), self.span).help("compare it by == or !=")
            );
        }
        Ok(())
    }

    /// What the alert comes to over an answer. A null is no alarm.
    pub fn verdict(&self, answer: &Table) -> Verdict {
        let values = match &self.subject {
            Subject::Rows => vec![Value::Long(i64::try_from(answer.rows).unwrap_or(i64::MAX))],
            Subject::Of(aggregate, name) => answer.column(name).map(|c| aggregate.of(c)).unwrap_or_default(),
        };
        let fires = |value: &&Value<'static>| self.compare(value).is_some_and(|o| self.comparison.holds(o));
        let told = values.iter().find(fires);
        let value = told.or(values.first()).map(to_text).unwrap_or_default();
        Verdict { text: self.text.clone(), fired: told.is_some(), value }
    }

    fn compare(&self, value: &Value<'_>) -> Option<Ordering> {
        match (value.as_f64(), self.threshold.as_f64()) {
            (Some(a), Some(b)) => a.partial_cmp(&b),
            _ if value.is_null() || value.scalar_type() != self.threshold.scalar_type() => None,
            _ => Some(value.order(&self.threshold)),
        }
    }
}

impl Aggregate {
    /// What is compared of a column.
    fn of(self, column: &Column) -> Vec<Value<'static>> {
        let known = || column.values.iter().filter(|value| !value.is_null());
        let one = |value: Option<&Value<'static>>| value.cloned().into_iter().collect();
        match self {
            Self::Min => one(known().min_by(|a, b| a.order(b))),
            Self::Max => one(known().max_by(|a, b| a.order(b))),
            Self::First => one(column.values.first()),
            Self::Any => column.values.clone(),
            Self::Sum | Self::Avg if column.scalar_type == ScalarType::TimeSpan => {
                let ticks: i128 = known().filter_map(Value::as_ticks).map(i128::from).sum();
                let by = if self == Self::Sum { 1 } else { known().count().max(1) };
                vec![Value::TimeSpan(i64::try_from(ticks / by as i128).unwrap_or(i64::MAX))]
            }
            Self::Sum => vec![Value::Real(known().filter_map(Value::as_f64).sum())],
            Self::Avg => {
                let (sum, count) = known().filter_map(Value::as_f64).fold((0.0, 0.0), |(s, n), v| (s + v, n + 1.0));
                if count > 0.0 { vec![Value::Real(sum / count)] } else { Vec::new() }
            }
        }
    }
}

fn subject(expr: &Expr, at: usize) -> Result<Subject, Diagnostic> {
    let span = (at + expr.span.start, at + expr.span.end);
    match &expr.kind {
        ExprKind::Name(name) if name.text == "rows" => Ok(Subject::Rows),
        ExprKind::Call(function, arguments) => {
            let Some((_, aggregate)) = AGGREGATES.iter().find(|(known, _)| *known == function.text) else {
                let names = AGGREGATES.map(|(name, _)| name);
                let near = did_you_mean(&function.text, names);
                let span = (at + function.span.start, at + function.span.end);
                return Err(wrong(format!("an alert has no '{}'", function.text), span).help(match near {
                    Some(near) => format!("did you mean '{near}'?"),
                    None => format!("it has rows, and of a column {}", names.join(", ")),
                }));
            };
            match arguments.as_slice() {
                [argument] => match &argument.value.kind {
                    ExprKind::Name(Name { text, .. }) => Ok(Subject::Of(*aggregate, text.clone())),
                    _ => Err(wrong("this must be the name of a column", span).help(HELP)),
                },
                _ => Err(wrong(format!("'{}' is of one column", function.text), span).help(HELP)),
            }
        }
        ExprKind::Name(name) => Err(wrong(format!("'{}' alone has a value in every row", name.text), span)
            .help(format!("write which, e.g. max({}) or any({})", name.text, name.text))),
        _ => {
            Err(wrong("an alert is about rows, or about min, max, sum, avg, first or any of a column", span).help(HELP))
        }
    }
}

fn constant(expr: &Expr) -> Option<Value<'static>> {
    match &expr.kind {
        ExprKind::Literal(value, _) if !value.is_null() => Some(value.clone()),
        ExprKind::Unary(UnaryOperator::Plus, operand) => constant(operand),
        ExprKind::Unary(UnaryOperator::Minus, operand) => match constant(operand)? {
            Value::Int(n) => n.checked_neg().map(Value::Int),
            Value::Long(n) => n.checked_neg().map(Value::Long),
            Value::Real(x) => Some(Value::Real(-x)),
            Value::Decimal(x) => Some(Value::Decimal(-x)),
            Value::TimeSpan(ticks) => ticks.checked_neg().map(Value::TimeSpan),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let column = |name: &str, scalar_type, values| Column { name: name.to_owned(), scalar_type, values };
        Table {
            rows: 3,
            columns: vec![
                column("Error rate", ScalarType::Real, vec![Value::Real(1.5), Value::Null, Value::Real(7.25)]),
                column("State", ScalarType::String, ["up", "down", "up"].map(Value::string).to_vec()),
                column("Wait", ScalarType::TimeSpan, [10, 20, 30].map(|s| Value::TimeSpan(s * 10_000_000)).to_vec()),
                column("N", ScalarType::Int, [-3, 1, 2].map(Value::Int).to_vec()),
            ],
        }
    }

    #[test]
    fn alerts_compare_rows_and_columns() {
        for (text, fired, value) in [
            ("rows > 0", true, "3"),
            ("rows == 0", false, "3"),
            ("max(['Error rate']) > 5", true, "7.25"),
            ("max(['Error rate']) > 7.25", false, "7.25"),
            ("min(['Error rate']) <= 1.5", true, "1.5"),
            ("avg(['Error rate']) >= 4.375", true, "4.375"),
            ("sum(N) == 0", true, "0.0"),
            ("first(N) < -2", true, "-3"),
            ("any(State) == 'down'", true, "down"),
            ("any(State) == 'gone'", false, "up"),
            ("max(Wait) > 25s", true, "00:00:30"),
            ("avg(Wait) > 20s", false, "00:00:20"),
        ] {
            let alert = Alert::parse(text, 0).unwrap();
            let verdict = alert.verdict(&table());
            assert_eq!((verdict.fired, verdict.value.as_str()), (fired, value), "{text}");
            let schema = table().columns.into_iter().map(|c| (c.name, c.scalar_type)).collect();
            assert_eq!(alert.check(&schema), Ok(()), "{text}");
        }
    }

    #[test]
    fn no_row_is_no_alarm_but_of_their_number() {
        let mut empty = table();
        empty.rows = 0;
        empty.columns.iter_mut().for_each(|c| c.values.clear());
        let fired = |text: &str| Alert::parse(text, 0).unwrap().verdict(&empty).fired;
        assert!(fired("rows == 0") && fired("sum(N) < 1"));
        assert!(!fired("max(N) < 100") && !fired("avg(N) != 3") && !fired("any(State) != 'up'"));
    }

    #[test]
    fn mistakes_name_their_place() {
        let told = |text: &str| {
            let found = Alert::parse(text, 0).and_then(|alert| {
                let schema = table().columns.into_iter().map(|c| (c.name, c.scalar_type)).collect();
                alert.check(&schema)
            });
            let found = found.unwrap_err();
            (text[found.span.0..found.span.1].to_owned(), found.message, found.help.unwrap_or_default())
        };
        assert_eq!(told("maxx(N) > 1").0, "maxx");
        assert_eq!(told("maxx(N) > 1").2, "did you mean 'max'?");
        assert_eq!(told("max(M) > 1").1, "the answer has no column 'M'");
        assert_eq!(told("max(['Error rat']) > 1").2, "did you mean 'Error rate'?");
        assert_eq!(told("N > 1").0, "N");
        assert_eq!(told("max(N) > M").0, "M");
        assert_eq!(told("rows > 'x'").0, "'x'");
        assert_eq!(told("sum(State) == 1").1, "a column of type string has no sum");
        assert_eq!(told("max(Wait) > 5").1, "'Wait' is of type timespan and is compared with a long");
        assert_eq!(told("first(State) > 'a'").1, "a column of type string has no order");
        assert_eq!(told("rows").1, "an alert compares one thing with a constant");
        assert_eq!(told("rows has 'x'").1, "an alert compares by <, <=, ==, !=, >= or >");
    }
}
