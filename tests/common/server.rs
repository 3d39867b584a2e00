//! Servers of other makers that tests speak to, on this machine only.

use std::ffi::OsStr;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use object_store::{ObjectStore, ObjectStoreExt, PutPayload};

use super::common::root;

/// A server, ended when it is dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where a program is: as a variable says, or else on the path. Without it the tests say how to get it.
pub fn program(variable: &str, name: &str, install: &str) -> Option<PathBuf> {
    let told = std::env::var_os(variable).map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found =
        told.or_else(|| std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.exists()));
    if found.is_none() {
        eprintln!("skipped: {name} is not installed ({install}, or {variable}=PATH)");
    }
    found
}

/// Starts a program in a folder, with arguments and then a free port, and waits until it answers there.
pub fn start<A: AsRef<OsStr>>(program: &Path, arguments: &[A], folder: &Path) -> Server {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    let child = Command::new(program)
        .args(arguments)
        .arg(port.to_string())
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the server starts");
    let server = Server { child, port };
    for _ in 0..600 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return server;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{} does not answer", program.display());
}

/// Puts blobs into a store.
pub fn put(store: &impl ObjectStore, blobs: &[(String, Vec<u8>)]) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        for (name, bytes) in blobs {
            let name = object_store::path::Path::parse(name).expect("a name");
            store.put(&name, PutPayload::from(bytes.clone())).await.expect("a blob is put");
        }
    });
}

/// Runs `kqlens` with these variables and no others of the clouds.
pub fn kqlens_with(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kqlens"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("AZURE_") || name.starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command.args(arguments).current_dir(root()).envs(variables.iter().copied()).output().expect("kqlens starts")
}

/// The files of a folder and of those below it.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    entries
        .map(|entry| entry.expect("a folder"))
        .filter(|e| e.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}
