//! Which column is x, which are y, which split the series: by `render`'s properties, else by Kusto's rules.

use std::collections::HashSet;

use crate::types::{Column, Json, ScalarType, Table, Value, parse_datetime, to_text};

use super::spec::{Kind, Spec};

/// The columns' parts, by position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// The x axis or category.
    pub x: Option<usize>,
    /// The values.
    pub y: Vec<usize>,
    /// What splits the values into series.
    pub series: Vec<usize>,
}

/// Whether a column can be drawn as values.
const fn is_value(scalar_type: ScalarType) -> bool {
    scalar_type.is_summable()
}

/// Whether a column's values are names.
const fn is_name(scalar_type: ScalarType) -> bool {
    matches!(scalar_type, ScalarType::String | ScalarType::Guid | ScalarType::Bool | ScalarType::Dynamic)
}

/// Assigns the columns.
pub fn assign(spec: &Spec<'_>, table: &Table, warnings: &mut Vec<String>) -> Roles {
    let columns = &table.columns;
    let mut find = |names: &[String]| -> Vec<usize> {
        let found = names.iter().filter_map(|name| {
            let at = columns.iter().position(|column| column.name == *name);
            if at.is_none() {
                warnings.push(format!("there is no column `{name}` to draw"));
            }
            at
        });
        found.collect()
    };
    let mut y = find(&spec.y_columns);
    let mut series = find(&spec.series);
    let x = find(spec.x_column.as_slice()).first().copied().or_else(|| {
        let free = |at: &usize| !y.contains(at) && !series.contains(at);
        default_x(spec.kind, table, &(0..columns.len()).filter(free).collect::<Vec<_>>())
    });
    y.retain(|at| {
        let drawn = is_value(columns[*at].scalar_type);
        if !drawn {
            let column = &columns[*at];
            warnings.push(format!("`{}` is {}, not a number; it is not drawn", column.name, column.scalar_type));
        }
        drawn
    });
    let free = |at: &usize, taken: &[usize]| Some(*at) != x && !taken.contains(at);
    if y.is_empty() {
        y = (0..columns.len()).filter(|at| free(at, &series) && is_value(columns[*at].scalar_type)).collect();
        if y.iter().any(|at| columns[*at].scalar_type.is_numeric()) {
            // Timespans are drawn only when there is nothing else, as the unit differs.
            y.retain(|at| columns[*at].scalar_type.is_numeric());
        }
        y.retain(|at| !spec.anomalies.contains(&columns[*at].name));
        if matches!(spec.kind, Kind::Pie | Kind::Donut | Kind::Treemap) {
            y.truncate(1);
        }
    }
    let splits = !matches!(spec.kind, Kind::Pie | Kind::Donut | Kind::Treemap | Kind::Card | Kind::Tiles | Kind::Table);
    if series.is_empty() && splits {
        series.extend((0..columns.len()).find(|at| free(at, &y) && is_name(columns[*at].scalar_type)));
    }
    Roles { x, y, series }
}

fn default_x(kind: Kind, table: &Table, free: &[usize]) -> Option<usize> {
    let columns = &table.columns;
    let type_of = |at: usize| columns[at].scalar_type;
    let first = *free.first()?;
    let time = free.iter().copied().find(|at| type_of(*at) == ScalarType::DateTime);
    let name = free.iter().copied().find(|at| is_name(type_of(*at)));
    match kind {
        Kind::Time | Kind::Anomaly | Kind::TimePivot => time.or(Some(first)),
        Kind::Line | Kind::Area | Kind::Scatter if is_name(type_of(first)) => {
            // A name first and something that goes on an axis later: the name splits the series.
            let repeated = repeats(&columns[first]);
            let number = free.iter().copied().find(|at| is_value(type_of(*at)));
            let numbers = free.iter().filter(|at| is_value(type_of(**at))).count();
            time.or_else(|| number.filter(|_| repeated && numbers > 1)).or(Some(first))
        }
        Kind::Column | Kind::Bar if is_name(type_of(first)) && time.is_some() && repeats(&columns[first]) => time,
        _ if is_value(type_of(first)) && free.iter().filter(|at| is_value(type_of(**at))).count() == 1 => {
            // The only number cannot be the category.
            time.or(name).or(Some(first).filter(|_| columns.len() > 1))
        }
        _ => Some(first),
    }
}

/// The table with a column of ones, to be added up.
pub fn counted(table: &Table) -> Table {
    let ones = vec![Value::Long(1); table.rows];
    let column = Column { name: "count_".to_owned(), scalar_type: ScalarType::Long, values: ones };
    Table { columns: table.columns.iter().cloned().chain([column]).collect(), rows: table.rows }
}

fn repeats(column: &Column) -> bool {
    let mut seen = HashSet::new();
    !column.values.iter().all(|value| seen.insert(to_text(value)))
}

