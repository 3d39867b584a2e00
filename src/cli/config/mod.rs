//! `kqlens.toml`: what a nightly run needs, written down once. A flag on the command line wins over its key.

mod reader;

use std::path::{Path, PathBuf};

use self::reader::Reader;
use super::arguments::{DateOrder, EngineChoice, IpChoice, ReportArguments};
use super::exit::{Exit, Failure};
use super::query;
use crate::diagnostics::{Diagnostic, draw};
use crate::report::Security;

/// The file that is read when it is there and no other is named.
pub(super) const NAME: &str = "kqlens.toml";

/// What can only be said in the file or the environment, as other people see a command line.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    pub mail_user: Option<String>,
    pub mail_password: Option<String>,
    pub mail_security: Security,
    pub mail_ca: Option<PathBuf>,
    pub webhook_url: Option<String>,
    pub webhook_token: Option<String>,
}

/// Fills what the command line leaves open from the file, and secrets from the environment.
pub(super) fn fill(arguments: &mut ReportArguments, is_given: &dyn Fn(&str) -> bool) -> Result<Secrets, Failure> {
    let mut secrets = Secrets::default();
    let path = match &arguments.config {
        Some(path) => Some(path.clone()),
        None => Some(PathBuf::from(NAME)).filter(|path| path.is_file()),
    };
    if let Some(path) = path {
        let text = query::read(&path)?;
        let name = path.display().to_string();
        let told =
            |findings: Vec<Diagnostic>| Failure::new(Exit::Usage, draw(&text, &name, &findings).trim_end().to_owned());
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let mut reader = Reader::parse(&text).map_err(|finding| told(vec![finding]))?;
        take(&mut reader, arguments, &mut secrets, &folder, is_given);
        let findings = reader.findings();
        if !findings.is_empty() {
            return Err(told(findings));
        }
    }
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    secrets.mail_user = set("KQLENS_MAIL_USER").or(secrets.mail_user);
    secrets.mail_password = set("KQLENS_MAIL_PASSWORD").or(secrets.mail_password);
    secrets.mail_ca = set("KQLENS_MAIL_CA").map(PathBuf::from).or(secrets.mail_ca);
    secrets.webhook_url = set("KQLENS_WEBHOOK_URL").or(secrets.webhook_url);
    secrets.webhook_token = set("KQLENS_WEBHOOK_TOKEN").or(secrets.webhook_token);
    Ok(secrets)
}

