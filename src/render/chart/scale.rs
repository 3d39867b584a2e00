//! From values to positions, and round values for ticks. Logarithms are `libm`'s, the same on every machine.

use libm::{exp10, log10};

/// How values spread over a length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The value at the start.
    pub min: f64,
    /// The value at the end.
    pub max: f64,
    /// Whether equal distances are equal ratios.
    pub log: bool,
}

impl Scale {
    /// Where a value lies: 0 at the start, 1 at the end.
    pub fn position(&self, value: f64) -> f64 {
        let (min, max, value) =
            if self.log { (log10(self.min), log10(self.max), log10(value)) } else { (self.min, self.max, value) };
        if max == min { 0.5 } else { (value - min) / (max - min) }
    }
}

/// The steps of round numbers, within a decade.
const STEPS: [f64; 4] = [1.0, 2.0, 2.5, 5.0];

/// The smallest round step (1, 2, 2.5 or 5 times a power of ten) that is at least `least`.
pub fn round_step(least: f64, integers: bool) -> f64 {
    let least = if integers { least.max(1.0) } else { least };
    if !(least > 0.0 && least.is_finite()) {
        return 1.0;
    }
    let power = log10(least).floor() as i32;
    for power in power..=power + 1 {
        for step in STEPS {
            // Reading the digits rounds once; multiplying by a power of ten would leave dust.
            let step = format!("{step}e{power}").parse().unwrap_or(f64::INFINITY);
            if step >= least * (1.0 - 1e-9) && !(integers && step.fract() != 0.0) {
                return step;
            }
        }
    }
    10_f64.powi(power + 2)
}

/// A value axis: its range widened to round values, and the ticks.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticks {
    /// The range.
    pub scale: Scale,
    /// The ticks in it.
    pub at: Vec<f64>,
    /// The distance of two ticks; 0 on a logarithmic axis.
    pub step: f64,
}

/// What an axis has to hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extent {
    /// The least value.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// A start the user fixed.
    pub fixed_min: Option<f64>,
    /// An end the user fixed.
    pub fixed_max: Option<f64>,
    /// Whether all values are whole.
    pub integers: bool,
}

/// Round ticks, at least `spacing` pixels apart on an axis of `length` pixels.
pub fn linear(extent: Extent, length: f64, spacing: f64) -> Ticks {
    let (mut min, mut max) = (extent.fixed_min.unwrap_or(extent.min), extent.fixed_max.unwrap_or(extent.max));
    if min >= max || min.is_nan() || max.is_nan() {
        // One value: the axis runs from zero past it.
        let around = if min == 0.0 { 1.0 } else { min.abs() };
        match (extent.fixed_min, extent.fixed_max) {
            (Some(_), _) => max = min + around,
            (_, Some(_)) => min = max - around,
            _ if min >= 0.0 => (min, max) = (0.0, around),
            _ => (min, max) = (-around, 0.0),
        }
    }
    let most = (length / spacing).floor().max(1.0);
    let mut step = round_step(max / most - min / most, extent.integers);
    loop {
        let low = extent.fixed_min.unwrap_or_else(|| (min / step + 1e-9).floor() * step);
        let high = extent.fixed_max.unwrap_or_else(|| (max / step - 1e-9).ceil() * step);
        let first = (low / step - 1e-9).ceil();
        let count = ((high / step + 1e-9).floor() - first).max(0.0);
        if count <= most || step > (high - low) {
            let at = (0..=count.min(1000.0) as i64).map(|n| clean((first + n as f64) * step, step)).collect();
            return Ticks { scale: Scale { min: clean(low, step), max: clean(high, step), log: false }, at, step };
        }
        step = round_step(step * 1.01, extent.integers);
    }
}

/// The value without the dust of binary fractions: 0.30000000000000004 at a step of 0.1 is 0.3.
fn clean(value: f64, step: f64) -> f64 {
    let digits = log10(value.abs() / step.abs()).clamp(0.0, 13.0) as usize + 2;
    if value == 0.0 { 0.0 } else { format!("{value:.digits$e}").parse().unwrap_or(value) }
}

/// Powers of ten, or with less than two of them in sight also 2 and 5.
pub fn logarithmic(extent: Extent, length: f64, spacing: f64) -> Ticks {
    let min = extent.fixed_min.filter(|n| *n > 0.0).unwrap_or(extent.min).max(f64::MIN_POSITIVE);
    let max = extent.fixed_max.filter(|n| *n > 0.0).unwrap_or(extent.max).max(min * 1.000_001);
    let (low, high) = (log10(min), log10(max));
    let low = if extent.fixed_min.is_some() { low } else { (low + 1e-9).floor() };
    let high = if extent.fixed_max.is_some() { high } else { (high - 1e-9).ceil().max(low + 1.0) };
    let decades = (high - low).max(1e-9);
    let every = (decades * spacing / length).ceil().max(1.0) as i32;
    let minor: &[f64] = if length / decades > 5.0 * spacing { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let mut at = Vec::new();
    let mut power = low.ceil() as i32 - 1;
    while f64::from(power) <= high + 1e-9 {
        for n in minor {
            let value = n * 10_f64.powi(power);
            let position = log10(value);
            if position >= low - 1e-9 && position <= high + 1e-9 && (power - low.ceil() as i32) % every == 0 {
                at.push(value);
            }
        }
        power += 1;
    }
    Ticks { scale: Scale { min: exp10(low), max: exp10(high), log: true }, at, step: 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(min: f64, max: f64, length: f64) -> Vec<f64> {
        linear(Extent { min, max, ..Extent::default() }, length, 40.0).at
    }

    #[test]
    fn ticks_are_round_and_hold_the_data() {
        assert_eq!(ticks(0.0, 17.0, 200.0), [0.0, 5.0, 10.0, 15.0, 20.0]);
        assert_eq!(ticks(0.0, 47.0, 478.0), (0..=10).map(|n| f64::from(n) * 5.0).collect::<Vec<_>>());
        assert_eq!(ticks(-60.0, 820.0, 250.0), [-200.0, 0.0, 200.0, 400.0, 600.0, 800.0, 1000.0]);
        assert_eq!(ticks(0.0, 0.3, 160.0), [0.0, 0.1, 0.2, 0.3]);
        assert_eq!(ticks(5.0, 5.0, 200.0).first(), Some(&0.0));
        assert_eq!(ticks(0.0, 1e300, 100.0), [0.0, 5e299, 1e300]);
        let whole = Extent { min: 0.0, max: 2.0, integers: true, ..Extent::default() };
        assert_eq!(linear(whole, 400.0, 40.0).at, [0.0, 1.0, 2.0]);
    }

    #[test]
    fn a_fixed_range_is_kept() {
        let extent = Extent { min: 0.0, max: 90.0, fixed_min: Some(12.0), fixed_max: Some(33.0), integers: false };
        let ticks = linear(extent, 200.0, 40.0);
        assert_eq!((ticks.scale.min, ticks.scale.max), (12.0, 33.0));
        assert_eq!(ticks.at, [15.0, 20.0, 25.0, 30.0]);
    }

    #[test]
    fn decades_on_a_logarithmic_axis() {
        let extent = Extent { min: 3.0, max: 40_000.0, ..Extent::default() };
        assert_eq!(logarithmic(extent, 300.0, 40.0).at, [1.0, 10.0, 100.0, 1000.0, 10_000.0, 100_000.0]);
    }
}
