//! What goes wrong between here and a store, in words that say what to do and hold no secret.

use std::io;

use object_store::Error;

use super::address::Container;

/// The most of another's message that is passed on.
const LONGEST: usize = 300;

/// An error of a store for the user.
pub(super) fn told(error: &Error, container: &Container) -> io::Error {
    let azure = matches!(container, Container::Azure { .. });
    let (kind, text) = match error {
        Error::NotFound { .. } => (
            io::ErrorKind::NotFound,
            "there is no such blob or container (404); compare the names with the portal's".to_owned(),
        ),
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => (
            io::ErrorKind::PermissionDenied,
            if azure {
                "the account refuses (403): a key must be of this account, a SAS must allow read and list and not be \
                 over, a person needs the role Storage Blob Data Reader, and the account's firewall must let this machine in"
                    .to_owned()
            } else {
                "the bucket refuses (403): the key must allow s3:ListBucket and s3:GetObject".to_owned()
            },
        ),
        other => {
            let said = without_secrets(&chain(other));
            let lower = said.to_lowercase();
            let unsigned =
                ["azure cli", "az account", "no such file", "credential", "169.254.169.254", "token request"];
            let help = if !unsigned.iter().any(|word| lower.contains(word)) {
                ""
            } else if azure {
                "; sign in with `az login`, or set AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN"
            } else {
                "; set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, or AWS_SKIP_SIGNATURE=true for a public bucket"
            };
            (io::ErrorKind::Other, format!("{said}{help}"))
        }
    };
    io::Error::new(kind, text)
}

/// An error and what caused it, each said once.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        let more = next.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = next.source();
    }
    text
}

/// A text without what follows `?` in addresses, where signatures stand, in one line.
fn without_secrets(text: &str) -> String {
    let mut out = String::new();
    let mut hidden = false;
    for c in text.chars() {
        match c {
            '?' => {
                hidden = true;
                out.push_str("?…");
            }
            c if hidden && !(c.is_whitespace() || matches!(c, ')' | '"' | '\'' | '>' | ',')) => {}
            c => {
                hidden = false;
                out.push(if c.is_control() { ' ' } else { c });
            }
        }
        if out.len() > LONGEST {
            out.push('…');
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_not_told() {
        let text = "error sending request for url (https://a.blob.core.windows.net/c/x?sv=1&sig=hush%3D)\nagain";
        let said = without_secrets(text);
        assert_eq!(said, "error sending request for url (https://a.blob.core.windows.net/c/x?…) again");
        assert!(without_secrets(&"x".repeat(10_000)).len() < 400);
    }
}
