//! What a page tells of a run: the query's title and text, what was read, and when.

use crate::ir::Context;
use crate::render::About;
use crate::report::Header;
use crate::syntax::paint;

use super::logs::Logs;

/// What there is to tell of a query that was run.
pub(super) fn about(text: &str, header: &Header, logs: &Logs, context: &Context) -> About {
    About {
        title: header.name().map(str::to_owned),
        description: header.about(),
        query: paint(text),
        readings: logs.readings(),
        made: Some(context.now),
    }
}
