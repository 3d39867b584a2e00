//! Numbers on axes and labels: short, one unit for a whole axis.

use super::super::text::grouped;

/// The units of an axis, from the size at which each begins.
const UNITS: [(f64, f64, &str); 4] = [(1e13, 1e12, "T"), (1e10, 1e9, "B"), (1e7, 1e6, "M"), (1e4, 1e3, "k")];

/// Labels of an axis' ticks, all in one unit with the same decimals.
pub fn axis_labels(ticks: &[f64], step: f64) -> Vec<String> {
    let largest = ticks.iter().fold(0.0_f64, |most, tick| most.max(tick.abs()));
    if step == 0.0 {
        // A logarithmic axis: each tick in its own unit.
        return ticks.iter().map(|tick| short(*tick)).collect();
    }
    if largest >= 1e16 || (largest > 0.0 && largest < 1e-4) {
        return ticks.iter().map(|tick| exponent(*tick)).collect();
    }
    let decimals_of =
        |divisor: f64| (0..12).find(|decimals| is_whole(step / divisor * 10_f64.powi(*decimals))).unwrap_or(12);
    // A unit that needs many decimals to tell the ticks apart hides more than it shortens.
    let (divisor, unit) = UNITS
        .iter()
        .find(|(from, divisor, _)| largest >= *from && decimals_of(*divisor) <= 2)
        .map_or((1.0, ""), |(_, divisor, unit)| (*divisor, *unit));
    let decimals = decimals_of(divisor);
    ticks
        .iter()
        .map(|tick| {
            let text = fixed(tick / divisor, decimals as usize);
            if *tick == 0.0 { "0".to_owned() } else { text + unit }
        })
        .collect()
}

fn is_whole(x: f64) -> bool {
    (x - x.round()).abs() < 1e-6 * x.abs().max(1.0)
}

/// With thousands grouped, a real minus sign and so many decimals.
fn fixed(x: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", x.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let whole = whole.parse::<i64>().map_or_else(|_| whole.to_owned(), grouped);
    let sign = if x < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) { "−" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn exponent(x: f64) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{x:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa: f64 = mantissa.parse().unwrap_or(1.0);
    let rounded = (mantissa * 100.0).round() / 100.0;
    format!("{rounded}e{exponent}").replace('-', "−")
}

/// A value on its own, such as at the end of a bar: three digits or so (`1.3M`, `88.1k`, `8,210`, `0.25`).
pub fn short(x: f64) -> String {
    let size = x.abs();
    if size >= 1e15 || (size > 0.0 && size < 1e-4) {
        return exponent(x);
    }
    let units = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")];
    match units.iter().find(|(from, _)| size >= *from && size >= 1e4) {
        Some((divisor, unit)) => {
            let scaled = x / divisor;
            let decimals = usize::from(scaled.abs() < 99.95);
            trimmed(&fixed(scaled, decimals)) + unit
        }
        None if size >= 100.0 => trimmed(&fixed(x, usize::from(size < 1000.0))),
        None if size >= 1.0 => trimmed(&fixed(x, 2)),
        None => {
            let decimals = if x == 0.0 { 0 } else { (2.0 - libm::log10(size).floor()) as usize };
            trimmed(&fixed(x, decimals))
        }
    }
}

/// A value in full, for tooltips and legends: thousands grouped, up to four decimals.
pub fn full(x: f64) -> String {
    if x.abs() >= 1e15 || (x != 0.0 && x.abs() < 1e-4) { exponent(x) } else { trimmed(&fixed(x, 4)) }
}

/// Without trailing zeros after the point.
fn trimmed(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_unit_for_an_axis() {
        assert_eq!(axis_labels(&[0.0, 5000.0, 10_000.0, 15_000.0], 5000.0), ["0", "5k", "10k", "15k"]);
        assert_eq!(axis_labels(&[0.0, 2500.0, 5000.0], 2500.0), ["0", "2,500", "5,000"]);
        assert_eq!(axis_labels(&[-0.5, 0.0, 0.25], 0.25), ["−0.50", "0", "0.25"]);
        assert_eq!(axis_labels(&[0.0, 5e299, 1e300], 5e299), ["0", "5e299", "1e300"]);
        assert_eq!(axis_labels(&[1e7, 1.25e7], 2.5e6), ["10.0M", "12.5M"]);
        assert_eq!(axis_labels(&[100_000_120.0, 100_000_125.0], 5.0), ["100,000,120", "100,000,125"]);
    }

    #[test]
    fn single_values_are_short() {
        for (x, shown) in [
            (1_300_000.0, "1.3M"),
            (88_100.0, "88.1k"),
            (912_000.0, "912k"),
            (8210.0, "8,210"),
            (312.44, "312.4"),
            (0.25, "0.25"),
            (0.0, "0"),
            (-3.0, "−3"),
            (1e20, "1e20"),
        ] {
            assert_eq!(short(x), shown);
        }
        assert_eq!(full(1_234_567.891), "1,234,567.891");
    }
}
