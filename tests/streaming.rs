//! Plans that are computed while their rows are read give what they give when everything is read first: over rows with
//! nulls, NaN and equal values, in batches of any size, handed over in any order and from several threads, with and
//! without memory.

#![allow(clippy::panic, clippy::expect_used, reason = "a test says what went wrong by failing")]

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::record_batch::RecordBatch;
use kqlens::bind::{Environment, Tables};
use kqlens::engine::{Engine, EngineError, Execution, Job, PolarsEngine, Rows};
use kqlens::ir::{Context, Plan, Scan, Schema};
use kqlens::sources::{Position, Sink};
use kqlens::types::{Column, ScalarType, Table, Value};

const COLUMNS: [(&str, ScalarType); 9] = [
    ("TimeGenerated", ScalarType::DateTime),
    ("Key", ScalarType::String),
    ("Code", ScalarType::Int),
    ("Size", ScalarType::Long),
    ("Share", ScalarType::Real),
    ("Price", ScalarType::Decimal),
    ("Good", ScalarType::Bool),
    ("Bag", ScalarType::Dynamic),
    ("Id", ScalarType::Guid),
];

/// Rows made by number, in files of several batches, some of them empty.
struct Made {
    /// The number of the first file.
    first: usize,
    files: usize,
    batches: usize,
    rows: usize,
    threads: usize,
    reads: Mutex<Vec<(Scan, Vec<String>)>>,
    handed: AtomicUsize,
}

impl Made {
    fn new(threads: usize) -> Self {
        Self { first: 0, files: 4, batches: 3, rows: 31, threads, reads: Mutex::default(), handed: AtomicUsize::new(0) }
    }

    fn batch(&self, number: usize, columns: &[String]) -> RecordBatch {
        let rows = if number % 6 == 5 { 0 } else { self.rows };
        let first = number * self.rows;
        let columns = columns.iter().map(|name| {
            let scalar_type = COLUMNS.iter().find(|(n, _)| n == name).expect("a column of the table").1;
            let values = (first..first + rows).map(|row| value(name, row as u64)).collect();
            Column { name: name.clone(), scalar_type, values }
        });
        Table { columns: columns.collect(), rows }.to_batch().expect("columns of one length")
    }
}

/// Some value of a column, the same each time: null in some rows, and drawn from few so that many are equal.
fn value(column: &str, row: u64) -> Value<'static> {
    let mixed =
        (row + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (column.len() as u64).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let chance = (mixed ^ (mixed >> 29)).wrapping_mul(0x94D0_49BB_1331_11EB) >> 33;
    let null = chance.is_multiple_of(7);
    match column {
        "TimeGenerated" => Value::DateTime(638_000_000_000_000_000 + chance as i64 % 90_000_000_000),
        "Key" => {
            Value::string(["", "alpha", "beta, with a long name of its own", "gamma", "ALPHA"][chance as usize % 5])
        }
        _ if null => Value::Null,
        "Code" => Value::Int([200, 404, 429, 500][chance as usize % 4]),
        "Size" if chance.is_multiple_of(11) => Value::Long(i64::MAX - 3),
        "Size" => Value::Long(chance as i64 % 50),
        "Share" if chance.is_multiple_of(97) => Value::Real(f64::NAN),
        "Share" => Value::Real((chance % 1000) as f64 / 7.0),
        "Price" => Value::Decimal((chance as i64 % 30).into()),
        "Good" => Value::Bool(chance.is_multiple_of(2)),
        "Bag" => Value::dynamic(serde_json::json!({"n": chance % 3, "list": [chance % 2, "x"]})),
        _ => Value::Guid(uuid::Uuid::from_u128(u128::from(chance % 40))),
    }
}

impl Rows for Made {
    fn read(&self, scan: &Scan, columns: &[String], sink: &Sink<'_>) -> Result<(), EngineError> {
        self.reads.lock().expect("no thread failed").push((scan.clone(), columns.to_vec()));
        let all = self.files * self.batches;
        // The last come first, unless order is asked for.
        let threads = if scan.limit.is_some() { 1 } else { self.threads };
        let numbers: Vec<usize> = if threads == 1 { (0..all).collect() } else { (0..all).rev().collect() };
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some(number) = numbers.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let position =
                            Position { file: self.first + number / self.batches, block: number % self.batches };
                        self.handed.fetch_add(1, Ordering::Relaxed);
                        if let ControlFlow::Break(()) = sink(position, self.batch(*number, columns)) {
                            return;
                        }
                    }
                });
            }
        });
        Ok(())
    }
}

