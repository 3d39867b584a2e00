//! Scalar expressions: types, conversions and null rules.

use super::comparison::meet;
use super::scope::{Binding, Env, Row};
use super::unfolding::parts_of;
use super::{Bind, Binder, error};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::ir::{Core, Expr, ExprKind, SubqueryAnswer, deep};
use crate::syntax::Span;
use crate::syntax::ast::{self, BinaryOperator, ListOperator, Name, TextOperator, UnaryOperator};
use crate::types::{ScalarType, Value};

use ScalarType::{Bool, DateTime, Decimal, Dynamic, Int, Long, Real, String as Text, TimeSpan};

impl Binder<'_> {
    /// Binds a scalar expression over a row.
    pub(super) fn scalar(&self, tree: &ast::Expr, row: &Row<'_>, env: &Env) -> Bind<Expr> {
        self.spend(1, tree.span)?;
        deep(|| self.scalar_kind(tree, row, env))
    }

    fn scalar_kind(&self, tree: &ast::Expr, row: &Row<'_>, env: &Env) -> Bind<Expr> {
        let bound = match &tree.kind {
            ast::ExprKind::Literal(value, scalar_type) => Expr::literal(value.clone(), *scalar_type),
            ast::ExprKind::Name(name) => self.name(name, row, env)?,
            ast::ExprKind::Member(object, name) => self.member(object, name, row, env)?,
            ast::ExprKind::Index(object, index) => {
                let object_expr = self.scalar(object, row, env)?;
                self.dynamic(&object_expr, object.span)?;
                let index_expr = self.scalar(index, row, env)?;
                if !matches!(index_expr.scalar_type, Text | Long | Int | Dynamic) {
                    return error(
                        "KQL130",
                        format!("an index is a string or a whole number, not a {}", index_expr.scalar_type),
                        index.span,
                    );
                }
                Expr::core(Core::Member, vec![object_expr, index_expr], Dynamic)
            }
            ast::ExprKind::Call(name, arguments) => self.call(name, arguments, row, env, tree.span)?,
            ast::ExprKind::Unary(operator, operand) => self.unary(*operator, operand, row, env)?,
            ast::ExprKind::Binary(operator, left, right) => self.binary(*operator, left, right, row, env)?,
            ast::ExprKind::And(operands) => self.logical(Core::And, operands, row, env)?,
            ast::ExprKind::Or(operands) => self.logical(Core::Or, operands, row, env)?,
            ast::ExprKind::List(operator, left, items) => self.list(*operator, left, items, row, env)?,
            ast::ExprKind::Between { value, low, high, negated } => {
                self.between(value, low, high, *negated, row, env)?
            }
            ast::ExprKind::TypeOf(_) => {
                return error("KQL131", "typeof() is an argument of some functions, and no value", tree.span);
            }
            ast::ExprKind::Star | ast::ExprKind::Wildcard(_) => {
                return error("KQL132", "'*' stands for columns only in lists of columns", tree.span);
            }
            ast::ExprKind::Pipeline(_) => {
                return Err(Box::new(
                    Diagnostic::new("KQL133", "a scalar is expected here, and this is a table", tree.span)
                        .help("take one value from it with toscalar(…)"),
                ));
            }
            ast::ExprKind::Array(_) => {
                return error("KQL134", "write a list as dynamic([…]) or pack_array(…)", tree.span);
            }
        };
        Ok(self.fold(bound))
    }

    /// An argument of a function of the catalogue: a scalar, or a type, which is passed as its name.
    pub(super) fn argument(&self, tree: &ast::Expr, row: &Row<'_>, env: &Env) -> Bind<Expr> {
        match &tree.kind {
            ast::ExprKind::TypeOf(columns) => match columns.as_slice() {
                [one] => Ok(Expr::literal(Value::string(one.scalar_type.name()), Text)),
                _ => error("KQL131", "typeof() takes one type here", tree.span),
            },
            _ => self.scalar(tree, row, env),
        }
    }

    fn name(&self, name: &Name, row: &Row<'_>, env: &Env) -> Bind<Expr> {
        if let Some(scalar_type) = row.schema.get(&name.text) {
            if env.hidden().contains(&name.text) {
                let message = format!("the function's parameter does not declare the column '{}'", name.text);
                let finding = Diagnostic::new("KQL101", message, name.span);
                let help = format!("declare it: (T: (…, {}: {scalar_type}))", name.text);
                return Err(Box::new(finding.help(help)));
            }
            return Ok(Expr::column(&name.text, scalar_type));
        }
        match env.get(&name.text) {
            Some(Binding::Scalar(expr)) => {
                self.spend(parts_of(expr), name.span)?;
                if env.is_outside(&name.text) && !expr.columns().is_empty() {
                    return Err(Box::new(varies(name)));
                }
                return Ok(expr.clone());
            }
            Some(Binding::Table(_) | Binding::Given(..)) => {
                return Err(Box::new(
                    Diagnostic::new(
                        "KQL133",
                        format!("'{}' is a table, and a scalar is expected here", name.text),
                        name.span,
                    )
                    .help("take one value from it with toscalar(…)"),
                ));
            }
            Some(Binding::Function(function)) if function.tree.parameters.is_empty() => {
                return self.call(name, &[], row, env, name.span);
            }
            Some(Binding::Function(_)) => {
                return error("KQL135", format!("'{}' is a function: write {}(…)", name.text, name.text), name.span);
            }
            Some(Binding::Pattern(_)) => {
                return error(
                    "KQL133",
                    format!("'{}' gives tables, and a scalar is expected here", name.text),
                    name.span,
                );
            }
            Some(Binding::Hidden(_)) | None => {}
        }
        if row.schema.is_open() {
            return Ok(self.guess(name));
        }
        Err(Box::new(self.unknown_column(name, row, env)))
    }

    /// A column that the data may turn out to have.
    pub(super) fn guess(&self, name: &Name) -> Expr {
        self.guessed.set(true);
        Expr::column(&name.text, Dynamic)
    }

    pub(super) fn unknown_column(&self, name: &Name, row: &Row<'_>, env: &Env) -> Diagnostic {
        let lets = env.names();
        let known = row.schema.columns.iter().map(|(n, _)| n.as_str()).chain(lets.iter().map(String::as_str));
        let help = match did_you_mean(&name.text, known) {
            Some(near) => Some(format!("did you mean '{near}'?")),
            None if row.schema.columns.is_empty() => None,
            None if row.schema.columns.len() <= 12 => {
                Some(format!("the columns here are {}", row.schema.names().join(", ")))
            }
            None => Some("list the columns here with `| getschema`".to_owned()),
        };
        let mut finding =
            Diagnostic::new("KQL101", format!("no column named '{}'", name.text), name.span).label(if row.exists {
                "not a column at this point"
            } else {
                "not a constant, and no let before this defines it"
            });
        finding.help = help;
        finding
    }

    fn member(&self, object: &ast::Expr, name: &Name, row: &Row<'_>, env: &Env) -> Bind<Expr> {
        let object_expr = self.scalar(object, row, env)?;
        self.dynamic(&object_expr, object.span)?;
        let key = Expr::literal(Value::string(name.text.clone()), Text);
        Ok(Expr::core(Core::Member, vec![object_expr, key], Dynamic))
    }

    fn dynamic(&self, expr: &Expr, span: Span) -> Bind<()> {
        if expr.scalar_type == Dynamic {
            return Ok(());
        }
        let mut finding = Diagnostic::new(
            "KQL136",
            format!("only a dynamic has members, and this is of type {}", expr.scalar_type),
            span,
        );
        if expr.scalar_type == Text {
            finding = finding.help("read the text as JSON first: parse_json(…)");
        }
        Err(Box::new(finding))
    }

    fn unary(&self, operator: UnaryOperator, operand: &ast::Expr, row: &Row<'_>, env: &Env) -> Bind<Expr> {
        let bound = self.scalar(operand, row, env)?;
        if !bound.scalar_type.is_summable() && bound.scalar_type != Dynamic {
            return error(
                "KQL137",
                format!("'-' and '+' take a number or a timespan, not a {}", bound.scalar_type),
                operand.span,
            );
        }
        if operator == UnaryOperator::Plus {
            return Ok(bound);
        }
        let literal = matches!(operand.kind, ast::ExprKind::Literal(..));
        let answer = if bound.scalar_type == Int { Long } else { bound.scalar_type };
        let negated = Expr::core(Core::Negate, vec![bound], answer);
        // -int(1) is an int still.
        Ok(if literal && matches!(operand.kind, ast::ExprKind::Literal(_, Int)) {
            self.fold(negated).cast(Int)
        } else {
            negated
        })
    }

    fn binary(
        &self,
        operator: BinaryOperator,
        left: &ast::Expr,
        right: &ast::Expr,
        row: &Row<'_>,
        env: &Env,
    ) -> Bind<Expr> {
        let b = self.scalar(right, row, env)?;
        if matches!(left.kind, ast::ExprKind::Star) {
            return self.over_all_columns(operator, b, (left.span, right.span), row);
        }
        let a = self.scalar(left, row, env)?;
        self.operate(operator, a, b, (left.span, right.span))
    }

    /// `* has "x"`, `* == 1`: whether it is so for any column. A text operator reads every column as text, a comparison
    /// looks at those it can compare.
    fn over_all_columns(&self, operator: BinaryOperator, b: Expr, spans: (Span, Span), row: &Row<'_>) -> Bind<Expr> {
        let compares = matches!(operator, BinaryOperator::Equal | BinaryOperator::NotEqual);
        if !compares && !is_text_operator(operator) {
            return error("KQL132", "'*' stands for any column only before == and operators on text", spans.0);
        }
        let columns = row.schema.columns.iter().map(|(name, scalar_type)| {
            let column = Expr::column(name, *scalar_type);
            if compares || *scalar_type == Dynamic { column } else { column.cast(Text) }
        });
        let tests: Vec<Expr> =
            columns.filter_map(|column| self.operate(operator, column, b.clone(), spans).ok()).collect();
        if tests.is_empty() {
            return error("KQL132", "no column here can be compared with this", spans.0.to(spans.1));
        }
        Ok(Expr::core(Core::Or, tests, Bool))
    }

    /// An operator over operands that are bound; `left` and `right` are where they stand.
    fn operate(&self, operator: BinaryOperator, a: Expr, b: Expr, (left, right): (Span, Span)) -> Bind<Expr> {
        let span = left.to(right);
        match operator {
            BinaryOperator::Add => self.arithmetic(Core::Add, a, b, span),
            BinaryOperator::Subtract => self.arithmetic(Core::Subtract, a, b, span),
            BinaryOperator::Multiply => self.arithmetic(Core::Multiply, a, b, span),
            BinaryOperator::Divide => self.arithmetic(Core::Divide, a, b, span),
            BinaryOperator::Modulo => self.arithmetic(Core::Modulo, a, b, span),
            BinaryOperator::Equal => self.comparison(Core::Equal, a, b, span),
            BinaryOperator::NotEqual => self.comparison(Core::NotEqual, a, b, span),
            BinaryOperator::Less => self.comparison(Core::Less, a, b, span),
            BinaryOperator::LessOrEqual => self.comparison(Core::LessOrEqual, a, b, span),
            BinaryOperator::Greater => self.comparison(Core::Greater, a, b, span),
            BinaryOperator::GreaterOrEqual => self.comparison(Core::GreaterOrEqual, a, b, span),
            BinaryOperator::EqualIgnoreCase => self.text(Core::EqualIgnoreCase, false, a, b, left, right),
            BinaryOperator::NotEqualIgnoreCase => self.text(Core::EqualIgnoreCase, true, a, b, left, right),
            BinaryOperator::MatchesRegex => {
                if let Some(Value::String(pattern)) = b.as_literal()
                    && let Err(problem) = crate::ir::compile_regex(pattern)
                {
                    let problem = problem.to_string();
                    let last = problem.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                    return error("KQL138", format!("not a regular expression of RE2's dialect: {last}"), right);
                }
                self.text(Core::MatchesRegex, false, a, b, left, right)
            }
            BinaryOperator::Colon => self.text(Core::Has, false, a, b, left, right),
            BinaryOperator::Text(operator @ (TextOperator::Like | TextOperator::LikeCs), negated) => {
                let Some(Value::String(pattern)) = b.as_literal() else {
                    return error("KQL120", "the pattern of 'like' must be a constant", right);
                };
                let parts: Vec<String> = pattern.split('*').map(regex::escape).collect();
                let flags = if operator == TextOperator::Like { "(?is)" } else { "(?s)" };
                let regex = Expr::literal(Value::string(format!("{flags}^{}$", parts.join(".*"))), Text);
                self.text(Core::MatchesRegex, negated, a, regex, left, right)
            }
            BinaryOperator::Text(operator, negated) => self.text(text_core(operator), negated, a, b, left, right),
        }
    }

    /// `+ - * / %`.
    fn arithmetic(&self, core: Core, a: Expr, b: Expr, span: Span) -> Bind<Expr> {
        let (x, y) = (a.scalar_type, b.scalar_type);
        let result = match (x, y) {
            (Dynamic, Dynamic) => None,
            (Dynamic, other) | (other, Dynamic) if other.is_numeric() => Some(widened(other)),
            (Dynamic, other @ (TimeSpan | DateTime)) | (other @ (TimeSpan | DateTime), Dynamic)
                if matches!(core, Core::Add | Core::Subtract) || self.guessed.get() =>
            {
                Some(match (core, other) {
                    (Core::Subtract, DateTime) => TimeSpan,
                    _ => other,
                })
            }
            (x, y) if x.is_numeric() && y.is_numeric() => Some(widest(x, y)),
            (DateTime, DateTime) if core == Core::Subtract => Some(TimeSpan),
            (DateTime, TimeSpan) if matches!(core, Core::Add | Core::Subtract) => Some(DateTime),
            (TimeSpan, DateTime) if core == Core::Add => Some(DateTime),
            (DateTime | TimeSpan, TimeSpan) if core == Core::Modulo => Some(TimeSpan),
            (TimeSpan, TimeSpan) if matches!(core, Core::Add | Core::Subtract) => Some(TimeSpan),
            (TimeSpan, TimeSpan) if core == Core::Divide => Some(Real),
            (TimeSpan, n) if n.is_numeric() && matches!(core, Core::Multiply | Core::Divide) => Some(TimeSpan),
            (n, TimeSpan) if n.is_numeric() && core == Core::Multiply => Some(TimeSpan),
            _ => None,
        };
        let Some(result) = result else {
            let mut finding =
                Diagnostic::new("KQL139", format!("'{}' is not defined for {x} and {y}", core.name()), span);
            finding.help = match (x, y) {
                (Text, _) | (_, Text) if core == Core::Add => Some("join texts with strcat(…)".to_owned()),
                (Dynamic, _) | (_, Dynamic) => {
                    Some("say what the dynamic holds: tolong(…), todouble(…), tostring(…)".to_owned())
                }
                _ => None,
            };
            return Err(Box::new(finding));
        };
        // What a dynamic holds beside a datetime or a timespan is read as what the operator wants in its place.
        let wanted = match (core, x, y) {
            (Core::Subtract, Dynamic, DateTime) | (Core::Subtract, DateTime, Dynamic) => Some(DateTime),
            (Core::Add, Dynamic, DateTime) | (Core::Add, DateTime, Dynamic) => Some(TimeSpan),
            (Core::Add | Core::Subtract, Dynamic, TimeSpan) | (Core::Add | Core::Subtract, TimeSpan, Dynamic) => {
                Some(TimeSpan)
            }
            _ => None,
        };
        let read = |e: Expr| match wanted {
            Some(wanted) if e.scalar_type == Dynamic => self.fold(e.cast(wanted)),
            _ => e,
        };
        Ok(Expr::core(core, vec![read(a), read(b)], result))
    }

    fn text(&self, core: Core, negated: bool, a: Expr, b: Expr, left: Span, right: Span) -> Bind<Expr> {
        let a = self.as_text(core, a, left)?;
        let b = self.as_text(core, b, right)?;
        let bound = Expr::core(core, vec![a, b], Bool);
        Ok(if negated { Expr::core(Core::Not, vec![self.fold(bound)], Bool) } else { bound })
    }

    /// An operand of a text operator: a string, or what a dynamic holds as text.
    fn as_text(&self, core: Core, expr: Expr, span: Span) -> Bind<Expr> {
        match expr.scalar_type {
            Text | Dynamic => Ok(self.fold(expr.cast(Text))),
            other => Err(Box::new(
                Diagnostic::new(
                    "KQL141",
                    format!("'{}' works on strings, and this is of type {other}", core.name()),
                    span,
                )
                .help("convert it with tostring(…)"),
            )),
        }
    }

    /// What decides over rows: a bool, and nothing that could be read as one.
    pub(super) fn predicate(&self, tree: &ast::Expr, row: &Row<'_>, env: &Env) -> Bind<Expr> {
        let bound = self.scalar(tree, row, env)?;
        match bound.scalar_type {
            Bool => Ok(bound),
            Dynamic if self.guessed.get() => Ok(bound.cast(Bool)),
            other => Err(Box::new(no_condition(other, tree.span))),
        }
    }

    /// `and`, `or`: a dynamic is read as a bool here, as in Kusto.
    fn logical(&self, core: Core, operands: &[ast::Expr], row: &Row<'_>, env: &Env) -> Bind<Expr> {
        let truth = |tree: &ast::Expr| {
            let bound = self.scalar(tree, row, env)?;
            match bound.scalar_type {
                Bool => Ok(bound),
                Dynamic => Ok(bound.cast(Bool)),
                other => Err(Box::new(no_condition(other, tree.span))),
            }
        };
        let operands = operands.iter().map(truth).collect::<Bind<Vec<_>>>()?;
        Ok(Expr::core(core, operands, Bool))
    }

    fn list(
        &self,
        operator: ListOperator,
        left: &ast::Expr,
        items: &[ast::Expr],
        row: &Row<'_>,
        env: &Env,
    ) -> Bind<Expr> {
        let needle = self.scalar(left, row, env)?;
        let (core, negated) = match operator {
            ListOperator::In => (Core::In, false),
            ListOperator::NotIn => (Core::In, true),
            ListOperator::InIgnoreCase => (Core::InIgnoreCase, false),
            ListOperator::NotInIgnoreCase => (Core::InIgnoreCase, true),
            ListOperator::HasAny => (Core::HasAny, false),
            ListOperator::HasAll => (Core::HasAll, false),
        };
        let text = matches!(core, Core::HasAny | Core::HasAll | Core::InIgnoreCase);
        let needle = if text { self.as_text(core, needle, left.span)? } else { needle };
        let mut operands = vec![needle];
        for item in items {
            let tabular = match &item.kind {
                ast::ExprKind::Name(name) if row.schema.get(&name.text).is_some() => false,
                _ => self.is_tabular(item, env),
            };
            operands.push(if tabular {
                let table = self.tabular(item, &env.subquery())?;
                if table.plan.schema.columns.is_empty() {
                    return error("KQL143", "this table has no column to look in", item.span);
                }
                Expr { kind: ExprKind::Subquery(Box::new(table.plan), SubqueryAnswer::List), scalar_type: Dynamic }
            } else {
                let bound = self.scalar(item, row, env)?;
                meet(bound, &operands[0])
            });
        }
        let bound = Expr::core(core, operands, Bool);
        Ok(if negated { Expr::core(Core::Not, vec![self.fold(bound)], Bool) } else { bound })
    }

    fn between(
        &self,
        value: &ast::Expr,
        low: &ast::Expr,
        high: &ast::Expr,
        negated: bool,
        row: &Row<'_>,
        env: &Env,
    ) -> Bind<Expr> {
        let span = value.span.to(high.span);
        let bound = self.scalar(value, row, env)?;
        if matches!(bound.scalar_type, Text | Bool | ScalarType::Guid) {
            let mut finding =
                Diagnostic::new("KQL140", format!("'between' is not for a {}", bound.scalar_type), value.span);
            finding.help = Some("write a number, a datetime or a timespan, or compare with >= and <=".to_owned());
            return Err(Box::new(finding));
        }
        let low_bound = self.scalar(low, row, env)?;
        let mut high_bound = self.scalar(high, row, env)?;
        // `t between (start .. 7d)`: a timespan is the length.
        if low_bound.scalar_type == DateTime && high_bound.scalar_type == TimeSpan {
            high_bound = self.fold(Expr::core(Core::Add, vec![low_bound.clone(), high_bound], DateTime));
        }
        let least = self.comparison(Core::GreaterOrEqual, bound.clone(), low_bound, span)?;
        let most = self.comparison(Core::LessOrEqual, bound, high_bound, span)?;
        let inside = Expr::core(Core::And, vec![self.fold(least), self.fold(most)], Bool);
        Ok(if negated { Expr::core(Core::Not, vec![self.fold(inside)], Bool) } else { inside })
    }
}

