//! Signatures as people write them, and what a call's arguments make of them.

use crate::types::ScalarType;

/// One overload of a function, parsed from its text.
///
/// ```text
/// (source: string, start: long, [length: long]) -> string
/// (*parts: any) -> string
/// (value: number, [digits: const long]) -> value
/// (regex: const string, group: const long, source: string, [type: type]) -> typeof(type)
/// ```
///
/// A parameter is `name: class`. `[…]` makes it optional, a leading `*` lets it repeat to the end of the call (at least
/// once; inside `[…]` also not at all), and `const` asks for a constant. A class is a type's name, several joined with
/// `|`, or one of `any`, `scalar` (any but dynamic), `text` (any, made a string), `number` (int, long, real, decimal),
/// `integer` (int, long), `summable` (number, timespan), `array` (a dynamic; no scalar is made one) and `type` (a
/// `typeof(…)` literal, passed as the type's name).
///
/// After `->` stands a type, a parameter's name (the type of that argument), `widest` (the widest number among the
/// arguments), `common` (the one type all arguments share) or `typeof(parameter)` (the type literal, `string`
/// when it is left out).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The parameters, in order.
    pub parameters: Vec<Parameter>,
    /// The type of the answer.
    pub returns: Returns,
}

/// One parameter of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, for messages and named documentation.
    pub name: String,
    /// What it takes.
    pub class: Class,
    /// Whether a call may leave it out.
    pub optional: bool,
    /// Whether it takes all remaining arguments.
    pub repeated: bool,
    /// Whether it must be a constant.
    pub constant: bool,
}

/// What a parameter takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Class {
    /// Any scalar, passed as it is.
    Any,
    /// One of these types. An argument of another type is converted to the first that Kusto converts to by itself.
    OneOf(Vec<ScalarType>),
    /// Any scalar, as text.
    Text,
    /// A `typeof(…)` literal.
    Type,
    /// A dynamic, to which nothing is converted.
    Array,
}

/// The type a call gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Returns {
    /// Always this.
    Type(ScalarType),
    /// The type of the argument at this place, after conversion.
    Argument(usize),
    /// The widest number among the arguments.
    Widest,
    /// The type all arguments share.
    Common,
    /// The type named by the literal at this place.
    TypeOf(usize),
}

impl Signature {
    /// Reads a signature's text. `None` when it is not one; a test reads every entry's.
    pub fn parse(text: &str) -> Option<Self> {
        let (parameters, returns) = text.trim().strip_prefix('(')?.rsplit_once("->")?;
        let parameters = parameters.trim().strip_suffix(')')?.trim();
        let parameters: Vec<Parameter> = if parameters.is_empty() {
            Vec::new()
        } else {
            parameters.split(',').map(|part| Parameter::parse(part.trim())).collect::<Option<_>>()?
        };
        let position = |name: &str| parameters.iter().position(|p| p.name == name);
        let returns = match returns.trim() {
            "widest" => Returns::Widest,
            "common" => Returns::Common,
            other => match other.strip_prefix("typeof(").and_then(|rest| rest.strip_suffix(')')) {
                Some(name) => Returns::TypeOf(position(name)?),
                None => match position(other) {
                    Some(at) => Returns::Argument(at),
                    None => Returns::Type(ScalarType::from_name(other)?),
                },
            },
        };
        Some(Self { parameters, returns })
    }

    /// The fewest arguments a call may have.
    pub fn least(&self) -> usize {
        self.parameters.iter().filter(|p| !p.optional).count()
    }

    /// The most arguments a call may have; `None` when the last parameter repeats.
    pub fn most(&self) -> Option<usize> {
        (!self.parameters.iter().any(|p| p.repeated)).then_some(self.parameters.len())
    }

    /// The parameter that the argument at a place belongs to.
    pub fn parameter(&self, at: usize) -> Option<&Parameter> {
        self.parameters.get(at).or_else(|| self.parameters.last().filter(|p| p.repeated))
    }
}

impl Parameter {
    fn parse(text: &str) -> Option<Self> {
        let (text, optional) = match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(inner) => (inner, true),
            None => (text, false),
        };
        let (text, repeated) = text.strip_prefix('*').map_or((text, false), |rest| (rest, true));
        let (name, class) = text.split_once(':')?;
        let class = class.trim();
        let (class, constant) = class.strip_prefix("const ").map_or((class, false), |rest| (rest, true));
        Some(Self { name: name.trim().to_owned(), class: Class::parse(class.trim())?, optional, repeated, constant })
    }
}

impl Class {
    fn parse(text: &str) -> Option<Self> {
        use ScalarType::{Decimal, Int, Long, Real, TimeSpan};
        if text == "any" {
            return Some(Self::Any);
        }
        if text == "type" {
            return Some(Self::Type);
        }
        if text == "array" {
            return Some(Self::Array);
        }
        if text == "text" {
            return Some(Self::Text);
        }
        let mut types = Vec::new();
        for part in text.split('|') {
            match part.trim() {
                "number" => types.extend([Long, Int, Real, Decimal]),
                "integer" => types.extend([Long, Int]),
                "scalar" => types.extend(ScalarType::ALL.into_iter().filter(|t| *t != ScalarType::Dynamic)),
                "summable" => types.extend([Long, Int, Real, Decimal, TimeSpan]),
                name => types.push(ScalarType::from_name(name)?),
            }
        }
        Some(Self::OneOf(types))
    }

    /// Whether an argument of this type is taken without conversion.
    pub fn takes(&self, scalar_type: ScalarType) -> bool {
        match self {
            Self::Any | Self::Text => true,
            Self::OneOf(types) => types.contains(&scalar_type),
            Self::Type => false,
            Self::Array => scalar_type == ScalarType::Dynamic,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::{AGGREGATES, FAMILIES};

    #[test]
    fn every_signature_of_the_catalogue_reads() {
        let functions = FAMILIES.iter().flat_map(|(_, f)| f.iter()).map(|f| (f.name, f.signatures));
        let aggregates = AGGREGATES.iter().flat_map(|f| f.iter()).map(|a| (a.name, a.signatures));
        for (name, signatures) in functions.chain(aggregates) {
            assert!(!signatures.is_empty(), "{name} has no signature");
            for text in signatures {
                assert!(Signature::parse(text).is_some(), "{name}{text}");
            }
        }
    }

    #[test]
    fn optional_and_repeated_parameters() {
        let s = Signature::parse("(a: string, [*b: const number|timespan]) -> a").unwrap();
        assert_eq!((s.least(), s.most(), &s.returns), (1, None, &Returns::Argument(0)));
        assert!(s.parameter(7).is_some_and(|p| p.constant && p.class.takes(ScalarType::TimeSpan)));
    }
}
