//! `top-nested` and `top-hitters`: the greatest values, level under level.

use super::aggregate::grouped;
use super::join::{Pair, joined};
use crate::bind::aggregates::Aggregates;
use crate::bind::names::Namer;
use crate::bind::scope::{Env, Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::ir::{Expr, JoinKind, Plan, PlanKind, Schema};
use crate::syntax::ast::{self, Argument, ExprKind, Name, NamedExpr, TopNestedLevel};
use crate::types::{Column, ScalarType, Table, Value};

/// One level of `top-nested`, bound.
struct Level {
    /// The column shown.
    name: String,
    /// The hidden column of its values.
    key: (String, ScalarType),
    /// How many values stay of each parent.
    count: Option<usize>,
    /// The value under which all others are gathered.
    others: Option<Value<'static>>,
    /// The name of the aggregate's column.
    aggregate: String,
    ascending: bool,
}

/// The hidden column of a level's aggregate.
const RANKED: &str = "$ranked";

impl Binder<'_> {
    pub(super) fn top_nested(&self, input: Tabular, levels: &[TopNestedLevel], env: &Env) -> Bind<Tabular> {
        let mut columns = input.plan.all_columns();
        let mut bound = Vec::new();
        let mut namer = Namer::default();
        for (at, level) in levels.iter().enumerate() {
            let value = self.scalar(&level.of.value, &Row::of(&input), env)?;
            let own = level.of.names.first().map(|n| n.text.clone()).or_else(|| self.own_name(&level.of.value, env));
            let name = match own {
                Some(own) => namer.unique(&own),
                None => namer.column(),
            };
            let key = (format!("$level{at}"), value.scalar_type);
            let count = match &level.count {
                Some(count) => {
                    let count = self.constant(count, ScalarType::Long, env)?.as_i64().unwrap_or(0);
                    Some(usize::try_from(count).unwrap_or(0))
                }
                None => None,
            };
            let others = level.others.as_ref().map(|o| self.constant(o, value.scalar_type, env)).transpose()?;
            let aggregate = match level.by.names.first() {
                Some(name) => name.text.clone(),
                None => format!("aggregated_{name}"),
            };
            let aggregate = namer.unique(&aggregate);
            columns.push((key.0.clone(), value));
            bound.push(Level { name, key, count, others, aggregate, ascending: level.ascending.unwrap_or(false) });
        }
        let mut rows = input.plan.project(columns);
        let mut answer: Option<Plan> = None;
        for (at, level) in bound.iter().enumerate() {
            let parents: Vec<(String, ScalarType)> = bound[..at].iter().map(|l| l.key.clone()).collect();
            let mut keys = parents.clone();
            keys.push(level.key.clone());
            let by = &levels[at].by;
            let best =
                Best { parents: parents.len(), count: level.count, ascending: level.ascending, last_wins: false };
            let kept = best.of(self.ranked(rows.clone(), &keys, by, env)?);
            let mut found = kept.clone();
            let inside = related(rows.clone(), kept.clone(), &keys, JoinKind::LeftSemi);
            rows = match &level.others {
                None => inside,
                Some(others) => {
                    let rest = related(rows, kept, &keys, JoinKind::LeftAnti);
                    // Below the others nothing is ranked: all their rows are one value of each level.
                    let rest = bound[at + 1..].iter().fold(with_value(rest, &level.key, others), |rest, below| {
                        let nothing = Value::null_of(below.key.1);
                        with_value(rest, &below.key, below.others.as_ref().unwrap_or(&nothing))
                    });
                    found = union(found, self.ranked(rest.clone(), &keys, by, env)?);
                    union(inside, rest)
                }
            };
            let rank_type = found.schema.get(RANKED).unwrap_or(ScalarType::Long);
            let mut shown: Vec<(String, Expr)> =
                keys.iter().map(|(name, t)| (name.clone(), Expr::column(name, *t))).collect();
            shown.push((format!("{RANKED}{at}"), Expr::column(RANKED, rank_type)));
            let found = found.project(shown);
            answer = Some(match answer {
                None => found,
                Some(above) => joined(above, found, pairs(&parents), JoinKind::Inner, true),
            });
        }
        let answer = answer.unwrap_or(rows);
        let shown = bound.iter().enumerate().flat_map(|(at, level)| {
            let ranked = format!("{RANKED}{at}");
            let rank_type = answer.schema.get(&ranked).unwrap_or(ScalarType::Long);
            [
                (level.name.clone(), Expr::column(&level.key.0, level.key.1)),
                (level.aggregate.clone(), Expr::column(ranked, rank_type)),
            ]
        });
        let shown = shown.collect();
        Ok(Tabular::new(answer.project(shown)))
    }

    /// The groups of some keys with the aggregate that ranks them.
    fn ranked(&self, rows: Plan, keys: &[(String, ScalarType)], by: &NamedExpr, env: &Env) -> Bind<Plan> {
        let keys: Vec<(String, Expr)> = keys.iter().map(|(name, t)| (name.clone(), Expr::column(name, *t))).collect();
        let item = NamedExpr {
            names: vec![Name { text: RANKED.to_owned(), span: by.span }],
            value: by.value.clone(),
            span: by.span,
        };
        let source = Tabular::new(rows);
        let mut found = Aggregates::default();
        self.aggregate_item(&item, &keys, &Row::of(&source), env, &mut Namer::default(), &mut found)?;
        Ok(grouped(source.plan, keys, found))
    }

    /// `top-hitters n of x [by v]`: the values that occur most, or whose rows sum up highest.
    pub(super) fn top_hitters(
        &self,
        input: Tabular,
        count: &ast::Expr,
        of: &NamedExpr,
        by: Option<&ast::Expr>,
        env: &Env,
    ) -> Bind<Tabular> {
        let own = |expr: &ast::Expr| self.own_name(expr, env).unwrap_or_default();
        let call = |function: &str, arguments: Vec<Argument>| ast::Expr {
            kind: ExprKind::Call(Name { text: function.to_owned(), span: of.span }, arguments),
            span: of.span,
        };
        let (value, name) = match by {
            None => (call("count", Vec::new()), format!("approximate_count_{}", own(&of.value))),
            Some(by) => {
                let argument = Argument { name: None, value: by.clone() };
                (call("sum", vec![argument]), format!("approximate_sum_{}", own(by)))
            }
        };
        let item = NamedExpr { names: vec![Name { text: name.clone(), span: of.span }], value, span: of.span };
        let counted = self.summarize(input, &[item], std::slice::from_ref(of), env)?;
        let Some(count) = self.constant(count, ScalarType::Long, env)?.as_i64() else {
            return error("KQL121", "a number of rows is expected here", count.span);
        };
        let count = Some(usize::try_from(count).unwrap_or(0));
        let best = Best { parents: 0, count, ascending: false, last_wins: true };
        Ok(Tabular { plan: best.of(counted.plan), serialized: true, name: None })
    }
}

