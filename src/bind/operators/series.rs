//! `make-series`: groups as in `summarize`, then one array a group with a value for every step of an axis.

use std::collections::HashMap;

use super::aggregate::grouped;
use super::join::parameter;
use crate::bind::aggregates::Aggregates;
use crate::bind::names::Namer;
use crate::bind::scope::{Env, Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::Diagnostic;
use crate::ir::{Core, Expr, ExprKind, Plan, Schema};
use crate::syntax::ast::{self, NamedExpr, Operator};
use crate::types::{Column, Json, ScalarType, Table, Value};

/// The hidden column that holds a row's place on the axis.
const PLACE: &str = "$place";
/// The most values Kusto puts into one series.
const LONGEST: i64 = 1_048_576;
/// The most values in all series together: what still fits into the memory of a small machine.
const MOST: i64 = 16 * LONGEST;

/// What the operator says of its axis.
pub(super) struct Axis<'t> {
    pub on: &'t NamedExpr,
    pub from: Option<&'t ast::Expr>,
    pub to: Option<&'t ast::Expr>,
    pub step: &'t ast::Expr,
    /// `in range(from, to, step)`: steps stand on multiples of their size, and the end belongs to them.
    pub in_range: bool,
}

/// The steps of an axis: step n begins at `origin + n * step`.
#[derive(Clone)]
struct Steps {
    origin: Value<'static>,
    step: Value<'static>,
    /// The first step, when the query says where the axis begins.
    first: Option<i64>,
    /// The last step, when the query says where it ends.
    last: Option<i64>,
}

impl Steps {
    /// What a step begins at.
    fn at(&self, place: i64) -> Value<'static> {
        match (&self.origin, &self.step) {
            (Value::DateTime(origin), Value::TimeSpan(step)) => {
                Value::DateTime(step.saturating_mul(place).saturating_add(*origin))
            }
            (Value::TimeSpan(origin), Value::TimeSpan(step)) => {
                Value::TimeSpan(step.saturating_mul(place).saturating_add(*origin))
            }
            (origin, step) => match (origin.as_i64(), step.as_i64()) {
                (Some(origin), Some(step)) => Value::Long(step.saturating_mul(place).saturating_add(origin)),
                _ => {
                    Value::Real(origin.as_f64().unwrap_or_default() + place as f64 * step.as_f64().unwrap_or_default())
                }
            },
        }
    }
}

/// Which step a value falls into.
fn place(value: &Value<'_>, origin: &Value<'_>, step: &Value<'_>) -> Option<i64> {
    let whole = |v: &Value<'_>| v.as_ticks().or_else(|| v.as_i64());
    match (whole(value), whole(origin), whole(step)) {
        (Some(v), Some(origin), Some(step)) if step > 0 => Some(v.saturating_sub(origin).div_euclid(step)),
        _ => match (value.as_f64(), origin.as_f64(), step.as_f64()) {
            (Some(v), Some(origin), Some(step)) if step > 0.0 => {
                Some((v - origin) / step).filter(|at| !at.is_nan()).map(|at| at.floor() as i64)
            }
            _ => None,
        },
    }
}

/// Whether so many steps lie before a place that it cannot be told.
const fn beyond(place: i64, step: &Value<'_>) -> bool {
    matches!(step, Value::Real(_)) && (place == i64::MIN || place == i64::MAX)
}

