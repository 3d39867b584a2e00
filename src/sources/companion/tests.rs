use std::io::Write as _;

use super::super::catalog::{Catalog, ReadOptions};
use super::super::read::ReadRequest;
use super::*;
use crate::types::ScalarType::{Bool, DateTime, Dynamic, Guid, Long, Real, String as Text};
use crate::types::{Table, to_text};

struct Given {
    folder: tempfile::TempDir,
}

impl Given {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        Self { folder }
    }

    fn catalog(&self, spec: &str) -> Result<Catalog, SourceError> {
        let mut catalog = Catalog::discover(&[], &ReadOptions::default())?;
        let (name, file) = spec.split_once('=').unwrap();
        catalog.add_table(&format!("{name}={}/{file}", self.folder.path().display()))?;
        Ok(catalog)
    }
}

fn rows(catalog: &Catalog, table: &str) -> (Vec<Vec<String>>, crate::sources::Tally) {
    let columns = catalog.schema(table).unwrap().into_iter().map(|(name, _)| name).collect();
    let request = ReadRequest { table: table.to_owned(), columns, ..ReadRequest::default() };
    let result = catalog.read(&request).unwrap();
    let table = Table::from_batches(&result.batches[0].schema(), &result.batches);
    let row = |at: usize| table.columns.iter().map(|column| to_text(&column.values[at])).collect();
    ((0..table.rows).map(row).collect(), result.tally)
}

fn types(catalog: &Catalog, table: &str) -> Vec<(String, ScalarType)> {
    catalog.schema(table).unwrap()
}

fn named(columns: &[(&str, ScalarType)]) -> Vec<(String, ScalarType)> {
    columns.iter().map(|(name, t)| ((*name).to_owned(), *t)).collect()
}

#[test]
fn every_row_tells_the_types_of_a_csv_file() {
    let mut text = "n,r,ok,When [UTC],code,bag,t,empty\n".to_owned();
    for at in 0..2000 {
        text +=
            &format!("{at},{at},true,\"2/25/2025, 1:02:03.000 PM\",007,\"{{\"\"a\"\":1}}\",2025-02-25T00:00:00Z,\n");
    }
    text += "7,1.5,false,,12,[],2025-02-25,\n";
    let given = Given::new(&[("p.csv", text.as_bytes())]);
    let catalog = given.catalog("Prices=p.csv").unwrap();
    let want = [
        ("n", Long),
        ("r", Real),
        ("ok", Bool),
        ("When", DateTime),
        ("code", Text),
        ("bag", Dynamic),
        ("t", DateTime),
        ("empty", Text),
    ];
    assert_eq!(types(&catalog, "Prices"), named(&want));
    let (rows, tally) = rows(&catalog, "Prices");
    assert_eq!((rows.len(), tally.read, tally.kept, tally.is_balanced()), (2001, 2001, 2001, true));
    assert_eq!(rows[5][3..6], ["2025-02-25T13:02:03.0000000Z", "007", "{\"a\":1}"]);
}

#[test]
fn azure_s_suffixes_are_types_unless_no_value_is_one() {
    let text = "a_s,b_d,c_b,d_g,e_t,plan_b,_s\n5,5,True,74be27de-1e4e-49d9-b579-fe0b331d3642,,gold,1\n";
    let given = Given::new(&[("x.csv", text.as_bytes())]);
    let want =
        [("a_s", Text), ("b_d", Real), ("c_b", Bool), ("d_g", Guid), ("e_t", DateTime), ("plan_b", Text), ("_s", Long)];
    assert_eq!(types(&given.catalog("T=x.csv").unwrap(), "T"), named(&want));
}

#[test]
fn lines_arrays_tabs_and_gzip_hold_the_same_rows() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"name\tn\tbag\na\t1\t{\"x\":1}\nb\t\t\n").unwrap();
    let packed = packed.finish().unwrap();
    let files: [(&str, &[u8]); 3] = [
        ("x.tsv.gz", &packed),
        ("x.jsonl", b"{\"name\":\"a\",\"n\":1,\"bag\":{\"x\":1}}\n{\"name\":\"b\",\"n\":null}\n"),
        ("x.json", b"[\n {\"name\": \"a\", \"n\": 1, \"bag\": {\"x\":1}},\n {\"name\": \"b\"}\n]\n"),
    ];
    let given = Given::new(&files);
    for (name, _) in files {
        let catalog = given.catalog(&format!("T={name}")).unwrap();
        assert_eq!(types(&catalog, "T"), named(&[("name", Text), ("n", Long), ("bag", Dynamic)]), "{name}");
        let (rows, tally) = rows(&catalog, "T");
        assert_eq!(rows, [["a", "1", "{\"x\":1}"], ["b", "", ""]], "{name}");
        assert_eq!((tally.read, tally.kept), (2, 2), "{name}");
    }
}

#[test]
fn declared_types_go_before_and_bad_rows_are_told() {
    let files: [(&str, &[u8]); 2] =
        [("x.csv", b"Model,Price\na,1.5\nb,dear\nc\n"), ("x.json", b"[{\"n\":1},\n5,\n{\"n\":\"x\"},\n{\"n\":2")];
    let given = Given::new(&files);
    let catalog = given.catalog("T(Price:real,Note:string)=x.csv").unwrap();
    assert_eq!(types(&catalog, "T"), named(&[("Model", Text), ("Price", Real), ("Note", Text)]));
    let (got, tally) = rows(&catalog, "T");
    assert_eq!(got, [["a", "1.5", ""], ["b", "", ""]]);
    assert_eq!((tally.read, tally.kept, tally.repaired, tally.rejected), (3, 1, 1, 1));
    assert_eq!((tally.rejects[0].line, tally.rejects[0].byte), (4, 25));

    let catalog = given.catalog("T(n:long)=x.json").unwrap();
    let (got, tally) = rows(&catalog, "T");
    assert_eq!(got, [["1"], [""]]);
    assert_eq!((tally.read, tally.kept, tally.repaired, tally.rejected), (4, 1, 1, 2));
    assert_eq!(tally.rejects.iter().map(|r| (r.line, r.byte)).collect::<Vec<_>>(), [(2, 10), (4, 24)]);
    assert!(tally.is_balanced());
}

#[test]
fn tables_are_named_once_and_rightly() {
    let given = Given::new(&[("x.csv", b"Model\na\n")]);
    let mut catalog = given.catalog("T=x.csv").unwrap();
    let again = format!("T={}/x.csv", given.folder.path().display());
    assert_eq!(catalog.add_table(&again).unwrap_err().kind, SourceErrorKind::BadTable);
    assert_eq!(given.catalog("T(model:string)=x.csv").unwrap_err().kind, SourceErrorKind::BadTable);
    assert_eq!(given.catalog("T=y.csv").unwrap_err().kind, SourceErrorKind::NoSuchPath);
    let known = given.catalog("ApiManagementGatewayLogs=x.csv").unwrap();
    assert_eq!(types(&known, "ApiManagementGatewayLogs").len(), 56);
}