/// Every key of the file. Paths are from the file's folder.
fn take(
    reader: &mut Reader<'_>,
    arguments: &mut ReportArguments,
    secrets: &mut Secrets,
    folder: &Path,
    is_given: &dyn Fn(&str) -> bool,
) {
    // An address is not below any folder.
    let below = |path: &String| {
        if path.contains("://") { path.clone() } else { folder.join(path).display().to_string() }
    };
    if let Some(queries) = reader.texts("queries").filter(|_| !is_given("queries")) {
        arguments.queries = queries.iter().map(|path| folder.join(path)).collect();
    }
    if let Some(logs) = reader.texts("logs").filter(|_| !is_given("logs")) {
        arguments.logs.logs = logs.iter().map(below).collect();
    }
    if let Some(out) = reader.text("out").filter(|_| !is_given("out")) {
        arguments.out = folder.join(out);
    }
    if let Some(period) = reader.text("period").filter(|_| !is_given("period")) {
        arguments.period = period;
    }
    if let Some(zone) = reader.text("timezone").filter(|_| !is_given("timezone")) {
        arguments.timezone = zone;
    }
    if let Some(title) = reader.text("title").filter(|_| !is_given("title")) {
        arguments.title = Some(title);
    }
    if let Some(prices) = reader.text("prices").filter(|_| !is_given("prices")) {
        arguments.prices = Some(folder.join(prices));
    }
    if let Some(tables) = reader.pairs("tables").filter(|_| !is_given("table")) {
        arguments.logs.table = tables.iter().map(|(name, path)| format!("{name}={}", below(path))).collect();
    }
    if let Some(values) = reader.pairs("param").filter(|_| !is_given("params")) {
        arguments.params = values.iter().map(|(name, value)| format!("{name}={value}")).collect();
    }
    if let Some(most) = reader.text("max-rejects").filter(|_| !is_given("max_rejects")) {
        arguments.logs.max_rejects = most;
    }
    if let Some(memory) = reader.text("memory").filter(|_| !is_given("memory")) {
        arguments.engine.memory = memory;
    }
    let engines = [("polars", EngineChoice::Polars), ("spark", EngineChoice::Spark)];
    if let Some(engine) = reader.one_of("engine", &engines).filter(|_| !is_given("engine")) {
        arguments.engine.engine = engine;
    }
    if let Some(remote) = reader.text("remote").filter(|_| !is_given("remote")) {
        arguments.engine.remote = Some(remote);
    }
    if let Some(timeout) = reader.text("timeout").filter(|_| !is_given("timeout")) {
        arguments.engine.timeout = Some(timeout);
    }
    if let Some(allowed) = reader.truth("allow-fetch").filter(|_| !is_given("allow_fetch")) {
        arguments.engine.allow_fetch = allowed;
    }
    if let Some(rejects) = reader.text("rejects").filter(|_| !is_given("rejects")) {
        arguments.logs.rejects = Some(folder.join(rejects));
    }
    if let Some(dedupe) = reader.truth("dedupe").filter(|_| !is_given("dedupe")) {
        arguments.logs.dedupe = dedupe;
    }
    if let Some(minutes) = reader.number("csv-utc-offset").filter(|_| !is_given("csv_utc_offset")) {
        arguments.logs.csv_utc_offset = minutes;
    }
    if let Some(zone) = reader.parsed("csv-timezone", super::arguments::zone).filter(|_| !is_given("csv_timezone")) {
        arguments.logs.csv_timezone = Some(zone);
    }
    let orders = [("day-first", DateOrder::DayFirst), ("month-first", DateOrder::MonthFirst)];
    if let Some(order) = reader.one_of("csv-date-order", &orders).filter(|_| !is_given("csv_date_order")) {
        arguments.logs.csv_date_order = Some(order);
    }
    let times = super::arguments::Notify::NAMES;
    if let Some(when) = reader.one_of("notify", &times).filter(|_| !is_given("notify")) {
        arguments.notify = when;
    }
    reader.within("redaction", |redaction| {
        if let Some(secrets) = redaction.truth("secrets").filter(|_| !is_given("no_redact")) {
            arguments.logs.no_redact = !secrets;
        }
        let kinds = [("keep", IpChoice::Keep), ("mask", IpChoice::Mask), ("pseudonym", IpChoice::Pseudonym)];
        if let Some(ip) = redaction.one_of("ip", &kinds).filter(|_| !is_given("ip")) {
            arguments.logs.ip = ip;
        }
    });
    reader.within("mail", |mail| {
        if let Some(server) = mail.text("server").filter(|_| !is_given("mail_server")) {
            arguments.mail_server = Some(server);
        }
        if let Some(from) = mail.text("from").filter(|_| !is_given("mail_from")) {
            arguments.mail_from = Some(from);
        }
        if let Some(to) = mail.texts("to").filter(|_| !is_given("mail_to")) {
            arguments.mail_to = to;
        }
        let kinds = [("tls", Security::Tls), ("starttls", Security::StartTls), ("none", Security::None)];
        secrets.mail_security = mail.one_of("security", &kinds).unwrap_or_default();
        secrets.mail_ca = mail.text("ca").map(|path| folder.join(path));
        secrets.mail_user = mail.text("user");
        secrets.mail_password = mail.text("password");
    });
    reader.within("webhook", |webhook| {
        secrets.webhook_url = webhook.text("url");
        secrets.webhook_token = webhook.text("token");
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    use super::super::arguments::{Cli, Command};
    use super::super::init::EXAMPLE;

    fn arguments() -> ReportArguments {
        match Cli::parse_from(["kqlens", "report"]).command {
            Command::Report(arguments) => *arguments,
            _ => unreachable!("it is a report"),
        }
    }

    #[test]
    fn every_key_of_the_example_is_known() {
        // The commented keys are examples too.
        let is_key = |line: &&str| !line.starts_with([' ', '#']) && !line.is_empty();
        let uncommented = |line: &'static str| line.strip_prefix('#').filter(is_key).unwrap_or(line);
        let text: String = EXAMPLE.lines().map(|line| format!("{}\n", uncommented(line))).collect();
        let mut reader = Reader::parse(&text).unwrap();
        let (mut arguments, mut secrets) = (arguments(), Secrets::default());
        take(&mut reader, &mut arguments, &mut secrets, Path::new("/etc/kqlens"), &|_| false);
        assert_eq!(reader.findings(), []);
        assert_eq!(arguments.out, Path::new("/etc/kqlens/reports"));
        assert_eq!(arguments.logs.logs, ["/etc/kqlens/exports"]);
        assert_eq!(arguments.logs.table, ["Teams=/etc/kqlens/teams.csv"]);
        assert!(secrets.mail_password.is_some() && secrets.webhook_url.is_some());
    }

    #[test]
    fn addresses_are_not_below_the_folder() {
        let mut reader = Reader::parse("logs = ['abfss://logs@account/', 'exports']\nengine = 'spark'\n").unwrap();
        let mut arguments = arguments();
        take(&mut reader, &mut arguments, &mut Secrets::default(), Path::new("/etc"), &|_| false);
        assert_eq!(arguments.logs.logs, ["abfss://logs@account/", "/etc/exports"]);
        assert_eq!(arguments.engine.engine, EngineChoice::Spark);
    }

    #[test]
    fn flags_win_over_keys() {
        let mut reader = Reader::parse("out = 'a'\nperiod = '2025-02'\n").unwrap();
        let mut arguments = arguments();
        take(&mut reader, &mut arguments, &mut Secrets::default(), Path::new(""), &|flag| flag == "out");
        assert_eq!((arguments.out.as_path(), arguments.period.as_str()), (Path::new("reports"), "2025-02"));
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for (text, want) in [
            (
                "out = 'a'\nperoid = 'x'\n",
                ":2:1\n   |\n 2 | peroid = 'x'\n   | ^^^^^^\n   = help: did you mean 'period'?",
            ),
            ("[mail]\nsecurity = 'ssl'\n", "write one of tls, starttls, none"),
            ("[mail]\npasword = 'x'\n", "did you mean 'password'?"),
            ("out = 5\n", "'out' is a text"),
            ("out = \n", "1:"),
            ("dedupe = 'yes'\n", "'dedupe' is true or false"),
        ] {
            let mut findings = Vec::new();
            match Reader::parse(text) {
                Ok(mut reader) => {
                    take(&mut reader, &mut arguments(), &mut Secrets::default(), Path::new(""), &|_| false);
                    findings.extend(reader.findings());
                }
                Err(finding) => findings.push(finding),
            }
            let told = draw(text, "kqlens.toml", &findings);
            assert!(told.contains(want), "{text}: {told}");
        }
    }
}
