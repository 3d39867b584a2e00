//! One file per tabular operator or close family: how it is written.

mod aggregate;
mod columns;
mod expand;
mod graph;
mod join;
mod parse;
mod render;
mod rows;
mod scan;
mod search;
mod sources;

use super::Span;
use super::ast::{Expr, ExprKind, Name, Operator, OperatorKind, OperatorParameter};
use super::lexer::Token;
use super::parser::{Parsed, Parser};
use crate::diagnostics::{Diagnostic, did_you_mean};

/// Every operator's keyword, for did-you-mean and for joining words at hyphens.
pub(super) const KEYWORDS: [&str; 64] = [
    "as",
    "consume",
    "count",
    "datatable",
    "distinct",
    "evaluate",
    "extend",
    "externaldata",
    "external_data",
    "facet",
    "filter",
    "find",
    "fork",
    "getschema",
    "graph-mark-components",
    "graph-match",
    "graph-shortest-paths",
    "graph-to-table",
    "graph-where-nodes",
    "graph-where-edges",
    "invoke",
    "join",
    "limit",
    "lookup",
    "macro-expand",
    "make-graph",
    "make-series",
    "mv-apply",
    "mv-expand",
    "mvapply",
    "mvexpand",
    "order",
    "parse",
    "parse-kv",
    "parse-where",
    "partition",
    "print",
    "project",
    "project-away",
    "project-by-names",
    "project-keep",
    "project-rename",
    "project-reorder",
    "project-smart",
    "range",
    "reduce",
    "render",
    "sample",
    "sample-distinct",
    "scan",
    "search",
    "serialize",
    "sort",
    "summarize",
    "take",
    "top",
    "top-hitters",
    "top-nested",
    "union",
    "where",
    "assert-schema",
    "execute-and-cache",
    "inline_external_table",
    "graph-merge",
];

/// No keyword is longer, so that words joined by hyphens are not followed without end.
const LONGEST_KEYWORD: usize = 24;

impl Parser {
    /// Whether an operator that is a table itself stands here.
    pub(super) fn at_source_operator(&self) -> bool {
        let Token::Word(word) = self.peek() else { return false };
        match word.as_str() {
            "datatable" | "externaldata" | "external_data" => self.is_at(1, "("),
            "range" => self.name_length(1).is_some_and(|n| self.is_word_at(1 + n, "from")),
            "print" => {
                !self.is_at(1, "|")
                    && !self.is_at(1, "=")
                    && !self.is_at(1, ".")
                    && !matches!(self.peek_at(1), Token::End)
            }
            "union" => {
                matches!(self.peek_at(1), Token::Word(_) | Token::Mark("(" | "*" | "["))
            }
            "search" => {
                matches!(self.peek_at(1), Token::Word(_) | Token::Text(_) | Token::Mark("(" | "*") | Token::Literal(..))
            }
            "find" => matches!(self.peek_at(1), Token::Word(_) | Token::Text(_) | Token::Mark("(")),
            "inline_external_table" => self.is_at(1, "("),
            "macro" => self.is_at(1, "-") && self.is_word_at(2, "expand"),
            "evaluate" => matches!(self.peek_at(1), Token::Word(_)) && self.is_at(2, "("),
            _ => false,
        }
    }

    /// The keyword at this place: words joined by hyphens without blanks are one.
    fn keyword(&mut self) -> Parsed<Name> {
        let Token::Word(first) = self.peek() else { return self.unexpected("an operator") };
        let mut text = first.clone();
        let start = self.span();
        // The longest keyword that stands here.
        let mut length = 1;
        let mut ahead = 0;
        let mut joined = text.clone();
        while joined.len() < LONGEST_KEYWORD
            && self.is_at(ahead + 1, "-")
            && self.adjacent(ahead)
            && self.adjacent(ahead + 1)
            && let Token::Word(next) = self.peek_at(ahead + 2)
        {
            joined = format!("{joined}-{next}");
            ahead += 2;
            if KEYWORDS.contains(&joined.as_str()) || !KEYWORDS.contains(&text.as_str()) {
                text.clone_from(&joined);
                length = ahead + 1;
            }
        }
        for _ in 0..length {
            self.advance();
        }
        Ok(Name { text, span: self.since(start) })
    }

    /// One operator.
    pub(super) fn operator(&mut self) -> Parsed<Operator> {
        let start = self.span();
        let keyword = self.keyword()?;
        let (kind, parameters) = self.deeper(|p| p.operator_kind(&keyword))?;
        Ok(Operator { kind, parameters, keyword: keyword.span, span: self.since(start) })
    }

