//! Plugins that need something other than rows: known by name, and refused by name.

use super::{Meaning, Plugin};

const fn refused(name: &'static str, signature: &'static str, what: &'static str) -> Plugin {
    Plugin {
        name,
        signature,
        doc: "Refused: kqlens runs on files alone, without network, other programs or credentials.",
        examples: &[],
        meaning: Meaning::Elsewhere(what),
    }
}

const NETWORK: &str = "asks a service over the network";
const PROGRAM: &str = "runs a program of another language";
const MODEL: &str = "asks a language model over the network";
const STORAGE: &str = "looks into cloud storage";
const CLUSTER: &str = "asks the cluster about itself";

/// The family.
pub(super) const PLUGINS: &[Plugin] = &[
    refused("ai_chat_completion", "(chat, connection, [options], [errors])", MODEL),
    refused("ai_chat_completion_prompt", "(prompt, connection, [options], [errors])", MODEL),
    refused("ai_embed_text", "(text, connection, [options], [errors])", MODEL),
    refused("ai_embeddings", "(text, connection, [options], [errors])", MODEL),
    refused("azure_digital_twins_query_request", "(endpoint, query)", NETWORK),
    refused("cosmosdb_sql_request", "(connection, query, [parameters], [options])", NETWORK),
    refused("csharp", "(schema, script, [arguments])", PROGRAM),
    refused("dax_request", "(connection, query, [parameters], [options])", NETWORK),
    refused("estimate_rows_count", "()", CLUSTER),
    refused("execute_query", "(connection, query)", NETWORK),
    refused("execute_show_command", "(connection, command)", NETWORK),
    refused("external_datatable", "()", STORAGE),
    refused("http_request", "(uri, [headers], [options])", NETWORK),
    refused("http_request_post", "(uri, [headers], [options], [content])", NETWORK),
    refused("identity", "()", CLUSTER),
    refused("identity_v3", "(mode, exception)", CLUSTER),
    refused("infer_storage_schema", "(options)", STORAGE),
    refused("infer_storage_schema_with_suggestions", "(options)", STORAGE),
    refused("mysql_request", "(connection, query, [parameters], [options])", NETWORK),
    refused("postgresql_request", "(connection, query, [parameters], [options])", NETWORK),
    refused("python", "(schema, script, [arguments], [artifacts])", PROGRAM),
    refused("r", "(schema, script, [arguments])", PROGRAM),
    refused("sql_request", "(connection, query, [parameters], [options])", NETWORK),
];
