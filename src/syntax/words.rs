//! Words of the language that are names only in brackets: `['first']`.

/// Words that are never bare names.
const NEVER: [&str; 57] = [
    "and",
    "anomalychart",
    "asc",
    "bagexpansion",
    "between",
    "boolean",
    "byte",
    "char",
    "contains_cs",
    "containscs",
    "datascope",
    "date",
    "datetime",
    "decimal",
    "decodeblocks",
    "desc",
    "double",
    "dynamic",
    "endswith",
    "endswith_cs",
    "external_data",
    "first",
    "flags",
    "float",
    "has_all",
    "has_any",
    "has_cs",
    "hasprefix",
    "hasprefix_cs",
    "hassuffix",
    "hassuffix_cs",
    "int",
    "int32",
    "int64",
    "isfuzzy",
    "last",
    "like",
    "likecs",
    "long",
    "notcontains",
    "notcontainscs",
    "notlike",
    "notlikecs",
    "or",
    "others",
    "project",
    "real",
    "startswith",
    "startswith_cs",
    "string",
    "time",
    "timespan",
    "uint",
    "ulong",
    "union",
    "uniqueid",
    "with_itemindex",
];

/// Words that may name something new, `print to = 1`, but cannot be used as its name without brackets.
const NOT_USED: [&str; 19] = [
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

/// Words that may be used as names, and cannot name something new.
const NOT_NEW: [&str; 3] = ["kind", "withsource", "with_source"];

/// Whether a bare word can name a new column, parameter or the like.
pub(super) fn may_name_new(word: &str) -> bool {
    !NEVER.contains(&word) && !NOT_NEW.contains(&word)
}

/// Whether a bare word can be used as the name of something.
pub(super) fn may_be_used(word: &str) -> bool {
    !NEVER.contains(&word) && !NOT_USED.contains(&word)
}
