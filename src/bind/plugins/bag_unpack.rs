//! `bag_unpack`: the slots of a bag as columns.

use std::collections::BTreeMap;

use super::{Arguments, Call, Meaning, Plugin, open, rows};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::Diagnostic;
use crate::ir::{Core, Expr, Schema};
use crate::types::{Column, Json, ScalarType, Table, Value, cast};

pub(super) const PLUGIN: Plugin = Plugin {
    name: "bag_unpack",
    signature: "(column, [OutputColumnPrefix], [columnsConflict], [ignoredProperties])",
    doc: "Turns the slots of a column of bags into columns, after those of the input and ordered by name. \
          `columnsConflict` says what happens to a slot named as a column is: `error` (default), `replace_source` or \
          `keep_source`. `ignoredProperties` is an array of slots to leave out.",
    examples: &[
        ("print d = dynamic({'b': 'x', 'a': 1}) | evaluate bag_unpack(d)", "1, x"),
        ("print n = 7, d = dynamic({'a': 1}) | evaluate bag_unpack(d, 'p_') | project p_a, n", "1, 7"),
        ("print d = dynamic({'a': 1, 'b': 2}) | evaluate bag_unpack(d) : (b: string, c: long)", "2, "),
    ],
    meaning: Meaning::Table(bag_unpack),
};

/// The most columns made of bags.
const MOST: usize = 10_000;

/// What happens to a slot that is named as a column is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Conflict {
    Error,
    Replace,
    Keep,
}

struct Options {
    column: String,
    prefix: String,
    conflict: Conflict,
    ignored: Vec<String>,
}

fn bag_unpack(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let tree = arguments.required("column")?;
    let (column, scalar_type) = binder.plugin_column(tree, &input, call.env)?;
    if scalar_type != ScalarType::Dynamic {
        let mut finding = Diagnostic::new(
            "KQL235",
            format!("only a dynamic has slots, and this is of type {scalar_type}"),
            tree.span,
        );
        if scalar_type == ScalarType::String {
            finding = finding.help("read the text as JSON first: extend … = parse_json(…)");
        }
        return Err(Box::new(finding));
    }
    let text = |name: &str| -> Bind<Option<String>> {
        let Some(tree) = arguments.given(name) else { return Ok(None) };
        let value = binder.constant(tree, ScalarType::String, call.env)?;
        Ok(value.as_str().map(ToOwned::to_owned))
    };
    let conflict = match text("columnsConflict")?.as_deref() {
        None | Some("error") => Conflict::Error,
        Some("replace_source") => Conflict::Replace,
        Some("keep_source") => Conflict::Keep,
        Some(other) => {
            return Err(Box::new(
                Diagnostic::new("KQL236", format!("'{other}' does not settle conflicts of columns"), call.span)
                    .help("columnsConflict is 'error', 'replace_source' or 'keep_source'"),
            ));
        }
    };
    let ignored = match arguments.given("ignoredProperties") {
        None => Vec::new(),
        Some(tree) => match binder.constant(tree, ScalarType::Dynamic, call.env)?.as_json() {
            Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).map(ToOwned::to_owned).collect(),
            _ => Vec::new(),
        },
    };
    let prefix = text("OutputColumnPrefix")?.unwrap_or_default();
    let options = Options { column, prefix, conflict, ignored };
    if call.declared.is_some() {
        return Ok(declared(call, input, &options));
    }
    let others = || input.plan.schema.columns.iter().filter(|(n, _)| *n != options.column);
    match binder.rows_now(&input.plan, call)? {
        None => Ok(open(others().filter(|(n, _)| !n.starts_with(Schema::UNKNOWN)).cloned().collect())),
        Some(table) => {
            let unpacked = unpacked(table, &options).or_else(|problem| error("KQL237", problem, call.plugin.span))?;
            Ok(Tabular { serialized: input.serialized, ..rows(unpacked) })
        }
    }
}

/// The columns of the input, and those the call declares read from the bag: no look at the data is needed.
fn declared(call: &Call<'_>, input: Tabular, options: &Options) -> Tabular {
    let mut columns: Vec<(String, Expr)> =
        input.plan.all_columns().into_iter().filter(|(n, _)| *n != options.column).collect();
    for column in call.declared.iter().flat_map(|d| d.columns) {
        let name = &column.name.text;
        let slot = name.strip_prefix(options.prefix.as_str()).unwrap_or(name);
        let source = columns.iter_mut().find(|(n, _)| n == name);
        if options.ignored.iter().any(|i| i == slot) || (source.is_some() && options.conflict != Conflict::Replace) {
            continue;
        }
        let key = Expr::literal(Value::string(slot), ScalarType::String);
        let bag = Expr::column(&options.column, ScalarType::Dynamic);
        let value = Expr::core(Core::Member, vec![bag, key], ScalarType::Dynamic).cast(column.scalar_type);
        match source {
            Some(source) => source.1 = value,
            None => columns.push((name.clone(), value)),
        }
    }
    Tabular { plan: input.plan.project(columns), serialized: input.serialized, name: None }
}

/// The type of a JSON value as a column; none for null.
fn type_of(json: &Json) -> Option<ScalarType> {
    Some(match json {
        Json::Null => return None,
        Json::Bool(_) => ScalarType::Bool,
        Json::Number(n) if n.is_i64() => ScalarType::Long,
        Json::Number(_) => ScalarType::Real,
        Json::String(_) => ScalarType::String,
        Json::Array(_) | Json::Object(_) => ScalarType::Dynamic,
    })
}

fn unpacked(mut table: Table, options: &Options) -> Result<Table, String> {
    let Some(at) = table.columns.iter().position(|c| c.name == options.column) else { return Ok(table) };
    let bags = table.columns.remove(at).values;
    // One type for all values of a slot, or dynamic; a slot that is null throughout is dynamic too.
    let mut types: BTreeMap<String, Option<ScalarType>> = BTreeMap::new();
    for (slot, json) in bags.iter().filter_map(Value::as_json).filter_map(Json::as_object).flatten() {
        if options.ignored.contains(slot) {
            continue;
        }
        if types.len() >= MOST {
            return Err(format!("the bags have more than {MOST} slots"));
        }
        let all = types.entry(slot.clone()).or_default();
        *all = match (*all, type_of(json)) {
            (None, one) | (one, None) => one,
            (Some(a), Some(b)) => Some(if a == b { a } else { ScalarType::Dynamic }),
        };
    }
    let mut columns = Vec::new();
    for (slot, scalar_type) in types {
        let name = format!("{}{slot}", options.prefix);
        let source = table.columns.iter().position(|c| c.name == name);
        match (source, options.conflict) {
            (Some(_), Conflict::Error) => {
                return Err(format!("the bags have a slot '{slot}', and there is a column '{name}' already"));
            }
            (Some(source), Conflict::Keep) => {
                columns.push(table.columns.remove(source));
                continue;
            }
            (Some(source), Conflict::Replace) => {
                table.columns.remove(source);
            }
            (None, _) => {}
        }
        let scalar_type = scalar_type.unwrap_or(ScalarType::Dynamic);
        let values = bags
            .iter()
            .map(|bag| match bag.as_json().and_then(|json| json.get(&slot)) {
                Some(json) => cast(&Value::dynamic(json.clone()), scalar_type).into_owned(),
                None => Value::null_of(scalar_type),
            })
            .collect();
        columns.push(Column { name, scalar_type, values });
    }
    table.columns.extend(columns);
    Ok(table)
}
