//! Aggregate calls: found inside expressions, bound over the rows, and named.

use super::names::{Namer, aggregate_name, rank_text};
use super::scope::{Binding, Env, Row};
use super::{Bind, Binder, error};
use crate::diagnostics::Diagnostic;
use crate::functions::{self, AggregateMeaning};
use crate::ir::{AggregateCall, AggregateKind, Expr, Schema};
use crate::syntax::Span;
use crate::syntax::ast::{self, Argument, ExprKind, Name, NamedExpr};
use crate::types::ScalarType;

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
        let read = Expr::column(&call.name, call.scalar_type);
        self.calls.push(call);
        read
    }

    fn schema(&self) -> Schema {
        self.calls.iter().map(|c| (c.name.clone(), c.scalar_type)).collect()
    }
}

impl Binder<'_> {
    fn is_aggregate(&self, name: &str, env: &Env) -> bool {
        functions::find_aggregate(name).is_some() && !matches!(env.get(name), Some(Binding::Function(_)))
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
            && self.is_aggregate(&name.text, env)
        {
            let several = self.several(name, arguments, keys, row, env, item.value.span)?;
            if let Some(several) = several {
                for (at, (own, call)) in several.into_iter().enumerate() {
                    let read = into.add(call);
                    let name = match item.names.get(at) {
                        Some(name) => {
                            namer.take(&name.text);
                            name.text.clone()
                        }
                        None => namer.unique(&own),
                    };
                    into.columns.push((name, read));
                }
                return Ok(());
            }
        }
        let own = self.own_name(&item.value, env);
        let tree = self.hide(&item.value, row, env, into)?;
        let schema = into.schema();
        let inside = Row { schema: &schema, serialized: false, exists: true };
        let value = self.scalar(&tree, &inside, env).map_err(|finding| outside(finding, row))?;
        let name = match (item.names.first(), own) {
            (Some(name), _) => {
                namer.take(&name.text);
                name.text.clone()
            }
            (None, Some(own)) => namer.unique(&own),
            (None, None) => namer.column(),
        };
        into.columns.push((name, value));
        Ok(())
    }

    /// The tree with every aggregate call replaced by a read of its hidden column.
    fn hide(&self, tree: &ast::Expr, row: &Row<'_>, env: &Env, into: &mut Aggregates) -> Bind<ast::Expr> {
        if let ExprKind::Call(name, arguments) = &tree.kind
            && self.is_aggregate(&name.text, env)
        {
            let call = self.aggregate_call(name, arguments, row, env, tree.span)?;
            let read = into.add(call);
            let name = Name { text: read.columns().concat(), span: tree.span };
            return Ok(ast::Expr { kind: ExprKind::Name(name), span: tree.span });
        }
        tree.try_map(|operand| self.hide(operand, row, env, into))
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
        // `count(x)` counts rows; its argument is looked at by nobody.
        let arguments = match aggregate.meaning {
            AggregateMeaning::Core(crate::ir::CoreAggregate::Count) => &[],
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
        let (arguments, scalar_type) = self.convert(&name.text, aggregate.signatures, bound, &spans, span)?;
        let meaning = match aggregate.meaning {
            AggregateMeaning::Core(core) => AggregateKind::Core(core),
            AggregateMeaning::Kernel(kernel) => AggregateKind::Kernel(kernel),
        };
        Ok(AggregateCall { name: String::new(), function: aggregate.name, meaning, arguments, scalar_type })
    }

    fn contains_aggregate(&self, tree: &ast::Expr, env: &Env) -> bool {
        match &tree.kind {
            ExprKind::Call(name, arguments) => {
                (self.is_aggregate(&name.text, env) && functions::find(&name.text).is_none())
                    || arguments.iter().any(|a| self.contains_aggregate(&a.value, env))
            }
            ExprKind::Binary(_, a, b) | ExprKind::Index(a, b) => {
                self.contains_aggregate(a, env) || self.contains_aggregate(b, env)
            }
            ExprKind::Unary(_, a) | ExprKind::Member(a, _) => self.contains_aggregate(a, env),
            _ => false,
        }
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
    ) -> Bind<Option<Vec<(String, AggregateCall)>>> {
        let argument = |value: ast::Expr| Argument { name: None, value };
        let column = |name: &str| ast::Expr { kind: ExprKind::Name(Name { text: name.to_owned(), span }), span };
        let single = |function: &str, arguments: &[Argument]| {
            self.aggregate_call(&Name { text: function.to_owned(), span: name.span }, arguments, row, env, span)
        };
        // `*`: every column but those already there.
        let spread = |arguments: &[Argument], without: &[String]| -> Vec<ast::Expr> {
            let mut all = Vec::new();
            for a in arguments {
                if matches!(a.value.kind, ExprKind::Star) {
                    all.extend(row.schema.columns.iter().filter(|(n, _)| !without.contains(n)).map(|(n, _)| column(n)));
                } else {
                    all.push(a.value.clone());
                }
            }
            all
        };
        let key_names: Vec<String> = keys.iter().map(|(n, _)| n.clone()).collect();
        Ok(match name.text.as_str() {
            "arg_max" | "arg_min" | "argmax" | "argmin" => {
                let [by, rest @ ..] = arguments else {
                    return error("KQL160", format!("'{}' takes what to maximise and what to return", name.text), span);
                };
                let legacy = matches!(name.text.as_str(), "argmax" | "argmin");
                let function = if name.text.ends_with("max") { "arg_max" } else { "arg_min" };
                let by_name = self.own_name(&by.value, env);
                let mut without = key_names;
                without.extend(by_name.clone());
                let prefix = if function == "arg_max" { "max" } else { "min" };
                let first = match by_name {
                    Some(own) if legacy => format!("{prefix}_{own}"),
                    Some(own) => own,
                    None => format!("{prefix}_"),
                };
                let mut calls = vec![(first.clone(), single(function, &[by.clone(), by.clone()])?)];
                for value in spread(rest, &without) {
                    let own = self.own_name(&value, env).unwrap_or_else(|| "Column1".to_owned());
                    let own = if legacy { format!("{first}_{own}") } else { own };
                    calls.push((own, single(function, &[by.clone(), argument(value)])?));
                }
                Some(calls)
            }
            "take_any" | "any"
                if arguments.len() > 1 || matches!(arguments.first().map(|a| &a.value.kind), Some(ExprKind::Star)) =>
            {
                let mut calls = Vec::new();
                for value in spread(arguments, &key_names) {
                    let own = aggregate_name(&name.text, &[argument(value.clone())]).unwrap_or_default();
                    calls.push((own, single("take_any", &[argument(value)])?));
                }
                Some(calls)
            }
            "percentiles" if arguments.len() > 1 => {
                let mut calls = Vec::new();
                for rank in &arguments[1..] {
                    let own = self.own_name(&arguments[0].value, env).unwrap_or_default();
                    let own = format!("percentile_{own}_{}", rank_text(&rank.value));
                    calls.push((own, single("percentile", &[arguments[0].clone(), rank.clone()])?));
                }
                Some(calls)
            }
            "percentilesw" if arguments.len() > 2 => {
                let mut calls = Vec::new();
                for rank in &arguments[2..] {
                    let own = self.own_name(&arguments[0].value, env).unwrap_or_default();
                    let own = format!("percentile_{own}_{}", rank_text(&rank.value));
                    calls.push((
                        own,
                        single("percentilew", &[arguments[0].clone(), arguments[1].clone(), rank.clone()])?,
                    ));
                }
                Some(calls)
            }
            _ => None,
        })
    }
}

/// A column named outside any aggregate gets a message of its own.
fn outside(finding: Box<Diagnostic>, row: &Row<'_>) -> Box<Diagnostic> {
    let named = |n: &&(String, ScalarType)| finding.message == format!("no column named '{}'", n.0);
    match row.schema.columns.iter().find(named) {
        Some((name, _)) => Box::new(
            Diagnostic::new("KQL166", format!("'{name}' stands outside an aggregate"), finding.span)
                .label("which row's value?")
                .help(format!("wrap it: take_any({name}), max({name}) …, or group by it")),
        ),
        None => finding,
    }
}
