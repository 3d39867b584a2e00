//! Table expressions: sources, pipelines, and calls that give tables.

use super::patterns::pattern_use;
use super::scope::{Binding, Env, Function, Hidden, Row, Tabular};
use super::unfolding::{bear, parts_of_plan};
use super::{Bind, Binder, MAX_CALL_DEPTH, error, find_plugin};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::ir::{Core, Expr, Plan, PlanKind, Scan, deep};
use crate::syntax::Span;
use crate::syntax::ast::{self, Argument, ExprKind, Name, OperatorKind, ParameterType};
use crate::types::ScalarType::{self, Bool, DateTime};
use crate::types::Value;
use std::rc::Rc;

impl Binder<'_> {
    /// Whether an expression is a table rather than a scalar.
    pub(super) fn is_tabular(&self, expr: &ast::Expr, env: &Env) -> bool {
        if pattern_use(expr, env).is_some() {
            return true;
        }
        match &expr.kind {
            ExprKind::Pipeline(_) => true,
            ExprKind::Name(name) => match env.get(&name.text) {
                Some(Binding::Table(_) | Binding::Given(..)) => true,
                Some(_) => false,
                None => self.environment.tables.schema(&name.text).is_some(),
            },
            ExprKind::Call(name, arguments) => match env.get(&name.text) {
                Some(Binding::Function(function)) => self.gives_table(function, arguments, env),
                Some(_) => false,
                None => match name.text.as_str() {
                    "materialize" => arguments.first().is_some_and(|a| self.is_tabular(&a.value, env)),
                    other => matches!(other, "table" | "totable" | "view" | "graph"),
                },
            },
            // database('x').T, workspace('y').T, cluster('c').database('d').T
            ExprKind::Member(object, name) => is_entity(object) && !matches!(name.text.as_str(), "database"),
            _ => false,
        }
    }

    fn gives_table(&self, function: &Rc<Function>, arguments: &[Argument], env: &Env) -> bool {
        let span = function.tree.span;
        let found = self.deeper(span, || {
            self.spend(1, span)?;
            let inner = self.call_env(function, arguments, env, None, Span::default())?;
            let (answer, inner) = self.body(&function.tree, inner)?;
            Ok(answer.is_some_and(|expr| self.is_tabular(expr, &inner)))
        });
        found.unwrap_or(false)
    }

    /// Binds a table expression.
    pub(super) fn tabular(&self, expr: &ast::Expr, env: &Env) -> Bind<Tabular> {
        self.spend(1, expr.span)?;
        let tabular = deep(|| self.tabular_kind(expr, env))?;
        bear(&tabular.plan, expr.span)?;
        Ok(tabular)
    }

    fn tabular_kind(&self, expr: &ast::Expr, env: &Env) -> Bind<Tabular> {
        if let Some(used) = pattern_use(expr, env) {
            return self.chosen(&used, expr, env);
        }
        match &expr.kind {
            ExprKind::Pipeline(pipeline) => self.pipeline(pipeline, None, env),
            ExprKind::Name(name) => self.table(name, env),
            ExprKind::Call(name, arguments) => self.tabular_call(name, arguments, env, expr.span),
            ExprKind::Member(object, name) if is_entity(object) => self.table(name, &Env::default()),
            ExprKind::Wildcard(name) => {
                error("KQL113", format!("'{}' matches tables only in union, search and find", name.text), expr.span)
            }
            _ => error("KQL114", "a table is expected here, and this is a scalar", expr.span),
        }
    }

    /// A pipeline. `input` is what its first operator reads when the pipeline has no source of its own.
    pub(super) fn pipeline(&self, pipeline: &ast::Pipeline, input: Option<Tabular>, env: &Env) -> Bind<Tabular> {
        let mut current = match &pipeline.source {
            Some(source) => Some(self.tabular(source, env)?),
            None => input,
        };
        let mut hidden = match &pipeline.source {
            Some(source) => hidden_of(source, env),
            None => env.hidden(),
        };
        let mut env = env.clone();
        for (at, operator) in pipeline.operators.iter().enumerate() {
            if at + 1 < pipeline.operators.len() {
                ends(operator)?;
            }
            env = env.hiding(&hidden);
            hidden = hidden_after(operator, &hidden);
            if let OperatorKind::As(name) = &operator.kind {
                let Some(tabular) = &mut current else {
                    return error("KQL115", "'as' needs a table before it", operator.keyword);
                };
                tabular.name = Some(name.text.clone());
                self.export(&name.text, tabular);
                env = env.with(&name.text, Binding::Table(tabular.clone()));
                continue;
            }
            // What an operator gives is no longer the table of that name.
            current = Some(Tabular { name: None, ..self.operator(operator, current, &env)? });
        }
        match current {
            Some(tabular) => Ok(tabular),
            None => error("KQL114", "a table is expected here", Span::default()),
        }
    }

    /// Names a table for the statements after the one at hand.
    pub(super) fn export(&self, name: &str, table: &Tabular) {
        self.exports.borrow_mut().push((name.to_owned(), table.clone()));
    }

    /// A table by name: a `let`, else one of the logs.
    pub(super) fn table(&self, name: &Name, env: &Env) -> Bind<Tabular> {
        match env.get(&name.text) {
            Some(Binding::Table(tabular) | Binding::Given(tabular, _)) => {
                self.spend(parts_of_plan(&tabular.plan), name.span)?;
                return Ok(tabular.clone());
            }
            Some(Binding::Function(function)) => {
                let mut tabular = self.call_tabular(function, &[], env, None, name.span)?;
                if function.tree.view {
                    tabular.name = Some(name.text.clone());
                }
                return Ok(tabular);
            }
            Some(Binding::Scalar(_)) => {
                return error(
                    "KQL114",
                    format!("'{}' is a scalar, and a table is expected here", name.text),
                    name.span,
                );
            }
            Some(Binding::Pattern(_)) => {
                return error("KQL135", format!("'{0}' is a pattern: write {0}(…)", name.text), name.span);
            }
            Some(Binding::Hidden(_)) | None => {}
        }
        let Some(mut schema) = self.environment.tables.schema(&name.text) else {
            return Err(Box::new(self.unknown_table(name, env)));
        };
        let is_named = |column: &String| self.words.binary_search(column).is_ok();
        let hidden = self.environment.tables.hidden(&name.text).columns.into_iter();
        schema.columns.extend(hidden.filter(|(column, _)| is_named(column)));
        let scan = Scan::of(name.text.clone());
        let rows = self.within_period(Plan { kind: PlanKind::Scan(scan), schema });
        let mut withheld = self.environment.tables.withheld(&name.text);
        withheld.retain(|column| !is_named(column));
        let mut tabular = Tabular::new(if withheld.is_empty() { rows } else { without(rows, &withheld) });
        tabular.name = Some(name.text.clone());
        Ok(tabular)
    }

    /// A table cut to the period asked for on the command line.
    fn within_period(&self, plan: Plan) -> Plan {
        const TIME: &str = "TimeGenerated";
        let (Some((from, to)), Some(DateTime)) = (self.environment.period, plan.schema.get(TIME)) else { return plan };
        let time = || Expr::column(TIME, DateTime);
        let instant = |ticks| Expr::literal(Value::DateTime(ticks), DateTime);
        let inside = vec![
            Expr::core(Core::GreaterOrEqual, vec![time(), instant(from)], Bool),
            Expr::core(Core::Less, vec![time(), instant(to)], Bool),
        ];
        plan.filter(Expr::core(Core::And, inside, Bool))
    }

    fn unknown_table(&self, name: &Name, env: &Env) -> Diagnostic {
        let known: Vec<String> = self.environment.tables.names().into_iter().chain(env.names()).collect();
        let help = match did_you_mean(&name.text, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean '{near}'?"),
            None if known.is_empty() => "name the logs with --logs PATH".to_owned(),
            None => format!("the tables here are {}", known.join(", ")),
        };
        Diagnostic::new("KQL110", format!("no table named '{}'", name.text), name.span)
            .label("not a table, and not defined by a let before this")
            .help(help)
    }

    fn tabular_call(&self, name: &Name, arguments: &[Argument], env: &Env, span: Span) -> Bind<Tabular> {
        if let Some(Binding::Function(function)) = env.get(&name.text) {
            return self.call_tabular(function, arguments, env, None, span);
        }
        let first = arguments.first().map(|a| &a.value);
        match (name.text.as_str(), first) {
            ("materialize", Some(expr)) => Ok(materialized(self.tabular(expr, env)?)),
            ("totable" | "view", Some(expr)) => self.tabular(expr, env),
            ("table", Some(expr)) => match self.constant(expr, ScalarType::String, env)?.as_str() {
                Some(text) => self.table(&Name { text: text.to_owned(), span: expr.span }, env),
                None => error("KQL120", "table() needs a table's name", expr.span),
            },
            ("graph", _) => {
                let message = "graph() reads a graph that a cluster keeps, which files do not have";
                let finding = Diagnostic::new("KQL102", message, span);
                Err(Box::new(finding.help("make the graph in the query: edges | make-graph source --> target …")))
            }
            (other, _) => {
                let names = env.names();
                let mut finding =
                    Diagnostic::new("KQL111", format!("no function '{other}' that gives a table"), name.span);
                finding.help =
                    did_you_mean(other, names.iter().map(String::as_str)).map(|n| format!("did you mean '{n}'?"));
                Err(Box::new(finding))
            }
        }
    }

    /// Calls a function of the query that gives a table. `input` is its first argument in `T | invoke f(…)`.
    pub(super) fn call_tabular(
        &self,
        function: &Rc<Function>,
        arguments: &[Argument],
        env: &Env,
        input: Option<Tabular>,
        span: Span,
    ) -> Bind<Tabular> {
        let inner = self.call_env(function, arguments, env, input, span)?;
        let (answer, inner) = self.body(&function.tree, inner)?;
        let Some(answer) = answer else { return error("KQL116", "this function's body gives nothing", span) };
        self.deeper(span, || self.tabular(answer, &inner))
    }

    /// Runs a binding one call deeper; a function that calls itself ends as an error.
    pub(super) fn deeper<T>(&self, span: Span, bind: impl FnOnce() -> Bind<T>) -> Bind<T> {
        if self.depth.get() >= MAX_CALL_DEPTH {
            return error("KQL117", format!("functions call one another more than {MAX_CALL_DEPTH} deep"), span);
        }
        self.depth.set(self.depth.get() + 1);
        let answer = deep(bind);
        self.depth.set(self.depth.get() - 1);
        answer
    }

    /// The names in force inside a call: the function's own surroundings and its parameters. Scalar arguments are
    /// bound over no row here; [`Binder::call_scalar`] binds them over the caller's.
    pub(super) fn call_env(
        &self,
        function: &Rc<Function>,
        arguments: &[Argument],
        env: &Env,
        input: Option<Tabular>,
        span: Span,
    ) -> Bind<Env> {
        let schema = crate::ir::Schema::default();
        self.call_env_over(
            function,
            arguments,
            &Row { schema: &schema, serialized: false, exists: false },
            env,
            input,
            span,
        )
    }

    pub(super) fn call_env_over(
        &self,
        function: &Rc<Function>,
        arguments: &[Argument],
        row: &Row<'_>,
        env: &Env,
        mut input: Option<Tabular>,
        span: Span,
    ) -> Bind<Env> {
        let mut inner = function.env.clone();
        for name in arguments.iter().filter_map(|a| a.name.as_ref()) {
            let known = function.tree.parameters.iter().map(|p| p.name.text.as_str());
            if !known.clone().any(|k| k == name.text) {
                let mut finding =
                    Diagnostic::new("KQL128", format!("no parameter is named '{}'", name.text), name.span);
                finding.help = did_you_mean(&name.text, known).map(|near| format!("did you mean '{near}'?"));
                return Err(Box::new(finding));
            }
        }
        let mut positional = arguments.iter().filter(|a| a.name.is_none());
        for parameter in &function.tree.parameters {
            let name = &parameter.name.text;
            let wants_table = !matches!(parameter.parameter_type, ParameterType::Scalar(_));
            if wants_table && let Some(tabular) = input.take() {
                inner = inner.with(name, given(parameter, tabular, span)?);
                continue;
            }
            let named = arguments.iter().find(|a| a.name.as_ref().is_some_and(|n| n.text == *name));
            let argument = named.or_else(|| positional.next()).map(|a| &a.value);
            let binding = match (&parameter.parameter_type, argument, &parameter.default) {
                (ParameterType::Scalar(to), Some(expr), _) => {
                    Binding::Scalar(self.fold(self.scalar(expr, row, env)?.cast(*to)))
                }
                (ParameterType::Scalar(to), None, Some(default)) => {
                    Binding::Scalar(self.fold(self.scalar(default, row, &function.env)?.cast(*to)))
                }
                (_, Some(expr), _) => given(parameter, self.tabular(expr, env)?, expr.span)?,
                (_, None, _) => {
                    return error("KQL119", format!("the argument for '{name}' is missing"), span);
                }
            };
            inner = inner.with(name, binding);
        }
        if positional.next().is_some() || arguments.len() > function.tree.parameters.len() {
            let most = function.tree.parameters.len();
            return error("KQL119", format!("this function takes at most {most} argument(s)"), span);
        }
        Ok(inner)
    }
}