/// A subquery that asks for a value of the row it stands in.
fn varies(name: &Name) -> Diagnostic {
    let message = format!("'{}' differs from row to row, and a table within an expression is computed once", name.text);
    Diagnostic::new("KQL144", message, name.span).help("join the tables instead, or use lookup")
}

/// A value where a condition is expected.
fn no_condition(scalar_type: ScalarType, span: Span) -> Diagnostic {
    let help = match scalar_type {
        Text => "say what it must be, e.g. `x == \"…\"`, or isnotempty(…)",
        Dynamic => "convert it with tobool(…), or say isnotnull(…)",
        other if other.is_numeric() => "compare it, e.g. `x != 0`, or convert it with tobool(…)",
        _ => "compare it, or say isnotnull(…)",
    };
    let message = format!("a condition is expected here, and this is of type {scalar_type}");
    Diagnostic::new("KQL142", message, span).label("not true or false").help(help)
}

fn is_text_operator(operator: BinaryOperator) -> bool {
    matches!(
        operator,
        BinaryOperator::Text(..)
            | BinaryOperator::EqualIgnoreCase
            | BinaryOperator::NotEqualIgnoreCase
            | BinaryOperator::MatchesRegex
            | BinaryOperator::Colon
    )
}

fn text_core(operator: TextOperator) -> Core {
    match operator {
        TextOperator::Has => Core::Has,
        TextOperator::HasCs => Core::HasCase,
        TextOperator::HasPrefix => Core::HasPrefix,
        TextOperator::HasPrefixCs => Core::HasPrefixCase,
        TextOperator::HasSuffix => Core::HasSuffix,
        TextOperator::HasSuffixCs => Core::HasSuffixCase,
        TextOperator::Contains => Core::Contains,
        TextOperator::ContainsCs => Core::ContainsCase,
        TextOperator::StartsWith => Core::StartsWith,
        TextOperator::StartsWithCs => Core::StartsWithCase,
        TextOperator::EndsWith => Core::EndsWith,
        TextOperator::EndsWithCs => Core::EndsWithCase,
        TextOperator::Like | TextOperator::LikeCs => Core::MatchesRegex,
    }
}

/// The type of arithmetic on one numeric type: an int computes as a long.
fn widened(scalar_type: ScalarType) -> ScalarType {
    if scalar_type == Int { Long } else { scalar_type }
}

/// The type of arithmetic on two numeric types: int with int is long; decimal wins over real, real over whole numbers.
fn widest(a: ScalarType, b: ScalarType) -> ScalarType {
    match (a, b) {
        (Decimal, _) | (_, Decimal) => Decimal,
        (Real, _) | (_, Real) => Real,
        _ => Long,
    }
}
