//! What of an answer is compared with the one for the period before.
//!
//! A header says it (`compare: Failures by ResponseCode, Reason`), or it is what a reader would look at first: the first
//! number of a table of groups, the line of a chart over time.

use super::Header;
use crate::bind::Output;
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::ir::{ExprKind, Plan, PlanKind, Schema, deep};
use crate::syntax::ast::{ExprKind as Written, NamedExpr, OperatorKind, Statement};
use crate::syntax::parse;
use crate::types::ScalarType;

/// A header's `compare:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `none`: nothing is compared.
    Never,
    /// Numbers, and the columns whose values tell which rows belong together.
    Columns(Vec<Named>, Vec<Named>),
}

/// A column, and where it stands in the query's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    name: String,
    span: (usize, usize),
}

/// How a query is compared with the period before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Each card by its name.
    Card,
    /// A number over time, as a second line.
    Line { time: String, measure: String },
    /// Numbers of rows that belong together by their keys.
    Rows { measures: Vec<String>, keys: Vec<String> },
}

const HELP: &str = "write the numbers to compare and what tells the rows apart, e.g. Failed by Subscription, or none";

fn wrong(message: impl Into<String>, span: (usize, usize)) -> Diagnostic {
    Diagnostic::new("KQL035", message, span).help(HELP)
}

impl Compare {
    /// Reads what stands behind `compare:`, which begins at a byte of the query's text.
    ///
    /// # Errors
    /// What is wrong with it, at its place in the query's text.
    pub fn parse(text: &str, at: usize) -> Result<Self, Diagnostic> {
        // It is written like what `summarize` gives: names, `by`, names.
        const BEFORE: &str = "T | summarize ";
        if text == "none" {
            return Ok(Self::Never);
        }
        let whole = (at, at + text.len());
        let place = |(start, end): (usize, usize)| {
            let start = (at + start.saturating_sub(BEFORE.len())).min(whole.1);
            (start, (at + end.saturating_sub(BEFORE.len())).clamp(start, whole.1))
        };
        let query = parse(&format!("{BEFORE}{text}")).map_err(|findings| {
            let first = findings.into_iter().next();
            first.map_or_else(|| wrong("this names no columns", whole), |f| wrong(f.message, place(f.span)))
        })?;
        let [Statement::Tabular(expr)] = query.statements.as_slice() else {
            return Err(wrong("this names no columns", whole));
        };
        let Written::Pipeline(pipeline) = &expr.kind else { return Err(wrong("this names no columns", whole)) };
        let [operator] = pipeline.operators.as_slice() else { return Err(wrong("this names no columns", whole)) };
        let OperatorKind::Summarize { aggregates, keys } = &operator.kind else {
            return Err(wrong("this names no columns", whole));
        };
        let names = |items: &[NamedExpr]| -> Result<Vec<Named>, Diagnostic> {
            let name = |item: &NamedExpr| {
                let span = place((item.span.start, item.span.end));
                match &item.value.kind {
                    Written::Name(name) if item.names.is_empty() => Ok(Named { name: name.text.clone(), span }),
                    _ => Err(wrong("this must be the name of a column", span)),
                }
            };
            items.iter().map(name).collect()
        };
        if aggregates.is_empty() {
            return Err(wrong("no number is named", whole));
        }
        Ok(Self::Columns(names(aggregates)?, names(keys)?))
    }

    /// Whether the answer of a plan can be compared so.
    ///
    /// # Errors
    /// A column that is not there or is no number, and rows that nothing tells apart.
    pub fn check(&self, plan: &Plan) -> Result<(), Diagnostic> {
        let Self::Columns(measures, keys) = self else { return Ok(()) };
        let schema = &plan.schema;
        if schema.is_open() {
            return Ok(());
        }
        for named in measures.iter().chain(keys) {
            if schema.get(&named.name).is_none() {
                let names = schema.names();
                let near = did_you_mean(&named.name, names.iter().map(String::as_str));
                let help =
                    near.map_or_else(|| format!("it has {}", names.join(", ")), |n| format!("did you mean '{n}'?"));
                return Err(wrong(format!("the answer has no column '{}'", named.name), named.span).help(help));
            }
        }
        if let Some(text) = measures.iter().find(|m| !schema.get(&m.name).is_some_and(ScalarType::is_summable)) {
            return Err(wrong(format!("'{}' is no number", text.name), text.span));
        }
        match measures.first() {
            Some(first) if keys.is_empty() && grouped_by(plan).is_none() => {
                Err(wrong("nothing tells which rows belong together: name columns after 'by'", first.span))
            }
            _ => Ok(()),
        }
    }
}

