//! The night shift: a folder of saved queries over the logs of a day, a week, a month, made into a report.
//!
//! A report is a set of files, handed over one by one; whoever takes them decides where they go. The same queries, logs
//! and period give the same bytes.

mod alert;
mod cards;
mod change;
mod compare;
mod done;
mod files;
mod header;
mod health;
mod list;
mod manifest;
mod notify;
mod page;
mod period;
mod run;
mod saved;

pub use alert::{Alert, Verdict};
pub use cards::{Card, cards};
pub use change::Changed;
pub use compare::{Compare, Named};
pub use done::{Done, Input, Outcome, Report, Status};
pub use files::{Take, Written, write};
pub use header::{Header, SIZE_HELP, parse_size};
pub use health::{Health, TableHealth};
pub use list::{Entry, list_page, newest_first};
pub use manifest::{MANIFEST, manifest};
pub use notify::{Mail, Security, Webhook, post_webhook, send_mail};
pub use page::page;
pub use period::{Day, Period};
pub use run::{Event, Progress, Run, run};
pub use saved::{Saved, compile_with, load};
