//! The catalogue: every scalar function and aggregate of KQL, one entry each.
//!
//! An entry holds everything there is to say of a function: its name, its signatures, its documentation, examples that
//! run as tests, and its meaning. Families are files; [`FAMILIES`] lists them. To add a function, add one entry to one
//! family.

pub mod signature;

mod aggregate;
mod array;
mod bag;
mod checks;
mod codec;
mod conditional;
mod conversion;
mod datetime;
mod datetime_format;
mod datetime_parts;
mod dynamic;
mod elsewhere;
mod encoding;
pub(crate) mod geo;
pub(crate) mod ip;
mod matching;
mod math;
mod metadata;
mod parsing;
mod series;
mod sketch;
mod statistics;
mod string;
mod timezone;
mod units;
mod unsupported;
mod user_agent;
mod window;

use crate::ir::{AggregateKernel, Expr, ScalarKernel, WindowKernel};
use crate::types::ScalarType;

/// One scalar function.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The name people write, in Kusto's spelling.
    pub name: &'static str,
    /// Other names that mean the same, obsolete ones included.
    pub aliases: &'static [&'static str],
    /// One signature an overload, as text: `(source: string, start: long, [length: long]) -> string`.
    /// See [`signature::Signature`] for the grammar.
    pub signatures: &'static [&'static str],
    /// What it does, in a sentence or three, in Markdown.
    pub doc: &'static str,
    /// Expressions and the text `tostring` gives of their value. Each runs as a test.
    pub examples: &'static [(&'static str, &'static str)],
    /// What a column gets called when the function is its whole expression.
    pub naming: ResultName,
    /// For a function that gives several columns (`series_fit_line`): each one's suffix and type. The kernel then
    /// returns a dynamic array with a value for each. Empty for all others.
    pub columns: &'static [(&'static str, ScalarType)],
    /// What is wrong with its arguments, as far as they are constants: a unit that is none, a broken pattern.
    pub check: fn(&[Expr]) -> Option<Refusal>,
    /// What it computes.
    pub meaning: Meaning,
}

/// Why a function refuses a constant argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The argument's place.
    pub argument: usize,
    /// What is wrong with it.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl Function {
    /// What an entry starts from: `Function { name: …, meaning: …, ..Function::NEW }`.
    pub const NEW: Self = Self {
        name: "",
        aliases: &[],
        signatures: &[],
        doc: "",
        examples: &[],
        naming: ResultName::None,
        columns: &[],
        check: |_| None,
        meaning: Meaning::Kernel(|_, _| crate::types::Value::Null),
    };

    /// The entry of a plain function on the values of one row.
    const fn kernel(
        name: &'static str,
        signatures: &'static [&'static str],
        doc: &'static str,
        examples: &'static [(&'static str, &'static str)],
        kernel: ScalarKernel,
    ) -> Self {
        Self { name, signatures, doc, examples, meaning: Meaning::Kernel(kernel), ..Self::NEW }
    }

    /// The entry, with other names that mean the same.
    const fn also(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// The entry, with the columns that the elements of its array become.
    const fn columns(self, columns: &'static [(&'static str, ScalarType)]) -> Self {
        Self { columns, ..self }
    }

    /// The entry, with what it refuses before any row is read.
    const fn checked(self, check: fn(&[Expr]) -> Option<Refusal>) -> Self {
        Self { check, ..self }
    }

    /// The entry, with what a column is called when the function is its whole expression.
    const fn naming(self, naming: ResultName) -> Self {
        Self { naming, ..self }
    }
}

/// How a column is named when its expression is a call and the query gives no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultName {
    /// `Column1`, `Column2` …
    None,
    /// The name the first argument would have: `bin(t, 1h)` is `t`.
    FirstArgument,
    /// As [`ResultName::FirstArgument`], but only when there is no second argument.
    OnlyArgument,
    /// A prefix and the first argument's name: `strlen(x)` is `strlen_x`.
    Prefix(&'static str),
    /// The first argument's name and a suffix: `array_sort_asc(a)` is `a_sorted`.
    Suffix(&'static str),
}

/// The meaning of a scalar function.
#[derive(Clone, Copy, Debug)]
pub enum Meaning {
    /// A plain function on the values of one row.
    Kernel(ScalarKernel),
    /// As [`Meaning::Kernel`], but a new value for every row even when all arguments are constants (`rand`).
    Volatile(ScalarKernel),
    /// A function on whole columns of a serialized table (`prev`, `row_number`).
    Window(WindowKernel),
    /// Said in terms of other expressions. The arguments are bound and converted to the signature's types.
    Rewrite(fn(Vec<Expr>) -> Expr),
    /// The binder's own: it looks at columns, tables or options instead of values.
    Special,
}

/// One aggregate.
#[derive(Clone, Copy, Debug)]
pub struct Aggregate {
    /// The name people write.
    pub name: &'static str,
    /// Other names that mean the same.
    pub aliases: &'static [&'static str],
    /// Signatures as in [`Function::signatures`].
    pub signatures: &'static [&'static str],
    /// What it does.
    pub doc: &'static str,
    /// Whole queries that give one cell, and the text of that cell. Each runs as a test.
    pub examples: &'static [(&'static str, &'static str)],
    /// The prefix of the generated column name: `sum` gives `sum_x`, and no prefix the argument's own name.
    pub prefix: &'static str,
    /// What it gives over no value, when its meaning gives null there.
    pub over_nothing: OverNothing,
    /// What it computes.
    pub meaning: AggregateMeaning,
}

