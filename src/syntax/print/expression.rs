//! Expressions: what is glued and where a long one is broken.

use super::layout::{Break, Layout, inside, outside};
use crate::syntax::Span;
use crate::syntax::ast::{Argument, BinaryOperator, Expr, ExprKind, Name, NamedExpr};

impl Layout<'_> {
    pub(super) fn expression(&mut self, expr: &Expr) {
        crate::syntax::deep(|| self.kind(expr));
    }

    pub(super) fn expressions<'e>(&mut self, all: impl IntoIterator<Item = &'e Expr>) {
        all.into_iter().for_each(|expr| self.expression(expr));
    }

    fn kind(&mut self, expr: &Expr) {
        match &expr.kind {
            // A minus before a number is part of it.
            ExprKind::Literal(..) => self.glue_all(expr.span),
            ExprKind::Wildcard(_) => self.glue_all(expr.span),
            ExprKind::Name(_) | ExprKind::Star => {}
            ExprKind::TypeOf(columns) => {
                let opening = self.first(expr.span) + 1;
                if self.is(opening, "(") {
                    self.glue(opening);
                    self.columns(opening, columns);
                }
            }
            ExprKind::Member(object, name) => {
                self.expression(object);
                // database('d') as a member keeps its parenthesis.
                let opening = self.behind(name.span);
                if opening < self.behind(expr.span) && self.is(opening, "(") {
                    self.glue(opening);
                }
            }
            ExprKind::Index(object, index) => {
                self.expression(object);
                let opening = self.before(index.span);
                self.glue(opening);
                self.expression(index);
            }
            ExprKind::Call(name, arguments) => self.call(name, arguments),
            ExprKind::Unary(_, operand) => {
                let operand_start = self.first(operand.span);
                self.glue(operand_start);
                self.expression(operand);
            }
            ExprKind::Binary(operator, ..) if is_sum(*operator) || is_product(*operator) => {
                self.chain(expr, if is_sum(*operator) { is_sum } else { is_product });
            }
            ExprKind::Binary(_, left, right) => self.expressions([&**left, &**right]),
            ExprKind::And(operands) | ExprKind::Or(operands) => {
                let breaks: Vec<Break> =
                    operands.iter().skip(1).map(|operand| inside(self.before(operand.span))).collect();
                if let (Some(first), Some(last)) = (operands.first(), operands.last()) {
                    self.group(self.first(first.span), self.behind(last.span), breaks, false);
                }
                self.expressions(operands);
            }
            ExprKind::List(_, left, items) => {
                self.expression(left);
                self.list_operand(items);
            }
            ExprKind::Between { value, low, high, .. } => self.expressions([&**value, &**low, &**high]),
            ExprKind::Pipeline(pipeline) => self.enclosed(pipeline),
            ExprKind::Array(items) => {
                self.bracketed(self.first(expr.span), items.iter().map(|item| item.span));
                self.expressions(items);
            }
        }
    }

    /// The token before a place: an operator, a comma, a bracket.
    fn before(&self, span: Span) -> usize {
        self.first(span).saturating_sub(1)
    }

    /// `a + b - c`, of operators that bind alike: long, every operator begins a line.
    fn chain(&mut self, expr: &Expr, alike: fn(BinaryOperator) -> bool) {
        let mut breaks = Vec::new();
        let mut first = expr;
        while let ExprKind::Binary(operator, left, right) = &first.kind
            && alike(*operator)
        {
            breaks.push(inside(self.before(right.span)));
            self.expression(right);
            first = left;
            // Parentheses begin a chain of their own.
            if first.span.start != expr.span.start || self.is(self.first(first.span), "(") {
                break;
            }
        }
        self.expression(first);
        breaks.reverse();
        self.group(self.first(first.span), self.behind(expr.span), breaks, false);
    }

    fn call(&mut self, name: &Name, arguments: &[Argument]) {
        let opening = self.behind(name.span);
        self.glue(opening);
        self.arguments(opening, &name.text, arguments);
    }

    /// `(a, b=c)`, from its opening parenthesis.
    pub(super) fn arguments(&mut self, opening: usize, name: &str, arguments: &[Argument]) {
        for argument in arguments {
            if let Some(name) = &argument.name {
                self.glue_equals(name.span);
            }
            self.expression(&argument.value);
        }
        // A table or a call alone breaks inside, and its parentheses share a line with these.
        if let [Argument { name: None, value: Expr { kind: ExprKind::Pipeline(_) | ExprKind::Call(..), .. } }] =
            arguments
        {
            return;
        }
        // A condition and what it chooses share a line, and so do a key and its value.
        let step = if matches!(name, "case" | "bag_pack" | "pack" | "pack_dictionary") { 2 } else { 1 };
        let starts = arguments.iter().step_by(step);
        self.bracketed(opening, starts.map(|a| a.name.as_ref().map_or(a.value.span, |name| name.span)));
    }

    fn list_operand(&mut self, items: &[Expr]) {
        self.expressions(items);
        if let Some(first) = items.first()
            && !matches!((items.len(), &first.kind), (1, ExprKind::Pipeline(_)))
        {
            let opening = self.before(first.span);
            if self.is(opening, "(") {
                self.bracketed(opening, items.iter().map(|item| item.span));
            }
        }
    }

    /// `x`, `a = x`, `(a, b) = x`.
    pub(super) fn named(&mut self, item: &NamedExpr) {
        self.expression(&item.value);
    }

    /// Named items behind a keyword.
    pub(super) fn named_list(&mut self, keyword: usize, items: &[NamedExpr]) {
        let spans: Vec<Span> = items.iter().map(|item| item.span).collect();
        self.list(keyword, &spans);
        items.iter().for_each(|item| self.named(item));
    }

    /// Expressions behind a keyword.
    pub(super) fn plain_list(&mut self, keyword: usize, items: &[Expr]) {
        let spans: Vec<Span> = items.iter().map(|item| item.span).collect();
        self.list(keyword, &spans);
        self.expressions(items);
    }

    /// The parts of an operator that begin lines together, each named by a token.
    pub(super) fn parts(&mut self, keyword: usize, end: usize, parts: Vec<usize>) {
        let breaks = parts.into_iter().map(inside).collect();
        self.group(keyword, end, breaks, false);
    }

    /// The rows of a `datatable`: one a line, unless they have one column and fit in one.
    pub(super) fn rows(&mut self, opening: usize, values: &[Expr], columns: usize) {
        let closing = self.partner(opening);
        let starts = values.iter().step_by(columns.max(1));
        let mut breaks: Vec<Break> = starts.map(|value| inside(self.first(value.span))).collect();
        let always = columns > 1 && breaks.len() > 1;
        if !breaks.is_empty() {
            breaks.push(outside(closing));
            self.group(opening, closing + 1, breaks, always);
        }
        self.expressions(values);
    }
}

const fn is_sum(operator: BinaryOperator) -> bool {
    matches!(operator, BinaryOperator::Add | BinaryOperator::Subtract)
}

const fn is_product(operator: BinaryOperator) -> bool {
    matches!(operator, BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Modulo)
}
