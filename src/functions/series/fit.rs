//! Lines through a series, by least squares.

use serde_json::json;

use super::numbers::{explained, list, mean, per_freedom, real, reals, series, spread};
use crate::functions::Function;
use crate::types::{Json, ScalarType, Value};

/// A straight line over the places 0, 1, 2 … of a series, and how well it fits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    slope: f64,
    interception: f64,
    rsquare: f64,
    variance: f64,
    rvariance: f64,
}

impl Line {
    /// The line with the least squares of distances.
    pub fn through(series: &[f64]) -> Self {
        let middle = (series.len() as f64 - 1.0) / 2.0;
        let mean = mean(series);
        let places = || (0..series.len()).map(|at| at as f64 - middle);
        let width: f64 = places().map(|x| x * x).sum();
        let slope =
            if width > 0.0 { places().zip(series).map(|(x, y)| x * (y - mean)).sum::<f64>() / width } else { 0.0 };
        let interception = mean - slope * middle;
        let residual: f64 = places().zip(series).map(|(x, y)| y - mean - slope * x).map(|d| d * d).sum();
        let spread = spread(series);
        Self {
            slope,
            interception,
            rsquare: explained(residual, spread),
            variance: per_freedom(spread, series.len()),
            rvariance: per_freedom(residual, series.len()),
        }
    }

    /// The line's value at a place.
    pub fn at(&self, place: usize) -> f64 {
        self.interception + self.slope * place as f64
    }

    fn values(&self, length: usize) -> impl Iterator<Item = f64> {
        (0..length).map(|place| self.at(place))
    }

    fn bag(&self) -> Json {
        json!({
            "rsquare": real(self.rsquare), "slope": real(self.slope), "interception": real(self.interception),
            "variance": real(self.variance), "rvariance": real(self.rvariance),
        })
    }

    fn columns(&self) -> [Json; 5] {
        [self.rsquare, self.slope, self.interception, self.variance, self.rvariance].map(real)
    }
}

/// Two lines that meet a series best when it is cut in two.
struct Lines {
    split: usize,
    rsquare: f64,
    variance: f64,
    rvariance: f64,
    left: Line,
    right: Line,
}

/// Sums over the beginnings of a series, from which the misfit of a line through any stretch of it is known at once.
struct Sums(Vec<[f64; 3]>);

impl Sums {
    /// The series is centered first, so that little is lost in the differences.
    fn of(series: &[f64]) -> Self {
        let (mean, middle) = (mean(series), series.len() as f64 / 2.0);
        let mut sums = vec![[0.0; 3]];
        let mut sum = [0.0; 3];
        for (at, y) in series.iter().enumerate() {
            let (x, y) = (at as f64 - middle, y - mean);
            sum = [sum[0] + y, sum[1] + x * y, sum[2] + y * y];
            sums.push(sum);
        }
        Self(sums)
    }

    /// The sum of squared distances from the best line through the stretch.
    fn misfit(&self, from: usize, to: usize) -> f64 {
        let (n, middle) = ((to - from) as f64, (self.0.len() - 1) as f64 / 2.0);
        let [y, xy, yy] = std::array::from_fn(|at| self.0[to][at] - self.0[from][at]);
        let x = (from + to - 1) as f64 / 2.0 - middle;
        let width = n * (n * n - 1.0) / 12.0;
        let along = xy - x * y;
        let spread = yy - y * y / n;
        (spread - if width > 0.0 { along * along / width } else { 0.0 }).max(0.0)
    }
}

impl Lines {
    /// Tries every place to cut; each part keeps at least two points where there are four.
    fn through(series: &[f64]) -> Option<Self> {
        let least = if series.len() < 4 { 1 } else { 2 };
        let sums = Sums::of(series);
        let misfit = |at: &usize| sums.misfit(0, *at) + sums.misfit(*at, series.len());
        let split = (least..=series.len().checked_sub(least)?).min_by(|a, b| misfit(a).total_cmp(&misfit(b)))?;
        let (head, tail) =
            series.split_at_checked(split).filter(|(head, tail)| !head.is_empty() && !tail.is_empty())?;
        let (left, right) = (Line::through(head), Line::through(tail));
        let residual = residual(head, &left) + residual(tail, &right);
        let spread = spread(series);
        Some(Self {
            split,
            rsquare: explained(residual, spread),
            variance: per_freedom(spread, series.len()),
            rvariance: per_freedom(residual, series.len()),
            left,
            right,
        })
    }

