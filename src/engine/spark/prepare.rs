//! A plan made ready to be written: what SQL cannot find out by itself is found out first.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::record_batch::RecordBatch;

use super::{EngineError, Rows, SparkEngine};
use crate::engine::Engine as _;
use crate::ir::{Context, Expr, ExprKind, Plan, PlanKind, Scan, Schema, SubqueryAnswer, deep, explain};
use crate::types::{Json, Table, Value, field};

/// The most rows that a list inside an expression is sent along with.
const MAX_LIST: usize = 20_000;

impl SparkEngine {
    /// The plan with everything known that SQL needs to be told: answers of other plans, and tables that are here.
    /// Without `rows` nothing is run or read, and something stands in for what would be.
    pub(super) fn prepared(&self, plan: Plan, context: &Context, rows: Option<&dyn Rows>) -> Result<Plan, EngineError> {
        deep(|| {
            if let (PlanKind::Scan(scan), Some(rows)) = (&plan.kind, rows)
                && self.options.beside.contains(&scan.table)
            {
                let table = read(scan, &plan.schema, rows)?;
                return Ok(Plan { kind: PlanKind::Values(table.into()), schema: plan.schema });
            }
            plan.try_map_parts(&mut |input| self.prepared(input, context, rows), &mut |expr| {
                self.answered(expr, context, rows)
            })
        })
    }

    /// The expression with the answers of its queries in their place.
    fn answered(&self, expr: Expr, context: &Context, rows: Option<&dyn Rows>) -> Result<Expr, EngineError> {
        let ExprKind::Subquery(plan, answer) = &expr.kind else {
            return expr.try_map_operands(|operand| self.answered(operand, context, rows));
        };
        // What is asked of one part of a table is answered where the parts are.
        if has_part(plan) {
            return Ok(expr);
        }
        let Some(rows) = rows else {
            let stand_in = match answer {
                SubqueryAnswer::Scalar => Value::null_of(expr.scalar_type),
                SubqueryAnswer::List => Value::dynamic(Json::from(vec!["what the query here gives"])),
            };
            return Ok(Expr::literal(stand_in, expr.scalar_type));
        };
        let batch = self.run(plan, context, rows)?;
        let table = Table::from_batches(&batch.schema(), &[batch]);
        let values = table.columns.first().map_or(&[][..], |c| c.values.as_slice());
        let value = match answer {
            SubqueryAnswer::Scalar => values.first().cloned().unwrap_or(Value::null_of(expr.scalar_type)),
            SubqueryAnswer::List if values.len() > MAX_LIST => {
                return Err(EngineError::new(format!(
                    "a list of {} values stands inside an expression, too many to send along; join with the query that \
                     gives them",
                    values.len()
                )));
            }
            SubqueryAnswer::List => Value::dynamic(Json::Array(values.iter().map(Value::to_json).collect())),
        };
        Ok(Expr::literal(value, expr.scalar_type))
    }
}

/// The inputs whose rows are numbered, where a plan has one several times: all must number the same rows alike, and a
/// server gives rows in any order. Each is taken out of the plan, which scans it by a name instead.
pub(super) fn shared(plan: &Plan) -> (Plan, Vec<Plan>) {
    let mut counts = HashMap::new();
    numbered(plan, &mut |input| *counts.entry(explain(input)).or_insert(0) += 1);
    counts.retain(|_, count| *count > 1);
    if counts.is_empty() {
        return (plan.clone(), Vec::new());
    }
    let mut taken = Vec::new();
    let plan = take(plan.clone(), &counts, &mut HashMap::new(), &mut taken);
    (plan, taken)
}

/// Shows every input of a projection that looks at rows beside its own.
fn numbered(plan: &Plan, show: &mut dyn FnMut(&Plan)) {
    deep(|| {
        if let PlanKind::Project(input, columns) = &plan.kind
            && columns.iter().any(|(_, e)| e.has_window())
        {
            show(input);
        }
        plan.inputs().into_iter().for_each(|input| numbered(input, show));
    });
}

fn take(plan: Plan, counts: &HashMap<String, i32>, places: &mut HashMap<String, usize>, taken: &mut Vec<Plan>) -> Plan {
    deep(|| {
        let windows =
            matches!(&plan.kind, PlanKind::Project(_, columns) if columns.iter().any(|(_, e)| e.has_window()));
        let mapped = plan.try_map_parts::<std::convert::Infallible>(
            &mut |input| {
                let text = if windows { explain(&input) } else { String::new() };
                if !counts.contains_key(&text) {
                    return Ok(take(input, counts, places, taken));
                }
                let schema = input.schema.clone();
                let at = *places.entry(text).or_insert_with(|| {
                    taken.push(input);
                    taken.len() - 1
                });
                let scan = Scan::of(once_name(at));
                Ok(Plan { kind: PlanKind::Scan(scan), schema })
            },
            &mut |expr| Ok(expr),
        );
        match mapped {
            Ok(plan) => plan,
        }
    })
}

/// The name that a shared input is scanned by.
pub(super) fn once_name(at: usize) -> String {
    format!("$once{at}")
}

/// The columns that a plan reads of a table.
pub(super) fn columns_of(plan: &Plan, table: &str, into: &mut BTreeSet<String>) {
    deep(|| {
        if matches!(&plan.kind, PlanKind::Scan(scan) if scan.table == table) {
            into.extend(plan.schema.names());
        }
        plan.inputs().into_iter().for_each(|input| columns_of(input, table, into));
    });
}

/// The plan with the rows of a table in place of every scan of it.
pub(super) fn with_table(plan: Plan, name: &str, table: &Arc<Table>) -> Plan {
    deep(|| {
        if matches!(&plan.kind, PlanKind::Scan(scan) if scan.table == name) {
            let columns = plan.schema.columns.iter().filter_map(|(name, _)| table.column(name)).cloned().collect();
            let narrowed = Table { columns, rows: table.rows };
            return Plan { kind: PlanKind::Values(Arc::new(narrowed)), schema: plan.schema };
        }
        let mapped = plan
            .try_map_parts::<std::convert::Infallible>(&mut |input| Ok(with_table(input, name, table)), &mut |expr| {
                Ok(expr)
            });
        match mapped {
            Ok(plan) => plan,
        }
    })
}

/// The rows of a table that is here.
fn read(scan: &Scan, schema: &Schema, rows: &dyn Rows) -> Result<Table, EngineError> {
    let batches = Mutex::new(BTreeMap::new());
    rows.read(scan, &schema.names(), &|position, batch| {
        batches.lock().unwrap_or_else(PoisonError::into_inner).insert(position, batch);
        ControlFlow::Continue(())
    })?;
    let batches: Vec<RecordBatch> =
        batches.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect();
    let fields: Vec<_> = schema.columns.iter().map(|(name, t)| field(name, *t)).collect();
    Ok(Table::from_batches(&arrow::datatypes::Schema::new(fields), &batches))
}

/// Whether a plan is about one part of a table.
fn has_part(plan: &Plan) -> bool {
    matches!(plan.kind, PlanKind::Part) || deep(|| plan.inputs().into_iter().any(has_part))
}
