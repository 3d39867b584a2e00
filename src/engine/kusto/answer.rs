//! Answers of the two services as tables.

use super::KustoTable;
use crate::engine::EngineError;
use crate::types::{Column, Json, ScalarType, Table, Value, cast};

/// The tables of a Log Analytics answer.
pub(super) fn tables_of_workspace(answer: &Json) -> Result<Vec<KustoTable>, EngineError> {
    // Half an answer is none: what it lacks would look as if it were not there.
    if let Some(error) = answer.get("error") {
        return Err(EngineError::new(format!("the workspace gave only a part of the answer: {}", told(error))));
    }
    let tables = answer.get("tables").and_then(Json::as_array).ok_or_else(|| no_answer("tables"))?;
    tables.iter().map(|t| table(t, ["name", "columns", "rows"], ["name", "type"])).collect()
}

/// The result tables among the frames of a cluster's answer.
pub(super) fn tables_of_frames(answer: &Json) -> Result<Vec<KustoTable>, EngineError> {
    let frames = answer.as_array().ok_or_else(|| no_answer("frames"))?;
    let text = |frame: &Json, key: &str| frame.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let mut found = Vec::new();
    let mut complete = false;
    for frame in frames {
        match text(frame, "FrameType").as_str() {
            "DataTable" if text(frame, "TableKind") == "PrimaryResult" => {
                found.push(table(frame, ["TableName", "Columns", "Rows"], ["ColumnName", "ColumnType"])?);
            }
            "DataSetCompletion" => {
                complete = true;
                if frame.get("HasErrors") == Some(&Json::Bool(true)) {
                    let errors = frame.get("OneApiErrors").and_then(Json::as_array);
                    let said = errors.and_then(|e| e.first()).map_or_else(|| "it does not say why".to_owned(), told);
                    return Err(EngineError::new(format!("the cluster gave only a part of the answer: {said}")));
                }
            }
            _ => {}
        }
    }
    if complete { Ok(found) } else { Err(EngineError::new("the cluster's answer breaks off before its end")) }
}

fn no_answer(what: &str) -> EngineError {
    EngineError::new(format!("the answer has no {what}; is this a Kusto service?"))
}

/// One table, its parts and those of its columns named so.
fn table(json: &Json, [name, columns, rows]: [&str; 3], [column, kind]: [&str; 2]) -> Result<KustoTable, EngineError> {
    let list = |key: &str| json.get(key).and_then(Json::as_array).ok_or_else(|| no_answer(key));
    let text = |json: &Json, key: &str| json.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let mut table = Table::default();
    for given in list(columns)? {
        let scalar_type = ScalarType::from_name(&text(given, kind)).unwrap_or(ScalarType::Dynamic);
        table.columns.push(Column { name: text(given, column), scalar_type, values: Vec::new() });
    }
    for row in list(rows)? {
        let Some(cells) = row.as_array() else {
            // Where a row is due an error may stand.
            return Err(EngineError::new(format!("the answer breaks off: {}", told(row))));
        };
        for (at, column) in table.columns.iter_mut().enumerate() {
            column.values.push(value(cells.get(at).unwrap_or(&Json::Null), column.scalar_type));
        }
        table.rows += 1;
    }
    Ok(KustoTable { name: text(json, name), table })
}

/// A cell as a value of its column's type.
fn value(cell: &Json, scalar_type: ScalarType) -> Value<'static> {
    match (cell, scalar_type) {
        (Json::Null, _) => Value::null_of(scalar_type),
        // A dynamic comes as JSON, or as the text of it.
        (Json::String(text), ScalarType::Dynamic) => {
            Value::dynamic(serde_json::from_str(text).unwrap_or_else(|_| cell.clone()))
        }
        (_, ScalarType::Dynamic) => Value::dynamic(cell.clone()),
        (Json::Bool(truth), ScalarType::Bool) => Value::Bool(*truth),
        (Json::Number(number), ScalarType::Bool) => Value::Bool(number.as_f64() != Some(0.0)),
        (Json::String(text), _) => cast(&Value::str(text), scalar_type).into_owned(),
        // A decimal that comes as a number is read from its digits.
        (Json::Number(number), ScalarType::Decimal) => cast(&Value::str(&number.to_string()), scalar_type).into_owned(),
        _ => cast(&Value::dynamic(cell.clone()), scalar_type).into_owned(),
    }
}

