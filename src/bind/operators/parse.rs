//! `parse`, `parse-where`: columns taken out of a text by a pattern.

use super::join::parameter;
use crate::bind::scope::{Env, Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::Diagnostic;
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
                _ => return error("KQL219", format!("parse is simple, relaxed or regex, not '{text}'"), value.span),
            },
        };
        let flags = parameter(operator, "flags").map(|(text, _)| text).unwrap_or_default();
        let text = self.scalar(source, &Row::of(&input), env)?.cast(ScalarType::String);
        unambiguous(pattern)?;
        let regex = regex_of(pattern, mode, &flags);
        // The texts of a regular expression may have groups of their own, so ours are found by name.
        let groups: Vec<String> = match crate::ir::compile_regex(&regex) {
            Ok(compiled) => compiled.capture_names().map(|name| name.unwrap_or_default().to_owned()).collect(),
            Err(problem) => {
                let problem = problem.to_string();
                return error(
                    "KQL138",
                    format!("the pattern is no regular expression: {}", problem.lines().last().unwrap_or_default()),
                    operator.span,
                );
            }
        };
        let regex = || Expr::literal(Value::string(regex.clone()), ScalarType::String);
        let mut fits = vec![Expr::core(Core::MatchesRegex, vec![text.clone(), regex()], ScalarType::Bool)];
        let mut taken = Vec::new();
        let columns = pattern.iter().filter_map(|piece| match piece {
            ParsePiece::Column(name, scalar_type) => Some((name, *scalar_type)),
            _ => None,
        });
        for (at, (name, scalar_type)) in columns.enumerate() {
            let group = groups.iter().position(|g| *g == group_name(at)).unwrap_or(0);
            let group = Expr::literal(Value::Long(group as i64), ScalarType::Long);
            let value = extract(vec![regex(), group, text.clone()])?.cast(scalar_type);
            if mode == Mode::Simple && scalar_type != ScalarType::String {
                let missing = Expr::core(Core::IsNull, vec![value.clone()], ScalarType::Bool);
                fits.push(Expr::core(Core::Not, vec![missing], ScalarType::Bool));
            }
            taken.push((name.text.clone(), value));
        }
        let fits = Expr::core(Core::And, fits, ScalarType::Bool);
        let mut columns = input.plan.all_columns();
        let mut named: Vec<&str> = Vec::new();
        for piece in pattern {
            if let ParsePiece::Column(name, _) = piece {
                if named.contains(&name.text.as_str()) {
                    return error("KQL123", format!("two columns would be named '{}'", name.text), name.span);
                }
                named.push(&name.text);
            }
        }
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

/// The name of the group that a column is taken from.
fn group_name(column: usize) -> String {
    format!("kqlens_{column}")
}

/// Refuses a pattern that does not say where a column ends.
fn unambiguous(pattern: &[ParsePiece]) -> Bind<()> {
    for pair in pattern.windows(2) {
        let (message, span) = match (&pair[0], &pair[1]) {
            (ParsePiece::Column(first, _), ParsePiece::Column(second, _)) => {
                (format!("nothing tells where '{}' ends and '{}' begins", first.text, second.text), second.span)
            }
            (ParsePiece::Column(first, ScalarType::String), ParsePiece::Star(span)) => {
                (format!("nothing tells where the string '{}' ends and '*' begins", first.text), *span)
            }
            (ParsePiece::Star(_), ParsePiece::Column(second, _)) => {
                (format!("nothing tells where '*' ends and '{}' begins", second.text), second.span)
            }
            (ParsePiece::Star(_), ParsePiece::Star(span)) => ("one '*' is enough".to_owned(), *span),
            _ => continue,
        };
        return Err(Box::new(
            Diagnostic::new("KQL220", message, span).help("put the text that stands between them there: … \"text\" …"),
        ));
    }
    Ok(())
}

/// The pattern as one regular expression with a group for each column.
fn regex_of(pattern: &[ParsePiece], mode: Mode, flags: &str) -> String {
    let known: String = flags.chars().filter(|c| matches!(c, 'i' | 'm' | 's' | 'U')).collect();
    let mut regex = if mode == Mode::Regex {
        if known.is_empty() { String::new() } else { format!("(?{known})") }
    } else {
        "(?s)^".to_owned()
    };
    let mut columns = 0;
    for (at, piece) in pattern.iter().enumerate() {
        let last = at + 1 == pattern.len();
        match piece {
            ParsePiece::Star(_) => regex += if last || mode == Mode::Regex { ".*" } else { ".*?" },
            ParsePiece::Text(text, _) if mode == Mode::Regex => regex += text,
            ParsePiece::Text(text, _) => regex += &regex::escape(text),
            ParsePiece::Column(_, scalar_type) => {
                let starred = matches!(pattern.get(at + 1), Some(ParsePiece::Star(_)));
                let inside = match (mode, scalar_type) {
                    (Mode::Regex, t) if t.is_integer() => r"[-+]?\d+",
                    (Mode::Regex, _) => ".*",
                    // Before a `*`, a value ends where it stops being of its type.
                    (_, t) if starred && t.is_integer() => r"[-+]?\d+",
                    (_, t) if starred && t.is_numeric() => r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?",
                    (_, ScalarType::Bool) if starred => "(?i:true|false|[01])",
                    _ if starred => r"\S+",
                    _ if last => ".*",
                    _ => ".*?",
                };
                let group = format!("(?P<{}>{inside})", group_name(columns));
                let blanks = if mode == Mode::Regex && scalar_type.is_integer() { r"\s*" } else { "" };
                regex += &format!("{blanks}{group}{blanks}");
                columns += 1;
            }
        }
    }
    if mode != Mode::Regex {
        regex.push('$');
    }
    regex
}
