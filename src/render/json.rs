//! JSON: an array of objects, or one object a line.

use crate::types::{Json, Value, to_text};

use super::Answer;
use super::encode::json_string;

/// A value as JSON. Integers are exact; what JSON cannot say (NaN, infinities, decimals, times) is text.
pub fn json_value(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Long(n) => n.to_string(),
        Value::Real(x) if x.is_nan() => "\"NaN\"".to_owned(),
        Value::Real(x) if x.is_infinite() => if *x > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" }.to_owned(),
        Value::Real(x) => Json::from(*x).to_string(),
        Value::Dynamic(json) => json.to_string(),
        other => json_string(&to_text(other)),
    }
}

fn objects(answer: &Answer) -> Vec<String> {
    let keys: Vec<String> = answer.columns().iter().map(|(name, _)| json_string(name)).collect();
    let mut rows = Vec::with_capacity(answer.rows());
    answer.for_each_row(|row| {
        let pairs: Vec<String> =
            keys.iter().zip(row).map(|(key, value)| format!("{key}:{}", json_value(value))).collect();
        rows.push(format!("{{{}}}", pairs.join(",")));
    });
    rows
}

fn array_of(rows: &[String]) -> String {
    if rows.is_empty() { "[]".to_owned() } else { format!("[\n{}\n]", rows.join(",\n")) }
}

/// An array of objects, one row a line. Several tables become an object from a table's name to its array.
pub fn array(answers: &[Answer]) -> String {
    if let [answer] = answers {
        return array_of(&objects(answer)) + "\n";
    }
    let tables: Vec<String> = names(answers)
        .iter()
        .zip(answers)
        .map(|(name, answer)| format!("{}:{}", json_string(name), array_of(&objects(answer))))
        .collect();
    format!("{{{}}}\n", tables.join(",\n"))
}

/// One object a line, table after table. Of several tables each row says in `$table` which one it is of.
pub fn lines(answers: &[Answer]) -> String {
    if let [answer] = answers {
        return objects(answer).into_iter().map(|row| row + "\n").collect();
    }
    let mut out = String::new();
    for (name, answer) in names(answers).iter().zip(answers) {
        for row in objects(answer) {
            let comma = if row == "{}" { "" } else { "," };
            out += &format!("{{\"$table\":{}{comma}{}\n", json_string(name), &row[1..]);
        }
    }
    out
}

/// The tables' names, with a number when one came before.
fn names(answers: &[Answer]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for answer in answers {
        let (mut name, mut n) = (answer.name.clone(), 1);
        while names.contains(&name) {
            n += 1;
            name = format!("{}_{n}", answer.name);
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{answer, kinds};
    use super::*;

    #[test]
    fn every_type_is_written() {
        assert_eq!(
            lines(&[kinds()]).lines().next().unwrap(),
            r#"{"b":true,"i":1,"l":9007199254740993,"r":1.5,"d":"1.5","t":"2020-01-02T03:04:05.6000000Z","s":"a,\"b\"","g":"74be27de-1e4e-49d9-b579-fe0b331d3642","ts":"1.02:03:04","j":{"a":[1,null]}}"#
        );
        assert!(lines(&[kinds()]).contains(r#""s":"","g":null"#));
    }

    #[test]
    fn what_json_lacks_is_text() {
        for (x, shown) in
            [(f64::NAN, "\"NaN\""), (f64::INFINITY, "\"Infinity\""), (f64::NEG_INFINITY, "\"-Infinity\""), (1.0, "1.0")]
        {
            assert_eq!(json_value(&Value::Real(x)), shown);
        }
    }

    #[test]
    fn several_tables_have_names() {
        let one = answer("n:long", &[&["1"]]);
        assert_eq!(array(std::slice::from_ref(&one)), "[\n{\"n\":1}\n]\n");
        assert_eq!(
            array(&[one.clone(), one]),
            "{\"PrimaryResult\":[\n{\"n\":1}\n],\n\"PrimaryResult_2\":[\n{\"n\":1}\n]}\n"
        );
        assert_eq!(array(&[answer("n:long", &[])]), "[]\n");
        let two = [answer("n:long", &[&["1"]]), answer("n:long", &[&["2"]])];
        assert_eq!(lines(&two), "{\"$table\":\"PrimaryResult\",\"n\":1}\n{\"$table\":\"PrimaryResult_2\",\"n\":2}\n");
    }
}
