//! Statements, definitions and pipelines, and where reading goes on after a mistake.

use super::Span;
use super::ast::{
    ColumnDeclaration, Expr, ExprKind, Function, Let, LetValue, Name, Operator, Parameter, ParameterType, Pipeline,
    Query, Statement,
};
use super::lexer::{Token, words_in};
use super::limits::{MAX_FINDINGS, MAX_OPERATORS};
use super::parser::{Parsed, Parser};
use crate::diagnostics::Diagnostic;
use crate::types::ScalarType;

impl Parser {
    /// All statements; what is wrong with them goes to the findings.
    pub(super) fn query(&mut self) -> Query {
        let mut statements = Vec::new();
        loop {
            while self.eat(";") {}
            if matches!(self.peek(), Token::End) {
                return Query { statements, words: words_in(&self.tokens) };
            }
            let before = self.at;
            match self.statement() {
                Ok(statement) => statements.push(statement),
                Err(finding) => {
                    self.findings.push(*finding);
                    self.recover(before);
                }
            }
            if self.findings.len() >= MAX_FINDINGS {
                return Query { statements, words: Vec::new() };
            }
            if !self.is(";") && !matches!(self.peek(), Token::End) {
                let found: Parsed<()> = self.unexpected("'|' or ';'");
                if let (Err(finding), true) = (found, self.findings.len() < MAX_FINDINGS) {
                    self.findings.push(*finding);
                }
                self.recover(before);
            }
            if self.at == before {
                self.advance();
            }
        }
    }

    /// Skips to the end of the statement that begins at a token; a `;` between braces does not end it.
    fn recover(&mut self, start: usize) {
        let braces = |token: &Token| match token {
            Token::Mark("{") => 1,
            Token::Mark("}") => -1,
            _ => 0,
        };
        let mut open: isize = self.tokens[start..self.at].iter().map(|(token, _)| braces(token)).sum();
        while !(matches!(self.peek(), Token::End) || (open <= 0 && self.is(";"))) {
            open += braces(self.peek());
            self.advance();
        }
    }

    fn statement(&mut self) -> Parsed<Statement> {
        if self.is_word("let") && self.name_length(1).is_some() {
            return self.definition().map(Statement::Let);
        }
        if self.is_word("set") && self.name_length(1).is_some() {
            self.advance();
            let name = self.name()?;
            let value = if self.eat("=") { Some(self.expression()?) } else { None };
            return Ok(Statement::Set { name, value });
        }
        if self.is_word("declare") && self.is_word_at(1, "query_parameters") {
            self.advance();
            self.advance();
            return self.parameters().map(Statement::QueryParameters);
        }
        if self.is_word("declare") && self.is_word_at(1, "pattern") {
            self.advance();
            self.advance();
            return self.pattern_statement().map(Statement::Pattern);
        }
        for what in ["declare", "alias", "restrict"] {
            if self.is_word(what) && matches!(self.peek_at(1), Token::Word(_)) {
                let start = self.at;
                let what = self.name()?;
                self.recover(start);
                return Ok(Statement::Unsupported { what });
            }
        }
        // A management command, such as `.show tables`.
        if self.is(".")
            && let Token::Word(word) = self.peek_at(1)
        {
            let text = format!(".{word}");
            let (start, at) = (self.at, self.span());
            self.advance();
            self.advance();
            let what = Name { text, span: self.since(at) };
            self.recover(start);
            return Ok(Statement::Unsupported { what });
        }
        self.table_or_scalar().map(Statement::Tabular)
    }

    fn definition(&mut self) -> Parsed<Let> {
        let start = self.span();
        self.expect_word("let")?;
        let name = self.defined_name()?;
        self.expect("=")?;
        let value = if self.at_function() {
            LetValue::Function(self.function()?)
        } else {
            LetValue::Expr(self.table_or_scalar()?)
        };
        Ok(Let { name, value, span: self.since(start) })
    }

    /// Whether a function stands at this place: `() {`, `(a: …`, `view (`.
    fn at_function(&self) -> bool {
        if self.is_word("view") && self.is_at(1, "(") {
            return true;
        }
        if !self.is("(") {
            return false;
        }
        if self.is_at(1, ")") {
            return self.is_at(2, "{");
        }
        self.name_length(1).is_some_and(|n| self.is_at(1 + n, ":"))
    }

    fn function(&mut self) -> Parsed<Function> {
        let start = self.span();
        let view = self.eat_word("view");
        let parameters = self.parameters()?;
        self.block(view, parameters, start)
    }

    /// `{ statements }`, as the body of a function.
    pub(super) fn block(&mut self, view: bool, parameters: Vec<Parameter>, start: Span) -> Parsed<Function> {
        self.expect("{")?;
        let body = self.deeper(|p| {
            let mut body = Vec::new();
            loop {
                while p.eat(";") {}
                if p.is("}") {
                    return Ok(body);
                }
                body.push(p.statement()?);
                if !p.is(";") && !p.is("}") {
                    return p.unexpected("';' or '}'");
                }
            }
        })?;
        self.expect("}")?;
        Ok(Function { view, parameters, body, span: self.since(start) })
    }

