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
        let mut legs = Vec::new();
        for (at, mut leg) in self.searched(tables, input, env, operator.keyword)?.into_iter().enumerate() {
            // Where a table lacks a column the predicate names, nothing of it can match.
            let Some(condition) = self.leg_condition(predicate, &leg, case_sensitive, env)? else { continue };
            leg.name = Some(leg.name.unwrap_or_else(|| format!("search_arg{at}")));
            legs.push(Tabular { plan: leg.plan.filter(condition), ..leg });
        }
        if legs.is_empty() {
            return Err(self.matches_nowhere(predicate, tables, env));
        }
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
        let mut legs = Vec::new();
        for leg in self.searched(tables, input, env, operator.keyword)? {
            let Some(condition) = self.leg_condition(predicate, &leg, false, env)? else { continue };
            let filtered = Tabular { plan: leg.plan.filter(condition), ..leg };
            legs.push(self.found(filtered, project, &named, env)?);
        }
        if legs.is_empty() {
            return Err(self.matches_nowhere(predicate, tables, env));
        }
        Ok(Tabular::new(united(legs, false, Some(source.unwrap_or_else(|| SOURCE.to_owned())))))
    }

    /// What `find` shows of a table: the columns asked for, else those of the predicate with the rest packed.
    fn found(&self, leg: Tabular, project: &[NamedExpr], named: &[String], env: &Env) -> Bind<Tabular> {
        let schema = leg.plan.schema.clone();
        let row = Row { schema: &schema, serialized: false, exists: true };
        let mut columns: Vec<(String, Expr)> = Vec::new();
        let mut packs = project.is_empty();
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
                ExprKind::Name(name) => match schema.get(&name.text) {
                    Some(t) => columns.push((name.text.clone(), Expr::column(&name.text, t))),
                    None => {}
                },
                _ => {
                    let value = self.scalar(&item.value, &row, env)?;
                    let own = item.names.first().map(|n| n.text.clone()).or_else(|| self.own_name(&item.value, env));
                    columns.push((own.unwrap_or_else(|| format!("Column{}", columns.len() + 1)), value));
                }
            }
        }
        if project.is_empty() {
            columns.extend(named.iter().filter_map(|n| schema.get(n).map(|t| (n.clone(), Expr::column(n, t)))));
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

    /// The condition over one table; `None` when it names a column that this table lacks and others may have.
    fn leg_condition(
        &self,
        predicate: &ast::Expr,
        leg: &Tabular,
        case_sensitive: bool,
        env: &Env,
    ) -> Bind<Option<Expr>> {
        let row = Row::of(leg);
        match self.search_condition(predicate, &row, case_sensitive, env) {
            Ok(condition) => Ok(Some(condition)),
            Err(finding) if finding.code == "KQL101" => Ok(None),
            Err(finding) => Err(finding),
        }
    }

    fn matches_nowhere(
        &self,
        predicate: &ast::Expr,
        tables: &[ast::Expr],
        env: &Env,
    ) -> Box<crate::diagnostics::Diagnostic> {
        let scope = tables.first().and_then(|t| self.tabular(t, env).ok());
        let empty = Schema::default();
        let row = scope.as_ref().map_or(Row { schema: &empty, serialized: false, exists: true }, Row::of);
        match self.search_condition(predicate, &row, false, env) {
            Err(finding) => finding,
            Ok(_) => Box::new(crate::diagnostics::Diagnostic::new(
                "KQL101",
                "no table has the columns this names",
                predicate.span,
            )),
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

/// `column has "term"`, where stars at the term's ends ask for a part of one and stars within match anything.
fn term_test(column: ast::Expr, term: &str, case_sensitive: bool, span: Span) -> ast::Expr {
    use TextOperator::{Contains, ContainsCs, Has, HasCs, HasPrefix, HasPrefixCs, HasSuffix, HasSuffixCs};
    let literal = |text: String| ast::Expr { kind: ExprKind::Literal(Value::string(text), ScalarType::String), span };
    let column = {
        let name = Name { text: "tostring".to_owned(), span };
        let argument = ast::Argument { name: None, value: column };
        Box::new(ast::Expr { kind: ExprKind::Call(name, vec![argument]), span })
    };
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
