//! A count of distinct values that can be stored and merged: HyperLogLog, exact while there are few.

use std::collections::BTreeSet;

use crate::types::{Json, Value, to_text};

/// As many hashes are kept as they are; beyond, only registers remain.
const FEW: usize = 4096;

/// Distinct values, as their hashes or as HyperLogLog's registers.
#[derive(Clone, Debug)]
pub(in crate::functions) struct Hll {
    /// How many bits of a hash choose its register.
    precision: u8,
    held: Held,
}

#[derive(Clone, Debug)]
enum Held {
    Hashes(BTreeSet<u64>),
    /// The greatest rank met in each register.
    Registers(Vec<u8>),
}

impl Hll {
    /// An empty one of an accuracy from 0 (coarse) to 4 (fine), as Kusto names them.
    pub(in crate::functions) fn new(accuracy: i64) -> Self {
        let precision = match accuracy {
            ..=0 => 12,
            1 => 14,
            2 => 16,
            3 => 17,
            _ => 18,
        };
        Self { precision, held: Held::Hashes(BTreeSet::new()) }
    }

    /// Counts a value.
    pub(in crate::functions) fn add(&mut self, value: &Value<'_>) {
        self.add_hash(xxhash_rust::xxh64::xxh64(to_text(value).as_bytes(), 0));
    }

    fn add_hash(&mut self, hash: u64) {
        match &mut self.held {
            Held::Hashes(hashes) => {
                hashes.insert(hash);
                if hashes.len() > FEW {
                    self.held = Held::Registers(self.registers(self.precision));
                }
            }
            Held::Registers(registers) => raise(registers, self.precision, hash),
        }
    }

    /// Both together, at the coarser of their accuracies.
    pub(in crate::functions) fn merge(&mut self, other: &Self) {
        self.precision = self.precision.min(other.precision);
        match &other.held {
            Held::Hashes(hashes) => {
                if let Held::Registers(_) = self.held {
                    self.held = Held::Registers(self.registers(self.precision));
                }
                hashes.iter().for_each(|hash| self.add_hash(*hash));
            }
            Held::Registers(_) => {
                let mut mine = self.registers(self.precision);
                for (rank, theirs) in mine.iter_mut().zip(other.registers(self.precision)) {
                    *rank = theirs.max(*rank);
                }
                self.held = Held::Registers(mine);
            }
        }
    }

    /// The registers at a precision not finer than its own.
    fn registers(&self, precision: u8) -> Vec<u8> {
        let mut coarse = vec![0_u8; 1 << precision];
        match &self.held {
            Held::Hashes(hashes) => hashes.iter().for_each(|hash| raise(&mut coarse, precision, *hash)),
            Held::Registers(fine) => {
                let bits = fine.len().trailing_zeros().saturating_sub(u32::from(precision));
                for (at, rank) in fine.iter().enumerate().filter(|(_, rank)| **rank > 0) {
                    // The bits that no longer choose the register come before those the rank was counted in.
                    let low = at & ((1 << bits) - 1);
                    let leading = bits - (usize::BITS - low.leading_zeros());
                    let rank = if low == 0 { rank.saturating_add(bits as u8) } else { leading as u8 + 1 };
                    let slot = &mut coarse[at >> bits];
                    *slot = rank.max(*slot);
                }
            }
        }
        coarse
    }

    /// How many distinct values there are.
    pub(in crate::functions) fn count(&self) -> i64 {
        match &self.held {
            Held::Hashes(hashes) => hashes.len() as i64,
            Held::Registers(registers) => estimate(registers, self.precision).round() as i64,
        }
    }

    /// As a dynamic: the precision, then the hashes or the registers, one letter each.
    pub(in crate::functions) fn to_json(&self) -> Json {
        let held = match &self.held {
            Held::Hashes(hashes) => hashes.iter().map(|hash| Json::from(*hash as i64)).collect(),
            Held::Registers(registers) => {
                Json::from(registers.iter().map(|rank| char::from(b'0' + rank)).collect::<String>())
            }
        };
        Json::Array(vec![Json::from("hll"), Json::from(self.precision), held])
    }

    /// Reads what [`Hll::to_json`] wrote.
    pub(in crate::functions) fn from_json(json: &Json) -> Option<Self> {
        let [Json::String(kind), precision, held] = json.as_array()?.as_slice() else { return None };
        let precision = precision.as_u64().and_then(|n| u8::try_from(n).ok()).filter(|n| (12..=18).contains(n))?;
        let held = match held {
            Json::Array(hashes) => Held::Hashes(hashes.iter().filter_map(Json::as_i64).map(|n| n as u64).collect()),
            Json::String(text) if text.len() == 1 << precision => {
                Held::Registers(text.bytes().map(|letter| letter.saturating_sub(b'0').min(64)).collect())
            }
            _ => return None,
        };
        (kind == "hll").then_some(Self { precision, held })
    }
}

/// Notes a hash: its first bits choose the register, the zeros after them are its rank.
fn raise(registers: &mut [u8], precision: u8, hash: u64) {
    let precision = u32::from(precision);
    let at = (hash >> (64 - precision)) as usize;
    let rank = ((hash << precision).leading_zeros().min(64 - precision) + 1) as u8;
    registers[at] = rank.max(registers[at]);
}

/// The improved estimator of O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), which
/// needs no corrections for few or many.
fn estimate(registers: &[u8], precision: u8) -> f64 {
    let size = registers.len() as f64;
    let most = 64 - usize::from(precision);
    let mut counts = vec![0.0_f64; most + 2];
    for rank in registers {
        counts[usize::from(*rank).min(most + 1)] += 1.0;
    }
    let mut z = size * tau(1.0 - counts[most + 1] / size);
    for count in counts[1..=most].iter().rev() {
        z = 0.5 * (z + count);
    }
    z += size * sigma(counts[0] / size);
    size * size / (2.0 * std::f64::consts::LN_2 * z)
}

fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x).powi(2) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(range: std::ops::Range<i64>, accuracy: i64) -> Hll {
        let mut hll = Hll::new(accuracy);
        range.for_each(|n| hll.add(&Value::Long(n)));
        hll
    }

    fn near(hll: &Hll, wanted: f64) {
        let error = (hll.count() as f64 / wanted - 1.0).abs();
        assert!(error < 0.03, "{} for {wanted}", hll.count());
    }

    #[test]
    fn few_are_exact_and_many_are_near() {
        assert_eq!(of(0..1000, 1).count(), 1000);
        for (many, accuracy) in [(5_000, 1), (60_000, 0), (60_000, 1), (60_000, 4)] {
            near(&of(0..many, accuracy), many as f64);
        }
    }

    #[test]
    fn merging_counts_what_is_in_either() {
        for (mine, theirs) in [(0, 4), (4, 0), (1, 1)] {
            let mut both = of(0..30_000, mine);
            both.merge(&of(20_000..50_000, theirs));
            near(&both, 50_000.0);
            both.merge(&of(50_000..50_100, 2));
            near(&both, 50_100.0);
        }
    }

    #[test]
    fn a_stored_sketch_reads_back() {
        for size in [10, 10_000] {
            let hll = of(0..size, 1);
            let read = Hll::from_json(&hll.to_json()).map(|h| h.count());
            assert_eq!(read, Some(hll.count()));
        }
        assert!(Hll::from_json(&Json::from("hll")).is_none());
    }
}
