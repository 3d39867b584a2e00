//! Reads narrowed to what a plan uses: the columns of each scan, the period its rows must be in, and how many are enough.

use std::collections::BTreeSet;

use super::clues::{Hint, hints};
use super::{Aggregate, Core, Expand, Expr, ExprKind, Join, Plan, PlanKind, Schema, deep};
use crate::types::{ScalarType, Value};

/// The column every table of the logs tells its time by.
const TIME: &str = "TimeGenerated";

/// The same plan with its scans narrowed.
pub fn prune(plan: &Plan) -> Plan {
    narrowed(plan, None)
}

/// `needed`: the columns somebody reads; all when `None`.
fn narrowed(plan: &Plan, needed: Option<&BTreeSet<String>>) -> Plan {
    deep(|| narrowed_node(plan, needed))
}

fn narrowed_node(plan: &Plan, needed: Option<&BTreeSet<String>>) -> Plan {
    let keep = |schema: &Schema| -> Schema {
        match needed {
            None => schema.clone(),
            Some(names) => schema.columns.iter().filter(|(n, _)| names.contains(n)).cloned().collect(),
        }
    };
    let with = |exprs: &mut dyn Iterator<Item = &Expr>| -> Option<BTreeSet<String>> {
        needed.map(|names| {
            let mut all = names.clone();
            exprs.for_each(|e| all.extend(e.columns()));
            all
        })
    };
    match &plan.kind {
        PlanKind::Scan(_) => Plan { kind: plan.kind.clone(), schema: keep(&plan.schema) },
        PlanKind::Filter(input, predicate) => {
            let predicate = subqueries(predicate);
            let mut input = narrowed(input, with(&mut std::iter::once(&predicate)).as_ref());
            if let Some(period) = period(&predicate) {
                push_period(&mut input, period);
            }
            push_hints(&mut input, hints(&predicate));
            let schema = input.schema.clone();
            Plan { kind: PlanKind::Filter(Box::new(input), predicate), schema }
        }
        PlanKind::Project(input, columns) => {
            let columns: Vec<(String, Expr)> = columns
                .iter()
                .filter(|(name, _)| needed.is_none_or(|names| names.contains(name)))
                .map(|(name, e)| (name.clone(), subqueries(e)))
                .collect();
            let used: BTreeSet<String> = columns.iter().flat_map(|(_, e)| e.columns()).collect();
            let input = narrowed(input, Some(&used));
            // What is left of a selection may be the whole table.
            let same = |((name, e), (of_input, _)): (&(String, Expr), &(String, ScalarType))| {
                name == of_input && matches!(&e.kind, ExprKind::Column(column) if column == name)
            };
            if columns.len() == input.schema.columns.len() && columns.iter().zip(&input.schema.columns).all(same) {
                return input;
            }
            input.project(columns)
        }
        PlanKind::Aggregate(aggregate) => {
            let keys: Vec<_> = aggregate.keys.iter().map(|(n, e)| (n.clone(), subqueries(e))).collect();
            let mut calls = aggregate.calls.clone();
            if let Some(names) = needed {
                calls.retain(|c| names.contains(&c.name));
            }
            for call in &mut calls {
                call.arguments = call.arguments.iter().map(subqueries).collect();
            }
            if calls.is_empty() && aggregate.keys.is_empty() {
                calls.extend(aggregate.calls.first().cloned());
            }
            let used: BTreeSet<String> = keys
                .iter()
                .map(|(_, e)| e)
                .chain(calls.iter().flat_map(|c| &c.arguments))
                .flat_map(Expr::columns)
                .collect();
            let input = narrowed(&aggregate.input, Some(&used));
            let schema = keys
                .iter()
                .map(|(n, e)| (n.clone(), e.scalar_type))
                .chain(calls.iter().map(|c| (c.name.clone(), c.scalar_type)))
                .collect();
            Plan { kind: PlanKind::Aggregate(Aggregate { input: Box::new(input), keys, calls }), schema }
        }
        PlanKind::Sort(input, keys) => {
            let mut keys = keys.clone();
            keys.iter_mut().for_each(|k| k.value = subqueries(&k.value));
            let input = narrowed(input, with(&mut keys.iter().map(|k| &k.value)).as_ref());
            let schema = input.schema.clone();
            Plan { kind: PlanKind::Sort(Box::new(input), keys), schema }
        }
        PlanKind::Take(input, count) => {
            let mut input = narrowed(input, needed);
            push_limit(&mut input, *count);
            let schema = input.schema.clone();
            Plan { kind: PlanKind::Take(Box::new(input), *count), schema }
        }
        PlanKind::Join(join) => {
            let side = |plan: &Plan, keys: Vec<&String>| {
                let names = needed.map(|names| names.iter().chain(keys).cloned().collect::<BTreeSet<_>>());
                narrowed(plan, names.as_ref())
            };
            let left = side(&join.left, join.on.iter().map(|(l, _)| l).collect());
            let right = side(&join.right, join.on.iter().map(|(_, r)| r).collect());
            let kept = |n: &String| left.schema.get(n).is_some() || right.schema.get(n).is_some();
            let schema = plan.schema.columns.iter().filter(|(n, _)| kept(n)).cloned().collect();
            let join = Join { left: Box::new(left), right: Box::new(right), kind: join.kind, on: join.on.clone() };
            Plan { kind: PlanKind::Join(join), schema }
        }
        PlanKind::Union(inputs) => {
            // Legs must agree on their columns, in order: each is a projection, and is cut to the same names.
            let schema = keep(&plan.schema);
            let inputs = inputs
                .iter()
                .map(|input| {
                    let columns = schema.columns.iter().map(|(n, t)| (n.clone(), Expr::column(n, *t))).collect();
                    narrowed(&input.clone().project(columns), None)
                })
                .collect();
            Plan { kind: PlanKind::Union(inputs), schema }
        }
        PlanKind::Expand(expand) => {
            let names =
                needed.map(|names| names.iter().chain(expand.columns.iter().map(|(n, _)| n)).cloned().collect());
            let input = narrowed(&expand.input, names.as_ref());
            let kept = |n: &String| input.schema.get(n).is_some() || expand.index.as_ref() == Some(n);
            let schema = plan.schema.columns.iter().filter(|(n, _)| kept(n)).cloned().collect();
            Plan { kind: PlanKind::Expand(Expand { input: Box::new(input), ..expand.clone() }), schema }
        }
        PlanKind::ForEach { input, keys, body } => Plan {
            kind: PlanKind::ForEach {
                input: Box::new(narrowed(input, None)),
                keys: keys.clone(),
                body: Box::new(narrowed(body, None)),
            },
            schema: plan.schema.clone(),
        },
        PlanKind::Table { name, inputs, kernel } => Plan {
            kind: PlanKind::Table {
                name: name.clone(),
                inputs: inputs.iter().map(|i| narrowed(i, None)).collect(),
                kernel: kernel.clone(),
            },
            schema: plan.schema.clone(),
        },
        PlanKind::Values(_) | PlanKind::Range(..) | PlanKind::Part => plan.clone(),
    }
}

