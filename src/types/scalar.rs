use std::fmt;

/// One of KQL's ten scalar types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScalarType {
    /// `bool`: true, false or null.
    Bool,
    /// `int`: 32-bit signed.
    Int,
    /// `long`: 64-bit signed; what a bare integer literal is.
    Long,
    /// `real`: IEEE 754 double.
    Real,
    /// `decimal`: 28 significant digits here (Kusto keeps 34).
    Decimal,
    /// `datetime`: 100 ns ticks since 0001-01-01T00:00:00Z, years 1 to 9999.
    DateTime,
    /// `timespan`: signed 100 ns ticks.
    TimeSpan,
    /// `guid`.
    Guid,
    /// `string`: never null; a missing one is empty.
    String,
    /// `dynamic`: a JSON value.
    Dynamic,
}

impl ScalarType {
    /// Every type, in the order of the reference.
    pub const ALL: [Self; 10] = [
        Self::Bool,
        Self::Int,
        Self::Long,
        Self::Real,
        Self::Decimal,
        Self::DateTime,
        Self::TimeSpan,
        Self::Guid,
        Self::String,
        Self::Dynamic,
    ];

    /// The name Kusto prints in `getschema`'s `ColumnType`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Long => "long",
            Self::Real => "real",
            Self::Decimal => "decimal",
            Self::DateTime => "datetime",
            Self::TimeSpan => "timespan",
            Self::Guid => "guid",
            Self::String => "string",
            Self::Dynamic => "dynamic",
        }
    }

    /// The .NET name Kusto prints in `getschema`'s `DataType`.
    pub const fn clr_name(self) -> &'static str {
        match self {
            Self::Bool => "System.SByte",
            Self::Int => "System.Int32",
            Self::Long => "System.Int64",
            Self::Real => "System.Double",
            Self::Decimal => "System.Data.SqlTypes.SqlDecimal",
            Self::DateTime => "System.DateTime",
            Self::TimeSpan => "System.TimeSpan",
            Self::Guid => "System.Guid",
            Self::String => "System.String",
            Self::Dynamic => "System.Object",
        }
    }

    /// The type a name in a query means, legacy spellings included.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "bool" | "boolean" => Self::Bool,
            "int" | "int32" => Self::Int,
            "long" | "int64" => Self::Long,
            "real" | "double" | "float" => Self::Real,
            "decimal" => Self::Decimal,
            "datetime" | "date" => Self::DateTime,
            "timespan" | "time" => Self::TimeSpan,
            "guid" | "uuid" | "uniqueid" => Self::Guid,
            "string" => Self::String,
            "dynamic" => Self::Dynamic,
            _ => return None,
        })
    }

    /// `int` or `long`.
    pub const fn is_integer(self) -> bool {
        matches!(self, Self::Int | Self::Long)
    }

    /// `int`, `long`, `real` or `decimal`.
    pub const fn is_numeric(self) -> bool {
        matches!(self, Self::Int | Self::Long | Self::Real | Self::Decimal)
    }

    /// What can be summed: numbers and timespans.
    pub const fn is_summable(self) -> bool {
        self.is_numeric() || matches!(self, Self::TimeSpan)
    }
}

impl fmt::Display for ScalarType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
