//! What a read is after: which keys of a record fill which columns.

use super::apim;
use super::cell::Adapt;
use crate::types::ScalarType;

/// Where a key's value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// The cell of the row.
    pub(super) slot: usize,
    /// When several keys mean the same cell, the lowest rank wins.
    pub(super) rank: u8,
    /// What is to be changed.
    pub(super) adapt: Adapt,
}

/// Keys by name, in any case. Most keys of a record are not wanted, and their length alone tells.
#[derive(Debug, Default)]
pub(super) struct KeyMap {
    by_length: Vec<Vec<(Box<[u8]>, Key)>>,
}

impl KeyMap {
    fn add(&mut self, name: &str, key: Key) {
        if self.by_length.len() <= name.len() {
            self.by_length.resize_with(name.len() + 1, Vec::new);
        }
        self.by_length[name.len()].push((name.as_bytes().into(), key));
    }

    /// What a key is for.
    pub(super) fn find(&self, name: &[u8]) -> Option<Key> {
        let candidates = self.by_length.get(name.len())?;
        // The exact name first: two columns of one table may differ in case only.
        let exact = candidates.iter().find(|(known, _)| known.as_ref() == name);
        exact.or_else(|| candidates.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))).map(|(_, key)| *key)
    }
}

/// What stands in a column when the record has nothing for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fill {
    /// Null, or `""`.
    Nothing,
    /// The table's name.
    Table,
    /// `Azure`, in the records of diagnostic settings.
    SourceSystem,
    /// The subscription in the resource's id.
    Subscription,
}

/// A column of the result.
#[derive(Debug)]
pub(super) struct PlannedColumn {
    /// Its name.
    pub(super) name: String,
    /// Its type.
    pub(super) scalar_type: ScalarType,
    /// What stands in for a missing value.
    pub(super) fill: Fill,
}

/// What a read is after. The first slots of a row are the columns; the rest serve to judge the row.
#[derive(Debug)]
pub(super) struct Plan {
    /// The table.
    pub(super) table: String,
    /// Whether records may be diagnostic ones: an envelope around `properties`.
    pub(super) known: bool,
    /// The columns of the result.
    pub(super) columns: Vec<PlannedColumn>,
    /// How many cells a row has.
    pub(super) slots: usize,
    /// The cell of the record's `Type`.
    pub(super) type_slot: usize,
    /// The cell of the record's `category`.
    pub(super) category_slot: usize,
    /// The cell of the row's time, when a period was asked for.
    pub(super) time_slot: Option<usize>,
    /// The cell of the resource's id, when a column is derived from it.
    pub(super) resource_slot: Option<usize>,
    /// The asked period, half open.
    pub(super) period: Option<(i64, i64)>,
    /// Whether records that came before are left out.
    pub(super) dedupe: bool,
    /// Keys at the top of a record.
    pub(super) envelope: KeyMap,
    /// Keys in its `properties`.
    pub(super) properties: KeyMap,
    /// Keys in their `lastError`.
    pub(super) last_error: KeyMap,
}

impl Plan {
    /// A plan for columns of a table.
    pub(super) fn new(table: &str, columns: Vec<(String, ScalarType)>, period: Option<(i64, i64)>, dedupe: bool) -> Self {
        let known = apim::table(table).is_some();
        let mut names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
        let mut slot = |name: &str| match names.iter().position(|have| have == name) {
            Some(at) => at,
            None => {
                names.push(name.to_owned());
                names.len() - 1
            }
        };
        let type_slot = slot("Type");
        let category_slot = slot("Category");
        let time_slot = period.map(|_| slot("TimeGenerated"));
        let derived = known && columns.iter().any(|(name, _)| name == "_SubscriptionId");
        let resource_slot = derived.then(|| slot("_ResourceId"));
        let mut plan = Self {
            table: table.to_owned(),
            known,
            columns: columns
                .into_iter()
                .map(|(name, scalar_type)| {
                    let fill = match name.as_str() {
                        _ if !known => Fill::Nothing,
                        "Type" => Fill::Table,
                        "SourceSystem" => Fill::SourceSystem,
                        "_SubscriptionId" => Fill::Subscription,
                        _ => Fill::Nothing,
                    };
                    PlannedColumn { name, scalar_type, fill }
                })
                .collect(),
            slots: names.len(),
            type_slot,
            category_slot,
            time_slot,
            resource_slot,
            period,
            dedupe,
            envelope: KeyMap::default(),
            properties: KeyMap::default(),
            last_error: KeyMap::default(),
        };
        for (slot, name) in names.iter().enumerate() {
            plan.add_keys(slot, name);
        }
        plan
    }

    fn add_keys(&mut self, slot: usize, name: &str) {
        let key = |rank, adapt| Key { slot, rank, adapt };
        self.envelope.add(name, key(0, Adapt::Nothing));
        if !self.known {
            return;
        }
        for (other, _) in apim::ENVELOPE_NAMES.iter().filter(|(_, column)| *column == name) {
            let adapt = if name == "_ResourceId" { Adapt::Lower } else { Adapt::Nothing };
            self.envelope.add(other, key(1, adapt));
        }
        // The type and the category of a record are its envelope's.
        if slot != self.category_slot && slot != self.type_slot {
            let adapt = if name == "ApiVersion" { Adapt::DateAsTime } else { Adapt::Nothing };
            self.properties.add(name, key(2, adapt));
        }
        for (other, _) in apim::LAST_ERROR_NAMES.iter().filter(|(_, column)| *column == name) {
            self.last_error.add(other, key(2, Adapt::Nothing));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_every_spelling_fill_the_columns() {
        let columns = ["TimeGenerated", "Region", "LastErrorReason", "_SubscriptionId", "_ResourceId"];
        let columns = columns.map(|name| (name.to_owned(), ScalarType::String)).to_vec();
        let plan = Plan::new("ApiManagementGatewayLogs", columns, Some((0, 1)), false);
        assert_eq!((plan.type_slot, plan.category_slot, plan.slots), (5, 6, 7));
        assert_eq!((plan.time_slot, plan.resource_slot), (Some(0), Some(4)));
        let at = |name: &str| plan.envelope.find(name.as_bytes()).map(|key| key.slot);
        assert_eq!([at("time"), at("TIMEGENERATED"), at("location"), at("region")], [Some(0), Some(0), Some(1), Some(1)]);
        assert_eq!(plan.envelope.find(b"resourceId").map(|key| key.adapt), Some(Adapt::Lower));
        assert_eq!(plan.properties.find(b"lastErrorReason").map(|key| key.slot), Some(2));
        assert_eq!(plan.last_error.find(b"Reason").map(|key| key.slot), Some(2));
        assert_eq!(at("durationMs"), None);
    }

    #[test]
    fn names_that_differ_in_case_only_stay_apart() {
        let columns = vec![("a".to_owned(), ScalarType::Long), ("A".to_owned(), ScalarType::Long)];
        let plan = Plan::new("t", columns, None, false);
        assert_eq!(plan.envelope.find(b"a").map(|key| key.slot), Some(0));
        assert_eq!(plan.envelope.find(b"A").map(|key| key.slot), Some(1));
    }
}
