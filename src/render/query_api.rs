//! The shape of the Log Analytics query API's answer.

use super::Answer;
use super::encode::json_string;
use super::json::json_value;

pub fn document(answers: &[Answer]) -> String {
    let tables: Vec<String> = answers.iter().map(table).collect();
    format!("{{\"tables\":[{}]}}\n", tables.join(","))
}

fn table(answer: &Answer) -> String {
    let columns: Vec<String> = answer
        .columns()
        .iter()
        .map(|(name, scalar_type)| format!("{{\"name\":{},\"type\":\"{scalar_type}\"}}", json_string(name)))
        .collect();
    let mut rows = Vec::with_capacity(answer.rows());
    answer.for_each_row(|row| rows.push(format!("[{}]", row.iter().map(json_value).collect::<Vec<_>>().join(","))));
    let rows = if rows.is_empty() { "[]".to_owned() } else { format!("[\n{}\n]", rows.join(",\n")) };
    format!("{{\"name\":{},\"columns\":[{}],\"rows\":{rows}}}", json_string(&answer.name), columns.join(","))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::answer;
    use super::*;

    #[test]
    fn the_shape_is_the_apis() {
        let data = answer("x:long, s:string, t:datetime", &[&["1", "a", "2020-01-02"], &["", "", ""]]);
        assert_eq!(
            document(&[data]),
            "{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":[{\"name\":\"x\",\"type\":\"long\"},\
             {\"name\":\"s\",\"type\":\"string\"},{\"name\":\"t\",\"type\":\"datetime\"}],\"rows\":[\n\
             [1,\"a\",\"2020-01-02T00:00:00.0000000Z\"],\n[null,\"\",null]\n]}]}\n"
        );
    }
}
