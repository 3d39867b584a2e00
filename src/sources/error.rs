use std::fmt;

/// What kind of thing went wrong with the sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceErrorKind {
    /// A path or pattern that leads to no file.
    NoSuchPath,
    /// A path that is neither a file nor a folder: a pipe, a device.
    NotAFile,
    /// A pattern that cannot be read.
    BadPattern,
    /// The system refused: permission, a disk error.
    Io,
    /// No file holds rows of the table.
    NoSuchTable,
    /// The table has no such column.
    NoSuchColumn,
    /// A table beside the logs that is not named as it must be.
    BadTable,
    /// The rows could not be put into Arrow form.
    Arrow,
}

/// Why rows could not be had. Bad rows are no error: they are counted in the tally.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError {
    /// The kind.
    pub kind: SourceErrorKind,
    /// What happened, in one sentence without a full stop.
    pub message: String,
    /// The file or folder concerned.
    pub file: Option<String>,
    /// The line in it, counted from 1.
    pub line: Option<u64>,
    /// The byte in it, counted from 0.
    pub byte: Option<u64>,
    /// What to do about it.
    pub help: Option<String>,
}

impl SourceError {
    /// An error of a kind.
    pub fn new(kind: SourceErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), file: None, line: None, byte: None, help: None }
    }

    /// Names the file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}")?;
            if let Some(line) = self.line {
                write!(f, ":{line}")?;
            }
            if let Some(byte) = self.byte {
                write!(f, " (byte {byte})")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for SourceError {}

impl From<arrow::error::ArrowError> for SourceError {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::new(SourceErrorKind::Arrow, error.to_string())
    }
}