    /// `(a:long = 5, T:(x:long), U:(*))`.
    pub(super) fn parameters(&mut self) -> Parsed<Vec<Parameter>> {
        self.expect("(")?;
        let mut parameters = Vec::new();
        while !self.is(")") {
            let name = self.new_name()?;
            self.expect(":")?;
            let parameter_type = if self.eat("(") {
                let table = if self.eat("*") {
                    ParameterType::AnyTable
                } else if self.is(")") {
                    ParameterType::Table(Vec::new())
                } else {
                    ParameterType::Table(self.list(Self::column_declaration)?)
                };
                self.expect(")")?;
                table
            } else {
                ParameterType::Scalar(self.scalar_type()?)
            };
            let default = if self.eat("=") { Some(self.expression()?) } else { None };
            parameters.push(Parameter { name, parameter_type, default });
            if !self.eat(",") {
                break;
            }
        }
        self.expect(")")?;
        Ok(parameters)
    }

    pub(super) fn scalar_type(&mut self) -> Parsed<ScalarType> {
        if let Token::Word(word) = self.peek() {
            if let Some(scalar_type) = ScalarType::from_name(word) {
                self.advance();
                return Ok(scalar_type);
            }
            let near = crate::diagnostics::did_you_mean(word, ScalarType::ALL.map(ScalarType::name));
            let mut finding = Diagnostic::new("KQL011", format!("no type named '{word}'"), self.span());
            finding.help = Some(match near {
                Some(near) => format!("did you mean '{near}'?"),
                None => format!("the types are {}", ScalarType::ALL.map(ScalarType::name).join(", ")),
            });
            return Err(Box::new(finding));
        }
        self.unexpected("a type")
    }

    pub(super) fn column_declaration(&mut self) -> Parsed<ColumnDeclaration> {
        let name = match self.peek() {
            // An old spelling: ("x":long).
            Token::Text(text) => {
                let text = text.clone();
                let (_, span) = self.advance();
                Name { text, span }
            }
            _ => self.new_name()?,
        };
        self.expect(":")?;
        Ok(ColumnDeclaration { name, scalar_type: self.scalar_type()? })
    }

    /// An expression, or a pipeline when operators follow it or it begins with an operator that is a source.
    pub(super) fn table_or_scalar(&mut self) -> Parsed<Expr> {
        let start = self.span();
        if self.at_source_operator() {
            let first = self.operator()?;
            let mut operators = vec![first];
            self.operators(&mut operators)?;
            let kind = ExprKind::Pipeline(Box::new(Pipeline { source: None, operators }));
            return Ok(Expr { kind, span: self.since(start) });
        }
        let source = self.expression()?;
        if !self.is("|") {
            return Ok(source);
        }
        let mut operators = Vec::new();
        self.operators(&mut operators)?;
        let kind = ExprKind::Pipeline(Box::new(Pipeline { source: Some(source), operators }));
        Ok(Expr { kind, span: self.since(start) })
    }

    /// The `| operator`s at this place. A broken one is noted, and reading goes on at the next `|`.
    fn operators(&mut self, into: &mut Vec<Operator>) -> Parsed<()> {
        while self.eat("|") {
            if into.len() >= MAX_OPERATORS {
                let message = format!("more than {MAX_OPERATORS} operators in one pipeline");
                return Err(Box::new(Diagnostic::new("KQL095", message, self.span())));
            }
            match self.operator() {
                Ok(operator) => into.push(operator),
                Err(finding) => {
                    if self.findings.len() + 1 >= MAX_FINDINGS {
                        return Err(finding);
                    }
                    self.findings.push(*finding);
                    self.next_operator();
                }
            }
        }
        Ok(())
    }

    /// Skips to the `|` that follows on this level, or to what closes it.
    fn next_operator(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.peek() {
                Token::End | Token::Mark(";") => return,
                // `a || b` is a mistake of conditions, not of operators.
                Token::Mark("|") if self.is_at(1, "|") => {
                    self.advance();
                }
                Token::Mark("|") if open == 0 => return,
                Token::Mark("(" | "[" | "{") => open += 1,
                Token::Mark(")" | "]" | "}") => match open.checked_sub(1) {
                    Some(less) => open = less,
                    None => return,
                },
                _ => {}
            }
            self.advance();
        }
    }

    /// Operators without a source, as in `fork (where x | count)`.
    pub(super) fn body(&mut self) -> Parsed<Pipeline> {
        self.eat("|");
        let mut operators = vec![self.operator()?];
        self.operators(&mut operators)?;
        Ok(Pipeline { source: None, operators })
    }
}
