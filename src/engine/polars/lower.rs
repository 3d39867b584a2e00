//! Plan nodes to lazy frames.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

pub(super) use polars::prelude::Engine;
use polars::prelude::{
    DataFrame, ExplodeOptions, Expr as PlExpr, IntoLazy, JoinBuilder, JoinCoalesce, JoinType, LazyFrame,
    MaintainOrderJoin, SortMultipleOptions, UnionArgs, UniqueKeepStrategy, col, cols, concat, lit, when,
};

use super::EngineError;
use super::aggregate::{gathered, lower_call};
use super::convert::{NO_COLUMN, to_frame, to_table};
use super::expand::expanded_list;
use super::expression::lower;
use super::range::range_column;
use crate::ir::{
    Aggregate, Context, Core, Expand, Expr, ExprKind, Feed, Join, JoinKind, Plan, PlanKind, Schema, SortKey,
    SubqueryAnswer, TableKernel, deep,
};
use crate::types::{Json, ScalarType, Table, Value};

/// How many nodes one lazy plan may stack: Polars walks it recursively, on more stack than ours. A taller one is
/// computed in stages.
const MAX_LEVELS: usize = 200;

/// The most rows of an order that Polars is asked for as such: it makes room for all of them before it looks for any.
const MAX_BEST: u64 = 100_000;

/// One run's way from plan to frames.
pub(super) struct Lowering<'a> {
    context: &'a Context,
    /// How frames are computed.
    engine: Engine,
    /// The rows of [`PlanKind::Part`], innermost last.
    pub(super) parts: RefCell<Vec<DataFrame>>,
    /// How many nodes stand one above the other in the frame lowered last.
    levels: Cell<usize>,
    /// The rows of the plan's scans.
    tables: HashMap<String, LazyFrame>,
}

/// Computes a frame.
pub(super) fn collect(frame: LazyFrame, engine: Engine) -> Result<DataFrame, EngineError> {
    // One plan without sinks of its own has one answer.
    Ok(frame.collect_with_engine(engine)?.unwrap_single())
}

/// A key that Polars can order by. It knows no decimals, so a decimal is its nearest real, then what that lacks.
fn as_reals(key: &SortKey) -> Vec<SortKey> {
    if key.value.scalar_type != ScalarType::Decimal {
        return vec![key.clone()];
    }
    let real = key.value.clone().cast(ScalarType::Real);
    let operands = vec![key.value.clone(), real.clone().cast(ScalarType::Decimal)];
    let rest = Expr::core(Core::Subtract, operands, ScalarType::Decimal).cast(ScalarType::Real);
    vec![SortKey { value: real, ..key.clone() }, SortKey { value: rest, ..key.clone() }]
}

/// Whether rows are put in order somewhere in a plan.
fn sorts(plan: &Plan) -> bool {
    matches!(plan.kind, PlanKind::Sort(..)) || deep(|| plan.inputs().into_iter().any(sorts))
}

impl<'a> Lowering<'a> {
    /// For a plan whose scans find their rows here, by the table's name.
    pub(super) fn new(context: &'a Context, tables: HashMap<String, LazyFrame>, engine: Engine) -> Self {
        Self { context, engine, parts: RefCell::default(), levels: Cell::new(0), tables }
    }

    /// For a plan over one part.
    pub(super) fn of_part(context: &'a Context, part: DataFrame) -> Self {
        let lowering = Self::new(context, HashMap::new(), Engine::InMemory);
        lowering.parts.borrow_mut().push(part);
        lowering
    }

    pub(super) fn collect(&self, frame: LazyFrame) -> Result<DataFrame, EngineError> {
        // A part has few rows more often than not, and to start a stream for them takes longer than they do.
        collect(frame, if self.parts.borrow().is_empty() { self.engine } else { Engine::InMemory })
    }

