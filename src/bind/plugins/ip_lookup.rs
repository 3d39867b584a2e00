//! `ipv4_lookup`, `ipv6_lookup`: rows joined with the networks that hold their address.

use std::collections::{BTreeMap, HashMap};

use super::{Arguments, Call, Meaning, Plugin, columns_by_place};
use crate::bind::scope::Tabular;
use crate::bind::{Bind, Binder, error};
use crate::functions::ip::{Network, Version};
use crate::ir::{Context, Expr, Plan, Schema};
use crate::syntax::ast::ExprKind;
use crate::types::{Column, ScalarType, Table, Value};

/// The family.
pub(super) const PLUGINS: &[Plugin] = &[
    Plugin {
        name: "ipv4_lookup",
        signature: "(lookup, address, network, [*keys], [return_unmatched])",
        doc: "Joins each row with the rows of a lookup table whose network holds its address, and which have the same \
              values in the further key columns. With `return_unmatched = true` rows without a network stay too.",
        examples: &[(
            "datatable(a: string)['10.0.0.9', '9.9.9.9'] \
             | evaluate ipv4_lookup(datatable(net: string, n: long)['10.0.0.0/8', 1], a, net)",
            "10.0.0.9, 10.0.0.0/8, 1",
        )],
        meaning: Meaning::Table(|b, c, a, i| lookup(b, c, a, i, Version::V4)),
    },
    Plugin {
        name: "ipv6_lookup",
        signature: "(lookup, address, network, [return_unmatched])",
        doc: "As `ipv4_lookup`, for addresses of IPv6; those of IPv4 are taken as mapped into it.",
        examples: &[(
            "print a = 'fe80::1' | evaluate ipv6_lookup(datatable(net: string)['fe80::/10'], a, net)",
            "fe80::1, fe80::/10",
        )],
        meaning: Meaning::Table(|b, c, a, i| lookup(b, c, a, i, Version::V6)),
    },
];

fn lookup(
    binder: &Binder<'_>,
    call: &Call<'_>,
    arguments: &Arguments<'_>,
    input: Tabular,
    version: Version,
) -> Bind<Tabular> {
    let table = binder.tabular(arguments.required("lookup")?, call.env)?;
    let tree = arguments.required("address")?;
    let (_, address) = binder.plugin_value(tree, &input, call.env)?;
    let network_tree = arguments.required("network")?;
    let (_, network) = binder.plugin_value(network_tree, &table, call.env)?;
    for (column, span) in [(&address, tree.span), (&network, network_tree.span)] {
        if !matches!(column.scalar_type, ScalarType::String | ScalarType::Dynamic) {
            return error("KQL242", format!("an address is a string, not a {}", column.scalar_type), span);
        }
    }
    let mut unmatched = binder.plugin_flag("return_unmatched", arguments)?.unwrap_or(false);
    let mut keys: Vec<(String, ScalarType)> = Vec::new();
    for argument in &arguments.rest {
        if !matches!(argument.value.kind, ExprKind::Name(_)) {
            unmatched = binder.constant(&argument.value, ScalarType::Bool, call.env)? == Value::Bool(true);
            continue;
        }
        let (name, left) = binder.plugin_column(&argument.value, &input, call.env)?;
        let (_, right) = binder.plugin_column(&argument.value, &table, call.env)?;
        if left != right {
            return error("KQL183", format!("the key is a {left} here and a {right} there"), argument.value.span);
        }
        keys.push((name, left));
    }
    let mut schema = input.plan.schema.clone();
    // The further keys are shown once.
    let shown: Vec<(String, ScalarType)> =
        table.plan.schema.columns.iter().filter(|c| !keys.contains(c)).cloned().collect();
    for (name, scalar_type) in &shown {
        schema.columns.push((schema.free_name(name), *scalar_type));
    }
    let key = |(name, t): &(String, ScalarType)| Expr::column(name, *t);
    let all = |plan: &Plan| plan.all_columns().into_iter().map(|(_, e)| e).collect::<Vec<_>>();
    let count = keys.len();
    let mut left: Vec<Expr> = vec![address.cast(ScalarType::String)];
    left.extend(keys.iter().map(key));
    left.extend(all(&input.plan));
    let mut right: Vec<Expr> = vec![network.cast(ScalarType::String)];
    right.extend(keys.iter().map(key));
    right.extend(shown.iter().map(key));
    let inputs = vec![columns_by_place(input.plan, left), columns_by_place(table.plan, right)];
    let answer = schema.clone();
    let kernel = move |_: &Context, tables: Vec<Table>| {
        let [rows, networks] = <[Table; 2]>::try_from(tables).map_err(|_| "a lookup reads two tables")?;
        Ok(matched(&rows, &networks, count, version, unmatched, &answer))
    };
    Ok(Tabular {
        serialized: input.serialized,
        ..Tabular::new(Plan::table_kernel("ip_lookup", inputs, schema, kernel))
    })
}

