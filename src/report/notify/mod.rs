//! A report that is sent: what is told of it, as mail and to a webhook.

mod mail;
mod webhook;

pub use mail::{Mail, Security, send as send_mail};
pub use webhook::{Webhook, post as post_webhook};

use super::{Outcome, Report, Status};

/// What a message begins with: the report's name, and what is wrong.
pub(super) fn subject(report: &Report<'_>) -> String {
    let title = report.title.as_deref().unwrap_or("Report");
    let told = match report.status() {
        Status::Whole => "",
        Status::Alarm => ": alarm",
        Status::Inputs => ": data is missing or broken",
        Status::Failures => ": queries failed",
    };
    crate::render::encode::label(&format!("{title}, {}{told}", report.period.label()))
}

/// What is wrong, a line for each thing.
pub(super) fn remarks(report: &Report<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for done in &report.done {
        let title = done.saved.title();
        lines.extend(done.alarms().map(|alarm| format!("Alarm: {title}: {} is {}", alarm.text, alarm.value)));
        if matches!(done.outcome, Outcome::Failed(_)) {
            lines.push(format!("{title} failed"));
        }
    }
    lines.extend(report.lacks());
    lines
}
