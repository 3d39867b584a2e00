//! The reference meaning of expressions: a tree walked once a row. Engines may be faster, never different.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::among::{Among, is_among};
use super::arithmetic::{arithmetic, bin, negate};
use super::compare::{compare, unwrap_dynamic};
use super::text_match::{
    TermEdges, contains_ignore_case, ends_ignore_case, equal_ignore_case, has_term, starts_ignore_case,
};
use super::{Context, Core, Expr, ExprKind, ScalarKernel, cached_regex, deep};
use crate::types::{Json, ScalarType, Value, cast};

/// An expression with its columns resolved to places in a row.
#[derive(Clone, Debug)]
pub struct Program {
    node: Node,
    /// Whether the tree is too deep to walk on the little stack that other people's threads have.
    deep: bool,
    volatile: bool,
}

#[derive(Clone, Debug)]
enum Node {
    Place(usize),
    Literal(Value<'static>),
    Core(Core, ScalarType, Vec<Node>),
    Kernel(ScalarKernel, Vec<Node>),
    /// `in` over constants, and the operation itself for values that cannot be looked up.
    Among(Box<Among>, Box<Node>),
}

impl Program {
    /// Resolves an expression against the columns a row will hold, in that order. `None` when it reads a column that
    /// is not among them or a window function, which has no meaning on one row.
    pub fn new(expr: &Expr, columns: &[String]) -> Option<Self> {
        let deep = expr.height() > MODEST;
        Some(Self { node: Node::new(expr, columns)?, deep, volatile: expr.is_volatile() })
    }

    /// The value of the expression over one row.
    pub fn run<'a>(&'a self, context: &Context, row: &[Value<'a>]) -> Value<'a> {
        self.node.run(context, row)
    }

    /// Whether the same row may have another value the next time.
    pub const fn is_volatile(&self) -> bool {
        self.volatile
    }

    /// Runs something that runs the program many times, with enough stack for it.
    pub fn with_stack<T>(&self, run: impl FnOnce() -> T) -> T {
        if self.deep { stacker::grow(DEEP_STACK, run) } else { run() }
    }
}

/// The height of a tree that any stack can bear.
const MODEST: usize = 50;
/// Enough for the tallest tree the parser lets through.
const DEEP_STACK: usize = 32 * 1024 * 1024;

/// Longer texts than this are none: what doubles a text could fill any memory in a few steps.
const MAX_TEXT: usize = 64 * 1024 * 1024;
/// Dynamics that nest deeper are null, as they are when they are read back from a column.
const MAX_DEPTH: usize = 127;
/// Heavier dynamics are null, for the same reason as long texts.
const MAX_WEIGHT: usize = 128 * 1024 * 1024;
/// What an element weighs, besides its text.
const ELEMENT: usize = 32;

fn bounded(value: Value<'_>) -> Value<'_> {
    match &value {
        Value::String(text) if text.len() > MAX_TEXT => Value::str(""),
        // What is borrowed was looked at when it was made.
        Value::Dynamic(Cow::Owned(json)) if weighed(json, MAX_DEPTH, MAX_WEIGHT).is_none() => Value::Null,
        _ => value,
    }
}

/// What is left of a weight after all of a dynamic; `None` when it is too heavy or too deep.
fn weighed(json: &Json, depth: usize, left: usize) -> Option<usize> {
    let left = left.checked_sub(ELEMENT)?;
    match json {
        Json::String(text) => left.checked_sub(text.len()),
        Json::Array(items) => {
            let depth = depth.checked_sub(1)?;
            items.iter().try_fold(left, |left, item| weighed(item, depth, left))
        }
        Json::Object(bag) => {
            let depth = depth.checked_sub(1)?;
            bag.iter().try_fold(left, |left, (key, item)| weighed(item, depth, left.checked_sub(key.len())?))
        }
        _ => Some(left),
    }
}

impl Expr {
    /// How many operations stand above the deepest operand, itself included.
    pub fn height(&self) -> usize {
        1 + deep(|| self.operands().iter().map(Self::height).max().unwrap_or(0))
    }

    /// The value of an expression that reads no column; `None` when it does.
    pub fn constant(&self, context: &Context) -> Option<Value<'static>> {
        Some(Program::new(self, &[])?.run(context, &[]).into_owned())
    }
}

impl Node {
    fn new(expr: &Expr, columns: &[String]) -> Option<Self> {
        let all = |operands: &[Expr]| operands.iter().map(|o| Self::new(o, columns)).collect::<Option<Vec<_>>>();
        Some(match &expr.kind {
            ExprKind::Column(name) => Self::Place(columns.iter().position(|c| c == name)?),
            ExprKind::Literal(value) => Self::Literal(value.clone()),
            ExprKind::Core(core, operands) => {
                let nodes = all(operands)?;
                let constants: Option<Vec<_>> = operands.iter().skip(1).map(Expr::as_literal).collect();
                match constants {
                    Some(constants) if matches!(core, Core::In | Core::InIgnoreCase) => {
                        let among = Box::new(Among::new(&constants, *core == Core::InIgnoreCase));
                        Self::Among(among, Box::new(Self::Core(*core, expr.scalar_type, nodes)))
                    }
                    _ => Self::Core(*core, expr.scalar_type, nodes),
                }
            }
            ExprKind::Kernel { kernel, arguments, .. } => Self::Kernel(*kernel, all(arguments)?),
            ExprKind::Window { .. } | ExprKind::Subquery(..) => return None,
        })
    }