    /// The lazy frame of a plan.
    pub(super) fn plan(&self, plan: &Plan) -> Result<LazyFrame, EngineError> {
        let beside = self.levels.replace(0);
        let mut frame = deep(|| self.node(plan))?;
        let mut levels = self.levels.get() + 1;
        if levels > MAX_LEVELS {
            frame = self.collect(frame)?.lazy();
            levels = 0;
        }
        self.levels.set(levels.max(beside));
        Ok(frame)
    }

    fn node(&self, plan: &Plan) -> Result<LazyFrame, EngineError> {
        match &plan.kind {
            PlanKind::Scan(scan) => self.scan(&scan.table, &plan.schema),
            PlanKind::Values(table) => Ok(to_frame(table)?.lazy()),
            PlanKind::Range(from, to, step) => self.range(plan, from, to, step),
            PlanKind::Part => match self.parts.borrow().last() {
                Some(frame) => Ok(frame.clone().lazy()),
                None => Err(EngineError::new("a part of a table was asked for outside of any")),
            },
            PlanKind::Filter(input, predicate) => self.filter(input, predicate),
            PlanKind::Project(input, columns) => self.project(input, columns),
            PlanKind::Aggregate(aggregate) => self.aggregate(aggregate),
            PlanKind::Sort(input, keys) => self.sort(input, keys),
            PlanKind::Take(input, count) => {
                let mut frame = self.plan(input)?;
                if *count > MAX_BEST && sorts(input) {
                    frame = self.collect(frame)?.lazy();
                }
                Ok(frame.slice(0, u32::try_from(*count).unwrap_or(u32::MAX)))
            }
            PlanKind::Join(join) => self.join(join, &plan.schema),
            PlanKind::Union(inputs) => {
                let frames = inputs.iter().map(|i| self.plan(i)).collect::<Result<Vec<_>, _>>()?;
                let frame = concat(frames, UnionArgs { maintain_order: true, ..UnionArgs::default() })?;
                Ok(frame)
            }
            PlanKind::Expand(expand) => self.expand(expand),
            PlanKind::ForEach { input, keys, body } => self.for_each(&plan.schema, input, keys, body),
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

    /// The columns of a table.
    fn scan(&self, table: &str, schema: &Schema) -> Result<LazyFrame, EngineError> {
        let Some(frame) = self.tables.get(table) else {
            return Err(EngineError::new(format!("'{table}' is not among the tables of this plan")));
        };
        if schema.columns.is_empty() {
            // Only the number of rows matters, and any column has it.
            return Ok(frame.clone().select([col(Feed::AT).is_null().alias(NO_COLUMN)]));
        }
        Ok(frame.clone().select(schema.columns.iter().map(|(name, _)| col(name.as_str())).collect::<Vec<_>>()))
    }

    /// A column that a frame of this schema is sure to have.
    fn any(schema: &Schema) -> &str {
        schema.columns.first().map_or(NO_COLUMN, |(name, _)| name)
    }

    fn filter(&self, input: &Plan, predicate: &Expr) -> Result<LazyFrame, EngineError> {
        let frame = self.plan(input)?;
        let predicate = self.resolved(predicate)?;
        let any = Self::any(&input.schema);
        let mut lowered = lower(&predicate, self.context, any);
        if predicate.columns().is_empty() {
            // A condition without columns has lost rows when the frame had none left to read; so it looks at one.
            lowered = when(col(any).is_null()).then(lowered.clone()).otherwise(lowered);
        }
        Ok(frame.filter(lowered.fill_null(lit(false))))
    }

    /// An expression over a frame, with the answers of its subqueries put in.
    fn expr(&self, expr: &Expr, schema: &Schema) -> Result<PlExpr, EngineError> {
        Ok(lower(&self.resolved(expr)?, self.context, Self::any(schema)))
    }

    pub(super) fn resolved(&self, expr: &Expr) -> Result<Expr, EngineError> {
        let ExprKind::Subquery(plan, answer) = &expr.kind else {
            return expr.clone().try_map_operands(|operand| self.resolved(&operand));
        };
        let table = to_table(&self.collect(self.plan(plan)?)?, &plan.schema)?;
        let column = table.columns.into_iter().next();
        let value = match answer {
            SubqueryAnswer::Scalar => {
                column.and_then(|c| c.values.into_iter().next()).unwrap_or(Value::null_of(expr.scalar_type))
            }
            SubqueryAnswer::List => {
                let elements = column.map_or_else(Vec::new, |c| c.values.iter().map(Value::to_json).collect());
                Value::dynamic(Json::Array(elements))
            }
        };
        Ok(Expr::literal(value, expr.scalar_type))
    }

    /// The plan with the answers of those subqueries that read no table.
    pub(super) fn answered(&self, plan: Plan) -> Result<Plan, EngineError> {
        deep(|| {
            let mut failure = None;
            let plan = plan.map_inputs(&mut |input| {
                let schema = input.schema.clone();
                self.answered(input).unwrap_or_else(|error| {
                    failure.get_or_insert(error);
                    Plan { kind: PlanKind::Part, schema }
                })
            });
            let plan = plan.map_expressions(&mut |expr| {
                self.answered_expr(expr.clone()).unwrap_or_else(|error| {
                    failure.get_or_insert(error);
                    expr
                })
            });
            failure.map_or(Ok(plan), Err)
        })
    }

    fn answered_expr(&self, expr: Expr) -> Result<Expr, EngineError> {
        match &expr.kind {
            ExprKind::Subquery(plan, _) if !plan.reads() => self.resolved(&expr),
            ExprKind::Subquery(..) => Ok(expr),
            _ => expr.try_map_operands(|operand| self.answered_expr(operand)),
        }
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
        let gathered = gathered(&calls);
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
        // A constant orders nothing, and would be a column too short.
        let orders = |k: &SortKey| !k.value.columns().is_empty() || k.value.is_volatile() || k.value.has_window();
        for key in keys.iter().filter(|k| orders(k)).flat_map(as_reals) {
            let value = self.expr(&key.value, &input.schema)?;
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
        if by.is_empty() {
            return Ok(frame);
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
        let on_keys = |a: LazyFrame, b: LazyFrame, a_keys: Vec<PlExpr>, b_keys: Vec<PlExpr>, how: JoinType| {
            JoinBuilder::new(a).with(b).left_on(a_keys).right_on(b_keys).how(how).join_nulls(true)
        };
        let builder = |a, b, a_keys, b_keys, how| {
            on_keys(a, b, a_keys, b_keys, how)
                .coalesce(JoinCoalesce::KeepColumns)
                .maintain_order(MaintainOrderJoin::LeftRight)
        };
        let semi = |a, b, a_keys, b_keys, how| {
            on_keys(a, b, a_keys, b_keys, how).maintain_order(MaintainOrderJoin::Left).finish()
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
        let Some((name, scalar_type)) = plan.schema.columns.first() else {
            return Ok(to_frame(&Table::default())?.lazy());
        };
        let column = range_column(name, *scalar_type, [from, to, step]).ok_or_else(|| {
            EngineError::new("the range has too many values; the most are 50,000,000, or 5,000,000 decimals")
        })??;
        Ok(column.into_frame().lazy())
    }

    fn expand(&self, expand: &Expand) -> Result<LazyFrame, EngineError> {
        let frame = self.plan(&expand.input)?;
        let names: Vec<String> = expand.columns.iter().map(|(n, _)| n.clone()).collect();
        let mut lists = Vec::new();
        for at in 0..expand.columns.len() {
            let arguments: Vec<PlExpr> = names.iter().map(|n| col(n.as_str())).collect();
            let (arrays, limit) = (expand.bags_as_arrays, expand.limit);
            let which = Some((at, expand.columns[at].1));
            lists.push(expanded_list(&arguments, which, arrays, limit).alias(names[at].as_str()));
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
}
