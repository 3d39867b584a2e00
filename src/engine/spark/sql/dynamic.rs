//! Dynamic values. They are JSON text there, and a text that is no JSON stands for itself.
//!
//! What SQL takes out of JSON it gives as text, and then nobody can tell `"1"` from `1`. So every text in the JSON is
//! marked before anything is taken out: `{"a":["1",1]}` becomes `{"sa":["s1",1]}`. A value that begins with the mark
//! is a text then, and nothing else begins so. Java's expressions would go as deep as a text has escapes, were it not
//! for the possessive `*+`, which Rust reads as two repetitions, and so alike.

use super::literal::{long, null, real, text as quoted};
use super::{Beyond, Said, Words, cast};
use crate::ir::{Core, Expr, ExprKind};
use crate::types::{ScalarType, Value};

/// A text in JSON, with what is between its quotes as a group.
const TEXT: &str = "([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"";
/// Numbers that engines write each in their own way.
const NUMBERS_APART: &str = "[0-9][eE]|[0-9.]{17}";
/// What such a number ends a run with.
const TOLD_APART: &str = "a number inside a dynamic value, made a text, which engines write differently";

/// JSON with its texts marked.
fn marked(json: &str) -> String {
    format!("regexp_replace({json}, {}, '\"s$1\"')", quoted(&format!("\"{TEXT}")))
}

/// JSON without the marks.
fn unmarked(json: &str) -> String {
    format!("regexp_replace({json}, {}, '\"$1\"')", quoted(&format!("\"s{TEXT}")))
}

/// Whether a marked value is a text.
fn is_text(value: &str) -> String {
    format!("startswith({value}, 's')")
}

/// The text that a marked value is.
fn content(value: &str) -> String {
    format!("substring({value}, 2)")
}

/// Whether a marked value is a number.
fn is_number(value: &str) -> String {
    format!("{value} RLIKE {}", quoted("\\A-?[0-9]"))
}

/// The elements of a marked array, each marked; null when it is no JSON.
fn array(json: &str) -> String {
    format!("from_json({json}, 'ARRAY<STRING>')")
}

/// A text as JSON.
pub(super) fn boxed(text: &str) -> String {
    // The value of a bag of one key, without `{"v":` before it and `}` after it. A null is left out of the bag, and
    // servers compute what nobody asked for.
    let bag = format!("to_json(named_struct('v', {text}))");
    format!("substring({bag}, 6, greatest(length({bag}) - 6, 0))")
}

/// A marked value as JSON.
fn json(value: &str) -> String {
    format!("CASE WHEN {} THEN {} ELSE {} END", is_text(value), boxed(&content(value)), unmarked(value))
}

/// A text as `parse_json` reads it: what is no JSON is a text. Servers are more lenient, so what no JSON has outside its
/// texts, or inside them, is looked for first.
pub(super) fn parsed(text: &str) -> String {
    const SOUND: &str = "\"[^\"\\\\\\x00-\\x1F]*+(?:\\\\[\"\\\\/bfnrtu][^\"\\\\\\x00-\\x1F]*+)*+\"";
    let bare = format!("regexp_replace({text}, {}, '')", quoted(SOUND));
    format!(
        "CASE WHEN {text} = '' THEN {} WHEN {bare} RLIKE {} THEN {text} ELSE {} END",
        null(ScalarType::Dynamic),
        quoted("\\A[ \\t\\r\\n\\[\\]{}:,0-9+.eEtrufalsn-]*+\\z"),
        boxed(text)
    )
}

/// What a JSON text is as a whole, marked.
fn whole(text: &str) -> String {
    format!("coalesce(element_at({}, 1), concat('s', {text}))", array(&format!("concat('[', {}, ']')", marked(text))))
}

/// What `mv-expand` makes rows of: the marked elements of an array, the keys of a bag each with its value, or the one
/// value itself.
pub(super) fn elements(text: &str, bags_as_arrays: bool) -> String {
    let (open, between, close) = if bags_as_arrays { ("[", ",", "]") } else { ("{", ":", "}") };
    let key = boxed("e.key");
    let value = format!("CASE WHEN {} THEN {} ELSE e.value END", is_text("e.value"), boxed("e.value"));
    let element = format!("concat('{open}', {key}, '{between}', coalesce({value}, 'null'), '{close}')");
    let bag = format!("transform(map_entries(from_json({}, 'MAP<STRING,STRING>')), e -> {element})", marked(text));
    format!(
        "CASE WHEN {text} IS NULL THEN array(CAST(NULL AS STRING)) \
         WHEN {text} RLIKE {} THEN coalesce({}, array(concat('s', {text}))) \
         WHEN {text} RLIKE {} THEN coalesce({bag}, array(concat('s', {text}))) \
         ELSE array({}) END",
        quoted("\\A\\s*\\["),
        array(&marked(text)),
        quoted("\\A\\s*\\{"),
        whole(text)
    )
}

/// The length of an array; null of anything else.
pub(super) fn length(text: &str) -> String {
    let array = array(&marked(text));
    format!(
        "CASE WHEN {text} RLIKE {} AND {array} IS NOT NULL THEN CAST(size({array}) AS BIGINT) END",
        quoted("\\A\\s*\\[")
    )
}

/// A marked value as text, as `tostring` makes it; null is empty.
fn told(value: &str) -> String {
    let bare = format!("regexp_replace({value}, {}, '')", quoted(&format!("\"{TEXT}")));
    format!(
        "CASE WHEN {value} IS NULL THEN '' WHEN {} THEN {} WHEN {bare} RLIKE {} THEN CAST(raise_error({}) AS STRING) \
         ELSE {} END",
        is_text(value),
        content(value),
        quoted(NUMBERS_APART),
        quoted(TOLD_APART),
        unmarked(value)
    )
}

