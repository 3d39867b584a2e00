//! Types as other writers choose them, all of them the same rows.

use std::sync::Arc;

use arrow::array::*;
use arrow::datatypes::{DataType, Field, Int32Type, Schema, TimeUnit};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use crate::sources::{Catalog, ReadOptions, ReadRequest};
use crate::types::{ScalarType, Value, to_text, value_at};

/// A Parquet file of some columns.
fn parquet(columns: Vec<(&str, ArrayRef)>) -> tempfile::NamedTempFile {
    let fields: Vec<Field> = columns.iter().map(|(n, a)| Field::new(*n, a.data_type().clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns.into_iter().map(|(_, a)| a).collect()).unwrap();
    let file = tempfile::Builder::new().suffix(".parquet").tempfile().unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(2)).build();
    let mut writer = ArrowWriter::try_new(file.reopen().unwrap(), schema, Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file
}

/// What a column of a file is as a column of a type, and how many rows were repaired.
fn read(array: ArrayRef, to: &str) -> (Vec<String>, u64) {
    let file = parquet(vec![("C", array)]);
    let mut catalog = Catalog::discover(&[], &ReadOptions::default()).unwrap();
    catalog.add_table(&format!("T(C:{to})={}", file.path().display())).unwrap();
    let request = ReadRequest { table: "T".into(), columns: vec!["C".into()], ..ReadRequest::default() };
    let result = catalog.read(&request).unwrap();
    assert!(result.tally.is_balanced());
    let scalar_type = ScalarType::from_name(to).unwrap();
    let mut cells = Vec::new();
    for batch in &result.batches {
        let column = batch.column(0);
        cells.extend((0..column.len()).map(|row| match value_at(column.as_ref(), scalar_type, row) {
            Value::Null => "null".to_owned(),
            value => to_text(&value),
        }));
    }
    (cells, result.tally.repaired)
}

#[test]
fn integers_of_any_width_are_one() {
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(Int8Array::from(vec![Some(7), None])),
        Arc::new(UInt16Array::from(vec![Some(7), None])),
        Arc::new(Int64Array::from(vec![Some(7), None])),
        Arc::new(UInt64Array::from(vec![Some(7), None])),
        Arc::new(Float64Array::from(vec![Some(7.0), None])),
        Arc::new(Decimal128Array::from(vec![Some(700), None]).with_precision_and_scale(10, 2).unwrap()),
        Arc::new(StringArray::from(vec![Some("7"), None])),
        Arc::new(StringArray::from(vec![Some("7"), Some("None")])),
        Arc::new(LargeStringArray::from(vec![Some("7"), None])),
        Arc::new(StringViewArray::from(vec![Some("7"), None])),
        Arc::new(vec![Some("7"), None].into_iter().collect::<DictionaryArray<Int32Type>>()),
    ];
    for array in arrays {
        let kind = array.data_type().clone();
        for to in ["int", "long", "real"] {
            let seven = if to == "real" { "7.0" } else { "7" };
            assert_eq!(read(Arc::clone(&array), to), (vec![seven.to_owned(), "null".to_owned()], 0), "{kind} as {to}");
        }
    }
    assert_eq!(read(Arc::new(Int64Array::from(vec![1 << 40, 5])), "int"), (vec!["null".into(), "5".into()], 1));
    assert_eq!(read(Arc::new(UInt64Array::from(vec![u64::MAX])), "long"), (vec!["null".into()], 1));
    assert_eq!(read(Arc::new(Float64Array::from(vec![1.5])), "int"), (vec!["null".into()], 1));
}

