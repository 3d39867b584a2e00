//! `dcount_intersect`: how many values sets have in common, from their sketches.

use super::{Arguments, Call, Meaning, Plugin, columns_by_place};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder, error};
use crate::functions::{self, Meaning as FunctionMeaning};
use crate::ir::{Context, Plan, ScalarKernel, Schema};
use crate::types::{Column, ScalarType, Table, Value};

pub(super) const PLUGIN: Plugin = Plugin {
    name: "dcount_intersect",
    signature: "(*sets)",
    doc: "How many distinct values are in the first of some sets, in the first two, in the first three and so on: \
          columns `s0`, `s1`, `s2` … Each set is a column of what `hll()` gives.",
    examples: &[(
        "range x from 1 to 100 step 1 | summarize a = hll(x % 10), b = hll(x % 4) | evaluate dcount_intersect(a, b)",
        "10, 4",
    )],
    meaning: Meaning::Table(dcount_intersect),
};

/// How many sets Kusto takes.
const MOST: usize = 16;

fn dcount_intersect(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let sets = &arguments.rest;
    if !(2..=MOST).contains(&sets.len()) {
        return error("KQL160", format!("dcount_intersect takes 2 to {MOST} sets"), call.span);
    }
    let mut columns = Vec::new();
    for set in sets {
        let (_, column) = binder.plugin_value(&set.value, &input, call.env)?;
        if column.scalar_type != ScalarType::Dynamic {
            return error("KQL241", "a set is what hll() gives", set.value.span);
        }
        columns.push(column);
    }
    let kernel_of = |name: &str| match functions::find(name).map(|f| f.meaning) {
        Some(FunctionMeaning::Kernel(kernel)) => Ok(kernel),
        _ => error("KQL151", format!("no function named '{name}'"), call.plugin.span),
    };
    let sketches = Sketches { count: kernel_of("dcount_hll")?, merge: kernel_of("hll_merge")? };
    let schema: Schema = (0..sets.len()).map(|at| (format!("s{at}"), ScalarType::Long)).collect();
    let answer = schema.clone();
    let kernel = move |context: &Context, tables: Vec<Table>| {
        let table = tables.into_iter().next().unwrap_or_default();
        let mut columns: Vec<Column> = answer.empty_columns();
        for row in 0..table.rows {
            let sets: Vec<&Value<'static>> = table.columns.iter().map(|c| &c.values[row]).collect();
            for (at, column) in columns.iter_mut().enumerate() {
                column.values.push(Value::Long(sketches.common(context, &sets[..=at]).max(0)));
            }
        }
        Ok(Table { rows: table.rows, columns })
    };
    let source = columns_by_place(input.plan, columns);
    Ok(Tabular::new(Plan::table_kernel("dcount_intersect", vec![source], schema, kernel)))
}

#[derive(Clone, Copy)]
struct Sketches {
    count: ScalarKernel,
    merge: ScalarKernel,
}

impl Sketches {
    /// How many values all sets have, by inclusion and exclusion: what sketches tell is the size of a union.
    fn common(self, context: &Context, sets: &[&Value<'static>]) -> i64 {
        self.signed(context, None, sets, -1)
    }

    /// The sum over all unions of some sets with those united already, each size with the sign of how many they are.
    fn signed(self, context: &Context, united: Option<&Value<'static>>, sets: &[&Value<'static>], sign: i64) -> i64 {
        let mut sum: i64 = 0;
        for (at, set) in sets.iter().enumerate() {
            let union = match united {
                None => (*set).clone(),
                Some(united) => (self.merge)(context, &[united.clone(), (*set).clone()]).into_owned(),
            };
            let size = (self.count)(context, std::slice::from_ref(&union)).as_i64().unwrap_or(0);
            sum = sum.saturating_sub(sign.saturating_mul(size));
            sum = sum.saturating_add(self.signed(context, Some(&union), &sets[at + 1..], -sign));
        }
        sum
    }
}
