//! A bar for the rows of a read, which rises while they are read: of the best so many of an order, the worst so far.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::{ExprKind, Plan, PlanKind, SortKey};
use crate::types::ScalarType;

/// Rows that are worse in one column than all of those at hand are not wanted any more. Clones are one bar.
#[derive(Clone, Debug)]
pub struct Bar {
    /// The column.
    pub column: String,
    ascending: bool,
    nulls_first: bool,
    /// How many rows are wanted.
    count: usize,
    /// Whether every row that is read may be among them.
    every: bool,
    /// The rank of the worst row that is still wanted.
    least: Arc<AtomicI64>,
}

impl PartialEq for Bar {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.least, &other.least)
    }
}

impl Eq for Bar {}

impl Bar {
    /// The bar of the first so many rows of a plan in an order, for the rows that the plan is made from. The order's first
    /// key must be one of their columns, as it is there: of whole numbers, or times.
    pub fn of(plan: &Plan, keys: &[SortKey], count: u64) -> Option<Self> {
        let SortKey { value, ascending, nulls_first } = keys.first()?;
        let ranked = matches!(
            value.scalar_type,
            ScalarType::Int | ScalarType::Long | ScalarType::DateTime | ScalarType::TimeSpan
        );
        let (mut column, mut every, mut plan) = (value, true, plan);
        let column = loop {
            let ExprKind::Column(name) = &column.kind else { return None };
            match &plan.kind {
                PlanKind::Filter(input, _) => {
                    every = false;
                    plan = input;
                }
                PlanKind::Project(input, columns) => {
                    column = columns.iter().find(|(made, _)| made == name).map(|(_, of)| of)?;
                    plan = input;
                }
                PlanKind::Part => break name.clone(),
                _ => return None,
            }
        };
        (ranked && count > 0).then(|| Self {
            column,
            ascending: *ascending,
            nulls_first: *nulls_first,
            count: usize::try_from(count).unwrap_or(usize::MAX),
            every,
            least: Arc::new(AtomicI64::new(i64::MIN)),
        })
    }

    /// Better values have higher ranks.
    fn rank(&self, value: Option<i64>) -> i64 {
        match value {
            None if self.nulls_first => i64::MAX,
            None => i64::MIN,
            Some(value) if self.ascending => !value,
            Some(value) => value,
        }
    }

    /// Whether a row with this value is wanted: as good as the bar, or better.
    pub fn is_reached(&self, value: Option<i64>) -> bool {
        self.rank(value) >= self.least.load(Ordering::Relaxed)
    }

    /// Whether any row at all is turned away yet.
    pub fn is_up(&self) -> bool {
        self.least.load(Ordering::Relaxed) > i64::MIN
    }

    /// Whether [`Bar::see`] tells it anything.
    pub const fn sees(&self) -> bool {
        self.every
    }

    /// Raises the bar to a value: so many rows as are wanted are as good or better.
    pub fn raise(&self, value: Option<i64>) {
        self.least.fetch_max(self.rank(value), Ordering::Relaxed);
    }

    /// Raises the bar to the worst of the best rows among some that are read, where nothing but their order tells which
    /// are wanted.
    pub fn see(&self, values: impl Iterator<Item = Option<i64>>) {
        if !self.every {
            return;
        }
        let mut ranks: Vec<i64> = values.map(|value| self.rank(value)).collect();
        let Some(at) = ranks.len().checked_sub(self.count) else { return };
        let (_, worst, _) = ranks.select_nth_unstable(at);
        self.least.fetch_max(*worst, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Expr, Schema};
    use super::*;

    fn part() -> Plan {
        Plan { kind: PlanKind::Part, schema: Schema::default() }
    }

    fn key(value: Expr, ascending: bool, nulls_first: bool) -> [SortKey; 1] {
        [SortKey { value, ascending, nulls_first }]
    }

    fn total_time() -> Expr {
        Expr::column("TotalTime", ScalarType::Long)
    }

    #[test]
    fn what_is_worse_than_the_bar_is_not_wanted() {
        let bar = Bar::of(&part(), &key(total_time(), false, false), 3).unwrap();
        assert!(bar.is_reached(None) && !bar.is_up());
        bar.see([Some(9), Some(5), None, Some(8)].into_iter());
        assert!(bar.is_reached(Some(5)) && !bar.is_reached(Some(4)));
        bar.raise(Some(7));
        bar.raise(Some(6));
        assert!(bar.is_reached(Some(7)) && !bar.is_reached(Some(6)) && !bar.is_reached(None) && bar.is_up());
    }

    #[test]
    fn the_order_says_what_is_worse() {
        let bar = Bar::of(&part(), &key(total_time(), true, true), 1).unwrap();
        bar.raise(Some(i64::MIN + 5));
        assert!(bar.is_reached(None) && bar.is_reached(Some(i64::MIN)) && !bar.is_reached(Some(i64::MAX)));
        bar.raise(None);
        assert!(bar.is_reached(None) && !bar.is_reached(Some(i64::MIN + 1)));
    }

    #[test]
    fn only_columns_of_the_table_have_a_bar() {
        let of = |plan: &Plan, value: Expr| Bar::of(plan, &key(value, false, false), 1).map(|bar| bar.column);
        assert_eq!(of(&part(), total_time()), Some("TotalTime".to_owned()));
        assert_eq!(of(&part(), Expr::column("Url", ScalarType::String)), None);
        assert_eq!(of(&part(), total_time().cast(ScalarType::Int)), None);
        let renamed = part().project(vec![("T".to_owned(), total_time())]);
        assert_eq!(of(&renamed, Expr::column("T", ScalarType::Long)), Some("TotalTime".to_owned()));
        let made = part().project(vec![("T".to_owned(), total_time().cast(ScalarType::Int))]);
        assert_eq!(of(&made, Expr::column("T", ScalarType::Int)), None);
    }
}
