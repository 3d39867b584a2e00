//! Standard deviations, variances and covariances.

use super::group::{Group, chosen, group_where, number, values};
use super::{Aggregate, kernel};
use crate::types::Value;

/// The sample's divisor is one less than its size.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Sample,
    Population,
}

const VALUE: &[&str] = &["(value: real|int|long|decimal|timespan|datetime) -> real"];
const VALUE_IF: &[&str] = &["(value: real|int|long|decimal|timespan|datetime, condition: bool) -> real"];
const PAIR: &[&str] =
    &["(value: real|int|long|decimal|timespan|datetime, other: real|int|long|decimal|timespan|datetime) -> real"];
const PAIR_IF: &[&str] = &[
    "(value: real|int|long|decimal|timespan|datetime, other: real|int|long|decimal|timespan|datetime, condition: bool) -> real",
];

/// The family.
pub(super) const AGGREGATES: &[Aggregate] = &[
    kernel(
        "stdev",
        VALUE,
        "The standard deviation of a sample; 0 over one value.",
        &[("range x from 1 to 3 step 1 | summarize stdev(x)", "1.0")],
        |_, g| Value::Real(variance(values(g), Of::Sample).sqrt()),
    ),
    kernel(
        "stdevif",
        VALUE_IF,
        "The standard deviation of a sample, where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize stdevif(x, x < 4)", "1.0")],
        |_, g| Value::Real(variance(&chosen(g, 1), Of::Sample).sqrt()),
    ),
    kernel(
        "stdevp",
        VALUE,
        "The standard deviation of a population.",
        &[("datatable(x:real)[1, 3] | summarize stdevp(x)", "1.0")],
        |_, g| Value::Real(variance(values(g), Of::Population).sqrt()),
    ),
    kernel(
        "variance",
        VALUE,
        "The variance of a sample; 0 over one value.",
        &[("range x from 1 to 3 step 1 | summarize variance(x)", "1.0")],
        |_, g| Value::Real(variance(values(g), Of::Sample)),
    ),
    kernel(
        "varianceif",
        VALUE_IF,
        "The variance of a sample, where a condition is true.",
        &[("range x from 1 to 4 step 1 | summarize varianceif(x, x < 4)", "1.0")],
        |_, g| Value::Real(variance(&chosen(g, 1), Of::Sample)),
    ),
    kernel(
        "variancep",
        VALUE,
        "The variance of a population.",
        &[("datatable(x:real)[1, 5] | summarize variancep(x)", "4.0")],
        |_, g| Value::Real(variance(values(g), Of::Population)),
    ),
    kernel(
        "variancepif",
        VALUE_IF,
        "The variance of a population, where a condition is true.",
        &[("datatable(x:real)[1, 5, 9] | summarize variancepif(x, x < 9)", "4.0")],
        |_, g| Value::Real(variance(&chosen(g, 1), Of::Population)),
    ),
    kernel(
        "covariance",
        PAIR,
        "How two values vary together, in a sample.",
        &[("datatable(x:real, y:real)[1, 2, 2, 4, 3, 6] | summarize covariance(x, y)", "2.0")],
        |_, g| Value::Real(covariance(g, Of::Sample)),
    ),
    kernel(
        "covarianceif",
        PAIR_IF,
        "How two values vary together in a sample, where a condition is true.",
        &[("datatable(x:real, y:real)[1, 2, 2, 4, 3, 6, 9, 9] | summarize covarianceif(x, y, x < 9)", "2.0")],
        |_, g| Value::Real(covariance(&group_where(g, 2), Of::Sample)),
    ),
    kernel(
        "covariancep",
        PAIR,
        "How two values vary together, in a population.",
        &[("datatable(x:real, y:real)[1, 2, 3, 6] | summarize covariancep(x, y)", "2.0")],
        |_, g| Value::Real(covariance(g, Of::Population)),
    ),
    kernel(
        "covariancepif",
        PAIR_IF,
        "How two values vary together in a population, where a condition is true.",
        &[("datatable(x:real, y:real)[1, 2, 3, 6, 9, 9] | summarize covariancepif(x, y, x < 9)", "2.0")],
        |_, g| Value::Real(covariance(&group_where(g, 2), Of::Population)),
    ),
];

fn variance(values: &[Value<'static>], of: Of) -> f64 {
    together(values.iter().filter_map(number).map(|x| (x, x)), of)
}

/// Rows where either value is null do not count.
fn covariance(group: &Group, of: Of) -> f64 {
    let other = group.get(1).map_or(&[][..], Vec::as_slice);
    together(values(group).iter().zip(other).filter_map(|(x, y)| Some((number(x)?, number(y)?))), of)
}

/// In one pass, by running means: sums of squares would lose what large values have in common.
fn together(pairs: impl Iterator<Item = (f64, f64)>, of: Of) -> f64 {
    let (mut n, mut mean_x, mut mean_y, mut products) = (0.0, 0.0, 0.0, 0.0);
    for (x, y) in pairs {
        n += 1.0;
        let from_mean = x - mean_x;
        mean_x += from_mean / n;
        mean_y += (y - mean_y) / n;
        products += from_mean * (y - mean_y);
    }
    let divisor = if of == Of::Population { n } else { n - 1.0 };
    if divisor <= 0.0 { 0.0 } else { products / divisor }
}
