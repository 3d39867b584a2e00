//! kqlens: saved KQL queries over exported API Management logs.

pub mod bind;
pub mod diagnostics;
pub mod engine;
pub mod functions;
pub mod ir;
pub mod render;
pub mod syntax;
pub mod types;
