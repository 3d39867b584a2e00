//! What `\u`, `\101` and their kin stand for in string literals.

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

/// The character that up to three octal digits stand for, the first of which is read already.
pub(super) fn octal(first: char, chars: &mut CharIndices<'_>) -> char {
    let mut code = first.to_digit(8).unwrap_or(0);
    for _ in 0..2 {
        let Some(digit) = chars.clone().next().and_then(|(_, c)| c.to_digit(8)) else { break };
        code = code * 8 + digit;
        chars.next();
    }
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}
