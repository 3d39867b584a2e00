//! Where certain bytes stand among 64 of them: one bit each, found 16 at a time.

use wide::u8x16;

/// How many bytes are looked at together.
pub(super) const WIDTH: usize = 64;

/// 64 bytes of text.
pub(super) struct Window([u8x16; 4]);

impl Window {
    #[inline]
    pub(super) fn new(bytes: &[u8; WIDTH]) -> Self {
        let (parts, _) = bytes.as_chunks::<16>();
        Self([parts[0].into(), parts[1].into(), parts[2].into(), parts[3].into()])
    }

    #[inline]
    fn each(&self, of: impl Fn(u8x16) -> u8x16) -> u64 {
        let bits = |n: usize| u64::from(of(self.0[n]).to_bitmask());
        bits(0) | bits(1) << 16 | bits(2) << 32 | bits(3) << 48
    }

    /// The places of a byte.
    #[inline]
    pub(super) fn equal(&self, byte: u8) -> u64 {
        let wanted = u8x16::splat(byte);
        self.each(|part| part.simd_eq(wanted))
    }

    /// The places of the bytes that are the wanted one once only the bits of a mask are left of them.
    #[inline]
    pub(super) fn equal_under(&self, mask: u8, byte: u8) -> u64 {
        let (mask, wanted) = (u8x16::splat(mask), u8x16::splat(byte));
        self.each(|part| (part & mask).simd_eq(wanted))
    }

    /// Whether a byte occurs: cheaper than its places.
    #[inline]
    pub(super) fn holds(&self, byte: u8) -> bool {
        let wanted = u8x16::splat(byte);
        let eq = |n: usize| self.0[n].simd_eq(wanted);
        (eq(0) | eq(1) | eq(2) | eq(3)).to_bitmask() != 0
    }
}

/// Each bit becomes the parity of itself and those below: between quotes, the opening one included, all are 1.
#[inline]
pub(super) const fn parity(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^ bits << 32
}

/// The bits that follow a set bit directly. `carry` is the last bit of the window before, and becomes that of this one.
#[inline]
pub(super) const fn after(bits: u64, carry: &mut u64) -> u64 {
    let following = bits << 1 | *carry;
    *carry = bits >> 63;
    following
}

/// The last window of a text, filled up with zeros, and the bits that belong to the text.
#[inline]
pub(super) fn last_window(rest: &[u8]) -> ([u8; WIDTH], u64) {
    let mut window = [0; WIDTH];
    let count = rest.len().min(WIDTH - 1);
    window[..count].copy_from_slice(&rest[..count]);
    (window, (1 << count) - 1)
}

/// How often a byte occurs.
pub(super) fn count(bytes: &[u8], byte: u8) -> usize {
    memchr::memchr_iter(byte, bytes).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_bytes() {
        let bytes: [u8; WIDTH] = std::array::from_fn(|n| if n % 7 == 3 { b'"' } else { b'a' + n as u8 % 26 });
        let places = |wanted: &dyn Fn(u8) -> bool| {
            bytes.iter().enumerate().filter(|(_, b)| wanted(**b)).fold(0_u64, |all, (n, _)| all | 1 << n)
        };
        let window = Window::new(&bytes);
        assert_eq!(window.equal(b'"'), places(&|b| b == b'"'));
        assert_eq!(window.equal_under(0xd9, 0x59), places(&|b| b & 0xd9 == 0x59));
        assert!(window.holds(b'"') && !window.holds(b'!'));
        assert_eq!(count(&bytes, b'"'), 9);
    }

    #[test]
    fn parity_marks_what_stands_between_quotes() {
        assert_eq!(parity(0b0100_0100), 0b0011_1100);
        assert_eq!(parity(1), u64::MAX);
        let mut carry = 0;
        assert_eq!(after(1 << 63 | 1, &mut carry), 2);
        assert_eq!((after(0, &mut carry), carry), (1, 0));
    }
}
