//! What happens on Ctrl-C and `kill`: nothing half written stays.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is being written, and goes when the run is interrupted.
static PENDING: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn pending() -> MutexGuard<'static, Vec<PathBuf>> {
    PENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file or folder that is being written, for as long as this lives.
pub(super) struct Pending(PathBuf);

impl Pending {
    pub fn new(path: &Path) -> Self {
        pending().push(path.to_owned());
        Self(path.to_owned())
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        pending().retain(|path| *path != self.0);
    }
}

/// Does something that an interrupt waits for.
pub(super) fn uninterrupted<T>(what: impl FnOnce() -> T) -> T {
    let _held = pending();
    what()
}

/// Removes what is being written and ends the process.
fn end(code: i32) -> ! {
    let paths = pending();
    for path in &*paths {
        // The other threads still write: a folder may fill again while it is emptied.
        for _ in 0..10 {
            let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
            if !path.exists() {
                break;
            }
        }
    }
    // The engine has heard of it as well, and stops what runs on a cluster.
    #[cfg(feature = "spark")]
    crate::engine::wait_for_jobs(std::time::Duration::from_secs(2));
    std::process::exit(code)
}

/// Listens for signals from now on.
#[cfg(unix)]
pub(super) fn listen() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    // Where signals cannot be listened for they end the process as they always did.
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else { return };
    let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            end(128 + signal);
        }
    });
}

/// Listens for Ctrl-C from now on.
#[cfg(not(unix))]
pub(super) fn listen() {
    let _ = ctrlc::set_handler(|| end(130));
}
