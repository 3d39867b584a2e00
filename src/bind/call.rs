//! Calls of scalar functions: the query's own, the binder's few special forms, and the catalogue's overloads.

use super::names::result_name;
use super::scope::{Binding, Env, Row, Tabular};
use super::tabular::materialized;
use super::{Bind, Binder, error};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::functions::signature::{Class, Parameter, Returns, Signature};
use crate::functions::{self, FAMILIES, Function, Meaning};
use crate::ir::{Expr, ExprKind, SubqueryAnswer};
use crate::syntax::Span;
use crate::syntax::ast::{self, Argument, Name};
use crate::types::{ScalarType, Table, Value};

impl Binder<'_> {
    pub(super) fn call(&self, name: &Name, arguments: &[Argument], row: &Row<'_>, env: &Env, span: Span) -> Bind<Expr> {
        if let Some(Binding::Function(function)) = env.get(&name.text) {
            let inner = self.call_env_over(function, arguments, row, env, None, span)?;
            let (answer, inner) = self.body(&function.tree, inner)?;
            let Some(answer) = answer else { return error("KQL116", "this function's body gives nothing", span) };
            let schema = crate::ir::Schema::default();
            let inside = Row { schema: &schema, serialized: row.serialized, exists: false };
            return self.deeper(span, || self.scalar(answer, &inside, &inner));
        }
        if let Some(special) = self.special(name, arguments, row, env, span)? {
            return Ok(special);
        }
        let Some(function) = functions::find(&name.text) else {
            if functions::unsupported_reason(&name.text).is_some() {
                // A mistake in the arguments is told first: it would remain wherever the query runs.
                arguments.iter().try_for_each(|a| self.scalar(&a.value, row, env).map(drop))?;
            }
            return Err(Box::new(unknown_function(name, env)));
        };
        if !function.columns.is_empty() {
            let message = format!("'{}' gives several columns, and this is a place for one value", name.text);
            let finding = Diagnostic::new("KQL153", message, span);
            let single = functions::find(&format!("{}_dynamic", function.name));
            return Err(Box::new(match single {
                Some(single) => finding.help(format!("write {}(…), which gives one bag", single.name)),
                None => finding.help("let it stand alone in `extend` or `project`, and use its columns after that"),
            }));
        }
        self.catalogue(function, name, arguments, row, env, span)
    }

    /// The forms that are no functions of values: they look at plans, columns or names.
    fn special(&self, name: &Name, arguments: &[Argument], row: &Row<'_>, env: &Env, span: Span) -> Bind<Option<Expr>> {
        let first = arguments.first().map(|a| &a.value);
        Ok(Some(match (name.text.as_str(), first) {
            // It stands outside of the rows; so the key of a part is meant in toscalar(key), not a column of its name.
            ("toscalar", Some(expr)) if !self.is_tabular(expr, env) => {
                let none = crate::ir::Schema::default();
                let outside = Row { schema: &none, serialized: false, exists: false };
                let bound = self.scalar(expr, &outside, env).or_else(|_| self.scalar(expr, row, env))?;
                if bound.is_volatile() && bound.columns().is_empty() { once(bound) } else { bound }
            }
            ("toscalar", Some(expr)) => {
                let table = materialized(self.tabular(expr, &env.subquery())?);
                let Some((_, scalar_type)) = table.plan.schema.columns.first().cloned() else {
                    return error("KQL143", "this table has no column to take a value from", expr.span);
                };
                Expr { kind: ExprKind::Subquery(Box::new(table.plan), SubqueryAnswer::Scalar), scalar_type }
            }
            ("materialize", Some(expr)) if !self.is_tabular(expr, env) => self.scalar(expr, row, env)?,
            ("column_ifexists" | "columnifexists", Some(expr)) if arguments.len() == 2 => {
                let wanted = self.constant(expr, ScalarType::String, env)?;
                let wanted = wanted.as_str().unwrap_or_default();
                match row.schema.get(wanted) {
                    Some(scalar_type) => Expr::column(wanted, scalar_type),
                    None => self.scalar(&arguments[1].value, row, env)?,
                }
            }
            ("iscolumnexists", Some(expr)) => {
                let wanted = self.constant(expr, ScalarType::String, env)?;
                let exists = row.schema.get(wanted.as_str().unwrap_or_default()).is_some();
                Expr::literal(Value::Bool(exists), ScalarType::Bool)
            }
            ("pack_all", _) => {
                let skip = match first {
                    Some(expr) => self.constant(expr, ScalarType::Bool, env)? == Value::Bool(true),
                    None => false,
                };
                let columns = row.schema.columns.iter().map(|(n, t)| Expr::column(n, *t)).collect();
                self.pack(columns, skip, span)?
            }
            ("bag_pack_columns", Some(_)) => {
                let columns = arguments.iter().map(|a| self.scalar(&a.value, row, env)).collect::<Bind<Vec<_>>>()?;
                self.pack(columns, false, span)?
            }
            (
                "row_number" | "prev" | "next" | "row_cumsum" | "row_rank_dense" | "row_rank_min" | "row_rank"
                | "row_window_session",
                _,
            ) if !row.serialized => {
                return Err(Box::new(
                    Diagnostic::new("KQL150", format!("'{}' needs rows in order", name.text), span)
                        .label("these rows have no order")
                        .help("put `| sort by …` or `| serialize` before this"),
                ));
            }
            ("all" | "map" | "inner_nodes" | "labels" | "node_degree_in" | "node_degree_out" | "node_id", _) => {
                let message = format!("'{}' is known only within the patterns of graphs", name.text);
                return Err(Box::new(
                    Diagnostic::new("KQL281", message, span)
                        .help("use it in where or project of graph-match or graph-shortest-paths"),
                ));
            }
            _ => return self.metadata(name, arguments, row, env, span),
        }))
    }

    /// A bag of columns under their own names.
    pub(super) fn pack(&self, columns: Vec<Expr>, skip_empty: bool, span: Span) -> Bind<Expr> {
        let Some(bag_pack) = functions::find("bag_pack") else { return error("KQL151", "bag_pack is missing", span) };
        let Meaning::Kernel(kernel) = bag_pack.meaning else { return error("KQL151", "bag_pack is missing", span) };
        let mut arguments = Vec::new();
        for column in columns {
            let ExprKind::Column(name) = &column.kind else {
                return error("KQL152", "only columns can be packed", span);
            };
            arguments.push(Expr::literal(Value::string(name.clone()), ScalarType::String));
            arguments.push(column);
        }
        let kernel = if skip_empty { pack_present } else { kernel };
        let kind = ExprKind::Kernel { name: "bag_pack", kernel, volatile: false, arguments };
        Ok(Expr { kind, scalar_type: ScalarType::Dynamic })
    }

    /// A call of a function of the catalogue.
    pub(super) fn catalogue(
        &self,
        function: &'static Function,
        name: &Name,
        arguments: &[Argument],
        row: &Row<'_>,
        env: &Env,
        span: Span,
    ) -> Bind<Expr> {
        let bound = arguments.iter().map(|a| self.argument(&a.value, row, env)).collect::<Bind<Vec<_>>>()?;
        let spans: Vec<Span> = arguments.iter().map(|a| a.value.span).collect();
        self.bound_call(function, &name.text, bound, &spans, span)
    }

    /// A call of a function of the catalogue, its arguments bound.
    pub(super) fn bound_call(
        &self,
        function: &'static Function,
        name: &str,
        bound: Vec<Expr>,
        spans: &[Span],
        span: Span,
    ) -> Bind<Expr> {
        let (arguments, scalar_type) = self.convert_by(implied, name, function.signatures, bound, spans, span)?;
        if let Some(refusal) = (function.check)(&arguments) {
            let at = spans.get(refusal.argument).copied().unwrap_or(span);
            return Err(Box::new(Diagnostic::new("KQL167", refusal.message, at).help(refusal.help)));
        }
        if matches!(function.name, "iff" | "case") {
            one_type(name, &arguments, span)?;
        }
        let call =
            |kernel, volatile| ExprKind::Kernel { name: function.name, kernel, volatile, arguments: arguments.clone() };
        Ok(match function.meaning {
            Meaning::Kernel(kernel) => Expr { kind: call(kernel, false), scalar_type },
            Meaning::Volatile(kernel) => Expr { kind: call(kernel, true), scalar_type },
            Meaning::Window(kernel) => {
                Expr { kind: ExprKind::Window { name: function.name, kernel, arguments }, scalar_type }
            }
            Meaning::Rewrite(rewrite) => self.fold_all(rewrite(arguments)),
            Meaning::Special => return error("KQL160", format!("'{name}' cannot be called this way"), span),
        })
    }

    /// Folds an expression from its leaves up.
    pub(super) fn fold_all(&self, expr: Expr) -> Expr {
        self.fold(expr.map_operands(|o| self.fold_all(o)))
    }

    /// As [`Binder::convert_by`], with all conversions that aggregates make.
    pub(super) fn convert(
        &self,
        name: &str,
        signatures: &[&str],
        bound: Vec<Expr>,
        spans: &[Span],
        span: Span,
    ) -> Bind<(Vec<Expr>, ScalarType)> {
        self.convert_by(conversion_cost, name, signatures, bound, spans, span)
    }

    /// Picks the overload that fits with the fewest conversions and converts the arguments to it.
    fn convert_by(
        &self,
        allowed: Conversions,
        name: &str,
        signatures: &[&str],
        bound: Vec<Expr>,
        spans: &[Span],
        span: Span,
    ) -> Bind<(Vec<Expr>, ScalarType)> {
        let parsed: Vec<Signature> = signatures.iter().filter_map(|text| Signature::parse(text)).collect();
        let arity: Vec<&Signature> = parsed
            .iter()
            .filter(|s| bound.len() >= s.least() && s.most().is_none_or(|most| bound.len() <= most))
            .collect();
        if arity.is_empty() {
            let wants = signatures.iter().map(|s| format!("{name}{s}")).collect::<Vec<_>>().join(" or ");
            return Err(Box::new(
                Diagnostic::new("KQL160", format!("'{name}' does not take {} argument(s)", bound.len()), span)
                    .help(format!("write {wants}")),
            ));
        }
        let best = arity
            .into_iter()
            .map(|signature| {
                let costs = bound
                    .iter()
                    .enumerate()
                    .map(|(at, e)| signature.parameter(at).map_or(Err(at), |p| cost(p, e, allowed).ok_or(at)));
                (costs.collect::<Result<Vec<u32>, usize>>().map(|c| c.iter().sum::<u32>()), signature)
            })
            .min_by_key(|(cost, _)| cost.unwrap_or(u32::MAX));
        let Some((cost, signature)) = best else { return error("KQL151", format!("'{name}' has no signature"), span) };
        if let Err(at) = cost {
            let wants = signatures.iter().map(|s| format!("{name}{s}")).collect::<Vec<_>>().join(" or ");
            let given = bound[at].scalar_type;
            let parameter = signature.parameter(at);
            let needs_constant = parameter.is_some_and(|p| p.constant && p.class.takes(given));
            let message = if needs_constant {
                format!("argument {} of '{name}' must be a constant", at + 1)
            } else {
                format!("argument {} of '{name}' cannot be a {given}", at + 1)
            };
            return Err(Box::new(
                Diagnostic::new("KQL161", message, spans.get(at).copied().unwrap_or(span))
                    .help(format!("write {wants}")),
            ));
        }
        let mut arguments: Vec<Expr> = bound
            .into_iter()
            .enumerate()
            .map(|(at, e)| match signature.parameter(at) {
                Some(Parameter { class: Class::OneOf(types), .. }) if !types.contains(&e.scalar_type) => {
                    let to = target(types, e.scalar_type, allowed);
                    self.fold(e.cast(to))
                }
                // A dynamic keeps what it holds: its text is that of the string inside.
                Some(Parameter { class: Class::Text, .. }) => self.fold(e.cast(ScalarType::String)),
                _ => e,
            })
            .collect();
        let types: Vec<ScalarType> = arguments.iter().map(|a| a.scalar_type).collect();
        let scalar_type = match &signature.returns {
            Returns::Type(scalar_type) => *scalar_type,
            Returns::Argument(at) => types.get(*at).copied().unwrap_or(ScalarType::Dynamic),
            Returns::Widest => {
                let widest = types.iter().copied().reduce(wider).unwrap_or(ScalarType::Real);
                arguments = arguments.into_iter().map(|a| self.fold(a.cast(widest))).collect();
                widest
            }
            Returns::Common => {
                let common = one_of(&types, &format!("arguments of '{name}'"), span)?;
                arguments = arguments.into_iter().map(|a| self.fold(a.cast(common))).collect();
                common
            }
            Returns::TypeOf(at) => match arguments.get(*at).and_then(Expr::as_literal) {
                Some(Value::String(text)) => ScalarType::from_name(text).unwrap_or(ScalarType::String),
                _ => ScalarType::String,
            },
        };
        Ok((arguments, scalar_type))
    }
}

