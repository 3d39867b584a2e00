//! The arguments of a plugin: by place or by name, then the rest.

use super::{Call, Plugin};
use crate::bind::scope::{Env, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::ir::Expr;
use crate::syntax::Span;
use crate::syntax::ast::{self, Argument, ExprKind};
use crate::types::{ScalarType, Value};

/// The arguments of one call, sorted by the plugin's signature.
pub(super) struct Arguments<'t> {
    named: Vec<(&'static str, &'t ast::Expr)>,
    /// What a repeated parameter takes.
    pub rest: Vec<&'t Argument>,
    pub env: &'t Env,
    pub span: Span,
}

/// A parameter of a signature: `name`, `[name]`, or `*name` for any number to the end.
struct Parameter {
    name: &'static str,
    optional: bool,
    repeated: bool,
}

/// The parameters that a signature says come together or not at all, before others that must be there.
const RANGE: &str = "[start, end]";

/// Whether a call gives the range that its plugin can do without: enough constants come before the first dimension.
fn gives_range(plugin: &Plugin, call: &Call<'_>, parameters: &[Parameter]) -> bool {
    let wanted = parameters.iter().filter(|p| !p.repeated).count();
    let is_column = |a: &Argument| match (&a.value.kind, &call.input) {
        (ExprKind::Name(name), Some(input)) => input.plan.schema.get(&name.text).is_some(),
        _ => false,
    };
    // The first two are columns: the id and the timeline.
    let constants = call.arguments.iter().skip(2).take_while(|a| a.name.is_none() && !is_column(a)).count();
    !plugin.signature.contains(RANGE) || constants + 2 >= wanted
}

fn parameters(plugin: &Plugin) -> Vec<Parameter> {
    let inner = plugin.signature.trim_start_matches('(').trim_end_matches(')');
    let read = |part: &'static str| {
        let bare = part.trim();
        let name = bare.trim_matches(['[', ']']).trim_start_matches('*');
        Parameter { name, optional: bare.contains(['[', ']']), repeated: bare.contains('*') }
    };
    inner.split(',').filter(|p| !p.trim().is_empty()).map(read).collect()
}

impl<'t> Arguments<'t> {
    pub fn read(plugin: &Plugin, call: &Call<'t>) -> Bind<Self> {
        let parameters = parameters(plugin);
        let repeated = parameters.iter().any(|p| p.repeated);
        let mut found = Self { named: Vec::new(), rest: Vec::new(), env: call.env, span: call.span };
        let skipped = if gives_range(plugin, call, &parameters) { "" } else { RANGE };
        let in_place = parameters.iter().filter(|p| !p.repeated && !(skipped.contains(p.name)));
        let mut places = in_place.map(|p| p.name);
        for argument in call.arguments {
            let known = argument.name.as_ref().and_then(|n| parameters.iter().find(|p| p.name == n.text));
            match (&argument.name, known) {
                (_, Some(parameter)) => found.named.push((parameter.name, &argument.value)),
                (Some(_), None) if repeated => found.rest.push(argument),
                (Some(name), None) => {
                    let message = format!("'{}' has no parameter '{}'", plugin.name, name.text);
                    let mut finding = Diagnostic::new("KQL233", message, name.span);
                    finding.help = did_you_mean(&name.text, parameters.iter().map(|p| p.name))
                        .map(|near| format!("did you mean '{near}'?"))
                        .or_else(|| Some(format!("write {}{}", plugin.name, plugin.signature)));
                    return Err(Box::new(finding));
                }
                (None, _) => match places.by_ref().find(|name| found.named.iter().all(|(n, _)| n != name)) {
                    Some(name) => found.named.push((name, &argument.value)),
                    None if repeated => found.rest.push(argument),
                    None => return Err(wrong_count(plugin, call)),
                },
            }
        }
        let missing = parameters.iter().any(|p| !p.optional && !p.repeated && found.given(p.name).is_none());
        if missing {
            return Err(wrong_count(plugin, call));
        }
        Ok(found)
    }

    /// The argument of a parameter, when there is one.
    pub fn given(&self, name: &str) -> Option<&'t ast::Expr> {
        self.named.iter().find(|(n, _)| *n == name).map(|(_, value)| *value)
    }

    /// The argument of a parameter that must be there.
    pub fn required(&self, name: &str) -> Bind<&'t ast::Expr> {
        match self.given(name) {
            Some(value) => Ok(value),
            None => error("KQL160", format!("the argument '{name}' is missing"), self.span),
        }
    }

    /// The argument of a parameter, unless it is left out or written `~`, which stands for the default.
    pub fn unless_default(&self, name: &str) -> Option<&'t ast::Expr> {
        self.given(name).filter(|value| !is_default(value))
    }
}

/// Whether an argument is `'~'`: take the default.
pub(super) fn is_default(value: &ast::Expr) -> bool {
    matches!(&value.kind, ExprKind::Literal(Value::String(text), _) if text == "~")
}

fn wrong_count(plugin: &Plugin, call: &Call<'_>) -> Box<Diagnostic> {
    let message = format!("the plugin '{}' does not take {} argument(s)", plugin.name, call.arguments.len());
    Box::new(
        Diagnostic::new("KQL160", message, call.plugin.span).help(format!("write {}{}", plugin.name, plugin.signature)),
    )
}

impl Binder<'_> {
    /// A column named by an argument.
    pub(super) fn plugin_column(&self, tree: &ast::Expr, input: &Tabular, env: &Env) -> Bind<(String, ScalarType)> {
        let ExprKind::Name(name) = &tree.kind else {
            return error("KQL214", "a column's name is expected here", tree.span);
        };
        match input.plan.schema.get(&name.text) {
            Some(scalar_type) => Ok((name.text.clone(), scalar_type)),
            None if input.plan.schema.is_open() => Ok((name.text.clone(), self.guess(name).scalar_type)),
            None => Err(Box::new(self.unknown_column(name, &crate::bind::scope::Row::of(input), env))),
        }
    }

    /// A column named by an argument, as an expression.
    pub(super) fn plugin_value(&self, tree: &ast::Expr, input: &Tabular, env: &Env) -> Bind<(String, Expr)> {
        let (name, scalar_type) = self.plugin_column(tree, input, env)?;
        Ok((name.clone(), Expr::column(name, scalar_type)))
    }

    /// A whole number that an optional argument gives.
    pub(super) fn plugin_number(&self, name: &str, arguments: &Arguments<'_>) -> Bind<Option<i64>> {
        let Some(tree) = arguments.unless_default(name) else { return Ok(None) };
        Ok(self.constant(tree, ScalarType::Long, arguments.env)?.as_i64())
    }

    /// A number that an optional argument gives.
    pub(super) fn plugin_real(&self, name: &str, arguments: &Arguments<'_>) -> Bind<Option<f64>> {
        let Some(tree) = arguments.unless_default(name) else { return Ok(None) };
        Ok(self.constant(tree, ScalarType::Real, arguments.env)?.as_f64())
    }

    /// Whether an optional argument says true.
    pub(super) fn plugin_flag(&self, name: &str, arguments: &Arguments<'_>) -> Bind<Option<bool>> {
        let Some(tree) = arguments.given(name) else { return Ok(None) };
        Ok(self.constant(tree, ScalarType::Bool, arguments.env)?.as_bool())
    }
}
