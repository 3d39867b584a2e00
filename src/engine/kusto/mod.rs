//! Kusto itself: a query's text goes to a Log Analytics workspace or an Azure Data Explorer cluster as it is, and its
//! tables come back.

mod answer;
mod token;

use std::net::IpAddr;
use std::time::Duration;

use super::EngineError;
use crate::types::{Json, Table, format_datetime};

use answer::{tables_of_frames, tables_of_workspace};

/// Where Log Analytics answers in Azure's public cloud.
const LOG_ANALYTICS: &str = "https://api.loganalytics.io";
/// The environment's variable that names another cloud's.
const OTHER_CLOUD: &str = "KQLENS_LOG_ANALYTICS_URL";
/// How long an answer may take when no other time is given: what the services themselves allow at most.
const PATIENCE: Duration = Duration::from_mins(10);
/// The longest answer that is read: the services cut theirs at a tenth of it.
const LONGEST: u64 = 1024 * 1024 * 1024;

/// Something that is asked in KQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kusto {
    /// A Log Analytics workspace, by its id.
    Workspace(String),
    /// A database of an Azure Data Explorer cluster.
    Cluster {
        /// Such as `https://help.kusto.windows.net`.
        url: String,
        /// Its name.
        database: String,
    },
}

/// A table that was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct KustoTable {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub table: Table,
}

impl Kusto {
    /// The tables that a query gives. `period` is that of `--timespan`, in half-open ticks.
    ///
    /// # Errors
    /// When there is no token, the service cannot be reached, or it refuses the query.
    pub fn ask(
        &self,
        text: &str,
        period: Option<(i64, i64)>,
        timeout: Option<Duration>,
    ) -> Result<Vec<KustoTable>, EngineError> {
        let base = self.base();
        is_safe(&base)?;
        let (address, body) = match self {
            Self::Workspace(id) => {
                let plain = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
                if !plain {
                    return Err(EngineError::new(format!("--workspace '{id}': write the workspace's id, a guid")));
                }
                let mut body = serde_json::json!({"query": text});
                if let Some((from, to)) = period {
                    body["timespan"] = Json::from(format!("{}/{}", format_datetime(from), format_datetime(to)));
                }
                (format!("{base}/v1/workspaces/{id}/query"), body)
            }
            Self::Cluster { .. } if period.is_some() => {
                return Err(EngineError::new(
                    "a cluster knows no --timespan; write `| where TimeGenerated between (…)` in the query",
                ));
            }
            Self::Cluster { database, .. } => {
                (format!("{base}/v2/rest/query"), serde_json::json!({"db": database, "csl": text}))
            }
        };
        let token = token::token(&base)?;
        let answer = post(&address, &token, &body, timeout.unwrap_or(PATIENCE))?;
        match self {
            Self::Workspace(_) => tables_of_workspace(&answer),
            Self::Cluster { .. } => tables_of_frames(&answer),
        }
    }

    /// The service's address without a path.
    fn base(&self) -> String {
        let url = match self {
            Self::Workspace(_) => std::env::var(OTHER_CLOUD).unwrap_or_else(|_| LOG_ANALYTICS.to_owned()),
            Self::Cluster { url, .. } => url.clone(),
        };
        url.trim().trim_end_matches('/').to_owned()
    }
}

/// Refuses to send a token and a query in the clear, but to this machine.
fn is_safe(base: &str) -> Result<(), EngineError> {
    let loopback = |rest: &str| {
        let place = rest.split('/').next().unwrap_or_default();
        let host = place.rsplit_once(':').map_or(place, |(host, _)| host);
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback())
    };
    match (base.strip_prefix("https://"), base.strip_prefix("http://")) {
        (Some(rest), _) if !rest.is_empty() => Ok(()),
        (_, Some(rest)) if loopback(rest) => Ok(()),
        (_, Some(_)) => Err(EngineError::new(format!("{base} would be sent a token unencrypted; write https://"))),
        _ => Err(EngineError::new(format!("'{base}' is no address; write one such as https://help.kusto.windows.net"))),
    }
}

/// Asks, and reads the answer.
fn post(address: &str, token: &str, body: &Json, timeout: Duration) -> Result<Json, EngineError> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent(concat!("kqlens/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let failed = |e: ureq::Error| EngineError::new(format!("cannot ask {address}: {e}"));
    let mut answer = agent
        .post(address)
        .header("Authorization", &format!("Bearer {token}"))
        .header("Content-Type", "application/json; charset=utf-8")
        .header("Accept", "application/json")
        .send(body.to_string())
        .map_err(failed)?;
    let status = answer.status().as_u16();
    let text = answer.body_mut().with_config().limit(LONGEST).read_to_string().map_err(failed)?;
    let json: Option<Json> = serde_json::from_str(&text).ok();
    if status == 200 {
        return json.ok_or_else(|| EngineError::new(format!("{address} answered something that is no JSON")));
    }
    let said = json.as_ref().map_or_else(|| text.chars().take(300).collect(), answer::told);
    Err(EngineError::new(match status {
        401 => format!("{address} does not accept the token: {said}; log in again with `az login`"),
        403 => format!("{address} does not let you read this: {said}"),
        404 => format!("{address} is not there: {said}"),
        429 => format!("{address} wants fewer questions: {said}; wait a little"),
        400..500 => format!("{address} refuses the query: {said}"),
        _ => format!("{address} answered {status}: {said}"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_sent_in_the_clear_but_to_this_machine() {
        for base in ["https://a.kusto.windows.net", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:1/x"] {
            assert!(is_safe(base).is_ok(), "{base}");
        }
        for base in
            ["http://a.kusto.windows.net", "a.kusto.windows.net", "", "https://", "http://127.0.0.1.evil.example"]
        {
            assert!(is_safe(base).is_err(), "{base}");
        }
    }

    #[test]
    fn what_cannot_be_asked_is_told_before_anything_is_sent() {
        let workspace = Kusto::Workspace("../x".to_owned());
        assert!(workspace.ask("print 1", None, None).unwrap_err().message.contains("guid"));
        let cluster = Kusto::Cluster { url: "https://a.example".to_owned(), database: "d".to_owned() };
        assert!(cluster.ask("print 1", Some((0, 1)), None).unwrap_err().message.contains("--timespan"));
    }
}