/// A marked number as a value of a type.
fn number(value: &str, to: ScalarType) -> String {
    let double = format!("try_cast({value} AS DOUBLE)");
    match to {
        ScalarType::Real => double,
        ScalarType::Int => {
            let wrapped = format!("pmod(try_cast({value} AS BIGINT) + 2147483648L, 4294967296L) - 2147483648L");
            let held = format!("least(greatest({}, -2147483648L), 2147483647L)", cast::truncated(&double));
            format!("CAST(coalesce({wrapped}, {held}) AS INT)")
        }
        _ => {
            let fraction = quoted("[.eE]");
            let truncated = cast::truncated(&double);
            format!(
                "CASE WHEN {value} RLIKE {fraction} THEN {truncated} \
                 ELSE coalesce(try_cast({value} AS BIGINT), {truncated}) END"
            )
        }
    }
}

/// An element of `mv-expand` as a value of a type: no text is read as a number, nor a number as a truth.
pub(super) fn element(value: &str, to: ScalarType) -> Said {
    Ok(match to {
        ScalarType::Dynamic => json(value),
        ScalarType::String => told(value),
        ScalarType::Bool => format!("CASE {value} WHEN 'true' THEN true WHEN 'false' THEN false END"),
        ScalarType::Int | ScalarType::Long | ScalarType::Real => {
            format!("CASE WHEN {} THEN {} END", is_number(value), number(value, to))
        }
        other => return Err(Beyond::new(format!("mv-expand to typeof({other})"))),
    })
}

impl Words<'_> {
    /// A dynamic value, marked: a part named by constants, or the whole.
    fn marked_value(&self, value: &Expr) -> Said {
        let mut path = Vec::new();
        let mut inner = value;
        while let ExprKind::Core(Core::Member, operands) = &inner.kind {
            let [container, key] = operands.as_slice() else { break };
            path.push(step(key).ok_or_else(|| Beyond::new("a key of a dynamic value that this is not known for"))?);
            inner = container;
        }
        let text = self.expr(inner)?;
        if path.is_empty() {
            return Ok(whole(&text));
        }
        path.reverse();
        let part = format!("get_json_object({}, {})", marked(&text), quoted(&format!("${}", path.concat())));
        // Engines write other parts as they stand, or anew; taken out of an array they are all written anew.
        let anew = format!("element_at({}, 1)", array(&format!("concat('[', {part}, ']')")));
        Ok(format!("CASE WHEN {} THEN {part} ELSE {anew} END", is_text(&part)))
    }

    /// A part of a dynamic value, as a dynamic value.
    pub(super) fn part(&self, value: &Expr) -> Said {
        Ok(json(&self.marked_value(value)?))
    }

    /// A dynamic value as one of another type.
    pub(super) fn out_of_dynamic(&self, value: &Expr, to: ScalarType) -> Said {
        if to == ScalarType::String
            && let Some(part) = self.part_of_split(value)?
        {
            return Ok(part);
        }
        let value = self.marked_value(value)?;
        let text = content(&value);
        let truth = |yes: &str, no: &str| format!("WHEN {value} = 'true' THEN {yes} WHEN {value} = 'false' THEN {no}");
        let (of_text, of_truth, of_number) = match to {
            ScalarType::String => return Ok(told(&value)),
            ScalarType::Int => (cast::number(&text, to), truth("CAST(1 AS INT)", "CAST(0 AS INT)"), number(&value, to)),
            ScalarType::Long => (cast::number(&text, to), truth("1L", "0L"), number(&value, to)),
            ScalarType::Real => (cast::number(&text, to), truth(&real(1.0), &real(0.0)), number(&value, to)),
            ScalarType::Bool => {
                (cast::truth(&text), truth("true", "false"), format!("try_cast({value} AS DOUBLE) <> 0.0D"))
            }
            other => return Err(Beyond::new(format!("to{other}() of a dynamic"))),
        };
        Ok(format!(
            "CASE WHEN {} THEN {of_text} {of_truth} WHEN {} THEN {of_number} ELSE {} END",
            is_text(&value),
            is_number(&value),
            null(to)
        ))
    }

    /// One part of a `split`, without the array around it.
    fn part_of_split(&self, value: &Expr) -> Result<Option<String>, Beyond> {
        if let ExprKind::Core(Core::Member, operands) = &value.kind
            && let [container, key] = operands.as_slice()
            && let ExprKind::Kernel { name: "split", arguments, .. } = &container.kind
            && let [source, delimiter] = arguments.as_slice()
            && let (Some(Value::String(delimiter)), Some(at)) =
                (delimiter.as_literal(), key.as_literal().and_then(Value::as_i64))
            && !delimiter.is_empty()
            && (0..i64::from(i32::MAX)).contains(&at)
        {
            return Ok(Some(format!("split_part({}, {}, {})", self.expr(source)?, quoted(delimiter), long(at + 1))));
        }
        Ok(None)
    }
}

/// One step of a path into marked JSON; `None` for what paths have no exact form for.
fn step(key: &Expr) -> Option<String> {
    match crate::ir::unwrap_dynamic(key.as_literal()?) {
        Value::String(name) if name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ')) => {
            (!name.is_empty()).then(|| format!("['s{name}']"))
        }
        value => value.as_i64().filter(|at| *at >= 0).map(|at| format!("[{at}]")),
    }
}
