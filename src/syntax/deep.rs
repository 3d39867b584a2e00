//! Recursion as deep as a query makes it.

/// How much stack must be left before more is taken.
const LEAST: usize = 256 * 1024;
/// How much is taken.
const MORE: usize = 8 * 1024 * 1024;

/// Runs one level of a recursion over a plan or expression, on a new piece of stack when the old one runs out: a legal
/// query can have thousands of operators in a row, and threads that are not ours have little stack.
pub fn deep<T>(level: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(LEAST, MORE, level)
}