    fn run<'a>(&'a self, context: &Context, row: &[Value<'a>]) -> Value<'a> {
        match self {
            Self::Place(at) => row.get(*at).cloned().unwrap_or(Value::Null),
            Self::Literal(value) => borrow(value),
            Self::Kernel(kernel, arguments) => bounded(match arguments.as_slice() {
                [one] => kernel(context, &[one.run(context, row)]),
                [one, two] => kernel(context, &[one.run(context, row), two.run(context, row)]),
                more => kernel(context, &more.iter().map(|a| a.run(context, row)).collect::<Vec<_>>()),
            }),
            Self::Core(core, scalar_type, operands) => Self::core(*core, *scalar_type, operands, context, row),
            Self::Among(among, compared) => {
                let found = match compared.as_ref() {
                    Self::Core(_, _, operands) => operands.first().and_then(|n| among.has(&n.run(context, row))),
                    _ => None,
                };
                found.map_or_else(|| compared.run(context, row), Value::Bool)
            }
        }
    }

    fn core<'a>(
        core: Core,
        scalar_type: ScalarType,
        operands: &'a [Node],
        context: &Context,
        row: &[Value<'a>],
    ) -> Value<'a> {
        let value = |at: usize| operands.get(at).map_or(Value::Null, |o| o.run(context, row));
        match core {
            Core::And | Core::Or => {
                let winner = core == Core::Or;
                let mut unknown = false;
                for operand in operands {
                    match operand.run(context, row) {
                        Value::Bool(b) if b == winner => return Value::Bool(winner),
                        Value::Bool(_) => {}
                        _ => unknown = true,
                    }
                }
                if unknown { Value::Null } else { Value::Bool(!winner) }
            }
            Core::If => {
                let branch = if value(0).as_bool() == Some(true) { 1 } else { 2 };
                value(branch)
            }
            Core::Coalesce => {
                for operand in operands {
                    let found = operand.run(context, row);
                    if !found.is_null() && found.as_str() != Some("") {
                        return found;
                    }
                }
                Value::null_of(scalar_type)
            }
            Core::In | Core::InIgnoreCase => {
                let needle = value(0);
                Value::Bool((1..operands.len()).any(|at| is_among(&needle, &value(at), core == Core::InIgnoreCase)))
            }
            Core::HasAny | Core::HasAll => {
                let text = value(0);
                let text = text.as_str().unwrap_or_default();
                let has = |needle: &str| has_term(text, needle, TermEdges::Both, true);
                let mut needles = (1..operands.len()).flat_map(|at| needles(&value(at)));
                Value::Bool(if core == Core::HasAny { needles.any(|n| has(&n)) } else { needles.all(|n| has(&n)) })
            }
            _ => match operands.len() {
                1 => unary(core, &value(0)),
                _ => binary(core, scalar_type, &value(0), &value(1)),
            },
        }
    }
}

/// The same value, borrowing what the original owns.
fn borrow<'a>(value: &'a Value<'static>) -> Value<'a> {
    match value {
        Value::String(text) => Value::String(Cow::Borrowed(text)),
        Value::Dynamic(json) => Value::Dynamic(Cow::Borrowed(json)),
        other => other.clone(),
    }
}

/// The texts that one needle operand of `has_any` stands for. A null needle is found in every text.
fn needles(value: &Value<'_>) -> Vec<String> {
    let text = |v: &Value<'_>| match cast(v, ScalarType::String) {
        Value::String(text) => text.into_owned(),
        _ => String::new(),
    };
    match value {
        Value::Dynamic(json) => match json.as_ref() {
            Json::Array(elements) => elements.iter().map(|e| text(&Value::dynamic(e.clone()))).collect(),
            _ => vec![text(value)],
        },
        _ => vec![text(value)],
    }
}

fn unary<'a>(core: Core, value: &Value<'a>) -> Value<'a> {
    match core {
        Core::Negate => negate(value),
        Core::Not => value.as_bool().map_or(Value::Null, |b| Value::Bool(!b)),
        Core::IsNull => Value::Bool(value.is_null()),
        Core::Cast(to) => cast(value, to),
        _ => Value::Null,
    }
}

