//! The operations every engine can say; everything else is a kernel.

use crate::types::ScalarType;

/// A core operation. Its operands are already of the types it wants: the binder inserts conversions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Core {
    /// Sum; whole numbers wrap. datetime + timespan, timespan + timespan.
    Add,
    /// Difference; whole numbers wrap. datetime - datetime is a timespan.
    Subtract,
    /// Product; whole numbers wrap. timespan * number.
    Multiply,
    /// Quotient: whole numbers toward zero, null by 0; real by IEEE; timespan / timespan is real.
    Divide,
    /// Euclidean remainder, in [0, |divisor|).
    Modulo,
    /// Unary minus.
    Negate,
    /// `==`: false when one side is null, null when both are.
    Equal,
    /// `!=`: true when one side is null, null when both are.
    NotEqual,
    /// `<`: null when a side is null.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// Three-valued and over any number of operands: false wins.
    And,
    /// Three-valued or over any number of operands: true wins.
    Or,
    /// `not`: null stays null.
    Not,
    /// Whether the operand is null; never for a string.
    IsNull,
    /// `iff(condition, then, otherwise)`: a null condition counts as false.
    If,
    /// The first operand that is not null (for strings: not empty).
    Coalesce,
    /// Conversion to a type; null when it does not fit.
    Cast(ScalarType),
    /// `bin(value, size)`: floor to a multiple of the size; datetimes count from year 1.
    Bin,
    /// `=~`: equal ignoring case.
    EqualIgnoreCase,
    /// `in`: whether the first operand equals one of the rest.
    In,
    /// `in~`.
    InIgnoreCase,
    /// `contains` (ignoring case).
    Contains,
    /// `contains_cs`.
    ContainsCase,
    /// `startswith`.
    StartsWith,
    /// `startswith_cs`.
    StartsWithCase,
    /// `endswith`.
    EndsWith,
    /// `endswith_cs`.
    EndsWithCase,
    /// `has`: a whole term, ignoring case.
    Has,
    /// `has_cs`.
    HasCase,
    /// `hasprefix`.
    HasPrefix,
    /// `hasprefix_cs`.
    HasPrefixCase,
    /// `hassuffix`.
    HasSuffix,
    /// `hassuffix_cs`.
    HasSuffixCase,
    /// `has_any`: any of the needles, or of the elements of one dynamic array.
    HasAny,
    /// `has_all`.
    HasAll,
    /// `matches regex`.
    MatchesRegex,
    /// `d.key`, `d['key']`, `d[0]`, `d[-1]`: null when there is no such element.
    Member,
}

impl Core {
    /// The name of the operation in a printed plan.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::Negate => "negate",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::And => "and",
            Self::Or => "or",
            Self::Not => "not",
            Self::IsNull => "isnull",
            Self::If => "iff",
            Self::Coalesce => "coalesce",
            Self::Cast(_) => "cast",
            Self::Bin => "bin",
            Self::EqualIgnoreCase => "=~",
            Self::In => "in",
            Self::InIgnoreCase => "in~",
            Self::Contains => "contains",
            Self::ContainsCase => "contains_cs",
            Self::StartsWith => "startswith",
            Self::StartsWithCase => "startswith_cs",
            Self::EndsWith => "endswith",
            Self::EndsWithCase => "endswith_cs",
            Self::Has => "has",
            Self::HasCase => "has_cs",
            Self::HasPrefix => "hasprefix",
            Self::HasPrefixCase => "hasprefix_cs",
            Self::HasSuffix => "hassuffix",
            Self::HasSuffixCase => "hassuffix_cs",
            Self::HasAny => "has_any",
            Self::HasAll => "has_all",
            Self::MatchesRegex => "matches regex",
            Self::Member => "member",
        }
    }
}

/// The aggregates every engine has of its own. Nulls are ignored but by [`CoreAggregate::Count`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoreAggregate {
    /// `count()`: all rows.
    Count,
    /// `countif(p)`: rows where the predicate is true.
    CountIf,
    /// `sum`: whole numbers wrap; 0 over nothing.
    Sum,
    /// `avg`: real; over no value NaN for numbers, null for datetime and timespan.
    Average,
    /// `min`.
    Min,
    /// `max`.
    Max,
    /// `dcount`, `count_distinct`: exact; nulls are not counted.
    CountDistinct,
    /// `take_any`: the first value that is not null.
    TakeAny,
}