/// A table given for a parameter: it must have the columns declared, and the function cannot name any other.
fn given(parameter: &ast::Parameter, table: Tabular, span: Span) -> Bind<Binding> {
    let ParameterType::Table(columns) = &parameter.parameter_type else { return Ok(Binding::Table(table)) };
    let name = &parameter.name.text;
    for column in columns {
        let message = match table.plan.schema.get(&column.name.text) {
            Some(given) if given == column.scalar_type => continue,
            Some(given) => format!(
                "the column '{}' of the table given for '{name}' is a {given}, not a {}",
                column.name.text, column.scalar_type
            ),
            None => format!("the table given for '{name}' has no column '{}'", column.name.text),
        };
        return error("KQL118", message, span);
    }
    let names = table.plan.schema.columns.iter().map(|(column, _)| column);
    let hidden = names.filter(|given| columns.iter().all(|c| c.name.text != **given)).cloned().collect();
    Ok(Binding::Given(table, Rc::new(hidden)))
}

/// The columns of a pipeline's source that its operators may not name.
fn hidden_of(source: &ast::Expr, env: &Env) -> Hidden {
    match &source.kind {
        ExprKind::Name(name) => match env.get(&name.text) {
            Some(Binding::Given(_, hidden)) => Rc::clone(hidden),
            _ => Hidden::default(),
        },
        _ => Hidden::default(),
    }
}