impl Binder<'_> {
    pub(super) fn make_series(
        &self,
        operator: &Operator,
        input: Tabular,
        aggregates: &[(NamedExpr, Option<ast::Expr>)],
        axis: &Axis<'_>,
        keys: &[NamedExpr],
        env: &Env,
    ) -> Bind<Tabular> {
        let row = Row::of(&input);
        let on = self.scalar(&axis.on.value, &row, env)?;
        let axis_type = on.scalar_type;
        let steps = self.steps(axis, axis_type, env)?;
        let mut namer = Namer::default();
        aggregates.iter().for_each(|(item, _)| item.names.iter().for_each(|n| namer.take(&n.text)));
        let mut keys = self.group_keys(&input, keys, env, &mut namer)?;
        let key_count = keys.len();
        let mut found = Aggregates::default();
        let mut fresh = Namer::new(keys.iter().map(|(n, _)| n.clone()).collect());
        let mut defaults = Vec::new();
        for (item, default) in aggregates {
            self.aggregate_item(item, &keys, &row, env, &mut fresh, &mut found)?;
            for (_, column) in &found.columns[defaults.len()..] {
                defaults.push(match default {
                    Some(default) => self.constant(default, column.scalar_type, env)?,
                    None => zero(column.scalar_type),
                });
            }
        }
        let axis_name = match axis.on.names.first() {
            Some(name) => name.text.clone(),
            None => self.own_name(&axis.on.value, env).unwrap_or_else(|| fresh.column()),
        };
        let axis_name = fresh.unique(&axis_name);
        keys.push((PLACE.to_owned(), place_of(on, &steps)));
        let names: Vec<String> = found.columns.iter().map(|(n, _)| n.clone()).collect();
        let plan = grouped(input.plan, keys, found).filter(within(&steps));
        let mut schema: Schema = Schema { columns: plan.schema.columns[..key_count].to_vec() };
        schema.columns.extend(names.iter().map(|n| (n.clone(), ScalarType::Dynamic)));
        schema.columns.push((axis_name, ScalarType::Dynamic));
        let kind = parameter(operator, "kind");
        if let Some((text, value)) = &kind
            && text != "nonempty"
        {
            let finding = Diagnostic::new("KQL227", format!("make-series knows no kind '{text}'"), value.span);
            return Err(Box::new(finding.help("write kind=nonempty, or leave it out")));
        }
        let nonempty = kind.is_some() && key_count == 0;
        let answer = schema.clone();
        let kernel = move |_: &crate::ir::Context, tables: Vec<Table>| {
            let table = tables.into_iter().next().ok_or("make-series reads one table")?;
            series(&table, key_count, &defaults, &steps, nonempty, &answer)
        };
        Ok(Tabular::new(Plan::table_kernel("make-series", vec![plan], schema, kernel)))
    }

    fn steps(&self, axis: &Axis<'_>, axis_type: ScalarType, env: &Env) -> Bind<Steps> {
        let (value_type, step_type) = match axis_type {
            ScalarType::DateTime | ScalarType::TimeSpan => (axis_type, ScalarType::TimeSpan),
            ScalarType::Int | ScalarType::Long => (ScalarType::Long, ScalarType::Long),
            ScalarType::Real | ScalarType::Decimal => (ScalarType::Real, ScalarType::Real),
            other => {
                let message = format!("a series runs along numbers, datetimes or timespans, and this is a {other}");
                return error("KQL210", message, axis.on.span);
            }
        };
        let step = self.along(axis.step, step_type, axis_type, env)?;
        let positive = step.as_ticks().or_else(|| step.as_i64()).map(|n| n > 0).or(step.as_f64().map(|x| x > 0.0));
        if positive != Some(true) {
            return Err(Box::new(
                Diagnostic::new("KQL211", "the step of a series must be more than nothing", axis.step.span)
                    .help("write e.g. `step 1h`"),
            ));
        }
        let bound = |expr: Option<&ast::Expr>| -> Bind<Option<Value<'static>>> {
            let value = expr.map(|e| self.along(e, value_type, axis_type, env)).transpose()?;
            Ok(value.filter(|v| !v.is_null()))
        };
        let (from, to) = (bound(axis.from)?, bound(axis.to)?);
        let zero = match value_type {
            ScalarType::DateTime => Value::DateTime(0),
            ScalarType::TimeSpan => Value::TimeSpan(0),
            ScalarType::Real => Value::Real(0.0),
            _ => Value::Long(0),
        };
        let origin = from.clone().filter(|_| !axis.in_range).unwrap_or(zero);
        let first = from.as_ref().and_then(|from| place(from, &origin, &step));
        let last = to.as_ref().and_then(|to| {
            let at = place(to, &origin, &step)?;
            let steps = Steps { origin: origin.clone(), step: step.clone(), first, last: None };
            // The end is outside, so a step that would begin at it is too.
            let outside = !axis.in_range && steps.at(at).order(to).is_eq();
            Some(if outside { at.saturating_sub(1) } else { at })
        });
        if let (Some(first), Some(last)) = (first, last)
            && (last.saturating_sub(first) >= LONGEST || beyond(first, &step) || beyond(last, &step))
        {
            return Err(Box::new(
                Diagnostic::new("KQL212", format!("the series would have more than {LONGEST} values"), axis.step.span)
                    .help("use a longer step or a shorter range"),
            ));
        }
        Ok(Steps { origin, step, first, last })
    }

    /// A constant that says something of an axis: a number along numbers, and the very type along times.
    fn along(&self, tree: &ast::Expr, wanted: ScalarType, axis: ScalarType, env: &Env) -> Bind<Value<'static>> {
        let nowhere = Schema::default();
        let found = self.scalar(tree, &Row { schema: &nowhere, serialized: false, exists: false }, env)?.scalar_type;
        let fits = match wanted {
            ScalarType::Long => found.is_integer(),
            ScalarType::Real => found.is_numeric(),
            _ => found == wanted,
        };
        if !fits && found != ScalarType::Dynamic {
            let message = format!("this must be a {wanted}, as the series runs along a {axis}, and it is a {found}");
            return error("KQL226", message, tree.span);
        }
        self.constant(tree, wanted, env)
    }
}

