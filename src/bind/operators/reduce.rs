//! `reduce`: texts gathered under patterns of the words that many of them have at the same place, after R. Vaarandi,
//! "A Data Clustering Algorithm for Mining Patterns From Event Logs" (2003).

use std::collections::{BTreeMap, HashMap};

use super::join::parameter;
use crate::bind::scope::{Env, Row, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::ir::{Context, Plan, Schema};
use crate::syntax::ast::{self, Name, Operator};
use crate::types::{Column, ScalarType, Table, Value};

/// The least share of the rows that a pattern needs, when the query does not say.
const THRESHOLD: f64 = 0.1;
/// The pattern of the texts that no other pattern fits.
const OTHERS: &str = "others";
/// Of so many terms, one is lost at a time: of a text as long as a book, more, or there would be no end to it.
const AT_ONCE: usize = 64;
/// The hidden column of the text.
const TEXT: &str = "$text";

impl Binder<'_> {
    pub(super) fn reduce(
        &self,
        operator: &Operator,
        input: Tabular,
        by: &ast::Expr,
        properties: &[(Name, ast::Expr)],
        env: &Env,
    ) -> Bind<Tabular> {
        let text = self.scalar(by, &Row::of(&input), env)?;
        if !matches!(text.scalar_type, ScalarType::String | ScalarType::Dynamic) {
            return Err(Box::new(
                Diagnostic::new("KQL245", format!("texts are reduced, and this is a {}", text.scalar_type), by.span)
                    .help("convert it with tostring(…)"),
            ));
        }
        let keep_rows = match parameter(operator, "kind") {
            None => false,
            Some((kind, _)) if kind == "source" => true,
            Some((kind, value)) => {
                return error("KQL219", format!("the only kind of reduce is source, not '{kind}'"), value.span);
            }
        };
        let (mut threshold, mut separators) = (THRESHOLD, None);
        for (name, value) in properties {
            match name.text.as_str() {
                "threshold" => threshold = self.constant(value, ScalarType::Real, env)?.as_f64().unwrap_or(THRESHOLD),
                "characters" => {
                    let characters = self.constant(value, ScalarType::String, env)?;
                    separators = characters.as_str().filter(|c| !c.is_empty()).map(ToOwned::to_owned);
                }
                other => {
                    let known = ["threshold", "characters"];
                    let mut finding = Diagnostic::new("KQL215", format!("reduce has no property '{other}'"), name.span);
                    finding.help = did_you_mean(other, known).map(|near| format!("did you mean '{near}'?"));
                    return Err(Box::new(finding));
                }
            }
        }
        let mut columns = if keep_rows { input.plan.all_columns() } else { Vec::new() };
        columns.push((TEXT.to_owned(), text.cast(ScalarType::String)));
        let source = input.plan.project(columns);
        let mut schema = source.schema.clone();
        schema.columns.retain(|(n, _)| n != TEXT);
        let mut add = |name: &str, scalar_type| schema.columns.push((schema.free_name(name), scalar_type));
        add("Pattern", ScalarType::String);
        if !keep_rows {
            add("Count", ScalarType::Long);
            add("Representative", ScalarType::String);
        }
        let answer = schema.clone();
        let kernel = move |_: &Context, tables: Vec<Table>| {
            let mut table = tables.into_iter().next().unwrap_or_default();
            let texts = match table.columns.iter().position(|c| c.name == TEXT) {
                Some(at) => table.columns.remove(at).values,
                None => Vec::new(),
            };
            let patterns = patterns(&texts, threshold, separators.as_deref());
            if keep_rows {
                let name = answer.columns.last().map(|(n, _)| n.clone()).unwrap_or_default();
                let values = patterns.into_iter().map(Value::string).collect();
                table.columns.push(Column { name, scalar_type: ScalarType::String, values });
                return Ok(table);
            }
            Ok(counted(&texts, patterns, &answer))
        };
        let serialized = input.serialized && keep_rows;
        Ok(Tabular { serialized, ..Tabular::new(Plan::table_kernel("reduce", vec![source], schema, kernel)) })
    }
}

