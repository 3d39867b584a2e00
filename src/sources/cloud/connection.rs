//! The credentials of the environment.

use std::fmt;

/// What is known of how to reach an account. Its parts are secrets: it has no text.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Connection {
    pub(super) account: Option<String>,
    pub(super) key: Option<String>,
    pub(super) sas: Option<String>,
    /// Where the account answers, when not at its usual place.
    pub(super) endpoint: Option<String>,
    /// The emulator at its usual place.
    pub(super) emulator: bool,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connection")
    }
}

impl Connection {
    /// Reads a connection string: `AccountName=…;AccountKey=…;BlobEndpoint=…`.
    pub(super) fn parse(text: &str) -> Self {
        let mut connection = Self::default();
        let mut protocol = "https".to_owned();
        let mut suffix = None;
        for (key, value) in text.split(';').filter_map(|part| part.split_once('=')) {
            let text = value.trim();
            let value = Some(text.to_owned());
            match key.trim().to_ascii_lowercase().as_str() {
                "accountname" => connection.account = value,
                "accountkey" => connection.key = value,
                "sharedaccesssignature" => connection.sas = value,
                "blobendpoint" => connection.endpoint = value,
                "endpointsuffix" => suffix = value,
                "defaultendpointsprotocol" => text.clone_into(&mut protocol),
                "usedevelopmentstorage" => connection.emulator = value.is_some_and(|v| v.eq_ignore_ascii_case("true")),
                _ => {}
            }
        }
        if connection.endpoint.is_none()
            && let (Some(account), Some(suffix)) = (&connection.account, suffix)
        {
            connection.endpoint = Some(format!("{protocol}://{account}.blob.{suffix}"));
        }
        if connection.account.is_none() {
            // An endpoint of its own may be all that names the account.
            let host =
                connection.endpoint.as_deref().and_then(|e| e.split("://").nth(1)?.split(['.', '/', ':']).next());
            connection.account = host.map(ToOwned::to_owned);
        }
        connection
    }

    /// What the environment says of an account. Credentials of another account are not sent to this one.
    pub(super) fn of(account: &str, variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_account = |named: &Option<String>| named.as_deref().is_none_or(|name| name == account);
        if let Some(text) = variable("AZURE_STORAGE_CONNECTION_STRING") {
            let connection = Self::parse(&text);
            if connection.emulator && account == "devstoreaccount1" || connection.account.as_deref() == Some(account) {
                return connection;
            }
        }
        let named = variable("AZURE_STORAGE_ACCOUNT").or_else(|| variable("AZURE_STORAGE_ACCOUNT_NAME"));
        if !is_account(&named) {
            return Self::default();
        }
        Self {
            key: variable("AZURE_STORAGE_KEY").or_else(|| variable("AZURE_STORAGE_ACCOUNT_KEY")),
            sas: variable("AZURE_STORAGE_SAS_TOKEN"),
            ..Self::default()
        }
    }
}

/// Whether an endpoint is on this machine: only there may a secret travel in the clear.
pub(super) fn is_loopback(endpoint: &str) -> bool {
    let host = endpoint.strip_prefix("http://").unwrap_or_default();
    let host = host.split('/').next().unwrap_or_default();
    let host = if host.starts_with('[') { host } else { host.split(':').next().unwrap_or_default() };
    host == "localhost"
        || host.starts_with("[::1]")
        || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_strings_in_all_their_forms() {
        let text =
            "DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=a+b/c==;EndpointSuffix=core.chinacloudapi.cn";
        let connection = Connection::parse(text);
        assert_eq!(connection.key.as_deref(), Some("a+b/c=="));
        assert_eq!(connection.endpoint.as_deref(), Some("https://acc.blob.core.chinacloudapi.cn"));
        let text = "BlobEndpoint=https://acc.blob.core.windows.net/;SharedAccessSignature=sv=1&sig=x%3D";
        let connection = Connection::parse(text);
        assert_eq!(connection.account.as_deref(), Some("acc"));
        assert_eq!(connection.sas.as_deref(), Some("sv=1&sig=x%3D"));
        assert!(Connection::parse("UseDevelopmentStorage=true").emulator);
        assert_eq!(format!("{connection:?}"), "Connection");
    }

    #[test]
    fn no_account_gets_the_credentials_of_another() {
        let variable = |name: &str| match name {
            "AZURE_STORAGE_CONNECTION_STRING" => Some("AccountName=one;AccountKey=k1".to_owned()),
            "AZURE_STORAGE_ACCOUNT" => Some("two".to_owned()),
            "AZURE_STORAGE_KEY" => Some("k2".to_owned()),
            _ => None,
        };
        assert_eq!(Connection::of("one", variable).key.as_deref(), Some("k1"));
        assert_eq!(Connection::of("two", variable).key.as_deref(), Some("k2"));
        assert_eq!(Connection::of("three", variable), Connection::default());
    }

    #[test]
    fn only_this_machine_is_spoken_to_in_the_clear() {
        for (endpoint, is) in [
            ("http://127.0.0.1:10000/devstoreaccount1", true),
            ("http://localhost:1/x", true),
            ("http://[::1]:1/x", true),
            ("http://localhost.example.com/x", false),
            ("http://127.0.0.1.example.com", false),
            ("http://10.0.0.1", false),
            ("https://127.0.0.1", false),
        ] {
            assert_eq!(is_loopback(endpoint), is, "{endpoint}");
        }
    }
}
