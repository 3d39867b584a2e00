//! The numbers of a chart: rows turned into series of points.

use std::collections::{BTreeMap, HashMap};

use unicode_width::UnicodeWidthChar;

use crate::types::{Column, ScalarType, TICKS_PER_SECOND, Table, Value, to_text};

use super::super::encode::label;
use super::super::text::{cell, count};
use super::palette::Rgb;
use super::roles::Roles;
use super::spec::{Kind, Spec, Stacking};
use super::stack::key;
use super::time_axis::moment;

/// The most series that have a colour of their own.
pub const MOST_SERIES: usize = 8;

/// What x is.
#[derive(Clone, Debug, PartialEq)]
pub enum Axis {
    /// Names, in the order of the rows; a point's x is a name's index.
    Names(Vec<String>),
    /// Numbers.
    Numbers,
    /// Ticks of 100 ns. They stay exact to the millisecond as doubles.
    Time,
}

/// One series.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name, `(empty)` if it has none.
    pub name: String,
    /// Which of the y columns it shows.
    pub y: usize,
    /// Its points, by x unless x is names.
    pub points: Vec<(f64, f64)>,
    /// Its colour.
    pub color: Rgb,
    /// Whether it is one of those gathered under "Other".
    pub other: bool,
}

/// A chart's data.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The x axis.
    pub axis: Axis,
    /// The x column's name.
    pub x_name: String,
    /// The y columns' names.
    pub y_names: Vec<String>,
    /// The series, in the order they first appear.
    pub series: Vec<Series>,
    /// The order of the legend: indices of series. Those of "Other" have no place in it.
    pub legend: Vec<usize>,
    /// How many series are gathered under "Other".
    pub others: usize,
    /// The distance of x values, if all are multiples of one.
    pub bin: Option<f64>,
    /// Whether some series lack points at some bins.
    pub gaps: bool,
    /// Whether all values are whole numbers.
    pub integers: bool,
    /// Points marked as anomalies, by series.
    pub anomalies: Vec<(usize, f64, f64)>,
}

/// The text of an x or series value, as it is shown: `(empty)` for none, `(blank)` for one that cannot be seen.
pub fn name_of(spec: &Spec<'_>, value: &Value<'_>) -> String {
    let text = match value {
        Value::DateTime(ticks) => moment(&spec.zone, *ticks),
        Value::Real(x) => super::number::full(*x),
        other => cell(other),
    };
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let shown = label(&text);
    if shown.chars().all(|c| c.is_whitespace() || c.width() == Some(0)) { "(blank)".to_owned() } else { shown }
}

/// A value as a number; timespans are seconds.
pub fn number_of(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::TimeSpan(ticks) => Some(*ticks as f64 / TICKS_PER_SECOND as f64),
        Value::DateTime(ticks) => Some(*ticks as f64),
        other => other.as_f64(),
    }
}

/// A column's name as an axis title.
fn title_of(column: &Column) -> String {
    if column.scalar_type == ScalarType::TimeSpan { format!("{} [s]", column.name) } else { column.name.clone() }
}

