//! The typed, engine-neutral plan. All of KQL's meaning is decided before an engine sees it.

mod aggregate;
mod among;
mod arithmetic;
mod bar;
mod clues;
mod compare;
mod core;
mod explain;
mod expr;
mod kernel;
mod partial;
mod plan;
mod program;
mod prune;
mod reads;
mod regexes;
mod text_match;
mod together;

pub use crate::syntax::deep;
pub use bar::Bar;
pub use clues::{Clue, Hint};
pub use compare::{compare, unwrap_dynamic};
pub use core::{Core, CoreAggregate};
pub use explain::{explain, explain_partial};
pub use expr::{Expr, ExprKind, SubqueryAnswer};
pub use kernel::{AggregateKernel, Context, ScalarKernel, WindowKernel};
pub use partial::{Feed, Keep, Partial};
pub use plan::{
    Aggregate, AggregateCall, AggregateKind, Expand, Join, JoinKind, Plan, PlanKind, Scan, Schema, SortKey,
    TableFunction, TableKernel, free_name,
};
pub use program::Program;
pub use prune::prune;
pub use reads::{join_scans, tables_read};
pub use regexes::{cached_regex, compile_regex};
pub use text_match::{TermEdges, contains_ignore_case, equal_ignore_case, fold, has_term};
pub use together::Together;
