//! Aggregate calls: found inside expressions, bound over the rows, and named.

use super::names::{Namer, aggregate_name};
use super::scope::{Binding, Env, Row};
use super::{Bind, Binder, error};
use crate::diagnostics::Diagnostic;
use crate::functions::signature::Signature;
use crate::functions::{self, AggregateMeaning, OverNothing};
use crate::ir::{AggregateCall, AggregateKind, Core, Expr, ExprKind as Bound, Schema};
use crate::syntax::Span;
use crate::syntax::ast::{self, Argument, ExprKind, Name, NamedExpr};
use crate::types::{ScalarType, Value, cast};

/// A call with the name its column has by itself.
type Named = (Option<String>, AggregateCall);

/// The aggregates of one `summarize`, under hidden names, and the columns made of them.
#[derive(Debug, Default)]
pub(super) struct Aggregates {
    pub calls: Vec<AggregateCall>,
    pub columns: Vec<(String, Expr)>,
}

impl Aggregates {
    /// Adds a call under a hidden name; the answer is the expression that reads it.
    fn add(&mut self, mut call: AggregateCall) -> Expr {
        // No column of a query can have such a name.
        call.name = format!("$aggregate{}", self.calls.len());
        let scalar_type = call.scalar_type;
        let read = Expr::column(&call.name, scalar_type);
        let over_nothing = functions::find_aggregate(call.function).map(|a| a.over_nothing);
        self.calls.push(call);
        let instead = match over_nothing {
            Some(OverNothing::Zero) => cast(&Value::Long(0), scalar_type).into_owned(),
            Some(OverNothing::NotANumber) if scalar_type == ScalarType::Real => Value::Real(f64::NAN),
            _ => return read,
        };
        if instead.is_null() {
            return read;
        }
        Expr::core(Core::Coalesce, vec![read, Expr::literal(instead, scalar_type)], scalar_type)
    }

    fn schema(&self) -> Schema {
        self.calls.iter().map(|c| (c.name.clone(), c.scalar_type)).collect()
    }
}

