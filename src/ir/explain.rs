//! A plan as text, for `--explain`: one node a line, its inputs indented below it.

use std::fmt::Write as _;

use super::{AggregateCall, Expr, ExprKind, Feed, Keep, Partial, Plan, PlanKind, SortKey, SubqueryAnswer, deep};
use crate::types::{ScalarType, Value, format_datetime, to_text};

/// The plan as text.
pub fn explain(plan: &Plan) -> String {
    let mut out = String::new();
    node(plan, 0, &mut out);
    out
}

/// A plan in two as text: what is done to each batch of each read, and what is done once at the end.
pub fn explain_partial(partial: &Partial) -> String {
    let mut out = String::new();
    for (at, feed) in partial.feeds.iter().enumerate() {
        let kept = match &feed.keep {
            Keep::All => "all".to_owned(),
            Keep::First(count) => format!("the first {count}"),
            Keep::Best(keys, count) => {
                format!("the first {count} by {}", keys.iter().map(sort_key).collect::<Vec<_>>().join(", "))
            }
            Keep::Groups(keys, calls) => groups(keys, calls),
        };
        // Writing to a string cannot fail.
        let scan = Plan { kind: PlanKind::Scan(feed.scan.clone()), schema: feed.schema.clone() };
        let _ = writeln!(out, "While reading, {} keeps {kept}", Feed::name(at));
        node(&feed.each, 1, &mut out);
        let _ = write!(out, "  of {}", explain(&scan));
    }
    let _ = write!(out, "{}\n{}", if partial.feeds.is_empty() { "Once" } else { "Then" }, explain(&partial.rest));
    out
}

fn groups(keys: &[(String, Expr)], calls: &[AggregateCall]) -> String {
    let calls = calls.iter().map(call).collect::<Vec<_>>().join(", ");
    let keys = keys.iter().map(|(n, e)| format!("{n} = {}", expr(e))).collect::<Vec<_>>().join(", ");
    format!("aggregate [{calls}] by [{keys}]")
}

fn node(plan: &Plan, depth: usize, out: &mut String) {
    let text = match &plan.kind {
        PlanKind::Scan(scan) => {
            let bound = |t: i64| match t {
                i64::MIN | i64::MAX => "…".to_owned(),
                t => format_datetime(t),
            };
            let period = scan.period.map_or_else(String::new, |(a, b)| format!(", from {} to {}", bound(a), bound(b)));
            let limit = match scan.limit {
                None => String::new(),
                Some(u64::MAX) => ", in order".to_owned(),
                Some(n) => format!(", first {n}"),
            };
            let hints = scan.hints.iter().map(|hint| {
                let clues = hint.any_of.iter().map(|clue| format!("{:?} in {}", clue.piece, clue.column));
                format!(", rows with {}", clues.collect::<Vec<_>>().join(" or "))
            });
            let bar = scan
                .bar
                .as_ref()
                .map_or_else(String::new, |bar| format!(", none worse in {} than the best", bar.column));
            format!("scan {}{period}{limit}{}{bar}", scan.table, hints.collect::<String>())
        }
        PlanKind::Values(table) => format!("values: {} row(s)", table.rows),
        PlanKind::Range(from, to, step) => format!("range {} .. {} by {}", to_text(from), to_text(to), to_text(step)),
        PlanKind::Part => "part".to_owned(),
        PlanKind::Filter(_, predicate) => format!("filter {}", expr(predicate)),
        PlanKind::Project(_, columns) => {
            let columns = columns.iter().map(|(name, e)| match &e.kind {
                ExprKind::Column(column) if column == name => name.clone(),
                _ => format!("{name} = {}", expr(e)),
            });
            format!("project {}", columns.collect::<Vec<_>>().join(", "))
        }
        PlanKind::Aggregate(a) => groups(&a.keys, &a.calls),
        PlanKind::Sort(_, keys) => format!("sort {}", keys.iter().map(sort_key).collect::<Vec<_>>().join(", ")),
        PlanKind::Take(_, count) => format!("take {count}"),
        PlanKind::Join(j) => {
            let on = j.on.iter().map(|(l, r)| format!("{l} == {r}")).collect::<Vec<_>>().join(" and ");
            format!("join {:?} on {on}", j.kind)
        }
        PlanKind::Union(_) => "union".to_owned(),
        PlanKind::Expand(e) => {
            format!("expand {}", e.columns.iter().map(|(n, t)| format!("{n} to {t}")).collect::<Vec<_>>().join(", "))
        }
        PlanKind::ForEach { keys, .. } => format!("for each {}", keys.join(", ")),
        PlanKind::Table { name, .. } => format!("table function {name}"),
    };
    let columns = plan.schema.columns.iter().map(|(n, t)| format!("{n}:{t}")).collect::<Vec<_>>().join(", ");
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}{text}  -> ({columns})", "  ".repeat(depth));
    for input in plan.inputs() {
        deep(|| node(input, depth + 1, out));
    }
}

fn call(call: &AggregateCall) -> String {
    format!("{} = {}({})", call.name, call.function, call.arguments.iter().map(expr).collect::<Vec<_>>().join(", "))
}

fn sort_key(key: &SortKey) -> String {
    let order = if key.ascending { "asc" } else { "desc" };
    let nulls = if key.nulls_first { "first" } else { "last" };
    format!("{} {order} nulls {nulls}", expr(&key.value))
}

fn expr(e: &Expr) -> String {
    let list = |items: &[Expr]| items.iter().map(expr).collect::<Vec<_>>().join(", ");
    match &e.kind {
        ExprKind::Column(name) => name.clone(),
        ExprKind::Literal(Value::Null) => format!("{}(null)", e.scalar_type),
        ExprKind::Literal(value) => match e.scalar_type {
            ScalarType::String => format!("{:?}", to_text(value)),
            ScalarType::Long | ScalarType::Real | ScalarType::Bool => to_text(value),
            other => format!("{other}({})", to_text(value)),
        },
        ExprKind::Core(super::Core::Cast(to), operands) => format!("to{to}({})", list(operands)),
        ExprKind::Core(core, operands) => match operands.as_slice() {
            [a, b] if !core.name().chars().all(char::is_alphabetic) => {
                format!("({} {} {})", expr(a), core.name(), expr(b))
            }
            _ => format!("{}({})", core.name(), list(operands)),
        },
        ExprKind::Kernel { name, arguments, .. } | ExprKind::Window { name, arguments, .. } => {
            format!("{name}({})", list(arguments))
        }
        ExprKind::Subquery(plan, SubqueryAnswer::Scalar) => format!("toscalar(\n{})", explain(plan)),
        ExprKind::Subquery(plan, SubqueryAnswer::List) => format!("(\n{})", explain(plan)),
    }
}