fn binary<'a>(core: Core, scalar_type: ScalarType, a: &Value<'a>, b: &Value<'a>) -> Value<'a> {
    match core {
        Core::Add | Core::Subtract | Core::Multiply | Core::Divide | Core::Modulo => {
            arithmetic(core, scalar_type, a, b)
        }
        Core::Bin => bin(a, b),
        Core::Equal | Core::NotEqual => match (a.is_null(), b.is_null()) {
            (true, true) => Value::Null,
            (false, false) => Value::Bool((compare(a, b) == Some(Ordering::Equal)) == (core == Core::Equal)),
            _ => Value::Bool(core == Core::NotEqual),
        },
        Core::Less | Core::LessOrEqual | Core::Greater | Core::GreaterOrEqual => {
            if a.is_null() || b.is_null() {
                return Value::Null;
            }
            Value::Bool(compare(a, b).is_some_and(|order| match core {
                Core::Less => order.is_lt(),
                Core::LessOrEqual => order.is_le(),
                Core::Greater => order.is_gt(),
                _ => order.is_ge(),
            }))
        }
        Core::Member => member(a, b),
        _ => {
            let (a, b) = (a.as_str().unwrap_or_default(), b.as_str().unwrap_or_default());
            text_match(core, a, b)
        }
    }
}

fn text_match<'a>(core: Core, text: &str, needle: &str) -> Value<'a> {
    Value::Bool(match core {
        Core::EqualIgnoreCase => equal_ignore_case(text, needle),
        Core::Contains => contains_ignore_case(text, needle),
        Core::ContainsCase => text.contains(needle),
        Core::StartsWith => starts_ignore_case(text, needle),
        Core::StartsWithCase => text.starts_with(needle),
        Core::EndsWith => ends_ignore_case(text, needle),
        Core::EndsWithCase => text.ends_with(needle),
        Core::Has => has_term(text, needle, TermEdges::Both, true),
        Core::HasCase => has_term(text, needle, TermEdges::Both, false),
        Core::HasPrefix => has_term(text, needle, TermEdges::Start, true),
        Core::HasPrefixCase => has_term(text, needle, TermEdges::Start, false),
        Core::HasSuffix => has_term(text, needle, TermEdges::End, true),
        Core::HasSuffixCase => has_term(text, needle, TermEdges::End, false),
        Core::MatchesRegex => cached_regex(needle).is_some_and(|regex| regex.is_match(text)),
        _ => return Value::Null,
    })
}

fn member<'a>(container: &Value<'a>, key: &Value<'_>) -> Value<'a> {
    fn get<'j>(json: &'j Json, key: &Value<'_>) -> Option<&'j Json> {
        match (json, key) {
            (Json::Object(bag), Value::String(name)) => bag.get(name.as_ref()),
            (Json::Array(elements), _) => {
                let at = key.as_i64()?;
                let at = if at < 0 { at.checked_add(elements.len() as i64)? } else { at };
                elements.get(usize::try_from(at).ok()?)
            }
            _ => None,
        }
    }
    let key = unwrap_dynamic(key);
    let Value::Dynamic(json) = container else { return Value::Null };
    match json {
        Cow::Borrowed(json) => match get(json, &key) {
            None | Some(Json::Null) => Value::Null,
            Some(found) => Value::Dynamic(Cow::Borrowed(found)),
        },
        Cow::Owned(json) => get(json, &key).map_or(Value::Null, |found| Value::dynamic(found.clone())),
    }
}