/// The expression with the plans of its subqueries narrowed.
fn subqueries(expr: &Expr) -> Expr {
    match &expr.kind {
        ExprKind::Subquery(plan, answer) => {
            Expr { kind: ExprKind::Subquery(Box::new(prune(plan)), *answer), scalar_type: expr.scalar_type }
        }
        _ => expr.clone().map_operands(|operand| subqueries(&operand)),
    }
}

/// Hands a period down to a scan below filters and projections that leave the time column alone.
fn push_period(plan: &mut Plan, wanted: (i64, i64)) {
    match &mut plan.kind {
        PlanKind::Scan(scan) => scan.period = meet(scan.period, Some(wanted)),
        PlanKind::Filter(input, _) => push_period(input, wanted),
        PlanKind::Project(input, columns) => {
            let untouched =
                columns.iter().any(|(n, e)| n == TIME && matches!(&e.kind, ExprKind::Column(c) if c == TIME));
            if untouched && !columns.iter().any(|(_, e)| e.has_window()) {
                push_period(input, wanted);
            }
        }
        _ => {}
    }
}

/// Hands hints down to a scan below filters and projections, as far as these leave the columns alone.
fn push_hints(plan: &mut Plan, mut wanted: Vec<Hint>) {
    match &mut plan.kind {
        PlanKind::Scan(scan) => scan.hints.extend(wanted),
        PlanKind::Filter(input, _) => push_hints(input, wanted),
        PlanKind::Project(input, columns) if !columns.iter().any(|(_, e)| e.has_window()) => {
            for clue in wanted.iter_mut().flat_map(|hint| &mut hint.any_of) {
                let made = columns.iter().find(|(name, _)| *name == clue.column).map(|(_, e)| &e.kind);
                clue.column = match made {
                    Some(ExprKind::Column(of)) => of.clone(),
                    // No column has this name, so the hint is dropped below.
                    _ => String::new(),
                };
            }
            wanted.retain(|hint| hint.any_of.iter().all(|clue| !clue.column.is_empty()));
            push_hints(input, wanted);
        }
        _ => {}
    }
}

/// Hands a limit down to a scan whose rows all reach the `take`.
fn push_limit(plan: &mut Plan, count: u64) {
    match &mut plan.kind {
        PlanKind::Scan(scan) => scan.limit = Some(scan.limit.map_or(count, |l| l.min(count))),
        PlanKind::Project(input, columns) if !columns.iter().any(|(_, e)| e.has_window()) => push_limit(input, count),
        _ => {}
    }
}

fn meet(a: Option<(i64, i64)>, b: Option<(i64, i64)>) -> Option<(i64, i64)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.max(b.0), a.1.min(b.1))),
        (a, b) => a.or(b),
    }
}

/// The half-open period outside of which a predicate cannot be true.
fn period(predicate: &Expr) -> Option<(i64, i64)> {
    let ExprKind::Core(core, operands) = &predicate.kind else { return None };
    if *core == Core::And {
        return operands.iter().map(period).fold(None, meet);
    }
    let [a, b] = operands.as_slice() else { return None };
    let is_time =
        |e: &Expr| e.scalar_type == ScalarType::DateTime && matches!(&e.kind, ExprKind::Column(name) if name == TIME);
    let ticks = |e: &Expr| match e.as_literal() {
        Some(Value::DateTime(t)) => Some(*t),
        _ => None,
    };
    let (core, at) = if is_time(a) {
        (*core, ticks(b)?)
    } else if is_time(b) {
        let flipped = match core {
            Core::Less => Core::Greater,
            Core::LessOrEqual => Core::GreaterOrEqual,
            Core::Greater => Core::Less,
            Core::GreaterOrEqual => Core::LessOrEqual,
            other => *other,
        };
        (flipped, ticks(a)?)
    } else {
        return None;
    };
    Some(match core {
        Core::Less => (i64::MIN, at),
        Core::LessOrEqual => (i64::MIN, at.saturating_add(1)),
        Core::Greater => (at.saturating_add(1), i64::MAX),
        Core::GreaterOrEqual => (at, i64::MAX),
        Core::Equal => (at, at.saturating_add(1)),
        _ => return None,
    })
}
