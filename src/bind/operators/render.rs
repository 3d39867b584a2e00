//! `render`: rows pass as they are; what it asks for must be something Kusto's charts know.

use crate::bind::scope::{Env, Row, Tabular};
use crate::bind::{Bind, Binder};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::syntax::ast::Name;

/// The charts of Kusto and of Azure's workbooks.
const CHARTS: [&str; 26] = [
    "anomalychart",
    "areachart",
    "barchart",
    "card",
    "columnchart",
    "donutchart",
    "graph",
    "ladderchart",
    "linechart",
    "list",
    "piechart",
    "pivotchart",
    "plotly",
    "sankey",
    "scatterchart",
    "stackedareachart",
    "table",
    "tiles",
    "timechart",
    "timeline",
    "timelineareachart",
    "timelinechart",
    "timepivot",
    "treemap",
    "3Dchart",
    "donut",
];

/// The properties, with the values of those that choose among words.
const PROPERTIES: [(&str, &[&str]); 17] = [
    ("accumulate", &["true", "false"]),
    ("anomalycolumns", &[]),
    ("kind", &["default", "unstacked", "stacked", "stacked100", "map"]),
    ("legend", &["visible", "hidden"]),
    ("series", &[]),
    ("title", &[]),
    ("xaxis", &["linear", "log"]),
    ("xcolumn", &[]),
    ("xmax", &[]),
    ("xmin", &[]),
    ("xtitle", &[]),
    ("yaxis", &["linear", "log"]),
    ("ycolumns", &[]),
    ("ymax", &[]),
    ("ymin", &[]),
    ("ysplit", &["none", "axes", "panels"]),
    ("ytitle", &[]),
];

impl Binder<'_> {
    pub(super) fn render(
        &self,
        input: Tabular,
        kind: &Name,
        properties: &[(Name, Vec<Name>)],
        env: &Env,
    ) -> Bind<Tabular> {
        if !CHARTS.contains(&kind.text.as_str()) {
            return unknown("KQL260", "chart", kind, &CHARTS);
        }
        for (at, (name, values)) in properties.iter().enumerate() {
            let Some((_, words)) = PROPERTIES.iter().find(|(known, _)| *known == name.text) else {
                return unknown("KQL261", "property of a chart", name, &PROPERTIES.map(|(known, _)| known));
            };
            if properties.iter().take(at).any(|(earlier, _)| earlier.text == name.text) {
                let message = format!("the property '{}' is given twice", name.text);
                return Err(Box::new(Diagnostic::new("KQL262", message, name.span).help("leave one of them out")));
            }
            for value in values {
                if !words.is_empty() && !words.iter().any(|word| word.eq_ignore_ascii_case(&value.text)) {
                    return unknown("KQL263", &format!("value of '{}'", name.text), value, words);
                }
                let column = matches!(name.text.as_str(), "xcolumn" | "ycolumns" | "series" | "anomalycolumns");
                let row = Row::of(&input);
                if column && row.schema.get(&value.text).is_none() && !row.schema.is_open() {
                    return Err(Box::new(self.unknown_column(value, &row, env)));
                }
            }
        }
        Ok(input)
    }
}

/// The finding that a word is none of those that may stand there.
fn unknown<T>(code: &'static str, what: &str, given: &Name, known: &[&str]) -> Bind<T> {
    let help = match did_you_mean(&given.text, known.iter().copied()) {
        Some(near) => format!("did you mean '{near}'?"),
        None => format!("write one of {}", known.join(", ")),
    };
    Err(Box::new(Diagnostic::new(code, format!("no {what} named '{}'", given.text), given.span).help(help)))
}
