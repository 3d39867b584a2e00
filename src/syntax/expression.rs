//! Expressions, by precedence climbing over tokens. No operand is ever read twice.

use super::Span;
use super::ast::{
    Argument, BinaryOperator, ColumnDeclaration, Expr, ExprKind, ListOperator, Name, NamedExpr, TextOperator,
    UnaryOperator,
};
use super::deep::deep;
use super::lexer::Token;
use super::limits::MAX_CHAIN;
use super::operators::unsupported;
use super::parser::{Parsed, Parser};
use super::reserved::is_reserved_in_use;
use crate::diagnostics::Diagnostic;
use crate::types::{ScalarType, Value};

/// How tightly an operator binds; a larger number binds tighter.
const EQUALITY: u8 = 1;
const RELATION: u8 = 2;
const SUM: u8 = 3;
const PRODUCT: u8 = 4;
const TEXT: u8 = 5;

/// What an operator between two operands is.
enum Infix {
    Binary(BinaryOperator),
    List(ListOperator),
    Between(bool),
}

impl Parser {
    /// A scalar expression.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        deep(|| self.disjunction())
    }

    fn disjunction(&mut self) -> Parsed<Expr> {
        self.flat("or", Self::conjunction, ExprKind::Or)
    }

    fn conjunction(&mut self) -> Parsed<Expr> {
        self.flat("and", |p| p.binary(EQUALITY), ExprKind::And)
    }

    /// `a and b and c` as one node: a chain of pairs would be as deep as it is long.
    fn flat(
        &mut self,
        word: &str,
        one: fn(&mut Self) -> Parsed<Expr>,
        kind: fn(Vec<Expr>) -> ExprKind,
    ) -> Parsed<Expr> {
        let start = self.span();
        let first = one(self)?;
        if !self.is_word(word) {
            return Ok(first);
        }
        let mut operands = vec![first];
        while self.eat_word(word) {
            operands.push(one(self)?);
        }
        Ok(Expr { kind: kind(operands), span: self.since(start) })
    }

    /// An expression of operators that bind at least as tightly as asked.
    pub(super) fn binary(&mut self, least: u8) -> Parsed<Expr> {
        let start = self.span();
        // What stands beside this expression, in a list around it, has a height of its own.
        let beside = std::mem::take(&mut self.height);
        let mut left = self.unary()?;
        while let Some((level, infix, length)) = self.infix() {
            if level < least {
                break;
            }
            let tallest = std::mem::take(&mut self.height);
            for _ in 0..length {
                self.advance();
            }
            let kind = match infix {
                Infix::Binary(operator) => {
                    ExprKind::Binary(operator, Box::new(left), Box::new(self.binary(level + 1)?))
                }
                Infix::List(operator) => {
                    let items = self.list_operand()?;
                    ExprKind::List(operator, Box::new(left), items)
                }
                Infix::Between(negated) => {
                    self.expect("(")?;
                    let low = Box::new(self.deeper(Self::expression)?);
                    self.expect("..")?;
                    let high = Box::new(self.deeper(Self::expression)?);
                    self.expect(")")?;
                    ExprKind::Between { value: Box::new(left), low, high, negated }
                }
            };
            self.height = self.height.max(tallest);
            self.taller("operators in a row")?;
            left = Expr { kind, span: self.since(start) };
        }
        self.height = self.height.max(beside);
        Ok(left)
    }

    /// An axis: an expression whose `in` is not the operator.
    pub(super) fn sum(&mut self) -> Parsed<Expr> {
        deep(|| self.binary(SUM))
    }

    fn list_operand(&mut self) -> Parsed<Vec<Expr>> {
        if !self.eat("(") {
            let wanted: Parsed<()> = self.unexpected("'('");
            return wanted.map(|()| Vec::new()).map_err(|mut finding| {
                finding.help = Some("put the list into parentheses, a single value or dynamic array too".to_owned());
                finding
            });
        }
        let items = self.list(|p| p.deeper(Self::table_or_scalar))?;
        self.expect(")")?;
        Ok(items)
    }

    /// The operator at this place, how tightly it binds, and how many tokens it takes.
    fn infix(&self) -> Option<(u8, Infix, usize)> {
        use BinaryOperator as B;
        let (level, operator) = match self.peek() {
            Token::Mark(mark) => match *mark {
                "==" => (EQUALITY, B::Equal),
                "!=" | "<>" => (EQUALITY, B::NotEqual),
                "<" => (RELATION, B::Less),
                "<=" => (RELATION, B::LessOrEqual),
                ">" => (RELATION, B::Greater),
                ">=" => (RELATION, B::GreaterOrEqual),
                "+" => (SUM, B::Add),
                "-" => (SUM, B::Subtract),
                "*" => (PRODUCT, B::Multiply),
                "/" => (PRODUCT, B::Divide),
                "%" => (PRODUCT, B::Modulo),
                "=~" => (TEXT, B::EqualIgnoreCase),
                "!~" => (TEXT, B::NotEqualIgnoreCase),
                ":" => (TEXT, B::Colon),
                _ => return None,
            },
            Token::Word(word) => {
                let list = match word.as_str() {
                    "in" => Some(ListOperator::In),
                    "!in" => Some(ListOperator::NotIn),
                    "in~" => Some(ListOperator::InIgnoreCase),
                    "!in~" => Some(ListOperator::NotInIgnoreCase),
                    "has_any" => Some(ListOperator::HasAny),
                    "has_all" => Some(ListOperator::HasAll),
                    _ => None,
                };
                if let Some(list) = list {
                    return Some((EQUALITY, Infix::List(list), 1));
                }
                match word.as_str() {
                    "between" => return Some((EQUALITY, Infix::Between(false), 1)),
                    "!between" => return Some((EQUALITY, Infix::Between(true), 1)),
                    "matches" if self.is_word_at(1, "regex") => return Some((TEXT, Infix::Binary(B::MatchesRegex), 2)),
                    _ => {}
                }
                let (operator, negated) = text_operator(word)?;
                (TEXT, B::Text(operator, negated))
            }
            _ => return None,
        };
        Some((level, Infix::Binary(operator), 1))
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let operator = match self.peek() {
            Token::Mark("-") => UnaryOperator::Minus,
            Token::Mark("+") => UnaryOperator::Plus,
            _ => return self.postfix(),
        };
        self.advance();
        let operand = self.deeper(Self::unary)?;
        // A minus before a number belongs to it.
        if let (UnaryOperator::Minus, ExprKind::Literal(value, scalar_type)) = (operator, &operand.kind) {
            let negated = match value {
                Value::Long(n) => Some(Value::Long(n.wrapping_neg())),
                Value::Real(x) => Some(Value::Real(-x)),
                Value::TimeSpan(t) => Some(Value::TimeSpan(t.wrapping_neg())),
                _ => None,
            };
            if let Some(negated) = negated {
                return Ok(Expr { kind: ExprKind::Literal(negated, *scalar_type), span: self.since(start) });
            }
        }
        Ok(Expr { kind: ExprKind::Unary(operator, Box::new(operand)), span: self.since(start) })
    }

    fn postfix(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let mut object = self.primary()?;
        loop {
            let kind = if self.is(".") && (self.name_length(1).is_some() || self.is_at(1, "[")) {
                self.advance();
                if let Token::Word(word) = self.peek()
                    && is_reserved_in_use(word)
                {
                    return self.missing_expression(&word.clone());
                }
                if self.at_name() {
                    let name = self.name()?;
                    if self.is("(") && is_entity_call(&name.text) {
                        // cluster('c').database('d'): the last call names the database.
                        self.arguments()?;
                    }
                    ExprKind::Member(Box::new(object), name)
                } else {
                    continue;
                }
            } else if self.is("[") {
                self.advance();
                let index = self.deeper(Self::expression)?;
                self.expect("]")?;
                ExprKind::Index(Box::new(object), Box::new(index))
            } else {
                return Ok(object);
            };
            self.taller("members in a row")?;
            object = Expr { kind, span: self.since(start) };
        }
    }

    /// Counts one more operator above the expression read last.
    fn taller(&mut self, what: &str) -> Parsed<()> {
        self.height += 1;
        if self.height > MAX_CHAIN {
            return Err(Box::new(Diagnostic::new("KQL093", format!("more than {MAX_CHAIN} {what}"), self.span())));
        }
        Ok(())
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let start = self.span();
        if self.is("[") && self.at_name() {
            let name = self.name()?;
            if self.is("(") {
                let arguments = self.arguments()?;
                return Ok(Expr { kind: ExprKind::Call(name, arguments), span: self.since(start) });
            }
            return Ok(Expr { kind: ExprKind::Name(name), span: self.since(start) });
        }
        let kind = match self.peek().clone() {
            Token::Literal(value, scalar_type) => {
                self.advance();
                ExprKind::Literal(value, scalar_type)
            }
            Token::Text(text) => {
                self.advance();
                ExprKind::Literal(Value::string(text), ScalarType::String)
            }
            Token::Mark("(") => {
                self.advance();
                let inner = self.deeper(Self::table_or_scalar)?;
                self.expect(")")?;
                // Parentheses leave no node of their own, only a wider span.
                return Ok(Expr { kind: inner.kind, span: self.since(start) });
            }
            Token::Mark("*") => {
                self.advance();
                ExprKind::Star
            }
            Token::Mark("[") => {
                self.advance();
                let mut items = Vec::new();
                while !self.is("]") {
                    items.push(self.deeper(Self::expression)?);
                    if !self.eat(",") {
                        break;
                    }
                }
                self.expect("]")?;
                ExprKind::Array(items)
            }
            Token::Beyond => return beyond(self.span()),
            Token::Mark("=") => {
                return Err(Box::new(
                    Diagnostic::new("KQL017", "'=' names a column and does not compare", self.span())
                        .help("compare with =="),
                ));
            }
            Token::Word(word) if !word.starts_with('!') => {
                if word == "typeof" && self.is_at(1, "(") {
                    return self.type_of();
                }
                if let ("datetime" | "date", true) = (word.as_str(), self.is_at(1, "(") && self.is_at(2, ")")) {
                    // `datetime()` is the current time.
                    let (_, span) = self.advance();
                    let arguments = self.arguments()?;
                    let kind = ExprKind::Call(Name { text: "now".to_owned(), span }, arguments);
                    return Ok(Expr { kind, span: self.since(start) });
                }
                if let ("entity_group", true) = (word.as_str(), self.is_at(1, "[")) {
                    return unsupported(&format!("'{word}'"), self.span());
                }
                if is_reserved_in_use(&word) && !self.is_at(1, "(") {
                    return self.missing_expression(&word);
                }
                let name = self.name()?;
                if self.is("(") { ExprKind::Call(name, self.arguments()?) } else { ExprKind::Name(name) }
            }
            _ => return self.unexpected("an expression"),
        };
        Ok(Expr { kind, span: self.since(start) })
    }

    /// A word of the language stands where an expression should.
    fn missing_expression<T>(&self, word: &str) -> Parsed<T> {
        self.unexpected("an expression").map_err(|mut finding: Box<Diagnostic>| {
            finding.help = Some(format!("a name like this is written ['{word}']"));
            finding
        })
    }

    fn type_of(&mut self) -> Parsed<Expr> {
        let start = self.span();
        self.advance();
        self.expect("(")?;
        let columns = self.list(|p| {
            if p.eat("*") {
                return Ok(ColumnDeclaration {
                    name: Name { text: "*".to_owned(), span: p.span() },
                    scalar_type: ScalarType::Dynamic,
                });
            }
            if p.name_length(0).is_some_and(|n| p.is_at(n, ":")) {
                return p.column_declaration();
            }
            let span = p.span();
            Ok(ColumnDeclaration { name: Name { text: String::new(), span }, scalar_type: p.scalar_type()? })
        })?;
        self.expect(")")?;
        Ok(Expr { kind: ExprKind::TypeOf(columns), span: self.since(start) })
    }

    /// `(a, name = b, T | count)`.
    pub(super) fn arguments(&mut self) -> Parsed<Vec<Argument>> {
        self.expect("(")?;
        let arguments = self.deeper(|p| {
            let mut arguments = Vec::new();
            while !p.is(")") {
                let name = match p.name_length(0) {
                    Some(n) if p.is_at(n, "=") => {
                        let name = p.name()?;
                        p.expect("=")?;
                        Some(name)
                    }
                    _ => None,
                };
                let value = p.table_or_scalar()?;
                arguments.push(Argument { name, value });
                if !p.eat(",") {
                    break;
                }
                if p.is(")") {
                    return p.unexpected("an expression");
                }
            }
            Ok(arguments)
        })?;
        self.expect(")")?;
        Ok(arguments)
    }

    /// `x`, `a = x`, `(a, b) = x`.
    pub(super) fn named(&mut self) -> Parsed<NamedExpr> {
        self.named_with(Self::expression)
    }

    pub(super) fn named_with(&mut self, value: fn(&mut Self) -> Parsed<Expr>) -> Parsed<NamedExpr> {
        let start = self.span();
        let mut names = Vec::new();
        if self.name_length(0).is_some_and(|n| self.is_at(n, "=")) {
            names.push(self.new_name()?);
            self.expect("=")?;
        } else if self.at_tuple() {
            self.expect("(")?;
            names = self.list(Self::new_name)?;
            self.expect(")")?;
            self.expect("=")?;
        }
        let value = value(self)?;
        Ok(NamedExpr { names, value, span: self.since(start) })
    }

    /// Whether `(a, b) =` stands here.
    fn at_tuple(&self) -> bool {
        if !self.is("(") {
            return false;
        }
        let mut ahead = 1;
        while let Some(length) = self.name_length(ahead) {
            ahead += length;
            if self.is_at(ahead, ",") {
                ahead += 1;
            } else {
                return self.is_at(ahead, ")") && self.is_at(ahead + 1, "=");
            }
        }
        false
    }

    /// A name that may hold `*`: pieces that stand side by side are one.
    pub(super) fn pattern(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let mut text = String::new();
        let mut star = false;
        let mut plain = None;
        loop {
            match self.peek() {
                Token::Mark("*") => {
                    star = true;
                    text.push('*');
                }
                Token::Word(word) if text.is_empty() && !self.is_at(1, "*") && is_reserved_in_use(word) => {
                    return self.missing_expression(&word.clone());
                }
                Token::Word(word) if !word.starts_with('!') => text.push_str(word),
                Token::Literal(Value::Long(n), _) if !text.is_empty() => text.push_str(&n.to_string()),
                Token::Mark("[") if text.is_empty() && self.at_name() => {
                    plain = Some(self.name()?);
                    break;
                }
                _ => break,
            }
            let joined = self.adjacent(0)
                && matches!(self.peek_at(1), Token::Mark("*") | Token::Word(_) | Token::Literal(Value::Long(_), _));
            self.advance();
            if !joined {
                break;
            }
        }
        let span: Span = self.since(start);
        let kind = match (plain, text.as_str(), star) {
            (Some(name), ..) => ExprKind::Name(name),
            (None, "", _) => return self.unexpected("a name"),
            (None, "*", _) => ExprKind::Star,
            (None, _, true) => ExprKind::Wildcard(Name { text, span }),
            (None, _, false) => ExprKind::Name(Name { text, span }),
        };
        Ok(Expr { kind, span })
    }
}