/// What is still hidden after an operator: nothing, unless it is sure to pass the same columns on.
fn hidden_after(operator: &ast::Operator, hidden: &Hidden) -> Hidden {
    match &operator.kind {
        OperatorKind::As(_)
        | OperatorKind::Where(_)
        | OperatorKind::Sort(_)
        | OperatorKind::Top { .. }
        | OperatorKind::Take(_) => Rc::clone(hidden),
        OperatorKind::Extend(items) => {
            let set = |column: &String| items.iter().any(|item| item.names.iter().any(|n| n.text == *column));
            Rc::new(hidden.iter().filter(|column| !set(column)).cloned().collect())
        }
        _ => Hidden::default(),
    }
}

/// A table computed once however often it is read. Only one with random values has to be: any other is the same each
/// time, and is better read again with what its reader needs.
pub(super) fn materialized(tabular: Tabular) -> Tabular {
    if !tabular.plan.is_volatile() {
        return tabular;
    }
    let schema = tabular.plan.schema.clone();
    let found = std::sync::OnceLock::new();
    let once = move |_: &crate::ir::Context, tables: Vec<crate::types::Table>| {
        let table = tables.into_iter().next().unwrap_or_default();
        Ok(found.get_or_init(|| table).clone())
    };
    let plan = Plan::table_kernel("materialize", vec![tabular.plan], schema, once);
    Tabular { plan, ..tabular }
}

