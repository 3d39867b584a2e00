use crate::syntax::ast::{ColumnDeclaration, Expr, ExprKind, NamedExpr, OperatorKind};
use crate::syntax::parser::{Parsed, Parser};

impl Parser {
    /// `in (T1, T2*)`.
    fn in_tables(&mut self) -> Parsed<Vec<Expr>> {
        if !(self.is_word("in") && self.is_at(1, "(")) {
            return Ok(Vec::new());
        }
        self.advance();
        self.expect("(")?;
        let tables = self.list(Self::union_table)?;
        self.expect(")")?;
        Ok(tables)
    }

    /// `search in (T) "a*" and column:"b"`.
    pub(super) fn search(&mut self) -> Parsed<OperatorKind> {
        let tables = self.in_tables()?;
        self.eat_word("where");
        Ok(OperatorKind::Search { tables, predicate: self.expression()? })
    }

    /// `find in (T) where x project a, b:long, pack(*)`.
    pub(super) fn find(&mut self) -> Parsed<OperatorKind> {
        let tables = self.in_tables()?;
        self.eat_word("where");
        let predicate = self.expression()?;
        let mut smart = false;
        let mut project = Vec::new();
        if self.is_word("project") && self.is_at(1, "-") && self.is_word_at(2, "smart") {
            self.advance();
            self.advance();
            self.advance();
            smart = true;
        } else if self.eat_word("project") {
            project = self.list(Self::find_column)?;
        }
        Ok(OperatorKind::Find { tables, predicate, project, smart })
    }

    /// `a`, or `a:long`, which is kept as `typeof(a:long)`.
    fn find_column(&mut self) -> Parsed<NamedExpr> {
        let start = self.span();
        if let Some(n) = self.name_length(0)
            && self.is_at(n, ":")
        {
            let ColumnDeclaration { name, scalar_type } = self.column_declaration()?;
            let span = self.since(start);
            let kind = ExprKind::TypeOf(vec![ColumnDeclaration { name: name.clone(), scalar_type }]);
            return Ok(NamedExpr { names: vec![name], value: Expr { kind, span }, span });
        }
        self.named()
    }
}
