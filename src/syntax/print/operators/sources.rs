use super::Place;
use crate::syntax::ast::{Argument, ColumnDeclaration, Expr, Name};
use crate::syntax::print::layout::{Gap, Layout};

impl Layout<'_> {
    /// Every row begins a line.
    pub(super) fn datatable(&mut self, place: Place, columns: &[ColumnDeclaration], values: &[Expr]) {
        let opening = self.schema(place.keyword + 1, columns);
        self.rows(opening, values, columns.len());
    }

    /// `externaldata(a:long) ["file.csv"] with (format="csv")`.
    pub(super) fn external_data(
        &mut self,
        place: Place,
        columns: &[ColumnDeclaration],
        uris: &[Expr],
        properties: &[(Name, Expr)],
    ) {
        let opening = self.schema(place.keyword + 1, columns);
        self.rows(opening, uris, 1);
        self.properties(properties);
    }

    /// The columns of a table that is written down; gives the token behind them.
    fn schema(&mut self, opening: usize, columns: &[ColumnDeclaration]) -> usize {
        self.glue(opening);
        self.columns(opening, columns);
        self.partner(opening) + 1
    }

    /// `evaluate pivot(a, count()) : (x:long, *)`.
    pub(super) fn evaluate(
        &mut self,
        place: Place,
        plugin: &Name,
        arguments: &[Argument],
        schema: Option<&[ColumnDeclaration]>,
    ) {
        let opening = self.behind(plugin.span);
        self.glue(opening);
        self.arguments(opening, &plugin.text, arguments);
        if let Some(columns) = schema {
            let colon = self.partner(opening) + 1;
            self.gap(colon, Gap::Blank);
            self.gap(colon + 1, Gap::Blank);
            if place.end > colon + 1 {
                self.columns(colon + 1, columns);
            }
        }
    }
}
