//! Relational nodes: what each becomes in SQL over the relations below it.

use std::collections::HashMap;

use super::aggregate::Calls;
use super::writer::{Outcome, Relation, Writer};
use super::{Beyond, Namer, Words, literal, quoted, type_name};
use crate::ir::{Aggregate, Expr, Join, JoinKind, Schema, SortKey};
use crate::types::{ScalarType, Table, Value};

/// The most cells of a table that is sent along in a query.
const MAX_CELLS: usize = 100_000;

impl Writer<'_> {
    pub(super) fn project(&mut self, columns: &[(String, Expr)], input: &Relation) -> Outcome {
        let names = input.names();
        let words = Words { names: &names, context: self.context };
        let out = named(&columns.iter().map(|(n, e)| (n.clone(), e.scalar_type)).collect());
        let mut selected = Vec::new();
        for ((_, expr), (_, sql, _)) in columns.iter().zip(&out) {
            let said = words.expr(expr)?;
            selected.push(if said == quoted(sql) { said } else { format!("{said} AS {}", quoted(sql)) });
        }
        selected.extend(input.hidden());
        let relation = self.add(format!("SELECT {} FROM t{}", listed(selected), input.at), &[input], out);
        Ok(Relation { order: input.order.clone(), ..relation })
    }

    pub(super) fn aggregate(&mut self, aggregate: &Aggregate, input: &Relation) -> Outcome {
        let names = input.names();
        let words = Words { names: &names, context: self.context };
        let calls = Calls { words: &words, calls: &aggregate.calls };
        if aggregate.calls.iter().any(|c| c.function == "make_list") && !input.order.is_empty() {
            return Err(Beyond::new("make_list() of rows in order"));
        }
        let schema: Schema = aggregate
            .keys
            .iter()
            .map(|(n, e)| (n.clone(), e.scalar_type))
            .chain(aggregate.calls.iter().map(|c| (c.name.clone(), c.scalar_type)))
            .collect();
        let columns = named(&schema);
        // Keys are computed first: a constant in GROUP BY would be the number of a column.
        let (mut keys, mut groups, mut selected) = (Vec::new(), Vec::new(), Vec::new());
        for (at, (name, key)) in aggregate.keys.iter().enumerate() {
            let mut said = words.expr(key)?;
            match key.scalar_type {
                // There are two zeros, and one group.
                ScalarType::Real => said = format!("({said} + 0.0D)"),
                ScalarType::Dynamic | ScalarType::Decimal => {
                    return Err(Beyond::new(format!("groups by '{name}', a {}", key.scalar_type)));
                }
                _ => {}
            }
            let hidden = quoted(&format!("_key{at}"));
            keys.push(format!("{said} AS {hidden}"));
            selected.push(format!("{hidden} AS {}", quoted(&columns[at].1)));
            groups.push(hidden);
        }
        for (call, (_, sql, _)) in aggregate.calls.iter().zip(&columns[aggregate.keys.len()..]) {
            selected.push(format!("{} AS {}", calls.call(call)?, quoted(sql)));
        }
        if selected.is_empty() {
            return Err(Beyond::new("a summarize of nothing"));
        }
        let select = if groups.is_empty() {
            format!("SELECT {} FROM t{}", selected.join(", "), input.at)
        } else {
            let rows = format!("(SELECT *, {} FROM t{})", keys.join(", "), input.at);
            format!("SELECT {} FROM {rows} GROUP BY {}", selected.join(", "), groups.join(", "))
        };
        let relation = self.add(select, &[input], columns);
        Ok(Relation { bounded: true, ..relation })
    }

    /// An order is carried in hidden columns to wherever it matters: a limit, and the answer.
    pub(super) fn sort(&mut self, keys: &[SortKey], input: &Relation) -> Outcome {
        let names = input.names();
        let words = Words { names: &names, context: self.context };
        let mut order = Vec::new();
        let mut selected = vec!["*".to_owned()];
        for key in keys.iter().filter(|k| super::reads_columns(&k.value) || k.value.is_volatile()) {
            let value = words.expr(&key.value)?;
            let mut add = |said: String, ascending: bool, nulls_first: bool| {
                let name = format!("_order{}", self.hidden);
                self.hidden += 1;
                selected.push(format!("{said} AS {}", quoted(&name)));
                order.push((name, ascending, nulls_first));
            };
            match key.value.scalar_type {
                ScalarType::Dynamic | ScalarType::Decimal => {
                    return Err(Beyond::new(format!("an order of {} values", key.value.scalar_type)));
                }
                ScalarType::Real => {
                    // NaN stands next to the nulls, which are outermost.
                    let (null, other) = if key.nulls_first { (0, 2) } else { (2, 0) };
                    let class =
                        format!("CASE WHEN {value} IS NULL THEN {null} WHEN isnan({value}) THEN 1 ELSE {other} END");
                    add(class, true, true);
                }
                _ => {}
            }
            add(value, key.ascending, key.nulls_first);
        }
        order.extend(input.order.iter().cloned());
        let select = format!("SELECT {} FROM t{}", selected.join(", "), input.at);
        let relation = self.add(select, &[input], input.columns.clone());
        Ok(Relation { order, ..relation })
    }

    pub(super) fn join(&mut self, join: &Join, schema: &Schema, left: &Relation, right: &Relation) -> Outcome {
        let (l, r) = (left.names(), right.names());
        let of = |names: &HashMap<String, String>, side: &str, name: &str| match names.get(name) {
            Some(sql) => Ok(format!("{side}.{}", quoted(sql))),
            None => Err(Beyond::new(format!("the column '{name}'"))),
        };
        let mut on = Vec::new();
        let mut keys = Vec::new();
        for (a, b) in &join.on {
            let kind = left.columns.iter().find(|(n, ..)| n == a).map(|(.., t)| *t);
            match kind {
                Some(ScalarType::String) => on.push(format!("{} = {}", of(&l, "l", a)?, of(&r, "r", b)?)),
                Some(ScalarType::Dynamic | ScalarType::Decimal) | None => {
                    return Err(Beyond::new(format!("a join on '{a}'")));
                }
                // Null meets null.
                Some(_) => on.push(format!("{} <=> {}", of(&l, "l", a)?, of(&r, "r", b)?)),
            }
            keys.push(of(&l, "u", a)?);
        }
        if on.is_empty() {
            return Err(Beyond::new("a join without keys"));
        }
        let left_side = if join.kind == JoinKind::InnerUnique {
            let numbered = format!("row_number() OVER (PARTITION BY {} ORDER BY {})", keys.join(", "), keys.join(", "));
            format!("(SELECT * FROM (SELECT u.*, {numbered} AS `_number` FROM t{} u) WHERE `_number` = 1)", left.at)
        } else {
            format!("t{}", left.at)
        };
        let (first, how, second) = match join.kind {
            JoinKind::Inner | JoinKind::InnerUnique => ("l", "INNER JOIN", "r"),
            JoinKind::LeftOuter => ("l", "LEFT OUTER JOIN", "r"),
            JoinKind::RightOuter => ("l", "RIGHT OUTER JOIN", "r"),
            JoinKind::FullOuter => ("l", "FULL OUTER JOIN", "r"),
            JoinKind::LeftSemi => ("l", "LEFT SEMI JOIN", "r"),
            JoinKind::LeftAnti => ("l", "LEFT ANTI JOIN", "r"),
            JoinKind::RightSemi => ("r", "LEFT SEMI JOIN", "l"),
            JoinKind::RightAnti => ("r", "LEFT ANTI JOIN", "l"),
        };
        let place = |side: &str| if side == "l" { left_side.clone() } else { format!("t{}", right.at) };
        let columns = named(schema);
        let mut selected = Vec::new();
        for (kql, sql, scalar_type) in &columns {
            let read = if first == "r" { of(&r, "r", kql)? } else { of(&l, "l", kql).or_else(|_| of(&r, "r", kql))? };
            // A string that has no partner is empty.
            let read = if *scalar_type == ScalarType::String { format!("coalesce({read}, '')") } else { read };
            selected.push(format!("{read} AS {}", quoted(sql)));
        }
        let select = format!(
            "SELECT {} FROM {} {first} {how} {} {second} ON {}",
            listed(selected),
            place(first),
            place(second),
            on.join(" AND ")
        );
        let relation = self.add(select, &[left, right], columns);
        let bounded = match join.kind {
            JoinKind::LeftSemi | JoinKind::LeftAnti => left.bounded,
            JoinKind::RightSemi | JoinKind::RightAnti => right.bounded,
            _ => relation.bounded,
        };
        Ok(Relation { bounded, ..relation })
    }

    pub(super) fn values(&mut self, table: &Table) -> Outcome {
        if table.rows.saturating_mul(table.columns.len().max(1)) > MAX_CELLS {
            return Err(Beyond::new(format!("a table of {} rows that is not among the logs", table.rows)));
        }
        let columns = named(&table.columns.iter().map(|c| (c.name.clone(), c.scalar_type)).collect());
        let names: Vec<String> = columns.iter().map(|(_, sql, _)| quoted(sql)).collect();
        let select = if table.rows == 0 {
            let nulls = columns.iter().map(|(_, sql, t)| format!("CAST(NULL AS {}) AS {}", type_name(*t), quoted(sql)));
            format!("SELECT {} WHERE false", listed(nulls.collect()))
        } else {
            let rows = (0..table.rows).map(|row| {
                let cells = table.columns.iter().map(|c| literal::literal(&c.values[row], c.scalar_type));
                let cells: Vec<String> = cells.collect();
                format!("({})", if cells.is_empty() { "1".to_owned() } else { cells.join(", ") })
            });
            let names = if names.is_empty() { "`_none`".to_owned() } else { names.join(", ") };
            format!("SELECT * FROM VALUES {} AS v({names})", rows.collect::<Vec<_>>().join(", "))
        };
        Ok(self.add(select, &[], columns))
    }

    pub(super) fn range(&mut self, schema: &Schema, [from, to, step]: [&Value<'static>; 3]) -> Outcome {
        let beyond = || Beyond::new("a range of such values");
        let columns = named(schema);
        let [(_, sql, scalar_type)] = columns.as_slice() else { return Err(beyond()) };
        let whole = |v: &Value<'_>| v.as_i64().or_else(|| v.as_ticks()).map(i128::from);
        let (Some(from), Some(to), Some(step)) = (whole(from), whole(to), whole(step)) else { return Err(beyond()) };
        if !super::is_whole(*scalar_type) || step == 0 {
            return Err(beyond());
        }
        let count = if (step > 0) == (to >= from) || to == from { (to - from) / step + 1 } else { 0 };
        let (Ok(count), Ok(start), Ok(step)) = (i32::try_from(count), i64::try_from(from), i64::try_from(step)) else {
            return Err(beyond());
        };
        let value = format!("{} + id * {}", literal::long(start), literal::long(step));
        let select =
            format!("SELECT CAST({value} AS {}) AS {} FROM range({count})", type_name(*scalar_type), quoted(sql));
        Ok(self.add(select, &[], columns))
    }
}

/// Columns to select: a table without any still has rows.
pub(super) fn listed(columns: Vec<String>) -> String {
    if columns.is_empty() { "1 AS `_none`".to_owned() } else { columns.join(", ") }
}

/// The columns of a schema with the names they get.
pub(super) fn named(schema: &Schema) -> Vec<(String, String, ScalarType)> {
    let mut namer = Namer::default();
    schema.columns.iter().map(|(name, t)| (name.clone(), namer.name(name), *t)).collect()
}
