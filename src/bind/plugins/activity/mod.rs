//! Who was active when: distinct values of an id column along a timeline.

pub(super) mod timeline;

mod active_users;
mod counts;
mod engagement;
mod metrics;
mod new_metrics;
mod sessions;
mod sliding;

use super::{Arguments, Call, Meaning, Plugin, columns_by_place};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder, error};
use crate::ir::{Context, Expr, Plan, Schema};
use crate::syntax::ast::{self, Argument};
use crate::types::{ScalarType, Table, Value};
use timeline::{Part, Step, Times, distance, identities, number, timeline_type};

/// The family.
pub(super) const PLUGINS: &[Plugin] = &[
    active_users::PLUGIN,
    counts::PLUGIN,
    engagement::PLUGIN,
    metrics::PLUGIN,
    new_metrics::PLUGIN,
    sessions::PLUGIN,
    sliding::PLUGIN,
];

/// What all these plugins read: the id, the timeline and the dimensions.
struct Activity {
    /// Id, time, and the dimensions, by place.
    source: Plan,
    time: (String, ScalarType),
    dimensions: Vec<(String, ScalarType)>,
}

impl Activity {
    fn read(
        binder: &Binder<'_>,
        call: &Call<'_>,
        arguments: &Arguments<'_>,
        input: Tabular,
        dimensions: &[&Argument],
    ) -> Bind<Self> {
        let (_, id) = binder.plugin_value(arguments.required("id")?, &input, call.env)?;
        let tree = arguments.required("timeline")?;
        let (name, time) = binder.plugin_value(tree, &input, call.env)?;
        let time_type = timeline_type(&time, tree.span)?;
        let mut columns: Vec<Expr> = vec![id, time];
        let mut named = Vec::new();
        for dimension in dimensions {
            let (name, column) = binder.plugin_value(&dimension.value, &input, call.env)?;
            named.push((name, column.scalar_type));
            columns.push(column);
        }
        Ok(Self { source: columns_by_place(input.plan, columns), time: (name, time_type), dimensions: named })
    }

    /// The columns of the answer: the timeline, the dimensions, and what is counted.
    fn schema(&self, counted: &[(&str, ScalarType)]) -> Schema {
        let mut schema = Schema { columns: vec![self.time.clone()] };
        let counted = counted.iter().map(|(n, t)| ((*n).to_owned(), *t));
        for (name, scalar_type) in self.dimensions.iter().cloned().chain(counted) {
            let name = schema.free_name(&name);
            schema.columns.push((name, scalar_type));
        }
        schema
    }

    /// An instant of the timeline, given as a constant.
    fn instant(&self, binder: &Binder<'_>, tree: &ast::Expr, call: &Call<'_>) -> Bind<i64> {
        let value = binder.constant(tree, self.time.1, call.env)?;
        match number(&value) {
            Some(at) => Ok(at),
            None if binder.environment.evaluate.is_none() => Ok(0),
            None => error("KQL240", format!("a {} is expected here", self.time.1), tree.span),
        }
    }

    /// A distance along the timeline, given as a constant.
    fn span(&self, binder: &Binder<'_>, tree: &ast::Expr, call: &Call<'_>) -> Bind<i64> {
        let value = binder.constant(tree, distance(self.time.1), call.env)?;
        match number(&value) {
            Some(length) if length > 0 => Ok(length),
            _ if binder.environment.evaluate.is_none() => Ok(1),
            _ => {
                error("KQL240", format!("a {} longer than nothing is expected here", distance(self.time.1)), tree.span)
            }
        }
    }

    /// A step along the timeline: a distance, or `week`, `month` or `year`.
    fn step(&self, binder: &Binder<'_>, tree: &ast::Expr, call: &Call<'_>) -> Bind<Step> {
        if self.time.1 == ScalarType::DateTime
            && let Ok(value) = binder.constant(tree, ScalarType::String, call.env)
            && let Some(step @ (Step::Week | Step::Month | Step::Year)) = Step::of(&value)
        {
            return Ok(step);
        }
        Ok(Step::Size(self.span(binder, tree, call)?))
    }

    /// The plan of an answer, made of each combination of the dimensions by itself.
    fn answer(
        self,
        name: &str,
        schema: Schema,
        kernel: impl Fn(&Schema, Vec<Events>) -> Result<Table, String> + Send + Sync + 'static,
    ) -> Tabular {
        let answer = schema.clone();
        let kernel = move |_: &Context, tables: Vec<Table>| {
            kernel(&answer, Events::of(&tables.into_iter().next().unwrap_or_default()))
        };
        Tabular::new(Plan::table_kernel(name, vec![self.source], schema, kernel))
    }
}

/// What happened in one combination of the dimensions, in the order of time.
struct Events {
    part: Part,
    /// When, and who; those without an id are left out.
    all: Vec<(i64, usize)>,
}

impl Events {
    fn of(table: &Table) -> Vec<Self> {
        match table.columns.first() {
            Some(ids) => Self::told(table, &identities(&ids.values)),
            None => Vec::new(),
        }
    }

    /// The same, with the number of who each row is about.
    fn told(table: &Table, who: &[usize]) -> Vec<Self> {
        let Some(ids) = table.columns.first() else { return Vec::new() };
        let present = |(at, row): &(i64, usize)| (!ids.values[*row].is_null()).then(|| (*at, who[*row]));
        Times::of(table, 1, 2)
            .parts
            .into_iter()
            .map(|part| Self { all: part.rows.iter().filter_map(present).collect(), part })
            .collect()
    }

    /// The events from one instant to another, both included.
    fn between(&self, start: i64, end: i64) -> &[(i64, usize)] {
        let from = self.all.partition_point(|(at, _)| *at < start);
        let to = self.all.partition_point(|(at, _)| *at <= end);
        self.all.get(from..to).unwrap_or_default()
    }
}

fn long(n: i64) -> Value<'static> {
    Value::Long(n)
}

/// A share; of nothing, it is no number.
fn share(part: i64, whole: i64) -> Value<'static> {
    Value::Real(part as f64 / whole as f64)
}
