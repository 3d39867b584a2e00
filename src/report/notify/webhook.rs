//! What is told of a report to a program that listens.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::cards::cards;
use super::{remarks, subject};
use crate::render::Options;
use crate::report::{Done, Outcome, Report};
use crate::types::format_datetime;

/// How long the other side may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Who listens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Webhook {
    /// Its address.
    pub url: String,
    /// What proves to it who speaks, sent as `Authorization: Bearer …`.
    pub token: Option<String>,
}

/// Posts what there is to tell of a report as JSON.
///
/// # Errors
/// That the other side cannot be reached, or did not answer with success. The address, which may be a secret, is not told.
pub fn post(webhook: &Webhook, report: &Report<'_>, options: &Options) -> Result<(), String> {
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build().into();
    let mut request = agent.post(&webhook.url).header("Content-Type", "application/json");
    if let Some(token) = &webhook.token {
        request = request.header("Authorization", &format!("Bearer {token}"));
    }
    match request.send(body(report, options).to_string()) {
        Ok(_) => Ok(()),
        Err(ureq::Error::StatusCode(code)) => Err(format!("the webhook answered with status {code}")),
        Err(ureq::Error::BadUri(_)) => Err("the webhook's address is none".to_owned()),
        Err(error) => Err(format!("the webhook cannot be reached: {error}")),
    }
}

/// `text` is what chat programs show; the rest is for programs.
fn body(report: &Report<'_>, options: &Options) -> Value {
    let remarks = remarks(report);
    let text = [vec![subject(report)], remarks.clone()].concat().join("\n");
    let mut values = Vec::new();
    for done in &report.done {
        for card in cards(done, options).unwrap_or_default() {
            values.push(json!({"name": card.name, "value": card.value, "before": card.before, "change": card.change}));
        }
    }
    json!({
        "text": text,
        "report": report.period.name(),
        "title": report.title,
        "start": format_datetime(report.period.start),
        "end": format_datetime(report.period.end),
        "timezone": report.period.zone().name,
        "status": report.status().name(),
        "remarks": remarks,
        "glance": values,
        "queries": report.done.iter().map(query).collect::<Vec<_>>(),
    })
}

fn query(done: &Done<'_>) -> Value {
    let alarms: Vec<Value> = done.alarms().map(|v| json!({"alert": v.text, "value": v.value})).collect();
    json!({
        "id": done.saved.id,
        "title": done.saved.title(),
        "outcome": if matches!(done.outcome, Outcome::Failed(_)) { "failed" } else { "answered" },
        "rows": done.answers().iter().map(crate::render::Answer::rows).collect::<Vec<_>>(),
        "alarms": alarms,
    })
}
