//! The body of [`PlanKind::ForEach`] over all parts in one run, where that means the same as a run for each part.
//!
//! A run costs far more than a row does, and there may be as many parts as rows (`mv-apply`). So each row carries the
//! number of its part: groups are told by it too, orders keep parts apart, and the first rows are counted within each.

use super::partial::of_a_row;
use super::{Aggregate, Context, Core, Expr, ExprKind, Plan, PlanKind, Schema, SortKey, deep};
use crate::types::{ScalarType, Value};

/// A body over the rows of all parts, which come one part after the other.
#[derive(Clone, Debug)]
pub struct Together {
    /// The body; its rows and those of its [`PlanKind::Part`] have the column [`Together::NUMBER`].
    pub plan: Plan,
    /// How many aggregates would give a part without rows a row, and here give none.
    pub lost: usize,
}

impl Together {
    /// The column of the part's number, from 0.
    pub const NUMBER: &'static str = "$number";

    /// The body as one plan; `None` when it needs each part for itself.
    pub fn of(body: &Plan) -> Option<Self> {
        let mut lost = 0;
        let plan = rewritten(body, &mut lost)?;
        Some(Self { plan, lost })
    }
}

fn number() -> Expr {
    Expr::column(Together::NUMBER, ScalarType::Long)
}

fn rewritten(plan: &Plan, lost: &mut usize) -> Option<Plan> {
    deep(|| node(plan, lost))
}

fn node(plan: &Plan, lost: &mut usize) -> Option<Plan> {
    if !plan.expressions().into_iter().all(of_a_row) {
        return None;
    }
    let boxed = |input: &Plan, lost: &mut usize| rewritten(input, lost).map(Box::new);
    let numbered = |schema: &Schema| {
        let number = (Together::NUMBER.to_owned(), ScalarType::Long);
        schema.columns.iter().cloned().chain([number]).collect::<Schema>()
    };
    let kind = match &plan.kind {
        PlanKind::Part => PlanKind::Part,
        PlanKind::Filter(input, predicate) => PlanKind::Filter(boxed(input, lost)?, predicate.clone()),
        PlanKind::Project(input, columns) => {
            let columns = columns.iter().cloned().chain([(Together::NUMBER.to_owned(), number())]);
            PlanKind::Project(boxed(input, lost)?, columns.collect())
        }
        PlanKind::Aggregate(aggregate) => {
            if aggregate.keys.is_empty() && may_be_empty(&aggregate.input) {
                *lost += 1;
            }
            let input = boxed(&aggregate.input, lost)?;
            let keys = [(Together::NUMBER.to_owned(), number())].into_iter().chain(aggregate.keys.iter().cloned());
            let aggregate = Aggregate { input, keys: keys.collect(), calls: aggregate.calls.clone() };
            let schema = numbered(&Schema::default()).columns.into_iter().chain(plan.schema.columns.iter().cloned());
            return Some(Plan { kind: PlanKind::Aggregate(aggregate), schema: schema.collect() });
        }
        PlanKind::Sort(input, keys) => {
            let parts = SortKey { value: number(), ascending: true, nulls_first: true };
            PlanKind::Sort(boxed(input, lost)?, [parts].into_iter().chain(keys.iter().cloned()).collect())
        }
        PlanKind::Take(input, count) => return Some(firsts(*boxed(input, lost)?, *count)),
        _ => return None,
    };
    Some(Plan { kind, schema: numbered(&plan.schema) })
}

/// The first rows of each part.
fn firsts(plan: Plan, count: u64) -> Plan {
    const PLACE: &str = "$place";
    let shown = plan.all_columns();
    let mut columns = shown.clone();
    let place = ExprKind::Window { name: "place in its part", kernel: places, arguments: vec![number()] };
    columns.push((PLACE.to_owned(), Expr { kind: place, scalar_type: ScalarType::Long }));
    let most = Expr::literal(Value::Long(i64::try_from(count).unwrap_or(i64::MAX)), ScalarType::Long);
    let operands = vec![Expr::column(PLACE, ScalarType::Long), most];
    plan.project(columns).filter(Expr::core(Core::LessOrEqual, operands, ScalarType::Bool)).project(shown)
}

/// The place of each row among the rows of its part, from 1.
fn places(_: &Context, arguments: &[Vec<Value<'static>>], rows: usize) -> Vec<Value<'static>> {
    let mut last = None;
    let mut place = 0;
    let parts = arguments.first().into_iter().flatten().take(rows);
    let places = parts.map(|part| {
        let part = part.as_i64();
        place = if part == last { place + 1 } else { 1 };
        last = part;
        Value::Long(place)
    });
    places.collect()
}

/// Whether a part, which has rows, may have none left here.
fn may_be_empty(plan: &Plan) -> bool {
    match &plan.kind {
        PlanKind::Part => false,
        PlanKind::Project(input, _) | PlanKind::Sort(input, _) => deep(|| may_be_empty(input)),
        PlanKind::Take(input, count) => *count == 0 || deep(|| may_be_empty(input)),
        PlanKind::Aggregate(a) => !a.keys.is_empty() && deep(|| may_be_empty(&a.input)),
        _ => true,
    }
}