/// The values that `iff` and `case` choose between must be of one type.
fn one_type(name: &str, arguments: &[Expr], span: Span) -> Bind<()> {
    let last = arguments.len() - 1;
    let values = || arguments.iter().enumerate().filter(|(at, _)| at % 2 == 1 || *at == last).map(|(_, a)| a);
    let mut types: Vec<ScalarType> = values().map(|a| a.scalar_type).collect();
    // A null number goes with any number, as in `iff(ok, round(n), real(null))`.
    let null = |a: &Expr| a.as_literal().is_some_and(Value::is_null);
    if types.iter().all(|t| t.is_numeric()) && values().any(|a| !null(a)) {
        types = values().filter(|a| !null(a)).map(|a| a.scalar_type).collect();
    }
    one_of(&types, &format!("values of '{name}'"), span).map(drop)
}

/// The one type of some things, or the finding that they have several.
fn one_of(types: &[ScalarType], things: &str, span: Span) -> Bind<ScalarType> {
    common(types).ok_or_else(|| {
        let listed = types.iter().map(|t| t.name()).collect::<Vec<_>>().join(", ");
        Box::new(
            Diagnostic::new("KQL162", format!("the {things} must be of one type, and are {listed}"), span)
                .help("convert them to one type: tolong(…), todouble(…), tostring(…)"),
        )
    })
}

