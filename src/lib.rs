//! kqlens: saved KQL queries over exported API Management logs.

pub mod render;
pub mod types;
