//! The command line: one definition for parsing, `--help`, completions and the man page.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Runs saved KQL queries over exported API Management logs: the same tables, the same charts, without the portal.
#[derive(Debug, Parser)]
#[command(name = "kqlens", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "Examples:
  kqlens run queries/usage-by-key.kql --logs exports/
  kqlens run queries/backends-by-hour.kql --logs 'exports/**/*.json' -o usage.png
  kqlens run -e 'ApiManagementGatewayLogs | summarize count() by ResponseCode' --logs query_data.csv
  kqlens import --logs exports --to lake
  kqlens check queries/*.kql
  kqlens run pasted.kql --logs exports --param TimeRange=P1D --table Teams=teams.csv
  kqlens fmt --check queries
  kqlens functions extract

Exit codes: 0 whole, 1 query rejected, 2 usage, 3 too many bad rows, 4 disk, permission or memory,
  5 queries of a report failed, 6 a report's alarm, 130 and 143 interrupted";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run a query over logs and print or draw its result
    Run(Box<RunArguments>),
    /// Run saved queries over a day, a week or a month of logs and write a page of all of them
    Report(Box<ReportArguments>),
    /// Write a configuration for reports, with every key explained
    Init(InitArguments),
    /// Parse and bind queries without running them
    Check(CheckArguments),
    /// Lay out query files in the one canonical way
    Fmt(FmtArguments),
    /// Bring a folder of Parquet files, by table and day, up to date with the logs
    Import(ImportArguments),
    /// Show what the logs are: tables, files, formats, rows, problems
    Tables(TablesArguments),
    /// List the functions, or explain one
    Functions(FunctionsArguments),
    /// Print a completion script for a shell
    Completions(CompletionsArguments),
    /// Print the manual page
    Man,
}

/// Where rows come from.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct LogsArguments {
    /// Exported logs: files, folders, globs, az://ACCOUNT/CONTAINER/PREFIX and s3://BUCKET/PREFIX, in any mix of formats
    #[arg(long, value_name = "PATH", num_args = 1.., value_hint = clap::ValueHint::AnyPath)]
    pub logs: Vec<String>,
    /// A table beside the logs, from CSV, TSV, JSON, Parquet or Arrow; NAME(column:type, …)=PATH says types
    /// (and the columns of a file without header), else every row is looked at to tell them
    #[arg(long, value_name = "NAME=PATH")]
    pub table: Vec<String>,
    /// Minutes east of UTC of the times in CSV files with `[Local Time]` columns
    #[arg(long, value_name = "MINUTES", default_value_t = 0, allow_negative_numbers = true)]
    pub csv_utc_offset: i32,
    /// The zone of those times, which knows when clocks change: Europe/Rome
    #[arg(long, value_name = "ZONE", value_parser = zone, conflicts_with = "csv_utc_offset")]
    pub csv_timezone: Option<chrono_tz::Tz>,
    /// Order of day and month in those times, when the file alone cannot tell
    #[arg(long, value_enum)]
    pub csv_date_order: Option<DateOrder>,
    /// Drop duplicates that exporters make: same correlation id, time and content
    #[arg(long)]
    pub dedupe: bool,
    /// How much later than its own time a row may stand in the folders that name one (…/y=2025/m=02/d=25/h=12/…). Of
    /// other hours than the query's and what is late for them no file is opened; `all` opens every file
    #[arg(long, value_name = "TIME", default_value = "24h")]
    pub late: String,
    /// Show keys, tokens and cookies in headers, URLs and texts as they are; else pseudonyms stand for them, the same
    /// for the same secret
    #[arg(long)]
    pub no_redact: bool,
    /// What becomes of callers' addresses
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    pub ip: IpChoice,
    /// How many rows may be broken before the run counts as failed: a number, or a share such as 0.1%
    #[arg(long, value_name = "N|SHARE%", default_value = "0.1%")]
    pub max_rejects: String,
    /// Write every rejected row here, with file, line, byte and reason
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub rejects: Option<PathBuf>,
}

/// What becomes of callers' addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum IpChoice {
    /// They stay
    #[default]
    Keep,
    /// Only the network stays: /24 of IPv4, /48 of IPv6
    Mask,
    /// A pseudonym stands for each
    Pseudonym,
}

/// The zone of an IANA name.
pub(super) fn zone(text: &str) -> Result<chrono_tz::Tz, String> {
    let mut zones = chrono_tz::TZ_VARIANTS.iter().copied();
    zones
        .find(|zone| zone.name().eq_ignore_ascii_case(text))
        .ok_or_else(|| "write a zone of the IANA database, such as Europe/Rome or America/New_York".to_owned())
}

/// Which of day and month comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DateOrder {
    /// 25/02/2025
    DayFirst,
    /// 02/25/2025
    MonthFirst,
}

/// An engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum EngineChoice {
    /// This machine
    #[default]
    Polars,
    /// A Spark Connect server: Apache Spark, Databricks, Sail
    Spark,
    /// Kusto itself: a Log Analytics workspace or an Azure Data Explorer cluster
    Kusto,
}

/// The query and what it is run with.
#[derive(Args, Debug, Default)]
pub(super) struct QueryArguments {
    /// A value for `declare query_parameters`, for {Name} and {Name:format} of workbooks (a time range as P1D or
    /// START/END, a list by giving it again), or for a name that the query leaves open, as if a let stood before it
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<String>,
    /// What now() gives, to make a report again: a datetime
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
    /// Only rows of this time: an ISO 8601 duration back from now, or START/END
    #[arg(long, value_name = "SPAN")]
    pub timespan: Option<String>,
}

/// How plans are computed.
#[derive(Args, Debug, Default)]
pub(super) struct EngineArguments {
    /// What computes the answer
    #[arg(long, value_enum, default_value_t = EngineChoice::Polars)]
    pub engine: EngineChoice,
    /// The Spark Connect server, as `sc://host:15002/;key=value;…`; else what SPARK_REMOTE holds. Its token may stand in
    /// KQLENS_TOKEN. The paths of --logs are then as that server names them
    #[arg(long, value_name = "sc://HOST:PORT")]
    pub remote: Option<String>,
    /// The Log Analytics workspace, by its id; its token is that of `az login`, or stands in AZURE_ACCESS_TOKEN
    #[arg(long, value_name = "ID", conflicts_with = "cluster")]
    pub workspace: Option<String>,
    /// The Azure Data Explorer cluster, such as https://help.kusto.windows.net; its token as for a workspace
    #[arg(long, value_name = "URL", requires = "database")]
    pub cluster: Option<String>,
    /// The cluster's database
    #[arg(long, value_name = "NAME", requires = "cluster")]
    pub database: Option<String>,
    /// Fetch all rows from the cluster when what makes them fewer has no exact form in SQL
    #[arg(long)]
    pub allow_fetch: bool,
    /// Stop after this time, on the server as well: 90s, 15m, 2h
    #[arg(long, value_name = "TIME")]
    pub timeout: Option<String>,
    /// How much memory the rows that a query keeps may take, such as 512MiB; more go to temporary files
    #[arg(long, value_name = "SIZE", default_value = "1GiB")]
    pub memory: String,
    /// Compute everything when all is read, in memory, instead of as much as can be while reading
    #[arg(long, hide = true)]
    pub in_memory: bool,
    /// Rows that are worth a run over them while reading
    #[arg(long, hide = true, value_name = "N")]
    pub batch_rows: Option<usize>,
}

#[derive(Args, Debug)]
pub(super) struct RunArguments {
    /// The query file; `-` reads standard input
    #[arg(value_name = "FILE", required_unless_present = "query", conflicts_with = "query", value_hint = clap::ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// The query itself
    #[arg(short = 'e', long = "query", value_name = "QUERY")]
    pub query: Option<String>,
    #[command(flatten)]
    pub logs: LogsArguments,
    #[command(flatten)]
    pub with: QueryArguments,
    /// Write here instead of to standard output; the format follows the extension. A query that gives several tables
    /// fills sheets of an xlsx and sections of a page, and of csv, tsv, jsonl and arrow a file for each: out.csv,
    /// out-2.csv, …
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// The output's format, if not the file's extension's: table, csv, tsv, json, jsonl, query-api, markdown, svg, png,
    /// html, xlsx, arrow
    #[arg(short, long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Most rows a table shows; all, but in a page 5,000, unless given
    #[arg(long, value_name = "N")]
    pub max_rows: Option<usize>,
    /// Leave text in CSV and TSV as it is, even where a spreadsheet would run it as a formula
    #[arg(long)]
    pub raw_csv: bool,
    /// Width and height of a chart
    #[arg(long, value_name = "WxH")]
    pub size: Option<String>,
    /// Pixels of a PNG for each unit of its size
    #[arg(long, value_name = "FACTOR", default_value_t = 2.0)]
    pub scale: f32,
    /// Colours of a chart; a page has those of its reader
    #[arg(long, value_enum, default_value_t = ThemeChoice::Light)]
    pub theme: ThemeChoice,
    /// Time zone of a chart's time axis, such as Europe/Rome
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub timezone: String,
    /// A title for the chart
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// A TrueType or OpenType font for characters that the built-in one lacks, such as Chinese
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub font: Option<PathBuf>,
    /// End a chart's lines where there is no data, instead of drawing them over the gap as the portal does
    #[arg(long)]
    pub break_gaps: bool,
    /// Print the plan, and the engine's plan below it, instead of running it
    #[arg(long)]
    pub explain: bool,
    #[command(flatten)]
    pub engine: EngineArguments,
    /// Say nothing about the rows that were read
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Args, Debug)]
pub(super) struct ReportArguments {
    /// Saved queries, or folders of them
    #[arg(value_name = "QUERIES", value_hint = clap::ValueHint::AnyPath)]
    pub queries: Vec<PathBuf>,
    #[command(flatten)]
    pub logs: LogsArguments,
    #[command(flatten)]
    pub engine: EngineArguments,
    /// The folder of reports; each is a folder in it, named by its period
    #[arg(short, long, value_name = "FOLDER", default_value = "reports", value_hint = clap::ValueHint::DirPath)]
    pub out: PathBuf,
    /// What the report is of: yesterday, last-week, last-month, month-to-date, a day such as 2025-02-25, a month such as
    /// 2025-02, or START/END
    #[arg(short, long, default_value = "yesterday")]
    pub period: String,
    /// The time zone whose days these are, such as Europe/Rome
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub timezone: String,
    /// A title beside the period
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// A value for a parameter of the queries, in place of its default
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<String>,
    /// The clock that tells what yesterday is, to make a report again: a datetime
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
    /// A list of prices, as the table Prices beside the logs
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub prices: Option<PathBuf>,
    /// A configuration instead of kqlens.toml here; its keys are these flags, and a flag wins over its key
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// When the report is sent by mail and to the webhook that are configured; `--notify` alone is always
    #[arg(long, value_name = "WHEN", value_enum, num_args = 0..=1, require_equals = true, default_value = "never", default_missing_value = "always")]
    pub notify: Notify,
    /// The mail server, NAME or NAME:PORT. Login and TLS are said in the configuration or the environment only
    #[arg(long, value_name = "SERVER")]
    pub mail_server: Option<String>,
    /// Who sends mails
    #[arg(long, value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Who gets them
    #[arg(long, value_name = "ADDRESS")]
    pub mail_to: Vec<String>,
    /// Say nothing but what is wrong
    #[arg(short, long)]
    pub quiet: bool,
}

/// When a report is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Notify {
    /// Never
    #[default]
    Never,
    /// Whenever one is made
    Always,
    /// With an alarm, a failed query, or missing or broken data
    Problems,
}

impl Notify {
    /// Their names in a configuration.
    pub const NAMES: [(&str, Self); 3] =
        [("never", Self::Never), ("always", Self::Always), ("problems", Self::Problems)];
}

#[derive(Args, Debug)]
pub(super) struct InitArguments {
    /// The file, kqlens.toml unless named; one that is there stays
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub file: Option<PathBuf>,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ThemeChoice {
    /// Dark ink on white
    #[default]
    Light,
    /// Light ink on near black
    Dark,
}

#[derive(Args, Debug)]
pub(super) struct CheckArguments {
    /// Query files, or folders of them; `-` reads standard input
    #[arg(value_name = "FILE", required = true, value_hint = clap::ValueHint::AnyPath)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub logs: LogsArguments,
    #[command(flatten)]
    pub with: QueryArguments,
    /// How to tell the findings
    #[arg(short, long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
}

/// How findings are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// For people: each finding under the line it is about
    Text,
    /// For programs: one JSON object a file, with findings and result columns
    Json,
}

#[derive(Args, Debug)]
pub(super) struct ImportArguments {
    #[command(flatten)]
    pub logs: LogsArguments,
    /// The folder; only what is new is read into it, and every command takes it as --logs
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub to: PathBuf,
    /// After how many bytes of logs what was read counts
    #[arg(long, hide = true, default_value_t = 256 << 20)]
    pub group_bytes: u64,
    /// Say nothing about the rows that were read
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Args, Debug)]
pub(super) struct TablesArguments {
    #[command(flatten)]
    pub logs: LogsArguments,
    /// The output's format
    #[arg(short, long, value_name = "FORMAT")]
    pub format: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct FunctionsArguments {
    /// The function to explain; all are listed without it
    pub name: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct FmtArguments {
    /// Query files, or folders of them; `-` lays out standard input to standard output
    #[arg(value_name = "FILE", required = true, value_hint = clap::ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// Change nothing; fail when a file is laid out otherwise
    #[arg(long)]
    pub check: bool,
}

#[derive(Args, Debug)]
pub(super) struct CompletionsArguments {
    /// The shell
    pub shell: clap_complete::Shell,
}
