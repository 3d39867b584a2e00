//! kqlens: saved KQL queries over exported API Management logs.

pub mod functions;
pub mod ir;
pub mod types;
