//! How much a query may unfold to: definitions that use one another twice each double with every step.

use super::{Bind, Binder};
use crate::diagnostics::Diagnostic;
use crate::ir::{Expr, ExprKind, Plan, deep};
use crate::syntax::Span;

/// Parts of expressions and plans that one query may have made.
const MAX_PARTS: usize = 1_000_000;

/// How many parts an expression has, those of tables inside it included.
pub(super) fn parts_of(expr: &Expr) -> usize {
    let inner = match &expr.kind {
        ExprKind::Subquery(plan, _) => parts_of_plan(plan),
        _ => 0,
    };
    1 + inner + deep(|| expr.operands().iter().map(parts_of).sum::<usize>())
}

/// How many parts a plan has.
pub(super) fn parts_of_plan(plan: &Plan) -> usize {
    let own: usize = plan.expressions().into_iter().map(parts_of).sum();
    1 + own + deep(|| plan.inputs().into_iter().map(parts_of_plan).sum::<usize>())
}

/// How many operators may stand upon one another in a plan, those inside definitions included.
const MAX_PLAN_DEPTH: usize = 4_000;

/// Refuses a plan that is too deep to be walked safely.
pub(super) fn bear(plan: &Plan, span: Span) -> Bind<()> {
    if plan.depth() <= MAX_PLAN_DEPTH {
        return Ok(());
    }
    let message = format!("more than {MAX_PLAN_DEPTH} operators upon one another");
    Err(Box::new(Diagnostic::new("KQL158", message, span)))
}

impl Binder<'_> {
    /// Counts parts that are about to be made.
    pub(super) fn spend(&self, parts: usize, span: Span) -> Bind<()> {
        self.parts.set(self.parts.get().saturating_add(parts));
        if self.parts.get() <= MAX_PARTS {
            return Ok(());
        }
        let message = format!("the definitions of this query unfold to more than {MAX_PARTS} parts");
        Err(Box::new(Diagnostic::new("KQL106", message, span).help("use each definition less often")))
    }
}