/// Turns arrays, as `make-series` gives them, into rows: all arrays of a row run in step, its other cells repeat.
pub fn unroll(table: Table) -> Table {
    let kinds: Vec<Option<ScalarType>> = table.columns.iter().map(array_of).collect();
    if !kinds.iter().flatten().any(|kind| *kind == ScalarType::Real) {
        return table;
    }
    let mut columns: Vec<Column> = table
        .columns
        .iter()
        .zip(&kinds)
        .map(|(column, kind)| Column {
            name: column.name.clone(),
            scalar_type: kind.unwrap_or(column.scalar_type),
            values: Vec::new(),
        })
        .collect();
    let has_axis = kinds.contains(&Some(ScalarType::DateTime));
    let mut index = Vec::new();
    for row in 0..table.rows {
        let items = |at: usize| match &table.columns[at].values[row] {
            Value::Dynamic(json) => json.as_array().map_or(&[][..], Vec::as_slice),
            _ => &[],
        };
        let length = (0..kinds.len()).filter(|at| kinds[*at].is_some()).map(|at| items(at).len()).max().unwrap_or(0);
        for n in 0..length {
            index.push(Value::Long(n as i64));
            for (at, kind) in kinds.iter().enumerate() {
                let value = match kind {
                    None => table.columns[at].values[row].clone(),
                    Some(ScalarType::DateTime) => items(at).get(n).map_or(Value::Null, as_datetime),
                    Some(_) => items(at).get(n).and_then(Json::as_f64).map_or(Value::Null, Value::Real),
                };
                columns[at].values.push(value);
            }
        }
    }
    let rows = index.len();
    let numeric_arrays = kinds.iter().flatten().count();
    if !has_axis && numeric_arrays == 1 {
        columns.insert(0, Column { name: "index".to_owned(), scalar_type: ScalarType::Long, values: index });
    }
    Table { columns, rows }
}

fn as_datetime(json: &Json) -> Value<'static> {
    json.as_str().and_then(|text| parse_datetime(text).ok()).map_or(Value::Null, Value::DateTime)
}

/// What the arrays of a column hold: numbers, moments, or the column holds no arrays of either.
fn array_of(column: &Column) -> Option<ScalarType> {
    if column.scalar_type != ScalarType::Dynamic {
        return None;
    }
    let mut kind = None;
    for value in &column.values {
        let Value::Dynamic(json) = value else { continue };
        for item in json.as_array()? {
            let of_item = match item {
                Json::Null => continue,
                Json::Number(_) => ScalarType::Real,
                Json::String(text) if parse_datetime(text).is_ok() => ScalarType::DateTime,
                // NaN and infinities are text in JSON.
                Json::String(text) if text.parse::<f64>().is_ok() => ScalarType::Real,
                _ => return None,
            };
            if *kind.get_or_insert(of_item) != of_item {
                return None;
            }
        }
    }
    kind
}

#[cfg(test)]
mod tests {
    use super::super::super::fixtures::{answer, charted};
    use super::super::super::{Answer, Options};
    use super::*;

    fn roles(answer: Answer, render: &str) -> (Option<usize>, Vec<usize>, Vec<usize>) {
        let answer = charted(answer, render);
        let options = Options::default();
        let spec = Spec::new(answer.visualization.as_ref().unwrap(), &options, &mut Vec::new()).unwrap();
        let table = unroll(Table::from_batches(&answer.schema, &answer.batches));
        let roles = assign(&spec, &table, &mut Vec::new());
        (roles.x, roles.y, roles.series)
    }

    #[test]
    fn kustos_rules() {
        let usage =
            || answer("id:string, t:datetime, count_:long", &[&["a", "2025-01-01", "1"], &["a", "2025-01-02", "1"]]);
        assert_eq!(roles(usage(), "timechart"), (Some(1), vec![2], vec![0]));
        assert_eq!(roles(usage(), "columnchart kind=stacked"), (Some(1), vec![2], vec![0]));
        assert_eq!(roles(usage(), "timechart series=id; ycolumns=count_"), (Some(1), vec![2], vec![0]));
        let pie = || answer("name:string, n:long, m:real", &[&["a", "1", "2"]]);
        assert_eq!(roles(pie(), "piechart"), (Some(0), vec![1], vec![]));
        assert_eq!(roles(pie(), "barchart"), (Some(0), vec![1, 2], vec![]));
        let last = answer("count_:long, name:string", &[&["1", "a"]]);
        assert_eq!(roles(last, "piechart"), (Some(1), vec![0], vec![]));
        let code = answer("t:datetime, code:long, count_:long", &[&["2025-01-01", "200", "5"]]);
        assert_eq!(roles(code, "timechart"), (Some(0), vec![1, 2], vec![]));
        let names = answer("api:string, op:string, n:long", &[&["a", "b", "1"]]);
        assert_eq!(roles(names, "columnchart"), (Some(0), vec![2], vec![1]));
    }

    #[test]
    fn series_arrays_become_rows() {
        let made = answer(
            "count_:dynamic, t:dynamic, id:string",
            &[&["[1,null,3]", r#"["2025-01-01","2025-01-02","2025-01-03"]"#, "a"], &["[4]", r#"["2025-01-01"]"#, "b"]],
        );
        let table = unroll(Table::from_batches(&made.schema, &made.batches));
        assert_eq!(table.rows, 4);
        assert_eq!(table.columns[0].scalar_type, ScalarType::Real);
        assert_eq!(table.columns[1].scalar_type, ScalarType::DateTime);
        assert_eq!(roles(made, "timechart"), (Some(1), vec![0], vec![2]));
    }
}
