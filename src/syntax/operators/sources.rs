use crate::syntax::ast::{Expr, ExprKind, OperatorKind};
use crate::syntax::lexer::Token;
use crate::syntax::parser::{Parsed, Parser};
use crate::types::{ScalarType, Value};

impl Parser {
    /// `datatable (a:long, b:string) [1, "x", …]`.
    pub(super) fn datatable(&mut self) -> Parsed<OperatorKind> {
        self.expect("(")?;
        let columns = if self.is(")") { Vec::new() } else { self.list(Self::column_declaration)? };
        self.expect(")")?;
        let values = self.bracketed()?;
        Ok(OperatorKind::DataTable { columns, values })
    }

    /// `[a, b, c]`, with a comma at the end allowed.
    fn bracketed(&mut self) -> Parsed<Vec<Expr>> {
        self.expect("[")?;
        let mut values = Vec::new();
        while !self.is("]") {
            values.push(self.cell()?);
            if !self.eat(",") {
                break;
            }
        }
        self.expect("]")?;
        Ok(values)
    }

    fn cell(&mut self) -> Parsed<Expr> {
        if !(self.is("-") && matches!(self.peek_at(1), Token::Beyond)) {
            return self.expression();
        }
        let start = self.span();
        self.advance();
        self.advance();
        let kind = ExprKind::Literal(Value::Long(i64::MIN), ScalarType::Long);
        Ok(Expr { kind, span: self.since(start) })
    }

    /// `range x from 1 to 10 step 2`.
    pub(super) fn range(&mut self) -> Parsed<OperatorKind> {
        let name = self.new_name()?;
        self.expect_word("from")?;
        let from = self.expression()?;
        self.expect_word("to")?;
        let to = self.expression()?;
        self.expect_word("step")?;
        Ok(OperatorKind::Range { name, from, to, step: self.expression()? })
    }

    /// `externaldata (a:long) ["file.csv"] with (format = "csv")`.
    pub(super) fn external_data(&mut self) -> Parsed<OperatorKind> {
        self.expect("(")?;
        let columns = self.list(Self::column_declaration)?;
        self.expect(")")?;
        let uris = self.bracketed()?;
        let properties = self.with_properties()?;
        Ok(OperatorKind::ExternalData { columns, uris, properties })
    }

    /// `evaluate pivot(a, count()) : (x:long, *)`.
    pub(super) fn evaluate(&mut self) -> Parsed<OperatorKind> {
        let plugin = self.name()?;
        let arguments = self.arguments()?;
        let mut schema = None;
        let mut schema_star = false;
        if self.eat(":") {
            self.expect("(")?;
            let mut columns = Vec::new();
            while !self.is(")") {
                if self.eat("*") {
                    schema_star = true;
                } else {
                    columns.push(self.column_declaration()?);
                }
                if !self.eat(",") {
                    break;
                }
            }
            self.expect(")")?;
            schema = Some(columns);
        }
        Ok(OperatorKind::Evaluate { plugin, arguments, schema, schema_star })
    }
}