impl Aggregate {
    /// What an entry starts from.
    pub const NEW: Self = Self {
        name: "",
        aliases: &[],
        signatures: &[],
        doc: "",
        examples: &[],
        prefix: "",
        over_nothing: OverNothing::Null,
        meaning: AggregateMeaning::Kernel(|_, _| crate::types::Value::Null),
    };
}

/// The meaning of an aggregate.
#[derive(Clone, Copy, Debug)]
pub enum AggregateMeaning {
    /// One that every engine has of its own.
    Core(crate::ir::CoreAggregate),
    /// A plain function on the rows of one group.
    Kernel(AggregateKernel),
    /// The same, told by the type of the first argument.
    ByType(fn(ScalarType) -> AggregateKernel),
}

/// What an aggregate gives over no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverNothing {
    /// Null, or whatever its meaning says.
    Null,
    /// The zero of its type.
    Zero,
    /// NaN, when it gives a real.
    NotANumber,
}

/// The text of a string argument; empty when there is none.
fn text<'v>(arguments: &'v [crate::types::Value<'_>], at: usize) -> &'v str {
    arguments.get(at).and_then(crate::types::Value::as_str).unwrap_or_default()
}

/// Every family of scalar functions.
pub const FAMILIES: &[(&str, &[Function])] = &[
    ("Conditions", conditional::FUNCTIONS),
    ("Conversions", conversion::FUNCTIONS),
    ("Datetime and timespan", datetime::FUNCTIONS),
    ("Parts of datetimes", datetime_parts::FUNCTIONS),
    ("Time zones", timezone::FUNCTIONS),
    ("Dynamic", dynamic::FUNCTIONS),
    ("Bags", bag::FUNCTIONS),
    ("Arrays and sets", array::FUNCTIONS),
    ("Encodings, digests and bits", encoding::FUNCTIONS),
    ("Compression and code points", codec::FUNCTIONS),
    ("Geospatial: points", geo::DISTANCES),
    ("Geospatial: lines", geo::LINES),
    ("Geospatial: polygons", geo::POLYGONS),
    ("Geospatial: unions", geo::UNIONS),
    ("Geospatial: intersections", geo::INTERSECTIONS),
    ("Geospatial: Geohash", geo::GEOHASHES),
    ("Geospatial: S2", geo::S2_CELLS),
    ("Geospatial: H3", geo::H3_CELLS),
    ("Geospatial: text", geo::TEXTS),
    ("IP addresses", ip::FUNCTIONS),
    ("Mathematics", math::FUNCTIONS),
    ("Metadata", metadata::FUNCTIONS),
    ("Parsing", parsing::FUNCTIONS),
    ("User agents", user_agent::FUNCTIONS),
    ("Searching and replacing", matching::FUNCTIONS),
    ("Series, element by element", series::elementwise::FUNCTIONS),
    ("Series as vectors", series::vectors::FUNCTIONS),
    ("Series with missing values", series::fill::FUNCTIONS),
    ("Series through filters", series::filter::FUNCTIONS),
    ("Series and their statistics", series::statistics::FUNCTIONS),
    ("Series and their anomalies", series::anomalies::FUNCTIONS),
    ("Series and lines", series::fit::FUNCTIONS),
    ("Series and polynomials", series::polynomial::FUNCTIONS),
    ("Series and frequencies", series::fourier::FUNCTIONS),
    ("Series and periods", series::periods::FUNCTIONS),
    ("Series taken apart", series::decompose::FUNCTIONS),
    ("Sketches", sketch::FUNCTIONS),
    ("Statistics", statistics::FUNCTIONS),
    ("Strings", string::FUNCTIONS),
    ("Units", units::FUNCTIONS),
    ("Window", window::FUNCTIONS),
];

/// Every aggregate.
pub const AGGREGATES: &[&[Aggregate]] = aggregate::FAMILIES;

pub use aggregate::rolling_percentiles;
pub use elsewhere::of_other_languages;
pub use unsupported::{UNSUPPORTED, reason as unsupported_reason};

/// The scalar function of a name or alias. Names are case-sensitive, as in Kusto.
pub fn find(name: &str) -> Option<&'static Function> {
    FAMILIES.iter().flat_map(|(_, family)| family.iter()).find(|f| f.name == name || f.aliases.contains(&name))
}

/// The aggregate of a name or alias.
pub fn find_aggregate(name: &str) -> Option<&'static Aggregate> {
    AGGREGATES.iter().flat_map(|family| family.iter()).find(|a| a.name == name || a.aliases.contains(&name))
}