/// What it costs to give an argument to a parameter; `None` when it cannot be given.
fn cost(parameter: &Parameter, expr: &Expr, allowed: Conversions) -> Option<u32> {
    if parameter.constant && expr.as_literal().is_none() && !matches!(expr.kind, ExprKind::Subquery(..)) {
        return None;
    }
    match &parameter.class {
        Class::Any => Some(0),
        Class::Text => Some(match expr.scalar_type {
            ScalarType::String => 0,
            ScalarType::Dynamic => 5,
            _ => 10,
        }),
        Class::Type => (expr.scalar_type == ScalarType::String && expr.as_literal().is_some()).then_some(0),
        Class::Array => (expr.scalar_type == ScalarType::Dynamic).then_some(0),
        Class::OneOf(types) if types.contains(&expr.scalar_type) => Some(0),
        // A dynamic is made a text where nothing but a text will do.
        Class::OneOf(types)
            if expr.scalar_type == ScalarType::Dynamic && types.len() > 1 && types.contains(&ScalarType::String) =>
        {
            None
        }
        Class::OneOf(types) => allowed(expr.scalar_type, target(types, expr.scalar_type, allowed)),
    }
}

/// The type, among those a parameter takes, that an argument is converted to.
fn target(types: &[ScalarType], from: ScalarType, allowed: Conversions) -> ScalarType {
    let first = types.first().copied().unwrap_or(ScalarType::Dynamic);
    types
        .iter()
        .copied()
        .filter_map(|to| allowed(from, to).map(|cost| (cost, to)))
        .min_by_key(|(cost, _)| *cost)
        .map_or(first, |(_, to)| to)
}

