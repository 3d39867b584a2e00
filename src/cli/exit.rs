use std::io;
use std::process::ExitCode;

/// What a command ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// All went well. A reader that closed its pipe early is no failure.
    Whole,
    /// A query was rejected.
    Query,
    /// The command line was wrong.
    Usage,
    /// More bad rows than tolerated.
    Inputs,
    /// Disk, permission, memory: the surroundings gave out.
    Environment,
    /// Some queries of a report failed; the others are in it.
    Queries,
    /// A report's alarm: a query passed a threshold of its own.
    Alarm,
    /// The user ended it.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Whole => 0,
            Exit::Query => 1,
            Exit::Usage => 2,
            Exit::Inputs => 3,
            Exit::Environment => 4,
            Exit::Queries => 5,
            Exit::Alarm => 6,
            Exit::Interrupted => 130,
        })
    }
}

/// A command that could not go on: what to tell the user, and the exit code.
#[derive(Debug)]
pub(super) struct Failure {
    pub message: String,
    pub exit: Exit,
}

impl Failure {
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { message: message.into(), exit }
    }
}

/// An input or output error, with what was being done. A closed pipe ends the run as a success.
pub(super) fn io_failure(doing: &str, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::new(Exit::Whole, "");
    }
    Failure::new(Exit::Environment, format!("{doing}: {error}"))
}
