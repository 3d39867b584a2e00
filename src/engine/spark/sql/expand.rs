//! `mv-expand`: rows multiplied by the elements of dynamic columns.

use super::operator::{listed, named};
use super::writer::{Outcome, Relation, Writer};
use super::{Beyond, dynamic, quoted};
use crate::ir::{Expand, Schema};

impl Writer<'_> {
    /// The elements are listed first, then made rows of, then converted.
    pub(super) fn expand(&mut self, expand: &Expand, schema: &Schema, input: &Relation) -> Outcome {
        let names = input.names();
        let name =
            |kql: &String| names.get(kql).map(|n| quoted(n)).ok_or_else(|| Beyond::new(format!("the column '{kql}'")));
        let (mut lists, mut list_names) = (Vec::new(), Vec::new());
        for (at, (column, _)) in expand.columns.iter().enumerate() {
            let list = quoted(&format!("_list{at}"));
            lists.push(format!("{} AS {list}", dynamic::elements(&name(column)?, expand.bags_as_arrays)));
            list_names.push(list);
        }
        // The shorter ones are filled up with nulls.
        let (mut rows, single) = match list_names.as_slice() {
            [one] => (one.clone(), true),
            all => (format!("arrays_zip({})", all.join(", ")), false),
        };
        if let Some(most) = expand.limit {
            let most = i32::try_from(most).map_err(|_| Beyond::new("mv-expand with such a limit"))?;
            rows = format!("slice({rows}, 1, {most})");
        }
        let columns = named(schema);
        let mut kept = input.hidden();
        let mut selected = Vec::new();
        for (kql, sql, to) in &columns {
            let said = if let Some(at) = expand.columns.iter().position(|(n, _)| n == kql) {
                let element = if single { "`_element`".to_owned() } else { format!("`_element`.`_list{at}`") };
                dynamic::element(&element, *to)?
            } else if expand.index.as_ref() == Some(kql) {
                "CAST(`_at` AS BIGINT)".to_owned()
            } else {
                let name = name(kql)?;
                kept.push(name.clone());
                name
            };
            selected.push(format!("{said} AS {}", quoted(sql)));
        }
        selected.extend(input.hidden());
        let mut order = input.order.clone();
        // Rows in order stay so, and those of one row are in the order of its elements.
        if !order.is_empty() {
            let place = format!("_order{}", self.hidden);
            self.hidden += 1;
            selected.push(format!("`_at` AS {}", quoted(&place)));
            order.push((place, true, true));
        }
        kept.push(format!("posexplode({rows}) AS (`_at`, `_element`)"));
        let select = format!(
            "SELECT {} FROM (SELECT {} FROM (SELECT *, {} FROM t{}))",
            listed(selected),
            kept.join(", "),
            lists.join(", "),
            input.at
        );
        let relation = self.add(select, &[input], columns);
        Ok(Relation { order, ..relation })
    }
}
