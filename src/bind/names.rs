//! The names of columns that the query does not name itself.

use super::{Bind, error};
use crate::functions::{self, ResultName};
use crate::syntax::ast::{Argument, Expr, ExprKind, Name, NamedExpr};
use crate::types::{ScalarType, Value};

/// The name an expression gives its column by itself: a column's own, a path's parts joined with `_`, the first
/// argument's for functions that pass it on. `None` means `Column1` and so on.
pub(super) fn result_name(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.text.clone()),
        ExprKind::Member(object, name) => match result_name(object) {
            Some(prefix) if !prefix.starts_with('$') => Some(format!("{prefix}_{}", name.text)),
            _ => Some(name.text.clone()),
        },
        ExprKind::Index(object, index) => {
            let prefix = result_name(object)?;
            match &index.kind {
                ExprKind::Literal(Value::String(key), _) => Some(format!("{prefix}_{key}")),
                ExprKind::Literal(Value::Long(at), _) => Some(format!("{prefix}_{at}")),
                ExprKind::Literal(_, ScalarType::Int) => Some(prefix),
                _ => None,
            }
        }
        ExprKind::Call(name, arguments) => call_name(&name.text, arguments),
        _ => None,
    }
}

fn call_name(name: &str, arguments: &[Argument]) -> Option<String> {
    let first = || arguments.first().and_then(|a| result_name(&a.value));
    if let Some(function) = functions::find(name) {
        return match function.naming {
            ResultName::None => None,
            ResultName::FirstArgument => first(),
            ResultName::Prefix(prefix) => Some(format!("{prefix}_{}", first().unwrap_or_default())),
            ResultName::Suffix(suffix) => first().map(|own| format!("{own}_{suffix}")),
        };
    }
    aggregate_name(name, arguments)
}

/// The generated name of an aggregate call: its prefix and the name of its argument. `None` when it has no prefix and
/// the argument no name.
pub(super) fn aggregate_name(name: &str, arguments: &[Argument]) -> Option<String> {
    let aggregate = functions::find_aggregate(name)?;
    let own = |at: usize| arguments.get(at).and_then(|a| result_name(&a.value));
    let first = own(0).unwrap_or_default();
    let prefix = aggregate.prefix;
    Some(match aggregate.name {
        _ if prefix.is_empty() => return own(0),
        "percentile" | "percentilew" => {
            let rank = arguments.last().map_or_else(String::new, |a| rank_text(&a.value));
            format!("{prefix}_{first}_{rank}")
        }
        "covariance" | "covarianceif" | "covariancep" | "covariancepif" => {
            format!("{prefix}_{first}_{}", own(1).unwrap_or_default())
        }
        _ => format!("{prefix}_{first}"),
    })
}

/// A percentile as part of a name: `50`, `99_9`.
pub(super) fn rank_text(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Literal(value, _) => {
            let text = crate::types::to_text(value);
            text.strip_suffix(".0").unwrap_or(&text).replace('.', "_")
        }
        _ => String::new(),
    }
}

/// Refuses a list in which the query says one name twice: `a = 1, a = 2`, or `a, a`.
pub(super) fn said_once(items: &[NamedExpr]) -> Bind<()> {
    let mut said: Vec<&str> = Vec::new();
    for item in items {
        let own = match &item.value.kind {
            ExprKind::Name(name) if item.names.is_empty() => Some(name),
            _ => None,
        };
        for name in item.names.iter().chain(own) {
            if said.contains(&name.text.as_str()) {
                return error("KQL123", format!("two columns would be named '{}'", name.text), name.span);
            }
            said.push(&name.text);
        }
    }
    Ok(())
}

/// Hands out the names of one list of columns, as `project`, `extend`, `summarize` and their kin number them.
#[derive(Debug, Default)]
pub(super) struct Namer {
    taken: Vec<String>,
    /// The names among those taken that the query says itself.
    given: Vec<String>,
    unnamed: usize,
}

impl Namer {
    /// Starts with names that are taken from the outset.
    pub fn new(taken: Vec<String>) -> Self {
        Self { taken, given: Vec::new(), unnamed: 0 }
    }

    /// A name that the query says: refused when it says it twice, numbered when a column has it by itself already.
    pub fn given(&mut self, name: &Name) -> Bind<String> {
        if self.given.contains(&name.text) {
            return error("KQL123", format!("two columns would be named '{}'", name.text), name.span);
        }
        let text = self.unique(&name.text);
        self.given.push(text.clone());
        Ok(text)
    }

    /// Notes that a name that is taken was said by the query.
    pub fn say(&mut self, name: &str) {
        self.given.push(name.to_owned());
    }

    /// Marks a name as taken.
    pub fn take(&mut self, name: &str) {
        self.taken.push(name.to_owned());
    }

    /// The wanted name, or with a number when it is taken.
    pub fn unique(&mut self, wanted: &str) -> String {
        let name = crate::ir::free_name(wanted, |n| self.taken.iter().any(|t| t == n));
        self.taken.push(name.clone());
        name
    }

    /// The next `ColumnN` that is free.
    pub fn column(&mut self) -> String {
        loop {
            self.unnamed += 1;
            let name = format!("Column{}", self.unnamed);
            if !self.taken.contains(&name) {
                self.taken.push(name.clone());
                return name;
            }
        }
    }
}
