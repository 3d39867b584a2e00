//! Queries that give several tables, and tables that stand beside the logs.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod common;

use common::{kqlens, text};

const TWO: &str = "print a = 1; print b = 'x' | render table";

fn shown(query: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let output = kqlens(&[&["run", "-e", query, "--now", "2025-02-25T12:00Z"], more].concat());
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn several_tables_are_told_apart_in_every_format() {
    let out = |format: &str| shown(TWO, &["--format", format]).1;
    assert_eq!(out("table"), "PrimaryResult\na\n-\n1\n\nPrimaryResult_1\nb\n-\nx\n");
    assert_eq!(out("csv"), "a\r\n1\r\n\r\nb\r\nx\r\n");
    assert_eq!(out("tsv"), "a\r\n1\r\n\r\nb\r\nx\r\n");
    assert_eq!(out("json"), "{\"PrimaryResult\":[\n{\"a\":1}\n],\n\"PrimaryResult_1\":[\n{\"b\":\"x\"}\n]}\n");
    assert_eq!(out("jsonl"), "{\"$table\":\"PrimaryResult\",\"a\":1}\n{\"$table\":\"PrimaryResult_1\",\"b\":\"x\"}\n");
    assert_eq!(out("query-api").matches("\"name\":\"PrimaryResult").count(), 2);
    assert_eq!(
        out("markdown"),
        "**PrimaryResult**\n\n| a |\n| ---: |\n| 1 |\n\n**PrimaryResult_1**\n\n| b |\n| --- |\n| x |\n"
    );
    assert_eq!(out("html").matches("<section>").count(), 2);
}

#[test]
fn a_format_of_one_table_fills_a_file_for_each() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for format in ["csv", "tsv", "jsonl", "arrow"] {
        let path = folder.path().join(format!("out.{format}"));
        let (code, _, told) = shown(TWO, &["-o", &path.display().to_string()]);
        let second = folder.path().join(format!("out-2.{format}"));
        assert_eq!(code, Some(0), "{told}");
        assert!(told.contains(&format!("PrimaryResult_1 is in {}", second.display())), "{told}");
        assert!(path.exists() && second.exists(), "{format}");
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("out-2.csv")).expect("it is there"), "b\r\nx\r\n");
    let (code, _, told) = shown(TWO, &["--format", "arrow"]);
    assert_eq!(code, Some(2));
    assert!(told.contains("-o FILE writes a file for each"), "{told}");
    let path = folder.path().join("out.xlsx");
    assert_eq!(shown(TWO, &["-o", &path.display().to_string()]).0, Some(0));
    assert!(path.exists() && !folder.path().join("out-2.xlsx").exists());
}

#[test]
fn a_picture_is_of_the_first_chart() {
    let query = "print a = 1; range x from 1 to 3 step 1 | extend y = x | render columnchart with (title = 'Three')";
    let (code, svg, _) = shown(query, &["--format", "svg"]);
    assert_eq!(code, Some(0));
    assert!(svg.contains("Three"), "{svg}");
}

