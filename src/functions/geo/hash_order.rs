//! The order in which Kusto's engine gives the cells around a cell.
//!
//! It keeps them in a hash set of C++ (libstdc++'s), so the order is that of the set: each text goes before the others of
//! its bucket, or before all when it is the bucket's first.

/// Texts in the order of the set, which has room for them from the start.
pub(super) fn hash_order(texts: Vec<String>) -> Vec<String> {
    let buckets = buckets(texts.len() as u64);
    let bucket = |text: &str| hash(text.as_bytes()) % buckets;
    let mut order: Vec<(u64, String)> = Vec::with_capacity(texts.len());
    for text in texts {
        let bucket = bucket(&text);
        let at = order.iter().position(|(other, _)| *other == bucket).unwrap_or(0);
        order.insert(at, (bucket, text));
    }
    order.into_iter().map(|(_, text)| text).collect()
}

/// The least prime that is not below a count.
fn buckets(count: u64) -> u64 {
    let prime = |n: u64| (2..n).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d));
    (count.max(2)..).find(|n| prime(*n)).unwrap_or(count)
}

/// MurmurHash64A with libstdc++'s seed.
fn hash(bytes: &[u8]) -> u64 {
    const MULTIPLIER: u64 = 0xc6a4_a793_5bd1_e995;
    const SEED: u64 = 0xc70f_6907;
    let mix = |v: u64| v ^ (v >> 47);
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word: u64, byte| word << 8 | u64::from(*byte));
    let mut hash = SEED ^ (bytes.len() as u64).wrapping_mul(MULTIPLIER);
    let (words, rest) = bytes.as_chunks::<8>();
    for eight in words {
        hash ^= mix(word(eight).wrapping_mul(MULTIPLIER)).wrapping_mul(MULTIPLIER);
        hash = hash.wrapping_mul(MULTIPLIER);
    }
    if !rest.is_empty() {
        hash = (hash ^ word(rest)).wrapping_mul(MULTIPLIER);
    }
    mix(mix(hash).wrapping_mul(MULTIPLIER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_a_prime_number_of_buckets() {
        assert_eq!([6, 7, 8, 12].map(buckets), [7, 7, 11, 13]);
    }

    #[test]
    fn nothing_is_lost() {
        let mut order = hash_order(["a", "b", "c", "d"].map(String::from).to_vec());
        order.sort();
        assert_eq!(order, ["a", "b", "c", "d"]);
    }
}
