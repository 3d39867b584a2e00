//! The tree of a query: what was written, with spans, and nothing decided yet.

mod operator;

pub use operator::*;

use super::Span;
use crate::types::{ScalarType, Value};

/// A whole query text: statements separated by `;`.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// The words in it, wherever they stand, sorted: tables show some of their columns only when they are named.
    pub words: Vec<String>,
}

/// A name as written, unquoted: `x`, `['a b']`, `["where"]`, `$left`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name itself.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// `let name = value`.
    Let(Let),
    /// `set name` or `set name = value`: accepted, without effect on answers.
    Set {
        /// The option.
        name: Name,
        /// Its value.
        value: Option<Expr>,
    },
    /// `declare query_parameters(a:long = 5, …)`.
    QueryParameters(Vec<Parameter>),
    /// `declare pattern name = (argument: string)[path: string] { … }`.
    Pattern(Pattern),
    /// A tabular expression, which gives a result.
    Tabular(Expr),
    /// A statement that needs a cluster (`alias`, `restrict access`): named, then refused.
    Unsupported {
        /// Its keyword, as written.
        what: Name,
    },
}

/// A pattern: tables told by constants.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Its name.
    pub name: Name,
    /// The names of its arguments.
    pub parameters: Vec<Parameter>,
    /// The name of its path, when it has one.
    pub path: Option<Name>,
    /// The tables; none in a declaration without a definition.
    pub cases: Vec<PatternCase>,
}

/// One table of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct PatternCase {
    /// The arguments that choose it.
    pub arguments: Vec<String>,
    /// The path that chooses it.
    pub path: Option<String>,
    /// The table.
    pub body: Function,
}

/// `let name = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Let {
    /// What is defined.
    pub name: Name,
    /// What it stands for.
    pub value: LetValue,
    /// The whole statement.
    pub span: Span,
}

/// The right side of a `let`.
#[derive(Clone, Debug, PartialEq)]
pub enum LetValue {
    /// A scalar or tabular expression.
    Expr(Expr),
    /// `(a:long, T:(x:long)) { body }`, or `view () { body }`.
    Function(Function),
}

/// A function a query defines.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Whether it was declared with `view`, and so takes part in wildcards of `union`.
    pub view: bool,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// `let`s of its own, then one expression (absent when the body is empty).
    pub body: Vec<Statement>,
    /// From the first parenthesis to the closing brace.
    pub span: Span,
}

/// A parameter of a function or query.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// What it takes.
    pub parameter_type: ParameterType,
    /// What it is when a call leaves it out.
    pub default: Option<Expr>,
}

/// The type of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum ParameterType {
    /// A scalar.
    Scalar(ScalarType),
    /// `(x:long, …)`: a table with at least these columns.
    Table(Vec<ColumnDeclaration>),
    /// `(*)`: any table.
    AnyTable,
}

/// `name:type`.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnDeclaration {
    /// The column's name.
    pub name: Name,
    /// Its type.
    pub scalar_type: ScalarType,
}

/// An expression with its place in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands, parentheses included.
    pub span: Span,
}