/// Builds the data of a chart of series.
pub fn build(spec: &Spec<'_>, table: &Table, roles: &Roles, warnings: &mut Vec<String>) -> Model {
    let bars = matches!(spec.kind, Kind::Column | Kind::Bar | Kind::TimePivot);
    let x_column = roles.x.map(|at| &table.columns[at]);
    let axis = axis_of(spec, x_column);
    let mut names: Vec<String> = Vec::new();
    let mut name_index: HashMap<String, usize> = HashMap::new();
    let mut series: Vec<Series> = Vec::new();
    // The series of each name, by y column.
    let mut index: HashMap<String, Vec<Option<usize>>> = HashMap::new();
    let (mut lost, mut placeless, mut below) = (0_usize, 0_usize, 0_usize);
    let mut anomalies = Vec::new();
    let marks: Vec<&Column> =
        spec.anomalies.iter().filter_map(|name| table.columns.iter().find(|column| column.name == *name)).collect();
    for row in 0..table.rows {
        let x = match (&axis, x_column) {
            (_, None) => Some(row as f64),
            (Axis::Names(_), Some(column)) => {
                let name = name_of(spec, &column.values[row]);
                let next = names.len();
                let at = *name_index.entry(name.clone()).or_insert(next);
                if at == next {
                    names.push(name);
                }
                Some(at as f64)
            }
            (_, Some(column)) => number_of(&column.values[row]).filter(|x| x.is_finite()),
        };
        let Some(x) = x else {
            placeless += 1;
            continue;
        };
        let split = roles.series.iter().map(|at| name_of(spec, &table.columns[*at].values[row]));
        let split: Vec<String> = split.collect();
        let split = split.join(", ");
        if !index.contains_key(&split) {
            index.insert(split.clone(), vec![None; roles.y.len()]);
        }
        let Some(known) = index.get_mut(&split) else { continue };
        for (n, y) in roles.y.iter().enumerate() {
            let at = *known[n].get_or_insert_with(|| {
                let column = title_of(&table.columns[*y]);
                let name = match (roles.series.is_empty(), roles.y.len()) {
                    (true, _) => column,
                    (false, 1) => split.clone(),
                    _ => format!("{split}: {column}"),
                };
                series.push(Series { name, y: n, points: Vec::new(), color: spec.palette.other, other: false });
                series.len() - 1
            });
            match number_of(&table.columns[*y].values[row]) {
                Some(value) if spec.y_log && value <= 0.0 => below += 1,
                Some(value) if value.is_finite() => {
                    series[at].points.push((x, value));
                    // One column of marks is of the first series, more are of one each.
                    let marked = marks.get(n).is_some_and(|column| {
                        number_of(&column.values[row]).is_some_and(|mark| mark != 0.0)
                            || column.values[row].as_bool() == Some(true)
                    });
                    if marked {
                        anomalies.push((at, x, value));
                    }
                }
                Some(_) => lost += 1,
                None => {}
            }
        }
    }
    if lost > 0 {
        warnings.push(format!("{} (NaN or infinite) cannot be drawn and are left out", count(lost, "value")));
    }
    if below > 0 {
        warnings.push(format!("left out of a logarithmic axis: {} not above zero", count(below, "value")));
    }
    if placeless > 0 {
        warnings.push(format!("{} without a value of x left out", count(placeless, "row")));
    }
    let axis = if matches!(axis, Axis::Names(_)) { Axis::Names(names) } else { axis };
    let by_x = !matches!(axis, Axis::Names(_));
    let merged = merge(&mut series, by_x, bars || spec.kind != Kind::Scatter && ignored_names(spec, table, roles));
    if merged > 0 && spec.kind != Kind::TimePivot {
        let kind = if bars { "bar" } else { "point" };
        warnings.push(format!("{} on the {kind} of another, added to it", count(merged, "row")));
    }
    if roles.series.is_empty()
        && roles.y.len() > 1
        && x_repeats(&series)
        && matches!(axis, Axis::Time)
        && let Some(at) = roles.y.iter().find(|at| table.columns[**at].scalar_type.is_integer())
    {
        let name = &table.columns[*at].name;
        warnings.push(format!("`{name}` is a number and is drawn as one; to split by it, use tostring({name})"));
    }
    series.retain(|series| !series.points.is_empty());
    // Indices move only when a series is empty, and such a one has no anomalies; those are found again by place.
    anomalies.retain(|(at, x, y)| series.get(*at).is_some_and(|series| series.points.contains(&(*x, *y))));
    if spec.accumulate {
        for series in &mut series {
            let mut sum = 0.0;
            for (_, y) in &mut series.points {
                sum += *y;
                *y = sum;
            }
        }
    }
    let others = limit(spec, &mut series, warnings);
    let named: Vec<String> = series.iter().filter(|series| !series.other).map(|series| series.name.clone()).collect();
    let mut colors = spec.palette.deal(&named, spec.colors).into_iter();
    for series in series.iter_mut().filter(|series| !series.other) {
        series.color = colors.next().unwrap_or(spec.palette.other);
    }
    let mut legend: Vec<usize> = (0..series.len()).filter(|at| !series[*at].other).collect();
    if !roles.series.is_empty() {
        // As the portal: by name, the empty one first.
        legend.sort_by_key(|at| (series[*at].name != "(empty)", series[*at].name.to_lowercase()));
    }
    let (bin, gaps) = if by_x { bins(&series) } else { (None, false) };
    let integers = series.iter().all(|series| series.points.iter().all(|(_, y)| y.fract() == 0.0));
    Model {
        axis,
        x_name: x_column.map(title_of).unwrap_or_default(),
        y_names: roles.y.iter().map(|at| title_of(&table.columns[*at])).collect(),
        series,
        legend,
        others,
        bin,
        gaps,
        integers,
        anomalies,
    }
}