impl How {
    /// How an answer is compared; `None` when it is not.
    pub(super) fn of(header: &Header, out: &Output) -> Option<Self> {
        let schema = &out.plan.schema;
        let kind = out.visualization.as_ref().map_or("", |asked| asked.kind.as_str());
        let names = |named: &[Named]| named.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        match &header.compare {
            _ if schema.is_open() => None,
            Some(Compare::Never) => None,
            _ if kind == "card" => Some(Self::Card),
            Some(Compare::Columns(measures, keys)) => {
                let keys = if keys.is_empty() { grouped_by(&out.plan)? } else { names(keys) };
                Some(Self::Rows { measures: names(measures), keys })
            }
            // What looks at a time of its own may look at the same twice.
            None if header.timespan.is_some() => None,
            None if matches!(kind, "timechart" | "linechart" | "areachart") => Self::line(schema),
            None => Self::groups(&out.plan),
        }
    }

    /// One number over time.
    fn line(schema: &Schema) -> Option<Self> {
        match schema.columns.as_slice() {
            [(time, ScalarType::DateTime), (measure, number)] if number.is_numeric() => {
                Some(Self::Line { time: time.clone(), measure: measure.clone() })
            }
            _ => None,
        }
    }

    /// The first number of each group; not over time, where there are as many as hours.
    fn groups(plan: &Plan) -> Option<Self> {
        let keys = grouped_by(plan)?;
        let is_name = |key: &String| {
            let of = plan.schema.get(key);
            of.is_some_and(|t| matches!(t, ScalarType::String | ScalarType::Guid | ScalarType::Bool) || t.is_integer())
        };
        let is_measure = |(name, t): &&(String, ScalarType)| t.is_summable() && !keys.contains(name);
        let measure = plan.schema.columns.iter().find(is_measure)?.0.clone();
        (!keys.is_empty() && keys.iter().all(is_name)).then_some(Self::Rows { measures: vec![measure], keys })
    }
}

/// The columns that tell the rows of a plan apart because it groups by them.
fn grouped_by(plan: &Plan) -> Option<Vec<String>> {
    deep(|| match &plan.kind {
        PlanKind::Aggregate(aggregate) => Some(aggregate.keys.iter().map(|(name, _)| name.clone()).collect()),
        PlanKind::Filter(input, _) | PlanKind::Sort(input, _) | PlanKind::Take(input, _) => grouped_by(input),
        PlanKind::Project(input, columns) => {
            let renamed = |key: String| {
                let is_key = |e: &ExprKind| matches!(e, ExprKind::Column(column) if *column == key);
                columns.iter().find(|(_, expr)| is_key(&expr.kind)).map(|(name, _)| name.clone())
            };
            grouped_by(input)?.into_iter().map(renamed).collect()
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_in_summarize() {
        let parsed = |text: &str| Compare::parse(text, 10).map_err(|d| (d.message, d.span));
        let named = |name: &str, start, end| Named { name: name.to_owned(), span: (start, end) };
        assert_eq!(parsed("none"), Ok(Compare::Never));
        assert_eq!(parsed("Cost"), Ok(Compare::Columns(vec![named("Cost", 10, 14)], vec![])));
        assert_eq!(
            parsed("Cost, ['a b'] by Team"),
            Ok(Compare::Columns(vec![named("Cost", 10, 14), named("a b", 16, 23)], vec![named("Team", 27, 31)]))
        );
        assert_eq!(parsed("sum(Cost) by Team"), Err(("this must be the name of a column".to_owned(), (10, 19))));
        assert_eq!(parsed("by Team").map_err(|(message, _)| message), Err("no number is named".to_owned()));
        for text in ["Cost | take 5", "Cost; T", "Cost by", "", ")"] {
            let (_, span) = parsed(text).unwrap_err();
            assert!(span.0 >= 10 && span.1 <= 10 + text.len() && span.0 <= span.1, "{text} {span:?}");
        }
    }
}