impl Expr {
    /// The same expression with `map` in place of each operand; what has none, and tables, stay as they are.
    ///
    /// # Errors
    /// The first error of `map`.
    pub fn try_map<E>(&self, mut map: impl FnMut(&Expr) -> Result<Expr, E>) -> Result<Expr, E> {
        let kind = match &self.kind {
            ExprKind::Call(name, arguments) => {
                let arguments = arguments.iter().map(|a| Ok(Argument { name: a.name.clone(), value: map(&a.value)? }));
                ExprKind::Call(name.clone(), arguments.collect::<Result<_, E>>()?)
            }
            ExprKind::Member(object, name) => ExprKind::Member(Box::new(map(object)?), name.clone()),
            ExprKind::Index(object, index) => ExprKind::Index(Box::new(map(object)?), Box::new(map(index)?)),
            ExprKind::Unary(op, operand) => ExprKind::Unary(*op, Box::new(map(operand)?)),
            ExprKind::Binary(op, a, b) => ExprKind::Binary(*op, Box::new(map(a)?), Box::new(map(b)?)),
            ExprKind::And(operands) => ExprKind::And(operands.iter().map(map).collect::<Result<_, E>>()?),
            ExprKind::Or(operands) => ExprKind::Or(operands.iter().map(map).collect::<Result<_, E>>()?),
            ExprKind::List(op, left, items) => {
                let left = Box::new(map(left)?);
                ExprKind::List(*op, left, items.iter().map(map).collect::<Result<_, E>>()?)
            }
            ExprKind::Between { value, low, high, negated } => ExprKind::Between {
                value: Box::new(map(value)?),
                low: Box::new(map(low)?),
                high: Box::new(map(high)?),
                negated: *negated,
            },
            leaf => leaf.clone(),
        };
        Ok(Expr { kind, span: self.span })
    }
}

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A literal of any type, `dynamic(…)` included. A typed null is [`Value::Null`] with its type.
    Literal(Value<'static>, ScalarType),
    /// A column, a `let`, a table, or an entity of a database.
    Name(Name),
    /// A name with `*` in it, where tables or columns are matched: `T*`, `*_s`.
    Wildcard(Name),
    /// `*`.
    Star,
    /// `object.name`.
    Member(Box<Expr>, Name),
    /// `object[index]`.
    Index(Box<Expr>, Box<Expr>),
    /// `name(arguments)`.
    Call(Name, Vec<Argument>),
    /// `-x`, `+x`.
    Unary(UnaryOperator, Box<Expr>),
    /// Any operator with two sides.
    Binary(BinaryOperator, Box<Expr>, Box<Expr>),
    /// `a and b and c`, as one flat node.
    And(Vec<Expr>),
    /// `a or b or c`, as one flat node.
    Or(Vec<Expr>),
    /// `x in (…)` and its kin.
    List(ListOperator, Box<Expr>, Vec<Expr>),
    /// `x between (low .. high)`.
    Between {
        /// What is tested.
        value: Box<Expr>,
        /// The lower end, included.
        low: Box<Expr>,
        /// The upper end, included.
        high: Box<Expr>,
        /// Whether it is `!between`.
        negated: bool,
    },
    /// `typeof(long)`; several or named columns only for plugins.
    TypeOf(Vec<ColumnDeclaration>),
    /// A table expression: `T | where …`, `(T | count)`, `datatable(…)[…]`, also as an argument.
    Pipeline(Box<Pipeline>),
    /// `x => …`-free bracketed list where Kusto allows one: `[1, 2, 3]` after `datatable(…)` or in `externaldata`.
    Array(Vec<Expr>),
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// The name, in `f(a = 1)`.
    pub name: Option<Name>,
    /// The value.
    pub value: Expr,
}

/// An operator before one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-`.
    Minus,
    /// `+`.
    Plus,
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the operator of its name")]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    EqualIgnoreCase,
    NotEqualIgnoreCase,
    MatchesRegex,
    /// `column:"term"`, in `search`.
    Colon,
    /// A text operator such as `has` or `!startswith_cs`.
    Text(TextOperator, Negated),
}

/// Whether an operator was written with `!` (or its legacy `not…` form).
pub type Negated = bool;

/// The text operators; legacy spellings (`containscs`, `notcontains`) are read as these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the operator of its name")]
pub enum TextOperator {
    Has,
    HasCs,
    HasPrefix,
    HasPrefixCs,
    HasSuffix,
    HasSuffixCs,
    Contains,
    ContainsCs,
    StartsWith,
    StartsWithCs,
    EndsWith,
    EndsWithCs,
    /// Legacy `like`: `*` in the pattern matches anything.
    Like,
    /// Legacy `likecs`.
    LikeCs,
}

/// An operator with a parenthesised list on its right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the operator of its name")]
pub enum ListOperator {
    In,
    NotIn,
    InIgnoreCase,
    NotInIgnoreCase,
    HasAny,
    HasAll,
}

/// `source | operator | operator …`.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// What the first operator reads; none when that operator is a source itself (`print`, `range`, `datatable`,
    /// `externaldata`, `union`, `search`, `find`) or when the pipeline stands where its input is implied (`fork`,
    /// `mv-apply`, `partition`, `facet`).
    pub source: Option<Expr>,
    /// The operators, in order.
    pub operators: Vec<Operator>,
}
