//! kqlens: saved KQL queries over exported API Management logs.

pub mod diagnostics;
pub mod functions;
pub mod ir;
pub mod syntax;
pub mod types;
