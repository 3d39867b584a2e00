//! `search` and `find`: terms looked for in all columns of some tables.

use super::union::united;
use crate::bind::operators::join::parameter;
use crate::bind::scope::{Env, Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::ir::{Core, Expr, Schema};
use crate::syntax::Span;
use crate::syntax::ast::{self, BinaryOperator, ExprKind, Name, NamedExpr, Operator, TextOperator};
use crate::types::{ScalarType, Value};

/// The column `search` puts in front.
const TABLE: &str = "$table";
/// The column `find` puts in front.
const SOURCE: &str = "source_";
/// The column in which `find` packs what it was not asked for.
const PACK: &str = "pack_";

impl Binder<'_> {
    pub(super) fn search(
        &self,
        operator: &Operator,
        tables: &[ast::Expr],
        predicate: &ast::Expr,
        input: Option<Tabular>,
        env: &Env,
    ) -> Bind<Tabular> {
        let case_sensitive = parameter(operator, "kind").is_some_and(|(text, _)| text == "case_sensitive");
        let mut legs = self.searched(tables, input, env, operator.keyword)?;
        for (at, leg) in legs.iter_mut().enumerate() {
            leg.name.get_or_insert_with(|| format!("search_arg{at}"));
        }
        let legs = self.filtered(concerned(legs, predicate), predicate, case_sensitive, env)?;
        Ok(Tabular::new(united(legs, false, Some(TABLE.to_owned()))))
    }

    pub(super) fn find(
        &self,
        operator: &Operator,
        tables: &[ast::Expr],
        predicate: &ast::Expr,
        project: &[NamedExpr],
        input: Option<Tabular>,
        env: &Env,
    ) -> Bind<Tabular> {
        let source =
            parameter(operator, "withsource").or_else(|| parameter(operator, "with_source")).map(|(text, _)| text);
        let mut named = Vec::new();
        columns_named(predicate, &mut named);
        let legs = self.searched(tables, input, env, operator.keyword)?;
        let known = all_columns(&legs);
        let legs = self.filtered(concerned(legs, predicate), predicate, false, env)?;
        let schemas: Vec<Schema> = legs.iter().map(|leg| leg.plan.schema.clone()).collect();
        // Without a list: the columns the predicate names and those that all tables share.
        let shown = |column: &(String, ScalarType)| {
            named.contains(&column.0) || schemas.iter().all(|schema| schema.columns.contains(column))
        };
        let packs = schemas.iter().any(|schema| schema.columns.iter().any(|c| !shown(c)));
        let legs = legs
            .into_iter()
            .map(|leg| self.found(leg, project, &known, &shown, packs, env))
            .collect::<Bind<Vec<_>>>()?;
        let plan = united(legs, false, Some(source.unwrap_or_else(|| SOURCE.to_owned())));
        // What is packed comes last.
        let (packed, mut columns): (Vec<_>, Vec<_>) = plan.all_columns().into_iter().partition(|(n, _)| n == PACK);
        columns.extend(packed);
        Ok(Tabular::new(plan.project(columns)))
    }

    /// What `find` shows of a table: the columns asked for, else those shown without being asked for, the rest packed.
    fn found(
        &self,
        leg: Tabular,
        project: &[NamedExpr],
        known: &Schema,
        shown: &dyn Fn(&(String, ScalarType)) -> bool,
        rest: bool,
        env: &Env,
    ) -> Bind<Tabular> {
        let schema = leg.plan.schema.clone();
        let row = Row { schema: &schema, serialized: false, exists: true };
        let mut columns: Vec<(String, Expr)> = Vec::new();
        let mut packs = project.is_empty() && rest;
        for item in project {
            match &item.value.kind {
                ExprKind::TypeOf(declared) => {
                    for column in declared {
                        let name = &column.name.text;
                        let value = match schema.get(name) {
                            Some(t) => Expr::column(name, t).cast(column.scalar_type),
                            None => Expr::literal(Value::null_of(column.scalar_type), column.scalar_type),
                        };
                        columns.push((name.clone(), value));
                    }
                }
                ExprKind::Call(name, _) if matches!(name.text.as_str(), "pack" | "pack_all") => packs = true,
                ExprKind::Name(name) => match (schema.get(&name.text), known.get(&name.text)) {
                    (Some(t), _) => columns.push((name.text.clone(), Expr::column(&name.text, t))),
                    (None, Some(t)) => columns.push((name.text.clone(), Expr::literal(Value::null_of(t), t))),
                    (None, None) => return Err(Box::new(self.unknown_column(name, &row, env))),
                },
                _ => {
                    let value = self.scalar(&item.value, &row, env)?;
                    let own = item.names.first().map(|n| n.text.clone()).or_else(|| self.own_name(&item.value, env));
                    columns.push((own.unwrap_or_else(|| format!("Column{}", columns.len() + 1)), value));
                }
            }
        }
        if project.is_empty() {
            let kept = schema.columns.iter().filter(|c| shown(c));
            columns.extend(kept.map(|(name, t)| (name.clone(), Expr::column(name, *t))));
        }
        if packs {
            let rest = schema.columns.iter().filter(|(n, _)| columns.iter().all(|(taken, _)| taken != n));
            let packed = self.pack(rest.map(|(n, t)| Expr::column(n, *t)).collect(), true, Span::default())?;
            columns.push((PACK.to_owned(), packed));
        }
        Ok(Tabular { plan: leg.plan.project(columns), ..leg })
    }

    /// The tables looked through: those named, the one before the pipe, or all there are.
    fn searched(&self, tables: &[ast::Expr], input: Option<Tabular>, env: &Env, keyword: Span) -> Bind<Vec<Tabular>> {
        if let Some(input) = input {
            return Ok(vec![input]);
        }
        let mut legs = Vec::new();
        for table in tables {
            match &table.kind {
                ExprKind::Wildcard(pattern) => legs.extend(self.matching_tables(&pattern.text, env)?),
                ExprKind::Star => legs.extend(self.matching_tables("*", env)?),
                _ => legs.push(self.tabular(table, env)?),
            }
        }
        if tables.is_empty() {
            legs = self.matching_tables("*", env)?;
        }
        if legs.is_empty() {
            return error("KQL191", "there is no table to look through; name the logs with --logs PATH", keyword);
        }
        Ok(legs)
    }

    /// The rows of each table that fit. A column that only other tables have is null; a table whose columns are of types
    /// the predicate cannot use has no row that fits.
    fn filtered(
        &self,
        legs: Vec<Tabular>,
        predicate: &ast::Expr,
        case_sensitive: bool,
        env: &Env,
    ) -> Bind<Vec<Tabular>> {
        let known = all_columns(&legs);
        let mut found = Vec::new();
        let mut first_finding = None;
        for leg in legs {
            let own = &leg.plan.schema;
            let absent = known.columns.iter().filter(|(name, _)| own.get(name).is_none());
            let schema: Schema = own.columns.iter().chain(absent).cloned().collect();
            let row = Row { schema: &schema, serialized: leg.serialized, exists: true };
            match self.search_condition(predicate, &row, case_sensitive, env) {
                Ok(condition) => {
                    let condition = with_nulls(condition, own);
                    found.push(Tabular { plan: leg.plan.filter(condition), ..leg });
                }
                Err(finding) => first_finding = first_finding.or(Some(finding)),
            }
        }
        match first_finding {
            Some(finding) if found.is_empty() => Err(finding),
            _ => Ok(found),
        }
    }

    /// A predicate in which a lone text is a term that any column may hold.
    pub(in crate::bind) fn search_condition(
        &self,
        tree: &ast::Expr,
        row: &Row<'_>,
        case_sensitive: bool,
        env: &Env,
    ) -> Bind<Expr> {
        let inner = |operand: &ast::Expr| self.search_condition(operand, row, case_sensitive, env);
        let all = |core, operands: &[ast::Expr]| -> Bind<Expr> {
            Ok(Expr::core(core, operands.iter().map(inner).collect::<Bind<_>>()?, ScalarType::Bool))
        };
        match &tree.kind {
            ExprKind::And(operands) => all(Core::And, operands),
            ExprKind::Or(operands) => all(Core::Or, operands),
            ExprKind::Call(name, arguments) if name.text == "not" && arguments.len() == 1 => {
                Ok(Expr::core(Core::Not, vec![inner(&arguments[0].value)?], ScalarType::Bool))
            }
            ExprKind::Star => Ok(Expr::literal(Value::Bool(true), ScalarType::Bool)),
            ExprKind::Literal(value, _) => {
                self.any_column(&crate::types::to_text(value), row, case_sensitive, tree, env)
            }
            ExprKind::Binary(BinaryOperator::Colon, column, term) => {
                let ExprKind::Literal(value, _) = &term.kind else {
                    return error("KQL213", "a term stands after ':', as in `Url:\"chat\"`", term.span);
                };
                let text = crate::types::to_text(value);
                if matches!(column.kind, ExprKind::Star) {
                    return self.any_column(&text, row, case_sensitive, term, env);
                }
                self.predicate(&term_test((**column).clone(), &text, case_sensitive, tree.span), row, env)
            }
            ExprKind::Binary(operator, column, term) if matches!(column.kind, ExprKind::Star) => {
                let tests = row.schema.columns.iter().map(|(name, _)| {
                    let column = Box::new(column_text(name, tree.span));
                    let kind = ExprKind::Binary(*operator, column, term.clone());
                    self.predicate(&ast::Expr { kind, span: tree.span }, row, env)
                });
                Ok(Expr::core(Core::Or, tests.collect::<Bind<_>>()?, ScalarType::Bool))
            }
            _ => self.predicate(tree, row, env),
        }
    }

    /// Whether any column holds a term.
    fn any_column(&self, term: &str, row: &Row<'_>, case_sensitive: bool, tree: &ast::Expr, env: &Env) -> Bind<Expr> {
        let tests = row.schema.columns.iter().map(|(name, _)| {
            let column =
                ast::Expr { kind: ExprKind::Name(Name { text: name.clone(), span: tree.span }), span: tree.span };
            self.predicate(&term_test(column, term, case_sensitive, tree.span), row, env)
        });
        Ok(Expr::core(Core::Or, tests.collect::<Bind<_>>()?, ScalarType::Bool))
    }
}

