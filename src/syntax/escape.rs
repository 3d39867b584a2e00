//! What `\u` and its kin stand for in string literals.

use std::str::CharIndices;

/// The character that the hexadecimal digits ahead stand for; a surrogate pair written as two escapes is one character,
/// half of one is U+FFFD. `None` when fewer digits follow.
pub(super) fn unicode(chars: &mut CharIndices<'_>, digits: usize) -> Option<char> {
    let hex: String = chars.by_ref().take(digits).map(|(_, c)| c).collect();
    let mut code = u32::from_str_radix(&hex, 16).ok().filter(|_| hex.len() == digits)?;
    if (0xD800..=0xDBFF).contains(&code) {
        let tail: String = chars.clone().take(6).map(|(_, c)| c).collect();
        let low = tail.strip_prefix("\\u").and_then(|hex| u32::from_str_radix(hex, 16).ok());
        if let Some(low @ 0xDC00..=0xDFFF) = low {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            chars.by_ref().take(6).for_each(drop);
        }
    }
    Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
}
