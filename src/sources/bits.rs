//! Where certain bytes stand among 64 of them: one bit each, found by the widest instructions that the machine has.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the instructions that were found")]

use fearless_simd::prelude::*;
use fearless_simd::{Simd, u8x64};

/// How many bytes are looked at together.
pub(super) const WIDTH: usize = 64;

/// 64 bytes of text.
pub(super) struct Window<S: Simd>(u8x64<S>);

// Everything here is inlined: only so are the instructions those of `S`.
impl<S: Simd> Window<S> {
    #[inline(always)]
    pub(super) fn new(simd: S, bytes: &[u8; WIDTH]) -> Self {
        Self(u8x64::simd_from(simd, *bytes))
    }

    /// The places of a byte.
    #[inline(always)]
    pub(super) fn equal(&self, byte: u8) -> u64 {
        self.0.simd_eq(byte).to_bitmask()
    }

    /// The places of the bytes that are the wanted one once only the bits of a mask are left of them.
    #[inline(always)]
    pub(super) fn equal_under(&self, mask: u8, byte: u8) -> u64 {
        (self.0 & mask).simd_eq(byte).to_bitmask()
    }

    /// Whether a byte occurs: cheaper than its places.
    #[inline(always)]
    pub(super) fn holds(&self, byte: u8) -> bool {
        self.0.simd_eq(byte).any_true()
    }
}

/// Each bit becomes the parity of itself and those below: between quotes, the opening one included, all are 1.
#[inline(always)]
pub(super) const fn parity(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^ bits << 32
}

/// The bits that follow a set bit directly. `carry` is the last bit of the window before, and becomes that of this one.
#[inline(always)]
pub(super) const fn after(bits: u64, carry: &mut u64) -> u64 {
    let following = bits << 1 | *carry;
    *carry = bits >> 63;
    following
}

/// The last window of a text, filled up with zeros, and the bits that belong to the text.
#[inline(always)]
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
    use fearless_simd::{Level, dispatch};

    use super::*;

    /// All that this machine can do, and not only the best of it.
    fn levels() -> Vec<Level> {
        let best = Level::new();
        #[cfg(target_arch = "x86_64")]
        let lower =
            [best.as_sse2().map(Level::Sse2), best.as_sse4_2().map(Level::Sse4_2), best.as_avx2().map(Level::Avx2)];
        #[cfg(not(target_arch = "x86_64"))]
        let lower: [Option<Level>; 0] = [];
        lower.into_iter().flatten().chain([best]).collect()
    }

    #[test]
    fn places_are_those_of_the_bytes() {
        let bytes: [u8; WIDTH] = std::array::from_fn(|n| if n % 7 == 3 { b'"' } else { b'a' + n as u8 % 26 });
        let places = |wanted: &dyn Fn(u8) -> bool| {
            bytes.iter().enumerate().filter(|(_, b)| wanted(**b)).fold(0_u64, |all, (n, _)| all | 1 << n)
        };
        fn seen(simd: impl Simd, bytes: &[u8; WIDTH]) -> (u64, u64, (bool, bool)) {
            let window = Window::new(simd, bytes);
            (window.equal(b'"'), window.equal_under(0xd9, 0x59), (window.holds(b'"'), window.holds(b'!')))
        }
        for level in levels() {
            let (quotes, brackets, holds) = dispatch!(level, simd => seen(simd, &bytes));
            assert_eq!(quotes, places(&|b| b == b'"'));
            assert_eq!(brackets, places(&|b| b & 0xd9 == 0x59));
            assert_eq!(holds, (true, false));
        }
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
