//! Periods after which a series repeats itself.

use super::convolution::{circular_autocorrelation, powers};
use super::numbers::{list, mean, real_at, reals, series, whole};
use crate::functions::Function;
use crate::types::{Json, ScalarType, Value};

/// The shortest period there is.
const SHORTEST: usize = 4;
/// The most periods a call is given, zeros included.
const MOST: i64 = 1_024;
/// How many times the mean power a frequency must have to be more than noise.
const OVER_NOISE: f64 = 4.0;

/// A period and how well the series repeats itself after it, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Period {
    pub length: usize,
    pub score: f64,
}

/// What the search for periods knows of a series.
struct Rhythm {
    length: usize,
    /// The power of each number of waves over the series, up to half its length.
    powers: Vec<f64>,
    /// The mean of those powers.
    noise: f64,
    /// How well the series goes with itself so many places later, the worst as 0 and the series unmoved as 1.
    likeness: Vec<f64>,
}

impl Rhythm {
    fn of(series: &[f64]) -> Self {
        let mean = mean(series);
        let mut powers = powers(&series.iter().map(|x| x - mean).collect::<Vec<_>>());
        let mut likeness = circular_autocorrelation(&powers);
        let (best, worst) = (likeness[0], likeness.iter().copied().fold(f64::INFINITY, f64::min));
        likeness.iter_mut().for_each(|x| *x = if best > worst { (*x - worst) / (best - worst) } else { 0.0 });
        powers.truncate(series.len() / 2 + 1);
        let noise = powers.iter().skip(1).sum::<f64>() / (powers.len() - 1).max(1) as f64;
        Self { length: series.len(), powers, noise, likeness }
    }

    /// Whether so many waves over the series are a peak among the frequencies, well above noise.
    fn is_peak(&self, waves: usize) -> bool {
        let Some(power) = self.powers.get(waves).filter(|_| waves > 0) else { return false };
        let below = waves == 1 || self.powers[waves - 1] <= *power;
        below && self.powers.get(waves + 1).is_none_or(|next| next <= power) && *power > self.noise * OVER_NOISE
    }

    /// The score of a period, when the series is more like itself after it than a step before and after.
    fn score(&self, period: usize) -> Option<f64> {
        if period < SHORTEST || period > self.length / 2 {
            return None;
        }
        let [before, here, after] = [period - 1, period, period + 1].map(|at| self.likeness[at]);
        (before < here && after <= here).then_some(here)
    }

    /// The best period for a peak among the frequencies: the waves need not fit the series evenly.
    fn period_of(&self, waves: usize) -> Option<Period> {
        let end = |waves: f64| (self.length as f64 / waves).round() as usize;
        let (from, to) = (end(waves as f64 + 0.5), end(waves as f64 - 0.5));
        let periods = (from..=to).filter_map(|length| Some(Period { length, score: self.score(length)? }));
        periods.max_by(|a, b| a.score.total_cmp(&b.score).then(b.length.cmp(&a.length)))
    }
}

/// The periods of a series, best first.
pub(super) fn detect(series: &[f64], shortest: f64, longest: f64) -> Vec<Period> {
    if series.len() < 2 * SHORTEST {
        return Vec::new();
    }
    let rhythm = Rhythm::of(series);
    let mut found: Vec<Period> = (1..rhythm.powers.len())
        .filter(|waves| rhythm.is_peak(*waves))
        .filter_map(|waves| rhythm.period_of(waves))
        .filter(|p| (shortest..=longest).contains(&(p.length as f64)))
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.length.cmp(&b.length)));
    found.dedup_by_key(|p| p.length);
    found
}

fn detected<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(series) = series(arguments, 0) else { return Value::Null };
    let (Some(from), Some(to), Some(count)) = (real_at(arguments, 1), real_at(arguments, 2), whole(arguments, 3))
    else {
        return Value::Null;
    };
    let count = count.clamp(0, MOST) as usize;
    let found = detect(&series, from, to);
    let column = |of: fn(&Period) -> f64| {
        reals(found.iter().map(of).chain(std::iter::repeat(0.0)).take(count).collect::<Vec<_>>())
    };
    list(vec![column(|p| p.length as f64), column(|p| p.score)])
}

fn validated<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(series) = series(arguments, 0) else { return Value::Null };
    let rhythm = Rhythm::of(&series);
    let lengths: Vec<f64> = arguments[1..].iter().map(|v| v.as_f64().unwrap_or_default()).collect();
    let score = |length: f64| {
        if !(SHORTEST as f64..=rhythm.length as f64).contains(&length) {
            return 0.0;
        }
        let waves = (rhythm.length as f64 / length).round() as usize;
        let peak = (waves.saturating_sub(1)..=waves + 1).any(|waves| rhythm.is_peak(waves));
        rhythm.score(length.round() as usize).filter(|_| peak).unwrap_or(0.0)
    };
    let scores: Vec<Json> = vec![reals(lengths.iter().copied()), reals(lengths.iter().map(|l| score(*l)))];
    list(scores)
}

const COLUMNS: &[(&str, ScalarType)] = &[("periods", ScalarType::Dynamic), ("scores", ScalarType::Dynamic)];

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "series_periods_detect",
        &["(series: array, min_period: real, max_period: real, num_periods: long) -> dynamic"],
        "The periods after which the series repeats itself best, of at least 4 elements and at most half the series, \
         and a score from 0 to 1 for each; in two columns, filled up with zeros.",
        &[("series_periods_detect(dynamic([1,2,3,2,1,0,1,2,3,2,1,0,1,2,3,2,1,0,1,2,3,2,1,0]), 2, 20, 2)", "[6.0,0.0]")],
        |_, a| detected(a),
    )
    .columns(COLUMNS),
    Function::kernel(
        "series_periods_validate",
        &["(series: array, *period: real) -> dynamic"],
        "How well the series repeats itself after some periods, from 0 to 1; in two columns, the periods and the scores.",
        &[("series_periods_validate(dynamic([1,2,3,2,1,0,1,2,3,2,1,0,1,2,3,2,1,0,1,2,3,2,1,0]), 6, 5)", "[6.0,5.0]")],
        |_, a| validated(a),
    )
    .columns(COLUMNS),
];
