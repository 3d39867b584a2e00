//! What a whole plan reads of each table, so that it is read once however often the query names it.

use std::collections::BTreeMap;

use super::{Expr, ExprKind, Plan, PlanKind, Scan, Schema, deep};

/// The scans of a narrowed plan, one a table: the union of their columns, and a period and limit that serve them all.
pub fn reads(plan: &Plan) -> BTreeMap<String, (Scan, Schema)> {
    let mut found = BTreeMap::new();
    collect(plan, &mut found);
    found
}

fn collect(plan: &Plan, found: &mut BTreeMap<String, (Scan, Schema)>) {
    deep(|| {
        if let PlanKind::Scan(scan) = &plan.kind {
            match found.get_mut(&scan.table) {
                None => {
                    found.insert(scan.table.clone(), (scan.clone(), plan.schema.clone()));
                }
                Some((all, schema)) => {
                    all.period = match (all.period, scan.period) {
                        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
                        _ => None,
                    };
                    // Rows that are enough for one need not be for another.
                    all.limit = None;
                    if all.hints != scan.hints {
                        all.hints.clear();
                    }
                    for column in &plan.schema.columns {
                        if !schema.columns.contains(column) {
                            schema.columns.push(column.clone());
                        }
                    }
                }
            }
        }
        plan.expressions().into_iter().for_each(|e| subqueries(e, found));
        plan.inputs().into_iter().for_each(|input| collect(input, found));
    });
}

fn subqueries(expr: &Expr, found: &mut BTreeMap<String, (Scan, Schema)>) {
    if let ExprKind::Subquery(plan, _) = &expr.kind {
        collect(plan, found);
    }
    expr.operands().iter().for_each(|operand| subqueries(operand, found));
}
