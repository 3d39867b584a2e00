//! What is read of a table for several scans of it, so that it is read once however often it is named.

use std::collections::BTreeSet;

use super::{Expr, ExprKind, Plan, PlanKind, Scan, Schema, deep};

/// One scan that serves all of them, and its columns; `None` without any.
pub fn join_scans<'s>(scans: impl IntoIterator<Item = (&'s Scan, &'s Schema)>) -> Option<(Scan, Schema)> {
    let mut scans = scans.into_iter();
    let (first, columns) = scans.next()?;
    let (mut all, mut schema) = (first.clone(), columns.clone());
    for (scan, columns) in scans {
        all.period = match (all.period, scan.period) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            _ => None,
        };
        // Rows that are enough for one need not be for another.
        all.limit = None;
        all.bar = None;
        if all.hints != scan.hints {
            all.hints.clear();
        }
        for column in &columns.columns {
            if !schema.columns.contains(column) {
                schema.columns.push(column.clone());
            }
        }
    }
    Some((all, schema))
}

/// The tables that a plan reads.
pub fn tables_read(plan: &Plan) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    tables_of(plan, &mut found);
    found
}

fn tables_of(plan: &Plan, found: &mut BTreeSet<String>) {
    deep(|| {
        if let PlanKind::Scan(scan) = &plan.kind {
            found.insert(scan.table.clone());
        }
        plan.expressions().into_iter().for_each(|expr| tables_of_subqueries(expr, found));
        plan.inputs().into_iter().for_each(|input| tables_of(input, found));
    });
}

fn tables_of_subqueries(expr: &Expr, found: &mut BTreeSet<String>) {
    if let ExprKind::Subquery(plan, _) = &expr.kind {
        tables_of(plan, found);
    }
    expr.operands().iter().for_each(|operand| tables_of_subqueries(operand, found));
}
