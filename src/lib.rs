#![doc = include_str!("../ARCHITECTURE.md")]

pub mod bind;
pub mod cli;
pub mod diagnostics;
pub mod engine;
pub mod functions;
pub mod ir;
pub mod render;
pub mod report;
pub mod sources;
pub mod syntax;
pub mod types;
pub mod workbook;

/// Text to typed plan.
///
/// # Errors
/// What is wrong with the query.
pub fn compile(text: &str, environment: &bind::Environment<'_>) -> Result<bind::Bound, Vec<diagnostics::Diagnostic>> {
    syntax::parse(text).and_then(|query| bind::bind(&query, environment))
}