/// What stands where a group has no rows: the zero of a number, and nothing of another type.
fn zero(scalar_type: ScalarType) -> Value<'static> {
    match scalar_type {
        ScalarType::Int => Value::Int(0),
        ScalarType::Long => Value::Long(0),
        ScalarType::Real => Value::Real(0.0),
        ScalarType::Decimal => Value::Decimal(rust_decimal::Decimal::ZERO),
        ScalarType::TimeSpan => Value::TimeSpan(0),
        other => Value::null_of(other),
    }
}

/// The place of a row's value on the axis.
fn place_of(on: Expr, steps: &Steps) -> Expr {
    let constant =
        |value: &Value<'static>| Expr::literal(value.clone(), value.scalar_type().unwrap_or(ScalarType::Long));
    let arguments = vec![on, constant(&steps.origin), constant(&steps.step)];
    let kind = ExprKind::Kernel {
        name: PLACE,
        kernel: |_, a| place(&a[0], &a[1], &a[2]).map_or(Value::Null, Value::Long),
        volatile: false,
        arguments,
    };
    Expr { kind, scalar_type: ScalarType::Long }
}

/// Whether a place lies on the axis; rows without a place do not.
fn within(steps: &Steps) -> Expr {
    let place = || Expr::column(PLACE, ScalarType::Long);
    let bound = |core, at: i64| {
        let limit = Expr::literal(Value::Long(at), ScalarType::Long);
        Expr::core(core, vec![place(), limit], ScalarType::Bool)
    };
    let missing = Expr::core(Core::IsNull, vec![place()], ScalarType::Bool);
    let mut conditions = vec![Expr::core(Core::Not, vec![missing], ScalarType::Bool)];
    conditions.extend(steps.first.map(|first| bound(Core::GreaterOrEqual, first)));
    conditions.extend(steps.last.map(|last| bound(Core::LessOrEqual, last)));
    Expr::core(Core::And, conditions, ScalarType::Bool)
}

/// One row a group: its keys, an array for each aggregate, and the axis.
fn series(
    table: &Table,
    key_count: usize,
    defaults: &[Value<'static>],
    steps: &Steps,
    nonempty: bool,
    schema: &Schema,
) -> Result<Table, String> {
    let (keys, rest) = table.columns.split_at(key_count);
    let [places, aggregates @ ..] = rest else { return Err("make-series lost its axis".to_owned()) };
    let key_columns: Vec<&Column> = keys.iter().collect();
    let mut parts = table.parts(&key_columns);
    if parts.is_empty() && nonempty {
        parts.push(Vec::new());
    }
    let mut columns: Vec<Column> = schema.empty_columns();
    let rows = parts.len();
    let bounds = |part: &[usize]| {
        let taken = || part.iter().filter_map(|row| places.values[*row].as_i64());
        let first = steps.first.or_else(|| taken().min()).unwrap_or(0);
        (first, steps.last.or_else(|| taken().max()).unwrap_or(first.saturating_sub(1)))
    };
    // Before any array is made, lest the memory is gone by the time there are too many.
    let mut total: i64 = 0;
    for part in &parts {
        let (first, last) = bounds(part);
        let count = last.saturating_sub(first).saturating_add(1).max(0);
        if count > LONGEST || beyond(first, &steps.step) || beyond(last, &steps.step) {
            return Err(format!(
                "a series would have more than {LONGEST} values; use a longer step or a shorter range"
            ));
        }
        total = total.saturating_add(count.saturating_mul(aggregates.len() as i64 + 1));
    }
    if total > MOST {
        return Err(format!(
            "the series would have more than {MOST} values together; use a longer step, a shorter range or fewer groups"
        ));
    }
    for part in parts {
        let row_of: HashMap<i64, usize> =
            part.iter().filter_map(|row| Some((places.values[*row].as_i64()?, *row))).collect();
        let (first, last) = bounds(&part);
        for (column, key) in columns.iter_mut().zip(keys) {
            column.values.push(part.first().map_or(Value::Null, |row| key.values[*row].clone()));
        }
        for ((column, aggregate), default) in columns[key_count..].iter_mut().zip(aggregates).zip(defaults) {
            let value = |place| row_of.get(&place).map_or(default, |row| &aggregate.values[*row]).to_json();
            column.values.push(Value::dynamic(Json::Array((first..=last).map(value).collect())));
        }
        if let Some(axis) = columns.last_mut() {
            axis.values.push(Value::dynamic(Json::Array((first..=last).map(|p| steps.at(p).to_json()).collect())));
        }
    }
    Ok(Table { columns, rows })
}