/// What an error says, the innermost reason last.
pub(super) fn told(error: &Json) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut at = Some(error);
    while let Some(json) = at {
        let message = ["@message", "message"].iter().find_map(|key| json.get(*key).and_then(Json::as_str));
        if let Some(message) = message.map(|m| m.trim().trim_end_matches('.').to_owned())
            && !message.is_empty()
            && !said.contains(&message)
        {
            said.push(message);
        }
        at = json.get("error").or_else(|| json.get("innererror"));
    }
    if said.is_empty() { "it does not say why".to_owned() } else { said.join(": ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::parse_datetime;

    fn json(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_workspaces_answer_becomes_tables_of_kql_types() {
        let answer = json(
            r#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"TimeGenerated","type":"datetime"},
            {"name":"n","type":"long"},{"name":"x","type":"real"},{"name":"d","type":"dynamic"},{"name":"s","type":"string"},
            {"name":"b","type":"bool"},{"name":"span","type":"timespan"},{"name":"m","type":"decimal"}],
            "rows":[["2025-02-25T10:00:00Z",5,"NaN","{\"a\":1}",null,true,"1.02:00:00","1.25"],
            [null,null,2.5,null,"x",null,null,0.10]]}]}"#,
        );
        let tables = tables_of_workspace(&answer).unwrap();
        let column = |at: usize| tables[0].table.columns[at].values.clone();
        assert_eq!((tables[0].name.as_str(), tables[0].table.rows), ("PrimaryResult", 2));
        assert_eq!(column(0)[0], Value::DateTime(parse_datetime("2025-02-25T10:00Z").unwrap()));
        assert_eq!(column(1), [Value::Long(5), Value::Null]);
        assert!(matches!(column(2)[0], Value::Real(x) if x.is_nan()));
        assert_eq!(column(3)[0], Value::dynamic(json(r#"{"a":1}"#)));
        assert_eq!(column(4), [Value::str(""), Value::str("x")]);
        assert_eq!(column(5), [Value::Bool(true), Value::Null]);
        assert_eq!(column(6)[0], Value::TimeSpan(26 * 36_000_000_000));
        assert_eq!(crate::types::to_text(&column(7)[0]), "1.25");
    }

    #[test]
    fn a_clusters_answer_is_whole_or_an_error() {
        let whole = r#"[{"FrameType":"DataSetHeader","IsProgressive":false,"Version":"v2.0"},
            {"FrameType":"DataTable","TableId":0,"TableKind":"QueryProperties","TableName":"@ExtendedProperties",
             "Columns":[{"ColumnName":"Key","ColumnType":"string"}],"Rows":[["Visualization"]]},
            {"FrameType":"DataTable","TableId":1,"TableKind":"PrimaryResult","TableName":"PrimaryResult",
             "Columns":[{"ColumnName":"n","ColumnType":"long"}],"Rows":[[1],[2]]},
            {"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}]"#;
        let tables = tables_of_frames(&json(whole)).unwrap();
        assert_eq!((tables.len(), tables[0].table.rows), (1, 2));
        let failed = whole.replace(
            r#""HasErrors":false"#,
            r#""HasErrors":true,"OneApiErrors":[{"error":{"@message":"too many rows","message":"x"}}]"#,
        );
        assert!(tables_of_frames(&json(&failed)).unwrap_err().message.contains("too many rows"));
        let cut = whole.replace("DataSetCompletion", "Other");
        assert!(tables_of_frames(&json(&cut)).unwrap_err().message.contains("breaks off"));
    }

    #[test]
    fn the_reason_inside_an_error_is_told() {
        let error = r#"{"error":{"message":"The request had some invalid properties","code":"BadArgumentError",
            "innererror":{"code":"SemanticError","message":"A semantic error occurred.",
            "innererror":{"code":"SEM0100","message":"'where' operator: Failed to resolve column named 'X'"}}}}"#;
        let said = told(&json(error));
        assert!(said.starts_with("The request had") && said.ends_with("column named 'X'"), "{said}");
        let partial = r#"{"tables":[],"error":{"code":"PartialError","message":"There were some errors"}}"#;
        assert!(tables_of_workspace(&json(partial)).is_err());
    }
}
