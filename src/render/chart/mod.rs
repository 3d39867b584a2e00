//! Charts. A chart is built in steps: the columns get roles, the rows become series, a scene is laid out in pixels,
//! and the scene is written as SVG; a PNG is that SVG as pixels.

mod area;
mod axis;
mod bar;
mod card;
mod color_book;
mod column;
mod grid;
mod ladder;
mod layout;
mod legend;
mod line;
mod marker;
mod message;
mod model;
mod number;
mod palette;
mod pie;
mod pivot;
mod plot;
mod png;
mod roles;
mod scale;
mod scatter;
mod scene;
mod spec;
mod stack;
mod strips;
mod svg;
mod terminal;
mod text_measure;
mod time_axis;
mod time_pivot;
mod treemap;
mod zone;

use crate::types::{ScalarType, Table};

use super::{Answer, Options, RenderError, Rendered, Visualization};
pub use color_book::ColorBook;
pub use palette::dark_colours;
use scene::{Form, Scene};
use spec::{Kind, Spec};
pub use zone::Zone;

/// The size of a chart unless asked for.
const SIZE: (f64, f64) = (800.0, 400.0);
/// The size of a picture that only says why there is no chart.
const MESSAGE: (f64, f64) = (800.0, 140.0);
/// The most rows a chart looks at.
const MOST_ROWS: usize = 2_000_000;

/// The chart of the answers as SVG.
pub fn render_svg(answers: &[Answer], options: &Options) -> Result<Rendered, RenderError> {
    let mut warnings = Vec::new();
    let scene = scene_of(answers, options, &mut warnings)?;
    Ok(Rendered { bytes: svg::write(&scene)?.into_bytes(), warnings })
}

/// The chart of the answers as PNG.
pub fn render_png(answers: &[Answer], options: &Options) -> Result<Rendered, RenderError> {
    let mut warnings = Vec::new();
    let mut scene = scene_of(answers, options, &mut warnings)?;
    // What is only pointed at cannot be seen.
    scene.shapes.retain(|shape| shape.alpha > 0.0);
    let measure = text_measure::Measure::new(options.font.as_deref())?;
    let missing =
        scene.shapes.iter().filter(|shape| matches!(&shape.form, Form::Text { text, .. } if measure.lacks(text)));
    if missing.count() > 0 {
        warnings.push("the font lacks characters of some labels; give one that has them with --font".to_owned());
    }
    let bytes = png::rasterise(&svg::write(&scene)?, options.scale, options.font.as_deref())?;
    Ok(Rendered { bytes, warnings })
}

/// The chart of one answer as an SVG element.
pub fn inline_svg(answer: &Answer, options: &Options, warnings: &mut Vec<String>) -> Result<String, RenderError> {
    svg::write(&draw(answer, options, warnings)?)
}

/// Names and values of a card's first row, as people read them.
pub fn cards(answer: &Answer, options: &Options) -> Result<Vec<(String, String)>, RenderError> {
    let asked = answer.visualization.clone().unwrap_or_default();
    let spec = Spec::new(&asked, options, &mut Vec::new())?;
    let table = Table::from_batches(&answer.schema, &answer.batches);
    let first = |column: &crate::types::Column| {
        let text = column.values.first().map(|value| model::value_text(&spec, value)).unwrap_or_default();
        if text.is_empty() { "–".to_owned() } else { text }
    };
    Ok(table.columns.iter().map(|column| (column.name.clone(), first(column))).collect())
}

