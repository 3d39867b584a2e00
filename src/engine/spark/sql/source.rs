//! The rows of a table, from all files that were named.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::files::{self, Format, Kind, Place, definition};
use super::literal::null;
use super::{Beyond, Said, quoted, records};
use crate::engine::spark::slots;
use crate::ir::Scan;
use crate::sources::apim;
use crate::types::ScalarType;

/// A column: its name, its name in SQL, its type.
pub(super) type Named = (String, String, ScalarType);

/// Where a scan's rows come from.
pub(in crate::engine::spark) trait Sources {
    /// The query that gives the columns of a table.
    fn select(&self, scan: &Scan, columns: &[Named]) -> Said;
}

/// What a view is on: a path, how its files are written, and the pattern of their names.
type Read = (String, Format, Option<String>);

/// The logs of a run: what was named, narrowed to the slots of a period.
pub(in crate::engine::spark) struct Logs<'a> {
    places: &'a [Place],
    /// The views that the queries so far read, and their names.
    views: RefCell<BTreeMap<Read, String>>,
    /// What could not be narrowed to a period, and why.
    unlisted: RefCell<BTreeSet<String>>,
}

impl<'a> Logs<'a> {
    pub(in crate::engine::spark) fn new(places: &'a [Place]) -> Self {
        Self { places, views: RefCell::default(), unlisted: RefCell::default() }
    }

    /// The statements that define the views.
    pub(in crate::engine::spark) fn definitions(&self) -> Vec<String> {
        let views = self.views.borrow();
        views.iter().map(|((path, format, names), view)| definition(view, path, *format, names.as_deref())).collect()
    }

    /// What is read whole although a period was asked for.
    pub(in crate::engine::spark) fn unlisted(&self) -> Vec<String> {
        self.unlisted.borrow().iter().cloned().collect()
    }

    /// The names of the views on the files of a place, of a period.
    fn views(&self, place: &Place, period: Option<(i64, i64)>) -> Vec<String> {
        if let (Some(_), Some(why)) = (period, &place.unlisted) {
            let told = format!("all files of {} are read, whatever the period: {why}", place.path);
            self.unlisted.borrow_mut().insert(told);
        }
        let mut views = self.views.borrow_mut();
        let mut named = Vec::new();
        for path in slots::within(&place.path, &place.files, period) {
            for names in place.reads() {
                let next = format!("kqlens_{}", views.len());
                let read = (path.clone(), place.format(), names.map(ToOwned::to_owned));
                named.push(views.entry(read).or_insert(next).clone());
            }
        }
        named
    }
}

impl Sources for Logs<'_> {
    fn select(&self, scan: &Scan, columns: &[Named]) -> Said {
        let Some(table) = apim::table(&scan.table) else {
            return Err(Beyond::new(format!("the table {}", scan.table)));
        };
        let mut selects = Vec::new();
        let json: Vec<String> = self
            .places
            .iter()
            .filter(|place| place.kind == Kind::Json)
            .flat_map(|place| self.views(place, scan.period))
            .map(|view| format!("SELECT value FROM {view}"))
            .collect();
        if !json.is_empty() {
            selects.push(records::json_lines(table, columns, &json.join(" UNION ALL ")));
        }
        for place in self.places {
            if let Kind::Columns(_, stored) = &place.kind
                && files::may_hold(place, stored, table)
            {
                let views = self.views(place, scan.period);
                selects.extend(views.iter().map(|view| files::rows(table, columns, stored, view)));
            }
        }
        if selects.is_empty() {
            // The period has no files.
            let nulls: Vec<String> =
                columns.iter().map(|(_, sql, t)| format!("{} AS {}", null(*t), quoted(sql))).collect();
            return Ok(format!("SELECT {} WHERE false", super::operator::listed(nulls)));
        }
        Ok(selects.join("\n  UNION ALL "))
    }
}
