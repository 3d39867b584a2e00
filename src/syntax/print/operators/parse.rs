use super::Place;
use crate::syntax::ast::{ColumnDeclaration, Expr, Name, ParsePiece};
use crate::syntax::print::layout::Layout;

impl Layout<'_> {
    /// A long pattern begins a line with each of its texts.
    pub(super) fn parse(&mut self, place: Place, value: &Expr, pattern: &[ParsePiece]) {
        self.expression(value);
        let texts = pattern.iter().filter_map(|piece| match piece {
            ParsePiece::Text(_, span) => Some(self.first(*span)),
            _ => None,
        });
        let texts = texts.collect();
        self.parts(place.keyword, place.end, texts);
    }

    /// `parse-kv x as (a:long, b:string) with (…)`.
    pub(super) fn parse_kv(&mut self, value: &Expr, columns: &[ColumnDeclaration], properties: &[(Name, Expr)]) {
        self.expression(value);
        if let Some(first) = columns.first() {
            self.columns(self.first(first.name.span).saturating_sub(1), columns);
        }
        self.properties(properties);
    }
}
