//! `preview`: some rows, and how many there are.

use super::{Arguments, Call, Meaning, Plugin};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder};
use crate::types::ScalarType;

pub(super) const PLUGIN: Plugin = Plugin {
    name: "preview",
    signature: "(rows)",
    doc: "Gives two tables: some rows of the input, and the number of all its rows. Nothing can follow it.",
    examples: &[("range x from 1 to 9 step 1 | evaluate preview(2)", "1; 2")],
    meaning: Meaning::Tables(preview),
};

fn preview(binder: &Binder<'_>, call: &Call<'_>, arguments: &Arguments<'_>, input: Tabular) -> Bind<Tabular> {
    let wanted = binder.constant(arguments.required("rows")?, ScalarType::Long, call.env)?.as_i64().unwrap_or(0);
    let first = binder.take_rows(input.clone(), u64::try_from(wanted).unwrap_or(0))?;
    let count = binder.count(input, None)?;
    let mut tables = binder.forks.borrow_mut();
    tables.push(("PrimaryResult".to_owned(), first.clone()));
    tables.push(("Table_1".to_owned(), count));
    Ok(first)
}
