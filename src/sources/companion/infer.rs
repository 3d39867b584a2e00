//! The types of columns, told by every value in them.

use std::io;
use std::path::Path;

use super::super::apim::type_by_suffix;
use super::super::bodies::Observing;
use super::super::capture::walk_bodies;
use super::super::catalog::FoundFile;
use super::super::cell::{boolean, is_missing, real};
use super::super::csv::{self, plain_name};
use super::super::documents::walk;
use super::super::json::unescape;
use super::super::open::open;
use super::super::sniff::{Shape, schema_of};
use super::super::stamp::Stamps;
use super::super::{columnar, jsonl};
use crate::types::ScalarType;

/// What the values of each column may be, in the order in which columns were met.
#[derive(Debug, Default)]
pub(in super::super) struct Guesses(Vec<(String, Guess)>);

#[derive(Debug)]
struct Guess {
    /// The type that the column's name tells.
    named: Option<ScalarType>,
    /// Whether a value was of that type.
    fits_name: bool,
    /// Whether there was a value at all.
    seen: bool,
    /// The types that every value so far has.
    may_be: Vec<ScalarType>,
    /// Whether a value was an object or array of JSON.
    nested: bool,
    /// The type that the file itself tells.
    told: Option<ScalarType>,
}

/// In the order in which they are preferred.
const CANDIDATES: [ScalarType; 5] =
    [ScalarType::Bool, ScalarType::Long, ScalarType::Real, ScalarType::DateTime, ScalarType::Dynamic];

/// The type that a column's name tells: the portal puts the zone behind times, Azure a letter behind many.
fn by_name(header: &str) -> Option<ScalarType> {
    let zoned = plain_name(header) != header.trim();
    if zoned { Some(ScalarType::DateTime) } else { type_by_suffix(header) }
}

impl Guesses {
    /// The columns of some files and their types. What cannot be read has none.
    pub(in super::super) fn of_files<'f>(files: impl Iterator<Item = &'f FoundFile>) -> Vec<(String, ScalarType)> {
        let mut guesses = Self::default();
        for file in files {
            if let Some(shape) = file.shape {
                // Reading the rows tells what is wrong with the file.
                let _ = guesses.see_file(&file.path, shape);
            }
        }
        guesses.columns()
    }

    /// Looks at every value of a file.
    pub(super) fn see_file(&mut self, path: &Path, shape: Shape) -> io::Result<()> {
        if matches!(shape, Shape::Parquet | Shape::Arrow) {
            let schema = schema_of(path, shape).map_err(io::Error::other)?;
            columnar::columns(&schema).into_iter().for_each(|(name, scalar_type)| self.typed(&name, scalar_type));
            return Ok(());
        }
        let stream = open(path)?.stream;
        match shape {
            Shape::Csv => csv::observe(stream, ',', self),
            Shape::Tsv => csv::observe(stream, '\t', self),
            Shape::JsonArray | Shape::Messages(_) | Shape::QueryApi => {
                walk(stream, 0, &mut Observing::new(self)).map_err(io::Error::other)?;
            }
            Shape::Capture(_) => walk_bodies(stream, &mut Observing::new(self)).map_err(io::Error::other)?,
            // Their columns are known or declared.
            Shape::RawTsv => {}
            Shape::JsonLines | Shape::DataExport | Shape::Diagnostic => jsonl::observe(stream, self),
            Shape::Parquet | Shape::Arrow | Shape::Printed => {}
        }
        Ok(())
    }

    /// Notes that there is a column. A name that is empty or was there already is none.
    pub(in super::super) fn column(&mut self, header: &str) {
        let name = plain_name(header);
        if !name.is_empty() && self.0.iter().all(|(known, _)| known != name) {
            let named = by_name(header);
            let guess =
                Guess { named, fits_name: false, seen: false, may_be: CANDIDATES.to_vec(), nested: false, told: None };
            self.0.push((name.to_owned(), guess));
        }
    }

    /// Notes a column whose file tells its type. One that has several types in several files gets what holds both.
    fn typed(&mut self, name: &str, scalar_type: ScalarType) {
        use ScalarType::{Int, Long, Real, String};
        self.column(name);
        let Some(guess) = self.guess(plain_name(name)) else { return };
        let both = match (guess.told, scalar_type) {
            (Some(known), new) if known != new => match (known, new) {
                (Int | Long, Int | Long) => Long,
                (Int | Long | Real, Int | Long | Real) => Real,
                _ => String,
            },
            (_, new) => new,
        };
        guess.told = Some(both);
    }

    /// Notes a cell of text.
    pub(in super::super) fn text(&mut self, header: &str, text: &str) {
        if let Some(guess) = self.guess(plain_name(header)).filter(|_| !is_missing(text)) {
            guess.see(text, |candidate| is(candidate, text));
        }
    }

    /// Notes a value of JSON, for a key that may be new.
    pub(in super::super) fn json(&mut self, key: &str, json: &str) {
        self.column(key);
        let Some(guess) = self.guess(plain_name(key)).filter(|_| json != "null") else { return };
        if let Some(inner) = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            let mut text = String::new();
            unescape(inner, &mut text);
            // A number in quotes is meant to be text.
            guess.see(&text, |candidate| candidate == ScalarType::DateTime && is(candidate, &text));
        } else {
            guess.nested |= json.starts_with(['{', '[']);
            guess.see(json, |candidate| is(candidate, json));
        }
    }

    fn guess(&mut self, name: &str) -> Option<&mut Guess> {
        self.0.iter_mut().find(|(known, _)| known == name).map(|(_, guess)| guess)
    }

    /// The columns and their types.
    pub(super) fn columns(self) -> Vec<(String, ScalarType)> {
        self.0.into_iter().map(|(name, guess)| (name, guess.scalar_type())).collect()
    }
}

impl Guess {
    fn see(&mut self, text: &str, fits: impl Fn(ScalarType) -> bool) {
        self.seen = true;
        self.may_be.retain(|candidate| fits(*candidate));
        self.fits_name |= self.named.is_some_and(|named| is(named, text));
    }

    fn scalar_type(self) -> ScalarType {
        if let Some(told) = self.told {
            return told;
        }
        match self.named {
            // The name counts unless every value speaks against it: `plan_b` may be a plan.
            Some(named) if self.fits_name || !self.seen => named,
            _ if !self.seen => ScalarType::String,
            _ if self.nested => ScalarType::Dynamic,
            _ => self.may_be.first().copied().unwrap_or(ScalarType::String),
        }
    }
}

/// Whether a text is, as people and programs write them, a value of a type.
fn is(scalar_type: ScalarType, text: &str) -> bool {
    // A number with zeros before it is a code, not a quantity.
    let number = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let coded = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
        digits.starts_with(|c: char| c.is_ascii_digit()) && !coded
    };
    match scalar_type {
        ScalarType::Bool => boolean(text).is_some() && text.len() > 1,
        ScalarType::Long => number(text) && text.parse::<i64>().is_ok(),
        ScalarType::Real => number(text) && real(text).is_some(),
        ScalarType::DateTime => {
            let dated = text.as_bytes().get(4) == Some(&b'-') && text.len() >= 10;
            (dated || text.contains('/') && text.contains(':')) && Stamps::default().parse(text).is_some()
        }
        ScalarType::Guid => text.parse::<uuid::Uuid>().is_ok(),
        ScalarType::Dynamic => text.starts_with(['{', '[']) && serde_json::from_str::<crate::types::Json>(text).is_ok(),
        _ => true,
    }
}