/// What it costs to convert from a type to another; `None` where that is not done unasked.
type Conversions = fn(ScalarType, ScalarType) -> Option<u32>;

/// What Kusto converts by itself for scalar functions: numbers to wider ones, a dynamic to a string, and no more.
const fn implied(from: ScalarType, to: ScalarType) -> Option<u32> {
    use ScalarType::{Decimal, Dynamic, Int, Long, Real, String};
    match (from, to) {
        (Int | Long | Decimal, Real) | (Int | Long | Real, Decimal) | (Int, Long) | (Long, Int) | (Dynamic, String) => {
            conversion_cost(from, to)
        }
        _ => None,
    }
}

/// What is converted for aggregates, the nearest first.
const fn conversion_cost(from: ScalarType, to: ScalarType) -> Option<u32> {
    use ScalarType::{Bool, Decimal, Dynamic, Int, Long, Real, String};
    Some(match (from, to) {
        (Int, Long) | (Long, Int) => 1,
        (Int | Long, Real) => 2,
        (Int | Long | Real, Decimal) => 3,
        (Decimal, Real) => 4,
        (Dynamic, String) => 5,
        (Dynamic, _) => 6,
        (Real, Long | Int) => 9,
        (Bool, Int | Long | Real) => 8,
        (_, Dynamic) => 12,
        _ => return None,
    })
}

