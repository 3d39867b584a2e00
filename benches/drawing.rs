//! How fast charts are drawn: `cargo bench --bench drawing`.
#![allow(clippy::expect_used, missing_docs, reason = "a benchmark fails loudly")]

use criterion::{Criterion, criterion_group, criterion_main};

use kqlens::render::{Answer, Format, Options, Visualization, render};
use kqlens::types::{Column, ScalarType, TICKS_PER_HOUR, TICKS_PER_SECOND, Table, Value, parse_datetime};

/// Some series of a point every `step`.
fn series(points: i64, names: i64, step: i64, kind: &str) -> Answer {
    let from = parse_datetime("2026-09-28").expect("a time");
    let rows = || (0..points).flat_map(|n| (0..names).map(move |name| (n, name)));
    let column =
        |name: &str, scalar_type, values: Vec<Value<'static>>| Column { name: name.to_owned(), scalar_type, values };
    let wave =
        |n: i64, name: i64| (1.4 + (n as f64 / 3.8).sin()) * 4000.0 / (name + 1) as f64 + (n * 7919 % 900) as f64;
    let columns = vec![
        column("TimeGenerated", ScalarType::DateTime, rows().map(|(n, _)| Value::DateTime(from + n * step)).collect()),
        column(
            "Api",
            ScalarType::String,
            rows().map(|(_, name)| Value::str(&format!("api-{name}")).into_owned()).collect(),
        ),
        column("Calls", ScalarType::Real, rows().map(|(n, name)| Value::Real(wave(n, name).round())).collect()),
    ];
    let table = Table { rows: (points * names) as usize, columns };
    let batch = table.to_batch().expect("the columns are as long");
    let visualization = Some(Visualization { kind: kind.to_owned(), properties: Vec::new() });
    Answer { name: "PrimaryResult".to_owned(), schema: batch.schema(), batches: vec![batch], visualization }
}

fn drawing(c: &mut Criterion) {
    let options = Options::default();
    let mut draw = |name: &str, answer: Answer, format: Format| {
        let answers = [answer];
        c.bench_function(name, |b| b.iter(|| render(&answers, format, &options).expect("a picture")));
    };
    // The promise: 5 ms and 100 ms.
    draw("a week of hours, 5 series, svg", series(168, 5, TICKS_PER_HOUR, "timechart"), Format::Svg);
    draw("a week of hours, 5 series, png at 2x", series(168, 5, TICKS_PER_HOUR, "timechart"), Format::Png);
    draw("a week of hours, 5 series, stacked, svg", series(168, 5, TICKS_PER_HOUR, "stackedareachart"), Format::Svg);
    draw("a week of hours, 5 series, columns, svg", series(168, 5, TICKS_PER_HOUR, "columnchart"), Format::Svg);
    // The promise: 200 ms.
    draw("100,000 points, svg", series(100_000, 1, TICKS_PER_SECOND, "timechart"), Format::Svg);
    draw("100,000 points, png at 2x", series(100_000, 1, TICKS_PER_SECOND, "timechart"), Format::Png);
    draw("100,000 dots, svg", series(100_000, 1, TICKS_PER_SECOND, "scatterchart"), Format::Svg);
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = drawing
}
criterion_main!(benches);
