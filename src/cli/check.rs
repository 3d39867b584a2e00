//! `kqlens check`: parse and bind, nothing else.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::arguments::{CheckArguments, CheckFormat};
use super::exit::{Exit, Failure, io_failure};
use super::{logs, output, query};
use crate::bind::{Bound, Environment, NO_RESULT};
use crate::diagnostics::{Diagnostic, draw};
use crate::ir::Schema;
use crate::report::{Header, compile_with};

pub(super) fn check(arguments: &CheckArguments) -> Result<Exit, Failure> {
    let logs = logs::open(&arguments.logs)?;
    let parameters = query::parameters(&arguments.with)?;
    let context = query::context(&arguments.with)?;
    let values = query::placeholders(&arguments.with, &context);
    let environment = Environment { tables: &logs, context, parameters: &parameters, period: None, evaluate: None };
    let mut exit = Exit::Whole;
    for path in files(&arguments.files)? {
        let text = query::read(&path)?;
        let mut outcome = Header::parse(&text)
            .and_then(|header| compile_with(&header, &text, &values, &environment))
            .map(|(bound, _)| bound);
        // A text of definitions alone is right; it only gives nothing when it is run.
        let notes = match &mut outcome {
            Err(findings) if findings.iter().all(|d| d.code == NO_RESULT) => std::mem::take(findings),
            _ => Vec::new(),
        };
        if !notes.is_empty() {
            outcome = Ok(Bound { outputs: Vec::new() });
        }
        if outcome.is_err() {
            exit = Exit::Query;
        }
        let name = path.display().to_string();
        match arguments.format {
            CheckFormat::Json => output::write(format!("{}\n", as_json(&name, &outcome, &notes)).as_bytes())?,
            CheckFormat::Text => match &outcome {
                Ok(_) => {
                    let told: String = notes.iter().map(|d| format!(" ({})", d.message)).collect();
                    output::write(format!("{name}: ok{told}\n").as_bytes())?;
                }
                Err(findings) => output::note(&draw(&text, &name, findings)),
            },
        }
    }
    Ok(exit)
}

/// The files named, and the `.kql` files of the folders named.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut all = Vec::new();
    for path in paths {
        if path.is_dir() {
            for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
                let entry = entry.map_err(|e| io_failure(&format!("cannot list {}", path.display()), &e.into()))?;
                if entry.path().extension().is_some_and(|e| e == "kql") {
                    all.push(entry.into_path());
                }
            }
        } else {
            all.push(Path::new(path).to_owned());
        }
    }
    Ok(all)
}

/// One line for scripts. `columns` are those of the last table, as Kusto's own tools tell a query's result; `tables` has
/// every table's.
fn as_json(name: &str, outcome: &Result<Bound, Vec<Diagnostic>>, notes: &[Diagnostic]) -> serde_json::Value {
    let told = |findings: &[Diagnostic], severity: &str| -> Vec<serde_json::Value> {
        findings
            .iter()
            .map(|d| {
                json!({
                    "code": d.code, "severity": severity, "message": d.message,
                    "start": d.span.0, "length": d.span.1.saturating_sub(d.span.0), "help": d.help,
                })
            })
            .collect()
    };
    let (tables, findings) = match outcome {
        Ok(bound) => {
            let tables = bound.outputs.iter().map(|output| {
                let known = output.plan.schema.columns.iter().filter(|(n, _)| !n.starts_with(Schema::UNKNOWN));
                let columns: Vec<_> = known.map(|(n, t)| json!({"name": n, "type": t.name()})).collect();
                json!({"name": output.name, "columns": columns})
            });
            (tables.collect(), told(notes, "note"))
        }
        Err(findings) => (Vec::new(), told(findings, "error")),
    };
    let columns = tables.last().map_or(serde_json::Value::Null, |table: &serde_json::Value| table["columns"].clone());
    json!({"file": name, "ok": outcome.is_ok(), "diagnostics": findings, "columns": columns, "tables": tables})
}