struct Logs;

impl Tables for Logs {
    fn schema(&self, table: &str) -> Option<Schema> {
        matches!(table, "T" | "U").then(|| COLUMNS.iter().map(|(n, t)| ((*n).to_owned(), *t)).collect())
    }

    fn names(&self) -> Vec<String> {
        vec!["T".to_owned(), "U".to_owned()]
    }
}

fn context() -> Context {
    Context { now: 638_000_000_000_000_000 }
}

fn plan(query: &str) -> Plan {
    let parameters = BTreeMap::new();
    let environment =
        Environment { tables: &Logs, context: context(), parameters: &parameters, period: None, evaluate: None };
    let bound = kqlens::compile(query, &environment).unwrap_or_else(|e| panic!("{query}: {e:?}"));
    bound.outputs.into_iter().next().expect("one output").plan
}

const QUERIES: &[&str] = &[
    "T | count",
    "T | where false | count",
    "T | where Key == 'none' | summarize count(), sum(Size), avg(Size), min(Share), max(Price), dcount(Key), take_any(Key)",
    "T | where Key == 'none' | summarize count() by Code",
    "T | summarize count(), countif(Code > 300), sum(Size), sum(Code), avg(Size), avg(Code) by Key",
    "T | summarize min(Size), max(Size), min(Share), max(Share), min(Good), max(TimeGenerated), min(Price) by Key, Code",
    "T | summarize sum(Share), avg(Share), stdev(Share), sum(Price), avg(Price) by Code",
    "T | summarize sum(1.5), sum(2), dcount(3), dcount('x'), avg(1) by Code",
    "T | summarize max(Key), min(Key), take_any(Key), take_any(Size), any(Bag) by Code",
    "T | summarize dcount(Key)",
    "T | where false | summarize dcount(Key)",
    "T | summarize dcount(Size) by Key",
    "T | summarize dcount(Id) by Key, Code, Good",
    "T | summarize dcount(Key) by bin(TimeGenerated, 1h), Id",
    "T | summarize dcount(Id), count(), sum(Size), min(Share) by Key",
    "T | summarize dcount(Id), dcount(Code), count_distinct(Size) by Key",
    "T | summarize dcount(Share), dcount(Price), dcount(tostring(Bag)) by Good",
    "T | summarize dcount(Id), make_list(Code) by Key",
    "T | summarize percentiles(Size, 5, 50, 95), percentile(Share, 50) by Key, bin(TimeGenerated, 1h)",
    "T | summarize make_list(Size), make_set(Key), make_list(Bag.list) by Code",
    "T | summarize arg_max(Size, *) by Key",
    "T | summarize arg_max(Share, *)",
    "T | summarize arg_min(Price, *) by Good, bin(TimeGenerated, 1h)",
    "T | where false | summarize arg_max(Size, *)",
    "T | where false | summarize arg_max(Size, *) by Key",
    "T | summarize arg_max(Code, Twice = Size * 2, Key) by Id",
    "T | summarize arg_max(Size, Id), arg_min(Size, Id) by Key",
    "T | mv-expand x = Bag.list to typeof(long) | summarize arg_max(x, Id, Size) by Key",
    "T | summarize arg_max(TimeGenerated, *) by Key | project Key, Size",
    "T | summarize arg_min(Share, Key, Id), arg_max(TimeGenerated, Code) by Good",
    "T | summarize by Key, Code, Share",
    "T | distinct Price, Bool = not(Good)",
    "T | summarize n = count() by Id | top 5 by n desc, Id asc",
    "T | summarize count() by Key, bin(TimeGenerated, 30m) | summarize sum(count_), max(TimeGenerated) by Key",
    "T | where Key has 'alpha' and Code == 429 | project Id, Double = Size * 2 | where Double % 3 == 0 | summarize sum(Double)",
    "T | where Size > 10 | project TimeGenerated, Key, Size",
    "T | project Size",
    "T | take 0",
    "T | take 3 | project Id",
    "T | where Code == 500 | extend x = Size + 1 | take 20",
    "T | where Code == 500 | take 100000",
    "T | where Code == 500 | take 5 | where Size > 10",
    "T | top 10 by Size",
    "T | top 7 by Share asc nulls first | project Share, Id",
    "T | top 7 by Price desc, Key asc",
    "T | sort by Code asc, Share desc | project Code, x = Share * 2, Id | take 9",
    "T | sort by Key asc | take 9 | summarize count() by Key",
    "T | top 5 by 1",
    "T | sort by Size asc, Id desc | project Size, Id",
    "T | mv-expand x = Bag.list | summarize count() by tostring(x)",
    "T | mv-expand x = Bag.list to typeof(long) limit 1 | where x == 1 | project Id, x | take 5",
    "T | extend r = 1 | serialize n = row_number() | where n % 50 == 1 | project n, Id",
    "T | sort by TimeGenerated asc, Id asc | extend p = prev(Size) | summarize sum(p)",
    "T | where Id in ((T | summarize n = count() by Id | top 3 by n desc, Id asc | project Id)) | summarize count() by Id",
    "T | where Size > toscalar(T | summarize avg(Size)) | count",
    "T | where Code in ((datatable(c: int)[429, 500])) | summarize count() by Code",
    "T | join kind=inner (U | where Code == 404 | project Id, Other = Size) on Id | summarize count(), sum(Other) by Key",
    "T | join kind=leftanti (T | where Size > 20) on Id | summarize count() by Code",
    "union T, (T | where Code == 200), U | summarize count(), sum(Size) by Code",
    "T | make-series sum(Size), avg(Share) default = 0.0 on TimeGenerated step 1h by Key",
    "T | partition by Key (top 2 by Size | project Key, Size, Id)",
    "T | lookup (U | summarize Most = max(Size) by Key) on Key | summarize count() by Most",
    "T | summarize count() by Key | as Counts | union (T | summarize count() by Key = tostring(Code))",
    "T | facet by Code | count",
];

