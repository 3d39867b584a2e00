//! What names mean at a place in the query.

use std::rc::Rc;

use crate::ir::{Expr, Plan, Schema};
use crate::syntax::ast;

/// The tables a query may name.
pub trait Tables {
    /// The columns of a table, or `None` when there is no such table.
    fn schema(&self, table: &str) -> Option<Schema>;
    /// The columns of a table that a query gets only when it names them.
    fn hidden(&self, _table: &str) -> Schema {
        Schema::default()
    }
    /// The columns of a table whose text a query gets only when it names them: bodies and messages.
    fn withheld(&self, _table: &str) -> Vec<String> {
        Vec::new()
    }
    /// Every table's name, sorted.
    fn names(&self) -> Vec<String>;
}

/// No tables at all: enough for `print`, `datatable` and `range`.
#[derive(Clone, Copy, Debug)]
pub struct NoTables;

impl Tables for NoTables {
    fn schema(&self, _: &str) -> Option<Schema> {
        None
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A table expression that was bound.
#[derive(Clone, Debug)]
pub(super) struct Tabular {
    pub plan: Plan,
    /// Whether its rows have an order, as window functions ask.
    pub serialized: bool,
    /// The name its columns are spoken of by (`withsource=`): set for a bare table.
    pub name: Option<String>,
}

impl Tabular {
    pub fn new(plan: Plan) -> Self {
        Self { plan, serialized: false, name: None }
    }
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) enum Binding {
    Scalar(Expr),
    Table(Tabular),
    /// A table given for a parameter, and those of its columns that the parameter does not declare.
    Given(Tabular, Hidden),
    Function(Rc<Function>),
    Pattern(Rc<Pattern>),
    /// The columns at hand that expressions may not name.
    Hidden(Hidden),
}

/// Columns that pass through a function which does not know of them.
pub(super) type Hidden = Rc<Vec<String>>;

/// Where the environment keeps what is hidden; no column of a query can have such a name.
const HIDDEN: &str = "$hidden";

/// What stands in the environment where a subquery begins.
const SUBQUERY: &str = "$subquery";

/// A pattern of the query with the names that were in force where it was declared.
#[derive(Debug)]
pub(super) struct Pattern {
    pub tree: ast::Pattern,
    pub env: Env,
}

/// A function of the query with the names that were in force where it was defined.
#[derive(Debug)]
pub(super) struct Function {
    pub tree: ast::Function,
    pub env: Env,
}

/// The names defined by `let`, innermost first. Cheap to clone: a definition is a link in front of the rest.
#[derive(Clone, Debug, Default)]
pub(super) struct Env(Option<Rc<Link>>);

#[derive(Debug)]
struct Link {
    name: String,
    binding: Binding,
    view: bool,
    rest: Env,
}

impl Env {
    #[must_use]
    pub fn with(&self, name: &str, binding: Binding) -> Self {
        self.with_view(name, binding, false)
    }

    #[must_use]
    pub fn with_view(&self, name: &str, binding: Binding, view: bool) -> Self {
        Self(Some(Rc::new(Link { name: name.to_owned(), binding, view, rest: self.clone() })))
    }

    pub fn get(&self, name: &str) -> Option<&Binding> {
        let mut at = self;
        while let Some(link) = &at.0 {
            if link.name == name {
                return Some(&link.binding);
            }
            at = &link.rest;
        }
        None
    }

    /// The names in force, innermost first; a hidden one appears again.
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut at = self;
        while let Some(link) = &at.0 {
            if !link.name.starts_with('$') {
                names.push(link.name.clone());
            }
            at = &link.rest;
        }
        names
    }

    /// The names within a subquery, which is computed once and not for each row.
    #[must_use]
    pub fn subquery(&self) -> Self {
        self.with(SUBQUERY, Binding::Hidden(self.hidden()))
    }

    /// Whether a name was defined outside of the subquery at hand.
    pub fn is_outside(&self, name: &str) -> bool {
        let mut at = self;
        let mut passed = false;
        while let Some(link) = &at.0 {
            if link.name == name {
                return passed;
            }
            passed |= link.name == SUBQUERY;
            at = &link.rest;
        }
        false
    }

    /// The columns that expressions may not name.
    pub fn hidden(&self) -> Hidden {
        match self.get(HIDDEN) {
            Some(Binding::Hidden(columns)) => Rc::clone(columns),
            _ => Hidden::default(),
        }
    }

    /// The same names, with just these columns hidden.
    #[must_use]
    pub fn hiding(&self, columns: &Hidden) -> Self {
        if self.hidden() == *columns { self.clone() } else { self.with(HIDDEN, Binding::Hidden(Rc::clone(columns))) }
    }

    /// The names declared with `view`, which wildcards of `union` see.
    pub fn views(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut at = self;
        while let Some(link) = &at.0 {
            if link.view {
                names.push(link.name.clone());
            }
            at = &link.rest;
        }
        names.reverse();
        names
    }
}

impl Drop for Link {
    /// Takes a long chain of definitions apart link by link: dropping it recursively would need a stack as deep.
    fn drop(&mut self) {
        let mut rest = std::mem::take(&mut self.rest);
        while let Some(link) = rest.0.take() {
            match Rc::try_unwrap(link) {
                Ok(mut link) => rest = std::mem::take(&mut link.rest),
                Err(_) => break,
            }
        }
    }
}

/// The row an expression is evaluated over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    /// Its columns.
    pub schema: &'a Schema,
    /// Whether window functions may be used.
    pub serialized: bool,
    /// Whether any row exists at all (not in `print` or a `let`).
    pub exists: bool,
}

impl<'a> Row<'a> {
    pub fn of(tabular: &'a Tabular) -> Self {
        Self { schema: &tabular.plan.schema, serialized: tabular.serialized, exists: true }
    }
}