#[test]
fn forks_and_facets_are_tables_by_name() {
    let names = |query: &str| {
        let out = shown(query, &["--format", "query-api"]).1;
        let whole: serde_json::Value = serde_json::from_str(&out).expect(&out);
        let tables = whole["tables"].as_array().cloned().unwrap_or_default();
        tables.iter().map(|table| table["name"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("range x from 1 to 3 step 1 | fork few = (take 1) all = (count)"), ["few", "all"]);
    assert_eq!(names("datatable(a:long, b:string)[1, 'x'] | facet by a, b").len(), 2);
}

#[test]
fn tables_beside_the_logs_are_joined_checked_and_counted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("owners.csv");
    std::fs::write(&path, "Code,Owner,Since_t\n200,Anna,2025-01-01\n429,Bert,2025-01-02\n500\n")
        .expect("it is written");
    let table = format!("Owners(Code:int)={}", path.display());
    let query = "ApiManagementGatewayLogs | lookup kind=inner Owners on $left.ResponseCode == $right.Code \
                 | summarize n = count() by Owner, Year = getyear(Since_t) | order by Owner asc";
    let (code, out, told) = shown(query, &["--logs", "sample-logs/diagnostic", "--table", &table, "--format", "csv"]);
    assert_eq!(out.lines().next(), Some("Owner,Year,n"), "{told}");
    assert!(out.contains("Anna,2025,") && out.contains("Bert,2025,"), "{out}");
    assert!(told.contains("read 282 rows from 14 file(s): 280 kept, 0 repaired, 1 rejected, 1 in progress"), "{told}");
    assert!(told.contains("owners.csv:4 (byte"), "{told}");
    assert_eq!(code, Some(3), "one row in 282 is more than 0.1 %");
    let file = folder.path().join("q.kql");
    std::fs::write(&file, query).expect("it is written");
    let checked = kqlens(&["check", &file.display().to_string(), "--table", &table]);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    let wrong = kqlens(&["run", "-e", "Owners", "--table", "Owners"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("write NAME=PATH"), "{}", text(&wrong.stderr));
}

#[test]
fn azure_diagnostics_has_the_columns_its_rows_have() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lines = r#"{"TimeGenerated":"2025-02-25T10:00:00Z","Type":"AzureDiagnostics","Category":"GatewayLogs","apiId_s":"a","responseCode_d":200,"DurationMs":5}
{"TimeGenerated":"2025-02-25T10:00:01Z","Type":"AzureDiagnostics","Category":"GatewayLogs","apiId_s":"b","responseCode_d":429,"newField_d":1.5,"newFlag_b":true}
"#;
    std::fs::write(folder.path().join("PT05M.json"), lines).expect("it is written");
    let csv = "TimeGenerated [UTC],ResourceProvider,Category,apiId_s,responseCode_d,newField_d\n\
               \"2/25/2025, 11:00:00.000 AM\",MICROSOFT.APIMANAGEMENT,GatewayLogs,c,500,2\n";
    std::fs::write(folder.path().join("query_data.csv"), csv).expect("it is written");
    let query = "AzureDiagnostics | summarize n = count(), codes = sum(responseCode_d), new = sum(newField_d), \
                 flagged = countif(newFlag_b), latest = max(TimeGenerated)";
    let (code, out, told) = shown(query, &["--logs", &folder.path().display().to_string(), "--format", "csv"]);
    assert_eq!(out, "n,codes,new,flagged,latest\r\n3,1129.0,3.5,1,2025-02-25T11:00:00.0000000Z\r\n", "{told}");
    assert_eq!(code, Some(0), "{told}");
}

#[test]
fn parameters_fill_placeholders_and_names_left_open() {
    let query = "ApiManagementGatewayLogs | where TimeGenerated {TimeRange} and Method in ({Method}) and ResponseCode >= least \
                 | summarize n = count() by bin(TimeGenerated, {TimeRange:grain}) | summarize n = sum(n), bins = count()";
    let given = ["--logs", "sample-logs/diagnostic", "--format", "csv", "--quiet"];
    let more = ["--param", "Method=GET", "--param", "Method=POST", "--param", "least=400", "--param", "TimeRange=P1D"];
    let (code, out, told) = shown(query, &[&given[..], &more[..]].concat());
    assert_eq!(code, Some(0), "{told}");
    let plain = "ApiManagementGatewayLogs | where TimeGenerated > ago(1d) and Method in ('GET', 'POST') and ResponseCode >= 400 \
                 | summarize n = count() by bin(TimeGenerated, 30m) | summarize n = sum(n), bins = count()";
    assert_eq!(out, shown(plain, &given).1);
    let (code, _, told) = shown(query, &given);
    assert_eq!(code, Some(1));
    assert!(told.contains("{TimeRange} has no value") && told.contains("--param Method=VALUE"), "{told}");
}

#[test]
fn every_file_is_told_with_its_rows_time_columns_and_problems() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let row = |second: u32| {
        format!(
            "{{\"TimeGenerated\":\"2025-02-25T10:00:0{second}Z\",\"Type\":\"ApiManagementGatewayLogs\",\"ResponseCode\":200}}\n"
        )
    };
    let lines = [row(1), "broken\n".to_owned(), row(3), "{\"half\":".to_owned()].concat();
    std::fs::write(folder.path().join("PT05M.json"), lines).expect("it is written");
    std::fs::write(folder.path().join("notes.txt"), "nothing\n").expect("it is written");
    std::fs::write(folder.path().join("cut.parquet"), "PAR1").expect("it is written");
    let logs = folder.path().display().to_string();
    let output = kqlens(&["tables", "--logs", &logs, "--format", "json"]);
    let told = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let files: Vec<serde_json::Value> = serde_json::from_str(&told).expect(&told);
    assert_eq!(files.len(), 3, "{told}");
    let file = |name: &str| {
        let is = |file: &&serde_json::Value| file["File"].as_str().is_some_and(|path| path.ends_with(name));
        files.iter().find(is).expect(name)
    };
    assert!(file("cut.parquet")["Problem"].as_str().is_some_and(|p| p.contains("cut short or damaged")), "{told}");
    let logs_file = file("PT05M.json");
    assert_eq!(logs_file["Rows"], 2, "{told}");
    assert_eq!(logs_file["From"], "2025-02-25T10:00:01.0000000Z");
    assert_eq!(logs_file["To"], "2025-02-25T10:00:03.0000000Z");
    assert_eq!(logs_file["ColumnNames"], serde_json::json!(["TimeGenerated", "ResponseCode", "Type"]));
    let problem = logs_file["Problem"].as_str().unwrap_or_default();
    assert!(problem.starts_with("1 rejected (line 2: ") && problem.contains("1 in progress"), "{problem}");
    assert_eq!(file("notes.txt")["Problem"], "not a shape of log that is known");
    let output = kqlens(&["tables", "--logs", "sample-logs/adx", "sample-logs/arrow", "sample-logs/data-export"]);
    let told = text(&output.stdout);
    let totals: Vec<&str> = told.lines().last().unwrap_or_default().split_whitespace().collect();
    assert_eq!(totals[..3], ["ApiManagementGatewayLogs", "15", "834"], "{told}");
}

