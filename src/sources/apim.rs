//! The API Management tables of Azure Monitor Logs: their columns, and the names their records use in other exports.
//!
//! Columns stand in the order in which a plain query returns them; the hidden ones come last.

mod diagnostics;

use std::sync::LazyLock;

use crate::types::ScalarType::{self, Bool, DateTime, Dynamic, Int, Long, Real, String};

pub use diagnostics::{Source, diagnostics_source};

/// A table whose columns are known without a look at any file.
#[derive(Debug)]
pub struct KnownTable {
    /// The table's name, as in a query.
    pub name: &'static str,
    /// The `category` of its records in a diagnostic setting's output.
    pub category: &'static str,
    /// Its columns and their types.
    pub columns: &'static [(&'static str, ScalarType)],
}

/// The tables, the most used first: a file that fits several equally well belongs to the first.
pub const TABLES: &[KnownTable] = &[
    KnownTable { name: "ApiManagementGatewayLogs", category: "GatewayLogs", columns: GATEWAY },
    KnownTable { name: "ApiManagementGatewayLlmLog", category: "GatewayLlmLogs", columns: LLM },
    KnownTable { name: "ApiManagementGatewayMCPLog", category: "GatewayMCPLogs", columns: MCP },
    KnownTable {
        name: "ApiManagementWebSocketConnectionLogs",
        category: "WebSocketConnectionLogs",
        columns: WEB_SOCKET,
    },
    KnownTable { name: "APIMDevPortalAuditDiagnosticLog", category: "DeveloperPortalAuditLogs", columns: PORTAL_AUDIT },
    // Of no one category. Rows may hold more columns than these, typed by their suffix.
    KnownTable { name: AZURE_DIAGNOSTICS, category: "", columns: diagnostics::COLUMNS },
];

/// The table that many older estates log to.
pub const AZURE_DIAGNOSTICS: &str = "AzureDiagnostics";

/// Where search jobs and restores put rows: the same columns under the table's name and one of these.
const COPIES: [&str; 2] = ["_SRCH", "_RST"];

/// The known table of a name; the copies a search job or a restore makes included.
pub fn table(name: &str) -> Option<&'static KnownTable> {
    let base = COPIES.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name);
    TABLES.iter().find(|table| table.name == base)
}

/// A column as the properties of a diagnostic record spell it: with a small first letter.
pub fn name_in_properties(column: &str) -> std::string::String {
    let mut name = column.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    name
}

/// Whether a table is a known one or a copy of it.
pub fn is_like(name: &str, known: &str) -> bool {
    table(name).is_some_and(|table| table.name == known)
}

/// A table's name in its proper case, copies included: container names are lower case.
pub fn proper_name(name: &str) -> Option<&'static str> {
    static NAMES: LazyLock<Vec<std::string::String>> = LazyLock::new(|| {
        let names = TABLES.iter().map(|table| table.name);
        names.flat_map(|name| ["", COPIES[0], COPIES[1]].map(|suffix| format!("{name}{suffix}"))).collect()
    });
    NAMES.iter().map(std::string::String::as_str).find(|known| known.eq_ignore_ascii_case(name))
}

/// The table of a diagnostic record's `category`.
pub fn table_of_category(category: &str) -> Option<&'static str> {
    let of = |table: &&KnownTable| !category.is_empty() && table.category.eq_ignore_ascii_case(category);
    TABLES.iter().find(of).map(|table| table.name)
}

/// Whether a query must name a column to get it.
pub fn is_hidden(column: &str) -> bool {
    matches!(column, "_BilledSize" | "_IsBillable" | "_SubscriptionId")
}

/// The type that Azure tells by the end of a column's name.
pub fn type_by_suffix(column: &str) -> Option<ScalarType> {
    match column.rsplit_once('_')? {
        ("", _) => None,
        (_, "s") => Some(String),
        (_, "d") => Some(Real),
        (_, "b") => Some(Bool),
        (_, "t") => Some(DateTime),
        (_, "g") => Some(ScalarType::Guid),
        _ => None,
    }
}