/// Each pattern with the number of its texts and the first of them; the most first, and what is left over last.
fn counted(texts: &[Value<'static>], patterns: Vec<String>, schema: &Schema) -> Table {
    let mut groups: BTreeMap<String, (i64, usize)> = BTreeMap::new();
    for (row, pattern) in patterns.into_iter().enumerate() {
        groups.entry(pattern).or_insert((0, row)).0 += 1;
    }
    let mut groups: Vec<(String, (i64, usize))> = groups.into_iter().collect();
    groups.sort_by_key(|(pattern, (count, _))| (pattern == OTHERS, std::cmp::Reverse(*count)));
    let mut rows: [Vec<Value<'static>>; 3] = Default::default();
    let found = groups.len();
    for (pattern, (count, first)) in groups {
        let representative = if pattern == OTHERS { Value::str("") } else { texts[first].clone() };
        let cells = [Value::string(pattern), Value::Long(count), representative];
        rows.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
    }
    let columns = schema.columns.iter().zip(rows).map(|((name, scalar_type), values)| Column {
        name: name.clone(),
        scalar_type: *scalar_type,
        values,
    });
    Table { columns: columns.collect(), rows: found }
}

/// A text in parts: each term with what separates it from the one before.
struct Terms<'t>(Vec<(&'t str, &'t str)>);

impl<'t> Terms<'t> {
    /// Letters and digits of ASCII make terms, unless the separators are given.
    fn of(text: &'t str, separators: Option<&str>) -> Self {
        let separates = |c: char| match separators {
            Some(all) => all.contains(c),
            None => !c.is_ascii_alphanumeric(),
        };
        let mut terms = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let start = rest.find(|c| !separates(c)).unwrap_or(rest.len());
            let (gap, term) = rest.split_at(start);
            let end = term.find(separates).unwrap_or(term.len());
            terms.push((gap, &term[..end]));
            rest = &term[end..];
        }
        Self(terms)
    }
}

/// The terms a pattern has, by their place.
type Fixed<'t> = Vec<(usize, &'t str)>;

/// The pattern of each text.
fn patterns(texts: &[Value<'static>], threshold: f64, separators: Option<&str>) -> Vec<String> {
    let parsed: Vec<Terms<'_>> = texts.iter().map(|t| Terms::of(t.as_str().unwrap_or_default(), separators)).collect();
    let least = threshold * texts.len() as f64;
    let mut frequency: HashMap<(usize, &str), usize> = HashMap::new();
    for terms in &parsed {
        for (place, (_, term)) in terms.0.iter().enumerate().filter(|(_, (_, term))| !term.is_empty()) {
            *frequency.entry((place, *term)).or_default() += 1;
        }
    }
    let often = |place: usize, term: &str| frequency.get(&(place, term)).copied().unwrap_or(0);
    // A number says which, not what: it is never part of a pattern.
    let is_number = |term: &str| term.bytes().all(|b| b.is_ascii_digit());
    let mut candidates: BTreeMap<(usize, Fixed<'_>), Vec<usize>> = BTreeMap::new();
    for (row, terms) in parsed.iter().enumerate() {
        let places = terms.0.iter().enumerate();
        let found: Fixed<'_> = places
            .filter(|(place, (_, term))| !is_number(term) && often(*place, term) as f64 > least)
            .map(|(place, (_, term))| (place, *term))
            .collect();
        candidates.entry((found.len(), found)).or_default().push(row);
    }
    let mut answer = vec![OTHERS.to_owned(); texts.len()];
    // The most telling first. One that too few texts have loses its rarest term (a very long one, several) and is
    // tried again.
    while let Some(((_, fixed), rows)) = candidates.pop_last() {
        if fixed.is_empty() {
            continue;
        }
        if rows.len() as f64 > least {
            let pattern = written(&parsed, &rows, &fixed, separators.is_some());
            rows.iter().for_each(|row| answer[*row].clone_from(&pattern));
            continue;
        }
        let mut rarest: Vec<usize> = (0..fixed.len()).collect();
        rarest.sort_by_cached_key(|at| often(fixed[*at].0, fixed[*at].1));
        let mut kept = rarest.split_off((fixed.len() / AT_ONCE).max(1));
        kept.sort_unstable();
        let fewer: Fixed<'_> = kept.into_iter().map(|at| fixed[at]).collect();
        candidates.entry((fewer.len(), fewer)).or_default().extend(rows);
    }
    answer
}

/// A pattern as text: its terms with what separates them, and `*` for whatever else stands between or after.
fn written(parsed: &[Terms<'_>], rows: &[usize], fixed: &[(usize, &str)], absorb: bool) -> String {
    let Some(model) = rows.first().map(|row| &parsed[*row]) else { return String::new() };
    let mut out = String::new();
    let mut last_was_star = false;
    let longest = rows.iter().map(|row| parsed[*row].0.len()).max().unwrap_or(0);
    for (place, (gap, term)) in model.0.iter().enumerate() {
        let kept = fixed.binary_search_by_key(&place, |(at, _)| *at).is_ok_and(|at| fixed[at].1 == *term);
        if !kept && last_was_star {
            continue;
        }
        // Separators the query names are no part of the text, and go with what stands for anything.
        if !(absorb && (last_was_star || !kept)) {
            out.push_str(gap);
        }
        out.push_str(if kept { term } else { "*" });
        last_was_star = !kept;
    }
    if longest > model.0.len() && !last_was_star {
        out.push('*');
    }
    out
}
