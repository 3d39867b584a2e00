//! What a report was made of, for programs and for those who check it later.

use serde_json::{Value, json};

use super::{Done, Input, Outcome, Report, Written};
use crate::types::format_datetime;

/// The manifest's name in the report's folder.
pub const MANIFEST: &str = "manifest.json";

/// The manifest: no clock and no duration is in it, so that the same report has the same.
pub fn manifest(report: &Report<'_>, written: &[Written]) -> String {
    let period = report.period;
    let before = period.before();
    let span = |(start, end): (i64, i64)| json!({"start": format_datetime(start), "end": format_datetime(end)});
    let tables: Vec<Value> = report
        .readings
        .iter()
        .map(|r| {
            json!({
                "table": r.table, "files": r.files, "read": r.read, "kept": r.kept, "repaired": r.repaired,
                "rejected": r.rejected, "inProgress": r.in_progress, "outsideThePeriod": r.outside,
                "duplicates": r.duplicates, "notes": r.notes,
            })
        })
        .collect();
    let health: Vec<Value> = report
        .health
        .tables
        .iter()
        .map(|t| {
            let gaps: Vec<Value> = t.gaps.iter().map(|gap| span(*gap)).collect();
            json!({"table": t.table, "inFiles": t.is_held, "rows": t.rows, "missingDays": t.missing_days, "gaps": gaps})
        })
        .collect();
    let inputs: Vec<Value> = report.inputs.iter().map(input).collect();
    let outputs: Vec<Value> =
        written.iter().map(|f| json!({"path": f.path, "bytes": f.bytes, "sha256": f.sha256})).collect();
    let document = json!({
        "kqlens": env!("CARGO_PKG_VERSION"),
        "report": period.name(),
        "title": report.title,
        "label": period.label(),
        "period": span((period.start, period.end)),
        "before": span((before.start, before.end)),
        "timezone": period.zone().name,
        "status": report.status().name(),
        "alarms": report.done.iter().map(|done| done.alarms().count()).sum::<usize>(),
        "queries": report.done.iter().map(query).collect::<Vec<_>>(),
        "rows": tables,
        "health": health,
        "notes": report.notes,
        "inputs": inputs,
        "outputs": outputs,
    });
    format!("{document:#}\n")
}

fn input(input: &Input<'_>) -> Value {
    let file = input.file;
    let rows = input.rows.iter().map(|(table, rows)| {
        json!({
            "table": table, "read": rows.read, "kept": rows.kept, "repaired": rows.repaired,
            "rejected": rows.rejected, "inProgress": rows.in_progress, "damage": rows.damage,
        })
    });
    json!({
        "path": file.path.display().to_string(), "bytes": file.size, "tables": file.tables,
        "shape": file.shape.map(|shape| shape.to_string()), "problem": file.problem, "rows": rows.collect::<Vec<_>>(),
    })
}

fn query(done: &Done<'_>) -> Value {
    let (outcome, error) = match &done.outcome {
        Outcome::Answers(_) => ("answered", None),
        Outcome::Failed(error) => ("failed", Some(error)),
    };
    let rows: Vec<usize> = done.answers().iter().map(crate::render::Answer::rows).collect();
    let alerts: Vec<Value> =
        done.verdicts.iter().map(|v| json!({"alert": v.text, "alarm": v.fired, "value": v.value})).collect();
    json!({
        "id": done.saved.id, "file": done.saved.file, "sha256": done.saved.sha256(), "title": done.saved.title(),
        "from": format_datetime(done.span.0), "to": format_datetime(done.span.1), "outcome": outcome, "rows": rows,
        "error": error, "alerts": alerts, "notes": done.notes,
    })
}