fn axis_of(spec: &Spec<'_>, column: Option<&Column>) -> Axis {
    let Some(column) = column else { return Axis::Numbers };
    let numbers = column.scalar_type.is_summable();
    match spec.kind {
        Kind::Bar => Axis::Names(Vec::new()),
        _ if column.scalar_type == ScalarType::DateTime => Axis::Time,
        Kind::Column if numbers && !looks_binned(column) => Axis::Names(Vec::new()),
        _ if numbers => Axis::Numbers,
        _ => Axis::Names(Vec::new()),
    }
}

/// Whether numbers are the bins of a histogram rather than names such as status codes: many, and few places empty.
fn looks_binned(column: &Column) -> bool {
    let mut values: Vec<f64> = column.values.iter().filter_map(number_of).filter(|x| x.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let step = values.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return false };
    values.len() >= 6 && (last - first) / step <= values.len() as f64 * 3.0
}

/// Whether names stand in columns that take no part, so that their rows fall on the same points.
fn ignored_names(spec: &Spec<'_>, table: &Table, roles: &Roles) -> bool {
    spec.series.is_empty()
        && table.columns.iter().enumerate().any(|(at, column)| {
            column.scalar_type == ScalarType::String && roles.x != Some(at) && !roles.series.contains(&at)
        })
}

/// Sorts points by x and adds up those on one place; the answer is how many were added to others.
fn merge(series: &mut [Series], by_x: bool, add: bool) -> usize {
    let mut merged = 0;
    for series in series {
        if by_x {
            series.points.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        if !add {
            continue;
        }
        if by_x {
            let before = series.points.len();
            // Those of one place are neighbours.
            series.points.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                if same {
                    kept.1 += next.1;
                }
                same
            });
            merged += before - series.points.len();
            continue;
        }
        let mut places: HashMap<u64, usize> = HashMap::new();
        let mut kept: Vec<(f64, f64)> = Vec::with_capacity(series.points.len());
        for (x, y) in std::mem::take(&mut series.points) {
            let next = kept.len();
            let at = *places.entry(x.to_bits()).or_insert(next);
            if at == next {
                kept.push((x, y));
            } else {
                kept[at].1 += y;
                merged += 1;
            }
        }
        series.points = kept;
    }
    merged
}

fn x_repeats(series: &[Series]) -> bool {
    series.iter().any(|series| series.points.windows(2).any(|pair| pair[0].0 == pair[1].0))
}

/// Gathers all but the largest series under "Other". Lines stay lines of their own, in grey: their sum would be a
/// number that is not in the data. Stacks and bars add them up.
fn limit(spec: &Spec<'_>, series: &mut Vec<Series>, warnings: &mut Vec<String>) -> usize {
    if series.len() <= MOST_SERIES || spec.kind == Kind::TimePivot {
        return 0;
    }
    let size = |series: &Series| series.points.iter().map(|(_, y)| y.abs()).sum::<f64>();
    let mut order: Vec<usize> = (0..series.len()).collect();
    order.sort_by(|a, b| size(&series[*b]).total_cmp(&size(&series[*a])).then(a.cmp(b)));
    for at in &order[MOST_SERIES..] {
        series[*at].other = true;
    }
    let others = series.len() - MOST_SERIES;
    let adds = matches!(spec.kind, Kind::Column | Kind::Bar) || spec.stacking != Stacking::None;
    if adds {
        let mut sums: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
        for series in series.iter().filter(|series| series.other) {
            for (x, y) in &series.points {
                sums.entry(key(*x)).or_insert((*x, 0.0)).1 += y;
            }
        }
        series.retain(|series| !series.other);
        let points = sums.into_values().collect();
        let name = format!("Other ({others})");
        series.push(Series { name, y: 0, points, color: spec.palette.other, other: true });
        warnings.push(format!("the {others} smallest series are added up as Other"));
    } else {
        warnings.push(format!("the {others} smallest series share one colour, grey"));
    }
    others
}