/// The networks of a lookup table, by prefix, then by their bits and the further keys.
struct Networks {
    by_prefix: BTreeMap<u32, HashMap<(u128, String), Vec<usize>>>,
}

/// The further keys of a row, as one text.
fn key_text(table: &Table, row: usize, keys: usize) -> String {
    table.columns.iter().skip(1).take(keys).map(|c| format!("{:?}\u{1f}", c.values[row])).collect()
}

impl Networks {
    fn of(table: &Table, keys: usize, version: Version) -> Self {
        let mut by_prefix: BTreeMap<u32, HashMap<(u128, String), Vec<usize>>> = BTreeMap::new();
        for row in 0..table.rows {
            let text = table.columns.first().and_then(|c| c.values[row].as_str()).unwrap_or_default();
            let Some(network) = version.read(text) else { continue };
            let bits = version.leading(network.address, network.prefix);
            by_prefix
                .entry(network.prefix)
                .or_default()
                .entry((bits, key_text(table, row, keys)))
                .or_default()
                .push(row);
        }
        Self { by_prefix }
    }

    /// The rows of the networks that hold an address, those that say most of it first.
    fn holding(&self, address: Network, key: &str, version: Version) -> Vec<usize> {
        let mut found = Vec::new();
        for (prefix, networks) in self.by_prefix.iter().rev() {
            if *prefix <= address.prefix {
                let bits = version.leading(address.address, *prefix);
                found.extend(networks.get(&(bits, key.to_owned())).into_iter().flatten().copied());
            } else {
                // The address is a network itself, wider than these.
                let wide = version.leading(address.address, address.prefix);
                let mut inside: Vec<usize> = Vec::new();
                let mut all: Vec<_> = networks.iter().collect();
                all.sort();
                for ((bits, other), rows) in all {
                    if other == key && version.leading(*bits, address.prefix) == wide {
                        inside.extend(rows);
                    }
                }
                found.extend(inside);
            }
        }
        found
    }
}

fn matched(rows: &Table, networks: &Table, keys: usize, version: Version, unmatched: bool, schema: &Schema) -> Table {
    let index = Networks::of(networks, keys, version);
    let mut pairs: Vec<(usize, Option<usize>)> = Vec::new();
    for row in 0..rows.rows {
        let text = rows.columns.first().and_then(|c| c.values[row].as_str()).unwrap_or_default();
        let found = match version.read(text) {
            Some(address) => index.holding(address, &key_text(rows, row, keys), version),
            None => Vec::new(),
        };
        if found.is_empty() && unmatched {
            pairs.push((row, None));
        }
        pairs.extend(found.into_iter().map(|network| (row, Some(network))));
    }
    let left = rows.columns.len() - 1 - keys;
    let columns = schema.columns.iter().enumerate().map(|(at, (name, scalar_type))| {
        let (side, place) = if at < left { (rows, at) } else { (networks, at - left) };
        let values = pairs.iter().map(|(row, network)| {
            let row = if at < left { Some(*row) } else { *network };
            row.and_then(|row| side.columns.get(1 + keys + place).map(|c| c.values[row].clone()))
                .unwrap_or(Value::null_of(*scalar_type))
        });
        Column { name: name.clone(), scalar_type: *scalar_type, values: values.collect() }
    });
    Table { columns: columns.collect(), rows: pairs.len() }
}
