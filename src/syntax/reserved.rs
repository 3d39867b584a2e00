//! Words that are no names unless written `['…']`, as Kusto has them.

/// Words that neither name a column nor stand for one.
const EVERYWHERE: [&str; 94] = [
    "and",
    "anomalychart",
    "areachart",
    "asc",
    "bagexpansion",
    "barchart",
    "between",
    "bin_legacy",
    "boolean",
    "byte",
    "cachingpolicy",
    "callout",
    "cancel",
    "card",
    "char",
    "columnchart",
    "contains_cs",
    "containscs",
    "cycles",
    "dataexport",
    "datascope",
    "date",
    "datetime",
    "decimal",
    "decodeblocks",
    "desc",
    "double",
    "dynamic",
    "encodingpolicy",
    "endswith",
    "endswith_cs",
    "expandoutput",
    "extent_tags_retention",
    "external_data",
    "first",
    "flags",
    "float",
    "force_remote",
    "harddelete",
    "hardretention",
    "has_all",
    "has_any",
    "has_cs",
    "hasprefix",
    "hasprefix_cs",
    "hassuffix",
    "hassuffix_cs",
    "hotcache",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "isfuzzy",
    "journal",
    "ladderchart",
    "last",
    "like",
    "likecs",
    "linechart",
    "long",
    "missing",
    "nooptimization",
    "notcontains",
    "notcontainscs",
    "notlike",
    "notlikecs",
    "or",
    "others",
    "pathformat",
    "piechart",
    "pivotchart",
    "project",
    "queries",
    "real",
    "relaxed",
    "scatterchart",
    "simple",
    "softdelete",
    "softretention",
    "stackedareachart",
    "startswith",
    "startswith_cs",
    "string",
    "time",
    "timechart",
    "timeline",
    "timepivot",
    "timespan",
    "treemap",
    "union",
    "uniqueid",
    "views",
    "with_itemindex",
];

/// Words that stand for a column of that name, but give none its name.
const NEW_NAMES: [&str; 3] = ["kind", "with_source", "withsource"];

/// Words that may name something new, `print to = 1`, but cannot be used as that name without brackets.
const IN_USE: [&str; 19] = [
    "as",
    "by",
    "contains",
    "datatable",
    "externaldata",
    "find",
    "has",
    "in",
    "invoke",
    "materialize",
    "of",
    "print",
    "sample",
    "search",
    "set",
    "to",
    "toscalar",
    "totable",
    "where",
];

/// Whether a bare word cannot stand for anything.
fn is_reserved(word: &str) -> bool {
    EVERYWHERE.binary_search(&word).is_ok()
}

/// Whether a bare word cannot be used as the name of something.
pub(super) fn is_reserved_in_use(word: &str) -> bool {
    is_reserved(word) || IN_USE.contains(&word)
}

/// Whether a bare word cannot be given as a name.
pub(super) fn is_reserved_as_new(word: &str) -> bool {
    is_reserved(word) || NEW_NAMES.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_sorted() {
        assert!(EVERYWHERE.is_sorted());
        assert!(is_reserved("first") && !is_reserved("count") && is_reserved_as_new("kind"));
    }
}