/// The width of the bins and whether some series has none of its points in a bin between others.
fn bins(series: &[Series]) -> (Option<f64>, bool) {
    let mut xs: Vec<f64> = series.iter().flat_map(|series| series.points.iter().map(|(x, _)| *x)).collect();
    xs.sort_by(f64::total_cmp);
    xs.dedup();
    let distances = || xs.windows(2).map(|pair| pair[1] - pair[0]);
    let bin = distances().fold(f64::INFINITY, f64::min);
    let regular = bin.is_finite() && distances().all(|d| ((d / bin) - (d / bin).round()).abs() < 1e-6);
    if !regular {
        return (None, false);
    }
    let gaps = series.iter().any(|series| series.points.windows(2).any(|pair| pair[1].0 - pair[0].0 > bin * 1.5));
    (Some(bin), gaps)
}

/// The text of an x position.
pub fn x_text(spec: &Spec<'_>, model: &Model, x: f64) -> String {
    match &model.axis {
        Axis::Names(names) => names.get(x as usize).cloned().unwrap_or_default(),
        Axis::Numbers => super::number::full(x),
        Axis::Time => moment(&spec.zone, x as i64),
    }
}

/// The text of any cell, for cards and treemaps.
pub fn value_text(spec: &Spec<'_>, value: &Value<'_>) -> String {
    match value {
        Value::DateTime(ticks) => moment(&spec.zone, *ticks),
        Value::Int(_) | Value::Long(_) | Value::Real(_) | Value::Decimal(_) => {
            value.as_f64().map_or_else(|| to_text(value), super::number::short)
        }
        other => cell(other),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixtures::{answer, charted};
    use super::super::super::{Answer, Options};
    use super::super::roles;
    use super::*;

    fn model(answer: Answer, render: &str) -> (Model, Vec<String>) {
        let answer = charted(answer, render);
        let options = Options::default();
        let mut warnings = Vec::new();
        let spec = Spec::new(answer.visualization.as_ref().unwrap(), &options, &mut warnings).unwrap();
        let table = Table::from_batches(&answer.schema, &answer.batches);
        let roles = roles::assign(&spec, &table, &mut warnings);
        let model = build(&spec, &table, &roles, &mut warnings);
        (model, warnings)
    }

    fn many() -> Answer {
        let rows: Vec<[String; 3]> =
            (0..12).map(|n| ["2025-01-01".to_owned(), format!("s{n:02}"), (100 - n).to_string()]).collect();
        let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
        answer("t:datetime, s:string, n:long", &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    #[test]
    fn the_smallest_series_are_other() {
        let (stack, warnings) = model(many(), "columnchart kind=stacked");
        assert_eq!((stack.series.len(), stack.others, warnings.len()), (9, 4, 1));
        assert_eq!(stack.series[8].name, "Other (4)");
        assert_eq!(stack.series[8].points[0].1, f64::from(92 + 91 + 90 + 89));
        let (lines, _) = model(many(), "timechart");
        assert_eq!((lines.series.len(), lines.legend.len()), (12, 8));
    }

    #[test]
    fn bins_and_gaps_are_seen() {
        let hours = |hours: &[&str]| {
            let rows: Vec<[String; 2]> =
                hours.iter().map(|hour| [format!("2025-01-01 {hour}"), "1".to_owned()]).collect();
            let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
            let data = answer("t:datetime, n:long", &rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
            let (model, _) = model(data, "timechart");
            (model.bin.map(|bin| bin / 3.6e10), model.gaps)
        };
        assert_eq!(hours(&["10:00", "11:00", "12:00"]), (Some(1.0), false));
        assert_eq!(hours(&["14:00", "10:00", "11:00"]), (Some(1.0), true));
        assert_eq!(hours(&["10:00", "11:00", "12:30:01"]), (None, false));
    }

    #[test]
    fn rows_on_one_bar_are_added_and_numbers_that_are_names_stay_names() {
        let data = answer("code:int, n:long", &[&["200", "1"], &["404", "2"], &["200", "3"]]);
        let (model, warnings) = model(data, "columnchart");
        assert_eq!(model.axis, Axis::Names(vec!["200".to_owned(), "404".to_owned()]));
        assert_eq!(model.series[0].points, [(0.0, 4.0), (1.0, 2.0)]);
        assert_eq!(warnings, ["1 row on the bar of another, added to it"]);
    }

    #[test]
    fn an_integer_that_should_split_is_explained() {
        let rows: &[&[&str]] = &[&["2025-01-01", "200", "5"], &["2025-01-01", "404", "1"]];
        let (_, warnings) = model(answer("t:datetime, code:long, n:long", rows), "timechart");
        assert!(warnings.iter().any(|warning| warning.contains("tostring(code)")), "{warnings:?}");
    }
}