impl Binder<'_> {
    /// Whether a call is one of an aggregate. Of the few that are scalar functions too (`hll_merge`), one argument makes
    /// the aggregate.
    fn is_aggregate(&self, name: &str, arguments: &[Argument], env: &Env) -> bool {
        functions::find_aggregate(name).is_some()
            && !matches!(env.get(name), Some(Binding::Function(_)))
            && (arguments.len() == 1 || functions::find(name).is_none())
    }

    /// Binds one item of a `summarize` list: usually one column, several for `arg_max`, `percentiles` and their kin.
    pub(super) fn aggregate_item(
        &self,
        item: &NamedExpr,
        keys: &[(String, Expr)],
        row: &Row<'_>,
        env: &Env,
        namer: &mut Namer,
        into: &mut Aggregates,
    ) -> Bind<()> {
        if let ExprKind::Call(name, arguments) = &item.value.kind
            && self.is_aggregate(&name.text, arguments, env)
        {
            let calls = match self.several(name, arguments, keys, row, env, item.value.span)? {
                Some(several) => several,
                None => {
                    let call = self.aggregate_call(name, arguments, row, env, item.value.span)?;
                    vec![(aggregate_name(&name.text, arguments), call)]
                }
            };
            if item.names.len() > calls.len() {
                let message = format!("{} names for {} column(s)", item.names.len(), calls.len());
                return error("KQL125", message, item.span);
            }
            for (at, (own, call)) in calls.into_iter().enumerate() {
                let read = into.add(call);
                let name = match (item.names.get(at), own) {
                    (Some(name), _) => namer.given(name)?,
                    (None, Some(own)) => namer.unique(&own),
                    (None, None) => namer.column(),
                };
                into.columns.push((name, read));
            }
            return Ok(());
        }
        let own = self.own_name(&item.value, env);
        let mut reads = Vec::new();
        let tree = self.hide(&item.value, row, env, into, &mut reads)?;
        let schema = into.schema();
        let inside = Row { schema: &schema, serialized: false, exists: true };
        let value = self.scalar(&tree, &inside, env).map_err(|finding| outside(finding, row))?;
        let value = self.fold_all(answered(value, &reads));
        let name = match (item.names.first(), own) {
            (Some(name), _) => namer.given(name)?,
            (None, Some(own)) => namer.unique(&own),
            (None, None) => namer.column(),
        };
        into.columns.push((name, value));
        Ok(())
    }

    /// The finding that a `summarize` item aggregates nothing.
    pub(super) fn no_aggregate(&self, tree: &ast::Expr, row: &Row<'_>, env: &Env) -> Box<Diagnostic> {
        // What is wrong in itself is told first.
        if let Err(finding) = self.scalar(tree, row, env) {
            return finding;
        }
        let (message, help) = match &tree.kind {
            ExprKind::Name(name) => (
                format!("'{}' stands outside an aggregate", name.text),
                format!("wrap it: take_any({0}), max({0}) …, or group by it", name.text),
            ),
            _ => (
                "this aggregates nothing".to_owned(),
                "summarize takes aggregates: count(), sum(…), take_any(…) …; compute the rest with extend".to_owned(),
            ),
        };
        Box::new(Diagnostic::new("KQL168", message, tree.span).label("which row's value?").help(help))
    }

    /// The tree with every aggregate call replaced by a read of its hidden column. `reads` gets what each is read as.
    fn hide(
        &self,
        tree: &ast::Expr,
        row: &Row<'_>,
        env: &Env,
        into: &mut Aggregates,
        reads: &mut Vec<(String, Expr)>,
    ) -> Bind<ast::Expr> {
        if let ExprKind::Call(name, arguments) = &tree.kind
            && self.is_aggregate(&name.text, arguments, env)
        {
            let call = self.aggregate_call(name, arguments, row, env, tree.span)?;
            let read = into.add(call);
            let text = read.columns().concat();
            reads.push((text.clone(), read));
            return Ok(ast::Expr { kind: ExprKind::Name(Name { text, span: tree.span }), span: tree.span });
        }
        tree.try_map(|operand| self.hide(operand, row, env, into, reads))
    }

    /// One aggregate call that gives one value.
    pub(super) fn aggregate_call(
        &self,
        name: &Name,
        arguments: &[Argument],
        row: &Row<'_>,
        env: &Env,
        span: Span,
    ) -> Bind<AggregateCall> {
        let Some(aggregate) = functions::find_aggregate(&name.text) else {
            return error("KQL164", format!("no aggregate named '{}'", name.text), name.span);
        };
        // `count(x)` counts rows; its argument must be right, and changes nothing.
        let arguments = match (aggregate.meaning, arguments) {
            (AggregateMeaning::Core(crate::ir::CoreAggregate::Count), [only]) => {
                if matches!(only.value.kind, ExprKind::Star) {
                    let message = "'*' stands for columns only in lists of columns";
                    return Err(Box::new(Diagnostic::new("KQL132", message, only.value.span).help("write count()")));
                }
                if self.contains_aggregate(&only.value, env) {
                    arguments
                } else {
                    self.scalar(&only.value, row, env)?;
                    &[]
                }
            }
            _ => arguments,
        };
        let mut bound = Vec::new();
        for argument in arguments {
            if self.contains_aggregate(&argument.value, env) {
                return error("KQL165", "an aggregate cannot stand inside another", argument.value.span);
            }
            bound.push(self.scalar(&argument.value, row, env)?);
        }
        let spans: Vec<Span> = arguments.iter().map(|a| a.value.span).collect();
        of_its_type(&name.text, aggregate.signatures, &bound, &spans)?;
        let (arguments, scalar_type) = self.convert(&name.text, aggregate.signatures, bound, &spans, span)?;
        let meaning = match aggregate.meaning {
            AggregateMeaning::Core(core) => AggregateKind::Core(core),
            AggregateMeaning::Kernel(kernel) => AggregateKind::Kernel(kernel),
            AggregateMeaning::ByType(choose) => {
                AggregateKind::Kernel(choose(arguments.first().map_or(ScalarType::Dynamic, |a| a.scalar_type)))
            }
        };
        Ok(AggregateCall { name: String::new(), function: aggregate.name, meaning, arguments, scalar_type })
    }

    pub(super) fn contains_aggregate(&self, tree: &ast::Expr, env: &Env) -> bool {
        if let ExprKind::Call(name, arguments) = &tree.kind
            && self.is_aggregate(&name.text, arguments, env)
        {
            return true;
        }
        let search = |operand: &ast::Expr| {
            if self.contains_aggregate(operand, env) { Err(()) } else { Ok(operand.clone()) }
        };
        tree.try_map(search).is_err()
    }

    /// The calls behind an aggregate that gives several columns, with each column's own name.
    fn several(
        &self,
        name: &Name,
        arguments: &[Argument],
        keys: &[(String, Expr)],
        row: &Row<'_>,
        env: &Env,
        span: Span,
    ) -> Bind<Option<Vec<Named>>> {
        let argument = |value: ast::Expr| Argument { name: None, value };
        let single = |function: &str, arguments: &[Argument]| {
            self.aggregate_call(&Name { text: function.to_owned(), span: name.span }, arguments, row, env, span)
        };
        // Each argument with its place; `*` is every column that is neither a key nor one of these.
        let spread = |arguments: &[Argument], without: &[String]| -> Vec<(usize, ast::Expr)> {
            let mut all = Vec::new();
            for (at, a) in arguments.iter().enumerate() {
                if matches!(a.value.kind, ExprKind::Star) {
                    let others = row.schema.columns.iter().filter(|(n, _)| !without.contains(n));
                    all.extend(others.map(|(n, _)| {
                        let kind = ExprKind::Name(Name { text: n.clone(), span });
                        (at, ast::Expr { kind, span })
                    }));
                } else {
                    all.push((at, a.value.clone()));
                }
            }
            all
        };
        let mut grouped: Vec<String> = keys
            .iter()
            .filter_map(|(_, key)| match &key.kind {
                Bound::Column(name) => Some(name.clone()),
                _ => None,
            })
            .collect();
        let starred = arguments.iter().any(|a| matches!(a.value.kind, ExprKind::Star));
        let several = match name.text.as_str() {
            "arg_max" | "arg_min" | "argmax" | "argmin" => {
                let [by, rest @ ..] = arguments else {
                    return error("KQL160", format!("'{}' takes what to look at and what to return", name.text), span);
                };
                let legacy = !name.text.contains('_');
                let function = if name.text.ends_with("max") { "arg_max" } else { "arg_min" };
                let by_name = self.own_name(&by.value, env);
                if let ExprKind::Name(column) = &by.value.kind {
                    grouped.push(column.text.clone());
                }
                let prefix = if function == "arg_max" { "max" } else { "min" };
                let prefixed = format!("{prefix}_{}", by_name.clone().unwrap_or_default());
                let first = if legacy { None } else { by_name };
                let first = first.unwrap_or_else(|| prefixed.clone());
                let mut calls = vec![(Some(first), single(function, &[by.clone(), by.clone()])?)];
                for (at, value) in spread(rest, &grouped) {
                    let own = match self.own_name(&value, env) {
                        Some(own) if legacy => format!("{prefixed}_{own}"),
                        Some(own) => own,
                        None => format!("{prefixed}_arg{}", at + 1),
                    };
                    calls.push((Some(own), single(function, &[by.clone(), argument(value)])?));
                }
                calls
            }
            "take_any" | "any" if starred || arguments.len() > 1 || name.text == "take_any" => {
                if arguments.is_empty() {
                    return Ok(None);
                }
                let mut calls = Vec::new();
                for (at, value) in spread(arguments, &grouped) {
                    let value = argument(value);
                    let own = aggregate_name(&name.text, std::slice::from_ref(&value));
                    calls.push((own.or_else(|| Some(format!("any_arg{at}"))), single("take_any", &[value])?));
                }
                calls
            }
            "percentiles" | "percentilesw" => {
                let values = if name.text == "percentiles" { 1 } else { 2 };
                if arguments.len() <= values {
                    return Ok(None);
                }
                let mut calls = Vec::new();
                for rank in &arguments[values..] {
                    let mut one = arguments[..values].to_vec();
                    one.push(rank.clone());
                    calls.push((aggregate_name(&name.text, &one), single(&name.text, &one)?));
                }
                calls
            }
            _ => return Ok(None),
        };
        Ok(Some(several))
    }
}