#[test]
fn tables_beside_the_logs_come_from_files_of_columns() {
    let run = |query: &str, table: &str| {
        let (code, out, told) = shown(query, &["--table", table, "--format", "csv"]);
        assert_eq!(code, Some(0), "{told}");
        out
    };
    let query = "T | summarize n = count(), latest = max(TimeGenerated), codes = dcount(ResponseCode), \
                 keys = dcount(ApimSubscriptionId), bags = countif(isnotempty(ResponseHeaders))";
    let parquet = run(query, "T=sample-logs/parquet");
    assert!(parquet.contains("278,2025-02-25T19:01:02.1902580Z,"), "{parquet}");
    assert_eq!(parquet, run(query, "T=sample-logs/arrow"));
    let both = run(
        "T | summarize n = count(), t = take_any(gettype(ResponseCode))",
        "T(ResponseCode:string)=sample-logs/*/*.arrow.gz",
    );
    assert_eq!(both, "n,t\r\n278,string\r\n");
}

#[test]
fn thousands_of_small_files_are_told_apart_quickly() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let row =
        b"{\"TimeGenerated\":\"2025-02-25T10:00:01Z\",\"Type\":\"ApiManagementGatewayLogs\",\"ResponseCode\":200}\n";
    for at in 0..2000 {
        std::fs::write(folder.path().join(format!("{at}.json")), row).expect("it is written");
    }
    let logs = folder.path().display().to_string();
    let started = std::time::Instant::now();
    let (code, out, told) = shown("ApiManagementGatewayLogs | count", &["--logs", &logs, "--format", "csv"]);
    assert_eq!((code, out.as_str()), (Some(0), "Count\r\n2000\r\n"), "{told}");
    // Half a millisecond a file on an idle machine without optimization; this is for what grows with their square.
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