/// The chart of one answer for a terminal of some width; empty when the table says it all.
pub fn render_text(
    answer: &Answer,
    width: usize,
    options: &Options,
    warnings: &mut Vec<String>,
) -> Result<String, RenderError> {
    let Some(asked) = &answer.visualization else { return Ok(String::new()) };
    let spec = Spec::new(asked, options, warnings)?;
    let table = roles::unroll(Table::from_batches(&answer.schema, &answer.batches));
    let roles = roles::assign(&spec, &table, warnings);
    let terminal = terminal::Terminal { width: width.clamp(20, 200), color: options.color };
    Ok(match spec.kind {
        _ if table.rows == 0 => String::new(),
        Kind::Table | Kind::Ladder | Kind::Tiles | Kind::Pivot | Kind::TimePivot => String::new(),
        Kind::Card => terminal.card(&spec, &table),
        Kind::Pie | Kind::Donut | Kind::Treemap => {
            terminal.shares(&spec, &pie::slices(&spec, &table, &roles, warnings))
        }
        _ if roles.y.is_empty() => String::new(),
        _ => terminal.series(&spec, &model::build(&spec, &table, &roles, warnings)),
    })
}

/// The first answer that wants a picture, or else the first.
fn scene_of(answers: &[Answer], options: &Options, warnings: &mut Vec<String>) -> Result<Scene, RenderError> {
    let wanted = answers.iter().find(|answer| answer.visualization.is_some());
    let answer = wanted.or(answers.first()).ok_or(RenderError::NoAnswer)?;
    if answers.iter().filter(|answer| answer.visualization.is_some()).count() > 1 {
        warnings.push("a picture holds one chart; the first is drawn".to_owned());
    }
    draw(answer, options, warnings)
}

/// A chart that suits the columns, for a query without `render`.
fn guess(answer: &Answer) -> Visualization {
    let columns = answer.columns();
    let has = |wanted: fn(ScalarType) -> bool| columns.iter().any(|(_, scalar_type)| wanted(*scalar_type));
    let kind = match (has(|t| t == ScalarType::DateTime), has(ScalarType::is_numeric)) {
        (true, true) => "timechart",
        (false, true) if answer.rows() == 1 => "card",
        (false, true) => "barchart",
        _ => "table",
    };
    Visualization { kind: kind.to_owned(), properties: Vec::new() }
}

/// Draws the chart of one answer.
fn draw(answer: &Answer, options: &Options, warnings: &mut Vec<String>) -> Result<Scene, RenderError> {
    if let Some((width, height)) = options.size
        && (!(100..=20_000).contains(&width) || !(60..=20_000).contains(&height))
    {
        return Err(RenderError::Size(format!("of {width} x {height}: at least 100 x 60, at most 20000 x 20000")));
    }
    let guessed;
    let asked = if let Some(asked) = &answer.visualization {
        asked
    } else {
        guessed = guess(answer);
        warnings.push(format!("the query has no `render`; drawn as {}", guessed.kind));
        &guessed
    };
    let spec = Spec::new(asked, options, warnings)?;
    let table = roles::unroll(Table::from_batches(&answer.schema, &answer.batches));
    if table.rows > MOST_ROWS {
        warnings.push(format!("{} rows are many for a chart: aggregate them first", table.rows));
    }
    let mut scene = drawn(&spec, answer, &table, warnings);
    if scene.description.is_empty() {
        scene.description.clone_from(&asked.kind);
    }
    Ok(scene)
}

/// The names that have colours in the chart of an answer, in the order they are dealt.
fn names(answer: &Answer, options: &Options) -> Vec<String> {
    let Some(asked) = &answer.visualization else { return Vec::new() };
    let Ok(spec) = Spec::new(asked, options, &mut Vec::new()) else { return Vec::new() };
    let table = roles::unroll(Table::from_batches(&answer.schema, &answer.batches));
    let roles = roles::assign(&spec, &table, &mut Vec::new());
    match spec.kind {
        Kind::Table | Kind::Ladder | Kind::Card | Kind::Tiles | Kind::Pivot | Kind::TimePivot => Vec::new(),
        _ if roles.y.is_empty() => Vec::new(),
        Kind::Pie | Kind::Donut | Kind::Treemap => {
            let slices = pie::slices(&spec, &table, &roles, &mut Vec::new());
            slices.into_iter().filter(|slice| slice.color != spec.palette.other).map(|slice| slice.name).collect()
        }
        _ => {
            let model = model::build(&spec, &table, &roles, &mut Vec::new());
            model.series.into_iter().filter(|series| !series.other).map(|series| series.name).collect()
        }
    }
}

