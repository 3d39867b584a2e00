//! The shapes in which a function's meaning is written; an engine adapts each shape once.

use crate::types::Value;

/// What a kernel may know of the run besides its arguments.
#[derive(Clone, Debug)]
pub struct Context {
    /// The instant `now()` gives, in ticks; fixed for the whole run.
    pub now: i64,
}

/// One value from the values of one row. Kernels never fail: what has no answer is null.
pub type ScalarKernel = for<'a> fn(&Context, &[Value<'a>]) -> Value<'a>;

/// A whole column from whole columns in row order; every argument and the answer have the given number of rows.
/// Constant arguments arrive as columns of one repeated value.
pub type WindowKernel = fn(&Context, &[Vec<Value<'static>>], usize) -> Vec<Value<'static>>;

/// One value from the rows of one group: one vector an argument, all of equal length. Constant arguments repeat their
/// value, so read them from the first row; a group without rows gives the aggregate's answer for empty input.
pub type AggregateKernel = fn(&Context, &[Vec<Value<'static>>]) -> Value<'static>;
