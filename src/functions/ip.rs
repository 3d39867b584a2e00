//! Addresses of IPv4 and IPv6: masks, ranges, comparison, and addresses inside text.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Function, text};
use crate::types::{Json, Value};

/// An address with the number of leading bits that count.
#[derive(Clone, Copy)]
pub(crate) struct Network {
    pub(crate) address: u128,
    pub(crate) prefix: u32,
}

/// The two kinds of address.
#[derive(Clone, Copy)]
pub(crate) enum Version {
    V4,
    V6,
}

impl Version {
    /// The network a text names; of version 6, one of version 4 too.
    pub(crate) fn read(self, text: &str) -> Option<Network> {
        match self {
            Self::V4 => ipv4(text),
            Self::V6 => ipv6(text),
        }
    }

    /// The leading bits of an address, the others 0.
    pub(crate) fn leading(self, address: u128, prefix: u32) -> u128 {
        match self {
            Self::V4 => masked(address, prefix, 32),
            Self::V6 => masked(address, prefix, 128),
        }
    }
}

/// How many bits an IPv4 address has in front of it when it is written as IPv6.
const MAPPED: u32 = 96;

/// `10.1.2.3` or `10.1.2.3/24`, as bits of IPv4.
fn ipv4(text: &str) -> Option<Network> {
    let (address, prefix) = match text.trim().split_once('/') {
        Some((address, prefix)) => (address, prefix.trim().parse().ok().filter(|p| *p <= 32)?),
        None => (text.trim(), 32),
    };
    Some(Network { address: u128::from(u32::from(address.trim().parse::<Ipv4Addr>().ok()?)), prefix })
}

/// An address of either kind as bits of IPv6.
fn ipv6(text: &str) -> Option<Network> {
    // `::1.2.3.4/24` too is an address of IPv4, with a prefix that counts its bits.
    if let Some(Network { address, prefix }) = ipv4(text.trim().trim_start_matches("::")) {
        return Some(Network { address: address | 0xffff_0000_0000, prefix: prefix + MAPPED });
    }
    let (address, prefix) = match text.trim().split_once('/') {
        Some((address, prefix)) => (address, prefix.trim().parse().ok().filter(|p| *p <= 128)?),
        None => (text.trim(), 128),
    };
    Some(Network { address: u128::from(address.trim().parse::<Ipv6Addr>().ok()?), prefix })
}

/// The leading bits of an address of some width.
fn masked(address: u128, prefix: u32, width: u32) -> u128 {
    let drop = width - prefix.min(width);
    address.checked_shr(drop).map_or(0, |kept| kept << drop)
}

/// The prefix given as an argument; all bits when there is none, `None` when it is out of range.
fn prefix(arguments: &[Value<'_>], at: usize, width: u32) -> Option<u32> {
    match arguments.get(at) {
        None => Some(width),
        Some(value) => value.as_i64().and_then(|n| u32::try_from(n).ok()).filter(|n| *n <= width),
    }
}

type Reader = fn(&str) -> Option<Network>;

/// The order of two addresses by the bits that all three prefixes keep.
fn order(arguments: &[Value<'_>], read: Reader, width: u32) -> Option<std::cmp::Ordering> {
    let (a, b) = (read(text(arguments, 0))?, read(text(arguments, 1))?);
    let bits = prefix(arguments, 2, width)?.min(a.prefix).min(b.prefix);
    Some(masked(a.address, bits, width).cmp(&masked(b.address, bits, width)))
}

fn compare<'a>(arguments: &[Value<'a>], read: Reader, width: u32) -> Value<'a> {
    order(arguments, read, width).map_or(Value::Null, |o| Value::Long(o as i64))
}

fn is_match<'a>(arguments: &[Value<'a>], read: Reader, width: u32) -> Value<'a> {
    order(arguments, read, width).map_or(Value::Null, |o| Value::Bool(o.is_eq()))
}

/// The texts of arguments from a place on: each a string or an array of strings.
fn texts<'v>(arguments: &'v [Value<'_>], from: usize) -> Vec<&'v str> {
    arguments
        .iter()
        .skip(from)
        .flat_map(|argument| match argument.as_json() {
            Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).collect(),
            Some(Json::String(text)) => vec![text.as_str()],
            _ => argument.as_str().into_iter().collect::<Vec<_>>(),
        })
        .collect()
}