/// The columns of several tables, each name with the type it has first.
fn all_columns(legs: &[Tabular]) -> Schema {
    let mut all = Schema::default();
    for column in legs.iter().flat_map(|leg| &leg.plan.schema.columns) {
        if all.get(&column.0).is_none() {
            all.columns.push(column.clone());
        }
    }
    all
}

/// The expression with null in place of every column that is not there.
fn with_nulls(expr: Expr, there: &Schema) -> Expr {
    match &expr.kind {
        crate::ir::ExprKind::Column(name) if there.get(name).is_none() => {
            Expr::literal(Value::null_of(expr.scalar_type), expr.scalar_type)
        }
        _ => expr.map_operands(|operand| with_nulls(operand, there)),
    }
}

/// The tables that have any of the columns the predicate names; all of them when it names none, or looks everywhere.
fn concerned(legs: Vec<Tabular>, predicate: &ast::Expr) -> Vec<Tabular> {
    let mut named = Vec::new();
    columns_named(predicate, &mut named);
    let has_named = |leg: &Tabular| named.iter().any(|n| leg.plan.schema.get(n).is_some());
    if looks_everywhere(predicate) || !legs.iter().any(has_named) {
        return legs;
    }
    legs.into_iter().filter(has_named).collect()
}

/// Whether a predicate looks for something in every column.
fn looks_everywhere(tree: &ast::Expr) -> bool {
    match &tree.kind {
        ExprKind::And(operands) | ExprKind::Or(operands) => operands.iter().any(looks_everywhere),
        ExprKind::Call(_, arguments) => arguments.iter().any(|a| looks_everywhere(&a.value)),
        ExprKind::Literal(..) | ExprKind::Star => true,
        ExprKind::Binary(_, column, _) => matches!(column.kind, ExprKind::Star),
        _ => false,
    }
}

