use std::fmt;
use std::path::Path;

/// An output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// A table for people, with a chart above it on a terminal.
    Table,
    /// Comma-separated values, RFC 4180.
    Csv,
    /// Tab-separated values.
    Tsv,
    /// An array of objects.
    Json,
    /// One object a line.
    Jsonl,
    /// The shape of the Log Analytics query API.
    QueryApi,
    /// A GitHub table.
    Markdown,
    /// A picture as vectors.
    Svg,
    /// A picture as pixels.
    Png,
    /// One page, nothing loaded from elsewhere.
    Html,
    /// A workbook.
    Xlsx,
    /// An Arrow IPC file.
    Arrow,
}

/// Name, format, file extensions.
const FORMATS: [(&str, Format, &[&str]); 12] = [
    ("table", Format::Table, &["txt"]),
    ("csv", Format::Csv, &["csv"]),
    ("tsv", Format::Tsv, &["tsv", "tab"]),
    ("json", Format::Json, &["json"]),
    ("jsonl", Format::Jsonl, &["jsonl", "ndjson"]),
    ("query-api", Format::QueryApi, &[]),
    ("markdown", Format::Markdown, &["md", "markdown"]),
    ("svg", Format::Svg, &["svg"]),
    ("png", Format::Png, &["png"]),
    ("html", Format::Html, &["html", "htm"]),
    ("xlsx", Format::Xlsx, &["xlsx"]),
    ("arrow", Format::Arrow, &["arrow", "ipc", "feather"]),
];

impl Format {
    /// The format of a name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        FORMATS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name)).map(|(_, format, _)| *format)
    }

    /// The format a file's extension means.
    pub fn from_extension(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        FORMATS.iter().find(|(.., extensions)| extensions.contains(&extension.as_str())).map(|(_, format, _)| *format)
    }

    /// Every name, for help and completions.
    pub fn names() -> Vec<&'static str> {
        FORMATS.iter().map(|(name, ..)| *name).collect()
    }

    /// Whether a file of it holds one table only, so that several tables make several files.
    pub const fn is_of_one_table(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv | Self::Jsonl | Self::Arrow)
    }

    /// Whether its bytes are text.
    pub const fn is_text(self) -> bool {
        !matches!(self, Self::Png | Self::Xlsx | Self::Arrow)
    }

    /// The format's name.
    pub fn name(self) -> &'static str {
        FORMATS.iter().find(|(_, format, _)| *format == self).map_or("", |(name, ..)| name)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_extensions_lead_back() {
        for name in Format::names() {
            assert_eq!(Format::from_name(name).map(Format::name), Some(name));
        }
        assert_eq!(Format::from_extension(Path::new("a/b.PNG")), Some(Format::Png));
        assert_eq!(Format::from_extension(Path::new("a.b/c")), None);
    }
}