fn drawn(spec: &Spec<'_>, answer: &Answer, table: &Table, warnings: &mut Vec<String>) -> Scene {
    let mut roles = roles::assign(spec, table, warnings);
    let refuse = |message: &str, warnings: &mut Vec<String>| {
        warnings.push(format!("nothing drawn: {message}"));
        let mut scene = layout::canvas(spec, MESSAGE);
        message::draw(spec, message, &mut scene);
        scene
    };
    if table.rows == 0 {
        return refuse("the query gave no rows", warnings);
    }
    // Rows without a number are events, which are counted.
    let counted;
    let mut table = table;
    if roles.y.is_empty() && matches!(spec.kind, Kind::Pivot | Kind::TimePivot) {
        counted = roles::counted(table);
        table = &counted;
        roles.y.push(table.columns.len() - 1);
    }
    match spec.kind {
        Kind::Card | Kind::Tiles => {
            let cards = card::cards(spec, table, &roles, warnings);
            let mut scene = layout::canvas(spec, card::size(spec, &cards));
            card::draw(spec, &cards, &mut scene);
            scene
        }
        Kind::Table => {
            let mut scene = layout::canvas(spec, grid::size(spec, answer));
            grid::draw(spec, answer, &mut scene);
            scene
        }
        Kind::Ladder => {
            let Some((axis, spans)) = ladder::spans(spec, table).filter(|(_, spans)| !spans.is_empty()) else {
                return refuse("a ladder needs two last columns of times or numbers", warnings);
            };
            let ends: Vec<&str> = table.columns.iter().rev().take(2).rev().map(|column| column.name.as_str()).collect();
            let mut scene = layout::canvas(spec, (SIZE.0, ladder::height(&spans)));
            ladder::draw(spec, axis, &spans, &ends.join(" – "), &mut scene, warnings);
            scene
        }
        _ if roles.y.is_empty() => refuse("no column holds numbers", warnings),
        Kind::Pie | Kind::Donut | Kind::Treemap => {
            let slices = pie::slices(spec, table, &roles, warnings);
            if slices.is_empty() {
                return refuse("no value is above zero", warnings);
            }
            let mut scene = layout::canvas(spec, SIZE);
            if spec.kind == Kind::Treemap {
                treemap::draw(spec, &slices, &mut scene);
            } else {
                pie::draw(spec, &slices, &table.columns[roles.y[0]].name, &mut scene);
            }
            scene
        }
        Kind::Pivot => {
            let pivot = pivot::build(spec, table, &roles);
            if pivot.is_empty() {
                return refuse("every value is null", warnings);
            }
            let mut scene = layout::canvas(spec, pivot.size(spec));
            pivot::draw(spec, &pivot, &mut scene, warnings);
            scene
        }
        _ => {
            let model = model::build(spec, table, &roles, warnings);
            if model.series.is_empty() {
                return refuse("every value is null", warnings);
            }
            let height = match spec.kind {
                Kind::Bar => bar::height(spec, &model),
                Kind::TimePivot => time_pivot::height(&model),
                _ => SIZE.1,
            };
            let mut scene = layout::canvas(spec, (SIZE.0, height));
            match spec.kind {
                Kind::Bar => bar::draw(spec, &model, &mut scene, warnings),
                Kind::TimePivot if matches!(model.axis, model::Axis::Names(_)) => {
                    return refuse("a time pivot needs a column of times", warnings);
                }
                Kind::TimePivot => time_pivot::draw(spec, &model, &mut scene, warnings),
                _ => plot::draw(spec, &model, &mut scene, warnings),
            }
            scene
        }
    }
}