/// The wider of two numeric types; of others, the first.
fn wider(a: ScalarType, b: ScalarType) -> ScalarType {
    use ScalarType::{Decimal, Dynamic, Int, Long, Real};
    match (a, b) {
        (Dynamic, other) | (other, Dynamic) => other,
        (Decimal, n) | (n, Decimal) if n.is_numeric() => Decimal,
        (Real, n) | (n, Real) if n.is_numeric() => Real,
        (Long, Int) | (Int, Long) => Long,
        _ => a,
    }
}

/// The one type that all are: int and long are one family, and a dynamic goes with anything.
pub(super) fn common(types: &[ScalarType]) -> Option<ScalarType> {
    let mut answer: Option<ScalarType> = None;
    for next in types {
        answer = Some(match (answer, *next) {
            (None, t) => t,
            (Some(a), b) if a == b => a,
            (Some(a), b) if a.is_integer() && b.is_integer() => ScalarType::Long,
            (Some(ScalarType::Dynamic), t) | (Some(t), ScalarType::Dynamic) => t,
            _ => return None,
        });
    }
    answer
}

/// A value by chance, drawn once however often it is read.
fn once(value: Expr) -> Expr {
    let scalar_type = value.scalar_type;
    let row = super::operators::values(Table { columns: Vec::new(), rows: 1 });
    let plan = materialized(Tabular::new(row.project(vec![("value".to_owned(), value)]))).plan;
    Expr { kind: ExprKind::Subquery(Box::new(plan), SubqueryAnswer::Scalar), scalar_type }
}

fn unknown_function(name: &Name, env: &Env) -> Diagnostic {
    if functions::find_aggregate(&name.text).is_some() {
        return Diagnostic::new(
            "KQL163",
            format!("'{}' aggregates rows, which only summarize and its kin do", name.text),
            name.span,
        )
        .help(format!("write `| summarize {}(…) by …`", name.text));
    }
    if let Some(reason) = functions::unsupported_reason(&name.text) {
        return Diagnostic::new("KQL166", format!("'{}' is not supported: {reason}", name.text), name.span);
    }
    if let Some(instead) = functions::of_other_languages(&name.text) {
        return Diagnostic::new("KQL164", format!("no function named '{}'", name.text), name.span)
            .help(format!("write {instead}"));
    }
    let lets = env.names();
    let known =
        FAMILIES.iter().flat_map(|(_, family)| family.iter()).map(|f| f.name).chain(lets.iter().map(String::as_str));
    let mut finding = Diagnostic::new("KQL164", format!("no function named '{}'", name.text), name.span);
    finding.help = did_you_mean(&name.text, known)
        .map(|near| format!("did you mean '{near}'?"))
        .or_else(|| Some("`kqlens functions` lists them all".to_owned()));
    finding
}

/// `pack_all(true)`: a bag without the columns that are null or empty.
fn pack_present<'a>(_: &crate::ir::Context, arguments: &[Value<'a>]) -> Value<'a> {
    let mut bag = serde_json::Map::new();
    for pair in arguments.chunks(2) {
        let [Value::String(key), value] = pair else { continue };
        if value.is_null() || value.as_str() == Some("") {
            continue;
        }
        bag.insert(key.to_string(), value.to_json());
    }
    Value::dynamic(crate::types::Json::Object(bag))
}

impl Binder<'_> {
    /// The name of the column an expression makes, when it has one of its own.
    pub(super) fn own_name(&self, tree: &ast::Expr, env: &Env) -> Option<String> {
        match &tree.kind {
            // A scalar defined by a let is a constant, not a column.
            ast::ExprKind::Call(name, arguments) => match env.get(&name.text) {
                Some(Binding::Function(_)) => None,
                _ => match (name.text.as_str(), arguments.first().map(|a| &a.value.kind)) {
                    ("column_ifexists" | "columnifexists", Some(ast::ExprKind::Literal(Value::String(text), _))) => {
                        Some(text.to_string())
                    }
                    _ => result_name(tree),
                },
            },
            _ => result_name(tree),
        }
    }
}