#[test]
fn times_of_any_unit_and_zone_are_one_instant() {
    let seconds = 1_740_484_800; // 2025-02-25T12:00:00Z
    let zoned = |zone: &str| Arc::new(TimestampSecondArray::from(vec![seconds]).with_timezone(zone)) as ArrayRef;
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(TimestampSecondArray::from(vec![seconds])),
        Arc::new(TimestampMillisecondArray::from(vec![seconds * 1_000])),
        Arc::new(TimestampMicrosecondArray::from(vec![seconds * 1_000_000])),
        Arc::new(TimestampNanosecondArray::from(vec![seconds * 1_000_000_000])),
        zoned("UTC"),
        zoned("+01:00"),
        zoned("Europe/Rome"),
        Arc::new(StringArray::from(vec!["2025-02-25T12:00:00Z"])),
        Arc::new(StringArray::from(vec!["2025-02-25 12:00:00.0000000"])),
    ];
    for array in arrays {
        let kind = array.data_type().clone();
        assert_eq!(read(array, "datetime"), (vec!["2025-02-25T12:00:00.0000000Z".to_owned()], 0), "{kind}");
    }
    let days = Arc::new(Date32Array::from(vec![20_144]));
    assert_eq!(read(days, "datetime").0, ["2025-02-25T00:00:00.0000000Z"]);
    let never = Arc::new(TimestampSecondArray::from(vec![i64::MAX, i64::MIN]));
    assert_eq!(read(never, "datetime"), (vec!["null".into(), "null".into()], 2));
    let nanos = Arc::new(TimestampNanosecondArray::from(vec![seconds * 1_000_000_000 + 123_456_789]));
    assert_eq!(read(nanos, "datetime").0, ["2025-02-25T12:00:00.1234567Z"]);
    let spans: Vec<ArrayRef> = vec![
        Arc::new(DurationMillisecondArray::from(vec![1_500])),
        Arc::new(StringArray::from(vec!["00:00:01.5"])),
        Arc::new(Time64MicrosecondArray::from(vec![1_500_000])),
    ];
    for array in spans {
        let kind = array.data_type().clone();
        assert_eq!(read(array, "timespan").0, ["00:00:01.5000000"], "{kind}");
    }
}

#[test]
fn strings_are_never_null_and_anything_is_text() {
    assert_eq!(read(Arc::new(StringArray::from(vec![Some("a"), None])), "string").0, ["a", ""]);
    assert_eq!(
        read(Arc::new(BinaryArray::from(vec![b"ab".as_slice(), b"\xff"])), "string"),
        (vec!["ab".into(), "\u{fffd}".into()], 1)
    );
    assert_eq!(read(Arc::new(BooleanArray::from(vec![true])), "string").0, ["true"]);
    assert_eq!(read(Arc::new(Int32Array::from(vec![5])), "string").0, ["5"]);
    assert_eq!(read(Arc::new(TimestampSecondArray::from(vec![0])), "string").0, ["1970-01-01T00:00:00.0000000Z"]);
    let guid = FixedSizeBinaryArray::try_from_iter([[0x11_u8; 16]].into_iter()).unwrap();
    assert_eq!(read(Arc::new(guid), "guid").0, ["11111111-1111-1111-1111-111111111111"]);
    assert_eq!(
        read(Arc::new(Int32Array::from(vec![1, 0, 2])), "bool"),
        (vec!["True".into(), "False".into(), "null".into()], 1)
    );
    let decimals = Decimal128Array::from(vec![12_345]).with_precision_and_scale(10, 3).unwrap();
    assert_eq!(read(Arc::new(decimals), "decimal").0, ["12.345"]);
}

