//! `kqlens init`: a configuration with every key, explained.

use std::path::Path;

use super::arguments::InitArguments;
use super::config::NAME;
use super::exit::{Exit, Failure, io_failure};
use super::output;

/// The configuration that is written. A line that begins with `#` and no blank is a key with its default or an example.
pub(super) const EXAMPLE: &str = include_str!("init.toml");

pub(super) fn init(arguments: &InitArguments) -> Result<Exit, Failure> {
    let path = arguments.file.as_deref().unwrap_or(Path::new(NAME));
    match output::write_new(path, EXAMPLE.as_bytes()) {
        Ok(()) => output::note(&format!("wrote {}; now edit it, and run kqlens report", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let message = format!("{} is there already and stays as it is; name another file", path.display());
            return Err(Failure::new(Exit::Usage, message));
        }
        Err(error) => return Err(io_failure(&format!("cannot write {}", path.display()), &error)),
    }
    Ok(Exit::Whole)
}
