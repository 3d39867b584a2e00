//! Comparisons. KQL knows null from unequal, and NaN equals nothing and orders with nothing.

use super::literal::{literal, null};
use super::{Beyond, Said, Words, matching, pattern};
use crate::ir::Expr;
use crate::types::{Json, ScalarType, Value};

/// How two operands meet.
struct Pair {
    a: String,
    b: String,
    /// Which of them may be NaN.
    nan: (bool, bool),
}

/// Whether an operand is sure not to be null.
fn known(expr: &Expr) -> bool {
    expr.scalar_type == ScalarType::String || expr.as_literal().is_some_and(|v| !v.is_null())
}

impl Words<'_> {
    /// Two operands of one family.
    fn pair(&self, a: &Expr, b: &Expr) -> Result<Pair, Beyond> {
        let (s, t) = (a.scalar_type, b.scalar_type);
        let real = s == ScalarType::Real || t == ScalarType::Real;
        let number = |t: ScalarType| t.is_integer() || t == ScalarType::Real;
        if s == t && !matches!(s, ScalarType::Dynamic | ScalarType::Decimal | ScalarType::Real)
            || s.is_integer() && t.is_integer()
        {
            return Ok(Pair { a: self.expr(a)?, b: self.expr(b)?, nan: (false, false) });
        }
        if real && number(s) && number(t) {
            let may = |e: &Expr| {
                e.scalar_type == ScalarType::Real && !matches!(e.as_literal(), Some(Value::Real(x)) if !x.is_nan())
            };
            let (x, y) = (self.widened(a, ScalarType::Real)?, self.widened(b, ScalarType::Real)?);
            return Ok(Pair { a: x, b: y, nan: (may(a), may(b)) });
        }
        Err(Beyond::new(format!("a comparison of a {s} with a {t}")))
    }

    /// `==` and `!=`: a null equals nothing, and two nulls give null.
    pub(super) fn equality(&self, equal: bool, a: &Expr, b: &Expr) -> Said {
        let pair = self.pair(a, b)?;
        let strings = a.scalar_type == ScalarType::String && b.scalar_type == ScalarType::String;
        let sign = if strings { "=" } else { "<=>" };
        let mut same = format!("{} {sign} {}", pair.a, pair.b);
        // Where one side is no NaN, the other cannot equal it by being one.
        if pair.nan == (true, true) {
            same = format!("{same} AND NOT coalesce(isnan({}), false)", pair.a);
        }
        let said = if equal { format!("({same})") } else { format!("(NOT ({same}))") };
        if known(a) || known(b) {
            return Ok(said);
        }
        let unknown = format!("{} IS NULL AND {} IS NULL", pair.a, pair.b);
        Ok(format!("CASE WHEN {unknown} THEN {} ELSE {said} END", null(ScalarType::Bool)))
    }

    /// `<` and its kin: null with a null, false with a NaN.
    pub(super) fn order(&self, sign: &str, a: &Expr, b: &Expr) -> Said {
        let Pair { a, b, nan } = self.pair(a, b)?;
        let is_nan: Vec<String> =
            [(nan.0, &a), (nan.1, &b)].iter().filter(|(may, _)| *may).map(|(_, e)| format!("isnan({e})")).collect();
        if is_nan.is_empty() {
            return Ok(format!("({a} {sign} {b})"));
        }
        Ok(format!(
            "CASE WHEN {a} IS NULL OR {b} IS NULL THEN {} WHEN {} THEN false ELSE {a} {sign} {b} END",
            null(ScalarType::Bool),
            is_nan.join(" OR ")
        ))
    }

    /// `in`: a null is among nothing, and nothing is equal to a null.
    pub(super) fn among(&self, needle: &Expr, candidates: &[Expr]) -> Said {
        let constants = flat(candidates)?;
        let said = self.expr(needle)?;
        let mut list = Vec::new();
        for constant in &constants {
            list.push(match (needle.scalar_type, constant) {
                (_, Value::Null) => continue,
                (ScalarType::String, Value::String(_)) => literal(constant, ScalarType::String),
                // A text is not a number, and a number no text.
                (ScalarType::String, _) => continue,
                (ScalarType::Int | ScalarType::Long, Value::Int(_) | Value::Long(_)) => {
                    literal(constant, ScalarType::Long)
                }
                (ScalarType::Real, Value::Int(_) | Value::Long(_) | Value::Real(_)) => match constant.as_f64() {
                    Some(number) if number.is_nan() => continue,
                    Some(number) => super::literal::real(number),
                    None => continue,
                },
                (scalar_type, value)
                    if value.scalar_type() == Some(scalar_type)
                        && !matches!(scalar_type, ScalarType::Dynamic | ScalarType::Decimal) =>
                {
                    literal(value, scalar_type)
                }
                (scalar_type, _) => {
                    return Err(Beyond::new(format!("`in` over a {scalar_type} and values of other types")));
                }
            });
        }
        if list.is_empty() {
            return Ok("false".to_owned());
        }
        let found = format!("{said} IN ({})", list.join(", "));
        Ok(if needle.scalar_type == ScalarType::String {
            format!("({found})")
        } else {
            format!("coalesce({found}, false)")
        })
    }

    /// `in~`.
    pub(super) fn among_any_case(&self, needle: &Expr, candidates: &[Expr]) -> Said {
        if needle.scalar_type != ScalarType::String {
            return self.among(needle, candidates);
        }
        let constants = flat(candidates)?;
        let texts: Vec<String> = constants.iter().filter_map(Value::as_str).map(pattern::any_case).collect();
        if texts.is_empty() {
            return Ok("false".to_owned());
        }
        Ok(matching::matches(&self.expr(needle)?, &format!("\\A(?:{})\\z", texts.join("|"))))
    }
}

/// Constants, the elements of arrays among them.
fn flat(candidates: &[Expr]) -> Result<Vec<Value<'static>>, Beyond> {
    let mut constants = Vec::new();
    for candidate in candidates {
        let Some(value) = candidate.as_literal() else { return Err(Beyond::new("`in` over values of the row")) };
        match value.as_json() {
            Some(Json::Array(elements)) => constants.extend(elements.iter().map(scalar)),
            Some(json) => constants.push(scalar(json)),
            None => constants.push(value.clone()),
        }
    }
    Ok(constants)
}

fn scalar(json: &Json) -> Value<'static> {
    crate::ir::unwrap_dynamic(&Value::dynamic(json.clone())).into_owned()
}
