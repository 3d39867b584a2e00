//! A series taken apart: what repeats itself, what goes on, and what is left.

use super::anomalies::Bulk;
use super::fit::Line;
use super::numbers::{list, mean, quantile, real_at, reals, series, sorted, whole};
use super::periods::detect;
use crate::functions::{Function, text};
use crate::types::{Json, ScalarType, Value};

/// The score from which a period counts, in `series_seasonal`.
const SEASONAL: f64 = 0.7;
/// The same in decompositions.
const DECOMPOSED: f64 = 0.6;

/// The best period of a series whose score reaches a threshold.
fn period_of(series: &[f64], threshold: f64) -> Option<usize> {
    detect(series, 0.0, f64::INFINITY).first().filter(|p| p.score >= threshold).map(|p| p.length)
}

/// The period an argument asks for: -1 to find it, 0 for none.
fn asked_period(asked: i64, learned: &[f64], threshold: f64) -> Option<usize> {
    match asked {
        ..=-1 => period_of(learned, threshold),
        _ => usize::try_from(asked).ok().filter(|period| *period > 0),
    }
}

/// The median of the elements in each phase of a period, repeated over a length; 0 for a phase without elements.
fn seasonal(learned: &[f64], period: Option<usize>, length: usize) -> Vec<f64> {
    let Some(period) = period else { return vec![0.0; length] };
    let median = |phase: usize| match learned.get(phase..) {
        Some(rest) if !rest.is_empty() => quantile(&sorted(rest.iter().step_by(period).copied().collect()), 0.5),
        _ => 0.0,
    };
    let medians: Vec<f64> = (0..period.min(length)).map(median).collect();
    (0..length).map(|at| medians[at % period]).collect()
}

/// How a decomposition is to be made.
struct Wish<'v> {
    seasonality: i64,
    trend: &'v str,
    /// How many elements at the end are not learned from.
    unseen: i64,
    threshold: f64,
}

/// The parts of a series.
struct Parts {
    baseline: Vec<f64>,
    seasonal: Vec<f64>,
    trend: Vec<f64>,
    residual: Vec<f64>,
}

impl Parts {
    fn of(series: &[f64], wish: &Wish<'_>) -> Option<Self> {
        let unseen = usize::try_from(wish.unseen).unwrap_or(0);
        let learned = &series[..series.len().checked_sub(unseen).filter(|n| *n > 0)?];
        let period = asked_period(wish.seasonality, learned, wish.threshold);
        let seasonal = seasonal(learned, period, series.len());
        let rest: Vec<f64> = learned.iter().zip(&seasonal).map(|(x, s)| x - s).collect();
        let trend: Vec<f64> = match wish.trend {
            "avg" => vec![mean(&rest); series.len()],
            "linefit" => {
                let line = Line::through(&rest);
                (0..series.len()).map(|at| line.at(at)).collect()
            }
            "none" => vec![0.0; series.len()],
            _ => return None,
        };
        let baseline: Vec<f64> = seasonal.iter().zip(&trend).map(|(s, t)| s + t).collect();
        let residual = series.iter().zip(&baseline).map(|(x, b)| x - b).collect();
        Some(Self { baseline, seasonal, trend, residual })
    }

    fn columns(self) -> Vec<Json> {
        [self.baseline, self.seasonal, self.trend, self.residual].map(reals).into()
    }
}

/// A text argument that may be left out.
fn text_or<'v>(arguments: &'v [Value<'_>], at: usize, default: &'v str) -> &'v str {
    Some(text(arguments, at)).filter(|text| !text.is_empty()).unwrap_or(default)
}

fn season<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(series) = series(arguments, 0) else { return Value::Null };
    let unseen = whole(arguments, 2).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let learned = &series[..series.len().saturating_sub(unseen)];
    let period = asked_period(whole(arguments, 1).unwrap_or(-1), learned, SEASONAL);
    Value::dynamic(reals(seasonal(learned, period, series.len())))
}

fn decompose<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(series) = series(arguments, 0) else { return Value::Null };
    let wish = Wish {
        seasonality: whole(arguments, 1).unwrap_or(-1),
        trend: text_or(arguments, 2, "avg"),
        unseen: whole(arguments, 3).unwrap_or(0),
        threshold: real_at(arguments, 4).unwrap_or(DECOMPOSED),
    };
    Parts::of(&series, &wish).map_or(Value::Null, |parts| list(parts.columns()))
}

