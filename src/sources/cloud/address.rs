//! The addresses of blobs.

use std::path::Path;

/// What an address may begin with.
const SCHEMES: [&str; 5] = ["az://", "azure://", "s3://", "https://", "http://"];

/// Where Azure's accounts answer.
const AZURE_HOST: &str = ".blob.core.windows.net";

/// Where a container is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Container {
    /// Of an Azure Storage account.
    Azure {
        /// The account.
        account: String,
        /// The container.
        container: String,
    },
    /// A bucket of S3.
    S3 {
        /// The bucket.
        bucket: String,
    },
}

/// A container and the name of a blob, or the beginning of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) container: Container,
    pub(super) name: String,
}

/// Whether a path is the address of a blob.
pub(in super::super) fn is_address(path: &Path) -> bool {
    let text = path.to_string_lossy();
    SCHEMES.iter().any(|scheme| text.starts_with(scheme))
}

impl Address {
    /// Reads an address; the error says what to write.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.contains("?sv=") || text.contains("&sig=") {
            return Err("leave the signature out of the address, and set AZURE_STORAGE_SAS_TOKEN to it".to_owned());
        }
        let part = |rest: &str| match rest.split_once('/') {
            Some((first, rest)) => (first.to_owned(), rest.to_owned()),
            None => (rest.to_owned(), String::new()),
        };
        let (container, name) = if let Some(rest) = text.strip_prefix("s3://") {
            let (bucket, name) = part(rest);
            (Container::S3 { bucket }, name)
        } else if let Some(rest) = text.strip_prefix("az://").or_else(|| text.strip_prefix("azure://")) {
            let (account, rest) = part(rest);
            let (container, name) = part(&rest);
            (Container::Azure { account, container }, name)
        } else {
            let (host, rest) = part(text.strip_prefix("https://").unwrap_or_default());
            let Some(account) = host.strip_suffix(AZURE_HOST) else {
                return Err(format!(
                    "write https://ACCOUNT{AZURE_HOST}/CONTAINER/PREFIX, az://ACCOUNT/CONTAINER/PREFIX or s3://BUCKET/PREFIX"
                ));
            };
            let (container, name) = part(&rest);
            (Container::Azure { account: account.to_owned(), container }, name)
        };
        let named = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'$'))
        };
        match &container {
            Container::Azure { account, container } if !named(account) || !named(container) => {
                Err("write az://ACCOUNT/CONTAINER/PREFIX".to_owned())
            }
            Container::S3 { bucket } if !named(bucket) => Err("write s3://BUCKET/PREFIX".to_owned()),
            _ => Ok(Self { container, name: name.trim_matches('/').to_owned() }),
        }
    }

    /// The address of a blob in the same container.
    pub(super) fn of(&self, name: &str) -> String {
        match &self.container {
            Container::Azure { account, container } => format!("az://{account}/{container}/{name}"),
            Container::S3 { bucket } => format!("s3://{bucket}/{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_blob_has_one_address_however_it_is_written() {
        for text in [
            "az://acc/con/a/b c.json",
            "azure://acc/con/a/b c.json",
            "https://acc.blob.core.windows.net/con/a/b c.json",
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.of(&address.name), "az://acc/con/a/b c.json");
            assert!(is_address(Path::new(text)));
        }
        let address = Address::parse("s3://bucket/a/").unwrap();
        assert_eq!(address.of(&address.name), "s3://bucket/a");
        assert!(!is_address(Path::new("az/x")));
    }

    #[test]
    fn a_wrong_address_says_what_to_write() {
        for (text, what) in [
            ("az://acc", "az://ACCOUNT/CONTAINER/PREFIX"),
            ("az:///con/x", "az://ACCOUNT/CONTAINER/PREFIX"),
            ("s3:///x", "s3://BUCKET/PREFIX"),
            ("https://example.com/x", ".blob.core.windows.net/CONTAINER"),
            ("http://acc.blob.core.windows.net/con/x", "https://ACCOUNT"),
            ("https://acc.blob.core.windows.net/con/x?sv=1&sig=hush", "AZURE_STORAGE_SAS_TOKEN"),
        ] {
            let error = Address::parse(text).unwrap_err();
            assert!(error.contains(what) && !error.contains("hush"), "{text}: {error}");
        }
    }
}