#[test]
fn of_each_group_one_row_is_chosen_however_many_files_there_are() {
    // So far back that the places of rows are not told apart any more.
    let far = || Made { first: 1 << 19, ..Made::new(1) };
    let engine = PolarsEngine { batch: 60, ..PolarsEngine::default() };
    for query in ["T | summarize arg_max(Size, *) by Key", "T | summarize arg_min(Code, Id) by Good"] {
        let near = engine.run(&plan(query), &context(), &Made::new(1)).unwrap_or_else(|e| panic!("{query}: {e}"));
        let given = engine.run(&plan(query), &context(), &far()).unwrap_or_else(|e| panic!("{query}: {e}"));
        assert_eq!(given.num_rows(), near.num_rows(), "{query}");
    }
}

#[test]
fn rows_computed_while_they_are_read_give_the_same_answer() {
    let engine = |batch, memory| PolarsEngine { execution: Execution::Streaming, memory, batch };
    // Every batch alone, all at once, and a few at a time with no memory and with little.
    let engines = [(engine(1, 1 << 30), 3), (engine(65_536, 1 << 30), 1), (engine(60, 0), 3), (engine(40, 4000), 1)];
    let first = PolarsEngine { execution: Execution::InMemory, ..PolarsEngine::default() };
    let mut wrong = Vec::new();
    for query in QUERIES {
        let plan = plan(query);
        let expected = first.run(&plan, &context(), &Made::new(1)).unwrap_or_else(|e| panic!("{query}: {e}"));
        for (engine, threads) in &engines {
            let given = engine.run(&plan, &context(), &Made::new(*threads)).unwrap_or_else(|e| panic!("{query}: {e}"));
            let table = |batch: &RecordBatch| Table::from_batches(&batch.schema(), std::slice::from_ref(batch));
            if expected != given {
                let (given, expected) = (table(&given), table(&expected));
                wrong.push(format!("{query} with {engine:?} gives\n{given:?}\ninstead of\n{expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn plans_that_run_together_read_a_table_once_and_fail_alone() {
    let queries = [
        "T | where TimeGenerated > datetime(2022-01-01) | summarize count() by Key",
        "range x from 1 to 100000000000 step 1",
        "T | top 3 by Size | project Id",
        "T | join kind=inner (U | project Id) on Id | count",
        "T | where Code == 500 | take 4",
        // These two keep the same groups.
        "T | summarize Most = max(Size) by Key | order by Most desc, Key asc",
        "T | summarize Most = max(Size) by Key | where Most > 10 | count",
        // Rows of their own for each.
        "T | where rand() < 2 | summarize count() by Key",
        "T | where rand() < 2 | summarize count() by Key",
    ];
    let plans: Vec<Plan> = queries.iter().map(|query| plan(query)).collect();
    let engine = PolarsEngine::default();
    let rows = Made::new(3);
    let context = context();
    let jobs: Vec<Job<'_>> = plans.iter().map(|plan| Job { plan, context: &context }).collect();
    let together = engine.run_all(&jobs, &rows);
    let reads = rows.reads.lock().expect("no thread failed");
    let tables: Vec<&str> = reads.iter().map(|(scan, _)| scan.table.as_str()).collect();
    assert_eq!(tables, ["T", "U"]);
    assert_eq!(reads[0].0.period, None, "a plan without a period needs all rows");
    assert_eq!(together.len(), queries.len());
    for (at, (plan, given)) in plans.iter().zip(&together).enumerate() {
        let alone = engine.run(plan, &context, &Made::new(1));
        assert!(alone == *given, "{}: {alone:?} alone, {given:?} with others", queries[at]);
        assert_eq!(given.is_err(), at == 1, "{}", queries[at]);
    }
}

#[test]
fn a_read_ends_when_there_are_enough_rows() {
    let engine = PolarsEngine { batch: 1, ..PolarsEngine::default() };
    let handed = |query: &str| {
        let rows = Made::new(3);
        engine.run(&plan(query), &context(), &rows).unwrap_or_else(|e| panic!("{query}: {e}"));
        rows.handed.load(Ordering::Relaxed)
    };
    assert_eq!(handed("T | take 10 | project Id"), 1);
    assert!(handed("T | where Code == 429 | extend x = 1 | take 10") <= 4);
    assert!(handed("T | where Code == 429 | take 10 | count") <= 4);
    assert_eq!(handed("T | where Code == 429 | count"), 12);
}

#[test]
fn only_columns_that_a_plan_uses_are_read() {
    let rows = Made::new(1);
    let query = "T | where Code == 429 | extend x = Size, y = Share | summarize sum(x) by Key";
    PolarsEngine::default().run(&plan(query), &context(), &rows).expect("it runs");
    let reads = rows.reads.lock().expect("no thread failed");
    assert_eq!(reads[0].1, ["Key", "Code", "Size"]);
    assert_eq!(reads[0].0.hints.len(), 1);
}

#[test]
fn what_is_done_while_reading_is_explained() {
    let told = |query: &str| PolarsEngine::default().explain(&plan(query), &context()).expect(query);
    let text = told("T | where Key has 'alpha' | summarize count() by Code | top 2 by count_");
    assert!(
        text.starts_with(
            "While reading, $kept0 keeps aggregate [$aggregate0 = count()] by [Code = Code]\n  \
             filter has(Key, \"alpha\")  -> (Key:string, Code:int, $at:long)\n    part  -> (Key:string, Code:int, $at:long)\n  \
             of scan T, rows with \"alpha\" in Key  -> (Key:string, Code:int)\nThen\n"
        ),
        "{text}"
    );
    let text = told("T | where Code > 1 | extend x = Size | take 4 | project x");
    assert!(
        text.starts_with("While reading, $kept0 keeps the first 4\n") && text.contains("scan T, in order"),
        "{text}"
    );
    let text = told("T | where Code > 1 | top 3 by Size | project Id");
    assert!(text.starts_with("While reading, $kept0 keeps the first 3 by Size desc nulls last\n"), "{text}");
    assert!(told("print 1").starts_with("Once\n"));
}
