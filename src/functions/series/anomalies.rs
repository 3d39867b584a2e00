//! Tukey's fences: how far an element lies outside the bulk of a series.

use super::numbers::{Number, array, quantile, real_at, reals, sorted, whole};
use crate::functions::{Function, ResultName, text};
use crate::types::Value;

/// The quartile of a normal distribution, as Kusto rounds it.
const QUARTILE: f64 = 0.675;
/// The fence of an anomaly, in ranges between quartiles.
const MILD: f64 = 1.5;
/// Kusto takes the quantiles of the normal distribution from an odd polynomial in the distance from the middle: its
/// coefficients, for the first, third and fifth power.
const NORMAL: [f64; 3] = [2.679_429_33, -2.687_8, 38.776_2];

/// Which quantiles hold the bulk of a series.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bulk {
    low: f64,
    high: f64,
    /// What a distance in ranges between these quantiles is multiplied with below and above the bulk, so that elements of
    /// a normal distribution get the score they would with quartiles.
    scales: (f64, f64),
}

impl Bulk {
    /// `tukey`: the quartiles.
    pub const QUARTILES: Self = Self { low: 0.25, high: 0.75, scales: (1.0, 1.0) };

    /// `ctukey`: quantiles as given, from 0 to 1.
    pub fn between(low: f64, high: f64) -> Self {
        let fence = QUARTILE + MILD * 2.0 * QUARTILE;
        let (below, above) = (normal(low), normal(high));
        let range = MILD * (above - below);
        Self { low, high, scales: (range / (fence + below), range / (fence - above)) }
    }

    /// The bulk of a kind of test by its name.
    pub fn named(kind: &str, low: f64, high: f64) -> Option<Self> {
        match kind.to_ascii_lowercase().as_str() {
            "tukey" => Some(Self::QUARTILES),
            "ctukey" | "" => Some(Self::between(low, high)),
            _ => None,
        }
    }

    /// The score of each element: 0 inside the bulk and for what is missing, more than 1.5 or less than -1.5 for an
    /// anomaly.
    ///
    /// The last `unseen` elements get scores, but the bulk is not measured on them.
    pub fn scores(self, series: &[Option<f64>], unseen: usize) -> Vec<f64> {
        let learned = series.len().saturating_sub(unseen);
        let known = sorted(series.iter().take(learned).copied().flatten().collect());
        let (low, high) = (quantile(&known, self.low), quantile(&known, self.high));
        let range = high - low;
        let score = |x: &Option<f64>| match x {
            Some(x) if *x < low => (x - low) / range * self.scales.0,
            Some(x) if *x > high => (x - high) / range * self.scales.1,
            _ => 0.0,
        };
        series.iter().map(score).collect()
    }
}

/// The quantile of the standard normal distribution, roughly, as Kusto has it.
fn normal(share: f64) -> f64 {
    let x = share - 0.5;
    let [a, b, c] = NORMAL;
    x * (a + x * x * (b + x * x * c))
}

fn outliers<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(items) = array(arguments, 0) else { return Value::Null };
    let ignored = real_at(arguments, 2);
    let percentile = |at: usize, default: f64| real_at(arguments, at).unwrap_or(default);
    let (low, high) = (percentile(3, 10.0), percentile(4, 90.0));
    let allowed = 2.0..=98.0;
    if !allowed.contains(&low) || !allowed.contains(&high) || low >= high {
        return Value::Null;
    }
    let Some(bulk) = Bulk::named(text(arguments, 1), low / 100.0, high / 100.0) else { return Value::Null };
    let number = |item| Number::of(item).map(Number::real).filter(|x| !x.is_nan() && Some(*x) != ignored);
    let unseen = whole(arguments, 5).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    Value::dynamic(reals(bulk.scores(&items.iter().map(number).collect::<Vec<_>>(), unseen)))
}

/// The family.
pub const FUNCTIONS: &[Function] = &[Function::kernel(
    "series_outliers",
    &["(series: dynamic, [kind: string], [ignore: real], [min_percentile: real], [max_percentile: real], \
           [test_points: long]) -> dynamic"],
    "How far each element lies outside the bulk of the series by Tukey's test: more than 1.5 above or less than -1.5 \
         below is an anomaly. The bulk lies between the 10th and the 90th percentile or others (`ctukey`), or between \
         the quartiles (`tukey`), and is not measured on the last test points. Missing values score 0.",
    &[
        ("series_outliers(dynamic([1, 2, 3, 4, 14]), 'tukey')", "[-0.5,0.0,0.0,0.0,5.0]"),
        ("series_outliers(dynamic([3, 4, 3, 5, 3, 4, 3, 4, 5, null]))[9]", "0"),
    ],
    |_, a| outliers(a),
)
.naming(ResultName::FirstArgument)];
