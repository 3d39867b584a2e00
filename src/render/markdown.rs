//! A table as GitHub, wikis and chat programs read it.

use super::Answer;
use super::encode::markdown_cell;
use super::text::readable_cells;

pub fn document(answers: &[Answer]) -> String {
    let tables = answers.iter().map(|answer| {
        let heading =
            if answers.len() > 1 { format!("**{}**\n\n", markdown_cell(&answer.name)) } else { String::new() };
        heading + &table(answer)
    });
    tables.collect::<Vec<_>>().join("\n")
}

fn table(answer: &Answer) -> String {
    let columns = answer.columns();
    let cells = readable_cells(answer, usize::MAX);
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut out = line(columns.iter().map(|(name, _)| markdown_cell(name)).collect());
    out += &line(columns.iter().map(|(_, t)| if t.is_numeric() { "---:" } else { "---" }.to_owned()).collect());
    for row in 0..answer.rows() {
        out += &line(cells.iter().map(|column| markdown_cell(&column[row])).collect());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::answer;
    use super::*;

    #[test]
    fn numbers_stand_right_and_pipes_are_text() {
        let data = answer("s:string, n:long, t:datetime", &[&["a|b", "1", "2020-01-02"]]);
        assert_eq!(document(&[data]), "| s | n | t |\n| --- | ---: | --- |\n| a\\|b | 1 | 2020-01-02T00:00:00Z |\n");
    }
}
