//! Rows that a reader turns away, because the query would drop them, change neither the answer nor the account of rows:
//! in every shape, as they are and with what strangers may write.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::record_batch::RecordBatch;
use kqlens::bind::{Environment, Tables};
use kqlens::engine::{Engine, EngineError, PolarsEngine, Rows};
use kqlens::ir::{Context, Scan, Schema};
use kqlens::sources::{Catalog, ReadOptions, ReadRequest, Sink, Tally};

/// Logs whose reader is told what a query drops, or is not.
struct Logs {
    catalog: Catalog,
    told: bool,
    handed: AtomicUsize,
    tally: Mutex<Tally>,
}

impl Logs {
    fn open(paths: &[&str], told: bool) -> Self {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        let catalog = Catalog::discover(&paths, &ReadOptions::default()).unwrap();
        Self { catalog, told, handed: AtomicUsize::new(0), tally: Mutex::default() }
    }
}

impl Tables for Logs {
    fn schema(&self, table: &str) -> Option<Schema> {
        Some(self.catalog.schema(table)?.into_iter().collect())
    }

    fn names(&self) -> Vec<String> {
        self.catalog.tables()
    }
}

impl Rows for Logs {
    fn read(&self, scan: &Scan, columns: &[String], sink: &Sink<'_>) -> Result<(), EngineError> {
        let request = ReadRequest {
            table: scan.table.clone(),
            columns: columns.to_vec(),
            period: scan.period,
            limit: scan.limit.and_then(|n| usize::try_from(n).ok()),
            hints: if self.told { scan.hints.clone() } else { Vec::new() },
            bar: scan.bar.clone().filter(|_| self.told),
        };
        let count = |position, batch: RecordBatch| {
            self.handed.fetch_add(batch.num_rows(), Ordering::Relaxed);
            sink(position, batch)
        };
        let tally = self.catalog.read_into(&request, &count).map_err(|e| EngineError::new(e.to_string()))?;
        *self.tally.lock().unwrap() = tally;
        Ok(())
    }
}

/// The answer, what became of the rows, and how many were handed over.
fn run(paths: &[&str], query: &str, told: bool) -> (RecordBatch, [u64; 5], usize) {
    let logs = Logs::open(paths, told);
    let (parameters, context) = (BTreeMap::new(), Context { now: 638_760_000_000_000_000 });
    let environment =
        Environment { tables: &logs, context: context.clone(), parameters: &parameters, period: None, evaluate: None };
    let plan = kqlens::compile(query, &environment).unwrap_or_else(|e| panic!("{query}: {e:?}")).outputs.remove(0).plan;
    // Few rows at a time, so that the best are known while there is still something to read.
    let engine = PolarsEngine { batch: 2, ..PolarsEngine::default() };
    let answer = engine.run(&plan, &context, &logs).unwrap_or_else(|e| panic!("{query}: {e}"));
    let tally = logs.tally.into_inner().unwrap();
    assert!(tally.is_balanced(), "{query}");
    let account = [tally.read, tally.kept + tally.repaired, tally.rejected, tally.in_progress, tally.other_tables];
    (answer, account, logs.handed.into_inner())
}

const QUERIES: &[&str] = &[
    "ApiManagementGatewayLogs | where Url has 'chat' and ResponseCode == 429",
    "ApiManagementGatewayLogs | where Url contains 'COMPLETIONS'",
    "ApiManagementGatewayLogs | where ResponseCode in (401, 429, 500) or BackendId == 'none at all'",
    "ApiManagementGatewayLogs | where ApimSubscriptionId startswith 'no such key'",
    "ApiManagementGatewayLogs | where Url has_any ('embeddings', 'whisper') | summarize count() by BackendId",
    "ApiManagementGatewayLogs | top 3 by TotalTime",
    "ApiManagementGatewayLogs | top 3 by TotalTime asc",
    "ApiManagementGatewayLogs | top 2 by TimeGenerated desc",
    "ApiManagementGatewayLogs | top 4 by ResponseCode asc nulls last",
    "ApiManagementGatewayLogs | where Url has 'chat' | top 2 by RequestSize",
    "ApiManagementGatewayLogs | extend Code = ResponseCode | where Code >= 400 | sort by Code desc, TotalTime asc | take 5",
    "ApiManagementGatewayLogs | top 100000 by TotalTime",
];

#[test]
fn what_a_query_drops_is_counted_in_every_shape() {
    let mut turned_away = BTreeMap::new();
    for entry in std::fs::read_dir("sample-logs").unwrap() {
        let path = entry.unwrap().path().display().to_string();
        for query in [0, 3, 5, 9].map(|at| QUERIES[at]) {
            let (answer, account, all) = run(&[&path], query, false);
            let (same, told, handed) = run(&[&path], query, true);
            assert_eq!((&same, told), (&answer, account), "{path}: {query}");
            *turned_away.entry(path.clone()).or_insert(0) += all - handed;
        }
    }
    assert!(turned_away.len() > 10 && turned_away.values().all(|rows| *rows > 0), "{turned_away:?}");
}

/// What a value may look like, and still be the one that is asked for.
const CODES: [&str; 12] = [
    "429",
    "\"429\"",
    "429.0",
    "4.29e2",
    "\"4.29e2\"",
    "null",
    "200",
    "\"None\"",
    "\"x\"",
    "[429]",
    "\" 429 \"",
    "4290",
];
const URLS: [&str; 7] = [
    r#""https://h/CHAT/x""#,
    r#""https://h/\u0063hat""#,
    r#""https:\/\/h\/chat""#,
    r#"{"path":"chat"}"#,
    "null",
    r#""https://h/chats""#,
    r#""chat""#,
];

fn strange(folder: &Path) -> String {
    let mut lines = String::new();
    for n in 0..400_u32 {
        let (code, url) = (CODES[n as usize % CODES.len()], URLS[(n / 3) as usize % URLS.len()]);
        let time = if n % 13 == 0 { "null".to_owned() } else { (i64::from(n * 7919 % 400) - 200).to_string() };
        write!(
            lines,
            r#"{{"Type":"ApiManagementGatewayLogs","TimeGenerated":"2025-02-25T12:00:{:02}Z","ResponseCode":{code},"#,
            n % 60
        )
        .unwrap();
        let end = if n % 97 == 5 { "" } else { "}" };
        writeln!(lines, r#""Url":{url},"TotalTime":{time},"BackendId":"b","Method":"GET","Region":"r"{end}"#).unwrap();
    }
    let path = folder.join("strange.json");
    std::fs::write(&path, lines).unwrap();
    path.display().to_string()
}

#[test]
fn a_value_is_found_however_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = strange(folder.path());
    let mut fewer = 0;
    for query in QUERIES {
        let (answer, account, all) = run(&[&path], query, false);
        let (same, told, handed) = run(&[&path], query, true);
        assert_eq!(same, answer, "{query}");
        assert_eq!(told, account, "{query}");
        fewer += all - handed;
    }
    assert!(fewer > 1000, "{fewer}");
    let (answer, ..) = run(&[&path], QUERIES[0], true);
    assert!(answer.num_rows() > 20);
}
