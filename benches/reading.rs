//! How fast the parts of the readers are: `cargo bench`. Whole runs are measured by `whole.py`.
#![allow(clippy::expect_used, clippy::unwrap_used, missing_docs, reason = "a benchmark fails loudly")]

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kqlens::sources::{Catalog, ReadOptions, ReadRequest};

const ROWS: usize = 100_000;
const TABLE: &str = "ApiManagementGatewayLogs";

/// Requests as a data export rule, a diagnostic setting and the portal write them.
fn files() -> [(&'static str, String); 3] {
    let mut export = String::new();
    let mut setting = String::new();
    let mut csv = String::from("TimeGenerated [UTC],ResponseCode,BackendId,TotalTime,RequestHeaders,Url,Type\n");
    for n in 0..ROWS {
        let (minute, second, backend) = (n / 60 % 60, n % 60, n % 3);
        let url = format!("https://gateway.example.net/openai/deployments/gpt-{backend}/chat/completions?n={n}");
        let time = format!("2025-02-25T12:{minute:02}:{second:02}.0000000Z");
        let headers = r#"{"Host":"gateway.example.net","Content-Type":"application/json"}"#;
        writeln!(export, r#"{{"BackendId":"apim-{backend}","RequestHeaders":{headers},"ResponseCode":200,"TimeGenerated":"{time}","TotalTime":{n},"Type":"{TABLE}","Url":"{url}"}}"#).unwrap();
        writeln!(setting, r#"{{"time":"{time}","category":"GatewayLogs","durationMs":{n},"properties":{{"backendId":"apim-{backend}","requestHeaders":{headers},"responseCode":200,"url":"{url}"}}}}"#).unwrap();
        let doubled = headers.replace('"', "\"\"");
        writeln!(csv, "{time},200,apim-{backend},{n},\"{doubled}\",{url},{TABLE}").unwrap();
    }
    [("export.json", export), ("setting.json", setting), ("portal.csv", csv)]
}

fn read(catalog: &Catalog, columns: &[&str], limit: Option<usize>) {
    let columns = columns.iter().map(|name| (*name).to_owned()).collect();
    let request = ReadRequest { table: TABLE.to_owned(), columns, limit, ..ReadRequest::default() };
    let tally = catalog.read_into(&request, &|_, _| ControlFlow::Continue(())).expect("the rows are read");
    assert!(tally.read > 0 && tally.rejected == 0);
}

fn open(path: &Path) -> Catalog {
    Catalog::discover(&[path.display().to_string()], &ReadOptions::default()).expect("the file is found")
}

fn reading(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in files() {
        let path = folder.path().join(name);
        std::fs::write(&path, &content).expect("the file is written");
        let catalog = open(&path);
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10);
        group.throughput(Throughput::Bytes(content.len() as u64));
        group.bench_function("check every row", |b| b.iter(|| read(&catalog, &[], None)));
        group.bench_function("time and a text", |b| b.iter(|| read(&catalog, &["TimeGenerated", "BackendId"], None)));
        group.bench_function("numbers", |b| b.iter(|| read(&catalog, &["TotalTime", "ResponseCode"], None)));
        group.bench_function("a dynamic column", |b| b.iter(|| read(&catalog, &["RequestHeaders"], None)));
        group.bench_function("the first ten", |b| b.iter(|| read(&catalog, &["Url"], Some(10))));
        group.bench_function("look into it", |b| b.iter(|| open(&path)));
        group.finish();
    }
}

criterion_group!(benches, reading);
criterion_main!(benches);
