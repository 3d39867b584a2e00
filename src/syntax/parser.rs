//! Tokens to tree: the cursor over tokens, and statements.

use super::Span;
use super::ast::{
    ColumnDeclaration, Expr, ExprKind, Function, Let, LetValue, Name, Parameter, ParameterType, Pipeline, Query,
    Statement,
};
use super::deep::deep;
use super::lexer::{Token, tokens, underscored};
use super::limits::{MAX_BYTES, MAX_FINDINGS, MAX_NESTING, MAX_OPERATORS, MAX_TOKENS};
use super::reserved::{is_reserved_as_new, is_reserved_in_use};
use crate::diagnostics::Diagnostic;
use crate::types::ScalarType;

/// The outcome of reading one construct.
pub(super) type Parsed<T> = Result<T, Box<Diagnostic>>;

/// A cursor over the tokens of a query.
pub(super) struct Parser {
    tokens: Vec<(Token, Span)>,
    at: usize,
    depth: usize,
    /// The height of the expression read last: how many operators stand above its deepest operand.
    pub(super) height: usize,
    /// Findings the parser went on after.
    pub(super) findings: Vec<Diagnostic>,
    /// How often a token was looked at.
    #[cfg(test)]
    visited: std::cell::Cell<usize>,
}

/// Reads a query.
///
/// # Errors
/// What is wrong with the text: the parser goes on at the next `|` or `;`, so one call can find several mistakes.
pub fn parse(text: &str) -> Result<Query, Vec<Diagnostic>> {
    let mut parser = Parser::new(text)?;
    let query = parser.query();
    if parser.findings.is_empty() { Ok(query) } else { Err(parser.findings) }
}

/// Reads a query and tells how often the parser looked at a token.
#[cfg(test)]
pub(super) fn parse_counting(text: &str) -> (Result<Query, Vec<Diagnostic>>, usize) {
    match Parser::new(text) {
        Ok(mut parser) => {
            let query = parser.query();
            let visited = parser.visited.get();
            (if parser.findings.is_empty() { Ok(query) } else { Err(parser.findings) }, visited)
        }
        Err(findings) => (Err(findings), 0),
    }
}

