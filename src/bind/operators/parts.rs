//! `partition`, `fork`, `facet`: one table handed to several pipelines.

use crate::bind::scope::{Env, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::ir::{Plan, PlanKind, Schema};
use crate::syntax::ast::{self, ExprKind, Name, NamedExpr};

/// The hidden column that tells the parts.
const KEY: &str = "$key";

impl Binder<'_> {
    /// `partition by`: the body over the rows of each value of a column.
    pub(super) fn partition(&self, input: Tabular, by: &ast::Expr, body: &ast::Pipeline, env: &Env) -> Bind<Tabular> {
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
        let answer = self.pipeline(body, Some(inside), env)?;
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
        for column in columns {
            let ExprKind::Name(name) = &column.kind else {
                return error("KQL214", "a column's name is expected here", column.span);
            };
            let count = Name { text: "count".to_owned(), span: column.span };
            let call = ast::Expr { kind: ExprKind::Call(count, Vec::new()), span: column.span };
            let item = |value: ast::Expr| NamedExpr { names: Vec::new(), span: value.span, value };
            let counted = self.summarize(input.clone(), &[item(call)], &[item(column.clone())], env)?;
            self.forks.borrow_mut().push((format!("facet_{}", name.text), counted));
        }
        if let Some(body) = with {
            let answer = self.pipeline(body, Some(input.clone()), env)?;
            self.forks.borrow_mut().push(("facet_with".to_owned(), answer));
        }
        Ok(input)
    }
}
