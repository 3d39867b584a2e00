//! Secrets leave no reader: keys and tokens in headers, URLs and texts become pseudonyms before any query sees a row.
//!
//! The same secret has the same pseudonym, so that counting by key still works. Addresses of callers are treated as the
//! options say. Bodies and messages lose their secrets here; whether their words are shown the binder decides.

mod address;
mod headers;
mod names;
mod pseudonym;
mod text;
mod url;

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray, StringBuilder};
use arrow::error::ArrowError;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};

pub use self::address::Addresses;
pub use self::pseudonym::{KeyError, Pseudonyms};
pub(super) use self::text::excerpt;
use crate::types::Distinct;

/// What is hidden from queries, and how.
#[derive(Clone, Debug)]
pub struct Redaction {
    /// Whether secrets are hidden.
    pub secrets: bool,
    /// What stands for secrets and addresses.
    pub pseudonyms: Option<Arc<Pseudonyms>>,
    /// What becomes of callers' addresses.
    pub addresses: Addresses,
}

/// What a column of the logs may hold that is not for everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    /// An address with a query.
    Url,
    /// Objects of names and values, such as headers.
    Headers,
    /// Text of any kind.
    Text,
    /// The body of a request or response: people's own words.
    Body,
    /// The address of a caller.
    Address,
}

/// Columns by what they hold. `AzureDiagnostics` spells them with a small letter and its type's suffix.
const COLUMNS: [(&str, Holds); 18] = [
    ("url", Holds::Url),
    ("backendurl", Holds::Url),
    ("requestpath", Holds::Url),
    ("requestheaders", Holds::Headers),
    ("responseheaders", Holds::Headers),
    ("backendrequestheaders", Holds::Headers),
    ("backendresponseheaders", Holds::Headers),
    ("errors", Holds::Headers),
    ("tracerecords", Holds::Headers),
    ("lasterrormessage", Holds::Text),
    ("lasterror_message", Holds::Text),
    ("error", Holds::Text),
    ("requestbody", Holds::Body),
    ("responsebody", Holds::Body),
    ("backendrequestbody", Holds::Body),
    ("backendresponsebody", Holds::Body),
    ("requestmessages", Holds::Body),
    ("responsemessages", Holds::Body),
];

/// The columns with callers' addresses.
const ADDRESSES: [&str; 2] = ["calleripaddress", "clientip"];

fn holds(column: &str) -> Option<Holds> {
    let lower = column.to_ascii_lowercase();
    let bare = lower.strip_suffix("_s").unwrap_or(&lower);
    if ADDRESSES.contains(&bare) {
        return Some(Holds::Address);
    }
    COLUMNS.iter().find(|(name, _)| *name == bare).map(|(_, holds)| *holds)
}

/// Whether a column holds people's own words, which a query gets only when it names the column.
pub fn is_body(column: &str) -> bool {
    holds(column) == Some(Holds::Body)
}

impl Redaction {
    /// The same batch with what is not for everybody replaced.
    ///
    /// # Errors
    /// When Arrow refuses the columns, which it has no reason to.
    pub fn apply(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let schema = batch.schema();
        let columns = schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
            let change = column.as_string_opt::<i32>().zip(holds(field.name()));
            change.map_or_else(|| Arc::clone(column), |(_, holds)| self.column(field.name(), column, holds))
        });
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let columns: Vec<ArrayRef> = columns.collect();
        RecordBatch::try_new_with_options(schema, columns, &options)
    }

    /// A message or the beginning of a bad row, which has lost its secrets, without addresses that are not to be seen.
    pub fn told(&self, text: &str) -> String {
        self.addresses.within(text, self.pseudonyms.as_deref())
    }

    /// Whether the values of a column may be other than they stand in the files.
    pub fn changes(&self, column: &str) -> bool {
        match holds(column) {
            None => false,
            Some(Holds::Address) => self.addresses != Addresses::Keep,
            Some(_) => self.secrets,
        }
    }

    fn column(&self, name: &str, column: &ArrayRef, holds: Holds) -> ArrayRef {
        if !self.changes(name) {
            return Arc::clone(column);
        }
        let texts = column.as_string::<i32>();
        let text = |row: usize| if texts.is_null(row) { "" } else { texts.value(row) };
        // Addresses come again and again.
        let new = match Distinct::of((0..texts.len()).map(text)) {
            Some(Distinct { firsts, of_rows }) => {
                let each: Vec<_> = firsts.iter().map(|row| self.value(text(*row), holds)).collect();
                let stand_in = |row: usize| each[of_rows[row] as usize].as_deref().map(Cow::Borrowed);
                if each.iter().all(Option::is_none) { None } else { replaced(texts, stand_in) }
            }
            None => replaced(texts, |row| self.value(text(row), holds).map(Cow::Owned)),
        };
        new.map_or_else(|| Arc::clone(column), |new| Arc::new(new) as ArrayRef)
    }

    /// What stands for a value; nothing when it may be shown as it is.
    fn value(&self, text: &str, holds: Holds) -> Option<String> {
        let pseudonyms = self.pseudonyms.as_deref();
        match holds {
            Holds::Address => self.addresses.of(text, pseudonyms),
            Holds::Url => pseudonyms.and_then(|p| url::redact(text, p)),
            Holds::Headers => headers::redact(text, pseudonyms?, self.addresses),
            Holds::Text | Holds::Body => pseudonyms.and_then(|p| text::redact(text, p)),
        }
    }
}

/// The texts with what stands for some of them; nothing when all stay.
fn replaced<'s>(texts: &StringArray, stand_in: impl Fn(usize) -> Option<Cow<'s, str>>) -> Option<StringArray> {
    let (changed, first) = (0..texts.len()).find_map(|row| Some((row, stand_in(row)?)))?;
    let mut out = StringBuilder::with_capacity(texts.len(), texts.value_data().len());
    texts.iter().take(changed).for_each(|text| out.append_option(text));
    out.append_value(first);
    for row in changed + 1..texts.len() {
        match stand_in(row) {
            Some(new) => out.append_value(new),
            None => out.append_option(texts.is_valid(row).then(|| texts.value(row))),
        }
    }
    Some(out.finish())
}

#[cfg(test)]
mod tests;
