//! `evaluate`: the catalogue of plugins. One file a plugin or close family; an entry holds the name, how it is called,
//! the documentation, an example that runs as a test, and the meaning.

mod activity;
mod arguments;
mod bag_unpack;
mod dcount_intersect;
mod elsewhere;
mod ip_lookup;
mod narrow;
mod patterns;
mod pivot;
mod preview;
mod rolling_percentile;
mod rows_near;
mod schema_merge;
mod sequences;

use std::fmt;

use super::scope::{Env, Tabular};
use super::{Bind, Binder, error};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::ir::{Expr, Plan, Schema};
use crate::syntax::Span;
use crate::syntax::ast::{Argument, ColumnDeclaration, Name};
use crate::types::{ScalarType, Table, Value};

use super::operators::values;
use arguments::Arguments;

/// One plugin of `evaluate`.
#[derive(Clone, Copy)]
pub struct Plugin {
    /// The name people write.
    pub name: &'static str,
    /// How it is called, as text: `(column, [prefix])`.
    pub signature: &'static str,
    /// What it does, in a sentence or three, in Markdown.
    pub doc: &'static str,
    /// Whole queries and their rows: cells joined with `, `, rows with `; `. Each runs as a test.
    pub examples: &'static [(&'static str, &'static str)],
    meaning: Meaning,
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[derive(Clone, Copy)]
enum Meaning {
    /// A table made of the input.
    Table(fn(&Binder<'_>, &Call<'_>, &Arguments<'_>, Tabular) -> Bind<Tabular>),
    /// As [`Meaning::Table`], with further tables; nothing can follow it in the pipeline.
    Tables(fn(&Binder<'_>, &Call<'_>, &Arguments<'_>, Tabular) -> Bind<Tabular>),
    /// Refused: what it needs is not in files. The text goes on after "…, which".
    Elsewhere(&'static str),
}

/// Every plugin.
pub const PLUGINS: &[&[Plugin]] = &[
    &[
        bag_unpack::PLUGIN,
        pivot::PLUGIN,
        narrow::PLUGIN,
        preview::PLUGIN,
        schema_merge::PLUGIN,
        rows_near::PLUGIN,
        rolling_percentile::PLUGIN,
        dcount_intersect::PLUGIN,
    ],
    ip_lookup::PLUGINS,
    patterns::PLUGINS,
    activity::PLUGINS,
    sequences::PLUGINS,
    elsewhere::PLUGINS,
];

fn all() -> impl Iterator<Item = &'static Plugin> {
    PLUGINS.iter().flat_map(|family| family.iter())
}

/// The plugin of a name.
pub fn find_plugin(name: &str) -> Option<&'static Plugin> {
    all().find(|p| p.name == name)
}

impl Plugin {
    /// Whether it can run on files.
    pub const fn runs(&self) -> bool {
        !matches!(self.meaning, Meaning::Elsewhere(_))
    }

    /// Whether it gives several tables, so that no operator can follow it.
    pub(super) const fn ends(&self) -> bool {
        matches!(self.meaning, Meaning::Tables(_))
    }
}

/// `evaluate plugin(arguments) : (schema)` over its input.
pub(super) struct Call<'t> {
    pub plugin: &'t Name,
    pub arguments: &'t [Argument],
    pub declared: Option<Declared<'t>>,
    pub input: Option<Tabular>,
    pub env: &'t Env,
    pub span: Span,
}

/// The columns a call says it gives.
#[derive(Clone, Copy)]
pub(super) struct Declared<'t> {
    pub columns: &'t [ColumnDeclaration],
    /// Whether they come after those of the input.
    pub star: bool,
}

impl Declared<'_> {
    fn names(&self, name: &str) -> bool {
        self.columns.iter().any(|c| c.name.text == name)
    }

    /// The columns declared of a table: those it has, converted, and nulls for the others.
    fn of(&self, input: Tabular) -> Tabular {
        let schema = &input.plan.schema;
        let mut columns = if self.star { input.plan.all_columns() } else { Vec::new() };
        columns.retain(|(n, _)| !self.names(n) && !n.starts_with(Schema::UNKNOWN));
        for column in self.columns {
            let (name, to) = (&column.name.text, column.scalar_type);
            let value = match schema.get(name) {
                Some(from) => Expr::column(name, from).cast(to),
                None => Expr::literal(Value::null_of(to), to),
            };
            columns.push((name.clone(), value));
        }
        Tabular { plan: input.plan.project(columns), serialized: input.serialized, name: None }
    }
}

impl Binder<'_> {
    pub(super) fn evaluate(&self, call: &Call<'_>) -> Bind<Tabular> {
        let name = &call.plugin.text;
        let Some(plugin) = find_plugin(name) else {
            let mut finding = Diagnostic::new("KQL230", format!("no plugin named '{name}'"), call.plugin.span);
            finding.help = match did_you_mean(name, all().map(|p| p.name)) {
                Some(near) => Some(format!("did you mean '{near}'?")),
                None => {
                    let names: Vec<&str> = all().filter(|p| p.runs()).map(|p| p.name).collect();
                    Some(format!("the plugins are {}", names.join(", ")))
                }
            };
            return Err(Box::new(finding));
        };
        let meaning = match plugin.meaning {
            Meaning::Elsewhere(what) => {
                let message = format!("the plugin '{name}' {what}, which kqlens does not do");
                return Err(Box::new(
                    Diagnostic::new("KQL231", message, call.plugin.span).label("known to Kusto, not to kqlens"),
                ));
            }
            Meaning::Table(meaning) | Meaning::Tables(meaning) => meaning,
        };
        let Some(input) = call.input.clone() else {
            return error("KQL115", format!("the plugin '{name}' needs a table before it"), call.plugin.span);
        };
        let arguments = Arguments::read(plugin, call)?;
        let answer = meaning(self, call, &arguments, input)?;
        Ok(match &call.declared {
            Some(declared) => declared.of(answer),
            None => answer,
        })
    }

    /// The rows of a plan, for plugins whose columns depend on them; `None` when there are no data to look at.
    fn rows_now(&self, plan: &Plan, call: &Call<'_>) -> Bind<Option<Table>> {
        let Some(evaluate) = self.environment.evaluate else { return Ok(None) };
        match evaluate(plan) {
            Ok(table) => Ok(Some(table)),
            Err(problem) => {
                let name = &call.plugin.text;
                Err(Box::new(
                    Diagnostic::new(
                        "KQL232",
                        format!("the columns of '{name}' depend on its rows, and these cannot be read: {problem}"),
                        call.plugin.span,
                    )
                    .help(format!("say which columns it gives: evaluate {name}(…) : (Name:string, …)")),
                ))
            }
        }
    }
}

/// The table that stands where only the data tell which columns there are: those known, and any others.
fn open(mut known: Vec<(String, ScalarType)>) -> Tabular {
    known.push((Schema::UNKNOWN.to_owned(), ScalarType::Dynamic));
    let schema = Schema { columns: known };
    let kernel = |_: &crate::ir::Context, _: Vec<Table>| Err("this query was bound without data".to_owned());
    Tabular::new(Plan::table_kernel("unknown", Vec::new(), schema, kernel))
}

/// A plan that gives rows at hand.
fn rows(table: Table) -> Tabular {
    Tabular::new(values(table))
}

/// Some columns of a table under hidden names, by place: what a kernel reads.
fn columns_by_place(input: Plan, columns: Vec<Expr>) -> Plan {
    input.project(columns.into_iter().enumerate().map(|(at, e)| (format!("${at}"), e)).collect())
}
