//! The messages of Spark Connect that are spoken here, derived by hand: their field numbers never change.

use prost::Message;

/// Whose session it is.
#[derive(Clone, PartialEq, Message)]
pub(super) struct UserContext {
    #[prost(string, tag = "1")]
    pub user_id: String,
}

/// A query in SQL.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Sql {
    #[prost(string, tag = "1")]
    pub query: String,
}

/// The one kind of relation that is sent.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Relation {
    #[prost(message, optional, tag = "10")]
    pub sql: Option<Sql>,
}

/// What is to be computed.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Plan {
    #[prost(message, optional, tag = "1")]
    pub root: Option<Relation>,
}

/// What is asked of a session. `ExecutePlan`, `Interrupt` and `ReleaseSession` have a message each, which begin alike: the
/// first has a plan as well, the second says what to stop.
#[derive(Clone, PartialEq, Message)]
pub(super) struct SessionRequest {
    #[prost(string, tag = "1")]
    pub session_id: String,
    #[prost(message, optional, tag = "2")]
    pub user_context: Option<UserContext>,
    #[prost(message, optional, tag = "3")]
    pub plan: Option<Plan>,
    #[prost(int32, optional, tag = "4")]
    pub interrupt_type: Option<i32>,
}

/// Stops everything that a session is doing.
pub(super) const INTERRUPT_ALL: i32 = 1;

/// Some rows, as a whole Arrow IPC stream.
#[derive(Clone, PartialEq, Message)]
pub(super) struct ArrowBatch {
    #[prost(int64, tag = "1")]
    pub row_count: i64,
    #[prost(bytes = "vec", tag = "2")]
    pub data: Vec<u8>,
}

/// One of the messages that answer a plan; those without rows tell of progress.
#[derive(Clone, PartialEq, Message)]
pub(super) struct ExecutePlanResponse {
    #[prost(message, optional, tag = "2")]
    pub arrow_batch: Option<ArrowBatch>,
}

/// An answer of which nothing is read.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Acknowledgement {}
