//! Callers' addresses: kept, cut to their network, or replaced.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::pseudonym::Pseudonyms;

/// What becomes of callers' addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Addresses {
    /// They stay, as reports by caller need.
    #[default]
    Keep,
    /// Of IPv4 the first 24 bits stay, of IPv6 the first 48.
    Mask,
    /// A pseudonym stands for each.
    Pseudonym,
}

impl Addresses {
    /// What stands for an address; nothing when it stays. Lists of addresses and ports behind them are understood.
    pub(super) fn of(self, text: &str, pseudonyms: Option<&Pseudonyms>) -> Option<String> {
        if self == Self::Keep || text.is_empty() {
            return None;
        }
        let each: Vec<String> = text.split(',').map(|part| self.one(part.trim(), pseudonyms)).collect();
        Some(each.join(", "))
    }

    /// A text with something else in the place of each address, and of the beginning of one where the text was cut.
    pub(super) fn within(self, text: &str, pseudonyms: Option<&Pseudonyms>) -> String {
        if self == Self::Keep {
            return text.to_owned();
        }
        let (whole, cut) = text.strip_suffix('…').map_or((text, ""), |whole| (whole, "…"));
        let mut out = String::with_capacity(text.len());
        let mut rest = whole;
        while let Some(from) = rest.find(is_of_address) {
            let run = &rest[from..];
            let end = run.find(|c| !is_of_address(c)).unwrap_or(run.len());
            // An address may end a sentence.
            let bare = run[..end].trim_end_matches(['.', ':']);
            let is_cut = end == run.len() && !cut.is_empty() && bare.contains(['.', ':']);
            out += &rest[..from];
            if address(bare).is_some() {
                out += &self.one(bare, pseudonyms);
                out += &run[bare.len()..end];
            } else if !is_cut {
                out += &run[..end];
            }
            rest = &run[end..];
        }
        out + rest + cut
    }

    fn one(self, text: &str, pseudonyms: Option<&Pseudonyms>) -> String {
        match (self, address(text), pseudonyms) {
            (Self::Keep, ..) => text.to_owned(),
            (Self::Mask, Some(IpAddr::V4(v4)), _) => {
                let [a, b, c, _] = v4.octets();
                Ipv4Addr::new(a, b, c, 0).to_string()
            }
            (Self::Mask, Some(IpAddr::V6(v6)), _) => {
                let [a, b, c, ..] = v6.segments();
                Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).to_string()
            }
            // What is no address could be anything.
            (Self::Mask, None, _) => "(not an address)".to_owned(),
            (Self::Pseudonym, _, Some(pseudonyms)) if !Pseudonyms::is_one(text) => pseudonyms.of(text),
            (Self::Pseudonym, _, Some(_)) => text.to_owned(),
            (Self::Pseudonym, _, None) => "(address)".to_owned(),
        }
    }
}

/// Whether a character may be part of an address with its port.
const fn is_of_address(c: char) -> bool {
    c.is_ascii_hexdigit() || matches!(c, '.' | ':')
}

/// An address, with or without a port or brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches('"');
    let text = text.strip_prefix("for=").unwrap_or(text).trim_matches('"');
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(canonical(address));
    }
    if let Ok(socket) = text.parse::<std::net::SocketAddr>() {
        return Some(canonical(socket.ip()));
    }
    text.strip_prefix('[')?.split(']').next()?.parse().ok().map(canonical)
}

/// An IPv4 address written as IPv6 is the IPv4 address.
fn canonical(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_the_network() {
        let mask = |text: &str| Addresses::Mask.of(text, None);
        assert_eq!(mask("203.0.113.77").as_deref(), Some("203.0.113.0"));
        assert_eq!(mask("203.0.113.77:4711").as_deref(), Some("203.0.113.0"));
        assert_eq!(mask("2001:db8:1:2::7").as_deref(), Some("2001:db8:1::"));
        assert_eq!(mask("[2001:db8:1:2::7]:443").as_deref(), Some("2001:db8:1::"));
        assert_eq!(mask("::ffff:203.0.113.77").as_deref(), Some("203.0.113.0"));
        assert_eq!(mask("203.0.113.77, 10.1.2.3").as_deref(), Some("203.0.113.0, 10.1.2.0"));
        assert_eq!(mask("canary").as_deref(), Some("(not an address)"));
        assert_eq!((mask(""), Addresses::Keep.of("203.0.113.77", None)), (None, None));
    }

    #[test]
    fn addresses_in_a_text_are_replaced_and_times_are_not() {
        let mask = |text: &str| Addresses::Mask.within(text, None);
        assert_eq!(mask("from 203.0.113.77: no."), "from 203.0.113.0: no.");
        assert_eq!(
            mask(r#"{"ip":"203.0.113.77:443","at":"12:34:56.789""#),
            r#"{"ip":"203.0.113.0","at":"12:34:56.789""#
        );
        assert_eq!(mask("[2001:db8:1:2::7]:443, v1.2"), "[2001:db8:1::]:443, v1.2");
        assert_eq!(mask(r#"{"ip":"203.0.113…"#), r#"{"ip":"…"#);
        assert_eq!(mask("added face… no"), "added face… no");
        assert_eq!(Addresses::Keep.within("203.0.113.77", None), "203.0.113.77");
        let p = Pseudonyms::with_key("k");
        let one = Addresses::Pseudonym.of("203.0.113.77", Some(&p)).unwrap();
        assert_eq!(Addresses::Pseudonym.within("<203.0.113.77>", Some(&p)), format!("<{one}>"));
    }

    #[test]
    fn pseudonyms_can_be_counted_by() {
        let p = Pseudonyms::with_key("k");
        let one = Addresses::Pseudonym.of("203.0.113.77", Some(&p)).unwrap();
        assert_eq!(Addresses::Pseudonym.of("203.0.113.77", Some(&p)).unwrap(), one);
        assert_ne!(Addresses::Pseudonym.of("203.0.113.78", Some(&p)).unwrap(), one);
    }
}
