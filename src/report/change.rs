//! An answer beside the one for the period before.

use std::collections::BTreeMap;

use super::Period;
use super::compare::How;
use crate::ir::free_name;
use crate::render::Answer;
use crate::types::{Column, ScalarType, Table, Value, to_text};

/// How many rows that are gone are named.
const MOST_GONE: usize = 5;

/// A table with what changed since the period before.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The table, with what changed in columns of their own.
    pub table: Answer,
    /// What a chart draws in place of the query's answer, where the period before is part of it.
    pub chart: Option<Answer>,
    /// What a reader must know of it.
    pub note: String,
}

impl Changed {
    /// An answer beside the one for the period before; `None` where there is nothing to see, as neither had rows or
    /// several have the same keys.
    pub(super) fn of(how: &How, now: &Answer, then: &Answer, period: &Period, before: &Period) -> Option<Self> {
        if now.rows() == 0 || then.rows() == 0 {
            return None;
        }
        let tables = [now, then].map(|answer| Table::from_batches(&answer.schema, &answer.batches));
        let [table, old] = tables;
        let shift = period.start - before.start;
        match how {
            How::Card => None,
            How::Line { time, measure } => line(now, &table, &old, (time, measure), shift, before),
            How::Rows { measures, keys } => rows(now, table, &old, (measures, keys), shift, before),
        }
    }
}

/// The values that tell rows apart, as text; times of the period before are moved to this one.
fn keys_of(table: &Table, keys: &[String], shift: i64) -> Option<Vec<Vec<String>>> {
    let columns: Vec<&Column> = keys.iter().map(|key| table.column(key)).collect::<Option<_>>()?;
    let text = |value: &Value<'static>| match value {
        Value::DateTime(ticks) => to_text(&Value::DateTime(ticks.saturating_add(shift))),
        other => to_text(other),
    };
    Some((0..table.rows).map(|row| columns.iter().filter_map(|c| c.values.get(row)).map(text).collect()).collect())
}

/// The place of the row with each key; `None` when two have the same.
fn places(keys: &[Vec<String>]) -> Option<BTreeMap<&[String], usize>> {
    let places: BTreeMap<&[String], usize> = keys.iter().enumerate().map(|(at, key)| (key.as_slice(), at)).collect();
    (places.len() == keys.len()).then_some(places)
}

/// What a value counts for.
fn number(value: &Value<'_>) -> Option<f64> {
    value.as_f64().or(match value {
        Value::TimeSpan(ticks) => Some(*ticks as f64),
        _ => None,
    })
}

/// How far a value changed, in percent to a tenth; null where that cannot be told.
fn percent(now: &Value<'_>, then: Option<&Value<'_>>) -> Value<'static> {
    let change = number(now).zip(then.and_then(number)).and_then(|(now, then)| match now - then {
        0.0 => Some(0.0),
        change => Some(change / then.abs() * 100.0).filter(|share| share.is_finite()),
    });
    // Minus nothing is nothing.
    change.map_or(Value::Null, |share| Value::Real((share * 10.0).round() / 10.0 + 0.0))
}

/// The table with a column of changes behind each number that is compared.
fn rows(
    now: &Answer,
    mut table: Table,
    old: &Table,
    (measures, keys): (&[String], &[String]),
    shift: i64,
    before: &Period,
) -> Option<Changed> {
    let (new_keys, old_keys) = (keys_of(&table, keys, 0)?, keys_of(old, keys, shift)?);
    places(&new_keys)?;
    let old_places = places(&old_keys)?;
    for measure in measures {
        let then = old.column(measure)?;
        let at = table.columns.iter().position(|column| column.name == *measure)?;
        let values =
            table.columns[at].values.iter().zip(&new_keys).map(|(value, key)| {
                percent(value, old_places.get(key.as_slice()).and_then(|row| then.values.get(*row)))
            });
        let wanted = if measures.len() == 1 { "Change, %".to_owned() } else { format!("{measure}, change %") };
        let name = free_name(&wanted, |name| table.column(name).is_some());
        let values = values.collect();
        table.columns.insert(at + 1, Column { name, scalar_type: ScalarType::Real, values });
    }
    let known: std::collections::BTreeSet<&Vec<String>> = new_keys.iter().collect();
    let gone: Vec<usize> =
        (0..old.rows).filter(|row| old_keys.get(*row).is_some_and(|key| !known.contains(key))).collect();
    let mut note = format!("Change against {}; none where a row was not in that table.", before.label());
    if !gone.is_empty() {
        let first = measures.first().and_then(|measure| old.column(measure));
        let told = gone.iter().take(MOST_GONE).filter_map(|row| {
            let value = first.and_then(|column| column.values.get(*row)).map(to_text).unwrap_or_default();
            Some(format!("{} ({value})", old_keys.get(*row)?.join(", ")))
        });
        note += &format!(" Only in that one: {}", told.collect::<Vec<_>>().join("; "));
        if gone.len() > MOST_GONE {
            note += &format!(" and {} more", gone.len() - MOST_GONE);
        }
        note += ".";
    }
    Some(Changed { table: answer(now, &table)?, chart: None, note })
}

