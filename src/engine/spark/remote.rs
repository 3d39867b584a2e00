//! Where the server is: `sc://host:port/;token=…;x-databricks-cluster-id=…`.

use std::net::IpAddr;

use super::EngineError;

/// The port of a Spark Connect server.
const PORT: u16 = 15002;

/// A server, and how to speak to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Remote {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// What proves who asks.
    pub token: Option<String>,
    /// Whose session it is.
    pub user: Option<String>,
    /// What every request carries besides.
    pub headers: Vec<(String, String)>,
}

impl std::fmt::Debug for Remote {
    /// Never shows the token, nor what other headers hold.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "sc://{}:{}", self.host, self.port)
    }
}

impl Remote {
    /// Reads a connection string as Spark's own clients write it. `token` is used when the string has none.
    ///
    /// # Errors
    /// When it is written otherwise, or would send a token in the clear over a network.
    pub fn parse(text: &str, token: Option<String>) -> Result<Self, EngineError> {
        let wrong =
            |what: &str| EngineError::new(format!("--remote: {what}; write sc://host:15002, then /;key=value;…"));
        let rest = text.trim().strip_prefix("sc://").ok_or_else(|| wrong("it does not begin with sc://"))?;
        let (place, parameters) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = match place.rsplit_once(':') {
            // An address of IPv6 has colons of its own, and stands in brackets.
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| wrong("the port is no number up to 65535"))?)
            }
            _ => (place, PORT),
        };
        if host.is_empty() || host.contains(['@', '?', '#', ' ']) {
            return Err(wrong("the name of the host cannot be read"));
        }
        let mut remote = Self { host: host.to_owned(), port, tls: false, token, user: None, headers: Vec::new() };
        let mut tls = None;
        for pair in parameters.split(';').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').ok_or_else(|| wrong("a parameter has no `=`"))?;
            let value = decoded(value).ok_or_else(|| wrong("a `%` is not followed by two hexadecimal digits"))?;
            match key {
                "token" => remote.token = Some(value),
                "use_ssl" => tls = Some(value == "true"),
                "user_id" => remote.user = Some(value),
                // Sessions are ours to name.
                "session_id" | "user_agent" => {}
                _ => remote.headers.push((key.to_ascii_lowercase(), value)),
            }
        }
        // A header may be as secret as a token.
        let secret = remote.token.is_some() || !remote.headers.is_empty();
        remote.tls = tls.unwrap_or(secret && !remote.is_loopback());
        if secret && !remote.tls && !remote.is_loopback() {
            return Err(EngineError::new(
                "--remote: with use_ssl=false the token and the headers would cross the network for anyone to read; leave \
                 use_ssl out",
            ));
        }
        Ok(remote)
    }

    /// Whether the server is on this machine.
    fn is_loopback(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        self.host == "localhost" || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback())
    }

    /// The address for the transport.
    pub(super) fn uri(&self) -> String {
        format!("{}://{}:{}", if self.tls { "https" } else { "http" }, self.host, self.port)
    }
}

/// Text with `%20` and its like resolved.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_strings_are_those_of_spark() {
        let plain = Remote::parse("sc://localhost", None).unwrap();
        assert_eq!((plain.uri().as_str(), plain.tls), ("http://localhost:15002", false));
        let bricks =
            Remote::parse("sc://adb-1.azuredatabricks.net:443/;token=a%3Db;x-databricks-cluster-id=0301-7;", None);
        let bricks = bricks.unwrap();
        assert_eq!(bricks.uri(), "https://adb-1.azuredatabricks.net:443");
        assert_eq!(bricks.token.as_deref(), Some("a=b"));
        assert_eq!(bricks.headers, [("x-databricks-cluster-id".to_owned(), "0301-7".to_owned())]);
        assert_eq!(Remote::parse("sc://[::1]:50051", None).unwrap().uri(), "http://[::1]:50051");
    }

    #[test]
    fn a_token_is_neither_shown_nor_sent_in_the_clear() {
        let remote = Remote::parse("sc://host", Some("secret".to_owned())).unwrap();
        assert!(remote.tls && !format!("{remote:?}").contains("secret"));
        assert!(Remote::parse("sc://host/;use_ssl=false;token=secret", None).is_err());
        assert!(!Remote::parse("sc://127.0.0.1:1/;token=secret", None).unwrap().tls);
    }

    #[test]
    fn what_is_no_connection_string_is_told() {
        for text in ["", "host:15002", "sc://", "sc://host:99999", "sc://host/;token", "sc://host/;a=%zz", "sc://a@b"] {
            assert!(Remote::parse(text, None).is_err(), "{text}");
        }
    }
}