/// A number that no long holds.
fn beyond<T>(span: Span) -> Parsed<T> {
    let finding = Diagnostic::new("KQL005", "this number does not fit a long", span);
    Err(Box::new(finding.help("write long(-9223372036854775808), or make it a real with .0 behind it")))
}

fn is_entity_call(name: &str) -> bool {
    matches!(name, "database" | "table" | "cluster" | "external_table" | "materialized_view")
}

/// A text operator by any of its spellings, and whether it is negated.
fn text_operator(word: &str) -> Option<(TextOperator, bool)> {
    let (plain, negated) = match word.strip_prefix('!') {
        Some(rest) => (rest, true),
        None => match word {
            "notcontains" => ("contains", true),
            "notcontainscs" => ("contains_cs", true),
            "notlike" => ("like", true),
            "notlikecs" => ("likecs", true),
            _ => (word, false),
        },
    };
    let operator = match plain {
        "has" => TextOperator::Has,
        "has_cs" | "hascs" => TextOperator::HasCs,
        "hasprefix" => TextOperator::HasPrefix,
        "hasprefix_cs" => TextOperator::HasPrefixCs,
        "hassuffix" => TextOperator::HasSuffix,
        "hassuffix_cs" => TextOperator::HasSuffixCs,
        "contains" => TextOperator::Contains,
        "contains_cs" | "containscs" => TextOperator::ContainsCs,
        "startswith" => TextOperator::StartsWith,
        "startswith_cs" => TextOperator::StartsWithCs,
        "endswith" => TextOperator::EndsWith,
        "endswith_cs" => TextOperator::EndsWithCs,
        "like" => TextOperator::Like,
        "likecs" => TextOperator::LikeCs,
        _ => return None,
    };
    Some((operator, negated))
}
