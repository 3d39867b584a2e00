//! How fast exports are read: `cargo bench`. Prints megabytes and rows a second for JSON lines and CSV, one column of
//! text and the time.
#![allow(clippy::print_stdout, clippy::expect_used, missing_docs, reason = "a benchmark prints, and fails loudly")]

use std::fmt::Write as _;
use std::time::Instant;

use kqlens::sources::{Catalog, ReadOptions, ReadRequest};

const ROWS: usize = 200_000;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut json = String::new();
    let mut csv = String::from("TimeGenerated [UTC],ResponseCode,BackendId,Url,Type\n");
    for n in 0..ROWS {
        let (minute, second, backend) = (n / 60 % 60, n % 60, n % 3);
        let url = format!("https://gateway.example.net/openai/deployments/gpt-{backend}/chat/completions?n={n}");
        let time = format!("2025-02-25T12:{minute:02}:{second:02}.0000000Z");
        writeln!(json, r#"{{"BackendId":"apim-{backend}","ResponseCode":200,"TimeGenerated":"{time}","Type":"ApiManagementGatewayLogs","Url":"{url}"}}"#)
            .expect("text grows");
        writeln!(csv, "{time},200,apim-{backend},{url},ApiManagementGatewayLogs").expect("text grows");
    }
    for (name, content) in [("rows.json", json), ("rows.csv", csv)] {
        let path = folder.path().join(name);
        std::fs::write(&path, &content).expect("the file is written");
        let catalog =
            Catalog::discover(&[path.display().to_string()], &ReadOptions::default()).expect("the file is found");
        let request = ReadRequest {
            table: "ApiManagementGatewayLogs".to_owned(),
            columns: vec!["TimeGenerated".to_owned(), "BackendId".to_owned()],
            ..ReadRequest::default()
        };
        let best = (0..5)
            .map(|_| {
                let start = Instant::now();
                let result = catalog.read(&request).expect("the rows are read");
                assert_eq!(result.tally.kept, ROWS as u64);
                start.elapsed().as_secs_f64()
            })
            .fold(f64::INFINITY, f64::min);
        println!("{name}: {:.0} MB/s, {:.0} rows/s", content.len() as f64 / 1e6 / best, ROWS as f64 / best);
    }
}
