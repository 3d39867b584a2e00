//! `extend`, `project` and its relatives, `serialize`: operators about columns.

use crate::bind::metadata::sorted_arrays;
use crate::bind::names::{Namer, said_once};
use crate::bind::scope::{Env, Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::Diagnostic;
use crate::functions::{self, Function};
use crate::ir::{Core, Expr, Plan, Schema};
use crate::syntax::ast::{self, ExprKind, Name, NamedExpr};
use crate::types::{ScalarType, Value};

/// A star stands for columns only where it may: in `distinct`, and in arguments that say so.
pub(super) fn no_star(items: &[NamedExpr]) -> Bind<()> {
    let Some(star) = items.iter().find(|item| matches!(item.value.kind, ExprKind::Star)) else { return Ok(()) };
    let finding = Diagnostic::new("KQL229", "'*' is no value", star.span);
    Err(Box::new(finding.help("name the columns; `extend` keeps all of them, `distinct *` groups by all of them")))
}

/// How many columns a sort of several arrays gives.
fn sorted(function: &Function, call: &ast::Expr) -> usize {
    match &call.kind {
        ExprKind::Call(_, arguments) => sorted_arrays(function, arguments),
        _ => 1,
    }
}

impl Binder<'_> {
    /// The columns an item gives: one, or several for a function such as `series_fit_line`, or for `(a, b) = array`.
    /// Each comes with its place among them.
    ///
    /// The value of several is put among the hidden columns, so that it is computed once; see [`with_hidden`].
    pub(in crate::bind) fn columns_of(
        &self,
        item: &NamedExpr,
        row: &Row<'_>,
        env: &Env,
        hidden: &mut Vec<(String, Expr)>,
    ) -> Bind<Vec<(usize, Expr)>> {
        let function = tuple(&item.value, env);
        let value = match (function, &item.value.kind) {
            (Some(function), ExprKind::Call(name, arguments)) => {
                self.catalogue(function, name, arguments, row, env, item.value.span)?
            }
            _ => self.scalar(&item.value, row, env)?,
        };
        let sorts = match &item.value.kind {
            ExprKind::Call(name, _) if env.get(&name.text).is_none() => {
                functions::find(&name.text).map_or(1, |function| sorted(function, &item.value))
            }
            _ => 1,
        };
        if function.is_none() && sorts < 2 && item.names.len() < 2 {
            return Ok(vec![(0, value)]);
        }
        if value.scalar_type != ScalarType::Dynamic {
            let message = format!("{} names for one {}", item.names.len(), value.scalar_type);
            return error("KQL125", message, item.span);
        }
        // No column of a query can have such a name.
        let name = format!("$tuple{}", hidden.len());
        let whole = Expr::column(&name, ScalarType::Dynamic);
        hidden.push((name, value));
        let pick = |(at, scalar_type): (usize, ScalarType)| {
            let index = Expr::literal(Value::Long(at as i64), ScalarType::Long);
            (at, Expr::core(Core::Member, vec![whole.clone(), index], ScalarType::Dynamic).cast(scalar_type))
        };
        Ok(match function {
            Some(function) => function.columns.iter().map(|(_, t)| *t).enumerate().map(pick).collect(),
            None => {
                let several = if sorts > 1 { sorts } else { item.names.len() };
                (0..several).map(|at| (at, ScalarType::Dynamic)).map(pick).collect()
            }
        })
    }

    /// The name of a column of an item: given, its own, or `ColumnN`.
    pub(super) fn item_name(
        &self,
        item: &NamedExpr,
        at: usize,
        several: usize,
        env: &Env,
        namer: &mut Namer,
    ) -> String {
        if let Some(name) = item.names.get(at) {
            namer.take(&name.text);
            return name.text.clone();
        }
        if several > 1
            && let ExprKind::Call(name, arguments) = &item.value.kind
            && let Some(function) = functions::find(&name.text)
        {
            if sorted(function, &item.value) > 1 {
                let argument = arguments.get(at).and_then(|a| self.own_name(&a.value, env));
                let argument = argument.unwrap_or_else(|| format!("array{at}"));
                return namer.unique(&format!("{argument}_sorted"));
            }
            let argument = arguments.first().and_then(|a| self.own_name(&a.value, env)).unwrap_or_default();
            let suffix = function.columns.get(at).map_or("", |(suffix, _)| suffix);
            return namer.unique(&format!("{}_{argument}_{suffix}", function.name));
        }
        match self.own_name(&item.value, env) {
            Some(own) => namer.unique(&own),
            None => namer.column(),
        }
    }

    pub(super) fn extend(&self, input: Tabular, items: &[NamedExpr], env: &Env) -> Bind<Tabular> {
        said_once(items)?;
        no_star(items)?;
        let row = Row::of(&input);
        let mut columns = input.plan.all_columns();
        let mut hidden = Vec::new();
        let mut namer = Namer::new(columns.iter().map(|(name, _)| name.clone()).collect());
        let mut replaced: Vec<String> = Vec::new();
        for item in items {
            let mut values = self.columns_of(item, &row, env, &mut hidden)?;
            let several = values.len();
            // Names leave out the columns without one, here but not in `project`.
            if !item.names.is_empty() {
                values.truncate(item.names.len());
            }
            for (at, value) in values {
                // An unnamed path or function of a column takes that name, in place, but a bare `ColumnN` never does.
                let own = if several == 1 { self.own_name(&item.value, env) } else { None };
                let name = match (item.names.get(at), own) {
                    (Some(name), _) => name.text.clone(),
                    (None, Some(own)) if input.plan.schema.get(&own).is_some() => {
                        // Of two that would take the place of one column, the first does.
                        if replaced.contains(&own) {
                            continue;
                        }
                        if !matches!(item.value.kind, ExprKind::Name(_)) {
                            replaced.push(own.clone());
                        }
                        own
                    }
                    _ => self.item_name(item, at, several, env, &mut namer),
                };
                match columns.iter_mut().find(|(n, _)| *n == name) {
                    Some(column) => column.1 = value,
                    None => {
                        namer.take(&name);
                        columns.push((name, value));
                    }
                }
            }
        }
        let plan = with_hidden(input.plan, hidden).project(columns);
        Ok(Tabular { plan, serialized: input.serialized, name: input.name })
    }

    /// Named values over the input, as `project`, `distinct` and the keys of `summarize` make them.
    pub(super) fn named_columns(
        &self,
        input: &Tabular,
        items: &[NamedExpr],
        env: &Env,
        namer: &mut Namer,
        hidden: &mut Vec<(String, Expr)>,
    ) -> Bind<Vec<(String, Expr)>> {
        said_once(items)?;
        let row = Row::of(input);
        for item in items {
            for name in &item.names {
                namer.take(&name.text);
            }
        }
        let mut columns: Vec<(String, Expr)> = Vec::new();
        for item in items {
            if matches!(item.value.kind, ExprKind::Star) {
                input.plan.schema.columns.iter().for_each(|(name, _)| namer.take(name));
                let named = |(name, _): &(String, Expr)| columns.iter().any(|(taken, _)| taken == name);
                let rest: Vec<_> = input.plan.all_columns().into_iter().filter(|column| !named(column)).collect();
                columns.extend(rest);
                continue;
            }
            let values = self.columns_of(item, &row, env, hidden)?;
            let several = values.len();
            for (at, value) in values {
                let name = match item.names.get(at) {
                    Some(name) => name.text.clone(),
                    None => self.item_name(item, at, several, env, namer),
                };
                if columns.iter().any(|(n, _)| *n == name) {
                    return error("KQL123", format!("two columns would be named '{name}'"), item.span);
                }
                columns.push((name, value));
            }
        }
        Ok(columns)
    }

    pub(super) fn project(&self, input: Tabular, items: &[NamedExpr], env: &Env) -> Bind<Tabular> {
        no_star(items)?;
        let mut hidden = Vec::new();
        let columns = self.named_columns(&input, items, env, &mut Namer::default(), &mut hidden)?;
        let plan = with_hidden(input.plan, hidden).project(columns);
        Ok(Tabular { plan, serialized: input.serialized, name: input.name })
    }

    pub(super) fn serialize(&self, input: Tabular, items: &[NamedExpr], env: &Env) -> Bind<Tabular> {
        let serialized = Tabular { serialized: true, ..input };
        if items.is_empty() { Ok(serialized) } else { self.extend(serialized, items, env) }
    }

    pub(super) fn project_away(&self, input: Tabular, patterns: &[ast::Expr]) -> Bind<Tabular> {
        let gone = matches(&input.plan.schema, patterns)?;
        let kept = input.plan.all_columns().into_iter().filter(|(n, _)| !gone.contains(n)).collect();
        Ok(Tabular { plan: input.plan.project(kept), serialized: input.serialized, name: input.name })
    }

    pub(super) fn project_keep(&self, input: Tabular, patterns: &[ast::Expr]) -> Bind<Tabular> {
        let wanted = matches(&input.plan.schema, patterns)?;
        let kept = input.plan.all_columns().into_iter().filter(|(n, _)| wanted.contains(n)).collect();
        Ok(Tabular { plan: input.plan.project(kept), serialized: input.serialized, name: input.name })
    }

    pub(super) fn project_rename(&self, input: Tabular, items: &[NamedExpr], env: &Env) -> Bind<Tabular> {
        let mut columns = input.plan.all_columns();
        for item in items {
            let (ExprKind::Name(old), Some(new)) = (&item.value.kind, item.names.first()) else {
                return error("KQL126", "write new = old", item.span);
            };
            match columns.iter_mut().find(|(_, e)| e.columns() == [old.text.as_str()]) {
                Some(column) => column.0.clone_from(&new.text),
                None if input.plan.schema.is_open() => columns.push((new.text.clone(), self.guess(old))),
                None => return Err(Box::new(self.unknown_column(old, &Row::of(&input), env))),
            }
        }
        for (at, (name, _)) in columns.iter().enumerate() {
            if columns[..at].iter().any(|(n, _)| n == name) {
                let span = items.first().map_or_else(Default::default, |i| i.span);
                return error("KQL123", format!("two columns would be named '{name}'"), span);
            }
        }
        Ok(Tabular { plan: input.plan.project(columns), serialized: input.serialized, name: input.name })
    }

    pub(super) fn project_reorder(&self, input: Tabular, items: &[(ast::Expr, Option<Name>)]) -> Bind<Tabular> {
        let schema = &input.plan.schema;
        let mut order: Vec<String> = Vec::new();
        for (pattern, how) in items {
            let mut found = matches(schema, std::slice::from_ref(pattern))?;
            match how.as_ref().map(|n| n.text.as_str()) {
                Some("asc") => found.sort(),
                Some("desc") => found.sort_by(|a, b| b.cmp(a)),
                Some("granny-asc") => found.sort_by_key(|n| granny(n)),
                Some("granny-desc") => found.sort_by_key(|n| std::cmp::Reverse(granny(n))),
                _ => {}
            }
            order.extend(found.into_iter().filter(|n| !order.contains(n)).collect::<Vec<_>>());
        }
        order.extend(schema.names().into_iter().filter(|n| !order.contains(n)).collect::<Vec<_>>());
        let columns =
            order.into_iter().filter_map(|n| schema.get(&n).map(|t| (n.clone(), Expr::column(n, t)))).collect();
        Ok(Tabular { plan: input.plan.project(columns), serialized: input.serialized, name: input.name })
    }

    pub(super) fn project_by_names(&self, input: Tabular, items: &[ast::Expr], env: &Env) -> Bind<Tabular> {
        let schema = &input.plan.schema;
        let mut order: Vec<String> = Vec::new();
        for item in items {
            let found = match &item.kind {
                ExprKind::Name(name) if schema.get(&name.text).is_some() => vec![name.text.clone()],
                ExprKind::Wildcard(_) | ExprKind::Star => matches(schema, std::slice::from_ref(item))?,
                _ => self.listed_names(item, schema, env)?,
            };
            order.extend(found.into_iter().filter(|n| !order.contains(n)).collect::<Vec<_>>());
        }
        let columns =
            order.into_iter().filter_map(|n| schema.get(&n).map(|t| (n.clone(), Expr::column(n, t)))).collect();
        Ok(Tabular { plan: input.plan.project(columns), serialized: input.serialized, name: input.name })
    }

    /// The names a constant gives: a string (with wildcards) or a dynamic array of them.
    fn listed_names(&self, item: &ast::Expr, schema: &Schema, env: &Env) -> Bind<Vec<String>> {
        let row_schema = Schema::default();
        let row = Row { schema: &row_schema, serialized: false, exists: false };
        if let ExprKind::Call(name, arguments) = &item.kind
            && name.text == "column_names_of"
            && let Some(argument) = arguments.first()
        {
            return Ok(self.tabular(&argument.value, env)?.plan.schema.names());
        }
        let value = self.scalar(item, &row, env)?;
        let texts: Vec<String> = match value.as_literal() {
            Some(Value::String(text)) => vec![text.to_string()],
            Some(Value::Dynamic(json)) => match json.as_ref() {
                crate::types::Json::Array(items) => {
                    items.iter().filter_map(|i| i.as_str().map(ToOwned::to_owned)).collect()
                }
                crate::types::Json::String(text) => vec![text.clone()],
                _ => Vec::new(),
            },
            _ => return error("KQL120", "column names must be constants here", item.span),
        };
        Ok(texts.iter().flat_map(|t| schema.names().into_iter().filter(move |n| wildcard(t, n))).collect())
    }
}

