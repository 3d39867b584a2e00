//! `sort`, `top`.

use crate::bind::scope::{Env, Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::ir::{Plan, PlanKind, SortKey};
use crate::syntax::ast;
use crate::types::ScalarType;

impl Binder<'_> {
    pub(in crate::bind) fn order_keys(&self, keys: &[ast::OrderKey], row: &Row<'_>, env: &Env) -> Bind<Vec<SortKey>> {
        keys.iter()
            .map(|key| {
                let value = self.scalar(&key.value, row, env)?;
                if value.scalar_type == ScalarType::Dynamic {
                    return error(
                        "KQL170",
                        "rows cannot be ordered by a dynamic: convert it, e.g. tostring(…)",
                        key.value.span,
                    );
                }
                // Descending unless said otherwise; nulls first when ascending, last when descending.
                let ascending = key.ascending.unwrap_or(false);
                Ok(SortKey { value, ascending, nulls_first: key.nulls_first.unwrap_or(ascending) })
            })
            .collect()
    }

    pub(super) fn sort(&self, input: Tabular, keys: &[ast::OrderKey], env: &Env) -> Bind<Tabular> {
        let keys = self.order_keys(keys, &Row::of(&input), env)?;
        let schema = input.plan.schema.clone();
        Ok(Tabular {
            plan: Plan { kind: PlanKind::Sort(Box::new(input.plan), keys), schema },
            serialized: true,
            name: input.name,
        })
    }

    pub(super) fn top(&self, input: Tabular, count: &ast::Expr, keys: &[ast::OrderKey], env: &Env) -> Bind<Tabular> {
        let sorted = self.sort(input, keys, env)?;
        self.take(sorted, count, env)
    }
}
