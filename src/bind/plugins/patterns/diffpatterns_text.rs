//! `diffpatterns_text`: patterns of words by which the texts of two sets of rows differ.

use super::diffpatterns::differing;
use super::discrete::{Discrete, Pattern};
use super::{count, percent};
use crate::bind::plugins::{Arguments, Call, Meaning, Plugin};
use crate::bind::scope::{Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::ir::{Context, Plan, Schema};
use crate::types::ScalarType::{Long, Real};
use crate::types::{Column, ScalarType, Table, Value, to_text};

pub(super) const PLUGIN: Plugin = Plugin {
    name: "diffpatterns_text",
    signature: "(text, condition, [min_tokens], [threshold], [max_tokens])",
    doc: "Patterns of words, `*` for any, by which the texts of the rows for which a condition is true differ from those \
          of the others. A pattern has at least `min_tokens` words that are not `*` (1), looks at the first \
          `max_tokens` words, and is told when its shares differ by at least the threshold (0.05).",
    examples: &[(
        "datatable(s: string, ok: bool)['a b c', true, 'a x c', true, 'q', false] | evaluate diffpatterns_text(s, ok)",
        "2, 0, 100.0, 0.0, a * c; 0, 1, 0.0, 100.0, q",
    )],
    meaning: Meaning::Table(diffpatterns_text),
};

/// How many words of a text are looked at when the call does not say.
const TOKENS: i64 = 20;
/// How many words that do not follow from one another a pattern has at most.
const DEEPEST: usize = 5;

fn diffpatterns_text(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let tree = arguments.required("text")?;
    let text = binder.scalar(tree, &Row::of(&input), call.env)?;
    if !matches!(text.scalar_type, ScalarType::String | ScalarType::Dynamic) {
        return error("KQL243", format!("a text is a string, not a {}", text.scalar_type), tree.span);
    }
    let condition = binder.predicate(arguments.required("condition")?, &Row::of(&input), call.env)?;
    let least = binder.plugin_number("min_tokens", arguments)?.unwrap_or(1).clamp(1, 200) as usize;
    let threshold = binder.plugin_real("threshold", arguments)?.unwrap_or(0.05).clamp(0.015, 1.0);
    let most = binder.plugin_number("max_tokens", arguments)?.unwrap_or(TOKENS).clamp(1, 100) as usize;
    let schema: Schema = [
        ("Count_of_True", Long),
        ("Count_of_False", Long),
        ("Percent_of_True", Real),
        ("Percent_of_False", Real),
        ("Pattern", ScalarType::String),
    ]
    .into_iter()
    .map(|(n, t)| (n.to_owned(), t))
    .collect();
    let source =
        input.plan.project(vec![("$text".to_owned(), text.cast(ScalarType::String)), ("$set".to_owned(), condition)]);
    let answer = schema.clone();
    let kernel = move |_: &Context, tables: Vec<Table>| {
        let table = tables.into_iter().next().unwrap_or_default();
        let (words, longer) = words(&table, most);
        let discrete = Discrete::of(&words, 0..most, |row| match table.columns[1].values[row].as_bool() {
            Some(true) => [1.0, 0.0],
            _ => [0.0, 1.0],
        });
        let mut found = differing(&discrete, threshold, DEEPEST);
        found.retain(|p| p.size() >= least);
        let total = discrete.total;
        let rows: Vec<[Value<'static>; 5]> = found
            .iter()
            .map(|p| {
                let [yes, no] = p.weight;
                [
                    count(yes),
                    count(no),
                    Value::Real(percent(yes, total[0], 2)),
                    Value::Real(percent(no, total[1], 2)),
                    Value::string(written(&discrete, p, longer)),
                ]
            })
            .collect();
        let columns = answer.columns.iter().enumerate().map(|(at, (name, t))| Column {
            name: name.clone(),
            scalar_type: *t,
            values: rows.iter().map(|row| row[at].clone()).collect(),
        });
        Ok(Table { columns: columns.collect(), rows: rows.len() })
    };
    Ok(Tabular::new(Plan::table_kernel("diffpatterns_text", vec![source], schema, kernel)))
}

/// The first words of each text, a column for each place, and whether any text has more.
fn words(table: &Table, most: usize) -> (Table, bool) {
    let texts = table.columns.first().map(|c| c.values.as_slice()).unwrap_or_default();
    let mut columns: Vec<Column> = (0..most)
        .map(|at| Column { name: at.to_string(), scalar_type: ScalarType::String, values: Vec::new() })
        .collect();
    let mut longer = false;
    for text in texts {
        let mut words = text.as_str().unwrap_or_default().split_whitespace();
        for column in &mut columns {
            column.values.push(Value::string(words.next().unwrap_or_default()));
        }
        longer |= words.next().is_some();
    }
    (Table { rows: texts.len(), columns }, longer)
}

/// The pattern as text: its words, `*` between them, and `*` at the end when a text goes on.
fn written(discrete: &Discrete, pattern: &Pattern, longer: bool) -> String {
    let last = pattern.codes.iter().rposition(Option::is_some).unwrap_or(0);
    let mut parts: Vec<String> = pattern.codes[..=last]
        .iter()
        .enumerate()
        .map(|(at, code)| match code {
            Some(code) => to_text(&discrete.values[at][*code]),
            None => "*".to_owned(),
        })
        .collect();
    let goes_on = |row: usize| discrete.rows[row].get(last + 1).is_some_and(Option::is_some);
    let cut = longer && last + 1 == pattern.codes.len();
    if cut || discrete.fitting(pattern).into_iter().any(goes_on) {
        parts.push("*".to_owned());
    }
    parts.join(" ")
}
