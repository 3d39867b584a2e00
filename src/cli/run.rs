//! `kqlens run`: one query over logs.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use super::arguments::{EngineChoice, RunArguments, ThemeChoice};
use super::exit::{Exit, Failure};
use super::{about, engine, interrupt, kusto, logs, output, query};
use crate::bind::{Bound, Environment};
use crate::diagnostics::draw;
use crate::engine::{Engine, Job};
use crate::ir::{Context, Plan};
use crate::render::{Answer, Format, Options, Theme, encode, render};
use crate::report::{Header, SIZE_HELP, compile_with, parse_size};
use crate::types::Table;

pub(super) fn run(arguments: &RunArguments) -> Result<Exit, Failure> {
    let (name, text) = match (&arguments.query, &arguments.file) {
        (Some(text), _) => ("query".to_owned(), text.clone()),
        (None, Some(path)) => (path.display().to_string(), query::read(path)?),
        (None, None) => return Err(Failure::new(Exit::Usage, "name a query file, or give the query with -e")),
    };
    let (format, to_terminal) = format(arguments)?;
    let header = match Header::parse(&text) {
        Ok(header) => header,
        Err(findings) => {
            output::note(draw(&text, &name, &findings).trim_end());
            return Ok(Exit::Query);
        }
    };
    // A cluster's job is stopped by the engine that began it.
    if arguments.engine.engine != EngineChoice::Spark {
        interrupt::listen();
    }
    let mut options = options(arguments, &header, to_terminal)?;
    let mut logs = logs::open(&engine::logs_here(&arguments.engine, &arguments.logs))?;
    logs.tell_times = format == Format::Html;
    if arguments.engine.engine == EngineChoice::Kusto {
        let Some(answers) = kusto::answers(arguments, &name, &text, &logs)? else { return Ok(Exit::Query) };
        write(&answers, format, &options, arguments.output.as_deref())?;
        return Ok(Exit::Whole);
    }
    let context = query::context(&arguments.with)?;
    let parameters = query::parameters(&arguments.with)?;
    let period = query::period(&arguments.with, &context)?;
    let engine = engine::open(&arguments.engine, &arguments.logs, &logs)?;
    let evaluate = |plan: &Plan| {
        let batch = engine.run(plan, &context, &logs).map_err(|e| e.message)?;
        Ok(Table::from_batches(&batch.schema(), std::slice::from_ref(&batch)))
    };
    let environment = Environment {
        tables: &logs,
        context: context.clone(),
        parameters: &parameters,
        period,
        evaluate: Some(&evaluate),
    };
    let values = query::placeholders(&arguments.with, &context);
    let (bound, notes) = match compile_with(&header, &text, &values, &environment) {
        Ok(compiled) => compiled,
        Err(findings) => {
            output::note(draw(&text, &name, &findings).trim_end());
            return Ok(Exit::Query);
        }
    };
    if !arguments.quiet {
        notes.iter().for_each(|note| output::note(&format!("note: {note}")));
    }
    if arguments.explain {
        return explained(&bound, engine.as_ref(), &context);
    }
    let mut answers = Vec::new();
    let jobs: Vec<Job<'_>> = bound.outputs.iter().map(|out| Job { plan: &out.plan, context: &context }).collect();
    for (out, batch) in bound.outputs.iter().zip(engine.run_all(&jobs, &logs)) {
        let batch = batch.map_err(engine::failure)?;
        answers.push(Answer {
            name: out.name.clone(),
            schema: batch.schema(),
            batches: vec![batch],
            visualization: out.visualization.clone(),
        });
    }
    if matches!(format, Format::Html | Format::Xlsx) {
        options.about = about::about(&text, &header, &logs, &context);
    }
    if matches!(format, Format::Svg | Format::Png) {
        // A picture goes its own ways: it says what it is of.
        let tables = logs.read_tables();
        options.subtitle = (!tables.is_empty()).then(|| tables.join(", "));
    }
    write(&answers, format, &options, arguments.output.as_deref())?;
    if to_terminal && arguments.output.is_none() && !arguments.quiet && answers.iter().any(draws) {
        output::note("note: -o chart.png or -o chart.svg draws this as a picture");
    }
    logs.report(arguments.quiet)
}