/// `tostring(name)`.
fn column_text(name: &str, span: Span) -> ast::Expr {
    text_of(ast::Expr { kind: ExprKind::Name(Name { text: name.to_owned(), span }), span })
}

/// `tostring(column)`.
fn text_of(column: ast::Expr) -> ast::Expr {
    let span = column.span;
    let name = Name { text: "tostring".to_owned(), span };
    ast::Expr { kind: ExprKind::Call(name, vec![ast::Argument { name: None, value: column }]), span }
}

/// `column has "term"`, where stars at the term's ends ask for a part of one and stars within match anything.
fn term_test(column: ast::Expr, term: &str, case_sensitive: bool, span: Span) -> ast::Expr {
    use TextOperator::{Contains, ContainsCs, Has, HasCs, HasPrefix, HasPrefixCs, HasSuffix, HasSuffixCs};
    let literal = |text: String| ast::Expr { kind: ExprKind::Literal(Value::string(text), ScalarType::String), span };
    let column = Box::new(text_of(column));
    let core = term.trim_matches('*');
    let kind = if core.contains('*') {
        let pattern: Vec<String> = core.split('*').map(regex::escape).collect();
        let flag = if case_sensitive { "" } else { "(?i)" };
        let edge = |starred: bool| if starred { "" } else { r"\b" };
        let pattern =
            format!("{flag}{}{}{}", edge(term.starts_with('*')), pattern.join(".*"), edge(term.ends_with('*')));
        ExprKind::Binary(BinaryOperator::MatchesRegex, column, Box::new(literal(pattern)))
    } else {
        let operator = match (term.starts_with('*'), term.ends_with('*'), case_sensitive) {
            (true, true, false) => Contains,
            (true, true, true) => ContainsCs,
            (false, true, false) => HasPrefix,
            (false, true, true) => HasPrefixCs,
            (true, false, false) => HasSuffix,
            (true, false, true) => HasSuffixCs,
            (false, false, false) => Has,
            (false, false, true) => HasCs,
        };
        ExprKind::Binary(BinaryOperator::Text(operator, false), column, Box::new(literal(core.to_owned())))
    };
    ast::Expr { kind, span }
}

/// The columns a predicate names, in order, each once.
fn columns_named(tree: &ast::Expr, into: &mut Vec<String>) {
    if let ExprKind::Name(name) = &tree.kind
        && !into.contains(&name.text)
    {
        into.push(name.text.clone());
    }
    let visited = tree.try_map(|operand| {
        columns_named(operand, into);
        Ok::<_, std::convert::Infallible>(operand.clone())
    });
    drop(visited);
}