    fn operator_kind(&mut self, keyword: &Name) -> Parsed<(OperatorKind, Vec<OperatorParameter>)> {
        let mut parameters = Vec::new();
        let mut with = |p: &mut Self, allowed: &[&str]| -> Parsed<()> {
            parameters = p.operator_parameters(allowed)?;
            Ok(())
        };
        let kind = match keyword.text.as_str() {
            "where" | "filter" => {
                with(self, &[])?;
                OperatorKind::Where(self.predicate()?)
            }
            "extend" => {
                with(self, &[])?;
                OperatorKind::Extend(self.list(Self::named)?)
            }
            "project" => {
                with(self, &[])?;
                // `project` alone gives no column.
                let empty = matches!(self.peek(), Token::End | Token::Mark("|" | ";" | ")"));
                OperatorKind::Project(if empty { Vec::new() } else { self.list(Self::named)? })
            }
            "project-away" => OperatorKind::ProjectAway(self.list(Self::pattern)?),
            "project-keep" => OperatorKind::ProjectKeep(self.list(Self::pattern)?),
            "project-rename" => OperatorKind::ProjectRename(self.list(Self::named)?),
            "project-reorder" => self.project_reorder()?,
            "project-by-names" => self.project_by_names()?,
            "summarize" => {
                with(self, &[])?;
                self.summarize()?
            }
            "sort" | "order" => {
                with(self, &[])?;
                self.expect_word("by")?;
                OperatorKind::Sort(self.list(Self::order_key)?)
            }
            "top" => {
                with(self, &[])?;
                self.top()?
            }
            "take" | "limit" => {
                with(self, &[])?;
                OperatorKind::Take(self.expression()?)
            }
            "sample" => OperatorKind::Sample(self.expression()?),
            "sample-distinct" => self.sample_distinct()?,
            "count" => OperatorKind::Count(if self.eat_word("as") { Some(self.defined_name()?) } else { None }),
            "distinct" => {
                with(self, &[])?;
                OperatorKind::Distinct(self.list(Self::named)?)
            }
            "render" => self.render()?,
            "print" => OperatorKind::Print(self.list(Self::named)?),
            "datatable" => self.datatable()?,
            "range" => self.range()?,
            "externaldata" | "external_data" => self.external_data()?,
            "as" => {
                with(self, &[])?;
                OperatorKind::As(self.defined_name()?)
            }
            "consume" => {
                with(self, &["decodeblocks"])?;
                OperatorKind::Consume
            }
            "getschema" => {
                with(self, &["kind"])?;
                OperatorKind::GetSchema
            }
            "serialize" => {
                with(self, &[])?;
                let empty = matches!(self.peek(), Token::End | Token::Mark("|" | ";" | ")" | "}"));
                OperatorKind::Serialize(if empty { Vec::new() } else { self.list(Self::named)? })
            }
            "join" => {
                with(self, &["kind"])?;
                let (right, on) = self.join()?;
                OperatorKind::Join { right, on }
            }
            "lookup" => {
                with(self, &["kind"])?;
                let (right, on) = self.join()?;
                OperatorKind::Lookup { right, on }
            }
            "union" => {
                with(self, &["kind", "withsource", "with_source", "isfuzzy"])?;
                OperatorKind::Union(self.list(Self::union_table)?)
            }
            "mv-expand" | "mvexpand" => {
                with(self, &["kind", "bagexpansion", "with_itemindex"])?;
                self.mv_expand(keyword.text == "mvexpand")?
            }
            "mv-apply" | "mvapply" => {
                with(self, &["kind", "bagexpansion", "with_itemindex"])?;
                self.mv_apply()?
            }
            "parse" | "parse-where" => {
                with(self, &["kind", "flags"])?;
                self.parse_pattern(keyword.text == "parse-where")?
            }
            "parse-kv" => self.parse_kv()?,
            "make-series" => {
                with(self, &["kind"])?;
                self.make_series()?
            }
            "evaluate" => {
                with(self, &[])?;
                self.evaluate()?
            }
            "invoke" => OperatorKind::Invoke(self.expression()?),
            "facet" => self.facet()?,
            "fork" => self.fork()?,
            "partition" => {
                with(self, &[])?;
                self.partition()?
            }
            "search" => {
                with(self, &["kind"])?;
                self.search()?
            }
            "find" => {
                with(self, &["withsource", "with_source", "datascope"])?;
                self.find()?
            }
            "reduce" => {
                with(self, &["kind"])?;
                self.expect_word("by")?;
                let by = self.expression()?;
                let properties = self.with_properties()?;
                OperatorKind::Reduce { by, properties }
            }
            "scan" => {
                with(self, &["with_match_id"])?;
                self.scan()?
            }
            "top-nested" => self.top_nested()?,
            "top-hitters" => self.top_hitters()?,
            "make-graph" => self.make_graph()?,
            "graph-match" => {
                with(self, &["cycles"])?;
                self.graph_match(false)?
            }
            "graph-shortest-paths" => {
                with(self, &["output"])?;
                self.graph_match(true)?
            }
            "graph-to-table" => self.graph_to_table()?,
            "graph-mark-components" => {
                with(self, &["kind", "with_component_id"])?;
                OperatorKind::GraphMarkComponents
            }
            other if KEYWORDS.contains(&other) => {
                return unsupported(&format!("the operator '{other}'"), keyword.span);
            }
            other => {
                let mut finding = Diagnostic::new("KQL014", format!("no operator named '{other}'"), keyword.span);
                finding.help = match other {
                    "select" => Some("pick columns with project".to_owned()),
                    "group" => Some("group with summarize … by …".to_owned()),
                    "groupby" => Some("group with summarize … by …".to_owned()),
                    "head" | "first" => Some("take the first rows with take".to_owned()),
                    "having" => Some("filter the groups with where".to_owned()),
                    "orderby" | "sortby" => Some("write `sort by …`".to_owned()),
                    "left" | "right" | "full" | "inner" | "outer" => {
                        Some("the kind follows the operator: join kind=leftouter (…) on …".to_owned())
                    }
                    "mv" => Some("write mv-expand or mv-apply".to_owned()),
                    "add" | "eval" | "with_column" => Some("add columns with extend".to_owned()),
                    "rename" => Some("rename columns with project-rename new = old".to_owned()),
                    "drop" | "remove" => Some("drop columns with project-away".to_owned()),
                    "stats" => Some("aggregate with summarize … by …".to_owned()),
                    _ => did_you_mean(other, KEYWORDS).map(|near| format!("did you mean '{near}'?")),
                };
                return Err(Box::new(finding));
            }
        };
        Ok((kind, parameters))
    }