/// Aggregates convert no argument but a number to a wider one: what a dynamic holds, or what a truth or a text counts
/// as, would be a guess.
fn of_its_type(name: &str, signatures: &[&str], bound: &[Expr], spans: &[Span]) -> Bind<()> {
    let parsed: Vec<Signature> = signatures.iter().filter_map(|text| Signature::parse(text)).collect();
    for (at, given) in bound.iter().map(|e| e.scalar_type).enumerate() {
        let takes = |s: &Signature| {
            s.parameter(at).is_none_or(|p| {
                p.class.takes(given)
                    || (given.is_numeric() && ScalarType::ALL.iter().any(|t| t.is_numeric() && p.class.takes(*t)))
            })
        };
        if !parsed.iter().any(takes) {
            let message = format!("argument {} of '{name}' cannot be a {given}", at + 1);
            let mut finding = Diagnostic::new("KQL161", message, spans.get(at).copied().unwrap_or_default());
            finding.help = Some(match given {
                ScalarType::Dynamic => {
                    "say what it holds: tolong(…), todouble(…), tostring(…), todatetime(…)".to_owned()
                }
                _ => format!(
                    "write {}",
                    signatures.iter().map(|s| format!("{name}{s}")).collect::<Vec<_>>().join(" or ")
                ),
            });
            return Err(Box::new(finding));
        }
    }
    Ok(())
}

/// The expression with each hidden column read as its aggregate is.
fn answered(expr: Expr, reads: &[(String, Expr)]) -> Expr {
    if let Bound::Column(name) = &expr.kind
        && let Some((_, read)) = reads.iter().find(|(hidden, _)| hidden == name)
    {
        return read.clone();
    }
    expr.map_operands(|operand| answered(operand, reads))
}

/// A column named outside any aggregate gets a message of its own.
fn outside(finding: Box<Diagnostic>, row: &Row<'_>) -> Box<Diagnostic> {
    let named = |n: &&(String, ScalarType)| finding.message == format!("no column named '{}'", n.0);
    match row.schema.columns.iter().find(named) {
        Some((name, _)) => Box::new(
            Diagnostic::new("KQL168", format!("'{name}' stands outside an aggregate"), finding.span)
                .label("which row's value?")
                .help(format!("wrap it: take_any({name}), max({name}) …, or group by it")),
        ),
        None => finding,
    }
}
