//! Uses of a `declare pattern`: constants that choose a table.

use std::rc::Rc;

use super::scope::{Binding, Env, Pattern, Tabular};
use super::{Bind, Binder};
use crate::diagnostics::Diagnostic;
use crate::syntax::ast::{self, Argument, ExprKind, Name};
use crate::types::{ScalarType, Value};

/// A use of a pattern: `name(arguments)`, or `name(arguments).path`.
pub(super) struct Use<'t> {
    pattern: Rc<Pattern>,
    name: &'t Name,
    arguments: &'t [Argument],
    path: Option<&'t str>,
}

/// The use of a pattern that an expression is.
pub(super) fn pattern_use<'t>(expr: &'t ast::Expr, env: &Env) -> Option<Use<'t>> {
    let (call, path) = match &expr.kind {
        ExprKind::Call(..) => (expr, None),
        ExprKind::Member(object, name) => (object.as_ref(), Some(name.text.as_str())),
        ExprKind::Index(object, index) => match &index.kind {
            ExprKind::Literal(Value::String(text), _) => (object.as_ref(), Some(text.as_ref())),
            _ => return None,
        },
        _ => return None,
    };
    let ExprKind::Call(name, arguments) = &call.kind else { return None };
    match env.get(&name.text) {
        Some(Binding::Pattern(pattern)) => Some(Use { pattern: pattern.clone(), name, arguments, path }),
        _ => None,
    }
}

impl Binder<'_> {
    /// The table that the use of a pattern chooses.
    pub(super) fn chosen(&self, used: &Use<'_>, expr: &ast::Expr, env: &Env) -> Bind<Tabular> {
        let mut given = Vec::new();
        for argument in used.arguments {
            let value = self.constant(&argument.value, ScalarType::String, env)?;
            given.push(value.as_str().unwrap_or_default().to_owned());
        }
        let cases = &used.pattern.tree.cases;
        let Some(case) = cases.iter().find(|c| c.arguments == given && c.path.as_deref() == used.path) else {
            let asked = given.iter().map(|text| format!("'{text}'")).collect::<Vec<_>>().join(", ");
            let path = used.path.map(|path| format!(".['{path}']")).unwrap_or_default();
            let message = format!("the pattern '{}' has no case ({asked}){path}", used.name.text);
            let help = if cases.is_empty() {
                "define it: declare pattern NAME = (argument: string) { (\"…\") = { table }; }".to_owned()
            } else {
                "add the case to its declaration".to_owned()
            };
            return Err(Box::new(Diagnostic::new("KQL157", message, expr.span).help(help)));
        };
        let mut inner = used.pattern.env.clone();
        let texts = used.pattern.tree.parameters.iter().map(|p| &p.name).zip(&given);
        let path = used.pattern.tree.path.as_ref().zip(case.path.as_ref());
        for (name, text) in texts.chain(path) {
            let value = crate::ir::Expr::literal(Value::string(text.clone()), ScalarType::String);
            inner = inner.with(&name.text, Binding::Scalar(value));
        }
        let (answer, inner) = self.body(&case.body, inner)?;
        match answer {
            Some(answer) => self.deeper(expr.span, || self.tabular(answer, &inner)),
            None => super::error("KQL116", "this case's body gives nothing", expr.span),
        }
    }
}
