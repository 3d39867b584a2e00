//! What goes wrong between here and a store, in words that say what to do and hold no secret.

use std::io;

use object_store::Error;

use super::address::Container;

/// The most of another's message that is passed on.
const LONGEST: usize = 300;

/// An error of a store for the user.
pub(super) fn told(error: &Error, container: &Container) -> io::Error {
    let azure = matches!(container, Container::Azure { .. });
    let said = chain(error);
    // A listing that is refused comes as an error of no kind.
    let status = |text: &str| said.contains(&format!("status code: {text}"));
    if matches!(error, Error::NotFound { .. }) || status("404") {
        let text = "there is no such blob or container (404); compare the names with the portal's";
        return io::Error::new(io::ErrorKind::NotFound, text);
    }
    let refused = matches!(error, Error::PermissionDenied { .. } | Error::Unauthenticated { .. });
    if refused || status("403") || status("401") {
        let text = if azure {
            "the account refuses (403): a key must be of this account, a SAS must allow read and list and not be over, a \
             person needs the role Storage Blob Data Reader, and the account's firewall must let this machine in"
        } else {
            "the bucket refuses (403): the key must allow s3:ListBucket and s3:GetObject"
        };
        return io::Error::new(io::ErrorKind::PermissionDenied, text);
    }
    let lower = said.to_lowercase();
    let unsigned = ["azure cli", "az account", "no such file", "credential", "169.254.169.254", "token request"];
    let help = match (unsigned.iter().any(|word| lower.contains(word)), azure) {
        (false, _) => "",
        (true, true) => {
            "; sign in with `az login`, or set AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN"
        }
        (true, false) => {
            "; set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, or AWS_SKIP_SIGNATURE=true for a public bucket"
        }
    };
    io::Error::new(io::ErrorKind::NotConnected, format!("{}{help}", without_secrets(&said)))
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