    fn values(&self, length: usize) -> Json {
        reals(self.left.values(self.split).chain(self.right.values(length - self.split)))
    }
}

fn residual(series: &[f64], line: &Line) -> f64 {
    series.iter().zip(line.values(series.len())).map(|(y, fit)| (y - fit) * (y - fit)).sum()
}

fn line<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(series) = series(arguments, 0) else { return Value::Null };
    let line = Line::through(&series);
    let numbers = [line.rsquare, line.slope, line.variance, line.rvariance, line.interception];
    list(numbers.into_iter().map(real).chain([reals(line.values(series.len()))]).collect())
}

fn line_bag<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(series) = series(arguments, 0) else { return Value::Null };
    let line = Line::through(&series);
    let mut bag = line.bag();
    bag["line_fit"] = reals(line.values(series.len()));
    Value::dynamic(bag)
}

fn lines<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(series) = series(arguments, 0) else { return Value::Null };
    let Some(lines) = Lines::through(&series) else { return Value::Null };
    let mut columns = vec![
        real(lines.rsquare),
        Json::from(lines.split),
        real(lines.variance),
        real(lines.rvariance),
        lines.values(series.len()),
    ];
    columns.extend(lines.right.columns());
    columns.extend(lines.left.columns());
    list(columns)
}

fn lines_bag<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let Some(series) = series(arguments, 0) else { return Value::Null };
    let Some(lines) = Lines::through(&series) else { return Value::Null };
    Value::dynamic(json!({
        "rsquare": real(lines.rsquare), "split_idx": lines.split, "variance": real(lines.variance),
        "rvariance": real(lines.rvariance), "line_fit": lines.values(series.len()),
        "right": lines.right.bag(), "left": lines.left.bag(),
    }))
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "series_fit_line",
        &["(series: dynamic) -> dynamic"],
        "The straight line that fits the series best, in columns: how much of the variance it explains (`rsquare`), \
         its slope, the variance of the series and of what is left, the line's value at the start, and all its values.",
        &[("series_fit_line(dynamic([1, 3, 5]))", "1.0")],
        |_, a| line(a),
    )
    .columns(&[
        ("rsquare", ScalarType::Real),
        ("slope", ScalarType::Real),
        ("variance", ScalarType::Real),
        ("rvariance", ScalarType::Real),
        ("interception", ScalarType::Real),
        ("line_fit", ScalarType::Dynamic),
    ]),
    Function::kernel(
        "series_fit_line_dynamic",
        &["(series: dynamic) -> dynamic"],
        "As `series_fit_line`, in one bag.",
        &[
            ("series_fit_line_dynamic(dynamic([1, 3, 5])).slope", "2.0"),
            ("series_fit_line_dynamic(dynamic([1, 3, 5])).line_fit", "[1.0,3.0,5.0]"),
        ],
        |_, a| line_bag(a),
    ),
    Function::kernel(
        "series_fit_2lines",
        &["(series: dynamic) -> dynamic"],
        "The two straight lines, one after another, that fit the series best, in columns: how much of the variance they \
         explain, where the second begins, the variance of the series and of what is left, the lines' values, and what \
         `series_fit_line` says of each.",
        &[("series_fit_2lines(dynamic([1, 2, 3, 9, 7, 5]))", "1.0")],
        |_, a| lines(a),
    )
    .columns(&[
        ("rsquare", ScalarType::Real),
        ("split_idx", ScalarType::Long),
        ("variance", ScalarType::Real),
        ("rvariance", ScalarType::Real),
        ("line_fit", ScalarType::Dynamic),
        ("right_rsquare", ScalarType::Real),
        ("right_slope", ScalarType::Real),
        ("right_interception", ScalarType::Real),
        ("right_variance", ScalarType::Real),
        ("right_rvariance", ScalarType::Real),
        ("left_rsquare", ScalarType::Real),
        ("left_slope", ScalarType::Real),
        ("left_interception", ScalarType::Real),
        ("left_variance", ScalarType::Real),
        ("left_rvariance", ScalarType::Real),
    ]),
    Function::kernel(
        "series_fit_2lines_dynamic",
        &["(series: dynamic) -> dynamic"],
        "As `series_fit_2lines`, in one bag.",
        &[
            ("series_fit_2lines_dynamic(dynamic([1, 2, 3, 9, 7, 5])).split_idx", "3"),
            ("series_fit_2lines_dynamic(dynamic([1, 2, 3, 9, 7, 5])).right.slope", "-2.0"),
        ],
        |_, a| lines_bag(a),
    ),
];
