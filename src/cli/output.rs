//! The one place that writes to the terminal and to files.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use super::exit::{Failure, io_failure};
use super::interrupt::Pending;

/// Whether colours are wanted on a stream: a terminal, no `NO_COLOR`, and not a dumb one.
pub(super) fn color(terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|t| t != "dumb")
}

pub(super) fn clap_color() -> clap::ColorChoice {
    if color(io::stdout().is_terminal()) { clap::ColorChoice::Auto } else { clap::ColorChoice::Never }
}

/// The width of the terminal that standard output is, if it is one.
pub(super) fn terminal_width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    columns.or_else(|| terminal_size::terminal_size().map(|(w, _)| usize::from(w.0))).or(Some(80))
}

/// Writes to standard output.
pub(super) fn write(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|e| io_failure("cannot write to standard output", &e))
}

/// Writes a file whole or not at all.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    stream_file(path, |file| file.write_all(bytes))
}

/// Writes a file whole or not at all, a little at a time: beside it first, then renamed over it.
pub(super) fn stream_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let doing = format!("cannot write {}", path.display());
    let fail = |e: io::Error| io_failure(&doing, &e);
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(fail)?;
    let _pending = Pending::new(file.path());
    let mut buffer = BufWriter::new(&mut file);
    write(&mut buffer).and_then(|()| buffer.flush()).map_err(fail)?;
    drop(buffer);
    file.as_file().sync_all().map_err(fail)?;
    set_mode(file.as_file()).map_err(fail)?;
    file.persist(path).map_err(|e| fail(e.error))?;
    Ok(())
}

/// Writes a file that is not there yet, into a folder that nobody reads before it is complete.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = std::fs::File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a temporary folder as readable as any other.
#[cfg(unix)]
pub(super) fn set_folder_mode(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
pub(super) fn set_folder_mode(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Temporary files are private; a report is as readable as any other file.
#[cfg(unix)]
fn set_mode(file: &std::fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_mode(_: &std::fs::File) -> io::Result<()> {
    Ok(())
}

/// A note on standard error. That it cannot be written is nobody's business.
pub(super) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Why a command could not go on.
pub(super) fn failure(message: &str) {
    if !message.is_empty() {
        let message: String = crate::render::encode::terminal(message).into_owned();
        let tag = if color(io::stderr().is_terminal()) { "\u{1b}[1;31merror\u{1b}[0m" } else { "error" };
        let starts = message.starts_with("error");
        note(&if starts { message } else { format!("{tag}: {message}") });
    }
}
