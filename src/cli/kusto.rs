//! `--engine kusto`: the query is checked here and computed there.

use super::arguments::RunArguments;
use super::engine::{duration, failure};
use super::exit::{Exit, Failure};
use super::{output, query};
use crate::bind::{Environment, Tables};
use crate::diagnostics::{Diagnostic, draw};
use crate::engine::Kusto;
use crate::render::{Answer, Visualization};
use crate::workbook::fill;

/// Findings that are about this machine: a table that no file here holds, a function that only the service has.
const OURS: [&str; 2] = ["KQL110", "KQL166"];

/// The service's answers; nothing when the query is wrong, which was told.
pub(super) fn answers(
    arguments: &RunArguments,
    name: &str,
    text: &str,
    tables: &dyn Tables,
) -> Result<Option<Vec<Answer>>, Failure> {
    let service = service(arguments)?;
    let context = query::context(&arguments.with)?;
    let parameters = query::parameters(&arguments.with)?;
    let period = query::period(&arguments.with, &context)?;
    let environment =
        Environment { tables, context: context.clone(), parameters: &parameters, period: None, evaluate: None };
    let rejected = |source: &str, findings: &[Diagnostic]| {
        output::note(draw(source, name, findings).trim_end());
        Ok(None)
    };
    let filled = match fill(text, &query::placeholders(&arguments.with, &context)) {
        Ok(filled) => filled.text,
        Err(findings) => return rejected(text, &findings),
    };
    let drawn: Vec<Option<Visualization>> = match crate::compile(&filled, &environment) {
        Ok(bound) => bound.outputs.into_iter().map(|out| out.visualization).collect(),
        Err(findings) if findings.iter().all(|finding| OURS.contains(&finding.code)) => Vec::new(),
        Err(findings) => return rejected(&filled, &findings),
    };
    let timeout = arguments.engine.timeout.as_deref().map(duration).transpose()?;
    let given = service.ask(&filled, period, timeout).map_err(failure)?;
    let mut answers = Vec::new();
    for (at, given) in given.into_iter().enumerate() {
        let batch = given.table.to_batch().map_err(|e| Failure::new(Exit::Environment, e.to_string()))?;
        let visualization = drawn.get(at).cloned().flatten();
        answers.push(Answer { name: given.name, schema: batch.schema(), batches: vec![batch], visualization });
    }
    Ok(Some(answers))
}

fn service(arguments: &RunArguments) -> Result<Kusto, Failure> {
    let engine = &arguments.engine;
    match (&engine.workspace, &engine.cluster, &engine.database) {
        (Some(id), None, None) => Ok(Kusto::Workspace(id.clone())),
        (None, Some(url), Some(database)) => Ok(Kusto::Cluster { url: url.clone(), database: database.clone() }),
        _ => Err(Failure::new(
            Exit::Usage,
            "--engine kusto: name a Log Analytics workspace with --workspace ID, or a cluster with --cluster URL \
             --database NAME",
        )),
    }
}