    /// The `name=value` parameters after a keyword: `hint.…` of any operator, and those named.
    fn operator_parameters(&mut self, allowed: &[&str]) -> Parsed<Vec<OperatorParameter>> {
        let mut parameters = Vec::new();
        loop {
            let Token::Word(word) = self.peek() else { return Ok(parameters) };
            let hint = word == "hint" && self.is_at(1, ".");
            let known = allowed.contains(&word.as_str()) && self.is_at(1, "=");
            if !hint && !known {
                return Ok(parameters);
            }
            let start = self.span();
            let mut text = word.clone();
            self.advance();
            while self.eat(".") {
                text = format!("{text}.{}", self.name()?.text);
            }
            let name = Name { text, span: self.since(start) };
            self.expect("=")?;
            let value = self.parameter_value()?;
            parameters.push(OperatorParameter { name, value });
            self.eat(",");
        }
    }

    /// A literal or a name; `hint.shufflekey = a.b` too.
    fn parameter_value(&mut self) -> Parsed<Expr> {
        let start = self.span();
        match self.peek().clone() {
            Token::Literal(value, scalar_type) => {
                self.advance();
                Ok(Expr { kind: ExprKind::Literal(value, scalar_type), span: self.since(start) })
            }
            Token::Text(text) => {
                self.advance();
                let kind = ExprKind::Literal(crate::types::Value::string(text), crate::types::ScalarType::String);
                Ok(Expr { kind, span: self.since(start) })
            }
            _ => {
                let name = self.name()?;
                Ok(Expr { kind: ExprKind::Name(name), span: self.since(start) })
            }
        }
    }

    /// `with (a = x, b = y)` or `with a = x, b = y`, as properties of an operator.
    fn with_properties(&mut self) -> Parsed<Vec<(Name, Expr)>> {
        if !self.eat_word("with") {
            return Ok(Vec::new());
        }
        let parenthesised = self.eat("(");
        let mut properties = Vec::new();
        while self.at_name() {
            let name = self.name()?;
            self.expect("=")?;
            properties.push((name, self.expression()?));
            if !self.eat(",") {
                break;
            }
        }
        if parenthesised {
            self.expect(")")?;
        }
        Ok(properties)
    }

    /// A condition; SQL's spellings get advice.
    fn predicate(&mut self) -> Parsed<Expr> {
        let predicate = self.expression()?;
        let span: Span = self.span();
        let help = match self.peek() {
            Token::Mark("=") => "compare with ==",
            Token::Mark("&") => "join conditions with `and`",
            Token::Mark("|") if self.is_at(1, "|") => "join conditions with `or`",
            Token::Word(word) if word.eq_ignore_ascii_case("and") => "write `and` in lower case",
            Token::Word(word) if word.eq_ignore_ascii_case("or") => "write `or` in lower case",
            _ => return Ok(predicate),
        };
        Err(Box::new(Diagnostic::new("KQL012", "the condition does not go on like this", span).help(help)))
    }
}

/// What Kusto knows and we do not do.
pub(super) fn unsupported<T>(what: &str, span: Span) -> Parsed<T> {
    let message = format!("{what} is not supported on files");
    Err(Box::new(Diagnostic::new("KQL013", message, span).label("known to Kusto, not to kqlens")))
}
