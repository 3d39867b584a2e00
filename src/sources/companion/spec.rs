//! `NAME(column:type, …)=PATH`.

use super::super::error::{SourceError, SourceErrorKind};
use crate::types::ScalarType;

/// How a table is named on the command line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spec<'t> {
    /// Its name in queries.
    pub name: &'t str,
    /// The types that are declared.
    pub columns: Vec<(String, ScalarType)>,
    /// Where its rows are.
    pub path: &'t str,
}

impl<'t> Spec<'t> {
    pub(super) fn parse(text: &'t str) -> Result<Self, SourceError> {
        let wrong = |what: &str| {
            SourceError::new(SourceErrorKind::BadTable, format!("--table '{text}': {what}"))
                .with_help("write NAME=PATH, or NAME(column:type, …)=PATH to say types")
        };
        let end = text.find(['(', '=']).ok_or_else(|| wrong("the path is missing"))?;
        let (name, rest) = text.split_at(end);
        let name = name.trim();
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            return Err(wrong("a table's name is made of letters, digits and '_'"));
        }
        let (declared, path) = match rest.strip_prefix('(') {
            Some(inner) => inner.split_once(")=").ok_or_else(|| wrong("the ')=' after the columns is missing"))?,
            None => ("", &rest[1..]),
        };
        if path.is_empty() {
            return Err(wrong("the path is missing"));
        }
        let mut columns = Vec::new();
        for declaration in declared.split(',').filter(|d| !d.trim().is_empty()) {
            let (column, scalar_type) =
                declaration.rsplit_once(':').ok_or_else(|| wrong(&format!("'{declaration}' has no type")))?;
            let scalar_type = ScalarType::from_name(scalar_type.trim())
                .ok_or_else(|| wrong(&format!("there is no type '{}'", scalar_type.trim())))?;
            let column = column.trim().trim_start_matches("['").trim_end_matches("']");
            columns.push((column.to_owned(), scalar_type));
        }
        Ok(Self { name, columns, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_types_and_paths_are_told_apart() {
        let spec = Spec::parse("Prices(Model:string, ['Price (EUR)']:real)=a=b(1).csv").unwrap();
        assert_eq!((spec.name, spec.path), ("Prices", "a=b(1).csv"));
        let want = [("Model".to_owned(), ScalarType::String), ("Price (EUR)".to_owned(), ScalarType::Real)];
        assert_eq!(spec.columns, want);
        assert_eq!(Spec::parse("T=x").unwrap().path, "x");
        for wrong in ["T", "=x", "a b=x", "T=", "T(a:long=x", "T(a)=x", "T(a:lung)=x"] {
            assert_eq!(Spec::parse(wrong).unwrap_err().kind, SourceErrorKind::BadTable, "{wrong}");
        }
    }
}