fn anomalies<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(series) = series(arguments, 0) else { return Value::Null };
    let threshold = real_at(arguments, 1).unwrap_or(1.5);
    let wish = Wish {
        seasonality: whole(arguments, 2).unwrap_or(-1),
        trend: text_or(arguments, 3, "avg"),
        unseen: whole(arguments, 4).unwrap_or(0),
        threshold: real_at(arguments, 6).unwrap_or(DECOMPOSED),
    };
    let Some(bulk) = Bulk::named(text(arguments, 5), 0.1, 0.9) else { return Value::Null };
    let Some(parts) = Parts::of(&series, &wish) else { return Value::Null };
    let unseen = usize::try_from(wish.unseen).unwrap_or(0);
    let scores = bulk.scores(&parts.residual.iter().copied().map(Some).collect::<Vec<_>>(), unseen);
    let flag = |score: &f64| Json::from(i64::from(*score > threshold) - i64::from(*score < -threshold));
    let flags = Json::Array(scores.iter().map(flag).collect());
    list(vec![flags, reals(scores), reals(parts.baseline)])
}

/// The last elements are foretold from the others, by default along a line.
fn forecast<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let (Some(series), Some(unseen)) = (series(arguments, 0), whole(arguments, 1)) else { return Value::Null };
    let wish = Wish {
        seasonality: whole(arguments, 2).unwrap_or(-1),
        trend: text_or(arguments, 3, "linefit"),
        unseen,
        threshold: real_at(arguments, 4).unwrap_or(DECOMPOSED),
    };
    Parts::of(&series, &wish).map_or(Value::Null, |parts| list(parts.columns()))
}

const PARTS: &[(&str, ScalarType)] = &[
    ("baseline", ScalarType::Dynamic),
    ("seasonal", ScalarType::Dynamic),
    ("trend", ScalarType::Dynamic),
    ("residual", ScalarType::Dynamic),
];

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "series_seasonal",
        &["(series: dynamic, [period: long], [test_points: long]) -> dynamic"],
        "What repeats itself in the series: for each place in the period, the median of the elements there. The period \
         is found when it is not given; zeros when there is none. The last test points are not learned from.",
        &[("series_seasonal(dynamic([1, 3, 1, 3, 2, 3]), 2)", "[1.0,3.0,1.0,3.0,1.0,3.0]")],
        |_, a| season(a),
    ),
    Function::kernel(
        "series_decompose",
        &["(series: dynamic, [seasonality: long], [trend: string], [test_points: long], \
           [seasonality_threshold: real]) -> dynamic"],
        "The series taken apart, in columns: the baseline (seasonal and trend together), what repeats itself, the trend \
         (`avg`, `linefit` or `none`), and what is left. A seasonality of -1 is found, 0 is none; the last test points \
         are not learned from.",
        &[("series_decompose(dynamic([1, 3, 1, 3]), 2)", "[1.0,3.0,1.0,3.0]")],
        |_, a| decompose(a),
    )
    .columns(PARTS),
    Function::kernel(
        "series_decompose_anomalies",
        &["(series: dynamic, [threshold: real], [seasonality: long], [trend: string], [test_points: long], \
           [method: string], [seasonality_threshold: real]) -> dynamic"],
        "Anomalies of a series after its baseline is taken away, in columns: 1, -1 or 0 for each element, its score (see \
         `series_outliers`), and the baseline.",
        &[("series_decompose_anomalies(dynamic([1, 2, 1, 9, 1, 2, 1, 2]), 1.5, 2)", "[0,0,0,1,0,0,0,0]")],
        |_, a| anomalies(a),
    )
    .columns(&[
        ("ad_flag", ScalarType::Dynamic),
        ("ad_score", ScalarType::Dynamic),
        ("baseline", ScalarType::Dynamic),
    ]),
    Function::kernel(
        "series_decompose_forecast",
        &["(series: dynamic, points: long, [seasonality: long], [trend: string], [seasonality_threshold: real]) \
           -> dynamic"],
        "The series as its seasonal part and its trend foretell it, with the last points not learned from; the trend is \
         a line unless told otherwise.",
        &[("series_decompose_forecast(dynamic([1, 2, 3, 4, 0, 0]), 2, 0)", "[1.0,2.0,3.0,4.0,5.0,6.0]")],
        |_, a| forecast(a),
    )
    .columns(PARTS),
];