#[test]
fn nested_columns_are_json() {
    let inner = Arc::new(StringArray::from(vec![Some("x"), None])) as ArrayRef;
    let numbers = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1), None]), None]));
    let record = StructArray::from(vec![
        (Arc::new(Field::new("a", DataType::Utf8, true)), inner),
        (Arc::new(Field::new("n", numbers.data_type().clone(), true)), numbers as ArrayRef),
    ]);
    assert_eq!(read(Arc::new(record.clone()), "dynamic"), (vec![r#"{"a":"x","n":[1,null]}"#.into(), "{}".into()], 0));
    assert_eq!(read(Arc::new(record), "string").0[0], r#"{"a":"x","n":[1,null]}"#);
    assert_eq!(read(Arc::new(StringArray::from(vec![r#"{"a": 1}"#, "plain"])), "dynamic").0, [r#"{"a":1}"#, "plain"]);
    assert_eq!(read(Arc::new(Int32Array::from(vec![1])), "dynamic").0, ["1"]);
}

#[test]
fn row_groups_outside_the_period_change_nothing_but_the_bytes_read() {
    let seconds = 1_740_484_800;
    let times: Vec<i64> = (0..10).map(|at| seconds + at * 60).collect();
    let file = parquet(vec![
        ("TimeGenerated", Arc::new(TimestampSecondArray::from(times)) as ArrayRef),
        ("ResponseCode", Arc::new(Int64Array::from((0..10).collect::<Vec<_>>()))),
        ("Url", Arc::new(StringArray::from(vec!["u"; 10]))),
    ]);
    let catalog = Catalog::discover(&[file.path().display().to_string()], &ReadOptions::default()).unwrap();
    let from = crate::types::parse_datetime("2025-02-25T12:03:00Z").unwrap();
    let request = |period| ReadRequest {
        table: "ApiManagementGatewayLogs".into(),
        columns: vec!["ResponseCode".into()],
        period,
        limit: None,
        ..ReadRequest::default()
    };
    let codes = |period| {
        let result = catalog.read(&request(period)).unwrap();
        let values = |batch: &RecordBatch| batch.column(0).as_primitive::<Int32Type>().values().to_vec();
        (result.batches.iter().flat_map(values).collect::<Vec<_>>(), result.tally)
    };
    let (all, whole) = codes(None);
    assert_eq!(all, (0..10).collect::<Vec<_>>());
    let (some, part) = codes(Some((from, from + 2 * crate::types::TICKS_PER_MINUTE)));
    assert_eq!(some, [3, 4]);
    assert_eq!((part.read, part.kept, part.outside), (10, 10, 8));
    assert!(part.bytes < whole.bytes * 2, "{} of {}", part.bytes, whole.bytes);
    let limited = catalog.read(&ReadRequest { limit: Some(3), ..request(None) }).unwrap();
    assert_eq!(limited.batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 3);
}

#[test]
fn units_of_time_are_all_tested() {
    for unit in [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond] {
        let array =
            arrow::compute::cast(&TimestampSecondArray::from(vec![-1]), &DataType::Timestamp(unit, None)).unwrap();
        assert_eq!(read(array, "datetime").0, ["1969-12-31T23:59:59.0000000Z"], "{unit:?}");
    }
}

/// An Arrow stream of a column of numbers, packed in some way.
fn packed(how: arrow::ipc::CompressionType) -> Vec<u8> {
    let options = arrow::ipc::writer::IpcWriteOptions::default().try_with_compression(Some(how)).unwrap();
    let column: ArrayRef = Arc::new(Int64Array::from((0..5_000).map(|n| n % 7).collect::<Vec<_>>()));
    let schema = Schema::new(vec![Field::new("C", DataType::Int64, true)]);
    let mut writer = arrow::ipc::writer::StreamWriter::try_new_with_options(Vec::new(), &schema, options).unwrap();
    writer.write(&RecordBatch::try_new(Arc::new(schema), vec![column]).unwrap()).unwrap();
    writer.into_inner().unwrap()
}

fn read_arrow(bytes: &[u8]) -> crate::sources::ReadResult {
    let file = tempfile::Builder::new().suffix(".arrow").tempfile().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let mut catalog = Catalog::discover(&[], &ReadOptions::default()).unwrap();
    catalog.add_table(&format!("T={}", file.path().display())).unwrap();
    let request = ReadRequest { table: "T".into(), columns: vec!["C".into()], ..ReadRequest::default() };
    catalog.read(&request).unwrap()
}

#[test]
fn packed_batches_are_unpacked_and_promises_take_no_memory() {
    for how in [arrow::ipc::CompressionType::LZ4_FRAME, arrow::ipc::CompressionType::ZSTD] {
        let bytes = packed(how);
        assert!(bytes.len() < 20_000);
        let result = read_arrow(&bytes);
        let column = result.batches[0].column(0).as_primitive::<arrow::datatypes::Int64Type>().clone();
        assert_eq!((result.tally.kept, column.value(4_999)), (5_000, 4_999 % 7));
        // Before each packed buffer stands how long it is unpacked: another number there is damage.
        let length = 40_000_i64.to_le_bytes();
        let at = bytes.windows(8).position(|window| window == length).unwrap();
        for lie in [1_i64 << 62, 1 << 40, 2 << 30, 39_999, 40_001] {
            let mut bytes = bytes.clone();
            bytes[at..at + 8].copy_from_slice(&lie.to_le_bytes());
            let tally = read_arrow(&bytes).tally;
            assert_eq!((tally.kept, tally.rejected), (0, 1), "{lie}");
            assert!(tally.rejects[0].reason.contains("damaged"), "{:?}", tally.rejects);
        }
    }
}
