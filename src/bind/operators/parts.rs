//! `partition`, `fork`, `facet`: one table handed to several pipelines.

use crate::bind::operators::join::parameter;
use crate::bind::scope::{Binding, Env, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::ir::{Expr, Plan, PlanKind, Schema, SubqueryAnswer};
use crate::syntax::ast::{self, ExprKind, Name, NamedExpr, Operator, OperatorKind};
use crate::types::ScalarType;

/// The hidden column that tells the parts.
const KEY: &str = "$key";

impl Binder<'_> {
    /// `partition by`: the body over the rows of each value of a column.
    pub(super) fn partition(
        &self,
        operator: &Operator,
        input: Tabular,
        by: &ast::Expr,
        body: &ast::Pipeline,
        env: &Env,
    ) -> Bind<Tabular> {
        if let Some((text, value)) = parameter(operator, "hint.strategy")
            && !matches!(text.as_str(), "native" | "shuffle" | "legacy")
        {
            return error("KQL219", format!("a strategy is native, shuffle or legacy, not '{text}'"), value.span);
        }
        let item = NamedExpr { names: Vec::new(), value: by.clone(), span: by.span };
        let keys = self.group_keys(&input, &[item], env, &mut crate::bind::names::Namer::default())?;
        let Some((_, key)) = keys.into_iter().next() else {
            return error("KQL214", "a column is expected here", by.span);
        };
        let key_type = key.scalar_type;
        let visible = input.plan.all_columns();
        let mut columns = visible.clone();
        columns.push((KEY.to_owned(), key));
        let keyed = input.plan.project(columns);
        let part = Plan { kind: PlanKind::Part, schema: keyed.schema.clone() };
        let inside = Tabular { plan: part.project(visible), serialized: input.serialized, name: None };
        // A body with a table of its own may still name the key, which has one value for the whole part.
        let key_of_part = part_key(&keyed, key_type);
        let body_env = match &by.kind {
            ExprKind::Name(name) if has_own_source(body) => env.with(&name.text, Binding::Scalar(key_of_part)),
            _ => env.clone(),
        };
        let answer = self.pipeline(body, Some(inside), &body_env)?;
        let mut schema = Schema { columns: vec![(KEY.to_owned(), key_type)] };
        schema.columns.extend(answer.plan.schema.columns.iter().cloned());
        let shown = answer.plan.all_columns();
        let kind =
            PlanKind::ForEach { input: Box::new(keyed), keys: vec![KEY.to_owned()], body: Box::new(answer.plan) };
        Ok(Tabular::new(Plan { kind, schema }.project(shown)))
    }

    /// `fork`: each body over all rows, each giving a table of its own.
    pub(super) fn fork(&self, input: Tabular, bodies: &[(Option<Name>, ast::Pipeline)], env: &Env) -> Bind<Tabular> {
        for (at, (name, body)) in bodies.iter().enumerate() {
            let answer = self.pipeline(body, Some(input.clone()), env)?;
            let name = match (name, &answer.name) {
                (Some(name), _) => name.text.clone(),
                (None, Some(name)) if Some(name) != input.name.as_ref() => name.clone(),
                (None, _) => format!("GenericResult_{at}"),
            };
            self.forks.borrow_mut().push((name, answer));
        }
        Ok(input)
    }

    /// `facet by a, b with (…)`: the values of each column with their counts, then the body over all rows.
    pub(super) fn facet(
        &self,
        input: Tabular,
        columns: &[ast::Expr],
        with: Option<&ast::Pipeline>,
        env: &Env,
    ) -> Bind<Tabular> {
        // The rows come first, then the values of each column.
        if let Some(body) = with {
            let answer = self.pipeline(body, Some(input.clone()), env)?;
            self.forks.borrow_mut().push(("facet_with".to_owned(), answer));
        }
        for column in columns {
            let ExprKind::Name(name) = &column.kind else {
                return error("KQL214", "a column's name is expected here", column.span);
            };
            let count = Name { text: "count".to_owned(), span: column.span };
            let call = ast::Expr { kind: ExprKind::Call(count, Vec::new()), span: column.span };
            let counts = Name { text: format!("count_{}", name.text), span: column.span };
            let item = |names: Vec<Name>, value: ast::Expr| NamedExpr { names, span: value.span, value };
            let (counts, keys) = (item(vec![counts], call), item(Vec::new(), column.clone()));
            let counted = self.summarize(input.clone(), &[counts], &[keys], env)?;
            self.forks.borrow_mut().push((format!("facet_{}", name.text), counted));
        }
        Ok(input)
    }
}

/// Whether a body reads a table of its own rather than the part.
fn has_own_source(body: &ast::Pipeline) -> bool {
    let first = body.operators.first().map(|operator| &operator.kind);
    let makes_rows = |kind: &OperatorKind| {
        matches!(
            kind,
            OperatorKind::Print(_)
                | OperatorKind::Range { .. }
                | OperatorKind::DataTable { .. }
                | OperatorKind::ExternalData { .. }
        )
    };
    body.source.is_some() || first.is_some_and(makes_rows)
}

/// The key of the part at hand: the first cell of its column.
fn part_key(keyed: &Plan, key_type: ScalarType) -> Expr {
    let part = Plan { kind: PlanKind::Part, schema: keyed.schema.clone() };
    let key = part.project(vec![(KEY.to_owned(), Expr::column(KEY, key_type))]);
    let schema = key.schema.clone();
    let first = Plan { kind: PlanKind::Take(Box::new(key), 1), schema };
    Expr { kind: crate::ir::ExprKind::Subquery(Box::new(first), SubqueryAnswer::Scalar), scalar_type: key_type }
}
