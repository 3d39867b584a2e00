//! One client for each container, kept while the program runs: connections and tokens are used again.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::TryStreamExt;
use globset::GlobBuilder;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::path::Path as Name;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, RetryConfig};
use tokio::runtime::Runtime;

use super::super::discover::Candidate;
use super::super::error::{SourceError, SourceErrorKind};
use super::super::location::Stat;
use super::address::{Address, Container};
use super::connection::{Connection, is_loopback};
use super::trouble::told;

type Client = Arc<dyn ObjectStore>;

static RUNTIME: OnceLock<Runtime> = OnceLock::new();
static CLIENTS: Mutex<BTreeMap<Container, Client>> = Mutex::new(BTreeMap::new());

/// Waits for an answer.
pub(super) fn wait<T>(answer: impl Future<Output = T>) -> io::Result<T> {
    Ok(runtime()?.block_on(answer))
}

pub(super) fn runtime() -> io::Result<&'static Runtime> {
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let new = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    Ok(RUNTIME.get_or_init(|| new))
}

/// A blob: who gives it, and its name there.
pub(super) struct Blob {
    pub(super) client: Client,
    pub(super) container: Container,
    pub(super) name: Name,
}

impl Blob {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let address = Address::parse(&path.to_string_lossy()).map_err(io::Error::other)?;
        let name = Name::parse(&address.name).map_err(io::Error::other)?;
        Ok(Self { client: client(&address.container)?, container: address.container, name })
    }

    pub(super) fn meta(&self) -> io::Result<ObjectMeta> {
        wait(self.client.head(&self.name))?.map_err(|e| told(&e, &self.container))
    }
}

pub(super) fn stat(path: &Path) -> io::Result<Stat> {
    Ok(stat_of(&Blob::of(path)?.meta()?))
}

fn stat_of(meta: &ObjectMeta) -> Stat {
    let stamp = meta.e_tag.clone().unwrap_or_else(|| meta.last_modified.timestamp_millis().to_string());
    Stat { size: meta.size, stamp }
}

pub(super) fn list(text: &str) -> Result<Vec<Candidate>, SourceError> {
    let wrong = |kind, why: String| SourceError::new(kind, why).in_file(text);
    let address = Address::parse(text)
        .map_err(|help| wrong(SourceErrorKind::BadPattern, "this is no address of logs".to_owned()).with_help(help))?;
    let io = |error: io::Error| wrong(SourceErrorKind::Io, error.to_string());
    let client = client(&address.container).map_err(io)?;
    let magic = |part: &&str| part.contains(['*', '?', '[', '{']);
    let matcher = if address.name.contains(['*', '?', '[', '{']) {
        let glob = GlobBuilder::new(&address.name).literal_separator(true).build();
        let glob =
            glob.map_err(|e| wrong(SourceErrorKind::BadPattern, format!("the pattern cannot be read: {}", e.kind())))?;
        Some(glob.compile_matcher())
    } else {
        None
    };
    let fixed: Vec<&str> = address.name.split('/').take_while(|part| !magic(part)).collect();
    let prefix = Name::parse(fixed.join("/")).map_err(|e| wrong(SourceErrorKind::NoSuchPath, e.to_string()))?;
    let listing = client.list(Some(&prefix).filter(|prefix| !prefix.as_ref().is_empty()));
    let found: Result<Vec<ObjectMeta>, _> = wait(listing.try_collect()).map_err(io)?;
    let mut found = found.map_err(|e| io(told(&e, &address.container)))?;
    found.retain(|meta| {
        let hidden = meta.location.filename().is_some_and(|name| name.starts_with('.'));
        !hidden && matcher.as_ref().is_none_or(|matcher| matcher.is_match(meta.location.as_ref()))
    });
    if found.is_empty() && matcher.is_none() && !address.name.is_empty() {
        // The address may be that of one blob.
        let blob = Blob { client, container: address.container.clone(), name: prefix };
        match blob.meta() {
            Ok(meta) => found.push(meta),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(io(error)),
        }
    }
    if found.is_empty() {
        return Err(wrong(SourceErrorKind::NoSuchPath, "no blob has this name or stands below it".to_owned())
            .with_help("compare it with the names in the portal; upper and lower case count"));
    }
    found.sort_by(|a, b| a.location.cmp(&b.location));
    let candidate = |meta: ObjectMeta| {
        let path = PathBuf::from(address.of(meta.location.as_ref()));
        Candidate { real: path.clone(), path, problem: None, lost: false, stat: Some(stat_of(&meta)) }
    };
    Ok(found.into_iter().map(candidate).collect())
}

fn client(container: &Container) -> io::Result<Client> {
    let mut clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(client) = clients.get(container) {
        return Ok(Arc::clone(client));
    }
    // What a client starts when it is made wants the runtime.
    let _runtime = runtime()?.enter();
    let client = match container {
        Container::Azure { account, container: name } => azure(account, name, container)?,
        Container::S3 { bucket } => s3(bucket, container)?,
    };
    clients.insert(container.clone(), Arc::clone(&client));
    Ok(client)
}

fn retries() -> RetryConfig {
    RetryConfig { max_retries: 4, retry_timeout: Duration::from_mins(1), ..RetryConfig::default() }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn azure(account: &str, name: &str, container: &Container) -> io::Result<Client> {
    let connection = Connection::of(account, variable);
    let mut builder = MicrosoftAzureBuilder::from_env()
        .with_account(account)
        .with_container_name(name)
        .with_retry(retries())
        .with_use_emulator(connection.emulator);
    if let Some(endpoint) = connection.endpoint {
        builder =
            builder.with_allow_http(in_the_clear(&endpoint)?).with_endpoint(endpoint.trim_end_matches('/').to_owned());
    }
    let mut signed = connection.emulator || connection.key.is_some() || connection.sas.is_some();
    if let Some(key) = connection.key {
        builder = builder.with_access_key(key);
    } else if let Some(sas) = connection.sas {
        let pairs = |text: &str| -> Vec<(String, String)> {
            text.split('&').filter_map(|p| p.split_once('=')).map(|(k, v)| (decoded(k), decoded(v))).collect()
        };
        builder = builder.with_sas_authorization(pairs(sas.trim_start_matches('?')));
    }
    let elsewhere =
        ["AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_STORAGE_TOKEN", "IDENTITY_ENDPOINT", "MSI_ENDPOINT"];
    signed |= elsewhere.iter().any(|name| variable(name).is_some());
    if !signed {
        builder = builder.with_use_azure_cli(true);
    }
    Ok(Arc::new(builder.build().map_err(|e| told(&e, container))?))
}

/// A percent-encoded text as it was meant.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair =
            text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(pair.unwrap_or(bytes[at]));
        at += if pair.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn s3(bucket: &str, container: &Container) -> io::Result<Client> {
    let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retries());
    if let Some(endpoint) = variable("AWS_ENDPOINT_URL_S3").or_else(|| variable("AWS_ENDPOINT_URL")) {
        builder = builder.with_allow_http(in_the_clear(&endpoint)?).with_endpoint(endpoint);
    }
    Ok(Arc::new(builder.build().map_err(|e| told(&e, container))?))
}

/// Whether an endpoint is spoken to in the clear, which only this machine may be.
fn in_the_clear(endpoint: &str) -> io::Result<bool> {
    let clear = !endpoint.starts_with("https://");
    if clear && !is_loopback(endpoint) {
        return Err(io::Error::other(
            "the endpoint of the environment does not begin with https://: secrets would travel in the clear",
        ));
    }
    Ok(clear)
}