/// A number over time, and a second column with that of the period before, moved to the same time of this one.
fn line(
    now: &Answer,
    table: &Table,
    old: &Table,
    (time, measure): (&str, &str),
    shift: i64,
    before: &Period,
) -> Option<Changed> {
    let mut at: BTreeMap<i64, [Value<'static>; 2]> = BTreeMap::new();
    for (which, table, shift) in [(0, table, 0), (1, old, shift)] {
        let (times, values) = (table.column(time)?, table.column(measure)?);
        for (time, value) in times.values.iter().zip(&values.values) {
            let Value::DateTime(ticks) = time else { return None };
            let pair = at.entry(ticks.saturating_add(shift)).or_insert([Value::Null, Value::Null]);
            if !pair[which].is_null() {
                // Two values of one time are no line.
                return None;
            }
            pair[which] = value.clone();
        }
    }
    let name = free_name(&format!("{measure} {}", before.name()), |name| name == time || name == measure);
    let column = |which: usize| at.values().map(|pair| pair[which].clone()).collect::<Vec<_>>();
    let number = table.column(measure)?.scalar_type;
    let columns = vec![
        Column {
            name: time.to_owned(),
            scalar_type: ScalarType::DateTime,
            values: at.keys().map(|t| Value::DateTime(*t)).collect(),
        },
        Column { name: measure.to_owned(), scalar_type: number, values: column(0) },
        Column { name: name.clone(), scalar_type: number, values: column(1) },
    ];
    let rows = at.len();
    let mut both = answer(now, &Table { columns, rows })?;
    for (property, value) in both.visualization.iter_mut().flat_map(|asked| &mut asked.properties) {
        if property == "ycolumns" {
            *value += &format!(",{name}");
        }
    }
    let note = format!("{name} is that of {}, moved to the same place.", before.label());
    Some(Changed { table: both.clone(), chart: Some(both), note })
}

/// The same answer with other columns.
fn answer(of: &Answer, table: &Table) -> Option<Answer> {
    let batch = table.to_batch().ok()?;
    Some(Answer { schema: batch.schema(), batches: vec![batch], ..of.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Visualization, Zone};

    fn period() -> Period {
        Period::parse("2025-02-25", &Zone::named("UTC").unwrap(), 0).unwrap()
    }

    fn answer_of(columns: &[(&str, ScalarType, &[Value<'static>])]) -> Answer {
        let of = |(name, scalar_type, values): &(&str, ScalarType, &[Value<'static>])| Column {
            name: (*name).to_owned(),
            scalar_type: *scalar_type,
            values: values.to_vec(),
        };
        let table = Table { columns: columns.iter().map(of).collect(), rows: columns[0].2.len() };
        let empty = Answer {
            name: "T".to_owned(),
            schema: table.to_batch().unwrap().schema(),
            batches: vec![],
            visualization: None,
        };
        answer(&empty, &table).unwrap()
    }

    fn cells(answer: &Answer) -> Vec<String> {
        let mut rows = Vec::new();
        answer.for_each_row(|row| rows.push(row.iter().map(to_text).collect::<Vec<_>>().join("|")));
        rows
    }

    fn text(of: &[&str]) -> Vec<Value<'static>> {
        of.iter().map(|t| Value::string(*t)).collect()
    }

    fn longs(of: &[i64]) -> Vec<Value<'static>> {
        of.iter().map(|n| Value::Long(*n)).collect()
    }

    #[test]
    fn numbers_change_by_key_and_what_is_gone_is_named() {
        let table = |keys: &[&str], counts: &[i64]| {
            answer_of(&[("Key", ScalarType::String, &text(keys)), ("N", ScalarType::Long, &longs(counts))])
        };
        let how = How::Rows { measures: vec!["N".to_owned()], keys: vec!["Key".to_owned()] };
        let of = |now: &Answer, then: &Answer| Changed::of(&how, now, then, &period(), &period().before());
        let changed =
            of(&table(&["a", "b", "c", "d"], &[15, 3, 9, 7]), &table(&["b", "x", "a", "d"], &[4, 2, 10, 0])).unwrap();
        assert_eq!(changed.table.columns()[2].0, "Change, %");
        assert_eq!(cells(&changed.table), ["a|15|50.0", "b|3|-25.0", "c|9|", "d|7|"]);
        assert!(changed.note.ends_with("Only in that one: x (2)."), "{}", changed.note);
        assert!(of(&table(&["a", "a"], &[1, 2]), &table(&["a"], &[1])).is_none(), "two rows of one key");
        assert!(of(&table(&["a"], &[1]), &table(&[], &[])).is_none(), "nothing before");
    }

    #[test]
    fn a_line_gets_a_second_one_moved_to_its_time() {
        let day = 24 * crate::types::TICKS_PER_HOUR;
        let table = |times: &[i64], counts: &[i64]| {
            let times: Vec<_> = times.iter().map(|t| Value::DateTime(*t)).collect();
            let mut answer = answer_of(&[("T", ScalarType::DateTime, &times), ("N", ScalarType::Long, &longs(counts))]);
            let properties = vec![("ycolumns".to_owned(), "N".to_owned())];
            answer.visualization = Some(Visualization { kind: "timechart".to_owned(), properties });
            answer
        };
        let how = How::Line { time: "T".to_owned(), measure: "N".to_owned() };
        let (now, then) = (table(&[day, day + 2], &[5, 6]), table(&[0, 1], &[7, 8]));
        let changed = Changed::of(&how, &now, &then, &period(), &period().before()).unwrap();
        let rows: Vec<String> =
            cells(&changed.table).iter().map(|row| row.split_once('|').unwrap().1.to_owned()).collect();
        assert_eq!(rows, ["5|7", "|8", "6|"]);
        let asked = changed.chart.unwrap().visualization.unwrap();
        assert_eq!(asked.property("ycolumns"), Some("N,N 2025-02-24"));
    }
}