/// The names an envelope uses for columns that are not simply the same name in another case.
pub const ENVELOPE_NAMES: &[(&str, &str)] =
    &[("time", "TimeGenerated"), ("location", "Region"), ("durationMs", "TotalTime"), ("resourceId", "_ResourceId")];

/// The fields of the nested `lastError` object and their columns.
pub const LAST_ERROR_NAMES: &[(&str, &str)] = &[
    ("elapsed", "LastErrorElapsed"),
    ("source", "LastErrorSource"),
    ("scope", "LastErrorScope"),
    ("section", "LastErrorSection"),
    ("reason", "LastErrorReason"),
    ("message", "LastErrorMessage"),
];

/// The known table whose columns fit best, for files that do not say their table.
pub fn best_match<'a>(columns: impl Iterator<Item = &'a str> + Clone) -> Option<&'static str> {
    let mut best: Option<(usize, &'static str)> = None;
    let timed = columns.clone().any(|name| name.eq_ignore_ascii_case("TimeGenerated"));
    for table in TABLES {
        let fits =
            columns.clone().filter(|name| table.columns.iter().any(|(c, _)| c.eq_ignore_ascii_case(name))).count();
        // A price list may well have a `Region`: three columns, or the time, make a log.
        if (fits >= 3 || timed && fits >= 1) && best.is_none_or(|(most, _)| fits > most) {
            best = Some((fits, table.name));
        }
    }
    best.map(|(_, name)| name)
}

const GATEWAY: &[(&str, ScalarType)] = &[
    ("TenantId", String),
    ("TimeGenerated", DateTime),
    ("OperationName", String),
    ("CorrelationId", String),
    ("Region", String),
    ("IsRequestSuccess", Bool),
    ("Category", String),
    ("TotalTime", Long),
    ("CallerIpAddress", String),
    ("Method", String),
    ("Url", String),
    ("ClientProtocol", String),
    ("ResponseCode", Int),
    ("BackendMethod", String),
    ("BackendUrl", String),
    ("BackendResponseCode", Int),
    ("BackendProtocol", String),
    ("RequestSize", Int),
    ("ResponseSize", Int),
    ("Cache", String),
    ("CacheTime", Long),
    ("BackendTime", Long),
    ("ClientTime", Long),
    ("ApiId", String),
    ("OperationId", String),
    ("ProductId", String),
    ("UserId", String),
    ("ApimSubscriptionId", String),
    ("BackendId", String),
    ("LastErrorElapsed", Long),
    ("LastErrorSource", String),
    ("LastErrorScope", String),
    ("LastErrorSection", String),
    ("LastErrorReason", String),
    ("LastErrorMessage", String),
    ("ApiRevision", String),
    ("ClientTlsVersion", String),
    ("RequestHeaders", Dynamic),
    ("ResponseHeaders", Dynamic),
    ("BackendRequestHeaders", Dynamic),
    ("BackendResponseHeaders", Dynamic),
    ("RequestBody", String),
    ("ResponseBody", String),
    ("BackendRequestBody", String),
    ("BackendResponseBody", String),
    ("Errors", Dynamic),
    ("TraceRecords", Dynamic),
    ("IsTraceRequested", Bool),
    ("IsTraceAllowed", Bool),
    ("IsMasterTrace", Bool),
    ("IsTraceExpired", Bool),
    ("Timestamp", DateTime),
    ("WorkspaceId", String),
    ("SourceSystem", String),
    ("Type", String),
    ("_ResourceId", String),
    ("_BilledSize", Real),
    ("_IsBillable", String),
    ("_SubscriptionId", String),
];

