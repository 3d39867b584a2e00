//! Plan nodes to lazy frames.

use std::cell::RefCell;
use std::collections::HashMap;

use polars::prelude::{
    Column, DataFrame, Engine as PlEngine, ExplodeOptions, Expr as PlExpr, Field, IntoLazy, JoinBuilder, JoinCoalesce,
    JoinType, LazyFrame, MaintainOrderJoin, SortMultipleOptions, UnionArgs, UniqueKeepStrategy, col, cols, concat, lit,
    when,
};

use super::aggregate::lower_call;
use super::convert::{NO_COLUMN, from_batches, to_frame, to_table};
use super::expression::lower;
use super::{EngineError, Execution, Rows};
use crate::ir::{
    Aggregate, Context, Expand, Expr, ExprKind, Join, JoinKind, Plan, PlanKind, Schema, SortKey, SubqueryAnswer,
    TableKernel,
};
use crate::types::{Column as KqlColumn, Json, ScalarType, Table, Value};

/// One run's way from plan to frames.
pub(super) struct Lowering<'a> {
    context: &'a Context,
    rows: &'a dyn Rows,
    execution: Execution,
    /// The rows of [`PlanKind::Part`], innermost last.
    parts: RefCell<Vec<DataFrame>>,
    /// Tables already read, by table, columns and period.
    read: RefCell<HashMap<String, DataFrame>>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(context: &'a Context, rows: &'a dyn Rows, execution: Execution) -> Self {
        Self { context, rows, execution, parts: RefCell::default(), read: RefCell::default() }
    }

    pub(super) fn collect(&self, frame: LazyFrame) -> Result<DataFrame, EngineError> {
        let engine = match self.execution {
            Execution::Streaming => PlEngine::Streaming,
            Execution::InMemory => PlEngine::InMemory,
        };
        // One plan without sinks of its own has one answer.
        Ok(frame.collect_with_engine(engine)?.unwrap_single())
    }

    /// The lazy frame of a plan.
    pub(super) fn plan(&self, plan: &Plan) -> Result<LazyFrame, EngineError> {
        match &plan.kind {
            PlanKind::Scan(scan) => {
                let key = format!("{scan:?} {:?}", plan.schema);
                if let Some(frame) = self.read.borrow().get(&key) {
                    return Ok(frame.clone().lazy());
                }
                let batches = self.rows.read(scan, &plan.schema.names())?;
                let frame = from_batches(&plan.schema, &batches)?;
                self.read.borrow_mut().insert(key, frame.clone());
                Ok(frame.lazy())
            }
            PlanKind::Values(table) => Ok(to_frame(table)?.lazy()),
            PlanKind::Range(from, to, step) => self.range(plan, from, to, step),
            PlanKind::Part => match self.parts.borrow().last() {
                Some(frame) => Ok(frame.clone().lazy()),
                None => Err(EngineError::new("a part of a table was asked for outside of any")),
            },
            PlanKind::Filter(input, predicate) => {
                let frame = self.plan(input)?;
                let predicate = self.expr(predicate, &input.schema)?;
                Ok(frame.filter(predicate.fill_null(lit(false))))
            }
            PlanKind::Project(input, columns) => self.project(input, columns),
            PlanKind::Aggregate(aggregate) => self.aggregate(aggregate),
            PlanKind::Sort(input, keys) => self.sort(input, keys),
            PlanKind::Take(input, count) => Ok(self.plan(input)?.slice(0, u32::try_from(*count).unwrap_or(u32::MAX))),
            PlanKind::Join(join) => self.join(join, &plan.schema),
            PlanKind::Union(inputs) => {
                let frames = inputs.iter().map(|i| self.plan(i)).collect::<Result<Vec<_>, _>>()?;
                let frame = concat(frames, UnionArgs { maintain_order: true, ..UnionArgs::default() })?;
                Ok(frame)
            }
            PlanKind::Expand(expand) => self.expand(expand),
            PlanKind::ForEach { input, keys, body } => self.for_each(plan, input, keys, body),
            PlanKind::Table { inputs, kernel: TableKernel(kernel), .. } => {
                let tables = inputs
                    .iter()
                    .map(|input| to_table(&self.collect(self.plan(input)?)?, &input.schema))
                    .collect::<Result<Vec<_>, _>>()?;
                let table = kernel(self.context, tables).map_err(EngineError::new)?;
                Ok(to_frame(&table)?.lazy())
            }
        }
    }

    /// A column that a frame of this schema is sure to have.
    fn any(schema: &Schema) -> &str {
        schema.columns.first().map_or(NO_COLUMN, |(name, _)| name)
    }

    /// An expression over a frame, with the answers of its subqueries put in.
    fn expr(&self, expr: &Expr, schema: &Schema) -> Result<PlExpr, EngineError> {
        Ok(lower(&self.resolved(expr)?, self.context, Self::any(schema)))
    }

    fn resolved(&self, expr: &Expr) -> Result<Expr, EngineError> {
        fn has_subquery(expr: &Expr) -> bool {
            matches!(expr.kind, ExprKind::Subquery(..)) || expr.operands().iter().any(has_subquery)
        }
        if !has_subquery(expr) {
            return Ok(expr.clone());
        }
        let all = |operands: &[Expr]| operands.iter().map(|o| self.resolved(o)).collect::<Result<Vec<_>, _>>();
        let kind = match &expr.kind {
            ExprKind::Subquery(plan, answer) => {
                let pruned = crate::ir::prune(plan);
                let table = to_table(&self.collect(self.plan(&pruned)?)?, &pruned.schema)?;
                let column = table.columns.into_iter().next();
                let value = match answer {
                    SubqueryAnswer::Scalar => {
                        column.and_then(|c| c.values.into_iter().next()).unwrap_or(Value::null_of(expr.scalar_type))
                    }
                    SubqueryAnswer::List => Value::dynamic(Json::Array(column.map_or_else(Vec::new, |c| {
                        c.values
                            .iter()
                            .map(|v| {
                                crate::types::cast(v, ScalarType::Dynamic).as_json().cloned().unwrap_or(Json::Null)
                            })
                            .collect()
                    }))),
                };
                ExprKind::Literal(value)
            }
            ExprKind::Core(core, operands) => ExprKind::Core(*core, all(operands)?),
            ExprKind::Kernel { name, kernel, volatile, arguments } => {
                ExprKind::Kernel { name, kernel: *kernel, volatile: *volatile, arguments: all(arguments)? }
            }
            ExprKind::Window { name, kernel, arguments } => {
                ExprKind::Window { name, kernel: *kernel, arguments: all(arguments)? }
            }
            other => other.clone(),
        };
        Ok(Expr { kind, scalar_type: expr.scalar_type })
    }

    fn project(&self, input: &Plan, columns: &[(String, Expr)]) -> Result<LazyFrame, EngineError> {
        let frame = self.plan(input)?;
        if columns.is_empty() {
            // Only the number of rows is left.
            return Ok(frame.select([col(Self::any(&input.schema)).is_null().alias(NO_COLUMN)]));
        }
        let mut exprs = Vec::new();
        let mut plain = true;
        for (name, expr) in columns {
            plain &= matches!(expr.kind, ExprKind::Column(_));
            exprs.push(self.expr(expr, &input.schema)?.alias(name.as_str()));
        }
        if plain {
            return Ok(frame.select(exprs));
        }
        // A selection of constants alone would have one row; added to the frame they have as many as it has.
        let names: Vec<PlExpr> = columns.iter().map(|(name, _)| col(name.as_str())).collect();
        Ok(frame.with_columns(exprs).select(names))
    }

    fn aggregate(&self, aggregate: &Aggregate) -> Result<LazyFrame, EngineError> {
        let input = &aggregate.input;
        let any = Self::any(&input.schema).to_owned();
        let frame = self.plan(input)?;
        let mut calls = Vec::new();
        for (at, call) in aggregate.calls.iter().enumerate() {
            let mut call = call.clone();
            call.arguments = call.arguments.iter().map(|a| self.resolved(a)).collect::<Result<_, _>>()?;
            calls.push(lower_call(&call, at, self.context, &any));
        }
        let answers: Vec<PlExpr> = calls.iter().map(|c| c.answer.clone()).collect();
        let gathered: Vec<PlExpr> = calls.into_iter().flat_map(|c| c.gathered).collect();
        if aggregate.keys.is_empty() {
            if gathered.is_empty() {
                let frame = frame.select([polars::prelude::len().eq(lit(0)).alias(NO_COLUMN)]);
                return Ok(frame.filter(col(NO_COLUMN).not()));
            }
            return Ok(frame.select(gathered).select(answers));
        }
        let mut keys = Vec::new();
        for (_, expr) in &aggregate.keys {
            keys.push(lower(&self.resolved(expr)?, self.context, &any));
        }
        // Keys are computed first, so that an aggregate still sees the column a key is named like.
        let hidden = |at: usize| format!("$key{at}");
        let computed: Vec<PlExpr> = keys.into_iter().enumerate().map(|(at, k)| k.alias(hidden(at).as_str())).collect();
        let by: Vec<PlExpr> = (0..computed.len()).map(|at| col(hidden(at).as_str())).collect();
        let frame = frame.with_columns(computed);
        let grouped = if gathered.is_empty() {
            frame.select(by.clone()).unique_stable(None, UniqueKeepStrategy::First)
        } else {
            frame.group_by_stable(by.clone()).agg(gathered)
        };
        let mut selected: Vec<PlExpr> = aggregate
            .keys
            .iter()
            .enumerate()
            .map(|(at, (name, _))| col(hidden(at).as_str()).alias(name.as_str()))
            .collect();
        selected.extend(answers);
        Ok(grouped.select(selected))
    }

    fn sort(&self, input: &Plan, keys: &[SortKey]) -> Result<LazyFrame, EngineError> {
        let frame = self.plan(input)?;
        let mut by = Vec::new();
        let mut descending = Vec::new();
        let mut nulls_last = Vec::new();
        for key in keys {
            let value = match key.value.scalar_type {
                ScalarType::Decimal => self.expr(&key.value.clone().cast(ScalarType::Real), &input.schema)?,
                _ => self.expr(&key.value, &input.schema)?,
            };
            if key.value.scalar_type == ScalarType::Real {
                // NaN stands next to the nulls, which are outermost.
                let (null, nan) = if key.nulls_first { (0, 1) } else { (2, 1) };
                let other = if key.nulls_first { 2 } else { 0 };
                let class = when(value.clone().is_null())
                    .then(lit(null))
                    .when(value.clone().is_nan())
                    .then(lit(nan))
                    .otherwise(lit(other));
                by.push(class);
                descending.push(false);
                nulls_last.push(false);
            }
            by.push(value);
            descending.push(!key.ascending);
            nulls_last.push(!key.nulls_first);
        }
        let options =
            SortMultipleOptions { descending, nulls_last, maintain_order: true, ..SortMultipleOptions::default() };
        Ok(frame.sort_by_exprs(by, options))
    }

    fn join(&self, join: &Join, schema: &Schema) -> Result<LazyFrame, EngineError> {
        let keys = |side: usize| -> Vec<PlExpr> {
            join.on.iter().map(|pair| col(if side == 0 { pair.0.as_str() } else { pair.1.as_str() })).collect()
        };
        let (left, right) = (self.plan(&join.left)?, self.plan(&join.right)?);
        let builder = |a: LazyFrame, b: LazyFrame, a_keys: Vec<PlExpr>, b_keys: Vec<PlExpr>, how: JoinType| {
            JoinBuilder::new(a)
                .with(b)
                .left_on(a_keys)
                .right_on(b_keys)
                .how(how)
                .join_nulls(true)
                .coalesce(JoinCoalesce::KeepColumns)
                .maintain_order(MaintainOrderJoin::LeftRight)
        };
        let semi = |a, b, a_keys, b_keys, how| {
            JoinBuilder::new(a).with(b).left_on(a_keys).right_on(b_keys).how(how).join_nulls(true).finish()
        };
        let frame = match join.kind {
            JoinKind::Inner => builder(left, right, keys(0), keys(1), JoinType::Inner).finish(),
            JoinKind::InnerUnique => {
                let names: Vec<String> = join.on.iter().map(|(l, _)| l.clone()).collect();
                let unique = left.unique_stable(Some(cols(names)), UniqueKeepStrategy::First);
                builder(unique, right, keys(0), keys(1), JoinType::Inner).finish()
            }
            JoinKind::LeftOuter => builder(left, right, keys(0), keys(1), JoinType::Left).finish(),
            JoinKind::RightOuter => builder(right, left, keys(1), keys(0), JoinType::Left).finish(),
            JoinKind::FullOuter => builder(left, right, keys(0), keys(1), JoinType::Full).finish(),
            JoinKind::LeftSemi => semi(left, right, keys(0), keys(1), JoinType::Semi),
            JoinKind::LeftAnti => semi(left, right, keys(0), keys(1), JoinType::Anti),
            JoinKind::RightSemi => semi(right, left, keys(1), keys(0), JoinType::Semi),
            JoinKind::RightAnti => semi(right, left, keys(1), keys(0), JoinType::Anti),
        };
        // Padding of a string column is "", not null.
        let columns = schema.columns.iter().map(|(name, t)| {
            let column = col(name.as_str());
            if *t == ScalarType::String { column.fill_null(lit("")) } else { column }
        });
        Ok(frame.select(columns.collect::<Vec<_>>()))
    }

    fn range(
        &self,
        plan: &Plan,
        from: &Value<'static>,
        to: &Value<'static>,
        step: &Value<'static>,
    ) -> Result<LazyFrame, EngineError> {
        let Some((name, scalar_type)) = plan.schema.columns.first().cloned() else {
            return Ok(to_frame(&Table::default())?.lazy());
        };
        let values = range_values(from, to, step)
            .ok_or_else(|| EngineError::new(format!("the range has more than {MAX_RANGE} values")))?;
        let column = KqlColumn { name, scalar_type, values };
        Ok(to_frame(&Table { rows: column.values.len(), columns: vec![column] })?.lazy())
    }

    fn expand(&self, expand: &Expand) -> Result<LazyFrame, EngineError> {
        let frame = self.plan(&expand.input)?;
        let names: Vec<String> = expand.columns.iter().map(|(n, _)| n.clone()).collect();
        let mut lists = Vec::new();
        for at in 0..expand.columns.len() {
            let arguments: Vec<PlExpr> = names.iter().map(|n| col(n.as_str())).collect();
            let (arrays, limit) = (expand.bags_as_arrays, expand.limit);
            lists.push(expanded_list(&arguments, Some(at), arrays, limit).alias(names[at].as_str()));
        }
        let mut exploded = names.clone();
        if let Some(index) = &expand.index {
            let arguments: Vec<PlExpr> = names.iter().map(|n| col(n.as_str())).collect();
            lists.push(expanded_list(&arguments, None, expand.bags_as_arrays, expand.limit).alias(index.as_str()));
            exploded.push(index.clone());
        }
        let options = ExplodeOptions { empty_as_null: false, keep_nulls: true };
        let mut frame = frame.with_columns(lists).explode(cols(exploded), options);
        let casts: Vec<PlExpr> = expand
            .columns
            .iter()
            .filter(|(_, to)| *to != ScalarType::Dynamic)
            .map(|(name, to)| {
                let cast = Expr::column(name, ScalarType::Dynamic).cast(*to);
                lower(&cast, self.context, name).alias(name.as_str())
            })
            .collect();
        if !casts.is_empty() {
            frame = frame.with_columns(casts);
        }
        if let Some(index) = &expand.index {
            let cast = Expr::column(index, ScalarType::Dynamic).cast(ScalarType::Long);
            frame = frame.with_columns([lower(&cast, self.context, index).alias(index.as_str())]);
        }
        Ok(frame)
    }

    fn for_each(&self, plan: &Plan, input: &Plan, keys: &[String], body: &Plan) -> Result<LazyFrame, EngineError> {
        let frame = self.collect(self.plan(input)?)?;
        let table = to_table(&frame, &input.schema)?;
        let key_columns: Vec<&KqlColumn> = table.columns.iter().filter(|c| keys.contains(&c.name)).collect();
        // Parts in order of their first row.
        let mut order: Vec<Vec<u32>> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for row in 0..table.rows {
            let key = key_columns.iter().map(|c| format!("{:?}\u{1f}", c.values[row])).collect::<String>();
            let place = *places.entry(key).or_insert_with(|| {
                order.push(Vec::new());
                order.len() - 1
            });
            order[place].push(row as u32);
        }
        let mut answer: Vec<KqlColumn> = plan
            .schema
            .columns
            .iter()
            .map(|(name, scalar_type)| KqlColumn { name: name.clone(), scalar_type: *scalar_type, values: Vec::new() })
            .collect();
        let mut rows = 0;
        for members in order {
            let first = members[0] as usize;
            let index = polars::prelude::IdxCa::from_vec("".into(), members);
            self.parts.borrow_mut().push(frame.take(&index)?);
            let part = self.plan(body).and_then(|lazy| to_table(&self.collect(lazy)?, &body.schema));
            self.parts.borrow_mut().pop();
            let part = part?;
            rows += part.rows;
            for column in &mut answer {
                match part.columns.iter().find(|c| c.name == column.name) {
                    Some(found) => column.values.extend(found.values.iter().cloned()),
                    None => {
                        let value = key_columns
                            .iter()
                            .find(|c| c.name == column.name)
                            .map_or(Value::Null, |c| c.values[first].clone());
                        column.values.extend(std::iter::repeat_n(value, part.rows));
                    }
                }
            }
        }
        Ok(to_frame(&Table { columns: answer, rows })?.lazy())
    }
}