fn within(address: Network, range: Network, width: u32) -> bool {
    let bits = address.prefix.min(range.prefix);
    masked(address.address, bits, width) == masked(range.address, bits, width)
}

fn in_range<'a>(arguments: &[Value<'a>], read: Reader, width: u32) -> Value<'a> {
    match (read(text(arguments, 0)), read(text(arguments, 1))) {
        (Some(address), Some(range)) => Value::Bool(within(address, range, width)),
        _ => Value::Null,
    }
}

fn in_any_range<'a>(arguments: &[Value<'a>], read: Reader, width: u32) -> Value<'a> {
    let Some(address) = read(text(arguments, 0)) else { return Value::Null };
    let ranges: Vec<Network> = texts(arguments, 1).into_iter().filter_map(read).collect();
    if ranges.is_empty() {
        return Value::Null;
    }
    Value::Bool(ranges.into_iter().any(|range| within(address, range, width)))
}

fn is_private<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    const PRIVATE: [(u32, u32); 3] = [(0x0a00_0000, 8), (0xac10_0000, 12), (0xc0a8_0000, 16)];
    let Some(network) = ipv4(text(arguments, 0)) else { return Value::Null };
    let range = |(address, prefix)| Network { address: u128::from(address), prefix };
    Value::Bool(PRIVATE.into_iter().map(range).any(|r| within(network, r, 32)))
}

/// Four groups of decimal digits.
fn ipv4_text(address: u128) -> String {
    Ipv4Addr::from(address as u32).to_string()
}

/// Eight groups of four hexadecimal digits.
fn ipv6_text(address: u128) -> String {
    let groups: Vec<String> = Ipv6Addr::from(address).segments().iter().map(|s| format!("{s:04x}")).collect();
    groups.join(":")
}

fn parse_ipv4<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    match (ipv4(text(arguments, 0)), prefix(arguments, 1, 32)) {
        (Some(n), Some(p)) => Value::Long(masked(n.address, n.prefix.min(p), 32) as i64),
        _ => Value::Null,
    }
}

fn parse_ipv6<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    match (ipv6(text(arguments, 0)), prefix(arguments, 1, 128)) {
        (Some(n), Some(p)) => Value::string(ipv6_text(masked(n.address, n.prefix.min(p), 128))),
        _ => Value::str(""),
    }
}

/// The address of a text or a number, masked.
fn format_ipv4<'a>(arguments: &[Value<'a>], with_mask: bool) -> Value<'a> {
    let network = match arguments[0].as_i64() {
        Some(n) => u32::try_from(n).ok().map(|n| Network { address: u128::from(n), prefix: 32 }),
        None => ipv4(text(arguments, 0)),
    };
    let (Some(network), Some(prefix)) = (network, prefix(arguments, 1, 32)) else { return Value::str("") };
    let bits = network.prefix.min(prefix);
    let address = ipv4_text(masked(network.address, bits, 32));
    Value::string(if with_mask { format!("{address}/{bits}") } else { address })
}

/// The fewest networks that cover a range exactly.
fn cidr_list<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let (Some(from), Some(to)) = (ipv4(text(arguments, 0)), ipv4(text(arguments, 1))) else { return Value::Null };
    let (mut from, to) = (from.address as u64, to.address as u64);
    let mut networks = Vec::new();
    while from <= to {
        let aligned = if from == 0 { 32 } else { from.trailing_zeros().min(32) };
        let fits = (to - from + 1).ilog2();
        let bits = aligned.min(fits);
        networks.push(Json::from(format!("{}/{}", ipv4_text(u128::from(from)), 32 - bits)));
        from += 1 << bits;
    }
    Value::dynamic(Json::Array(networks))
}

/// The addresses of IPv4 in a text that stand between characters which are neither letters nor digits.
fn addresses(source: &str) -> impl Iterator<Item = &str> {
    let bytes = source.as_bytes();
    let part = |b: u8| b.is_ascii_digit() || b == b'.';
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let start = at;
            if !bytes[at].is_ascii_digit() || start.checked_sub(1).is_some_and(|b| bytes[b].is_ascii_alphanumeric()) {
                at += 1;
                continue;
            }
            let end = (start..bytes.len()).find(|i| !part(bytes[*i])).unwrap_or(bytes.len());
            at = end;
            let candidate = source[start..end].trim_end_matches('.');
            let apart = !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric) || candidate.len() < end - start;
            if apart && candidate.parse::<Ipv4Addr>().is_ok() {
                return Some(candidate);
            }
        }
        None
    })
}