/// Refuses an operator that something follows though it gives several tables.
fn ends(operator: &ast::Operator) -> Bind<()> {
    if let ast::OperatorKind::Evaluate { plugin, .. } = &operator.kind
        && find_plugin(&plugin.text).is_some_and(super::Plugin::ends)
    {
        let message = format!("'{}' gives several tables, so nothing can follow it", plugin.text);
        return error("KQL247", message, plugin.span);
    }
    Ok(())
}

/// `database('x')`, `workspace('y')`, `cluster('c').database('d')`: names of elsewhere, whose tables are taken from here.
fn is_entity(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Call(name, _) => {
            matches!(name.text.as_str(), "database" | "cluster" | "workspace" | "app" | "resource" | "adx" | "arg")
        }
        ExprKind::Member(object, _) => is_entity(object),
        _ => false,
    }
}

/// What is shown of text that a query did not ask for by its column's name.
const WITHHELD: &str = "(shown when the query names the column)";

/// A table with what is in some columns withheld.
fn without(rows: Plan, withheld: &[String]) -> Plan {
    let columns = rows.all_columns().into_iter().map(|(name, column)| {
        if !withheld.contains(&name) {
            return (name, column);
        }
        let scalar_type = column.scalar_type;
        let notice = Expr::literal(Value::string(WITHHELD), ScalarType::String).cast(scalar_type);
        let missing = if scalar_type == ScalarType::String {
            Expr::core(Core::Equal, vec![column.clone(), Expr::literal(Value::string(""), ScalarType::String)], Bool)
        } else {
            Expr::core(Core::IsNull, vec![column.clone()], Bool)
        };
        (name, Expr::core(Core::If, vec![missing, column, notice], scalar_type))
    });
    let columns = columns.collect();
    rows.project(columns)
}
