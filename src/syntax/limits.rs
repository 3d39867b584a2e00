//! How large a query may be. Every limit has a diagnostic of its own and is tested at N and N + 1.

/// Bytes of query text.
pub const MAX_BYTES: usize = 256 * 1024;
/// Parentheses, brackets and pipelines inside one another.
pub const MAX_NESTING: usize = 250;
/// Operators above the deepest operand of an expression, as in a chain such as `a + b + c`; `and` and `or` are flat and
/// have no such limit.
pub const MAX_CHAIN: usize = 1_000;
/// Tokens.
pub const MAX_TOKENS: usize = 100_000;
/// Findings told of one text; a text with more is not read further.
pub const MAX_FINDINGS: usize = 20;
/// Arrays and bags inside one another in the content of `dynamic(…)`.
pub const MAX_DYNAMIC_DEPTH: usize = 120;