fn pairs(keys: &[(String, ScalarType)]) -> Vec<Pair> {
    keys.iter().map(|(name, t)| Pair { left: Expr::column(name, *t), right: Expr::column(name, *t) }).collect()
}

/// The rows whose keys are, or are not, among those of another table.
fn related(rows: Plan, others: Plan, keys: &[(String, ScalarType)], kind: JoinKind) -> Plan {
    joined(rows, others, pairs(keys), kind, false)
}

fn union(a: Plan, b: Plan) -> Plan {
    let schema = a.schema.clone();
    Plan { kind: PlanKind::Union(vec![a, b]), schema }
}

/// The rows with one value in a column.
fn with_value(rows: Plan, column: &(String, ScalarType), value: &Value<'static>) -> Plan {
    let columns = rows.all_columns().into_iter().map(|(name, expr)| {
        let expr = if name == column.0 { Expr::literal(value.clone(), column.1) } else { expr };
        (name, expr)
    });
    let columns = columns.collect();
    rows.project(columns)
}

/// The first groups of each parent by their rank.
struct Best {
    /// How many columns tell the parent.
    parents: usize,
    /// How many groups stay; all when absent.
    count: Option<usize>,
    ascending: bool,
    /// Whether of equal groups the one that came last is first, as `top-hitters` has it.
    last_wins: bool,
}

impl Best {
    /// The groups, whose last column is their rank.
    fn of(self, groups: Plan) -> Plan {
        let schema: Schema = groups.schema.clone();
        let kernel = move |_: &crate::ir::Context, tables: Vec<Table>| {
            let table = tables.into_iter().next().ok_or("groups are missing")?;
            let keys: Vec<&Column> = table.columns[..self.parents].iter().collect();
            let Some(ranks) = table.columns.last() else { return Ok(table) };
            let mut order = Vec::new();
            for mut part in table.parts(&keys) {
                if self.last_wins {
                    part.reverse();
                }
                part.sort_by(|a, b| {
                    let order = ranks.values[*a].total_order(&ranks.values[*b]);
                    if self.ascending { order } else { order.reverse() }
                });
                part.truncate(self.count.unwrap_or(usize::MAX));
                order.extend(part);
            }
            Ok(table.rows_at(&order))
        };
        Plan::table_kernel("best of each", vec![groups], schema, kernel)
    }
}