/// Writes the answers: to standard output, or to a file. Where the format holds one table, each has a file of its own.
fn write(answers: &[Answer], format: Format, options: &Options, to: Option<&Path>) -> Result<(), Failure> {
    let to = to.filter(|path| path.as_os_str() != "-");
    let each = answers.len() > 1 && format.is_of_one_table() && to.is_some();
    let parts = if each { answers.chunks(1).collect() } else { vec![answers] };
    let mut warnings = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let rendered = render(part, format, options).map_err(|e| Failure::new(Exit::Usage, e.to_string()))?;
        match to.map(|path| numbered(path, at)) {
            Some(path) => {
                output::write_file(&path, &rendered.bytes)?;
                if each {
                    warnings.push(format!("{} is in {}", part[0].name, path.display()));
                }
            }
            None => output::write(&shown(rendered.bytes, format))?,
        }
        warnings.extend(rendered.warnings);
    }
    for warning in &warnings {
        output::note(&format!("note: {warning}"));
    }
    Ok(())
}

/// What goes to standard output. On a terminal nothing in it acts: a CSV or JSON may hold any text.
fn shown(bytes: Vec<u8>, format: Format) -> Vec<u8> {
    // The table has escaped its cells, and its colours are meant.
    if format == Format::Table || !std::io::stdout().is_terminal() {
        return bytes;
    }
    encode::terminal_lines(&String::from_utf8_lossy(&bytes)).into_bytes()
}

/// The file of a table: `out.csv` for the first, `out-2.csv` for the second.
fn numbered(path: &Path, at: usize) -> PathBuf {
    if at == 0 {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map(|e| format!(".{}", e.to_string_lossy())).unwrap_or_default();
    path.with_file_name(format!("{stem}-{}{extension}", at + 1))
}

fn draws(answer: &Answer) -> bool {
    answer.visualization.as_ref().is_some_and(|v| v.kind != "table")
}

fn explained(bound: &Bound, engine: &dyn Engine, context: &Context) -> Result<Exit, Failure> {
    for out in &bound.outputs {
        let told = engine.explain(&out.plan, context).map_err(engine::failure)?;
        let text = format!("{}\n{told}\n", out.name);
        output::write(text.as_bytes())?;
    }
    Ok(Exit::Whole)
}

/// The output's format, and whether it goes to a terminal for people.
fn format(arguments: &RunArguments) -> Result<(Format, bool), Failure> {
    let file = arguments.output.as_deref().filter(|p| p.as_os_str() != "-");
    let terminal = file.is_none() && std::io::stdout().is_terminal();
    let known = || Format::names().join(", ");
    let format = match (&arguments.format, file) {
        (Some(name), _) => Format::from_name(name).ok_or_else(|| {
            Failure::new(Exit::Usage, format!("no format named '{name}'; the formats are {}", known()))
        })?,
        (None, Some(path)) => Format::from_extension(path).ok_or_else(|| no_extension(path, &known()))?,
        (None, None) => Format::Table,
    };
    if terminal && !format.is_text() {
        return Err(Failure::new(
            Exit::Usage,
            format!("{format} is not for a terminal: write it to a file with -o out.{format}"),
        ));
    }
    Ok((format, terminal && format == Format::Table))
}

fn no_extension(path: &Path, known: &str) -> Failure {
    Failure::new(
        Exit::Usage,
        format!("the format of {} is not told by its extension; name it with --format: {known}", path.display()),
    )
}

fn font(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|e| Failure::new(Exit::Environment, format!("cannot read {}: {e}", path.display())))
}

fn options(arguments: &RunArguments, header: &Header, to_terminal: bool) -> Result<Options, Failure> {
    let size = match &arguments.size {
        None => header.size,
        Some(text) => match parse_size(text) {
            Some(size) => Some(size),
            None => return Err(Failure::new(Exit::Usage, format!("--size '{text}': {SIZE_HELP}"))),
        },
    };
    Ok(Options {
        width: if to_terminal { output::terminal_width() } else { None },
        color: to_terminal && output::color(true),
        max_rows: arguments.max_rows,
        raw_csv: arguments.raw_csv,
        size,
        scale: arguments.scale,
        theme: match arguments.theme {
            ThemeChoice::Light => Theme::Light,
            ThemeChoice::Dark => Theme::Dark,
        },
        timezone: arguments.timezone.clone(),
        title: arguments.title.clone().or_else(|| header.title.clone()),
        font: arguments.font.as_deref().map(font).transpose()?,
        break_gaps: arguments.break_gaps,
        ..Options::default()
    })
}
