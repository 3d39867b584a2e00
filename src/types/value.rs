use std::borrow::Cow;
use std::cmp::Ordering;

use rust_decimal::Decimal;
use uuid::Uuid;

use super::ScalarType;

/// A JSON value, the content of a `dynamic`. Bags keep the order of their keys.
pub type Json = serde_json::Value;

/// One KQL value. `'a` lets a string or dynamic borrow from the batch it was read from.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Null of any type but `string`.
    Null,
    /// A `bool`.
    Bool(bool),
    /// An `int`.
    Int(i32),
    /// A `long`.
    Long(i64),
    /// A `real`.
    Real(f64),
    /// A `decimal`.
    Decimal(Decimal),
    /// A `datetime`: 100 ns ticks since year 1.
    DateTime(i64),
    /// A `timespan`: 100 ns ticks.
    TimeSpan(i64),
    /// A `guid`.
    Guid(Uuid),
    /// A `string`.
    String(Cow<'a, str>),
    /// A `dynamic` that is not null.
    Dynamic(Cow<'a, Json>),
}

impl<'a> Value<'a> {
    /// An owned string value.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(Cow::Owned(text.into()))
    }

    /// A string value that borrows.
    pub const fn str(text: &'a str) -> Self {
        Self::String(Cow::Borrowed(text))
    }

    /// A dynamic value; JSON null becomes [`Value::Null`].
    pub fn dynamic(json: Json) -> Self {
        if json.is_null() { Self::Null } else { Self::Dynamic(Cow::Owned(json)) }
    }

    /// The type of the value; `None` for null.
    pub const fn scalar_type(&self) -> Option<ScalarType> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(_) => ScalarType::Bool,
            Self::Int(_) => ScalarType::Int,
            Self::Long(_) => ScalarType::Long,
            Self::Real(_) => ScalarType::Real,
            Self::Decimal(_) => ScalarType::Decimal,
            Self::DateTime(_) => ScalarType::DateTime,
            Self::TimeSpan(_) => ScalarType::TimeSpan,
            Self::Guid(_) => ScalarType::Guid,
            Self::String(_) => ScalarType::String,
            Self::Dynamic(_) => ScalarType::Dynamic,
        })
    }

    /// Whether this is null. An empty string is not.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The null of a type: `""` for `string`, [`Value::Null`] for the others.
    pub const fn null_of(scalar_type: ScalarType) -> Self {
        match scalar_type {
            ScalarType::String => Self::String(Cow::Borrowed("")),
            _ => Self::Null,
        }
    }

    /// The text of a `string`.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The integer of an `int` or `long`.
    pub const fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n as i64),
            Self::Long(n) => Some(*n),
            _ => None,
        }
    }

    /// The ticks of a `datetime` or `timespan`.
    pub const fn as_ticks(&self) -> Option<i64> {
        match self {
            Self::DateTime(t) | Self::TimeSpan(t) => Some(*t),
            _ => None,
        }
    }

    /// Any number as a double.
    pub fn as_f64(&self) -> Option<f64> {
        use rust_decimal::prelude::ToPrimitive;
        match self {
            Self::Int(n) => Some(f64::from(*n)),
            Self::Long(n) => Some(*n as f64),
            Self::Real(x) => Some(*x),
            Self::Decimal(d) => d.to_f64(),
            _ => None,
        }
    }

    /// The truth of a `bool`.
    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The content of a `dynamic`.
    pub fn as_json(&self) -> Option<&Json> {
        match self {
            Self::Dynamic(json) => Some(json),
            _ => None,
        }
    }

    /// The value as JSON, as it stands inside a dynamic; null is JSON's null.
    pub fn to_json(&self) -> Json {
        match super::cast(self, ScalarType::Dynamic) {
            Self::Dynamic(json) => json.into_owned(),
            _ => Json::Null,
        }
    }

    /// The same value, owning what it holds.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(b) => Value::Bool(b),
            Self::Int(n) => Value::Int(n),
            Self::Long(n) => Value::Long(n),
            Self::Real(x) => Value::Real(x),
            Self::Decimal(d) => Value::Decimal(d),
            Self::DateTime(t) => Value::DateTime(t),
            Self::TimeSpan(t) => Value::TimeSpan(t),
            Self::Guid(g) => Value::Guid(g),
            Self::String(text) => Value::String(Cow::Owned(text.into_owned())),
            Self::Dynamic(json) => Value::Dynamic(Cow::Owned(json.into_owned())),
        }
    }

    /// Kusto's order of two values of one type family: numbers by size (NaN below every number), strings ordinal,
    /// false before true. Null is below everything; values of unlike types compare as equal.
    pub fn order(&self, other: &Value<'_>) -> Ordering {
        match (self, other) {
            (Self::Null, Value::Null) => Ordering::Equal,
            (Self::Null, _) => Ordering::Less,
            (_, Value::Null) => Ordering::Greater,
            (Self::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Self::DateTime(a), Value::DateTime(b)) | (Self::TimeSpan(a), Value::TimeSpan(b)) => a.cmp(b),
            (Self::Guid(a), Value::Guid(b)) => a.cmp(b),
            (Self::String(a), Value::String(b)) => a.cmp(b),
            (Self::Decimal(a), Value::Decimal(b)) => a.cmp(b),
            (Self::Dynamic(a), Value::Dynamic(b)) => a.to_string().cmp(&b.to_string()),
            _ => match (self.as_i64(), other.as_i64()) {
                (Some(a), Some(b)) => a.cmp(&b),
                (Some(a), None) if other.as_f64().is_some() => long_beside_real(a, other.as_f64().unwrap_or(f64::NAN)),
                (None, Some(b)) if self.as_f64().is_some() => {
                    long_beside_real(b, self.as_f64().unwrap_or(f64::NAN)).reverse()
                }
                _ => match (self.as_f64(), other.as_f64()) {
                    (Some(a), Some(b)) => match (a.is_nan(), b.is_nan()) {
                        (true, true) => Ordering::Equal,
                        (true, false) => Ordering::Less,
                        (false, true) => Ordering::Greater,
                        (false, false) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
                    },
                    _ => Ordering::Equal,
                },
            },
        }
    }

    /// An order of any two values, for sorting: unlike ones by their kind, like ones as [`Value::order`] has them.
    pub fn total_order(&self, other: &Value<'_>) -> Ordering {
        self.kind().cmp(&other.kind()).then_with(|| self.order(other))
    }

    /// The place of a value's kind among all kinds; numbers are of one kind.
    const fn kind(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Int(_) | Self::Long(_) | Self::Real(_) | Self::Decimal(_) => 2,
            Self::DateTime(_) => 3,
            Self::TimeSpan(_) => 4,
            Self::Guid(_) => 5,
            Self::String(_) => 6,
            Self::Dynamic(_) => 7,
        }
    }
}

/// The order of a whole number and a real, exactly: as a real, great whole numbers would be equal to their neighbours.
fn long_beside_real(long: i64, real: f64) -> Ordering {
    /// 2 to the power of 63: the least real that is greater than every long.
    const ABOVE: f64 = 9_223_372_036_854_775_808.0;
    if real.is_nan() || real < -ABOVE {
        Ordering::Greater
    } else if real >= ABOVE {
        Ordering::Less
    } else {
        let fraction = real - real.trunc();
        long.cmp(&(real as i64)).then_with(|| 0.0.partial_cmp(&fraction).unwrap_or(Ordering::Equal))
    }
}
