//! `kqlens report`: saved queries over a day, a week or a month of logs, as a folder of files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::arguments::{EngineChoice, QueryArguments, ReportArguments};
use super::exit::{Exit, Failure};
use super::progress::Meter;
use super::publish::Publication;
use super::{check, config, engine, interrupt, logs, notify, output, query};
use crate::diagnostics::Diagnostic;
use crate::render::{Options, Zone};
use crate::report::{self, Period, Run, Saved, Status};

/// `is_given` tells whether an argument stands on the command line.
pub(super) fn report(mut arguments: ReportArguments, is_given: &dyn Fn(&str) -> bool) -> Result<Exit, Failure> {
    interrupt::listen();
    let secrets = config::fill(&mut arguments, is_given)?;
    if let Some(prices) = &arguments.prices {
        arguments.logs.table.push(format!("Prices={}", prices.display()));
    }
    let arguments = &arguments;
    let channels = notify::channels(arguments, &secrets)?;
    let with = QueryArguments { params: arguments.params.clone(), now: arguments.now.clone(), timespan: None };
    let now = query::context(&with)?.now;
    let zone = Zone::named(&arguments.timezone).map_err(|e| Failure::new(Exit::Usage, format!("--timezone: {e}")))?;
    let period = Period::parse(&arguments.period, &zone, now)
        .map_err(|message| Failure::new(Exit::Usage, format!("--period: {message}")))?;
    query::parameters(&with)?;
    if arguments.engine.engine == EngineChoice::Kusto {
        return Err(Failure::new(Exit::Usage, "--engine kusto answers one query at a time: use `kqlens run`"));
    }
    let saved = saved(&arguments.queries)?;
    let mut publication = Publication::begin(&arguments.out, &period.name())?;
    let mut logs = logs::open(&engine::logs_here(&arguments.engine, &arguments.logs))?;
    logs.tell_times = true;
    let engine = engine::open(&arguments.engine, &arguments.logs, &logs)?;
    let given: BTreeMap<String, Vec<String>> = query::given(&with);
    let run = Run {
        queries: &saved,
        period: &period,
        now,
        given: &given,
        tables: &logs,
        rows: &logs,
        engine: engine.as_ref(),
        inputs: logs.catalog.files(),
    };
    let meter = Meter::new(arguments.quiet);
    // The files of a cluster are not seen from here.
    let over = if run.inputs.is_empty() { String::new() } else { format!(" over {} files", run.inputs.len()) };
    meter.say(&format!("report of {} ({}){over}", period.name(), zone.name));
    let mut report = report::run(&run, &|event| meter.tell(event));
    meter.done();
    report.title.clone_from(&arguments.title);
    report.readings = logs.readings();
    let mut of_files = logs.of_files();
    for (at, input) in report.inputs.iter_mut().enumerate() {
        input.rows = of_files.remove(&at).unwrap_or_default();
        let concerned = logs.catalog.may_hold(at, (period.start, period.end));
        report.damaged.extend(input.damage(concerned).filter(|_| !logs.tolerates_all()));
    }
    report.is_beyond_tolerance = logs.report(arguments.quiet)? == Exit::Inputs;
    let plain = Options { timezone: zone.name.clone(), ..Options::default() };
    let options = Options { colors: report.colors(&plain), ..plain };
    let page = report::write(&mut report, &options, &mut |path, bytes| publication.take(path, bytes))?;
    let place = publication.finish()?;
    if !arguments.quiet {
        told(&report);
        output::note(&format!("wrote {}", place.join("index.html").display()));
    }
    notify::send(&channels, &report, &options, &page)?;
    Ok(match report.status() {
        Status::Whole => Exit::Whole,
        Status::Alarm => Exit::Alarm,
        Status::Inputs => Exit::Inputs,
        Status::Failures => Exit::Queries,
    })
}

/// What is wrong, for a log.
fn told(report: &report::Report<'_>) {
    for done in &report.done {
        if let report::Outcome::Failed(error) = &done.outcome {
            output::failure(&format!("{} failed", done.saved.file));
            error.lines().for_each(|line| output::note(&format!("  {}", crate::render::encode::terminal(line))));
        }
    }
    report.lacks().iter().for_each(|lack| output::failure(lack));
}

/// The queries of files and folders. One that cannot be read fails in the report, beside the others.
fn saved(paths: &[PathBuf]) -> Result<Vec<Saved>, Failure> {
    let mut texts = Vec::new();
    let mut unreadable = BTreeMap::new();
    for path in paths {
        for file in check::files(std::slice::from_ref(path))? {
            let below = if path.is_dir() {
                file.strip_prefix(path).unwrap_or(&file)
            } else {
                Path::new(file.file_name().unwrap_or_default())
            };
            let name = file.display().to_string();
            let text = match query::read(&file) {
                Ok(text) => text,
                Err(failure) if failure.exit == Exit::Query => {
                    unreadable.insert(name.clone(), failure.message);
                    String::new()
                }
                Err(failure) => return Err(failure),
            };
            texts.push((name, below.display().to_string(), text));
        }
    }
    let mut saved = report::load(texts);
    if saved.is_empty() {
        let named = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
        let message = if named.is_empty() {
            "name the queries, or the folders they are in".to_owned()
        } else {
            format!("{named} holds no .kql file")
        };
        return Err(Failure::new(Exit::Usage, message));
    }
    for query in &mut saved {
        if let Some(message) = unreadable.remove(&query.file) {
            query.header = Err(vec![Diagnostic::new("KQL034", message, (0, 0))]);
        }
    }
    Ok(saved)
}
