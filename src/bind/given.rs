//! Values given from outside for names that the query uses and does not define.

use super::scope::{Binding, Env, Row};
use super::{Bind, Binder};
use crate::ir::{Expr, Schema};
use crate::syntax::ast::{Query, Statement};
use crate::syntax::parse;
use crate::types::{ScalarType, Value};

impl Binder<'_> {
    /// The names in force before the first statement: each parameter as though `let NAME = VALUE;` stood before the
    /// query, as saved queries ask for in their comments. What does not read as an expression is a string.
    pub(super) fn given(&self) -> Env {
        let mut env = Env::default();
        for (name, text) in self.environment.parameters {
            if name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                let value = self
                    .given_value(text)
                    .unwrap_or_else(|| Expr::literal(Value::string(text.clone()), ScalarType::String));
                env = env.with(name, Binding::Scalar(value));
            }
        }
        env
    }

    fn given_value(&self, text: &str) -> Option<Expr> {
        let Ok(Query { statements }) = parse(text) else { return None };
        let [Statement::Tabular(expr)] = statements.as_slice() else { return None };
        let env = Env::default();
        if self.is_tabular(expr, &env) {
            return None;
        }
        let schema = Schema::default();
        let bound: Bind<Expr> = self.scalar(expr, &Row { schema: &schema, serialized: false, exists: false }, &env);
        bound.ok().map(|value| self.fold(value))
    }
}