impl Parser {
    /// A cursor before the first token of a text.
    fn new(text: &str) -> Result<Self, Vec<Diagnostic>> {
        if text.len() > MAX_BYTES {
            let message = format!("the query has {} bytes, and at most {MAX_BYTES} are read", text.len());
            let end = (0..=MAX_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            return Err(vec![Diagnostic::new("KQL090", message, (end, end))]);
        }
        let tokens = tokens(text)?;
        // The end is no word.
        if tokens.len() > MAX_TOKENS + 1 {
            let message = format!("the query has more than {MAX_TOKENS} words and marks");
            return Err(vec![Diagnostic::new("KQL091", message, tokens[MAX_TOKENS].1)]);
        }
        Ok(Self {
            tokens,
            at: 0,
            depth: 0,
            height: 0,
            findings: Vec::new(),
            #[cfg(test)]
            visited: std::cell::Cell::default(),
        })
    }

    pub(super) fn peek(&self) -> &Token {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> &Token {
        #[cfg(test)]
        self.visited.set(self.visited.get() + 1);
        self.tokens.get(self.at + ahead).map_or(&Token::End, |(token, _)| token)
    }

    pub(super) fn span(&self) -> Span {
        self.span_at(0)
    }

    pub(super) fn span_at(&self, ahead: usize) -> Span {
        self.tokens.get(self.at + ahead).or(self.tokens.last()).map_or(Span::default(), |(_, span)| *span)
    }

    /// The end of what was read last.
    pub(super) fn end(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |(_, span)| span.end)
    }

    pub(super) fn since(&self, start: Span) -> Span {
        Span::new(start.start, self.end().max(start.start))
    }

    pub(super) fn advance(&mut self) -> (Token, Span) {
        let token = self.tokens.get(self.at).cloned().unwrap_or((Token::End, self.span()));
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    pub(super) fn is(&self, mark: &str) -> bool {
        matches!(self.peek(), Token::Mark(m) if *m == mark)
    }

    pub(super) fn is_at(&self, ahead: usize, mark: &str) -> bool {
        matches!(self.peek_at(ahead), Token::Mark(m) if *m == mark)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.is_word_at(0, word)
    }

    pub(super) fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        matches!(self.peek_at(ahead), Token::Word(w) if w == word)
    }

    pub(super) fn eat(&mut self, mark: &str) -> bool {
        let found = self.is(mark);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect(&mut self, mark: &str) -> Parsed<Span> {
        if self.is(mark) {
            return Ok(self.advance().1);
        }
        self.unexpected(&format!("'{mark}'"))
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Parsed<Span> {
        if self.is_word(word) {
            return Ok(self.advance().1);
        }
        self.unexpected(&format!("'{word}'"))
    }

    /// A finding about the token at hand, where something else was expected.
    pub(super) fn unexpected<T>(&self, wanted: &str) -> Parsed<T> {
        let found = match self.peek() {
            Token::Word(word) => format!("'{word}'"),
            Token::Text(_) => "a string".to_owned(),
            Token::Literal(..) | Token::Beyond => "a literal".to_owned(),
            Token::Mark(mark) => format!("'{mark}'"),
            Token::End => "the end of the query".to_owned(),
        };
        let message = format!("{wanted} is expected here, and {found} stands there");
        let mut finding = Diagnostic::new("KQL010", message, self.span()).label(format!("expected {wanted}"));
        if let (Token::Mark("{"), Token::Word(name), true) =
            (self.peek(), self.peek_at(1), self.is_at(2, "}") || self.is_at(2, ":"))
        {
            finding.help = Some(format!("a placeholder of a workbook is filled with --param {name}=…"));
        }
        Err(Box::new(finding))
    }

    /// The finding that KQL has another word for what is written here.
    pub(super) fn miswritten<T>(&self, wrong: &str, right: &str) -> Parsed<T> {
        let message = format!("'{wrong}' is not how KQL writes this");
        Err(Box::new(Diagnostic::new("KQL016", message, self.span()).help(format!("write {right}"))))
    }

    /// Whether two tokens stand side by side with nothing between them.
    pub(super) fn adjacent(&self, ahead: usize) -> bool {
        self.span_at(ahead).end == self.span_at(ahead + 1).start
    }

    /// Reads something one level deeper.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_NESTING {
            return Err(Box::new(Diagnostic::new(
                "KQL092",
                format!("more than {MAX_NESTING} levels inside one another"),
                self.span(),
            )));
        }
        self.depth += 1;
        let answer = deep(|| read(self));
        self.depth -= 1;
        answer
    }

    /// A name: a bare word, or one in `['…']`.
    pub(super) fn name(&mut self) -> Parsed<Name> {
        if let Token::Word(word) = self.peek()
            && !word.starts_with('!')
        {
            let text = word.clone();
            let (_, span) = self.advance();
            return Ok(Name { text, span });
        }
        if self.is("[")
            && let Token::Text(text) = self.peek_at(1)
            && self.is_at(2, "]")
        {
            let text = text.clone();
            let start = self.span();
            self.advance();
            self.advance();
            self.advance();
            return Ok(Name { text, span: self.since(start) });
        }
        self.unexpected("a name")
    }

    /// A name given to something new. Words of the language are none unless written in `['…']`.
    pub(super) fn new_name(&mut self) -> Parsed<Name> {
        match self.peek() {
            Token::Word(word) if is_reserved_as_new(word) => self.reserved(word),
            _ => self.name(),
        }
    }

    /// The name of a `let` or an `as`, which must be usable everywhere.
    pub(super) fn defined_name(&mut self) -> Parsed<Name> {
        match self.peek() {
            Token::Word(word) if is_reserved_in_use(word) => self.reserved(word),
            _ => self.new_name(),
        }
    }

    /// The finding that a word of the language stands where a name is expected.
    fn reserved<T>(&self, word: &str) -> Parsed<T> {
        Err(Box::new(
            Diagnostic::new("KQL015", format!("'{word}' is a word of the language, not a name"), self.span())
                .label("taken")
                .help(format!("write ['{word}'], or choose another name")),
        ))
    }

    /// Whether a name stands at this place.
    pub(super) fn at_name(&self) -> bool {
        self.name_length(0).is_some()
    }

    /// How many tokens the name at a place takes up.
    pub(super) fn name_length(&self, ahead: usize) -> Option<usize> {
        match self.peek_at(ahead) {
            Token::Word(word) if !word.starts_with('!') => Some(1),
            Token::Mark("[") if matches!(self.peek_at(ahead + 1), Token::Text(_)) && self.is_at(ahead + 2, "]") => {
                Some(3)
            }
            _ => None,
        }
    }

    /// A comma-separated list of at least one.
    pub(super) fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut items = vec![one(self)?];
        while self.eat(",") {
            items.push(one(self)?);
        }
        Ok(items)
    }

    fn query(&mut self) -> Query {
        let mut statements = Vec::new();
        loop {
            while self.eat(";") {}
            if matches!(self.peek(), Token::End) {
                return Query { statements, underscored: underscored(&self.tokens) };
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
                return Query { statements, underscored: Vec::new() };
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
    fn operators(&mut self, into: &mut Vec<super::ast::Operator>) -> Parsed<()> {
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
