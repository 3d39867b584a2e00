//! What the raw text of a row must hold for the row to pass a condition: a reader may look for it before it takes the
//! row apart.

use super::{Core, Expr, ExprKind};
use crate::types::{ScalarType, Value};

/// In every row that can pass, the text of one of these columns holds the piece beside it.
///
/// A reader that uses a hint must let a row through whenever the text it looks at may be written otherwise than the
/// column's value: with escapes of letters (`\u0041`), in another encoding, compressed, or when the column is not taken
/// from the row as it stands there (a constant, the file's name, another spelling of the name).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Any of them is enough.
    pub any_of: Vec<Clue>,
}

/// A piece of text in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clue {
    /// The column.
    pub column: String,
    /// Letters, digits and `_ - . :` of ASCII, in lower case; the row may have them in any case. Of a whole number these
    /// are its digits, which stand there unless it is written with an exponent (`4.29e2`).
    pub piece: String,
}

/// The shortest piece of text that is worth looking for.
const SHORTEST: usize = 3;
/// The most pieces of one hint: looking for more costs what it saves.
const MOST: usize = 8;

/// What must be so of every row for which a predicate is true.
pub(super) fn hints(predicate: &Expr) -> Vec<Hint> {
    match &predicate.kind {
        ExprKind::Core(Core::And, operands) => operands.iter().flat_map(hints).collect(),
        _ => clues(predicate)
            .filter(|any_of| !any_of.is_empty() && any_of.len() <= MOST)
            .map(|any_of| Hint { any_of })
            .into_iter()
            .collect(),
    }
}

/// Clues of which a row that passes has one at least; `None` when the predicate tells none.
fn clues(predicate: &Expr) -> Option<Vec<Clue>> {
    let ExprKind::Core(core, operands) = &predicate.kind else { return None };
    match core {
        Core::Or => {
            let all = operands.iter().map(clues).collect::<Option<Vec<_>>>()?;
            Some(all.into_iter().flatten().collect())
        }
        // One of the conditions is as good as all.
        Core::And => operands.iter().filter_map(clues).min_by_key(Vec::len),
        Core::Equal => match operands.as_slice() {
            [a, b] => clue(a, b).or_else(|| clue(b, a)).map(|clue| vec![clue]),
            _ => None,
        },
        Core::In | Core::InIgnoreCase | Core::HasAny => {
            let (column, rest) = operands.split_first()?;
            rest.iter().map(|needle| clue(column, needle)).collect()
        }
        Core::HasAll => {
            let (column, rest) = operands.split_first()?;
            rest.iter().find_map(|needle| clue(column, needle)).map(|clue| vec![clue])
        }
        Core::EqualIgnoreCase
        | Core::Contains
        | Core::ContainsCase
        | Core::StartsWith
        | Core::StartsWithCase
        | Core::EndsWith
        | Core::EndsWithCase
        | Core::Has
        | Core::HasCase
        | Core::HasPrefix
        | Core::HasPrefixCase
        | Core::HasSuffix
        | Core::HasSuffixCase => match operands.as_slice() {
            [column, needle] => clue(column, needle).map(|clue| vec![clue]),
            _ => None,
        },
        _ => None,
    }
}

/// The clue that a column holds a constant.
fn clue(column: &Expr, constant: &Expr) -> Option<Clue> {
    let piece = match (constant.as_literal()?, column.scalar_type) {
        (Value::String(text), ScalarType::String) => piece(text)?,
        (value, ScalarType::Int | ScalarType::Long) => value.as_i64().filter(|n| *n >= 10)?.to_string(),
        _ => return None,
    };
    Some(Clue { column: name(column)?, piece })
}

/// The column an expression reads, as it is or widened.
fn name(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Column(name) => Some(name.clone()),
        ExprKind::Core(Core::Cast(ScalarType::Long), operands) => match operands.as_slice() {
            [of] if of.scalar_type == ScalarType::Int => name(of),
            _ => None,
        },
        _ => None,
    }
}

/// The longest run of plain characters. `k` is not one of them: the sign of the kelvin is equal to it when case is
/// ignored, and is no ASCII.
fn piece(text: &str) -> Option<String> {
    let plain = |c: char| (c.is_ascii_alphanumeric() && !c.eq_ignore_ascii_case(&'k')) || "_-.:".contains(c);
    let longest = text.split(|c| !plain(c)).max_by_key(|run| run.len())?;
    (longest.len() >= SHORTEST).then(|| longest.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url() -> Expr {
        Expr::column("Url", ScalarType::String)
    }

    fn text(text: &str) -> Expr {
        Expr::literal(Value::string(text), ScalarType::String)
    }

    fn core(core: Core, operands: Vec<Expr>) -> Expr {
        Expr::core(core, operands, ScalarType::Bool)
    }

    fn told(predicate: &Expr) -> Vec<Vec<String>> {
        hints(predicate)
            .into_iter()
            .map(|hint| hint.any_of.into_iter().map(|c| format!("{}~{}", c.column, c.piece)).collect())
            .collect()
    }

    #[test]
    fn each_condition_of_a_conjunction_tells_its_own() {
        let code = Expr::column("ResponseCode", ScalarType::Int);
        let is_429 =
            core(Core::Equal, vec![code.cast(ScalarType::Long), Expr::literal(Value::Long(429), ScalarType::Long)]);
        let both = core(Core::And, vec![core(Core::Has, vec![url(), text("Chat")]), is_429]);
        assert_eq!(told(&both), [["Url~chat"], ["ResponseCode~429"]]);
    }

    #[test]
    fn an_alternative_without_a_clue_leaves_none() {
        let chat = || core(Core::Contains, vec![url(), text("chat")]);
        let any = core(Core::Or, vec![chat(), core(Core::StartsWith, vec![url(), text("https://api.contoso.com")])]);
        assert_eq!(told(&any), [["Url~chat", "Url~api.contoso.com"]]);
        let open = core(Core::Or, vec![chat(), core(Core::NotEqual, vec![url(), text("x")])]);
        assert!(told(&open).is_empty());
        assert!(told(&core(Core::Not, vec![chat()])).is_empty());
    }

    #[test]
    fn only_characters_that_are_written_one_way_make_a_piece() {
        let has = |needle: &str| told(&core(Core::Contains, vec![url(), text(needle)]));
        assert_eq!(has("a/b\"chat\\n"), [["Url~chat"]]);
        assert_eq!(has("tokens"), [["Url~ens"]]);
        assert!(has("über").len() == 1 && has("ka").is_empty() && has("").is_empty());
    }
}
