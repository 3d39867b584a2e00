//! Functions of Kusto that have no meaning over exported files, each with the reason people are told.

const LOGIN: &str = "files are read without a login";
const STORE: &str = "files have no extents, cursors or row numbers of a store";
const CLUSTER: &str = "it asks a cluster, and there is none";
const FORMULA: &str = "how Kusto mixes hashes is not published, and other numbers would only look like its own";

/// Every such function and why.
pub const UNSUPPORTED: &[(&str, &str)] = &[
    ("current_cluster_endpoint", CLUSTER),
    ("current_node_id", CLUSTER),
    ("current_principal_details", LOGIN),
    ("current_principal_is_member_of", LOGIN),
    ("cursor_after", STORE),
    ("cursor_before_or_at", STORE),
    ("cursor_current", STORE),
    ("current_cursor", STORE),
    ("extent_id", STORE),
    ("extentid", STORE),
    ("extent_tags", STORE),
    ("ingestion_time", "exports do not say when a row was stored; ask for TimeGenerated"),
    ("row_id", STORE),
    ("rowstore_ordinal_range", STORE),
    ("geo_info_from_ip_address", "it needs a database of addresses, which is not part of kqlens"),
    ("hash_combine", FORMULA),
    ("hash_many", FORMULA),
    ("stored_query_result", CLUSTER),
    ("external_table", CLUSTER),
    ("materialized_view", CLUSTER),
    ("entity_group", CLUSTER),
];

/// Why a function of Kusto cannot be had here.
pub fn reason(name: &str) -> Option<&'static str> {
    UNSUPPORTED.iter().find(|(known, _)| *known == name).map(|(_, reason)| *reason)
}
