//! `externaldata`: a file that the query names, with the columns it says the file has.

use std::path::PathBuf;

use crate::bind::scope::{Env, Tabular};
use crate::bind::{Bind, Binder, error};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::ir::{Context, Plan, PlanKind, Schema};
use crate::sources::{ExternalFormat, read_external};
use crate::syntax::Span;
use crate::syntax::ast::{ColumnDeclaration, Expr, Name};
use crate::types::{ScalarType, Table};

impl Binder<'_> {
    pub(super) fn external_data(
        &self,
        columns: &[ColumnDeclaration],
        uris: &[Expr],
        properties: &[(Name, Expr)],
        keyword: Span,
        env: &Env,
    ) -> Bind<Tabular> {
        let mut schema = Schema::default();
        for column in columns {
            if schema.get(&column.name.text).is_some() {
                let message = format!("the column '{}' is declared twice", column.name.text);
                return error("KQL123", message, column.name.span);
            }
            schema.columns.push((column.name.text.clone(), column.scalar_type));
        }
        let (mut format, mut skip_first) = (None, false);
        for (name, value) in properties {
            match name.text.to_ascii_lowercase().as_str() {
                "format" => format = Some(self.external_format(value, env)?),
                "ignorefirstrecord" => {
                    // `true` may stand in quotes.
                    let text = self.constant(value, ScalarType::String, env)?;
                    skip_first = text.as_str().is_some_and(|t| t.eq_ignore_ascii_case("true") || t == "1");
                }
                "ingestionmapping" | "ingestionmappingtype" | "ingestionmappingreference" => {
                    return Err(Box::new(
                        Diagnostic::new("KQL253", "mappings of ingestion are not read", name.span)
                            .help("declare the columns as the file has them, and rename them with project"),
                    ));
                }
                // What else Kusto takes (zone, encoding, creation time …) changes nothing of the rows here.
                _ => {}
            }
        }
        let mut files = Vec::new();
        for uri in uris {
            let text = self.constant(uri, ScalarType::String, env)?;
            let text = text.as_str().unwrap_or_default();
            files.push((self.external_path(text, uri.span)?, format.unwrap_or_else(|| ExternalFormat::of_file(text))));
        }
        if files.is_empty() {
            return error("KQL250", "externaldata needs a file's path: externaldata (…) ['file.csv']", keyword);
        }
        let legs: Vec<Plan> = files
            .into_iter()
            .map(|(path, format)| {
                let wanted = schema.columns.clone();
                let kernel = move |_: &Context, _: Vec<Table>| read_external(&path, format, skip_first, &wanted);
                Plan::table_kernel("externaldata", Vec::new(), schema.clone(), kernel)
            })
            .collect();
        Ok(Tabular::new(match <[Plan; 1]>::try_from(legs) {
            Ok([one]) => one,
            Err(legs) => Plan { kind: PlanKind::Union(legs), schema },
        }))
    }

    fn external_format(&self, value: &Expr, env: &Env) -> Bind<ExternalFormat> {
        let text = self.constant(value, ScalarType::String, env)?;
        let text = text.as_str().unwrap_or_default();
        match ExternalFormat::from_name(text) {
            Some(format) => Ok(format),
            None => {
                let known = || ExternalFormat::names();
                let mut finding =
                    Diagnostic::new("KQL251", format!("files of the format '{text}' are not read"), value.span);
                finding.help = Some(match did_you_mean(text, known()) {
                    Some(near) => format!("did you mean '{near}'?"),
                    None => format!("the formats are {}", known().collect::<Vec<_>>().join(", ")),
                });
                Err(Box::new(finding))
            }
        }
    }

    /// The path of one file. Nothing else is opened: no address, no folder, no pattern.
    fn external_path(&self, text: &str, span: Span) -> Bind<PathBuf> {
        let local = text.strip_prefix("file://").unwrap_or(text);
        if local.contains("://") {
            return Err(Box::new(
                Diagnostic::new("KQL252", "kqlens runs on files alone and opens no address", span)
                    .label("an address on the network")
                    .help("download the file and name its path: externaldata (…) ['file.csv']"),
            ));
        }
        if local.is_empty() {
            return error("KQL250", "a file's path is expected here", span);
        }
        Ok(PathBuf::from(local))
    }
}