/// The plan with further columns that no query can name.
pub(super) fn with_hidden(plan: Plan, hidden: Vec<(String, Expr)>) -> Plan {
    if hidden.is_empty() {
        return plan;
    }
    let mut columns = plan.all_columns();
    columns.extend(hidden);
    plan.project(columns)
}

/// The function of several columns that an expression calls.
fn tuple(tree: &ast::Expr, env: &Env) -> Option<&'static Function> {
    match &tree.kind {
        ExprKind::Call(name, _) if env.get(&name.text).is_none() => {
            functions::find(&name.text).filter(|function| !function.columns.is_empty())
        }
        _ => None,
    }
}

/// The columns that names and wildcards stand for, in the schema's order for each pattern.
fn matches(schema: &Schema, patterns: &[ast::Expr]) -> Bind<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    for pattern in patterns {
        match &pattern.kind {
            ExprKind::Star => found.extend(schema.names()),
            ExprKind::Wildcard(name) => found.extend(schema.names().into_iter().filter(|n| wildcard(&name.text, n))),
            ExprKind::Name(name) if schema.get(&name.text).is_some() => found.push(name.text.clone()),
            // It may be one of the columns that only the data tells.
            ExprKind::Name(_) if schema.is_open() => {}
            ExprKind::Name(name) => {
                let mut finding = Diagnostic::new("KQL101", format!("no column named '{}'", name.text), name.span)
                    .label("not a column at this point");
                finding.help =
                    crate::diagnostics::did_you_mean(&name.text, schema.columns.iter().map(|(n, _)| n.as_str()))
                        .map(|near| format!("did you mean '{near}'?"));
                return Err(Box::new(finding));
            }
            _ => return error("KQL127", "a column's name or a wildcard is expected here", pattern.span),
        }
    }
    let mut once: Vec<String> = Vec::new();
    for name in found {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    Ok(once)
}

/// Whether a name fits a pattern in which `*` stands for any text.
pub(in crate::bind) fn wildcard(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The order of `granny-asc`: runs of digits compare as numbers.
fn granny(name: &str) -> Vec<(String, u64)> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let text = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(text);
        let digits = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        let (number, tail) = tail.split_at(digits);
        parts.push((word.to_owned(), number.parse().unwrap_or(0)));
        rest = tail;
    }
    parts
}
