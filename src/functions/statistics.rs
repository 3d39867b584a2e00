//! Special functions and tests of statistics.

use statrs::distribution::{Beta, Continuous, ContinuousCDF, StudentsT};
use statrs::function::erf;

use super::{Function, ResultName};
use crate::types::Value;

fn reals<const N: usize>(arguments: &[Value<'_>]) -> Option<[f64; N]> {
    let all: Vec<f64> = arguments.iter().map(Value::as_f64).collect::<Option<_>>()?;
    all.try_into().ok()
}

/// A function of the beta distribution; NaN outside of what it is defined for.
fn beta<'a>(arguments: &[Value<'a>], of: fn(&Beta, f64) -> f64, defined: fn(f64) -> bool) -> Value<'a> {
    let Some([x, alpha, beta]) = reals(arguments) else { return Value::Null };
    Value::Real(Beta::new(alpha, beta).ok().filter(|_| defined(x)).map_or(f64::NAN, |b| of(&b, x)))
}

/// Where the cumulative distribution reaches a probability, halving what is left of the reals from 0 to 1: a search
/// along the slope is quicker, and loses its way where there is hardly any.
fn inverse(of: &Beta, probability: f64) -> f64 {
    if probability >= 1.0 {
        return 1.0;
    }
    // Reals that are not negative are in the order of their bits.
    let (mut below, mut reached) = (0, 1.0_f64.to_bits());
    while reached - below > 1 {
        let middle = below + (reached - below) / 2;
        if of.cdf(f64::from_bits(middle)) < probability {
            below = middle;
        } else {
            reached = middle;
        }
    }
    f64::from_bits(reached)
}

/// The probability that two samples this far apart have the same mean (Welch's unequal variances t-test).
fn welch<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some([mean1, variance1, count1, mean2, variance2, count2]) = reals(arguments) else { return Value::Null };
    let (a, b) = (variance1 / count1, variance2 / count2);
    let t = (mean1 - mean2) / (a + b).sqrt();
    let freedom = (a + b).powi(2) / (a * a / (count1 - 1.0) + b * b / (count2 - 1.0));
    let p = StudentsT::new(0.0, 1.0, freedom).map(|d| 2.0 * d.cdf(-t.abs()));
    Value::Real(p.unwrap_or(f64::NAN))
}

fn real<'a>(arguments: &[Value<'a>], of: fn(f64) -> f64) -> Value<'a> {
    arguments[0].as_f64().map_or(Value::Null, |x| Value::Real(of(x)))
}

const OF_BETA: &[&str] = &["(x: real, alpha: real, beta: real) -> real"];

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel("erf", &["(x: real) -> real"], "The error function.", &[("erf(0)", "0.0")], |_, a| {
        real(a, erf::erf)
    })
    .naming(ResultName::FirstArgument),
    Function::kernel(
        "erfc",
        &["(x: real) -> real"],
        "The complementary error function.",
        &[("erfc(0)", "1.0")],
        |_, a| real(a, erf::erfc),
    )
    .naming(ResultName::FirstArgument),
    Function::kernel(
        "gamma",
        &["(x: real) -> real"],
        "The gamma function: of n + 1, the factorial of n.",
        &[("gamma(5)", "24.0")],
        |_, a| real(a, libm::tgamma),
    )
    .naming(ResultName::FirstArgument),
    Function::kernel(
        "loggamma",
        &["(x: real) -> real"],
        "The natural logarithm of the gamma function's absolute value.",
        &[("round(loggamma(5), 4)", "3.1781")],
        |_, a| real(a, libm::lgamma),
    )
    .naming(ResultName::FirstArgument),
    Function::kernel(
        "beta_cdf",
        OF_BETA,
        "The standard cumulative beta distribution.",
        &[("round(beta_cdf(0.2, 1, 2), 4)", "0.36"), ("beta_cdf(1.5, 1, 2)", "1.0")],
        // Beyond the last possible value all of the distribution lies behind.
        |_, a| beta(a, Beta::cdf, |x| x >= 0.0),
    ),
    Function::kernel(
        "beta_pdf",
        OF_BETA,
        "The density of the standard beta distribution.",
        &[("round(beta_pdf(0.5, 2, 2), 4)", "1.5")],
        |_, a| beta(a, Beta::pdf, |x| (0.0..=1.0).contains(&x)),
    ),
    Function::kernel(
        "beta_inv",
        &["(probability: real, alpha: real, beta: real) -> real"],
        "The inverse of the standard cumulative beta distribution.",
        &[("round(beta_inv(0.36, 1, 2), 4)", "0.2"), ("beta_inv(0, 1, 2)", "NaN")],
        |_, a| beta(a, inverse, |p| p > 0.0 && p <= 1.0),
    ),
    Function::kernel(
        "welch_test",
        &["(mean1: real, variance1: real, count1: real, mean2: real, variance2: real, count2: real) -> real"],
        "The p-value of Welch's t-test: how likely two samples like these come from populations of one mean.",
        &[("round(welch_test(1, 1, 10, 1, 1, 10), 4)", "1.0")],
        |_, a| welch(a),
    ),
];
