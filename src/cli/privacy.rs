//! What of the logs is not for everybody, as the command line says.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::record_batch::RecordBatch;

use super::arguments::{IpChoice, LogsArguments};
use crate::engine::EngineError;
use crate::ir::Hint;
use crate::sources::{Addresses, Position, Pseudonyms, Redaction, Sink};

/// The rows of one read, on their way to a query.
pub(super) struct Private<'r> {
    redaction: Option<&'r Redaction>,
    failure: Mutex<Option<String>>,
}

impl<'r> Private<'r> {
    /// Rows of the logs, or of a table beside them, which is its owner's business.
    pub fn new(redaction: &'r Redaction, of_logs: bool) -> Self {
        Self { redaction: of_logs.then_some(redaction), failure: Mutex::default() }
    }

    /// Whether what must stand in a row must stand in the row as it is in the file too. A pseudonym may hold any digits
    /// and the letters a to f, and what stands beside it may be spelt anew.
    pub fn allows(&self, hint: &Hint) -> bool {
        let plain = |piece: &str| {
            piece.bytes().all(|b| b.is_ascii_alphabetic()) && piece.bytes().any(|b| !b.is_ascii_hexdigit())
        };
        let same = |column: &str| self.redaction.is_none_or(|redaction| !redaction.changes(column));
        hint.any_of.iter().all(|clue| same(&clue.column) || plain(&clue.piece))
    }

    /// Hands a batch on without what must not be seen.
    pub fn hand_over(&self, position: Position, batch: &RecordBatch, sink: &Sink<'_>) -> ControlFlow<()> {
        let Some(redaction) = self.redaction else { return sink(position, batch.clone()) };
        match redaction.apply(batch) {
            Ok(batch) => sink(position, batch),
            Err(error) => {
                *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
                ControlFlow::Break(())
            }
        }
    }

    /// Whether all went on.
    pub fn outcome(&self) -> Result<(), EngineError> {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        failure.map_or(Ok(()), |message| Err(EngineError::new(format!("rows could not be redacted: {message}"))))
    }
}

/// What is hidden from queries. The key of the pseudonyms is in the environment, or is made and kept for the user.
pub(super) fn redaction(arguments: &LogsArguments) -> Redaction {
    const KEY: &str = "KQLENS_REDACTION_KEY";
    let addresses = match arguments.ip {
        IpChoice::Keep => Addresses::Keep,
        IpChoice::Mask => Addresses::Mask,
        IpChoice::Pseudonym => Addresses::Pseudonym,
    };
    let wanted = !arguments.no_redact || addresses == Addresses::Pseudonym;
    let made = || match (std::env::var(KEY), key_file()) {
        (Ok(key), _) if !key.is_empty() => Pseudonyms::with_key(&key),
        (_, Some(file)) => Pseudonyms::kept_in(file),
        (_, None) => Pseudonyms::default(),
    };
    Redaction { secrets: !arguments.no_redact, pseudonyms: wanted.then(|| Arc::new(made())), addresses }
}

/// Where the key of the pseudonyms is kept: with the user's other settings.
fn key_file() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let settings = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config"))).or_else(|| set("APPDATA"))?;
    Some(settings.join("kqlens").join("redaction.key"))
}