const LLM: &[(&str, ScalarType)] = &[
    ("TenantId", String),
    ("TimeGenerated", DateTime),
    ("CorrelationId", String),
    ("OperationName", String),
    ("Region", String),
    ("RequestId", String),
    ("SequenceNumber", Int),
    ("IsStreamCompletion", Bool),
    ("ModelName", String),
    ("DeploymentName", String),
    ("ApiVersion", String),
    ("PromptTokens", Int),
    ("CompletionTokens", Int),
    ("TotalTokens", Int),
    ("RequestMessages", Dynamic),
    ("ResponseMessages", Dynamic),
    ("SourceSystem", String),
    ("Type", String),
    ("_ResourceId", String),
    ("_BilledSize", Real),
    ("_IsBillable", String),
    ("_SubscriptionId", String),
];

const MCP: &[(&str, ScalarType)] = &[
    ("TenantId", String),
    ("TimeGenerated", DateTime),
    ("ApiType", String),
    ("AuthenticationMethod", String),
    ("ClientName", String),
    ("ClientVersion", String),
    ("CorrelationId", String),
    ("Error", String),
    ("ErrorType", String),
    ("McpServerEndpoint", String),
    ("Method", String),
    ("OperationName", String),
    ("ProtocolVersion", String),
    ("Region", String),
    ("ServerName", String),
    ("ServerVersion", String),
    ("SessionId", String),
    ("ToolCount", Int),
    ("ToolName", String),
    ("TransportType", String),
    ("SourceSystem", String),
    ("Type", String),
    ("_ResourceId", String),
    ("_BilledSize", Real),
    ("_IsBillable", String),
    ("_SubscriptionId", String),
];

const WEB_SOCKET: &[(&str, ScalarType)] = &[
    ("TenantId", String),
    ("TimeGenerated", DateTime),
    ("CorrelationId", String),
    ("Destination", String),
    ("Error", String),
    ("EventName", String),
    ("Region", String),
    ("Source", String),
    ("SourceSystem", String),
    ("Type", String),
    ("_ResourceId", String),
    ("_BilledSize", Real),
    ("_IsBillable", String),
    ("_SubscriptionId", String),
];

const PORTAL_AUDIT: &[(&str, ScalarType)] = &[
    ("TenantId", String),
    ("TimeGenerated", DateTime),
    ("ActivityId", String),
    ("ApimClient", String),
    ("Category", String),
    ("HashedUserId", String),
    ("OperationName", String),
    ("Region", String),
    ("RequestMethod", String),
    ("RequestPath", String),
    ("ResponseCode", Int),
    ("ResultType", String),
    ("ServiceName", String),
    ("SourceSystem", String),
    ("Type", String),
    ("_ResourceId", String),
    ("_BilledSize", Real),
    ("_IsBillable", String),
    ("_SubscriptionId", String),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_complete_and_not_repeated() {
        let counts: Vec<usize> = TABLES.iter().map(|table| table.columns.len()).collect();
        assert_eq!(counts, [59, 22, 26, 14, 19, 76]);
        for table in TABLES {
            for (at, (name, _)) in table.columns.iter().enumerate() {
                assert!(table.columns[..at].iter().all(|(other, _)| other != name), "{name}");
            }
        }
    }

    #[test]
    fn a_table_is_known_by_its_columns() {
        let best = |names: &[&'static str]| best_match(names.iter().copied());
        assert_eq!(best(&["TimeGenerated", "ModelName", "TotalTokens"]), Some("ApiManagementGatewayLlmLog"));
        assert_eq!(best(&["TimeGenerated", "CorrelationId"]), Some("ApiManagementGatewayLogs"));
        assert_eq!(best(&["ToolName", "SessionId", "ServerName"]), Some("ApiManagementGatewayMCPLog"));
        assert_eq!(best(&["Region", "Price"]), None);
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert_eq!(proper_name("apimanagementgatewaylogs"), Some("ApiManagementGatewayLogs"));
        assert_eq!(table_of_category("GATEWAYLLMLOGS"), Some("ApiManagementGatewayLlmLog"));
        assert!(table("ApiManagementGatewayLogs_SRCH").is_some());
        assert_eq!(type_by_suffix("responseCode_d"), Some(Real));
        assert_eq!(type_by_suffix("_s"), None);
    }
}
