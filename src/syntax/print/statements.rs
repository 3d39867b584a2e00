//! Statements, functions and pipelines: where their lines begin.

use super::layout::{Break, Gap, Layout, inside, outside};
use crate::syntax::Span;
use crate::syntax::ast::{
    ColumnDeclaration, Expr, ExprKind, Function, Let, LetValue, Parameter, ParameterType, Pipeline, Query, Statement,
};
use crate::syntax::lexer::Token;

impl Layout<'_> {
    pub(super) fn query(&mut self, query: &Query) {
        let end = self.tokens.len();
        let last = end - 1;
        let starts = self.statements(&query.statements, 0, last);
        let breaks = starts.into_iter().filter(|start| *start > 0).map(outside);
        let breaks = breaks.chain(std::iter::once(outside(last))).collect();
        self.group(0, end, breaks, true);
        self.keep_empty_line(last);
    }

    /// Statements between two tokens; gives the first token of each.
    fn statements(&mut self, statements: &[Statement], from: usize, to: usize) -> Vec<usize> {
        let mut starts = Vec::new();
        let mut at = from;
        for statement in statements {
            while self.is(at, ";") {
                at += 1;
            }
            let end = self.statement_end(at, to);
            starts.push(at);
            self.keep_empty_line(at);
            self.statement(statement, at, end);
            at = end;
        }
        starts
    }

    /// The `;` that ends the statement at a token, or the end of them all.
    fn statement_end(&self, from: usize, to: usize) -> usize {
        let mut at = from;
        while at < to && !self.is(at, ";") {
            // Over brackets and what they hold.
            at = self.partner(at).max(at) + 1;
        }
        at.min(to)
    }

    fn statement(&mut self, statement: &Statement, start: usize, end: usize) {
        match statement {
            Statement::Let(definition) => self.definition(definition, start),
            Statement::Set { value, .. } => {
                if let Some(value) = value {
                    self.expression(value);
                }
            }
            Statement::QueryParameters(parameters) => {
                self.glue(start + 2);
                self.parameters(start + 2, parameters);
            }
            Statement::Tabular(expr) => self.statement_expression(expr, start, outside),
            // Patterns, made by programs, and what is not read are left as they are.
            Statement::Pattern(_) | Statement::Unsupported { .. } => {
                (start + 1..end).for_each(|token| self.gap(token, Gap::Verbatim));
            }
        }
    }

    fn definition(&mut self, definition: &Let, start: usize) {
        match &definition.value {
            LetValue::Function(function) => self.function(function),
            LetValue::Expr(expr) => self.statement_expression(expr, start, inside),
        }
    }

    fn function(&mut self, function: &Function) {
        let opening = self.first(function.span) + usize::from(function.view);
        self.parameters(opening, &function.parameters);
        let body = self.partner(opening) + 1;
        let closing = self.partner(body);
        let starts = self.statements(&function.body, body + 1, closing);
        let always = match function.body.as_slice() {
            [Statement::Tabular(Expr { kind: ExprKind::Pipeline(pipeline), .. })] => pipes(pipeline) > 0,
            body => body.len() > 1,
        };
        let breaks = starts.into_iter().map(inside).chain(std::iter::once(outside(closing))).collect();
        self.group(body, closing + 1, breaks, always);
    }

    /// `(a:long = 5, T:(x:long))`, from its opening parenthesis.
    pub(super) fn parameters(&mut self, opening: usize, parameters: &[Parameter]) {
        self.bracketed(opening, parameters.iter().map(|parameter| parameter.name.span));
        for parameter in parameters {
            if let ParameterType::Table(columns) = &parameter.parameter_type {
                self.columns(self.behind(parameter.name.span) + 1, columns);
            }
            if let Some(default) = &parameter.default {
                self.expression(default);
            }
        }
    }

    /// `(a:long, b:string)`, from its opening parenthesis.
    pub(super) fn columns(&mut self, opening: usize, columns: &[ColumnDeclaration]) {
        self.bracketed(opening, columns.iter().map(|column| column.name.span));
    }

    /// A table or scalar that is a whole statement or the right side of a `let`: every operator begins a line.
    fn statement_expression(&mut self, expr: &Expr, start: usize, at_margin: fn(usize) -> Break) {
        let ExprKind::Pipeline(pipeline) = &expr.kind else { return self.expression(expr) };
        let first = self.first_of(pipeline);
        if first != self.first(expr.span) {
            return self.expression(expr);
        }
        let mut breaks = self.pipe_breaks(pipeline, at_margin);
        if first > start && !breaks.is_empty() {
            breaks.insert(0, at_margin(first));
        }
        self.group(start, self.behind(expr.span), breaks, true);
        self.pipeline(pipeline);
    }

    /// The first token of a pipeline, without parentheses around it.
    fn first_of(&self, pipeline: &Pipeline) -> usize {
        let span = match (&pipeline.source, pipeline.operators.first()) {
            (Some(source), _) => source.span,
            (None, Some(operator)) => operator.keyword,
            (None, None) => Span::default(),
        };
        let first = self.first(span);
        // The mark before the first operator of `(| where …)`.
        let marked = pipeline.source.is_none() && first > 0 && matches!(self.tokens[first - 1].0, Token::Mark("|"));
        if marked { first - 1 } else { first }
    }

    fn pipe_breaks(&self, pipeline: &Pipeline, at_margin: fn(usize) -> Break) -> Vec<Break> {
        let own_source = usize::from(pipeline.source.is_none());
        pipeline.operators.iter().skip(own_source).map(|o| at_margin(self.first(o.keyword).saturating_sub(1))).collect()
    }

    /// What a pipeline consists of.
    fn pipeline(&mut self, pipeline: &Pipeline) {
        if let Some(source) = &pipeline.source {
            self.expression(source);
        }
        for operator in &pipeline.operators {
            self.operator(operator);
        }
    }

    /// A pipeline inside an expression or operator. Between brackets of its own, which stand right around it, it may
    /// share their line as long as it has one operator at most.
    pub(super) fn enclosed(&mut self, pipeline: &Pipeline) {
        let first = self.first_of(pipeline);
        let mut breaks = self.pipe_breaks(pipeline, inside);
        let always = breaks.len() > 1;
        let opening = first.saturating_sub(1);
        let closing = self.partner(opening);
        let last = pipeline.operators.last().map(|o| o.span).or(pipeline.source.as_ref().map(|s| s.span));
        let end = last.map_or(first, |span| self.behind(span));
        if matches!(self.tokens[opening].0, Token::Mark("(" | "{")) && closing == end {
            breaks.insert(0, inside(first));
            breaks.push(outside(closing));
            self.group(opening, closing + 1, breaks, always);
        } else {
            self.group(first, end, breaks, always);
        }
        self.pipeline(pipeline);
    }
}

fn pipes(pipeline: &Pipeline) -> usize {
    pipeline.operators.len().saturating_sub(usize::from(pipeline.source.is_none()))
}
