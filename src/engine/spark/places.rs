//! The files that were named, by how they are written.

use std::collections::BTreeSet;

use arrow::datatypes::DataType;

use super::sql::{Column, Format, Kind, Place, Stored, definition};
use super::{EngineError, SparkEngine, slots};

/// What the portal puts behind the names of time columns.
const UTC: &str = " [UTC]";
const LOCAL: &str = " [Local Time]";
/// The most files that a server is told of one by one.
const MOST_FILES: usize = 200;

impl SparkEngine {
    /// Where the logs are and how they are written; the server is asked for the columns of Parquet and of CSV.
    pub(super) fn places(&self) -> Result<Vec<Place>, EngineError> {
        if let Some(places) = self.places.borrow().as_ref() {
            return Ok(places.clone());
        }
        let mut places = Vec::new();
        for path in &self.options.logs {
            self.places_of(path, &mut places)?;
        }
        *self.places.borrow_mut() = Some(places.clone());
        Ok(places)
    }

    fn places_of(&self, path: &str, places: &mut Vec<Place>) -> Result<(), EngineError> {
        let (files, unlisted) = match slots::listed(path, self.options.late) {
            Ok(files) => (files, None),
            Err(why) => (Vec::new(), Some(why)),
        };
        let is_pattern = path.contains(['*', '?', '[', '{']) && files.iter().any(|file| file.path != path);
        if is_pattern {
            // Servers read patterns each in their own way.
            if files.len() > MOST_FILES {
                return Err(EngineError::new(format!(
                    "{path} means {} files, and a cluster would be told of each; the most are {MOST_FILES}: name a folder",
                    files.len()
                )));
            }
            return files.iter().try_for_each(|file| self.places_of(&file.path, places));
        }
        let names: Vec<&str> =
            if files.is_empty() { vec![path] } else { files.iter().map(|f| f.path.as_str()).collect() };
        let formats: BTreeSet<Format> = names.iter().map(|name| format_of(name)).collect();
        for format in &formats {
            let own: Vec<&str> = names.iter().copied().filter(|name| format_of(name) == *format).collect();
            let place = |path: &str, kind| Place {
                path: path.to_owned(),
                kind,
                table: None,
                patterns: Vec::new(),
                files: files.clone(),
                unlisted: unlisted.clone(),
            };
            match format {
                Format::Text => {
                    let patterns = patterns(&own, formats.len() > 1);
                    places.push(Place { patterns, ..place(path, Kind::Json) });
                }
                Format::Csv if own.len() > MOST_FILES => {
                    return Err(EngineError::new(format!(
                        "{path} holds {} files of CSV, and a cluster would be asked for the header of each; the most \
                         are {MOST_FILES}: make Parquet of them with `kqlens import`",
                        own.len()
                    )));
                }
                Format::Csv => {
                    for file in own {
                        let kind = Kind::Columns(Format::Csv, self.columns(file, Format::Csv)?);
                        places.push(Place { files: Vec::new(), unlisted: None, ..place(file, kind) });
                    }
                }
                Format::Parquet => {
                    let roots: BTreeSet<(&str, Option<&str>)> = own.iter().map(|name| data_set(name, path)).collect();
                    for (root, table) in roots {
                        let is_folder = files.iter().any(|file| file.path != root);
                        let patterns = if is_folder { vec!["*.parquet".to_owned()] } else { Vec::new() };
                        let mut columns = self.columns(root, Format::Parquet)?;
                        if table.is_some() {
                            // What `kqlens import` writes are ticks.
                            let whole = columns.iter_mut().filter(|column| column.stored == Stored::Whole);
                            whole.for_each(|column| column.stored = Stored::Plain);
                        }
                        let kind = Kind::Columns(Format::Parquet, columns);
                        places.push(Place { table: table.map(ToOwned::to_owned), patterns, ..place(root, kind) });
                    }
                }
            }
        }
        Ok(())
    }

    /// The columns of files, as the server finds them.
    fn columns(&self, path: &str, format: Format) -> Result<Vec<Column>, EngineError> {
        let is_folder = format_of(path) != format;
        let names = (format == Format::Parquet && is_folder).then_some("*.parquet");
        self.statement(&definition("kqlens_columns", path, format, names))?;
        let found = self.statement("SELECT * FROM kqlens_columns LIMIT 0")?;
        let fields = found.first().map(|batch| batch.schema().fields().clone()).unwrap_or_default();
        let mut columns = Vec::new();
        for field in &fields {
            let there = field.name().clone();
            let bare = there.trim_start_matches('\u{feff}').trim();
            if format == Format::Csv && bare.ends_with(LOCAL) {
                return Err(EngineError::new(format!(
                    "{path}: the times of '{bare}' are in a zone that the file does not name; set the portal's time to \
                     UTC and export again, or run the query here, without --engine spark"
                )));
            }
            let (name, stored) = match format {
                Format::Csv => (bare.strip_suffix(UTC).unwrap_or(bare).to_owned(), Stored::Cell),
                _ => (there.clone(), stored(field.data_type())),
            };
            columns.push(Column { name, there, stored });
        }
        Ok(columns)
    }
}

/// How a file is written, by its name.
fn format_of(name: &str) -> Format {
    let name = name.trim_end_matches('/').to_lowercase();
    let mut endings = name.rsplit('/').next().unwrap_or_default().rsplit('.');
    match endings.next() {
        Some("parquet") => Format::Parquet,
        Some("csv") => Format::Csv,
        Some("gz" | "bz2" | "zst") if endings.next() == Some("csv") => Format::Csv,
        _ => Format::Text,
    }
}

/// The folder in which a file of Parquet stands with others of the same columns, and its table if that is told: `kqlens
/// import` has a folder for each.
fn data_set<'a>(file: &'a str, path: &'a str) -> (&'a str, Option<&'a str>) {
    const TABLE: &str = "/table=";
    let Some(at) = file.find(TABLE) else { return (path, None) };
    let table = &file[at + TABLE.len()..];
    match table.find('/') {
        Some(end) => (&file[..at + TABLE.len() + end], Some(&table[..end])),
        None => (path, None),
    }
}

/// The patterns of names that part the files of a folder: when files of another format lie beside them, or when some are
/// compressed and others not.
fn patterns(names: &[&str], mixed: bool) -> Vec<String> {
    let ending = |name: &&str| {
        let file = name.rsplit('/').next().unwrap_or_default();
        file.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_owned())
    };
    let endings: BTreeSet<String> = names.iter().map(ending).collect();
    let compressed = |ending: &&String| matches!(ending.as_str(), "gz" | "bz2" | "zst" | "lz4" | "snappy");
    let both = endings.iter().any(|e| compressed(&e)) && !endings.iter().all(|e| compressed(&e));
    if !(mixed || both) || endings.contains("") {
        return Vec::new();
    }
    endings.into_iter().map(|ending| format!("*.{ending}")).collect()
}

/// How Parquet holds a column.
fn stored(data_type: &DataType) -> Stored {
    match data_type {
        DataType::Timestamp(..) => Stored::Moment,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Stored::Text,
        DataType::List(_) | DataType::LargeList(_) | DataType::Struct(_) | DataType::Map(..) => Stored::Nested,
        DataType::Int64 => Stored::Whole,
        _ => Stored::Plain,
    }
}
