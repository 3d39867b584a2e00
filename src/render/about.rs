//! What an output says beside its tables: the query it is of, what was read for it, and when.

/// What a page tells around its tables. Everything is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The saved query's own title.
    pub title: Option<String>,
    /// A paragraph below it.
    pub description: Option<String>,
    /// The query's text, piece by piece.
    pub query: Vec<Piece>,
    /// What was read, table by table.
    pub readings: Vec<Reading>,
    /// When it was made: ticks of the run's clock, so that the same clock gives the same bytes.
    pub made: Option<i64>,
}

/// A piece of a query's text and how it is painted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text as it was written.
    pub text: String,
    /// Its paint.
    pub ink: Ink,
}

/// The paints of a query's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Names, marks and blanks.
    Plain,
    /// Operators and their clauses: `where`, `by`, `contains`.
    Keyword,
    /// What is called.
    Function,
    /// Names of types and kinds of charts.
    Type,
    /// String literals.
    Text,
    /// Every other literal.
    Literal,
    /// Comments, and lines for clients.
    Comment,
}

/// What became of the rows of one table. `read` is `kept + repaired + rejected + in_progress`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The table.
    pub table: String,
    /// Files read.
    pub files: u64,
    /// Rows found, good or bad.
    pub read: u64,
    /// Rows that were sound.
    pub kept: u64,
    /// Rows with a value that did not fit and became null.
    pub repaired: u64,
    /// Rows that could not be read.
    pub rejected: u64,
    /// Half-written last lines.
    pub in_progress: u64,
    /// Good rows whose time is outside the asked period.
    pub outside: u64,
    /// Good rows left out because they came before.
    pub duplicates: u64,
    /// The first and the last time among the rows taken, in ticks.
    pub range: Option<(i64, i64)>,
    /// What a reader should know, and the first of the rejected rows with their places.
    pub notes: Vec<String>,
}
