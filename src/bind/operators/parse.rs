//! `parse`, `parse-where`: columns taken out of a text by a pattern.

use super::join::parameter;
use crate::bind::scope::{Env, Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::functions::{self, Meaning};
use crate::ir::{Core, Expr, ExprKind};
use crate::syntax::ast::{self, Operator, ParsePiece};
use crate::types::{ScalarType, Value};

/// How strictly a text must follow the pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// The whole pattern, and every conversion, or nothing.
    Simple,
    /// A conversion that fails makes its own column null only.
    Relaxed,
    /// The texts are regular expressions.
    Regex,
}

impl Binder<'_> {
    pub(super) fn parse(
        &self,
        operator: &Operator,
        input: Tabular,
        source: &ast::Expr,
        pattern: &[ParsePiece],
        matching_only: bool,
        env: &Env,
    ) -> Bind<Tabular> {
        let mode = match parameter(operator, "kind") {
            None => Mode::Simple,
            Some((text, value)) => match text.as_str() {
                "simple" => Mode::Simple,
                "relaxed" => Mode::Relaxed,
                "regex" => Mode::Regex,
                _ => return error("KQL210", format!("parse is simple, relaxed or regex, not '{text}'"), value.span),
            },
        };
        let flags = parameter(operator, "flags").map(|(text, _)| text).unwrap_or_default();
        let text = self.scalar(source, &Row::of(&input), env)?.cast(ScalarType::String);
        let regex = regex_of(pattern, mode, &flags);
        if let Err(problem) = regex::Regex::new(&regex) {
            let problem = problem.to_string();
            return error(
                "KQL138",
                format!("the pattern is no regular expression: {}", problem.lines().last().unwrap_or_default()),
                operator.span,
            );
        }
        let regex = || Expr::literal(Value::string(regex.clone()), ScalarType::String);
        let mut fits = vec![Expr::core(Core::MatchesRegex, vec![text.clone(), regex()], ScalarType::Bool)];
        let mut taken = Vec::new();
        let columns = pattern.iter().filter_map(|piece| match piece {
            ParsePiece::Column(name, scalar_type) => Some((name, *scalar_type)),
            _ => None,
        });
        for (at, (name, scalar_type)) in columns.enumerate() {
            let group = Expr::literal(Value::Long(at as i64 + 1), ScalarType::Long);
            let value = extract(vec![regex(), group, text.clone()])?.cast(scalar_type);
            if mode == Mode::Simple && scalar_type != ScalarType::String {
                let missing = Expr::core(Core::IsNull, vec![value.clone()], ScalarType::Bool);
                fits.push(Expr::core(Core::Not, vec![missing], ScalarType::Bool));
            }
            taken.push((name.text.clone(), value));
        }
        let fits = Expr::core(Core::And, fits, ScalarType::Bool);
        let mut columns = input.plan.all_columns();
        for (name, value) in taken {
            let scalar_type = value.scalar_type;
            let nothing = Expr::literal(Value::null_of(scalar_type), scalar_type);
            let value = Expr::core(Core::If, vec![fits.clone(), value, nothing], scalar_type);
            match columns.iter_mut().find(|(n, _)| *n == name) {
                Some(column) => column.1 = value,
                None => columns.push((name, value)),
            }
        }
        let plan = if matching_only { input.plan.filter(fits) } else { input.plan };
        Ok(Tabular { plan: plan.project(columns), serialized: input.serialized, name: input.name })
    }
}

/// A call of the catalogue's `extract`.
fn extract(arguments: Vec<Expr>) -> Bind<Expr> {
    let found = functions::find("extract").map(|f| f.meaning);
    let Some(Meaning::Kernel(kernel)) = found else {
        return error("KQL151", "extract is missing from the catalogue", crate::syntax::Span::default());
    };
    let kind = ExprKind::Kernel { name: "extract", kernel, volatile: false, arguments };
    Ok(Expr { kind, scalar_type: ScalarType::String })
}

/// The pattern as one regular expression with a group for each column.
fn regex_of(pattern: &[ParsePiece], mode: Mode, flags: &str) -> String {
    let known: String = flags.chars().filter(|c| matches!(c, 'i' | 'm' | 's' | 'U')).collect();
    let mut regex = if mode == Mode::Regex {
        if known.is_empty() { String::new() } else { format!("(?{known})") }
    } else {
        "(?s)^".to_owned()
    };
    for (at, piece) in pattern.iter().enumerate() {
        let last = at + 1 == pattern.len();
        match piece {
            ParsePiece::Star(_) => regex += if last || mode == Mode::Regex { ".*" } else { ".*?" },
            ParsePiece::Text(text, _) if mode == Mode::Regex => regex += text,
            ParsePiece::Text(text, _) => regex += &regex::escape(text),
            ParsePiece::Column(_, scalar_type) => {
                let whole = scalar_type.is_integer();
                regex += match (mode, last) {
                    (Mode::Regex, _) if whole => r"\s*([-+]?\d+)\s*",
                    (Mode::Regex, _) => "(.*)",
                    // What follows is the end, or a column: a number ends by itself.
                    (_, true) => "(.*)",
                    (_, false) => "(.*?)",
                };
            }
        }
    }
    if mode != Mode::Regex {
        regex.push('$');
    }
    regex
}