fn has_any_ipv4<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let wanted: Vec<&str> = texts(arguments, 1).into_iter().filter(|w| w.parse::<Ipv4Addr>().is_ok()).collect();
    Value::Bool(addresses(text(arguments, 0)).any(|found| wanted.contains(&found)))
}

/// Whole groups, each ended by a dot, or a whole address.
fn is_prefix(wanted: &str) -> bool {
    match wanted.strip_suffix('.') {
        Some(groups) => {
            let groups: Vec<&str> = groups.split('.').collect();
            groups.len() <= 3 && groups.iter().all(|g| g.parse::<u8>().is_ok())
        }
        None => wanted.parse::<Ipv4Addr>().is_ok(),
    }
}

fn has_any_prefix<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let wanted: Vec<&str> = texts(arguments, 1).into_iter().filter(|w| is_prefix(w)).collect();
    let fits = |found: &str, w: &str| if w.ends_with('.') { found.starts_with(w) } else { found == w };
    Value::Bool(addresses(text(arguments, 0)).any(|found| wanted.iter().any(|w| fits(found, w))))
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    Function::kernel(
        "parse_ipv4",
        &["(ip: string) -> long"],
        "The address as a number; bits after its `/prefix` are cleared. Null when it is none.",
        &[("parse_ipv4('10.0.0.1')", "167772161"), ("parse_ipv4('10.0.0.255/24')", "167772160")],
        |_, a| parse_ipv4(a),
    ),
    Function::kernel(
        "parse_ipv4_mask",
        &["(ip: string, prefix: long) -> long"],
        "The address as a number, of which only the leading bits are kept.",
        &[("parse_ipv4_mask('10.0.0.255', 24)", "167772160")],
        |_, a| parse_ipv4(a),
    ),
    Function::kernel(
        "parse_ipv6",
        &["(ip: string) -> string"],
        "The address of either kind in the long form of IPv6.",
        &[("parse_ipv6('fe80::1')", "fe80:0000:0000:0000:0000:0000:0000:0001")],
        |_, a| parse_ipv6(a),
    ),
    Function::kernel(
        "parse_ipv6_mask",
        &["(ip: string, prefix: long) -> string"],
        "The address in the long form of IPv6, of which only the leading bits are kept.",
        &[("parse_ipv6_mask('10.0.0.255', 120)", "0000:0000:0000:0000:0000:ffff:0a00:0000")],
        |_, a| parse_ipv6(a),
    ),
    Function::kernel(
        "format_ipv4",
        &["(ip: string, [prefix: long]) -> string", "(ip: long, [prefix: long]) -> string"],
        "The address of a text or number as text, of which only the leading bits are kept.",
        &[("format_ipv4(167772415, 24)", "10.0.0.0")],
        |_, a| format_ipv4(a, false),
    ),
    Function::kernel(
        "format_ipv4_mask",
        &["(ip: string, [prefix: long]) -> string", "(ip: long, [prefix: long]) -> string"],
        "The address with its prefix, in CIDR notation.",
        &[("format_ipv4_mask('10.0.0.255', 24)", "10.0.0.0/24")],
        |_, a| format_ipv4(a, true),
    ),
    Function::kernel(
        "ipv4_compare",
        &["(ip1: string, ip2: string, [prefix: long]) -> long"],
        "-1, 0 or 1 as the first address is below, equal to or above the second, by the bits that all prefixes keep.",
        &[("ipv4_compare('10.0.0.1/24', '10.0.0.200')", "0"), ("ipv4_compare('10.0.0.1', '10.0.0.2')", "-1")],
        |_, a| compare(a, ipv4, 32),
    ),
    Function::kernel(
        "ipv4_is_match",
        &["(ip1: string, ip2: string, [prefix: long]) -> bool"],
        "Whether two addresses agree in the bits that all prefixes keep.",
        &[("ipv4_is_match('10.0.0.1/24', '10.0.0.200')", "True")],
        |_, a| is_match(a, ipv4, 32),
    ),
    Function::kernel(
        "ipv4_is_in_range",
        &["(ip: string, range: string) -> bool"],
        "Whether an address lies in a network.",
        &[("ipv4_is_in_range('10.1.2.3', '10.0.0.0/8')", "True")],
        |_, a| in_range(a, ipv4, 32),
    ),
    Function::kernel(
        "ipv4_is_in_any_range",
        &["(ip: string, *ranges: string|dynamic) -> bool"],
        "Whether an address lies in one of some networks, given one by one or as an array.",
        &[("ipv4_is_in_any_range('10.1.2.3', '192.168.0.0/16', '10.0.0.0/8')", "True")],
        |_, a| in_any_range(a, ipv4, 32),
    ),
    Function::kernel(
        "ipv4_is_private",
        &["(ip: string) -> bool"],
        "Whether an address belongs to a private network (RFC 1918).",
        &[("ipv4_is_private('172.20.0.1')", "True"), ("ipv4_is_private('8.8.8.8')", "False")],
        |_, a| is_private(a),
    ),
    Function::kernel(
        "ipv4_netmask_suffix",
        &["(ip: string) -> long"],
        "The prefix after the address; 32 when there is none.",
        &[("ipv4_netmask_suffix('10.1.2.3/24')", "24")],
        |_, a| ipv4(text(a, 0)).map_or(Value::Null, |n| Value::Long(i64::from(n.prefix))),
    ),
    Function::kernel(
        "ipv4_range_to_cidr_list",
        &["(start: string, end: string) -> dynamic"],
        "The fewest networks that cover a range of addresses exactly.",
        &[("ipv4_range_to_cidr_list('10.0.0.0', '10.0.1.4')", "[\"10.0.0.0/24\",\"10.0.1.0/30\",\"10.0.1.4/32\"]")],
        |_, a| cidr_list(a),
    ),
    Function::kernel(
        "ipv6_compare",
        &["(ip1: string, ip2: string, [prefix: long]) -> long"],
        "As `ipv4_compare`, for addresses of either kind.",
        &[("ipv6_compare('fe80::1', 'fe80::2')", "-1")],
        |_, a| compare(a, ipv6, 128),
    ),
    Function::kernel(
        "ipv6_is_match",
        &["(ip1: string, ip2: string, [prefix: long]) -> bool"],
        "As `ipv4_is_match`, for addresses of either kind.",
        &[("ipv6_is_match('fe80::1/120', 'fe80::ff')", "True")],
        |_, a| is_match(a, ipv6, 128),
    ),
    Function::kernel(
        "ipv6_is_in_range",
        &["(ip: string, range: string) -> bool"],
        "As `ipv4_is_in_range`, for addresses of either kind.",
        &[("ipv6_is_in_range('fe80::1', 'fe80::/16')", "True")],
        |_, a| in_range(a, ipv6, 128),
    ),
    Function::kernel(
        "ipv6_is_in_any_range",
        &["(ip: string, *ranges: string|dynamic) -> bool"],
        "As `ipv4_is_in_any_range`, for addresses of either kind.",
        &[("ipv6_is_in_any_range('fe80::1', dynamic(['::1/128', 'fe80::/16']))", "True")],
        |_, a| in_any_range(a, ipv6, 128),
    ),
    Function::kernel(
        "has_ipv4",
        &["(source: string, ip: string) -> bool"],
        "Whether an address stands in a text, apart from letters and digits.",
        &[("has_ipv4('from 10.0.0.1:80', '10.0.0.1')", "True"), ("has_ipv4('110.0.0.1', '10.0.0.1')", "False")],
        |_, a| has_any_ipv4(a),
    ),
    Function::kernel(
        "has_any_ipv4",
        &["(source: string, *ips: string|dynamic) -> bool"],
        "Whether one of some addresses stands in a text.",
        &[("has_any_ipv4('from 10.0.0.1', dynamic(['10.0.0.2', '10.0.0.1']))", "True")],
        |_, a| has_any_ipv4(a),
    ),
    Function::kernel(
        "has_ipv4_prefix",
        &["(source: string, prefix: string) -> bool"],
        "Whether an address that begins with some whole groups stands in a text.",
        &[("has_ipv4_prefix('from 10.1.0.1', '10.1.')", "True"), ("has_ipv4_prefix('from 10.1.0.1', '10.1')", "False")],
        |_, a| has_any_prefix(a),
    ),
    Function::kernel(
        "has_any_ipv4_prefix",
        &["(source: string, *prefixes: string|dynamic) -> bool"],
        "Whether an address that begins with one of some prefixes stands in a text.",
        &[("has_any_ipv4_prefix('from 10.1.0.1', '192.168.', '10.')", "True")],
        |_, a| has_any_prefix(a),
    ),
];
