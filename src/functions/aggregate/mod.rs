//! The catalogue's aggregates, a file a family. What the core ones compute is in `ir`.

mod bits;
mod collections;
mod counts;
mod extremes;
mod group;
mod percentiles;
mod schema;
mod sketches;
mod spread;
mod sums;

pub use percentiles::rolling_percentiles;

use super::{Aggregate, AggregateMeaning, OverNothing};
use crate::ir::{AggregateKernel, CoreAggregate};
use crate::types::ScalarType;

/// Every family of aggregates.
pub(super) const FAMILIES: &[&[Aggregate]] = &[
    counts::AGGREGATES,
    sums::AGGREGATES,
    spread::AGGREGATES,
    extremes::AGGREGATES,
    percentiles::AGGREGATES,
    collections::AGGREGATES,
    bits::AGGREGATES,
    sketches::AGGREGATES,
];

type Texts = &'static [&'static str];
type Examples = &'static [(&'static str, &'static str)];

/// The entry of an aggregate that every engine has; its columns are named after it.
const fn core(
    name: &'static str,
    signatures: Texts,
    doc: &'static str,
    examples: Examples,
    core: CoreAggregate,
) -> Aggregate {
    let meaning = AggregateMeaning::Core(core);
    Aggregate { name, signatures, doc, examples, prefix: name, meaning, ..Aggregate::NEW }
}

/// The entry of a plain function on the rows of a group; its columns are named after it.
const fn kernel(
    name: &'static str,
    signatures: Texts,
    doc: &'static str,
    examples: Examples,
    kernel: AggregateKernel,
) -> Aggregate {
    let meaning = AggregateMeaning::Kernel(kernel);
    Aggregate { name, signatures, doc, examples, prefix: name, meaning, ..Aggregate::NEW }
}

impl Aggregate {
    /// The entry, with other names that mean the same and name their columns the same way.
    const fn also(self, aliases: Texts) -> Self {
        Self { aliases, ..self }
    }

    /// The entry, with another prefix of its columns' names; none names a column as its argument is named.
    const fn prefix(self, prefix: &'static str) -> Self {
        Self { prefix, ..self }
    }

    /// The entry under another name, which is also the prefix of its columns' names.
    const fn legacy(self, name: &'static str, prefix: &'static str) -> Self {
        Self { name, prefix, aliases: &[], ..self }
    }

    /// The entry, with what it gives over no value.
    const fn over_nothing(self, over_nothing: OverNothing) -> Self {
        Self { over_nothing, ..self }
    }

    /// The entry, whose kernel is told by the type of its first argument.
    const fn by_type(self, choose: fn(ScalarType) -> AggregateKernel) -> Self {
        Self { meaning: AggregateMeaning::ByType(choose), ..self }
    }
}