/// The most rows of a `range`.
const MAX_RANGE: usize = 50_000_000;

/// The values of a range; `None` when there are too many.
fn range_values(from: &Value<'static>, to: &Value<'static>, step: &Value<'static>) -> Option<Vec<Value<'static>>> {
    let mut values = Vec::new();
    if from.is_null() || to.is_null() || step.is_null() {
        return Some(values);
    }
    let whole = |v: &Value<'_>| v.as_i64().or_else(|| v.as_ticks());
    if let (Some(start), Some(end), Some(pace)) = (whole(from), whole(to), whole(step)) {
        let count = if pace == 0 { -1 } else { (i128::from(end) - i128::from(start)) / i128::from(pace) };
        let inside = pace != 0 && ((pace > 0) == (end >= start) || end == start);
        if !inside {
            return Some(values);
        }
        if count >= MAX_RANGE as i128 {
            return None;
        }
        for n in 0..=count {
            let value = (i128::from(start) + n * i128::from(pace)) as i64;
            values.push(match from {
                Value::DateTime(_) => Value::DateTime(value),
                Value::TimeSpan(_) => Value::TimeSpan(value),
                _ => Value::Long(value),
            });
        }
        return Some(values);
    }
    if let (Value::Decimal(start), Value::Decimal(end), Value::Decimal(pace)) = (from, to, step) {
        let mut at = *start;
        while !pace.is_zero() && ((pace.is_sign_positive() && at <= *end) || (pace.is_sign_negative() && at >= *end)) {
            values.push(Value::Decimal(at));
            at = at.checked_add(*pace)?;
            if values.len() > MAX_RANGE {
                return None;
            }
        }
        return Some(values);
    }
    let (start, end, pace) = (from.as_f64()?, to.as_f64()?, step.as_f64()?);
    let count = ((end - start) / pace).floor();
    if !count.is_finite() || count < 0.0 {
        return Some(values);
    }
    if count >= MAX_RANGE as f64 {
        return None;
    }
    values.extend((0..=count as usize).map(|n| Value::Real(start + n as f64 * pace)));
    Some(values)
}

/// The elements one cell is expanded to, as JSON texts; `None` for null.
fn elements(json: Option<&Json>, bags_as_arrays: bool) -> Vec<Option<String>> {
    match json {
        None | Some(Json::Null) => vec![None],
        Some(Json::Array(items)) => items.iter().map(|i| (!i.is_null()).then(|| i.to_string())).collect(),
        Some(Json::Object(bag)) => bag
            .iter()
            .map(|(key, value)| {
                Some(if bags_as_arrays {
                    Json::Array(vec![Json::String(key.clone()), value.clone()]).to_string()
                } else {
                    Json::Object(serde_json::Map::from_iter([(key.clone(), value.clone())])).to_string()
                })
            })
            .collect(),
        Some(other) => vec![Some(other.to_string())],
    }
}

/// The list a column is exploded from: its elements, padded with nulls to the longest of the columns expanded with it.
/// Without a column: their numbers.
fn expanded_list(arguments: &[PlExpr], which: Option<usize>, bags_as_arrays: bool, limit: Option<u64>) -> PlExpr {
    let first = arguments[0].clone();
    first.map_many(
        move |columns: &mut [Column]| {
            let readers = columns
                .iter()
                .map(|c| super::adapt::Reader::new(c, ScalarType::Dynamic))
                .collect::<polars::error::PolarsResult<Vec<_>>>()?;
            let length = columns.iter().map(Column::len).max().unwrap_or(0);
            let mut lists: Vec<polars::prelude::Series> = Vec::with_capacity(length);
            for row in 0..length {
                let cells: Vec<Vec<Option<String>>> = readers
                    .iter()
                    .zip(columns.iter())
                    .map(|(reader, column)| {
                        let value = reader.value(if column.len() == 1 { 0 } else { row });
                        elements(value.as_json(), bags_as_arrays)
                    })
                    .collect();
                let mut longest = cells.iter().map(Vec::len).max().unwrap_or(0);
                if let Some(limit) = limit {
                    longest = longest.min(usize::try_from(limit).unwrap_or(usize::MAX));
                }
                let texts: Vec<Option<String>> = match which {
                    Some(at) => (0..longest).map(|n| cells[at].get(n).cloned().flatten()).collect(),
                    None => (0..longest).map(|n| Some(n.to_string())).collect(),
                };
                lists.push(polars::prelude::NamedFrom::new("".into(), texts));
            }
            let name = columns[0].name().clone();
            let mut builder = polars::prelude::ListStringChunkedBuilder::new(name, lists.len(), lists.len() * 4);
            for list in &lists {
                polars::prelude::ListBuilderTrait::append_series(&mut builder, list)?;
            }
            Ok(polars::prelude::IntoColumn::into_column(polars::prelude::IntoSeries::into_series(
                polars::prelude::ListBuilderTrait::finish(&mut builder),
            )))
        },
        &arguments[1..],
        |_, fields| {
            Ok(Field::new(
                fields[0].name().clone(),
                polars::prelude::DataType::List(Box::new(polars::prelude::DataType::String)),
            ))
        },
    )
}
